//! A request names issuers by the beginnings of their ids. Whoever can make two that begin alike must gain nothing.

use super::super::PaymentWish;
use super::super::testing::{TestWallet, bread};
use crate::artefact::{Price, Request, Unproven};
use crate::keys::{AccountId, Digest, IssuerId, SigningKey};
use crate::money::Amount;
use crate::request::RequestLink;
use crate::store::tables::account::ACCOUNTS;

fn link(prefix: [u8; 8]) -> String {
    let request = Request {
        payee: AccountId::new([5; 16]),
        not_after: None,
        prices: vec![Price { issuer_prefix: prefix, amount: Some(Amount::new(450)) }],
        nonce: [6; 8],
        reference: None,
        tip: None,
        reusable: true,
        lines: Vec::new(),
        note: None,
    };
    let signed = Unproven::sign(&request, &SigningKey::from_bytes(&[7; 32])).unwrap();
    let request = Unproven::parse(signed.bytes()).unwrap();
    RequestLink::by_value(request, None).unwrap().text()
}

#[tokio::test]
async fn a_price_that_fits_two_currencies_of_the_wallet_is_not_planned() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 1_000).await;
    let prefix: [u8; 8] = issuer.as_bytes()[..8].try_into().unwrap();
    let mut twin = *issuer.as_bytes();
    twin[15] ^= 1;
    let twin = IssuerId::new(twin);
    let account = test.account(twin, Digest::new([8; 32]), 1_000);
    let write = test.wallet.context.write(move |write| {
        ACCOUNTS.put(write.transaction, write.cipher, twin, &account)?;
        Ok(())
    });
    write.await.unwrap();

    // Naming one of the two does not help: what was signed does not say which.
    for wished in [None, Some(issuer), Some(twin)] {
        let wish = PaymentWish { issuer: wished, ..PaymentWish::of_link(link(prefix)) };
        assert_eq!(test.wallet.plan(wish).await.unwrap_err().code(), "ambiguous_issuer", "{wished:?}");
    }
    let balance = test.wallet.balance(issuer).await.unwrap();
    assert_eq!((balance.balance, balance.available), (Amount::new(1_000), Amount::new(1_000)));
}
