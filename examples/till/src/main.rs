//! `tallystick-till`: sets up a till, and runs it.

mod ask;
mod doctor;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use jiff::tz::TimeZone;
use tallystick::request::KeyLink;
use tallystick_till::place::Place;
use tallystick_till::{Config, Till, TlsFiles, Transport};
use zeroize::Zeroizing;

/// A till that a tablet behind the counter opens in its browser.
#[derive(Parser)]
#[command(version, about, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    /// The till's folder.
    #[arg(long, global = true, value_name = "DIR", env = "TALLYSTICK_TILL", default_value = "till")]
    folder: PathBuf,
    /// Also believe the certificates in this PEM file, beside the authorities of the web.
    #[arg(long, global = true, value_name = "FILE", env = "TALLYSTICK_TILL_TRUST_CERT")]
    trust_cert: Vec<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Set up a till:
  tallystick-till init            make it; prints the link of its key
  (the shop's owner grants that key what the till shall do, and gives the link to the account)
  tallystick-till act LINK        take the account over
  tallystick-till set-pin         who may use the page, and pay back
  tallystick-till                 run it, and open the printed address";

#[derive(Subcommand)]
enum Command {
    /// Run the till until it is told to stop (Ctrl-C or SIGTERM). What is done without a command.
    Run(Box<Run>),
    /// Make a till. Prints the link of its key, for the shop's owner to grant it something.
    Init,
    /// Act for the account of this link, which its holder gave after granting the till's key.
    Act {
        /// `https://…/g/…` or `tallystick:g/…`.
        link: String,
    },
    /// Set the PIN of page and refunds, or change it. Asks at the terminal, or reads lines: the present PIN if one is set, and
    /// the new one.
    SetPin,
    /// Look at everything that can be wrong, and say what to do.
    Doctor,
}

#[derive(Args)]
struct Run {
    /// Where to listen.
    #[arg(long, env = "TALLYSTICK_TILL_LISTEN", default_value = "127.0.0.1:7443")]
    listen: SocketAddr,
    /// A name by which tablets call the till, such as till.local. May be given several times.
    #[arg(long = "name", value_name = "NAME", env = "TALLYSTICK_TILL_NAMES", value_delimiter = ',')]
    names: Vec<String>,
    /// A certificate chain (PEM). Without it the till makes a certificate of its own and keeps it.
    #[arg(long, value_name = "FILE", env = "TALLYSTICK_TILL_TLS_CERTIFICATE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    #[arg(long, value_name = "FILE", env = "TALLYSTICK_TILL_TLS_KEY", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Serve without TLS. On loopback addresses only.
    #[arg(long, conflicts_with_all = ["tls_certificate", "tls_key"])]
    plain_http: bool,
    /// What the page calls the shop. By default as the first issuer is called.
    #[arg(long, env = "TALLYSTICK_TILL_SHOP")]
    shop: Option<String>,
    /// In which language the page begins, such as de-CH. By default as the tablet says.
    #[arg(long, env = "TALLYSTICK_TILL_LOCALE")]
    locale: Option<String>,
    /// The time zone by which days begin, such as Europe/Zurich. By default that of this machine.
    #[arg(long, value_name = "ZONE", env = "TALLYSTICK_TILL_TIME_ZONE", value_parser = zone)]
    time_zone: Option<TimeZone>,
    /// How many minutes a code can be paid.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_440))]
    charge_minutes: u64,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|error| error.to_string())
}

/// What went wrong, as it is printed.
type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let Cli { folder, trust_cert, command } = Cli::parse();
    let place = Place::new(folder, trust_cert);
    let done = match command {
        None => match Cli::try_parse_from(["tallystick-till", "run"]).map(|cli| cli.command) {
            Ok(Some(Command::Run(arguments))) => run(&place, *arguments).await,
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        },
        Some(Command::Run(arguments)) => run(&place, *arguments).await,
        Some(Command::Init) => init(&place).await,
        Some(Command::Act { link }) => act(&place, &link).await,
        Some(Command::SetPin) => set_pin(&place).await,
        Some(Command::Doctor) => examine(&place).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tallystick-till: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(place: &Place, arguments: Run) -> Result<(), Failure> {
    let transport = match (arguments.plain_http, arguments.tls_certificate, arguments.tls_key) {
        (true, _, _) => Transport::PlainHttp,
        (false, Some(certificates), Some(key)) => Transport::Files(TlsFiles { certificates, key }),
        _ => Transport::SelfMade,
    };
    let config = Config {
        listen: arguments.listen,
        transport,
        names: arguments.names,
        shop: arguments.shop,
        locale: arguments.locale,
        time_zone: arguments.time_zone.unwrap_or_else(TimeZone::system),
        charge_lifetime: Duration::from_secs(arguments.charge_minutes * 60),
        ..Config::on_loopback(place.options()?)
    };
    // Heard from here on: whoever reads the address may want to stop the till at once.
    let asked_to_stop = asked_to_stop()?;
    let till = Till::start(config).await?;
    say(&format!("the till is at {}", till.url()));
    if let Some(print) = till.fingerprint() {
        say(&format!("its certificate (SHA-256) {print}"));
    }
    asked_to_stop.await?;
    till.shutdown().await;
    Ok(())
}

async fn init(place: &Place) -> Result<(), Failure> {
    let wallet = place.init().await?;
    let key = wallet.device_key();
    wallet.close().await?;
    let link = KeyLink::new(key?)?;
    say(&format!("A till is made in {}.", place.folder().display()));
    say(
        "The shop's owner grants its key what the till shall do (view, receive, refund, with a daily limit):",
    );
    say(&link.text());
    Ok(())
}

async fn act(place: &Place, link: &str) -> Result<(), Failure> {
    let pin = pin_if_set(place).await?;
    let wallet = place.open(pin.as_deref().map(String::as_str)).await?;
    let taken = wallet.act_for(link).await;
    wallet.close().await?;
    let info = taken?;
    say(&format!("The till acts for an account at {} ({}).", info.issuer_name, info.currency.code()));
    Ok(())
}

async fn set_pin(place: &Place) -> Result<(), Failure> {
    let present = pin_if_set(place).await?;
    let new = ask::new_pin()?;
    place.set_pin(&new, present.as_deref().map(String::as_str)).await?;
    say("The PIN is set.");
    Ok(())
}

async fn examine(place: &Place) -> Result<(), Failure> {
    let pin = pin_if_set(place).await?;
    let report = doctor::examine(place, pin.as_deref().map(String::as_str)).await?;
    report.print();
    if report.is_well() { Ok(()) } else { Err("something is wrong".into()) }
}

async fn pin_if_set(place: &Place) -> Result<Option<Zeroizing<String>>, Failure> {
    Ok(if place.has_pin().await? { Some(ask::present_pin()?) } else { None })
}

/// Whoever started the program need not listen: a closed pipe is no reason to fall over.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Ctrl-C, or what a service manager sends.
fn asked_to_stop() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminate.recv() => Ok(()),
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        assert!(Cli::try_parse_from(["tallystick-till"]).unwrap().command.is_none());
        assert!(zone("Europe/Zurich").is_ok() && zone("Nowhere/Else").is_err());
    }
}
