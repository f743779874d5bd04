#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod acts;
mod check;
mod founding;

use std::sync::Arc;

use super::super::testing::{START, TestWallet, bread};
use crate::artefact::{Card, Endpoint, Signed};
use crate::keys::{Founding, IssuerId, SigningKey};
use crate::money::Amount;
use crate::operation::keyslot::WalletKeys;
use crate::store::tables::issuer::{ISSUERS, IssuerRecord, OwnedIssuer as OwnedKey};

/// The host's signing key.
fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn keys(test: &TestWallet) -> Arc<WalletKeys> {
    test.wallet.context.keys().unwrap()
}

/// An issuer that the wallet owns, with an account of the owner.
async fn owned(test: &TestWallet) -> IssuerId {
    let keys = keys(test);
    let key = keys.newest().unwrap().founding_key(Founding::Issuer { k: 0 });
    let commitment = keys.recovery().commitment(7).unwrap();
    let card = Card {
        issuer: IssuerId::derive(&key.public_key(), &commitment),
        commitment,
        serial: 1,
        rekey_number: 0,
        name: "Bakery".into(),
        currency: bread(),
        endpoints: vec![Endpoint { origin: "https://bread.example".into(), tls_keys: Vec::new() }],
        signing_key: signing_key().public_key(),
        signing_key_from: START - 86_400,
        signing_key_until: START + 86_400 * 300,
        epoch: 0,
        promise: "Bread for paper.".into(),
        owners_limit: Amount::new(1_000),
        logo: None,
        last_statement: None,
        signed_at: START,
    };
    let issuer = card.issuer;
    let record = IssuerRecord {
        issuer,
        card: Signed::sign(&card, &key).unwrap().bytes().into(),
        earlier_cards: Vec::new(),
        rekeys: Vec::new(),
        card_checked_at: START,
        clock_offset: None,
        found_at: "bread.example".into(),
        statement: None,
        owned: Some(OwnedKey { index: 0, generation: 0 }),
        distrusted_since: None,
        added_at: START,
    };
    let account = test.account(issuer, keys.recovery().commitment(8).unwrap(), 0);
    test.wallet
        .context
        .write(move |write| {
            ISSUERS.put(write.transaction, write.cipher, issuer, &record)?;
            crate::store::tables::account::ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
            Ok(())
        })
        .await
        .unwrap();
    issuer
}
