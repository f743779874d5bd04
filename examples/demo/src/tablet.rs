//! The tablet behind the counter: calls the till as the till's page does.

use std::sync::Arc;

use reqwest::{Client, RequestBuilder, Response, header};
use rustls_pki_types::CertificateDer;
use serde_json::{Value, json};
use tallystick_till::Running;

use crate::error::DemoError;

/// A browser that knows the till's certificate, and has given its PIN.
pub struct Tablet {
    client: Client,
    till: String,
    session: String,
}

impl Tablet {
    /// Opens the till's page.
    pub async fn open(till: &Running, pin: &str) -> Result<Self, DemoError> {
        let mut roots = rustls::RootCertStore::empty();
        if let Some(certificate) = till.certificate_der() {
            roots.add(CertificateDer::from(certificate)).map_err(broken)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(broken)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client =
            Client::builder().tls_backend_preconfigured(config).no_proxy().build().map_err(broken)?;
        let mut tablet = Self { client, till: till.url(), session: String::new() };
        let opened = tablet.post("/api/unlock", &json!({ "pin": pin })).await?;
        let cookie = opened.headers().get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        cookie
            .and_then(|cookie| cookie.split(';').next())
            .unwrap_or_default()
            .clone_into(&mut tablet.session);
        Ok(tablet)
    }

    /// Asks for money.
    pub async fn charge(&self, prices: Value, key: &str) -> Result<Value, DemoError> {
        let charge = json!({ "prices": prices, "tip": [5, 10, 15], "idempotency_key": key });
        self.post("/api/charge", &charge).await?.json().await.map_err(broken)
    }

    /// The picture of a charge's code.
    pub async fn code(&self, id: &str) -> Result<Vec<u8>, DemoError> {
        Ok(self.get(&format!("/api/charge/{id}/code.png")).await?.bytes().await.map_err(broken)?.to_vec())
    }

    /// Listens to the till from now on.
    pub async fn listen(&self) -> Result<News, DemoError> {
        Ok(News { stream: self.get("/api/events").await?, read: String::new() })
    }

    async fn get(&self, path: &str) -> Result<Response, DemoError> {
        self.send(self.client.get(format!("{}{path}", self.till))).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Response, DemoError> {
        self.send(self.client.post(format!("{}{path}", self.till)).json(body)).await
    }

    async fn send(&self, call: RequestBuilder) -> Result<Response, DemoError> {
        let sent = call.header(header::COOKIE, &self.session).send().await.map_err(broken)?;
        if sent.status().is_success() {
            Ok(sent)
        } else {
            Err(DemoError::Till(sent.text().await.unwrap_or_default()))
        }
    }
}

/// What the till tells its page, as it happens.
pub struct News {
    stream: Response,
    read: String,
}

impl News {
    /// Waits until the till says that this charge is paid.
    pub async fn paid(&mut self, id: &str) -> Result<Value, DemoError> {
        loop {
            while let Some(end) = self.read.find("\n\n") {
                let rest = self.read.split_off(end + 2);
                let event = std::mem::replace(&mut self.read, rest);
                let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
                let is_charge = event.lines().any(|line| line.trim_end() == "event: charge");
                let told: Value = serde_json::from_str(&data).unwrap_or_default();
                if is_charge && told["id"] == id && told["state"] == "paid" {
                    return Ok(told);
                }
            }
            let more = self.stream.chunk().await.map_err(broken)?;
            let more = more.ok_or_else(|| DemoError::Till("the till stopped telling".into()))?;
            self.read.push_str(&String::from_utf8_lossy(&more));
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "errors are passed as they are made")]
fn broken(error: impl ToString) -> DemoError {
    DemoError::Till(error.to_string())
}
