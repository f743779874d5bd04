//! The issuer in a process of its own: what it costs can be told from what its clients cost, and neither finds in its
//! memory what the other has worked out.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tallystick::keys::Digest;
use tallystick_issuer::{Config, Issuer, Limits};

use crate::clocks::process_cpu;

/// What a host says of itself when it listens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Address {
    /// `https://127.0.0.1:port`.
    pub origin: String,
    /// What cards name.
    pub tls_keys: Vec<Digest>,
    /// DER.
    pub certificate: Vec<u8>,
}

impl Address {
    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.origin.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(0)
    }
}

/// A host in a process of its own, which ends with this value.
#[derive(Debug)]
pub struct HostProcess {
    /// Where it is.
    pub address: Address,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// The word by which the program is told to be a host.
pub const HOST: &str = "be-host";

impl HostProcess {
    /// Starts one that keeps its data in this folder.
    pub fn start(folder: &Path) -> io::Result<Self> {
        Self::start_on(folder, 0)
    }

    /// Starts one that listens on this port; on any that is free if it is 0.
    pub fn start_on(folder: &Path, port: u16) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(HOST)
            .arg(folder)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("a child without pipes");
        let questions = child.stdin.take().ok_or_else(missing)?;
        let mut answers = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        let address = serde_json::from_str(&line(&mut answers)?)?;
        Ok(Self { address, child, questions: Some(questions), answers })
    }

    /// The CPU time that it has used so far.
    pub fn cpu(&mut self) -> io::Result<Duration> {
        let questions = self.questions.as_mut().ok_or_else(|| io::Error::other("it was told to end"))?;
        writeln!(questions, "cpu")?;
        let nanos: u64 = line(&mut self.answers)?.trim().parse().map_err(io::Error::other)?;
        Ok(Duration::from_nanos(nanos))
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        // It ends when nobody can ask any more.
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}

fn line(answers: &mut BufReader<ChildStdout>) -> io::Result<String> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    Ok(line)
}

/// Is a host until standard input ends.
pub async fn be_host(folder: &Path, port: u16) -> io::Result<()> {
    let mut config = Config { limits: Limits::without_rates(), ..Config::on_loopback(folder) };
    config.listen.set_port(port);
    let server = Issuer::start(config).await.map_err(io::Error::other)?;
    let address = Address {
        origin: server.origin().to_owned(),
        tls_keys: server.tls_key_hashes(),
        certificate: server.certificate_der().to_vec(),
    };
    say(&serde_json::to_string(&address)?)?;
    let asked = tokio::task::spawn_blocking(|| {
        for question in io::stdin().lines() {
            question?;
            say(&process_cpu().as_nanos().to_string())?;
        }
        Ok::<_, io::Error>(())
    });
    let answered = asked.await.map_err(io::Error::other)?;
    server.shutdown().await;
    answered
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
