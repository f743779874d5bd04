#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod drafts;
mod links;
mod marks;
mod rules;
mod sizes;

use super::*;
use crate::artefact::{Request, Signed, Unproven};
use crate::clock::Entropy;
use crate::keys::{AccountId, Digest, IssuerId, SigningKey};
use crate::money::Amount;

const NOON: i64 = 1_800_000_000;

/// Gives the same byte for ever.
#[derive(Debug)]
struct Constant(u8);

impl Entropy for Constant {
    fn fill(&self, target: &mut [u8]) {
        target.fill(self.0);
    }
}

pub(super) fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn payee() -> AccountId {
    AccountId::new(*b"the payee's id..")
}

pub(super) fn issuer(number: u8) -> IssuerId {
    IssuerId::new([number; 16])
}

fn amount(minor: i64) -> Amount {
    Amount::new(minor)
}

pub(super) fn sign(draft: PaymentRequest) -> Signed<Request> {
    draft.sign(&key(), &Constant(7)).unwrap()
}

pub(super) fn unproven(draft: PaymentRequest) -> Unproven<Request> {
    Unproven::parse(sign(draft).bytes()).unwrap()
}

/// 4.50 in the first issuer's money, for ten minutes.
pub(super) fn one_price() -> PaymentRequest {
    PaymentRequest::new(payee()).price(issuer(1), amount(450)).until(NOON + 600)
}

pub(super) fn hash() -> Digest {
    sign(one_price()).hash()
}
