//! Tests of the tables: [`rows`] and [`money`] what each gives back, [`form`] what stands in the file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod form;
mod money;
mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, Transaction};

use super::account::{
    ACCOUNTS, AccountRecord, ActingRecord, ActingState, ChainRecord, HandBackRecord, Persona, ShownKeyRecord,
    VouchedRecord,
};
use super::issuer::{ISSUERS, IssuerRecord, OwnedIssuer};
use super::operation::OperationRecord;
use super::payment::{Direction, Payment, PaymentState};
use super::{Blob, RowKey};
use crate::clock::Entropy;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey, RequestId};
use crate::money::Amount;
use crate::store::WALLET;
use crate::store::cipher::{Cipher, DataKey};

/// Bytes that never repeat, but are the same on every run.
#[derive(Debug, Default)]
struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, target: &mut [u8]) {
        for chunk in target.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&Digest::of(&[&count.to_be_bytes()]).as_bytes()[..chunk.len()]);
        }
    }
}

/// A wallet's file in memory.
struct File {
    connection: Connection,
    cipher: Cipher,
}

impl File {
    fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        for step in WALLET.steps {
            connection.execute_batch(step).unwrap();
        }
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        let key = DataKey::from_slice(&[7; 32]).unwrap();
        Self { connection, cipher: Cipher::new(&key, Arc::new(CountingEntropy::default())).unwrap() }
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>, &Cipher) -> T) -> T {
        let transaction = self.connection.unchecked_transaction().unwrap();
        let outcome = work(&transaction, &self.cipher);
        transaction.commit().unwrap();
        outcome
    }

    fn read<T>(&self, work: impl FnOnce(&Connection, &Cipher) -> T) -> T {
        work(&self.connection, &self.cipher)
    }

    /// An issuer, and an account there.
    fn issuer(&self, number: u8) -> RowKey {
        self.write(|tx, cipher| {
            ACCOUNTS.put(tx, cipher, issuer_id(number), &account(number)).unwrap();
            ISSUERS.put(tx, cipher, issuer_id(number), &issuer(number)).unwrap()
        })
    }
}

fn issuer_id(number: u8) -> IssuerId {
    IssuerId::new([number; 16])
}

fn account_id(number: u8) -> AccountId {
    AccountId::new([number; 16])
}

fn digest(number: u8) -> Digest {
    Digest::new([number; 32])
}

fn blob(text: &str) -> Blob {
    text.as_bytes().into()
}

fn issuer(number: u8) -> IssuerRecord {
    IssuerRecord {
        issuer: issuer_id(number),
        card: blob("card 2"),
        earlier_cards: vec![blob("card 1")],
        rekeys: vec![blob("rekey 1")],
        card_checked_at: 1_700_000_100,
        clock_offset: Some(-3),
        found_at: "bread.example:8443".into(),
        statement: Some((12, digest(12))),
        owned: Some(OwnedIssuer { index: 3, generation: 1 }),
        distrusted_since: Some(1_700_000_200),
        added_at: 1_700_000_000,
    }
}

fn account(number: u8) -> AccountRecord {
    AccountRecord {
        issuer: issuer_id(number),
        account: account_id(number),
        persona: if number.is_multiple_of(2) {
            Persona::Public { index: 0 }
        } else {
            Persona::Private { index: 2 }
        },
        generation: 1,
        founding_key: PublicKey::new([number; 32]),
        opening: blob("opening"),
        rekeys: vec![blob("rekey")],
        opened: true,
        role_grant: Some(blob("role")),
        earlier_role_grants: Vec::new(),
        attestation: Some(blob("attestation")),
        key_grants: vec![blob("grant")],
        chain: ChainRecord {
            epoch: 1,
            sequence: 9,
            hash: digest(9),
            balance: Amount::new(-1050),
            time: 1_700_000_300,
        },
        vouched: VouchedRecord::Entry {
            previous: digest(8),
            entry: blob("entry"),
            receipt: Some(blob("receipt")),
        },
        newest_key: Some(ShownKeyRecord { number: 1, receipt: blob("receipt"), order: blob("order") }),
        head: Some(blob("head")),
        verified_at: Some(1_700_000_400),
        unproven_since: Some(1_700_000_500),
        hand_back: Some(HandBackRecord { after_epoch: 0, after_sequence: 7 }),
        acting: number
            .is_multiple_of(2)
            .then(|| ActingRecord { grant: blob("grant"), state: ActingState::Cancelled }),
    }
}

fn operation(number: u8, issuer: u8, amount: i64) -> OperationRecord {
    OperationRecord {
        idempotency_key: format!("tap {number}"),
        intent: digest(number),
        issuer: issuer_id(issuer),
        payer: account_id(issuer),
        payment: digest(number),
        order: blob("order"),
        request: Some(blob("request")),
        memo: Some(blob("sealed memo")),
        amount: Amount::new(amount),
        not_after: 1_700_000_090,
        answer: None,
    }
}

fn payment(number: u8, issuer: u8, at: i64) -> Payment {
    Payment {
        payment: digest(number),
        issuer: issuer_id(issuer),
        at,
        state: PaymentState::Settled,
        direction: Direction::In,
        counterpart: account_id(number),
        counterpart_name: Some("Zoë Müller".into()),
        amount: Amount::new(1050),
        tip: Some(Amount::new(50)),
        memo: Some("two loaves".into()),
        request: Some(RequestId::new([number; 16])),
        repays: Some(digest(99)),
        refunded: Amount::new(20),
        refusal: Some("expired".into()),
        epoch: Some(1),
        sequence: Some(9),
    }
}
