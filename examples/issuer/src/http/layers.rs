//! What happens around each request: rates, faults of tests, counting, the time of the answer.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use tower_http::catch_panic::CatchPanicLayer;

use crate::faults::{CrashPoint, Fault};
use crate::problem::{Code, Problem};
use crate::services::Shared;

/// Puts all layers around the routes.
pub(crate) fn around(routes: Router, app: &Shared) -> Router {
    let routes = routes
        .layer(from_fn_with_state(app.clone(), in_time))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Problem::internal().into_response()
        }))
        .layer(from_fn_with_state(app.clone(), with_faults))
        .layer(from_fn_with_state(app.clone(), counted));
    #[cfg(feature = "testing")]
    let routes = crate::testing::put_in_front(routes, app.front.as_ref());
    routes
}

/// No such place.
pub(crate) async fn not_found() -> Problem {
    Problem::bad_request("There is nothing here.").status(StatusCode::NOT_FOUND)
}

/// A place, but not for this method.
pub(crate) async fn wrong_method() -> Problem {
    Problem::bad_request("This place takes another method.").status(StatusCode::METHOD_NOT_ALLOWED)
}

/// Counts, keeps the rate of client addresses, and tells the issuer's time.
async fn counted(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let mut response = match address.map_or(Ok(()), |address| app.rates.address(address)) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    app.services.metrics.request(method_name(&method), &route, response.status().as_u16());
    if let Some(code) = response.extensions().get::<Code>() {
        app.services.metrics.problem(code.as_str());
    }
    // Wallets keep each issuer's offset by this.
    let headers = response.headers_mut();
    if let Ok(date) = HeaderValue::from_str(&date(app.services.time.now())) {
        headers.insert(header::DATE, date);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Methods that nobody defined must not fill the counters.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// RFC 9110 §5.6.7.
fn date(now: i64) -> String {
    let seconds = u64::try_from(now).unwrap_or(0);
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(seconds.min(253_402_300_799)))
}

/// Gives up on a request after its time. What it handed to the writer is decided all the same.
async fn in_time(State(app): State<Shared>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(app.services.limits.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("It took too long: ask again.", 5).into_response(),
    }
}

/// Does to a request what a test has planned for it.
async fn with_faults(State(app): State<Shared>, request: Request, next: Next) -> Response {
    app.services.reach(CrashPoint::RequestArrived);
    let response = suffer(&app, request, next).await;
    app.services.reach(CrashPoint::AnswerReady);
    response
}

async fn suffer(app: &Shared, request: Request, next: Next) -> Response {
    match app.services.faults.next(request.method().as_str(), request.uri().path()) {
        None => next.run(request).await,
        Some(Fault::Delay(wait)) => {
            let response = next.run(request).await;
            tokio::time::sleep(wait).await;
            response
        }
        Some(Fault::LoseReply) => {
            next.run(request).await;
            lost()
        }
        Some(Fault::FailBefore) => Problem::internal().into_response(),
        Some(Fault::FailAfter) => {
            next.run(request).await;
            Problem::internal().into_response()
        }
        Some(Fault::HandleTwice) => twice(app, request, next).await,
    }
}

/// An answer that breaks the connection instead of arriving.
fn lost() -> Response {
    let broken = futures_util::stream::once(async {
        Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Response::new(Body::from_stream(broken))
}

async fn twice(app: &Shared, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, app.services.limits.body_bytes).await else {
        return Problem::new(Code::TooLarge, "The body is too large.").into_response();
    };
    let first = Request::from_parts(parts.clone(), Body::from(body.clone()));
    next.clone().run(first).await;
    next.run(Request::from_parts(parts, Body::from(body))).await
}
