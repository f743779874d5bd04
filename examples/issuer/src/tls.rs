//! TLS: a given certificate, or one that the server makes for itself.
//!
//! A self-made certificate is worth as much as the card that names its key (protocol §8): so the key is kept for good,
//! and the certificate around it is made anew at each start, for the names of that day.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tallystick::keys::Digest;

use crate::config::TlsFiles;
use crate::faults::Faults;
use crate::folder;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file could not be read or written.
    #[error("{file}: {source}")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A PEM file holds no certificate or no key.
    #[error("{file} is not the PEM file that it should be: {reason}")]
    Pem {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// Certificate and key cannot be used, or do not belong together.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
}

/// What the server shows to its callers.
pub(crate) struct Identity {
    /// For the listener.
    pub config: Arc<rustls::ServerConfig>,
    /// The server's own certificate.
    pub certificate: CertificateDer<'static>,
    /// SHA-256 of the key's SubjectPublicKeyInfo: what cards name.
    pub key_hash: Digest,
}

/// Reads the given certificate and key.
pub(crate) fn given(files: &TlsFiles) -> Result<Identity, TlsError> {
    let pem = |file: &Path, error: &rustls_pki_types::pem::Error| TlsError::Pem {
        file: file.display().to_string(),
        reason: error.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(&files.certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| pem(&files.certificates, &error))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| pem(&files.key, &error))?;
    identity(chain, key)
}

/// Makes a certificate for these names (hosts and addresses) around the key kept in `folder`, which is made first if
/// there is none.
pub(crate) fn self_made(
    folder: &Path,
    names: Vec<String>,
    faults: &dyn Faults,
) -> Result<Identity, TlsError> {
    let unusable = |error: rcgen::Error| TlsError::Certificate(error.to_string());
    let file = folder.join("tls.key");
    let failed = |source| TlsError::File { file: file.display().to_string(), source };
    let key = if file.exists() {
        let pem = zeroize::Zeroizing::new(fs::read_to_string(&file).map_err(failed)?);
        rcgen::KeyPair::from_pem(&pem).map_err(unusable)?
    } else {
        let key = rcgen::KeyPair::generate().map_err(unusable)?;
        folder::write_secret(&file, zeroize::Zeroizing::new(key.serialize_pem()).as_bytes(), faults)
            .map_err(failed)?;
        key
    };
    let mut params = rcgen::CertificateParams::new(names).map_err(unusable)?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "Tallystick issuer");
    let certificate = params.self_signed(&key).map_err(unusable)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|reason| TlsError::Certificate(reason.to_owned()))?;
    identity(vec![certificate.der().clone()], key)
}

fn identity(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Identity, TlsError> {
    let unusable = |error: rustls::Error| TlsError::Certificate(error.to_string());
    let certificate =
        chain.first().cloned().ok_or_else(|| TlsError::Certificate("there is none".to_owned()))?;
    let signing = ring::sign::any_supported_type(&key).map_err(unusable)?;
    let key_hash = signing
        .public_key()
        .map(|spki| Digest::of(&[&spki]))
        .ok_or_else(|| TlsError::Certificate("the key has no public half".to_owned()))?;
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Identity { config: Arc::new(config), certificate, key_hash })
}
