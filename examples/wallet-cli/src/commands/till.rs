//! `tally till`: this wallet behind a page for the counter.

use std::net::SocketAddr;

use clap::Args;
use serde::Serialize;
use tallystick_till::{Config, Running, Till, Transport};

use crate::failure::Failure;
use crate::session::App;
use crate::show::{Page, Report};

/// Run a till: a page for a tablet behind the counter, on this wallet.
///
/// Ends with Ctrl-C. The page is opened with the wallet's PIN: set one with `tally lock-pin` first. A till that starts by
/// itself, with a wallet of its own and a key that the shop granted, is the program `tallystick-till`.
#[derive(Debug, Args)]
pub struct RunTill {
    /// Where to listen. Another address than this computer's own lets tablets in.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7443")]
    listen: SocketAddr,
    /// A name by which tablets call this computer, such as till.local. May be given more than once.
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// What the page calls the shop. By default as the first issuer is called.
    #[arg(long, value_name = "NAME")]
    shop: Option<String>,
    /// Without TLS: for this computer alone.
    #[arg(long)]
    plain_http: bool,
}

/// Carries it out.
pub async fn run(app: &App, till: RunTill) -> Result<(), Failure> {
    app.need_wallet()?;
    let (wallet, _backend) = app.options(app.existing_secrets()?)?;
    let config = Config {
        listen: till.listen,
        names: till.name,
        shop: till.shop,
        locale: app.shared.locale.clone(),
        transport: if till.plain_http { Transport::PlainHttp } else { Transport::SelfMade },
        ..Config::on_loopback(wallet)
    };
    let running = Till::start(config).await.map_err(|error| Failure::new(error.code(), &error))?;
    let told = app.print(&Open::of(&running));
    let stopped = match told {
        Ok(()) => tokio::signal::ctrl_c().await.map_err(|error| Failure::new("io", error)),
        Err(failure) => Err(failure),
    };
    running.shutdown().await;
    stopped
}

#[derive(Serialize)]
struct Open {
    address: String,
    /// Of the certificate that it made for itself; none over plain HTTP.
    fingerprint: Option<String>,
}

impl Open {
    fn of(running: &Running) -> Self {
        Self { address: running.url(), fingerprint: running.fingerprint() }
    }
}

impl Report for Open {
    fn show(&self, page: &mut Page<'_>) {
        page.good(format!("The till is open at {}.", self.address));
        if let Some(fingerprint) = &self.fingerprint {
            page.note("It made its own certificate: the browser asks once whether to trust it. It should show (SHA-256):");
            page.verbatim(fingerprint);
        }
        page.note("Ctrl-C closes the till.");
    }
}
