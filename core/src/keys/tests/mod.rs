#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod derive;
mod id;
mod list;
mod phrase;
mod sealing;
mod secret_store;
mod signing;
mod standards;
mod vectors;

use std::sync::Mutex;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::{AccountId, IssuerId, OrderId};
use crate::clock::Entropy;

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

fn hex_array<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().unwrap()
}

fn issuer() -> IssuerId {
    IssuerId::new([0x11; 16])
}

fn account() -> AccountId {
    AccountId::new([0x22; 16])
}

fn order() -> OrderId {
    OrderId::new([0x33; 16])
}

/// Never the same bytes twice, and the same sequence in every run.
#[derive(Debug, Default)]
struct Sequence(Mutex<u64>);

impl Entropy for Sequence {
    fn fill(&self, target: &mut [u8]) {
        let mut next = self.0.lock().unwrap();
        for chunk in target.chunks_mut(32) {
            let block: [u8; 32] = Sha256::digest(next.to_be_bytes()).into();
            chunk.copy_from_slice(&block[..chunk.len()]);
            *next += 1;
        }
    }
}

/// Gives exactly these bytes, then no more.
#[derive(Debug)]
struct Script(Mutex<Vec<u8>>);

impl Script {
    fn new(parts: &[&[u8]]) -> Self {
        Self(Mutex::new(parts.concat()))
    }
}

impl Entropy for Script {
    fn fill(&self, target: &mut [u8]) {
        let mut bytes = self.0.lock().unwrap();
        let rest = bytes.split_off(target.len());
        target.copy_from_slice(&bytes);
        *bytes = rest;
    }
}
