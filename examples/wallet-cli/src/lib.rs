//! `tally`: a wallet, and an owner's desk, on the command line.
//!
//! ```text
//! arguments ──> commands ──> the core's `Wallet`
//!                  └──> show: a page for people, JSON for scripts
//! ```
//!
//! Each command is a file in `commands` with its arguments, what it does, and what it has to say. Exit codes: 0 done,
//! 1 refused or failed, 2 not understood, 3 a payment is on its way.

mod advice;
mod arguments;
mod ask;
mod choice;
mod commands;
mod failure;
mod network;
mod news;
mod picture;
mod place;
mod session;
mod show;
mod source;

use std::ffi::OsString;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use crate::arguments::Arguments;
use crate::failure::{Ending, Failure};
use crate::place::Place;
use crate::session::App;
use crate::show::{Manner, Printer};

/// The program.
pub fn main() -> ExitCode {
    start_log();
    let ending = match Arguments::try_parse() {
        Ok(arguments) => run(arguments),
        Err(error) => not_understood(&error),
    };
    ExitCode::from(ending.code())
}

/// What is understood of a command line, in a form for programmers; or what a person is told instead.
///
/// Nothing is done: this is for tests that say anything at all to the program.
pub fn understood(words: impl IntoIterator<Item = OsString>) -> Result<String, String> {
    let arguments = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
    Ok(format!("{arguments:?}"))
}

fn run(arguments: Arguments) -> Ending {
    let Arguments { shared, command } = arguments;
    let printer = Printer::new(shared.json, shared.color.into());
    let done = (|| {
        let manner = Manner::new(shared.locale.as_deref())?;
        let place = Place::find(shared.wallet.clone())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new("internal", error))?;
        let app = App { shared, place, manner, printer: printer.clone() };
        let done = runtime.block_on(commands::run(&app, command));
        // A question at the terminal that nobody answers any more must not keep the program.
        runtime.shutdown_background();
        done
    })();
    match done {
        Ok(()) => Ending::Done,
        Err(failure) => {
            printer.fail(&failure);
            failure.ending()
        }
    }
}

/// Help and version go out as they are; what was not understood is told in the form that was asked for.
fn not_understood(error: &clap::Error) -> Ending {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let json = std::env::args_os().any(|argument| argument == "--json");
    if error.kind() == ErrorKind::MissingSubcommand && !json {
        // Whoever says nothing may not know what there is to say.
        let _ = Arguments::command().print_help();
    } else if !asked && json {
        let text = error.to_string();
        let words =
            text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let first = words.trim_start_matches("error: ");
        Printer::new(true, ColorChoice::Never).fail(&Failure::usage("usage", first));
    } else {
        // Nobody is left to tell if this fails too.
        let _ = error.print();
    }
    if asked { Ending::Done } else { Ending::Usage }
}

/// A log on standard error for whoever searches for a fault: `TALLY_LOG=debug`. Secrets are never in it.
fn start_log() {
    use tracing_subscriber::EnvFilter;
    let Ok(filter) = std::env::var("TALLY_LOG") else { return };
    tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(std::io::stderr).init();
}
