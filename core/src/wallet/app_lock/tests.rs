#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::super::Wallet;
use super::super::testing::{START, TestWallet, bread, intent};
use super::pin::{self, Turn};
use super::{AppLock, PIN_ROW, PINS};
use crate::error::WalletError;
use crate::keys::{PassphraseCost, SecretStoreError};
use crate::money::Amount;
use crate::operation::SpendingLimits;
use crate::operation::confirm::confirm;
use crate::operation::limits::Approval;
use crate::store::tables::keyring::{self, PinState};

const PIN: &str = "274951";

/// The code of an error, and how long to wait.
fn denial<T: std::fmt::Debug>(outcome: Result<T, WalletError>) -> (String, Option<i64>) {
    match outcome.unwrap_err() {
        WalletError::Denied { rule, retry_after_seconds, .. } => (rule, retry_after_seconds),
        other => (other.code().to_owned(), None),
    }
}

fn denied(rule: &str, seconds: Option<i64>) -> (String, Option<i64>) {
    (rule.to_owned(), seconds)
}

async fn with_pin() -> TestWallet {
    let test = TestWallet::new().await;
    test.wallet.set_pin(PIN, None).await.unwrap();
    test
}

/// Changes what stands in the open, as a thief who can write to the file would.
async fn tamper(wallet: &Wallet, state: PinState) {
    wallet.context.database.write(move |tx| keyring::put_pin_state(tx, &state)).await.unwrap();
}

#[test]
fn what_can_be_a_pin() {
    let longest = "x".repeat(128);
    for good in ["0000", "123456789012", "passwort", "pass wor", "1234567a", "пароль-12", &longest] {
        assert_eq!(pin::check_format(good), Ok(()), "{good}");
    }
    let too_long = "1".repeat(129);
    for bad in ["", "123", "abcdefg", "12a4", "пароль", &too_long] {
        assert_eq!(pin::check_format(bad).unwrap_err().code(), "pin_format", "{bad}");
    }
}

#[test]
fn waits_grow_and_never_shrink() {
    let waits: Vec<i64> = (0..10).map(pin::wait_after).collect();
    assert_eq!(waits, [0, 0, 0, 0, 0, 60, 300, 900, 3600, 3600]);
    assert_eq!(pin::wait_after(i64::MAX), 3600);
}

