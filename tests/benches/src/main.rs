//! `bench [NAME…]`: measures, prints a table, and writes it into a page.

#![allow(clippy::print_stdout, reason = "a program that shows a table")]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum as _};
use tallystick_benches::benches::{Bench, Size};
use tallystick_benches::paths::{self, HotPath};
use tallystick_benches::{host, wallet_process};

/// Measures, prints a table, and writes it into a page.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// What to measure; everything if nothing is named.
    benches: Vec<Bench>,
    /// Only look whether everything still does what it is measured for.
    #[arg(long)]
    smoke: bool,
    /// Later counts of instructions are compared with those of this run.
    #[arg(long)]
    pin: bool,
    /// The page whose sections are replaced.
    #[arg(long)]
    page: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Part {
    /// The issuer that a bench starts for itself.
    #[command(name = host::HOST, hide = true)]
    Host {
        /// Its data.
        folder: PathBuf,
        /// Where it listens.
        port: u16,
    },
    /// A path whose instructions are counted.
    #[command(name = paths::PATH, hide = true)]
    Path {
        /// Which.
        path: HotPath,
        /// How often it is walked.
        times: u32,
    },
    /// The wallet that a bench starts for itself.
    #[command(name = wallet_process::WALLET, hide = true)]
    Wallet {
        /// Its data.
        folder: PathBuf,
        /// What it searches for.
        text: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    match arguments.part {
        Some(Part::Host { folder, port }) => return host::be_host(&folder, port).await,
        Some(Part::Wallet { folder, text }) => return wallet_process::be_wallet(&folder, &text).await,
        Some(Part::Path { path, times }) => {
            path.walk(times);
            return Ok(());
        }
        None => {}
    }
    let all = Bench::value_variants().to_vec();
    let chosen = if arguments.benches.is_empty() { all } else { arguments.benches };
    let size = if arguments.smoke { Size::Smoke } else { Size::Full };
    for bench in chosen {
        let section = Box::pin(bench.run(size, arguments.pin)).await?;
        println!("{}", section.markdown());
        if let Some(page) = &arguments.page {
            section.write_into(page)?;
        }
    }
    Ok(())
}
