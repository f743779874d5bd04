//! The driver that reaches issuers, and whom it believes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tallystick::clock::{SystemClock, SystemEntropy};
use tallystick::issuer::native::{NativeBackend, NativeConfig};

use crate::failure::Failure;

/// A driver that believes the authorities of the web, and these certificates.
pub fn backend(trusted: &[PathBuf]) -> Result<NativeBackend, Failure> {
    let mut extra_roots = Vec::new();
    for file in trusted {
        extra_roots.append(&mut certificates(file)?);
    }
    let config = NativeConfig { extra_roots, ..NativeConfig::default() };
    Ok(NativeBackend::new(config, Arc::new(SystemClock), Arc::new(SystemEntropy))?)
}

/// The certificates of a PEM file.
fn certificates(file: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let bad = |reason: &dyn std::fmt::Display| {
        Failure::new(
            "bad_certificate_file",
            format!("there is no certificate in {}: {reason}", file.display()),
        )
        .advise("Give a file in PEM form: it has -----BEGIN CERTIFICATE----- in it.")
    };
    let found = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(&error))?;
    if found.is_empty() {
        return Err(bad(&"it has none"));
    }
    Ok(found.into_iter().map(|certificate| certificate.to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_certificates_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for content in [
            "",
            "hello",
            "-----BEGIN CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        ] {
            let file = folder.path().join("ca.pem");
            std::fs::write(&file, content).unwrap();
            assert_eq!(certificates(&file).unwrap_err().code, "bad_certificate_file", "{content}");
        }
        assert_eq!(backend(&["no/such/file".into()]).err().unwrap().code, "bad_certificate_file");
    }
}
