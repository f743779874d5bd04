#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::{Approval, SpendingLimits, exceeded, set};
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::money::Amount;
use crate::operation::confirm::confirm;
use crate::operation::deliver::{Unpaid, end_unpaid};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation;
use crate::wallet::testing::{START, TestWallet, bread, intent};

const BALANCE: i64 = 10_000;

async fn limited(per_payment: Option<i64>, per_day: Option<i64>) -> (TestWallet, IssuerId) {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), BALANCE).await;
    let limits =
        SpendingLimits { per_payment: per_payment.map(Amount::new), per_day: per_day.map(Amount::new) };
    test.context().write(move |write| set(write, &issuer, &limits)).await.unwrap();
    (test, issuer)
}

async fn pay(test: &TestWallet, issuer: IssuerId, key: &str, amount: i64) -> Result<(), WalletError> {
    let intent = intent(issuer, key, amount);
    confirm(test.context(), intent, Approval::WithinLimits).await.map(drop)
}

fn over(scope: &str, limit: i64) -> Result<(), WalletError> {
    Err(WalletError::OverLimit { scope: scope.into(), limit: Amount::new(limit) })
}

#[tokio::test]
async fn a_day_is_a_utc_day_and_counts_what_is_on_its_way() {
    let (test, issuer) = limited(Some(60), Some(100)).await;
    pay(&test, issuer, "one", 60).await.unwrap();
    assert_eq!(pay(&test, issuer, "two", 61).await, over("payment", 60));
    assert_eq!(pay(&test, issuer, "two", 41).await, over("day", 100));
    pay(&test, issuer, "two", 40).await.unwrap();
    assert_eq!(pay(&test, issuer, "three", 1).await, over("day", 100));
    // The same payment again is not another one.
    pay(&test, issuer, "one", 60).await.unwrap();

    let midnight = START - START.rem_euclid(86_400) + 86_400;
    test.clock.set(midnight - 1);
    assert_eq!(pay(&test, issuer, "three", 1).await, over("day", 100));
    test.clock.set(midnight);
    pay(&test, issuer, "three", 60).await.unwrap();
}

#[tokio::test]
async fn what_was_refused_does_not_count() {
    let (test, issuer) = limited(None, Some(100)).await;
    pay(&test, issuer, "one", 100).await.unwrap();
    assert_eq!(pay(&test, issuer, "two", 1).await, over("day", 100));
    test.context()
        .write(|write| {
            let key = operation::key(write.cipher, "one");
            let open = operation::get(write.transaction, write.cipher, &key)?.unwrap();
            end_unpaid(write, &open, &Unpaid::Lapsed, START)
        })
        .await
        .unwrap();
    pay(&test, issuer, "two", 100).await.unwrap();
}

#[tokio::test]
async fn limits_of_one_currency_are_not_those_of_another() {
    let (test, issuer) = limited(Some(1), Some(1)).await;
    let other = test.currency(2, "Cafe", bread(), BALANCE).await;
    pay(&test, other, "other", 5_000).await.unwrap();
    assert_eq!(pay(&test, issuer, "one", 2).await, over("payment", 1));
    pay(&test, issuer, "one", 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_at_once_cannot_slip_under_a_limit_together() {
    let (test, issuer) = limited(None, Some(100)).await;
    let paying: Vec<_> = (0..8)
        .map(|number| {
            let context = std::sync::Arc::clone(test.context());
            tokio::spawn(async move {
                let intent = intent(issuer, &format!("tap {number}"), 30);
                confirm(&context, intent, Approval::WithinLimits).await.is_ok()
            })
        })
        .collect();
    let mut paid = 0;
    for payment in paying {
        paid += i32::from(payment.await.unwrap());
    }
    assert_eq!(paid, 3);
}

#[tokio::test]
async fn an_amount_that_no_sum_can_hold_is_over_the_limit() {
    let (test, issuer) = limited(None, Some(i64::MAX)).await;
    pay(&test, issuer, "one", 1).await.unwrap();
    let found = test
        .context()
        .read(move |connection, cipher| {
            exceeded(connection, cipher, &ISSUERS.key(cipher, issuer), &issuer, Amount::MAX, START)
        })
        .await;
    assert_eq!(found, Ok(Some(("day", Amount::MAX))));
}

proptest! {
    /// More is allowed exactly if there is an amount, paid alone or as a day's total, that only the new limits allow.
    #[test]
    fn more_is_what_some_payment_would_notice(
        old in (proptest::option::of(0..4_i64), proptest::option::of(0..4_i64)),
        new in (proptest::option::of(0..4_i64), proptest::option::of(0..4_i64)),
    ) {
        let limits = |(per_payment, per_day): (Option<i64>, Option<i64>)| SpendingLimits {
            per_payment: per_payment.map(Amount::new),
            per_day: per_day.map(Amount::new),
        };
        let within = |limit: Option<i64>, amount: i64| limit.is_none_or(|limit| amount <= limit);
        let noticed = (0..6).any(|amount| {
            (within(new.0, amount) && !within(old.0, amount)) || (within(new.1, amount) && !within(old.1, amount))
        });
        prop_assert_eq!(limits(new).allows_more_than(&limits(old)), noticed);
    }
}
