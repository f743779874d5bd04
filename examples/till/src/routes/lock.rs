//! In and out: the PIN begins a session, the lock ends it.

use std::fmt;

use ::http::{HeaderValue, StatusCode, header};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use crate::app::Shared;
use crate::http::{Call, Caller};
use crate::problem::Problem;
use crate::session::{clear_cookie, set_cookie};

/// A PIN. Erased when dropped; never printed.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Pin(String);

impl Pin {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unlock {
    pin: Pin,
}

/// Nothing is said in its body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Empty {}

pub(super) async fn unlock(
    State(app): State<Shared>,
    caller: Caller,
    Call(Unlock { pin }): Call<Unlock>,
) -> Result<Response, Problem> {
    app.rates.unlock(caller.address)?;
    app.check_pin(pin.as_str()).await?;
    let token = app.sessions.begin(app.now(), app.entropy.as_ref());
    let lifetime = i64::try_from(app.limits.session_lifetime.as_secs()).unwrap_or(i64::MAX);
    with_cookie(&set_cookie(&token, lifetime, app.over_tls))
}

pub(super) async fn lock(
    State(app): State<Shared>,
    caller: Caller,
    Call(Empty {}): Call<Empty>,
) -> Result<Response, Problem> {
    app.sessions.end(caller.session()?);
    with_cookie(&Zeroizing::new(clear_cookie(app.over_tls)))
}

fn with_cookie(cookie: &str) -> Result<Response, Problem> {
    let mut value = HeaderValue::from_str(cookie).map_err(|_| Problem::internal())?;
    value.set_sensitive(true);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, value)]).into_response())
}
