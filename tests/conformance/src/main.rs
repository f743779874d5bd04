//! `tallystick-conformance`: asks an issuer everything that the protocol demands, and reports rule by rule.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use data_encoding::BASE32_NOPAD;
use tallystick::keys::{IssuerId, SigningKey};
use tallystick_conformance::{ConnectError, Existing, Options, Roots, Target, rules, run};

/// Tells an issuer, from outside and rule by rule, whether it keeps to the protocol.
///
/// With the address of a host (`https://host`), an issuer of the kit's own is founded there. With the link of a card
/// (`https://host/c/ID`), that issuer is asked, which must be made for the test: the kit opens accounts, makes money and
/// attests names there.
#[derive(Parser)]
#[command(version)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Arguments {
    /// `https://host[:port]`, or `https://host[:port]/c/ID`.
    url: Option<String>,
    /// A file with the issuer's founding key: 32 bytes, BASE32.
    #[arg(long, value_name = "FILE")]
    founding_key_file: Option<PathBuf>,
    /// A file with the issuer's recovery key, to see that a rekey of it is taken.
    #[arg(long, value_name = "FILE")]
    recovery_key_file: Option<PathBuf>,
    /// A file with the issuer's signing key, to see what it does about a head that it signed and does not know.
    #[arg(long, value_name = "FILE")]
    signing_key_file: Option<PathBuf>,
    /// Allow to change the card, the signing key and the epoch of the issuer.
    #[arg(long)]
    may_change: bool,
    /// The host's token, if it asks for one before it takes up an issuer.
    #[arg(long, env = "TALLYSTICK_HOST_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Certificates to believe, PEM: of the authority, or the host's own.
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    /// Only rules whose id begins like this. May be given several times.
    #[arg(long, value_name = "PREFIX")]
    only: Vec<String>,
    /// Wait where only time shows whether a rule holds, half a minute in all.
    #[arg(long)]
    patient: bool,
    /// Write the report to a file: `.json` or `.md`. May be given twice.
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// Tell what passed, too.
    #[arg(long, short)]
    verbose: bool,
    /// List the rules and end.
    #[arg(long)]
    list: bool,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0} cannot be used: {1}")]
    File(PathBuf, std::io::Error),
    #[error("{0} does not hold a key of 32 bytes in BASE32")]
    Key(PathBuf),
    #[error("{0}")]
    Usage(&'static str),
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

#[tokio::main]
async fn main() -> ExitCode {
    match ask(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

async fn ask(arguments: Arguments) -> Result<bool, Failure> {
    if arguments.list {
        for rule in rules::all() {
            println!("{:32} {:10} {}", rule.id, rule.section, rule.demands);
        }
        return Ok(true);
    }
    for file in &arguments.report {
        form(file)?;
    }
    let roots = match &arguments.root {
        Some(file) => Roots::from_pem(&read(file)?)?,
        None => Roots::usual(),
    };
    let signing_key = arguments.signing_key_file.as_deref().map(key).transpose()?;
    let options = Options {
        target: target(&arguments)?,
        roots,
        only: arguments.only.clone(),
        patient: arguments.patient,
        signing_keys: signing_key.map(|key| -> tallystick_conformance::SigningKeys {
            Arc::new(move |_| {
                let key = Arc::clone(&key);
                Box::pin(async move { Some(key) })
            })
        }),
    };
    let report = run(&options).await?;
    print!("{}", report.text(arguments.verbose));
    for file in &arguments.report {
        let text = if form(file)? == Form::Json { report.json() } else { report.markdown() };
        std::fs::write(file, text).map_err(|error| Failure::File(file.clone(), error))?;
    }
    Ok(report.conforms)
}

#[derive(PartialEq, Eq)]
enum Form {
    Json,
    Markdown,
}

fn form(file: &Path) -> Result<Form, Failure> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("json") => Ok(Form::Json),
        Some("md") => Ok(Form::Markdown),
        _ => Err(Failure::Usage("a report is a file .json or .md")),
    }
}

fn target(arguments: &Arguments) -> Result<Target, Failure> {
    let usage = Failure::Usage("what to ask is https://host[:port], or https://host[:port]/c/ID");
    let Some(url) = arguments.url.as_deref().and_then(|url| url::Url::parse(url).ok()) else {
        return Err(usage);
    };
    let origin = url.origin().ascii_serialization();
    if url.scheme() != "https" {
        return Err(usage);
    }
    let Some(id) = url.path().strip_prefix("/c/") else {
        let is_host = url.path() == "/" || url.path().is_empty();
        return if is_host {
            Ok(Target::Host { origin, token: arguments.token.clone() })
        } else {
            Err(usage)
        };
    };
    let issuer: IssuerId = id.parse().map_err(|_| Failure::Usage("the link names no issuer"))?;
    let Some(file) = &arguments.founding_key_file else {
        return Err(Failure::Usage("an issuer that exists is asked with its --founding-key-file"));
    };
    Ok(Target::Existing(Box::new(Existing {
        origin,
        issuer,
        founding_key: key(file)?,
        recovery_key: arguments.recovery_key_file.as_deref().map(key).transpose()?,
        may_change: arguments.may_change,
    })))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::File(file.to_owned(), error))
}

fn key(file: &Path) -> Result<Arc<SigningKey>, Failure> {
    let text = String::from_utf8(read(file)?).map_err(|_| Failure::Key(file.to_owned()))?;
    let bytes = BASE32_NOPAD.decode(text.trim().to_ascii_uppercase().as_bytes()).ok();
    let key = bytes.and_then(|bytes| SigningKey::from_secret(&bytes).ok());
    key.map(Arc::new).ok_or_else(|| Failure::Key(file.to_owned()))
}
