//! Who is believed to be an issuer's server (protocol §8).
//!
//! A certificate that is valid for the host, *or* a TLS key that the card in force names: a small town needs no
//! certificate authority. The handshake's signature is checked in every case.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

use crate::clock::Clock;
use crate::issuer::{IssuerError, TrustFault};
use crate::keys::Digest;

/// Makes TLS configurations.
#[derive(Debug)]
pub(super) struct Tls {
    provider: Arc<CryptoProvider>,
    authorities: Arc<WebPkiServerVerifier>,
    clock: Arc<dyn Clock>,
}

/// Whom a connection believes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Trust {
    /// Certificates that are valid for the host, and these TLS keys whatever their certificate says.
    Checked(Vec<Digest>),
    /// Anyone. Only for what proves itself: the card.
    Unchecked,
}

/// The server did not prove who it is.
#[derive(Debug, thiserror::Error)]
#[error("{}", .fault.code())]
pub(super) struct NotTrusted {
    pub fault: TrustFault,
    pub tls_key: Option<Digest>,
}

impl Tls {
    pub fn new(extra_roots: &[Vec<u8>], clock: Arc<dyn Clock>) -> Result<Self, IssuerError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for root in extra_roots {
            roots
                .add(CertificateDer::from(root.as_slice()))
                .map_err(|_| IssuerError::Unsendable { reason: "an extra root is not a certificate" })?;
        }
        let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|_| IssuerError::Unsendable { reason: "there are no roots to believe" })?;
        Ok(Self { provider, authorities, clock })
    }

    pub fn config(&self, trust: &Trust) -> Result<ClientConfig, IssuerError> {
        let verifier = Verifier { authorities: self.authorities.clone(), trust: trust.clone() };
        let time = Arc::new(OwnTime(self.clock.clone()));
        let mut config = ClientConfig::builder_with_details(self.provider.clone(), time)
            .with_safe_default_protocol_versions()
            .map_err(|_| IssuerError::Unsendable { reason: "no version of TLS is available" })?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        if *trust == Trust::Unchecked {
            config.resumption = Resumption::disabled();
        }
        Ok(config)
    }
}

#[derive(Debug)]
struct OwnTime(Arc<dyn Clock>);

impl TimeProvider for OwnTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

#[derive(Debug)]
struct Verifier {
    authorities: Arc<WebPkiServerVerifier>,
    trust: Trust,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Trust::Checked(tls_keys) = &self.trust else { return Ok(ServerCertVerified::assertion()) };
        let checked =
            self.authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let Err(error) = checked else { return checked };

        let tls_key = ParsedCertificate::try_from(end_entity)
            .ok()
            .map(|certificate| Digest::of(&[certificate.subject_public_key_info().as_ref()]));
        if tls_key.is_some_and(|key| tls_keys.contains(&key)) {
            return Ok(ServerCertVerified::assertion());
        }
        let not_trusted = NotTrusted { fault: fault(&error), tls_key };
        Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(not_trusted)))))
    }

    fn verify_tls12_signature(
        &self,
        text: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls12_signature(text, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        text: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls13_signature(text, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

fn fault(error: &Error) -> TrustFault {
    use CertificateError as Fault;
    let Error::InvalidCertificate(error) = error else { return TrustFault::Other };
    match error {
        Fault::UnknownIssuer => TrustFault::UnknownAuthority,
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => TrustFault::WrongHost,
        Fault::Expired | Fault::ExpiredContext { .. } => TrustFault::NotValidNow,
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => TrustFault::NotValidNow,
        _ => TrustFault::Other,
    }
}
