//! Reading a problem (RFC 9457, protocol §1.4).

use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::clocks::parse_http_date;
use crate::clock::UnixSeconds;
use crate::issuer::{IssuerError, Problem};

const NO_CODE: &str = "http_error";
const MAX_DETAIL_CHARACTERS: usize = 300;
const MAX_CODE_LENGTH: usize = 40;

#[derive(Debug, Default, Deserialize)]
struct Body {
    code: Option<String>,
    detail: Option<String>,
    field: Option<String>,
    now: Option<UnixSeconds>,
}

/// What an answer that is no success says. `now` is our own time.
pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8], now: UnixSeconds) -> IssuerError {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let code = body.code.filter(|code| is_code(code)).unwrap_or_else(|| NO_CODE.to_owned());
    if let (401, "clock_skew", Some(issuer_now)) = (status.as_u16(), code.as_str(), body.now) {
        return IssuerError::ClockSkew { issuer_now };
    }
    IssuerError::Problem(Problem {
        status: status.as_u16(),
        code,
        detail: body.detail.map(|text| plain(&text)),
        field: body.field.map(|text| plain(&text)),
        retry_after_seconds: headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| retry_after(text.trim(), now)),
    })
}

/// Seconds or an HTTP date (RFC 9110 §10.2.3).
fn retry_after(text: &str, now: UnixSeconds) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    parse_http_date(text).map(|time| time.saturating_sub(now).max(0))
}

fn is_code(text: &str) -> bool {
    (1..=MAX_CODE_LENGTH).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Words of a server, fit for a log: short and on one line.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(MAX_DETAIL_CHARACTERS).collect()
}
