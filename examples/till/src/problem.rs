//! What a call is answered when it cannot be done: a status, a stable code that the page translates, and a word in
//! English for whoever reads the wire.

use ::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tallystick::error::WalletError;

/// Why a call cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// Stable.
    pub(crate) code: String,
    /// The member of the body that is wrong.
    pub(crate) field: Option<&'static str>,
    /// In English.
    pub(crate) text: String,
    /// When it is worth trying again, in seconds.
    pub(crate) retry_after: Option<i64>,
    /// How many wrong PINs are left before one has to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) left: Option<i64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, text: impl Into<String>) -> Self {
        Self { status, code: code.into(), field: None, text: text.into(), retry_after: None, left: None }
    }

    /// A member of the body cannot be taken as it is.
    pub(crate) fn bad(field: &'static str, code: &str, text: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::new(StatusCode::BAD_REQUEST, code, text) }
    }

    /// Something that was asked for is not there.
    pub(crate) fn unknown(code: &str, text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, text)
    }

    /// It clashes with what is.
    pub(crate) fn conflict(code: &str, text: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, text)
    }

    /// Too often.
    pub(crate) fn too_many(code: &str, text: impl Into<String>, retry_after: i64) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::TOO_MANY_REQUESTS, code, text) }
    }

    /// The till is at fault. What happened stands in its log, not in the answer.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The till's log says more.")
    }

    /// Nobody has unlocked the till from this tablet.
    pub(crate) fn session_needed() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "session_needed", "Unlock the till with its PIN.")
    }
}

/// What issuers answer to a call of the till, and not for want of a network (protocol §6).
const REFUSALS: &[&str] = &["already_paid", "limit_exceeded", "not_authorised", "stale_card", "clock_skew"];

/// What the wallet says. Its texts name no secret.
impl From<WalletError> for Problem {
    fn from(error: WalletError) -> Self {
        let (code, text) = (error.code().to_owned(), error.to_string());
        match error {
            WalletError::InvalidInput { field, .. } => {
                // The wallet's fields that stand in bodies of calls too.
                let field =
                    ["prices", "amount", "note", "lines", "reference", "tip", "payment", "link", "pin"]
                        .into_iter()
                        .find(|ours| *ours == field);
                Self { field, ..Self::new(StatusCode::BAD_REQUEST, &code, text) }
            }
            WalletError::NotFound { .. } => Self::unknown("not_found", text),
            WalletError::InsufficientFunds { .. } => Self::conflict("insufficient_funds", text),
            WalletError::Conflict { .. } => Self::conflict("idempotency_conflict", text),
            WalletError::Pending { .. } => Self::conflict("pending", text),
            WalletError::OverLimit { .. } => Self::conflict("limit_exceeded", text),
            // An issuer was reached, and said no.
            WalletError::Network { fault, .. } if REFUSALS.contains(&fault.as_str()) => {
                Self::conflict(&code, text)
            }
            WalletError::Network { .. } => {
                tracing::info!(code, "an issuer cannot be reached");
                let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "issuer_unreachable", text);
                Self { retry_after: Some(5), ..problem }
            }
            WalletError::Untrusted { .. } => {
                tracing::warn!(code, "an issuer is not to be believed");
                Self::new(StatusCode::BAD_GATEWAY, "issuer_untrusted", text)
            }
            WalletError::Denied { retry_after_seconds, .. } => {
                Self { retry_after: retry_after_seconds, ..Self::new(StatusCode::FORBIDDEN, &code, text) }
            }
            WalletError::Locked => Self::session_needed(),
            WalletError::Storage { .. } | WalletError::Internal { .. } => {
                tracing::error!(code, %text, "the wallet failed");
                Self::internal()
            }
            // The issuer refused, a grant does not reach that far, or it is too late.
            _ => Self::conflict(&code, text),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(&self)).into_response();
        if let Some(seconds) = self.retry_after.filter(|seconds| *seconds >= 0) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.unsigned_abs()));
        }
        response
    }
}
