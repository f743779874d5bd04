//! A host that answers what a test tells it to.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use serde_json::Value;
use tallystick_issuer::testing::{Answering, Front};

type Lie = Box<dyn FnMut(&str, &mut Value) + Send>;

/// Changes answers on their way out.
#[derive(Default)]
pub struct Liar(Mutex<Option<Lie>>);

impl Liar {
    /// From now on answers in JSON are changed by this, which is told the path of the call.
    pub fn tell(&self, lie: impl FnMut(&str, &mut Value) + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(lie));
    }

    /// The truth again.
    pub fn stop(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn lies(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn change(&self, path: &str, json: &mut Value) {
        if let Some(lie) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            lie(path, json);
        }
    }
}

impl fmt::Debug for Liar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Liar").field("lies", &self.lies()).finish()
    }
}

impl Front for Liar {
    fn answer(self: Arc<Self>, call: Request, next: Next) -> Answering {
        Box::pin(async move {
            let path = call.uri().path().to_owned();
            let response = next.run(call).await;
            // Event streams have no end to wait for.
            if !self.lies() || path.ends_with("/events") {
                return response;
            }
            let (mut parts, body) = response.into_parts();
            let bytes = to_bytes(body, 4 << 20).await.expect("an answer");
            let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) else {
                return Response::from_parts(parts, Body::from(bytes));
            };
            self.change(&path, &mut json);
            parts.headers.remove(CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(json.to_string()))
        })
    }
}
