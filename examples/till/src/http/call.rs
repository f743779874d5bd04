//! Reading a call: its body and its session.

use std::net::{IpAddr, SocketAddr};

use ::http::StatusCode;
use ::http::request::Parts;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use serde::de::DeserializeOwned;

use crate::app::Shared;
use crate::problem::Problem;
use crate::session::Session;

/// A body, read as JSON within the limit.
pub(crate) struct Call<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Call<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        let limit = app.limits.body_bytes;
        let body = axum::body::to_bytes(request.into_body(), limit).await.map_err(|_| {
            let text = format!("A body has at most {limit} bytes.");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text)
        })?;
        // Where it stopped, but never what it read: a PIN may be in it.
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            let text = format!(
                "Not the JSON that belongs here, at line {} column {}.",
                error.line(),
                error.column()
            );
            Problem::new(StatusCode::BAD_REQUEST, "bad_body", text)
        })
    }
}

/// Who calls: from where, and with which session.
pub(crate) struct Caller {
    pub(crate) address: IpAddr,
    session: Option<Session>,
}

impl Caller {
    /// The session; fails for whoever has none.
    pub(crate) fn session(&self) -> Result<&Session, Problem> {
        self.session.as_ref().ok_or_else(Problem::session_needed)
    }

    pub(crate) fn has_session(&self) -> bool {
        self.session.is_some()
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let ConnectInfo(address) =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or_else(Problem::internal)?;
        Ok(Self { address: address.ip(), session: app.sessions.of(&parts.headers, app.now()) })
    }
}
