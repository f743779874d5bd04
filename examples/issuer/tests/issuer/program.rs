//! The program itself: killed without warning, asked to stop, copied while it runs.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::people::Person;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tallystick-issuer");

struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(data: &std::path::Path) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--origin", "https://town.example", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().expect("it printed nothing").unwrap();
        let address = first.strip_prefix("listening on ").expect(&first).to_owned();
        Self { child, address }
    }

    /// A town has no certificate authority here: any certificate will do.
    fn client() -> reqwest::Client {
        let config =
            rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .unwrap()
                .dangerous()
                .with_custom_certificate_verifier(std::sync::Arc::new(AnyCertificate))
                .with_no_client_auth();
        reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap()
    }

    async fn take_up(&self) -> serde_json::Value {
        let business = Person::new("business");
        let body = json!({ "founding_key": business.public_key(), "commitment": business.commitment() });
        let call = Self::client().post(format!("https://{}/v1/issuers", self.address)).json(&body).send();
        call.await.unwrap().json().await.unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn killed_without_warning_it_forgets_nothing_that_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path());
    let said = program.take_up().await;
    assert_eq!(said["endpoint"].as_str(), Some("https://town.example"));
    // SIGKILL.
    drop(program);
    let program = Program::start(folder.path());
    assert_eq!(program.take_up().await, said);
}

#[tokio::test]
async fn it_is_copied_while_it_runs_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path());
    program.take_up().await;
    let copy = folder.path().join("copy.sqlite");
    let backup = |to: &std::path::Path| {
        Command::new(PROGRAM)
            .arg("backup")
            .arg("--data")
            .arg(folder.path())
            .arg("--to")
            .arg(to)
            .output()
            .unwrap()
    };
    assert!(backup(&copy).status.success());
    assert!(!backup(&copy).status.success(), "a copy is never written over");
    let database = rusqlite::Connection::open(&copy).unwrap();
    let issuers: i64 = database.query_row("SELECT count(*) FROM issuer", [], |row| row.get(0)).unwrap();
    assert_eq!(issuers, 1);

    let asked = Command::new("kill").arg(program.child.id().to_string()).status().unwrap();
    assert!(asked.success());
    assert!(program.child.wait().unwrap().success());
}

#[derive(Debug)]
struct AnyCertificate;

impl rustls::client::danger::ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

#[test]
fn an_app_that_is_written_wrongly_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for (option, value, word) in [
        ("--apple-app", "org.example.wallet", "team"),
        ("--android-app", "org.example.wallet=12:34", "fingerprint"),
        ("--wallet", "Pocket=http://pocket.example", "NAME=https"),
    ] {
        let run = Command::new(PROGRAM)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--origin",
                "https://town.example",
                option,
                value,
                "--data",
            ])
            .arg(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(!run.status.success() && said.contains(word), "{option}: {said}");
    }
}
