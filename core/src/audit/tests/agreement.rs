//! Both readers come to the same verdict. Every test of the ledger that judges evidence asks this one, too, whether it is
//! about fraud, about honest histories put together at random, or about evidence that was tampered with.

use crate::audit::{Opinion, judge};
use crate::ledger::evidence::{Evidence, Finding};

/// Panics if the second reader sees it otherwise.
pub fn check(evidence: &Evidence, finding: Finding) {
    let opinion = judge(&evidence.encode());
    let agrees = match opinion {
        Opinion::Proven => finding == Finding::Fraud,
        Opinion::Unanswered => finding == Finding::Unanswered,
        Opinion::Nothing => finding == Finding::Nothing,
        // Left to the first reader, on purpose.
        Opinion::NotJudged => true,
        Opinion::Unreadable => false,
    };
    let kind = evidence.contradiction.code();
    assert!(agrees, "{kind}: the wallet finds {finding:?}, the second reader {opinion:?}");
}

#[test]
fn what_is_no_evidence_is_unreadable() {
    for bytes in [&[][..], &[0], &[0xa0], b"evidence", &[0xa1, 0, 1], &[0xbf, 0xff], &[0x9b; 9]] {
        assert_eq!(judge(bytes), Opinion::Unreadable, "{bytes:x?}");
    }
}

/// The evidence of the vectors, which other languages check as well.
#[test]
fn the_vectors_are_judged_alike() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/ledger/evidence.json")).unwrap();
    let mut count = 0;
    for case in ["two_states", "bad_entry"].iter().flat_map(|kind| vectors[kind].as_array().unwrap()) {
        let bytes =
            data_encoding::BASE64URL_NOPAD.decode(case["evidence"].as_str().unwrap().as_bytes()).unwrap();
        let expected = if case["finding"] == "fraud" { Opinion::Proven } else { Opinion::Nothing };
        assert_eq!(judge(&bytes), expected, "{case}");
        count += 1;
    }
    assert!(count > 1);
}
