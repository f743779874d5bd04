//! TLS: the shop's own certificate, or one that the till makes for itself.
//!
//! Nobody vouches for a self-made certificate: a person tells the tablet once that it is the right one. So key and
//! certificate are both kept, and made anew only when the till gets another name, or a month before the end.

use std::path::Path;
use std::sync::Arc;

use rcgen::PublicKeyData as _;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tallystick::clock::UnixSeconds;
use x509_parser::extensions::GeneralName;
use zeroize::Zeroizing;

use crate::config::TlsFiles;
use crate::folder;

const DAY: i64 = 86_400;
/// Apple's browsers take no longer lifetime than 825 days.
const LIFETIME: i64 = 820 * DAY;
const MARGIN: i64 = 30 * DAY;

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

/// What the till shows to its callers.
pub(crate) struct Identity {
    /// For the listener.
    pub(crate) config: Arc<rustls::ServerConfig>,
    /// The till's own certificate.
    pub(crate) certificate: CertificateDer<'static>,
}

/// Reads the shop's certificate and key.
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

/// The certificate kept in `folder`, if it is still good for all these names; otherwise a new one around the same key.
pub(crate) fn self_made(folder: &Path, names: Vec<String>, now: UnixSeconds) -> Result<Identity, TlsError> {
    let key = kept_key(folder)?;
    let file = folder.join("tls.crt");
    let failed = |source| TlsError::File { file: file.display().to_string(), source };
    let kept = folder::read_if_there(&file).map_err(failed)?;
    let kept = kept.and_then(|pem| CertificateDer::from_pem_slice(&pem).ok());
    let certificate = if let Some(kept) = kept.filter(|kept| is_good(kept, &key, &names, now)) {
        kept
    } else {
        let made = make(&key, names, now)?;
        folder::write_private(&file, made.pem().as_bytes()).map_err(failed)?;
        made.der().clone()
    };
    let key = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|reason| TlsError::Certificate(reason.to_owned()))?;
    identity(vec![certificate], key)
}

fn kept_key(folder: &Path) -> Result<rcgen::KeyPair, TlsError> {
    let file = folder.join("tls.key");
    let failed = |source| TlsError::File { file: file.display().to_string(), source };
    let pem = folder::read_if_there(&file).map_err(failed)?.map(Zeroizing::new);
    if let Some(pem) = pem {
        let pem = std::str::from_utf8(&pem)
            .map_err(|error| TlsError::Pem { file: file.display().to_string(), reason: error.to_string() })?;
        return rcgen::KeyPair::from_pem(pem).map_err(|error| unusable(&error));
    }
    let key = rcgen::KeyPair::generate().map_err(|error| unusable(&error))?;
    folder::write_private(&file, Zeroizing::new(key.serialize_pem()).as_bytes()).map_err(failed)?;
    Ok(key)
}

fn make(key: &rcgen::KeyPair, names: Vec<String>, now: UnixSeconds) -> Result<rcgen::Certificate, TlsError> {
    let mut params = rcgen::CertificateParams::new(names).map_err(|error| unusable(&error))?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "Tallystick till");
    params.extended_key_usages.push(rcgen::ExtendedKeyUsagePurpose::ServerAuth);
    let begin = rcgen::date_time_ymd(1970, 1, 1);
    // A tablet's clock may be a little behind.
    let at = |seconds: i64| begin + std::time::Duration::from_secs(seconds.max(0).unsigned_abs());
    params.not_before = at(now - DAY);
    params.not_after = at(now + LIFETIME);
    params.self_signed(key).map_err(|error| unusable(&error))
}

fn is_good(
    certificate: &CertificateDer<'_>,
    key: &rcgen::KeyPair,
    names: &[String],
    now: UnixSeconds,
) -> bool {
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else { return false };
    let validity = parsed.validity();
    let in_time = validity.not_before.timestamp() <= now
        && now.saturating_add(MARGIN) <= validity.not_after.timestamp();
    let ours = parsed.public_key().raw == key.subject_public_key_info();
    let Ok(Some(alternatives)) = parsed.subject_alternative_name() else { return false };
    let covered: Vec<String> = alternatives
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress([a, b, c, d]) => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
            GeneralName::IPAddress(bytes) => {
                <[u8; 16]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string())
            }
            _ => None,
        })
        .collect();
    in_time && ours && names.iter().all(|name| covered.contains(name))
}

fn identity(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Identity, TlsError> {
    let certificate =
        chain.first().cloned().ok_or_else(|| TlsError::Certificate("there is none".to_owned()))?;
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unusable(&error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Identity { config: Arc::new(config), certificate })
}

fn unusable(error: &dyn ToString) -> TlsError {
    TlsError::Certificate(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_certificate_stays_the_same_as_long_as_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let made = |all: &[&str], now| self_made(folder.path(), names(all), now).unwrap().certificate;
        let now = 1_795_000_000;
        let first = made(&["localhost", "127.0.0.1", "::1"], now);
        assert_eq!(first, made(&["localhost"], now + 700 * DAY));
        assert_ne!(first, made(&["localhost"], now + 800 * DAY), "it ends soon");
        let other = made(&["till.local"], now);
        assert_ne!(first, other);
        std::fs::write(folder.path().join("tls.crt"), "nothing").unwrap();
        assert_ne!(other, made(&["till.local"], now));
        std::fs::write(folder.path().join("tls.key"), "nothing").unwrap();
        assert!(matches!(
            self_made(folder.path(), names(&["localhost"]), now),
            Err(TlsError::Certificate(_))
        ));
    }
}
