//! The rules that need no server.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use proptest::prelude::*;

use super::*;
use crate::issuer::native::call::Repeat;
use crate::issuer::native::clocks::parse_http_date;
use crate::issuer::native::problem;
use crate::issuer::native::repeat::{Next, next, pause};
use crate::issuer::{ConnectFault, IssuerBackend as _, IssuerError, Problem, TrustFault};

fn problem_of(status: u16, retry_after: &str, body: &str) -> IssuerError {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", retry_after.parse().unwrap());
    problem::read(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), NOW)
}

fn plain_problem(status: u16, retry_after_seconds: Option<i64>) -> IssuerError {
    let code = "http_error".to_owned();
    IssuerError::Problem(Problem { status, code, detail: None, field: None, retry_after_seconds })
}

/// Only calls need a runtime; what is known of issuers is set up wherever the wallet is opened.
#[test]
fn cards_are_taken_up_outside_a_runtime() {
    let backend = backend_with(quick());
    backend.use_card(card().body());
    assert_eq!(backend.issuer_now(&ISSUER), NOW);
}

#[test]
fn pauses_double_and_stay_within_bounds() {
    let (first, longest) = (Duration::from_millis(400), Duration::from_secs(30));
    assert_eq!(pause(first, longest, 1, 0), Duration::from_millis(400));
    assert_eq!(pause(first, longest, 1, u16::MAX), Duration::from_millis(200));
    assert_eq!(pause(first, longest, 3, 0), Duration::from_millis(1_600));
    assert_eq!(pause(first, longest, 32, 0), longest);
    assert_eq!(pause(first, longest, u32::MAX, u16::MAX), longest / 2);
}

#[test]
fn what_follows_a_failure() {
    let host = || "bread.example".to_owned();
    let unreachable = IssuerError::Unreachable { host: host(), fault: ConnectFault::Refused };
    let untrusted = IssuerError::Untrusted { host: host(), fault: TrustFault::WrongHost, tls_key: None };
    let interrupted = IssuerError::Interrupted { host: host() };
    let table = [
        (unreachable, Next::Again, Next::Again),
        (untrusted, Next::Elsewhere, Next::Elsewhere),
        (interrupted, Next::Again, Next::Stop),
        (IssuerError::Timeout { host: host() }, Next::Again, Next::Stop),
        (IssuerError::Malformed { what: "body", reason: String::new() }, Next::Stop, Next::Stop),
        (IssuerError::ClockSkew { issuer_now: 1 }, Next::Stop, Next::Stop),
        (plain_problem(404, None), Next::Stop, Next::Stop),
        (plain_problem(429, None), Next::Later, Next::Later),
        (plain_problem(500, None), Next::Again, Next::Stop),
        (plain_problem(501, None), Next::Stop, Next::Stop),
    ];
    for (error, freely, if_not_done) in table {
        assert_eq!(next(&error, Repeat::Freely), freely, "{error}");
        assert_eq!(next(&error, Repeat::IfNotDone), if_not_done, "{error}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    assert_eq!(problem_of(503, "120", ""), plain_problem(503, Some(120)));
    assert_eq!(problem_of(503, "Fri, 15 Jan 2027 08:01:00 GMT", ""), plain_problem(503, Some(60)));
    assert_eq!(problem_of(503, "Thu, 01 Jan 1970 00:00:00 GMT", ""), plain_problem(503, Some(0)));
    for bad in ["soon", "-1", "1.5", "99999999999999999999", ""] {
        assert_eq!(problem_of(503, bad, ""), plain_problem(503, None), "{bad}");
    }
    assert_eq!(parse_http_date("Fri, 15 Jan 2027 08:00:00 GMT"), Some(NOW));
    assert_eq!(parse_http_date("tomorrow"), None);
}

#[test]
fn codes_that_are_none_are_passed_over() {
    let long = "a".repeat(41);
    for code in ["", "has space", "Upper", "<script>", "ünlaut", &long] {
        let body = serde_json::json!({ "code": code }).to_string();
        assert_eq!(problem_of(400, "0", &body), plain_problem(400, Some(0)), "{code}");
    }
    // Without a time there is nothing to set the clock by.
    let error = problem_of(401, "0", r#"{"code":"clock_skew"}"#);
    assert!(error.is_problem("clock_skew"));
    let IssuerError::Problem(problem) =
        problem_of(400, "0", &serde_json::json!({ "code": "x", "detail": "y".repeat(5_000) }).to_string())
    else {
        panic!()
    };
    assert_eq!(problem.detail.unwrap().len(), 300);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_body_makes_a_problem(status in 300_u16..600, body in prop::collection::vec(any::<u8>(), 0..60)) {
        let error = problem::read(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), &body, NOW);
        prop_assert!(!error.code().is_empty());
    }
}
