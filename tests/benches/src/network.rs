//! What one bare POST over TLS costs on loopback.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::host::Address;

/// As many bytes as an order has on the wire.
const ORDER_BYTES: usize = 480;

/// A client that sends to a place of the host where nothing is: the network, TLS and HTTP are all that it meets.
pub struct Posts {
    client: reqwest::Client,
    url: String,
}

impl Posts {
    /// To this host.
    pub fn to(host: &Address) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(host.certificate.clone().into()).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build();
        Self { client: client.expect("a client"), url: format!("{}/nothing", host.origin) }
    }

    /// How long one takes, on a connection that stands.
    pub async fn one(&self) -> Duration {
        let begun = Instant::now();
        let answer = self.client.post(&self.url).body(vec![b'7'; ORDER_BYTES]).send().await;
        answer.expect("an answer").bytes().await.expect("a body");
        begun.elapsed()
    }
}
