//! `tally init`: from nothing to a wallet and its recovery phrase.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tallystick::keys::RecoveryPhrase;
use tallystick::wallet::Wallet;

use crate::failure::Failure;
use crate::session::App;
use crate::show::{Cell, Page, Report, Table};

/// Make a new wallet, and show its recovery phrase once.
///
/// The wallet's key is kept in a file behind a passphrase. The recovery phrase is 24 words that bring everything back if
/// this computer is lost; it is shown now and kept nowhere.
#[derive(Debug, Args)]
pub struct Init {}

/// Carries it out.
pub async fn run(app: &App, Init {}: Init) -> Result<(), Failure> {
    let secrets = app.new_secrets()?;
    let (options, _) = app.options(secrets.store)?;
    let (wallet, phrase) = match Wallet::create(&options).await {
        Ok(made) => made,
        Err(error) => {
            secrets.undo.now();
            return Err(error.into());
        }
    };
    let made = Made { wallet: app.place.folder().to_owned(), recovery_phrase: phrase };
    let printed = app.print(&made);
    wallet.close().await?;
    printed
}

/// A wallet that was made.
#[derive(Serialize)]
struct Made {
    wallet: PathBuf,
    #[serde(serialize_with = "words")]
    recovery_phrase: RecoveryPhrase,
}

fn words<S: serde::Serializer>(phrase: &RecoveryPhrase, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(phrase.reveal())
}

impl Report for Made {
    fn show(&self, page: &mut Page<'_>) {
        page.good(format!("Your wallet is made, in {}", self.wallet.display()));
        page.gap();
        page.title("Your recovery phrase");
        page.line("Write these 24 words on paper, in this order. They are shown only now.");
        page.line("Whoever has them has your money; without them, a lost computer is lost money.");
        page.gap();
        page.table(&in_columns(&self.recovery_phrase.reveal().collect::<Vec<_>>()));
        page.gap();
        page.line("Next: `tally add LINK` with the link of a currency.");
    }
}

/// Four columns that are read downwards, numbered.
fn in_columns(words: &[&str]) -> Table {
    const ROWS: usize = 6;
    let mut table = Table::new();
    for row in 0..ROWS.min(words.len()) {
        let column = words.iter().enumerate().skip(row).step_by(ROWS);
        table.row(column.map(|(index, word)| Cell::text(format!("{:>2} {word}", index + 1))));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_read_downwards() {
        let words: Vec<String> = (1..=24).map(|number| format!("w{number}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let lines = anstream::adapter::strip_str(&in_columns(&words).lines("")).to_string();
        assert_eq!(lines.lines().next(), Some(" 1 w1   7 w7   13 w13  19 w19"));
        assert_eq!(lines.lines().count(), 6);
    }
}
