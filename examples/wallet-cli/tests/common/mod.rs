//! A town for tests of the built program: the reference issuer in this process, over TLS, and people who run `tally`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tallystick::clock::SystemEntropy;
use tallystick::keys::{PassphraseCost, PassphraseFileStore};
use tallystick_issuer::faults::FaultScript;
use tallystick_issuer::{Config, Issuer, Limits, Ports, RunningServer};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Everybody's passphrase.
pub const PASSPHRASE: &str = "correct horse battery";

/// A host of issuers, and a folder for everybody's wallets.
pub struct Town {
    /// What goes wrong on the host.
    pub faults: Arc<FaultScript>,
    server: Option<RunningServer>,
    runtime: Runtime,
    folder: TempDir,
}

impl Town {
    /// A host without issuers.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let limits = Limits {
            address_per_second: 100_000,
            address_burst: 100_000,
            key_per_second: 100_000,
            key_burst: 100_000,
            ..Limits::default()
        };
        let config = Config { limits, ..Config::on_loopback(folder.path().join("host")) };
        let faults = Arc::new(FaultScript::default());
        let ports = Ports { faults: Arc::clone(&faults) as _, ..Ports::default() };
        let server = runtime.block_on(Issuer::start_with(config, ports)).unwrap();
        Self { faults, server: Some(server), runtime, folder }
    }

    /// `https://127.0.0.1:port`.
    pub fn origin(&self) -> String {
        self.server.as_ref().unwrap().origin().to_owned()
    }

    /// Where everything is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The host's TLS key, as its operator gives it.
    pub fn tls_key(&self) -> String {
        self.server.as_ref().unwrap().tls_key_hashes()[0].to_string()
    }

    /// The host's certificate, in a PEM file.
    pub fn certificate(&self) -> PathBuf {
        let der = self.server.as_ref().unwrap().certificate_der();
        let text = data_encoding::BASE64.encode(der);
        let file = self.folder.path().join("host.pem");
        let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
        std::fs::write(&file, pem).unwrap();
        file
    }

    /// The host goes down, for good.
    pub fn down(&mut self) {
        let server = self.server.take().unwrap();
        self.runtime.block_on(server.shutdown());
    }

    /// Somebody without a wallet.
    pub fn person(&self, name: &str) -> Person {
        Person { wallet: self.folder.path().join(name) }
    }

    /// Somebody with a new wallet.
    pub fn with_wallet(&self, name: &str) -> Person {
        let person = self.person(name);
        person.cheap_key();
        person.json(["init"]);
        person
    }

    /// A new issuer on the host, owned by this person. Gives its card's link.
    pub fn found(&self, owner: &Person, name: &str, code: &str) -> String {
        self.found_as(owner, name, code, &[])
    }

    /// The same with more arguments.
    pub fn found_as(&self, owner: &Person, name: &str, code: &str, more: &[&str]) -> String {
        let (origin, key) = (self.origin(), self.tls_key());
        let mut create = vec![
            "issuer",
            "create",
            "--host",
            &origin,
            "--host-tls-key",
            &key,
            "--name",
            name,
            "--code",
            code,
        ];
        create.extend(["--limit", "1000"]);
        create.extend(more);
        text(&owner.json(create), "link")
    }

    /// Somebody who holds some of an owner's money.
    pub fn holder(&self, name: &str, owner: &Person, link: &str, amount: &str) -> Person {
        let holder = self.with_wallet(name);
        let account = text(&holder.json(["add", link]), "account");
        owner.json(["issue", &account, amount, "--yes", "--unnamed-ok"]);
        holder
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.shutdown());
        }
    }
}

/// Somebody at a terminal, or rather a script.
pub struct Person {
    /// The wallet's folder.
    pub wallet: PathBuf,
}

/// What a run of `tally` came to.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The error's stable code, as a person is shown it.
    pub fn error(&self) -> &str {
        let last = self.err.lines().rfind(|line| line.trim().starts_with('(')).unwrap_or_default();
        last.trim().trim_start_matches('(').trim_end_matches(')')
    }
}

impl Person {
    /// A key file that costs next to nothing to open: passphrases protect nothing here. `init` takes it up.
    pub fn cheap_key(&self) {
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(&self.wallet).unwrap();
        let file = self.wallet.join("passphrase.key");
        PassphraseFileStore::create(&file, PASSPHRASE, PassphraseCost::LEAST, Arc::new(SystemEntropy))
            .unwrap();
    }

    /// The same, unless there is one.
    pub fn cheap_key_if_absent(&self) {
        if !self.wallet.join("passphrase.key").exists() {
            self.cheap_key();
        }
    }

    /// Makes a wallet, and gives its recovery phrase.
    pub fn json_phrase(&self) -> String {
        self.cheap_key();
        let made = self.json(["init"]);
        let words = made["recovery_phrase"].as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    /// `tally` with this person's wallet, passphrase and language, and nothing else of the environment.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tally"));
        command
            .env_clear()
            .env("TALLY_WALLET", &self.wallet)
            .env("TALLY_PASSPHRASE", PASSPHRASE)
            .env("LANG", "en_US.UTF-8")
            .env("TZ", "UTC")
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs `tally` as a person does.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Runs `tally` with something on standard input.
    pub fn run_with_input<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &str,
    ) -> Ran {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Runs `tally --json`, which must succeed, and reads its one object.
    #[track_caller]
    pub fn json<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Value {
        let ran = self.run(with_json(arguments));
        assert_eq!(ran.code, 0, "{ran:?}");
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
    }

    /// Runs `tally --json`, which must fail with this exit code. Gives the error.
    #[track_caller]
    pub fn json_error<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>, code: i32) -> Value {
        let ran = self.run(with_json(arguments));
        assert_eq!(ran.code, code, "{ran:?}");
        let read: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        read["error"].clone()
    }

    /// The balance in decimal text, proved now.
    #[track_caller]
    pub fn balance(&self) -> String {
        text(&self.json(["balance"])["balances"][0]["balance"], "decimal")
    }

    /// The only account.
    #[track_caller]
    pub fn account(&self) -> String {
        text(&self.json(["balance", "--offline"])["balances"][0], "account")
    }

    /// What lies in the wallet's folder.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = match std::fs::read_dir(&self.wallet) {
            Ok(entries) => entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect(),
            Err(_) => Vec::new(),
        };
        names.sort();
        names
    }
}

fn with_json<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Vec<std::ffi::OsString> {
    let mut all: Vec<_> = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
    all.push("--json".into());
    all
}

/// A field that is text.
#[track_caller]
pub fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

/// A file beside the wallets.
pub fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, content).unwrap();
    file
}
