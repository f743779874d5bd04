//! Reading a call: its place, its body, its signature.

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use tallystick::issuer::http_signature;

use crate::access::Caller;
use crate::problem::{Code, Problem};
use crate::services::{App, Shared};

/// What stands in the path.
pub(crate) struct Place<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Place<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(place) = Path::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::bad_request(rejection.body_text()).field("path"))?;
        Ok(Self(place))
    }
}

/// What stands after the question mark.
pub(crate) struct Search<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Search<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(search) = Query::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::bad_request(rejection.body_text()).field("query"))?;
        Ok(Self(search))
    }
}

/// A whole call, its body read within the limit.
pub(crate) struct Call {
    parts: Parts,
    body: Bytes,
}

impl FromRequest<Shared> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let limit = app.services.limits.body_bytes;
        let body = axum::body::to_bytes(body, limit).await.map_err(|_| {
            Problem::new(Code::TooLarge, format!("A body has at most {limit} bytes.")).into_response()
        })?;
        Ok(Self { parts, body })
    }
}

impl Call {
    /// The body as JSON. Unknown members are ignored.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Problem::bad_request(format!("The body cannot be read: {error}")).field("body"))
    }

    /// The fields of the call.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Who signed the call. Its signature is good and fresh; what the key may do is still to be asked, and its nonce to
    /// be taken.
    pub fn caller(&self, app: &App) -> Result<Caller, Problem> {
        let host = self.host()?;
        let path = self.parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let body = (!self.body.is_empty()).then_some(&*self.body);
        let target = http_signature::target_uri(&host, path);
        let signature =
            http_signature::verify(self.parts.method.as_str(), &target, &self.parts.headers, body)?;
        let now = app.services.time.now();
        signature.check_fresh(now)?;
        app.nonces.check_since_start(&signature, now)?;
        app.rates.key(&signature.key)?;
        Ok(Caller { signature, host })
    }

    /// HTTP/2 names the host in the address, HTTP/1.1 in a field.
    fn host(&self) -> Result<String, Problem> {
        let from_field = || self.parts.headers.get(header::HOST)?.to_str().ok().map(str::to_owned);
        self.parts
            .uri
            .authority()
            .map(|authority| authority.as_str().to_owned())
            .or_else(from_field)
            .ok_or_else(|| Problem::bad_request("The call names no host.").field("host"))
    }

    /// The token in `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        self.parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
    }

    /// Checks the token, if one is asked for.
    pub fn check_token(&self, token: Option<&crate::config::Token>) -> Result<(), Problem> {
        match (token, self.bearer()) {
            (None, _) => Ok(()),
            (Some(token), Some(shown)) if token.is(shown) => Ok(()),
            (Some(_), _) => {
                Err(Problem::not_authorised("This host asks for a token (`Authorization: Bearer`).")
                    .status(StatusCode::UNAUTHORIZED))
            }
        }
    }
}
