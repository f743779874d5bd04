//! The reference issuer, as it is or with something broken in front of it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses its part; what cannot be set up fails the test"
)]

use std::sync::Arc;

use tallystick::artefact::{Card, Endpoint, Signed};
use tallystick::clock::{Clock as _, SystemClock, SystemEntropy};
use tallystick::issuer::IssuerBackend as _;
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::keys::{Digest, IssuerId, SigningKey};
use tallystick::money::{Amount, Currency};
use tallystick_conformance::{Options, Roots, Target};
use tallystick_issuer::testing::Front;
use tallystick_issuer::{Config, Issuer, Limits, Ports, RunningServer};

/// A host on loopback.
pub struct Host {
    pub server: RunningServer,
    folder: tempfile::TempDir,
}

impl Host {
    /// Starts it.
    pub async fn start(front: Option<Arc<dyn Front>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { limits: Limits::without_rates(), ..Config::on_loopback(folder.path()) };
        let server = Issuer::start_with(config, Ports { front, ..Ports::default() }).await.unwrap();
        Self { server, folder }
    }

    pub fn origin(&self) -> String {
        self.server.origin().to_owned()
    }

    /// Everything that the kit can ask.
    pub fn options(&self) -> Options {
        let inside = self.server.inside();
        Options {
            target: Target::Host { origin: self.origin(), token: None },
            roots: Roots::from_der(self.server.certificate_der()).unwrap(),
            only: Vec::new(),
            patient: false,
            signing_keys: Some(Arc::new(move |issuer| {
                let inside = inside.clone();
                Box::pin(async move { inside.signing_key(issuer).await.ok() })
            })),
        }
    }

    #[allow(clippy::unused_self, reason = "a wallet's side of this host")]
    fn backend(&self) -> NativeBackend {
        NativeBackend::new(NativeConfig::default(), Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap()
    }

    /// The card in force.
    pub async fn card(&self, issuer: IssuerId) -> Signed<Card> {
        let origin = self.origin();
        self.backend().card(&issuer, origin.strip_prefix("https://")).await.unwrap().card
    }

    /// An issuer that somebody else founded.
    pub async fn found(&self) -> (SigningKey, IssuerId) {
        let key = SigningKey::generate(&SystemEntropy);
        let commitment = Digest::of(&[b"nobody's recovery key"]);
        let host = Endpoint { origin: self.origin(), tls_keys: self.server.tls_key_hashes() };
        let backend = self.backend();
        let founding = backend.found_issuer(&host, None, &key.public_key(), &commitment).await.unwrap();
        let now = SystemClock.now();
        let card = Card {
            issuer: founding.issuer,
            commitment,
            serial: 1,
            rekey_number: 0,
            name: "Somebody's".into(),
            currency: Currency::new("BUN", "Bun", "b", 2).unwrap(),
            endpoints: vec![host],
            signing_key: founding.signing_key,
            signing_key_from: now - 60,
            signing_key_until: now + 86_400,
            epoch: 0,
            promise: "A bun.".into(),
            owners_limit: Amount::new(200_000),
            logo: None,
            last_statement: None,
            signed_at: now,
        };
        let card = Signed::sign(&card, &key).unwrap();
        backend.use_card(card.body());
        backend.put_card(&card, &[]).await.unwrap();
        (key, founding.issuer)
    }
}
