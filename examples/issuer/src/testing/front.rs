//! What stands before all routes: an issuer that is broken on purpose.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

/// An answer that is being made.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Sees every call first and every answer last, and may change both.
pub trait Front: Send + Sync + Debug {
    /// Answers a call; `next` is the issuer itself.
    fn answer(self: Arc<Self>, call: Request, next: Next) -> Answering;
}

/// Puts it around all routes.
pub(crate) fn put_in_front(routes: Router, front: Option<&Arc<dyn Front>>) -> Router {
    match front {
        Some(front) => routes.layer(from_fn_with_state(Arc::clone(front), pass)),
        None => routes,
    }
}

async fn pass(State(front): State<Arc<dyn Front>>, call: Request, next: Next) -> Response {
    front.answer(call, next).await
}
