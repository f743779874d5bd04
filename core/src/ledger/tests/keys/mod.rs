//! Which keys count, and who may sign what.

mod acting;
mod grants;
mod signing;

use crate::artefact::{Price, Request, Unproven};
use crate::keys::{AccountId, SigningKey};
use crate::ledger::testing::Issuer;
use crate::money::Amount;

const ANNA: usize = 1;

const BEN: usize = 2;

fn town() -> Issuer {
    let mut issuer = Issuer::found("bakery");
    issuer.open();
    issuer.open();
    issuer
}

fn stranger() -> SigningKey {
    SigningKey::from_bytes(&[66; 32])
}

fn request(payee: AccountId, key: &SigningKey) -> Unproven<Request> {
    let request = Request {
        payee,
        not_after: Some(2_000_000_000),
        prices: vec![Price { issuer_prefix: [1; 8], amount: Some(Amount::new(5)) }],
        nonce: [2; 8],
        reference: None,
        tip: None,
        reusable: false,
        lines: Vec::new(),
        note: None,
    };
    Unproven::parse(Unproven::sign(&request, key).unwrap().bytes()).unwrap()
}