proptest! {
    /// Whatever the clock does, a wait is never longer than it should be, it ends once that time has passed on the
    /// clock, and waiting counts no try.
    #[test]
    fn a_wait_ends(
        wrong in 0..12_i64,
        last_at in any::<i64>(),
        passed in prop_oneof![-10..4_000_i64, any::<i64>()],
        required in any::<bool>(),
    ) {
        let now = last_at.saturating_add(passed);
        let state = PinState { required, wrong, last_at: Some(last_at) };
        match pin::turn(state, now) {
            Turn::Try(after) => prop_assert_eq!(after, PinState { required, wrong: wrong + 1, last_at: Some(now) }),
            Turn::Wait { seconds, state: after } => {
                let due = pin::wait_after(wrong);
                prop_assert!((1..=due).contains(&seconds));
                prop_assert_eq!(after.wrong, wrong);
                let later = now.saturating_add(seconds);
                if later < i64::MAX {
                    prop_assert!(matches!(pin::turn(after, later), Turn::Try(_)));
                    let wait_on = matches!(pin::turn(after, later - 1), Turn::Wait { seconds: 1, .. });
                    prop_assert!(wait_on);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_wallet_with_a_pin_opens_locked_and_the_pin_unlocks_it() {
    let mut test = with_pin().await;
    let issuer = test.currency(1, "Bakery", bread(), 500).await;
    test.secrets.fail_with(Some(SecretStoreError::Unavailable));
    // Not even the secret store is asked.
    test.reopen().await;
    assert_eq!(denial(test.wallet.unlock().await), denied("pin_needed", None));
    assert_eq!(test.wallet.spending_limits(issuer).await, Err(WalletError::Locked));
    let lock = test.wallet.app_lock().await.unwrap();
    assert_eq!(lock, AppLock { locked: true, pin_set: true, wrong_pins: 0, wait_seconds: 0 });

    test.secrets.fail_with(None);
    assert_eq!(denial(test.wallet.unlock_with_pin("274952").await), denied("pin_wrong", None));
    assert_eq!(test.wallet.spending_limits(issuer).await, Err(WalletError::Locked));
    assert!(test.wallet.context.keys().is_err());
    assert_eq!(test.wallet.app_lock().await.unwrap().wrong_pins, 1);

    test.wallet.unlock_with_pin(PIN).await.unwrap();
    assert_eq!(test.wallet.spending_limits(issuer).await, Ok(SpendingLimits::default()));
    let lock = test.wallet.app_lock().await.unwrap();
    assert_eq!(lock, AppLock { locked: false, pin_set: true, wrong_pins: 0, wait_seconds: 0 });
    // Unlocked is unlocked.
    test.wallet.unlock().await.unwrap();
}

#[tokio::test]
async fn a_wrong_pin_is_wrong_also_if_somebody_else_has_unlocked_the_wallet() {
    let mut test = with_pin().await;
    test.reopen().await;
    test.wallet.unlock_with_pin(PIN).await.unwrap();
    assert_eq!(denial(test.wallet.unlock_with_pin("whatever").await), denied("pin_wrong", None));
    assert_eq!(test.wallet.app_lock().await.unwrap().wrong_pins, 1);
    test.wallet.unlock_with_pin(PIN).await.unwrap();
    assert_eq!(test.wallet.app_lock().await.unwrap().wrong_pins, 0);
}

#[tokio::test]
async fn without_a_pin_it_opens_unlocked_and_none_is_taken() {
    let mut test = TestWallet::new().await;
    test.reopen().await;
    let lock = test.wallet.app_lock().await.unwrap();
    assert_eq!(lock, AppLock { locked: false, pin_set: false, wrong_pins: 0, wait_seconds: 0 });
    assert_eq!(denial(test.wallet.remove_pin(PIN).await), denied("pin_not_set", None));
    assert_eq!(denial(test.wallet.set_pin(PIN, Some(PIN)).await), denied("pin_not_set", None));
    test.wallet.lock().await;
    assert_eq!(denial(test.wallet.unlock_with_pin(PIN).await), denied("pin_not_set", None));
    test.wallet.unlock().await.unwrap();
}

#[tokio::test]
async fn wrong_pins_make_the_next_wait_across_restarts_and_destroy_nothing() {
    let mut test = with_pin().await;
    let issuer = test.currency(1, "Bakery", bread(), 500).await;
    test.reopen().await;
    for (number, wait) in [None, None, None, None, Some(60), Some(300), Some(900), Some(3600), Some(3600)]
        .into_iter()
        .enumerate()
    {
        let wrong = denial(test.wallet.unlock_with_pin("0000").await);
        assert_eq!(wrong, denied("pin_wrong", wait), "{number}");
        test.reopen().await;
        let Some(wait) = wait else { continue };
        // Not even the right one is looked at before its time.
        for pin in ["0000", PIN] {
            assert_eq!(denial(test.wallet.unlock_with_pin(pin).await), denied("pin_wait", Some(wait)));
        }
        test.clock.advance(wait - 1);
        assert_eq!(denial(test.wallet.unlock_with_pin(PIN).await), denied("pin_wait", Some(1)));
        assert_eq!(test.wallet.app_lock().await.unwrap().wait_seconds, 1);
        test.clock.advance(1);
    }
    test.wallet.unlock_with_pin(PIN).await.unwrap();
    assert_eq!(test.wallet.currency(issuer).await.unwrap().issuer_name, "Bakery");
    // And it begins anew.
    test.wallet.lock().await;
    assert_eq!(denial(test.wallet.unlock_with_pin("0000").await), denied("pin_wrong", None));
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_nobody_wait_for_years() {
    let test = with_pin().await;
    test.wallet.lock().await;
    for _ in 0..5 {
        denial(test.wallet.unlock_with_pin("0000").await);
    }
    test.clock.set(START - 10 * 365 * 86_400);
    assert_eq!(denial(test.wallet.unlock_with_pin(PIN).await), denied("pin_wait", Some(60)));
    test.clock.advance(60);
    test.wallet.unlock_with_pin(PIN).await.unwrap();
}

#[tokio::test]
async fn a_try_counts_before_it_is_checked() {
    let mut test = with_pin().await;
    super::begin_try(&test.wallet.context).await.unwrap();
    // The app is killed in the middle of it.
    test.reopen().await;
    assert_eq!(test.wallet.app_lock().await.unwrap().wrong_pins, 1);
}

#[tokio::test]
async fn what_the_secret_store_refuses_is_no_wrong_pin() {
    let test = with_pin().await;
    test.wallet.lock().await;
    test.secrets.fail_with(Some(SecretStoreError::UserCancelled));
    assert_eq!(denial(test.wallet.unlock_with_pin("0000").await), denied("user_cancelled", None));
    assert_eq!(test.wallet.app_lock().await.unwrap().wrong_pins, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_are_no_more_than_one_after_another() {
    let test = with_pin().await;
    test.wallet.lock().await;
    let guesses: Vec<_> = (0..12)
        .map(|guess| {
            let wallet = test.wallet.clone();
            tokio::spawn(async move { denial(wallet.unlock_with_pin(&format!("{guess:04}")).await) })
        })
        .collect();
    let mut rules = Vec::new();
    for guess in guesses {
        rules.push(guess.await.unwrap().0);
    }
    rules.sort();
    assert_eq!(rules.iter().filter(|rule| *rule == "pin_wrong").count(), 5, "{rules:?}");
    assert_eq!(rules.iter().filter(|rule| *rule == "pin_wait").count(), 7, "{rules:?}");

    // Two taps with the right one, after four wrong ones, are both right.
    test.clock.advance(3600);
    tamper(&test.wallet, PinState { required: true, wrong: 4, last_at: None }).await;
    let (one, other) = tokio::join!(test.wallet.unlock_with_pin(PIN), test.wallet.unlock_with_pin(PIN));
    assert_eq!((one, other), (Ok(()), Ok(())));
}

#[tokio::test]
async fn a_pin_is_checked_while_the_wallet_is_unlocked() {
    let test = with_pin().await;
    test.wallet.check_pin(PIN).await.unwrap();
    for _ in 0..4 {
        assert_eq!(denial(test.wallet.check_pin("0000").await), denied("pin_wrong", None));
    }
    test.wallet.check_pin(PIN).await.unwrap();
    for wait in [None, None, None, None, Some(60)] {
        assert_eq!(denial(test.wallet.check_pin("0000").await), denied("pin_wrong", wait));
    }
    assert_eq!(denial(test.wallet.check_pin(PIN).await), denied("pin_wait", Some(60)));
    assert!(!test.wallet.app_lock().await.unwrap().locked, "what is open stays open");
}

#[tokio::test]
async fn a_pin_is_changed_and_removed_by_whoever_knows_it() {
    let mut test = with_pin().await;
    assert_eq!(denial(test.wallet.set_pin("5555", None).await), denied("pin_needed", None));
    assert_eq!(denial(test.wallet.set_pin("5555", Some("0000")).await), denied("pin_wrong", None));
    assert_eq!(denial(test.wallet.set_pin("55", Some(PIN)).await), denied("pin_format", None));
    // Composed or not, it is the same passphrase.
    test.wallet.set_pin("cafe\u{301} crème", Some(PIN)).await.unwrap();
    test.reopen().await;
    assert_eq!(denial(test.wallet.unlock_with_pin(PIN).await), denied("pin_wrong", None));
    test.wallet.unlock_with_pin("café crème").await.unwrap();

    assert_eq!(denial(test.wallet.remove_pin(PIN).await), denied("pin_wrong", None));
    test.wallet.remove_pin("café crème").await.unwrap();
    test.reopen().await;
    assert!(!test.wallet.app_lock().await.unwrap().locked);
}

#[tokio::test]
async fn a_pin_keeps_the_cost_that_it_was_set_with() {
    let mut test = with_pin().await;
    test.options.pin_cost = PassphraseCost { memory_kib: 16, passes: 2, lanes: 1 };
    test.reopen().await;
    test.wallet.unlock_with_pin(PIN).await.unwrap();
    test.wallet.set_pin(PIN, Some(PIN)).await.unwrap();
    test.reopen().await;
    test.wallet.unlock_with_pin(PIN).await.unwrap();

    test.options.pin_cost = PassphraseCost { memory_kib: 0, ..PassphraseCost::LEAST };
    test.reopen().await;
    test.wallet.unlock_with_pin(PIN).await.unwrap();
    assert_eq!(denial(test.wallet.set_pin(PIN, Some(PIN)).await), denied("internal", None));
}

#[tokio::test]
async fn the_flag_in_the_open_is_not_what_decides() {
    let mut test = with_pin().await;
    tamper(&test.wallet, PinState::default()).await;
    test.reopen().await;
    assert!(test.wallet.app_lock().await.unwrap().locked);
    assert_eq!(denial(test.wallet.unlock().await), denied("pin_needed", None));
    test.wallet.unlock_with_pin(PIN).await.unwrap();
    assert!(test.wallet.app_lock().await.unwrap().pin_set);

    // A flag with nothing to check against is damage, not an open door.
    test.wallet
        .context
        .write(|write| Ok(PINS.remove(write.transaction, write.cipher, PIN_ROW)?))
        .await
        .unwrap();
    test.reopen().await;
    assert_eq!(denial(test.wallet.unlock().await), denied("pin_needed", None));
    assert_eq!(denial(test.wallet.unlock_with_pin(PIN).await), denied("storage_unreadable", None));
}

fn limits(per_payment: Option<i64>, per_day: Option<i64>) -> SpendingLimits {
    SpendingLimits { per_payment: per_payment.map(Amount::new), per_day: per_day.map(Amount::new) }
}

#[tokio::test]
async fn limits_are_lowered_freely_and_raised_with_the_pin() {
    let test = with_pin().await;
    let issuer = test.currency(1, "Bakery", bread(), 500).await;
    let set = async |limits: SpendingLimits, pin: Option<&str>| {
        test.wallet.set_spending_limits(issuer, limits, pin).await
    };
    set(limits(Some(100), Some(200)), None).await.unwrap();
    set(limits(Some(50), Some(200)), None).await.unwrap();
    set(limits(Some(50), Some(0)), None).await.unwrap();
    for more in
        [limits(Some(51), Some(0)), limits(None, Some(0)), limits(Some(50), None), limits(Some(1), Some(1))]
    {
        assert_eq!(denial(set(more, None).await), denied("pin_needed", None), "{more:?}");
        assert_eq!(denial(set(more, Some("0000")).await), denied("pin_wrong", None), "{more:?}");
        assert_eq!(test.wallet.spending_limits(issuer).await, Ok(limits(Some(50), Some(0))));
        set(more, Some(PIN)).await.unwrap();
        assert_eq!(test.wallet.spending_limits(issuer).await, Ok(more));
        set(limits(Some(50), Some(0)), Some(PIN)).await.unwrap();
    }
    assert_eq!(denial(set(limits(Some(-1), None), Some(PIN)).await).0, "negative_limit");

    test.wallet.remove_pin(PIN).await.unwrap();
    set(limits(None, None), None).await.unwrap();
}

#[tokio::test]
async fn limits_are_for_currencies_in_the_wallet() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 500).await;
    let other = crate::keys::IssuerId::new([3; 16]);
    let set = test.wallet.set_spending_limits(other, limits(Some(1), None), None).await;
    assert_eq!(set, Err(WalletError::not_found("currency")));
    test.wallet.set_spending_limits(issuer, limits(Some(1), None), None).await.unwrap();
    assert_eq!(test.wallet.spending_limits(other).await, Ok(SpendingLimits::default()));
}

#[tokio::test]
async fn the_pin_approves_one_payment_over_a_limit() {
    let test = with_pin().await;
    let issuer = test.currency(1, "Bakery", bread(), 500).await;
    test.wallet.set_spending_limits(issuer, limits(Some(100), None), None).await.unwrap();
    let context = &test.wallet.context;
    let over = Err(WalletError::OverLimit { scope: "payment".into(), limit: Amount::new(100) });

    let refused = confirm(context, intent(issuer, "one", 101), Approval::WithinLimits).await;
    assert_eq!(refused.map(drop), over);
    assert_eq!(denial(test.wallet.approve_over_limit("0000").await.map(drop)), denied("pin_wrong", None));
    let approval = test.wallet.approve_over_limit(PIN).await.unwrap();
    let confirmed = confirm(context, intent(issuer, "one", 101), approval).await.unwrap();
    let found = test.wallet.payment_with_key("one").await.unwrap().unwrap();
    assert_eq!(found.payment, confirmed.operation().record.payment);
    assert_eq!(test.wallet.payment_with_key("two").await, Ok(None));
    let refused = confirm(context, intent(issuer, "two", 101), Approval::WithinLimits).await;
    assert_eq!(refused.map(drop), over);

    test.wallet.remove_pin(PIN).await.unwrap();
    assert_eq!(denial(test.wallet.approve_over_limit(PIN).await.map(drop)), denied("pin_not_set", None));
}
