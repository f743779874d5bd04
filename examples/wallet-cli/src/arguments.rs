//! The command line.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;

/// A wallet for money that businesses issue, and the desk of those who issue it.
#[derive(Debug, Parser)]
#[command(name = "tally", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = false)]
pub struct Arguments {
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
    /// What holds for every command.
    #[command(flatten)]
    pub shared: Shared,
}

const EXAMPLES: &str = "\
First steps:
  tally init                              make a wallet
  tally add https://bread.example/c/…     add a shop's currency from the link on its door
  tally pay https://bread.example/p/…     pay what is asked, or what a picture of a code asks
  tally scan code.png                     look first: who asks, and how much
  tally balance                           what you hold

Exit codes: 0 done · 1 refused or failed · 2 not understood · 3 a payment is on its way: do not pay again";

/// What holds for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "For every command")]
pub struct Shared {
    /// The wallet's folder.
    ///
    /// By default the one that your system keeps for such things.
    #[arg(long, global = true, value_name = "DIR", env = "TALLY_WALLET", hide_env_values = true)]
    pub wallet: Option<PathBuf>,

    /// Read the passphrase from the first line of this file.
    ///
    /// Without it, from the variable TALLY_PASSPHRASE; without that, you are asked for it.
    #[arg(long, global = true, value_name = "FILE", env = "TALLY_PASSPHRASE_FILE", hide_env_values = true)]
    pub passphrase_file: Option<PathBuf>,

    /// Print JSON for scripts.
    ///
    /// One object on standard output, and `{"error": …}` if something went wrong. Names of fields stay. Events are not told
    /// by the way as people are told them: `tally watch --json` prints them, and the wallet keeps them until then.
    #[arg(long, global = true)]
    pub json: bool,

    /// Ask nobody: use only what the wallet knows.
    #[arg(long, global = true)]
    pub offline: bool,

    /// How amounts are written and read, such as de-CH.
    ///
    /// By default as LC_ALL, LC_MONETARY or LANG say.
    #[arg(long, global = true, value_name = "LANGUAGE", env = "TALLY_LOCALE", hide_env_values = true)]
    pub locale: Option<String>,

    /// Also believe the certificates in this PEM file.
    ///
    /// Servers with a certificate of their own making are known by the key that their card names, and do not need this.
    #[arg(long, global = true, value_name = "FILE", env = "TALLY_TRUST_CERT", hide_env_values = true)]
    pub trust_cert: Vec<PathBuf>,

    /// When to use colour.
    ///
    /// It never says anything that the words do not.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<Color> for ColorChoice {
    fn from(colour: Color) -> Self {
        match colour {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_secret_can_be_an_argument() {
        fn walk(command: &clap::Command) {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                let is_secret = ["phrase", "pin", "token"].iter().any(|secret| name.contains(secret));
                let takes_value = argument.get_action().takes_values();
                assert!(
                    !is_secret || !takes_value || name.ends_with("_file"),
                    "{} {name}",
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&Arguments::command());
    }
}
