//! What happens around each call: whom it is meant for, from which page it comes, how often, how long, and what browsers
//! are told to keep to.

use std::net::SocketAddr;

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::{App, Shared};
use crate::problem::Problem;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      form-action 'none'";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Puts all layers around the routes.
pub(crate) fn around(routes: Router, app: &Shared) -> Router {
    routes
        .layer(from_fn_with_state(app.clone(), in_time))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a call made the till panic");
            Problem::internal().into_response()
        }))
        .layer(from_fn_with_state(app.clone(), guarded))
}

async fn guarded(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // The camera reads receipts; nothing else of the tablet is needed.
    set(HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(), geolocation=()");
    set(header::CACHE_CONTROL, if is_api { "no-store" } else { "no-cache" });
    response
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    let host = host(request.uri(), request.headers()).filter(|host| app.hosts.allow(host));
    let Some(host) = host else {
        let text = "The till is not called that. Name it with --name when it is started.";
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", text));
    };
    if let Some(ConnectInfo(address)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        app.rates.call(address.ip())?;
    }
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return Ok(());
    }
    if !is_json(request.headers()) {
        let text = "Calls that change something are application/json.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_content_type", text));
    }
    if !is_own_page(app, host, request.headers()) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "The call comes from another page.",
        ));
    }
    Ok(())
}

/// HTTP/2 names the host in the address, HTTP/1.1 in a field.
fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let mut fields = headers.get_all(header::HOST).iter();
    let field = fields.next().map(|field| field.to_str().unwrap_or_default());
    let authority = uri.authority().map(http::uri::Authority::as_str);
    match (authority, field, fields.next()) {
        (Some(authority), None, None) => Some(authority),
        (Some(authority), Some(field), None) if authority == field => Some(authority),
        (None, Some(field), None) => Some(field),
        // Two names: somebody wants one of us to read the other.
        _ => None,
    }
}

/// A form of another page can send three kinds of bodies; this is none of them.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// Whether the browser says that the call comes from the till's own page. Programs that are no browsers say nothing.
fn is_own_page(app: &App, host: &str, headers: &HeaderMap) -> bool {
    let scheme = if app.over_tls { "https" } else { "http" };
    let origin = headers.get(header::ORIGIN).map(HeaderValue::to_str);
    let same_origin = match origin {
        None => true,
        Some(origin) => origin.is_ok_and(|origin| origin.eq_ignore_ascii_case(&format!("{scheme}://{host}"))),
    };
    let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    same_origin && site.is_none_or(|site| site == b"same-origin" || site == b"none")
}

/// Gives up on a call after its time. What it began goes on.
async fn in_time(State(app): State<Shared>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(app.limits.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "It took too long.").into_response()
        }
    }
}
