//! `tallystick-issuer`: runs the reference issuer, and copies its database.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use tallystick_issuer::apps::{AndroidApp, AppleApp, Apps, WalletSite};
use tallystick_issuer::{Config, Issuer, Limits, Ports, RunningServer, TlsFiles, Token, backup_with};

/// The reference issuer of Tallystick: many businesses' currencies on one host.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server until it is told to stop (Ctrl-C or SIGTERM).
    Serve(Box<Serve>),
    /// Copies the database into a new file, also while the server runs. The copy holds no signing key: keep the folder
    /// `keys` as well, in another place, or have owners publish new ones after a restore.
    Backup {
        /// The data folder of the server.
        #[arg(long, env = "TALLYSTICK_DATA")]
        data: PathBuf,
        /// The file to write; must not exist.
        #[arg(long)]
        to: PathBuf,
    },
    /// Prints the OpenAPI description of the interface.
    Openapi,
}

#[derive(Args)]
struct Serve {
    /// Where database, keys and certificate are kept.
    #[arg(long, env = "TALLYSTICK_DATA")]
    data: PathBuf,
    /// Where to listen.
    #[arg(long, env = "TALLYSTICK_LISTEN", default_value = "0.0.0.0:8443")]
    listen: SocketAddr,
    /// How the world reaches this server: `https://host` or `https://host:port`. May be given several times, the preferred first.
    #[arg(long = "origin", env = "TALLYSTICK_ORIGINS", value_delimiter = ',', required = true)]
    origins: Vec<String>,
    /// A certificate chain (PEM). Without it the server makes a certificate of its own, whose key cards name.
    #[arg(long, env = "TALLYSTICK_TLS_CERTIFICATE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    #[arg(long, env = "TALLYSTICK_TLS_KEY", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Whoever founds an issuer here must show this token. Better given by the environment than by the command line.
    #[arg(long, env = "TALLYSTICK_ADMISSION_TOKEN", hide_env_values = true)]
    admission_token: Option<String>,
    /// Whoever reads the metrics must show this token.
    #[arg(long, env = "TALLYSTICK_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    /// A wallet that pages recommend: NAME=https://site. May be given several times.
    #[arg(long = "wallet", env = "TALLYSTICK_WALLETS", value_delimiter = ',', value_name = "NAME=URL")]
    wallets: Vec<WalletSite>,
    /// An Android app that may open this host's links: PACKAGE=FINGERPRINT, the SHA-256 of a certificate that signs it. May
    /// be given several times.
    #[arg(
        long = "android-app",
        env = "TALLYSTICK_ANDROID_APPS",
        value_delimiter = ',',
        value_name = "PACKAGE=FINGERPRINT"
    )]
    android_apps: Vec<AndroidApp>,
    /// An app of Apple's systems that may open this host's links: TEAM.BUNDLE. May be given several times.
    #[arg(
        long = "apple-app",
        env = "TALLYSTICK_APPLE_APPS",
        value_delimiter = ',',
        value_name = "TEAM.BUNDLE"
    )]
    apple_apps: Vec<AppleApp>,
    /// The longest time between two statements of an issuer, in hours.
    #[arg(long, env = "TALLYSTICK_STATEMENT_HOURS", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=24))]
    statement_hours: u64,
    /// Requests a second that one client address may make in the long run.
    #[arg(long, env = "TALLYSTICK_RATE_PER_ADDRESS", default_value_t = Limits::default().address_per_second)]
    rate_per_address: u32,
    /// Requests a second that one key may sign in the long run.
    #[arg(long, env = "TALLYSTICK_RATE_PER_KEY", default_value_t = Limits::default().key_per_second)]
    rate_per_key: u32,
    /// Accounts without entries, roles or names that an issuer keeps.
    #[arg(long, env = "TALLYSTICK_UNUSED_ACCOUNTS", default_value_t = Limits::default().unused_accounts)]
    unused_accounts: u32,
    /// Statements of an issuer for which proofs are kept, the newest ones.
    #[arg(long, env = "TALLYSTICK_STATEMENTS_WITH_PROOFS", default_value_t = Limits::default().statements_with_proofs,
          value_parser = clap::value_parser!(u32).range(1..))]
    statements_with_proofs: u32,
}

impl Serve {
    fn config(self) -> Config {
        let limits = Limits {
            address_per_second: self.rate_per_address,
            address_burst: self.rate_per_address.saturating_mul(10),
            key_per_second: self.rate_per_key,
            key_burst: self.rate_per_key.saturating_mul(10),
            unused_accounts: self.unused_accounts,
            statements_with_proofs: self.statements_with_proofs,
            ..Limits::default()
        };
        Config {
            listen: self.listen,
            origins: self.origins,
            tls: self
                .tls_certificate
                .zip(self.tls_key)
                .map(|(certificates, key)| TlsFiles { certificates, key }),
            admission_token: self.admission_token.map(Token::new),
            metrics_token: self.metrics_token.map(Token::new),
            apps: Apps { wallets: self.wallets, android: self.android_apps, apple: self.apple_apps },
            statement_interval: Duration::from_secs(self.statement_hours * 3_600),
            limits,
            ..Config::on_loopback(self.data)
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tallystick-issuer: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Box<dyn std::error::Error>> {
    match command {
        Command::Serve(serve) => {
            let server = Issuer::start_with(serve.config(), Ports::of_program()?).await?;
            say(&server);
            asked_to_stop().await?;
            server.shutdown().await;
        }
        Command::Backup { data, to } => backup_with(&data, &to, &*Ports::of_program()?.faults)?,
        Command::Openapi => print!("{}", tallystick_issuer::openapi_document()),
    }
    Ok(())
}

/// Tells where the server is. Whoever started it need not listen: a closed pipe is no reason to fall over.
fn say(server: &RunningServer) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "listening on {}", server.address());
    let _ = writeln!(out, "reached by   {}", server.origin());
    for hash in server.tls_key_hashes() {
        let _ = writeln!(out, "TLS key      {hash}");
    }
}

/// Ctrl-C, or what a service manager sends.
async fn asked_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
