//! The processes: started, ended, killed.

use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tallystick::keys::Digest;
use tallystick_issuer::testing::program::{CLOCK_OFFSET, CRASH_FOLDER};

/// Where a program of this package lies: beside the test, one folder up.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let folder = test.parent().and_then(Path::parent).expect("a folder of programs");
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// How an issuer is started.
#[derive(Debug, Clone)]
pub struct IssuerSetup {
    /// Its data.
    pub data: PathBuf,
    /// How the world reaches it.
    pub origin: String,
    /// Where it says what it reaches, and is told where to die.
    pub crash_folder: PathBuf,
    /// By how many seconds its clock is off.
    pub clock_offset: i64,
    /// A library that is loaded before all others.
    pub preload: Option<PathBuf>,
    /// A process whose mount namespace it enters.
    pub enter: Option<u32>,
    /// More of its environment.
    pub environment: Vec<(String, String)>,
}

/// The issuer's program.
pub struct IssuerProgram {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// SHA-256 of its TLS key.
    pub tls_key: Digest,
}

impl IssuerProgram {
    /// Starts it, and waits until it listens. Fails if it ends before.
    pub fn start(setup: &IssuerSetup) -> io::Result<Self> {
        let mut command = match setup.enter {
            None => Command::new(program("faults-issuer")),
            Some(process) => {
                let mut command = Command::new("nsenter");
                command.args(["--target", &process.to_string(), "--mount"]);
                if !rustix::process::geteuid().is_root() {
                    command.args(["--user", "--preserve-credentials"]);
                }
                command.arg(program("faults-issuer"));
                command
            }
        };
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--origin", &setup.origin])
            .args(["--rate-per-address", "1000000", "--rate-per-key", "1000000", "--data"])
            .arg(&setup.data)
            .env(CRASH_FOLDER, &setup.crash_folder)
            .env(CLOCK_OFFSET, setup.clock_offset.to_string())
            .envs(setup.environment.iter().cloned())
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        if let Some(library) = &setup.preload {
            command.env("LD_PRELOAD", library);
        }
        let mut child = command.spawn()?;
        let said = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut said = said.map_while(Result::ok);
        let mut field = |name: &str| {
            let line = said.next().filter(|line| line.starts_with(name));
            line.map(|line| line[name.len()..].trim().to_owned())
        };
        let found = (|| Some((field("listening on")?, field("reached by")?, field("TLS key")?)))();
        let Some((address, _, tls_key)) = found else {
            let status = child.wait()?;
            return Err(io::Error::other(format!("the issuer ended before it listened: {status}")));
        };
        Ok(Self {
            child,
            address: address.parse().map_err(io::Error::other)?,
            tls_key: tls_key.parse().map_err(|_| io::Error::other("no TLS key"))?,
        })
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop, as a service manager does, and waits for it.
    pub fn stop(mut self) -> ExitStatus {
        terminate(&self.child);
        self.child.wait().expect("it ends")
    }

    /// Waits until it dies by itself, or by somebody else's hand.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for IssuerProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// SIGTERM.
pub fn terminate(child: &Child) {
    let id = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is told");
}

/// Ends this process as `kill -9` does.
pub fn die() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort();
}

/// TLS for those who know whom they talk to anyway.
pub fn trusting_anyone() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_no_client_auth()
}

#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
