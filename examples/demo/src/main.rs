//! `cargo demo`: a town on one machine, told as a story in which every claim is proved.
//!
//! One host on loopback HTTPS, three shops that are issuers on it, a seller, a till, and two customers: eight programs' worth of
//! real server and real wallets, in one process. Without `--once` the town stays up, for a person to join.
//!
//! - `town`: the host, and people with wallets. `clock`: yesterday and today. `tell`: how the story is printed.
//! - `opening`, `paying`, `proving`, `counter`: its chapters. `tablet`: the till's page. `visit`: how a person joins.

mod clock;
mod counter;
mod error;
mod opening;
mod paying;
mod proving;
mod tablet;
mod tell;
mod town;
mod visit;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::error::DemoError;
use crate::tell::Teller;
use crate::town::Town;

/// A town on one machine: a host, three shops that issue their own money, and people who pay with it.
#[derive(Debug, Parser)]
#[command(name = "cargo demo")]
struct Arguments {
    /// End when everything is proved, instead of staying up for you to join.
    #[arg(long)]
    once: bool,
    /// Keep the town's data in this folder, which must be empty or not there yet.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let bad = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("\n{bad}The demo stopped:{bad:#} {error} ({})", error.code());
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), DemoError> {
    tell::title("Tallystick: a town on one machine");
    tell::say(
        "Every shop issues its own money. A balance is a promise by that shop, and the phone holds the proof.",
    );

    let town = Town::start(arguments.folder).await?;
    let ended = tokio::select! {
        told = story(&town, arguments.once) => told,
        asked = asked_to_stop() => Ok(asked?),
    };
    town.close().await;
    ended
}

async fn story(town: &Town, once: bool) -> Result<(), DemoError> {
    let teller = &mut Teller::default();
    opening::host(teller, town);
    let shops = opening::shops(teller, town).await?;
    let people = opening::people(teller, town, &shops).await?;
    opening::issue(teller, &shops, &people).await?;
    let paid = paying::by_request(teller, &shops, &people).await?;
    paying::despite_lost_replies(teller, town, &shops, &people).await?;
    paying::refund(teller, &shops, &people, &paid).await?;
    proving::chains(teller, &shops, &people).await?;
    proving::statements(teller, town, &shops, &people).await?;
    let counter = counter::open(teller, town, &shops, &people).await?;
    counter::scan_and_pay(teller, &counter, &shops, &people).await?;
    proving::sums(teller, &shops, &people).await?;
    tell::gap();
    tell::title(&format!("All {} claims were proved.", teller.proofs()));
    if once {
        counter.till.shutdown().await;
        return Ok(());
    }
    visit::welcome(town, &shops, people, &counter).await?;
    std::future::pending().await
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
