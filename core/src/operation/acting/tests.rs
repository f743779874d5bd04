#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Acting, left_today};
use crate::artefact::{Capabilities, Grant, GrantGiven, Receipt, Signed};
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId, SigningKey};
use crate::money::Amount;
use crate::operation::confirm::confirm;
use crate::operation::limits::Approval;
use crate::operation::trust;
use crate::store::tables::account::{ActingRecord, ActingState};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation::{self, OperationState};
use crate::wallet::testing::{START, TestWallet, bread, intent};

const DAY: i64 = 86_400;
const MIDNIGHT: i64 = START - START.rem_euclid(DAY) + DAY;
const END: i64 = MIDNIGHT + 10 * DAY;

async fn acting(
    capabilities: Capabilities,
    limit: Option<i64>,
    state: ActingState,
) -> (TestWallet, IssuerId) {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 10_000).await;
    let device = test.wallet.device_key().unwrap();
    test.change_account(issuer, move |account| {
        let grant = Grant {
            issuer,
            account: account.account,
            given: GrantGiven::Key(device, capabilities),
            limit: limit.map(Amount::new),
            not_after: END,
            signed_at: START,
            nonce: [1; 8],
        };
        // What its holder signed is not asked here: it was when the grant was stored.
        let grant = Signed::sign(&grant, &SigningKey::from_bytes(&[9; 32])).unwrap();
        account.acting = Some(ActingRecord { grant: grant.bytes().into(), state });
    })
    .await;
    (test, issuer)
}

async fn pay(
    test: &TestWallet,
    issuer: IssuerId,
    key: &str,
    amount: i64,
    is_refund: bool,
) -> Result<(), WalletError> {
    let mut intent = intent(issuer, key, amount);
    intent.repays = is_refund.then(|| Digest::of(&[b"a payment"]));
    confirm(test.context(), intent, Approval::WithinLimits).await.map(drop)
}

async fn left(test: &TestWallet, issuer: IssuerId) -> Option<i64> {
    let now = test.context().now();
    let left = test.context().read(move |connection, cipher| {
        let acting = Acting::of(&trust::account(connection, cipher, &issuer)?, now)?.unwrap();
        left_today(connection, cipher, &ISSUERS.key(cipher, issuer), &acting, (now, now))
    });
    left.await.unwrap().map(Amount::minor)
}

/// Ends an operation: executed at this time, or refused.
async fn end(test: &TestWallet, issuer: IssuerId, key: &'static str, executed_at: Option<i64>) {
    let write = test.context().write(move |write| {
        let key = operation::key(write.cipher, key);
        let open = operation::get(write.transaction, write.cipher, &key)?.unwrap();
        let receipt = executed_at.map(|time| {
            let receipt = Receipt {
                issuer,
                order: open.record.payment,
                account: AccountId::new([1; 16]),
                sequence: 1,
                chain_hash: Digest::of(&[b"chain"]),
                epoch: 0,
                time,
            };
            Signed::sign(&receipt, &SigningKey::from_bytes(&[8; 32])).unwrap()
        });
        let state = if receipt.is_some() { OperationState::Settled } else { OperationState::Refused };
        let answer = receipt.as_ref().map(Signed::bytes);
        operation::finish(write.transaction, write.cipher, &open, state, answer, START)?;
        Ok(())
    });
    write.await.unwrap();
}

#[tokio::test]
async fn what_may_be_signed_is_what_the_grant_says() {
    let refund = Capabilities::REFUND.and(Capabilities::VIEW);
    let (test, issuer) = acting(refund, None, ActingState::InForce).await;
    let missing = |name: &str| Err(WalletError::NotGranted { capability: name.into() });
    assert_eq!(pay(&test, issuer, "one", 5, false).await, missing("pay"));
    pay(&test, issuer, "one", 5, true).await.unwrap();
    assert_eq!(left(&test, issuer).await, None, "no limit");

    let (test, issuer) = acting(Capabilities::PAY, None, ActingState::InForce).await;
    pay(&test, issuer, "one", 5, false).await.unwrap();
    pay(&test, issuer, "two", 5, true).await.unwrap();
    let (test, issuer) = acting(Capabilities::VIEW, None, ActingState::InForce).await;
    assert_eq!(pay(&test, issuer, "one", 5, true).await, missing("refund"));

    for state in [ActingState::Ended, ActingState::Cancelled, ActingState::Void] {
        let (test, issuer) = acting(Capabilities::PAY, None, state).await;
        assert_eq!(pay(&test, issuer, "one", 5, false).await.unwrap_err().code(), state.code());
    }
    let (test, issuer) = acting(Capabilities::PAY, None, ActingState::InForce).await;
    test.clock.set(END);
    pay(&test, issuer, "one", 5, false).await.unwrap();
    test.clock.set(END + 1);
    assert_eq!(pay(&test, issuer, "two", 5, false).await.unwrap_err().code(), "grant_ended");
    // Confirmed once, it is found again, whatever became of the grant.
    pay(&test, issuer, "one", 5, false).await.unwrap();
}

#[tokio::test]
async fn a_day_counts_what_was_executed_in_it_or_may_be() {
    let (test, issuer) = acting(Capabilities::REFUND, Some(100), ActingState::InForce).await;
    let over = |left: i64| Err(WalletError::OverGrant { issuer, left: Amount::new(left) });
    pay(&test, issuer, "one", 60, true).await.unwrap();
    assert_eq!(pay(&test, issuer, "two", 41, true).await, over(40));
    end(&test, issuer, "one", None).await;
    assert_eq!(left(&test, issuer).await, Some(100), "what was refused counts for nothing");

    // Signed just before midnight: executed on either side of it.
    test.clock.set(MIDNIGHT - 30);
    for (key, amount) in [("before", 10), ("after", 20), ("unknown", 30)] {
        pay(&test, issuer, key, amount, true).await.unwrap();
    }
    end(&test, issuer, "before", Some(MIDNIGHT - 1)).await;
    end(&test, issuer, "after", Some(MIDNIGHT)).await;
    assert_eq!(left(&test, issuer).await, Some(40));
    test.clock.set(MIDNIGHT);
    assert_eq!(left(&test, issuer).await, Some(50), "all but what was executed before midnight");
    assert_eq!(pay(&test, issuer, "more", 51, true).await, over(50));
    test.clock.set(MIDNIGHT + DAY);
    assert_eq!(left(&test, issuer).await, Some(100), "the day after");
}

#[tokio::test]
async fn two_taps_at_once_do_not_both_slip_under_the_limit() {
    let (test, issuer) = acting(Capabilities::REFUND, Some(100), ActingState::InForce).await;
    let (one, other) =
        tokio::join!(pay(&test, issuer, "one", 60, true), pay(&test, issuer, "other", 60, true));
    assert_eq!([one, other].iter().filter(|paid| paid.is_ok()).count(), 1);
    assert_eq!(left(&test, issuer).await, Some(40));
}
