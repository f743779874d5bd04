//! Calls that take another way than the network, for tests that own it.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use reqwest::RequestBuilder;

use crate::issuer::IssuerError;

/// Takes calls to their issuers, whole as they would leave, and their answers back.
#[async_trait]
pub trait Carrier: Debug + Send + Sync {
    /// One call and its answer.
    async fn carry(&self, call: Request<Bytes>) -> Result<Response<Bytes>, IssuerError>;
}

/// Sends a request this way.
pub(super) async fn send(
    carrier: &dyn Carrier,
    request: RequestBuilder,
) -> Result<reqwest::Response, IssuerError> {
    let unsendable = IssuerError::Unsendable { reason: "the request cannot be built" };
    let Ok(request) = request.build() else { return Err(unsendable) };
    let body =
        request.body().and_then(|body| body.as_bytes()).map_or_else(Bytes::new, Bytes::copy_from_slice);
    let mut call = Request::new(body);
    *call.method_mut() = request.method().clone();
    let Ok(uri) = request.url().as_str().parse() else { return Err(unsendable) };
    *call.uri_mut() = uri;
    *call.headers_mut() = request.headers().clone();
    Ok(carrier.carry(call).await?.into())
}
