#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

#[test]
fn every_fault_has_an_obstacle() {
    let invalid = |rule| WalletError::invalid("amount", rule, "is wrong");
    let network = WalletError::Network { fault: "timeout".into(), retryable: true, reason: String::new() };
    let cases = [
        (invalid("amount_missing"), Obstacle::AmountMissing),
        (invalid("same_account"), Obstacle::OwnAccount),
        (invalid("tip_not_offered"), Obstacle::DoesNotFit { rule: "tip_not_offered".into() }),
        (network, Obstacle::Unreachable { fault: "timeout".into() }),
        (WalletError::not_found("account"), Obstacle::UnknownPayee),
        (
            WalletError::untrusted("request", "request_invalid", "is not the payee's"),
            Obstacle::Untrusted { rule: "request_invalid".into() },
        ),
        (WalletError::denied("blocked", "is not let through"), Obstacle::Other { code: "blocked".into() }),
    ];
    for (error, obstacle) in cases {
        assert_eq!(Obstacle::of(&error), obstacle);
    }
}
