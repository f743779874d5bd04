#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::wallet::testing::{TestWallet, bread};

fn reserve(issuer: IssuerId, minor: i64) -> CurrencyReserve {
    CurrencyReserve { issuer, amount: Amount::new(minor) }
}

#[tokio::test]
async fn a_policy_is_kept_and_a_new_wallet_has_one() {
    let mut test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 1_000).await;
    assert_eq!(test.wallet.payment_policy().await.unwrap(), PaymentPolicy::default());

    let policy = PaymentPolicy {
        preferences: vec![PaymentPreference::RiskiestFirst],
        reserves: vec![reserve(issuer, 300)],
    };
    test.wallet.set_payment_policy(policy.clone()).await.unwrap();
    test.reopen().await;
    assert_eq!(test.wallet.payment_policy().await.unwrap(), policy);
    assert_eq!(policy.reserve(&issuer), Amount::new(300));
    assert_eq!(policy.reserve(&IssuerId::new([9; 16])), Amount::ZERO);
}

#[tokio::test]
async fn a_policy_that_says_two_things_is_none() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 1_000).await;
    let own = PaymentPreference::OwnShopFirst;
    let cases = [
        (vec![own, own], vec![], "preference_twice"),
        (vec![], vec![reserve(issuer, 1), reserve(issuer, 2)], "reserve_twice"),
        (vec![], vec![reserve(issuer, -1)], "negative_reserve"),
        (vec![], vec![reserve(IssuerId::new([9; 16]), 1)], "not_found"),
    ];
    for (preferences, reserves, code) in cases {
        let refused = test.wallet.set_payment_policy(PaymentPolicy { preferences, reserves }).await;
        assert_eq!(refused.unwrap_err().code(), code);
    }
    assert_eq!(test.wallet.payment_policy().await.unwrap(), PaymentPolicy::default());
}

#[test]
fn the_form_in_which_it_is_stored() {
    let policy = PaymentPolicy { reserves: vec![reserve(IssuerId::new([1; 16]), 300)], ..Default::default() };
    insta::assert_json_snapshot!(policy);
}
