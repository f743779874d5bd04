//! Problems (RFC 9457): answers that decide nothing (protocol §1.4, §6).

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use tallystick::artefact::ArtefactError;
use tallystick::clock::UnixSeconds;

/// The codes of protocol §6, each with the status and the title that it goes with.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $title:literal;)*) => {
        /// What kind of problem it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// Its stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The code with this name.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($code => Some(Self::$name),)* _ => None }
            }

            /// The status that it goes with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    BadArtefact = "bad_artefact", BAD_REQUEST, "Not a well-formed artefact";
    BadSignature = "bad_signature", BAD_REQUEST, "The signature is wrong";
    WrongIssuer = "wrong_issuer", BAD_REQUEST, "Meant for another issuer";
    UnknownVersion = "unknown_version", BAD_REQUEST, "Of a version that is not known here";
    UnknownCritical = "unknown_critical", BAD_REQUEST, "Holds a critical field that is not known here";
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "Too large";
    BadRequest = "bad_request", BAD_REQUEST, "Not a request that can be answered";
    UnknownIssuer = "unknown_issuer", NOT_FOUND, "No such issuer here";
    UnknownAccount = "unknown_account", NOT_FOUND, "No such account here: post its opening again";
    UnknownOrder = "unknown_order", NOT_FOUND, "Nothing is known of this order";
    UnknownRequest = "unknown_request", NOT_FOUND, "No such request here";
    UnknownStatement = "unknown_statement", NOT_FOUND, "No such statement here";
    NotAuthorised = "not_authorised", FORBIDDEN, "This key may not do that";
    ClockSkew = "clock_skew", UNAUTHORIZED, "Signed too far from the issuer's time";
    SignatureReplayed = "signature_replayed", UNAUTHORIZED, "This signature was used before";
    StaleCard = "stale_card", CONFLICT, "A newer card is in force";
    NameTaken = "name_taken", CONFLICT, "The name, or one that looks like it, belongs to another account";
    LimitExceeded = "limit_exceeded", CONFLICT, "More than a limit allows";
    AlreadyPaid = "already_paid", CONFLICT, "Already paid";
    RekeyConflict = "rekey_conflict", CONFLICT, "Does not follow from the keys known here";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    LedgerBehind = "ledger_behind", SERVICE_UNAVAILABLE, "The ledger lacks something that was signed: its owner must declare a restore";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Cannot be answered now";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something is wrong with the server";
}

/// An answer that decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .code.as_str())]
pub struct Problem {
    /// What kind of problem it is.
    pub code: Code,
    /// What exactly was wrong, for a person.
    pub detail: Cow<'static, str>,
    /// The member or field that was wrong.
    pub field: Option<Cow<'static, str>>,
    /// The issuer's time, where a clock is the problem.
    pub now: Option<UnixSeconds>,
    /// When it is worth trying again, in seconds.
    pub retry_after: Option<u64>,
    /// The status, where it is not the usual one of the code.
    status: Option<StatusCode>,
}

impl Problem {
    /// A problem with a word on what was wrong.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        Self { code, detail, field: None, now: None, retry_after: None, status: None }
    }

    /// The body or the address cannot be read.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadRequest, detail)
    }

    /// The key may not do that.
    pub fn not_authorised(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::NotAuthorised, detail)
    }

    /// The fault is the server's. What it is stands in its log, not in the answer.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "The server's log says more.")
    }

    /// Worth trying again after `seconds`.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>, seconds: u64) -> Self {
        Self::new(Code::Unavailable, detail).retry_after(seconds)
    }

    /// Names the member or field that was wrong.
    pub fn field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Tells the issuer's time.
    pub fn now(mut self, now: UnixSeconds) -> Self {
        self.now = Some(now);
        self
    }

    /// Says when to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Answers with another status than the code's usual one.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// What is wrong with a member of the body that should be an artefact.
    pub fn artefact(member: &'static str, error: &ArtefactError) -> Self {
        let code = Code::named(error.problem_code()).unwrap_or(Code::BadArtefact);
        let field = match error {
            ArtefactError::Missing { field } | ArtefactError::Field { field, .. } => Some(*field),
            _ => None,
        };
        let problem = Self::new(code, format!("`{member}`: {error}"));
        match field {
            Some(field) => problem.field(format!("{member}.{field}")),
            None => problem.field(member),
        }
    }
}

/// A failure of the database is the server's fault. Its text names no secret: all values are bound, none is written in.
impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the database failed");
        Self::internal()
    }
}

/// The body of a problem, as RFC 9457 has it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// `urn:tallystick:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:tallystick:problem:unknown_account")]
    kind: String,
    /// The same for each problem of a code.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What exactly was wrong.
    detail: String,
    /// Stable, for programs.
    #[schema(example = "unknown_account")]
    code: &'static str,
    /// The member or field that was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The issuer's time in Unix seconds, where a clock is the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status.unwrap_or(self.code.status());
        let body = ProblemBody {
            kind: format!("urn:tallystick:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: status.as_u16(),
            detail: self.detail.into_owned(),
            code: self.code.as_str(),
            field: self.field.map(Cow::into_owned),
            now: self.now,
        };
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self.code);
        response
    }
}
