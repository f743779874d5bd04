//! A server without a socket: all of it but TLS and HTTP's bytes, for tests that do a great many things to it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::config::{Config, Ports};
use crate::server::{Assembled, StartError, assemble, router};

/// A server without a socket. It ends like a crash: what was answered is durable.
pub struct Indoors {
    routes: Router,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    assembled: Option<Assembled>,
}

impl Indoors {
    /// Opens the data folder. Chores are not done.
    pub async fn open(config: Config, ports: Ports) -> Result<Self, StartError> {
        let (stop, stopping) = watch::channel(false);
        let assembled = tokio::task::spawn_blocking(move || assemble(config, ports, stopping)).await;
        let assembled = assembled.map_err(|error| StartError::Crashed(error.to_string()))??;
        let (routes, address) = (router(&assembled.app), assembled.address());
        Ok(Self { routes, address, stop, assembled: Some(assembled) })
    }

    /// One call and its answer.
    pub async fn call(&self, mut call: Request<Bytes>) -> Response<Bytes> {
        call.extensions_mut().insert(ConnectInfo(self.address));
        // A client's Host field says what it calls.
        if let Some(authority) = call.uri().authority().cloned()
            && let Ok(host) = authority.as_str().parse()
        {
            call.headers_mut().entry(http::header::HOST).or_insert(host);
        }
        let Ok(answer) = self.routes.clone().oneshot(call.map(Body::from)).await;
        let (parts, body) = answer.into_parts();
        if let Ok(body) = axum::body::to_bytes(body, usize::MAX).await {
            Response::from_parts(parts, body)
        } else {
            let mut broken = Response::new(Bytes::new());
            *broken.status_mut() = StatusCode::BAD_GATEWAY;
            broken
        }
    }
}

impl Drop for Indoors {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        let Some(Assembled { app, folder, thread, .. }) = self.assembled.take() else { return };
        // The writer ends with the last who can give it work.
        self.routes = Router::new();
        debug_assert_eq!(Arc::strong_count(&app), 1);
        drop(app);
        thread.join();
        drop(folder);
    }
}
