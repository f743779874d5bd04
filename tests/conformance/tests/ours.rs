//! The kit against the reference issuer: it passes, and every rule is asked.

#![allow(clippy::unwrap_used)]

mod host;

use std::sync::Arc;

use tallystick::keys::{Digest, SigningKey};
use tallystick_conformance::{Existing, Options, Outcome, Target, rules, run};

use crate::host::Host;

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_issuer_keeps_to_every_rule() {
    let host = Host::start(None).await;
    let report = run(&Options { patient: true, ..host.options() }).await.unwrap();
    assert!(report.conforms, "{}", report.text(false));
    assert_eq!(report.skipped(), Vec::<&str>::new(), "{}", report.text(false));
    assert_eq!(report.rules.len(), rules::all().len());
}

/// An issuer that exists is asked with its founding key alone; what would change it is left out, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_exists_is_asked_without_being_changed() {
    let host = Host::start(None).await;
    let (founding_key, issuer) = host.found().await;
    let before = host.card(issuer).await;
    let existing = Existing {
        origin: host.origin(),
        issuer,
        founding_key: Arc::new(founding_key),
        recovery_key: None,
        may_change: false,
    };
    let options = Options { target: Target::Existing(Box::new(existing)), ..host.options() };
    let report = run(&options).await.unwrap();
    assert!(report.conforms, "{}", report.text(false));
    for rule in ["card.newer", "statement.proof", "rekey.issuer", "restore.replays", "ledger.zero"] {
        assert!(report.skipped().contains(&rule), "{rule}");
    }
    assert_eq!(host.card(issuer).await, before);
}

/// Whoever holds another key than the issuer's is told so, and not that the issuer is broken.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_key_nothing_is_asked() {
    let host = Host::start(None).await;
    let (_, issuer) = host.found().await;
    let existing = Existing {
        origin: host.origin(),
        issuer,
        founding_key: Arc::new(SigningKey::from_bytes(Digest::of(&[b"another"]).as_bytes())),
        recovery_key: None,
        may_change: false,
    };
    let options = Options { target: Target::Existing(Box::new(existing)), ..host.options() };
    let report = run(&options).await.unwrap();
    assert!(!report.conforms && report.failed().is_empty());
    assert!(report.rules.iter().all(|rule| matches!(rule.outcome, Outcome::Blocked { .. })));
}

/// Ids are what people write into their notes: no two are the same, and all have a section.
#[test]
fn rules_have_ids_of_their_own() {
    let all = rules::all();
    let mut ids: Vec<_> = all.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.len());
    for rule in &all {
        assert!(rule.section.starts_with(|first: char| ('1'..='8').contains(&first)), "{}", rule.id);
        assert!(rule.id.contains('.') && rule.demands.ends_with('.'), "{}", rule.id);
    }
}
