//! `tally passphrase`: the same key behind another passphrase.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use tallystick::clock::SystemEntropy;
use tallystick::keys::{PassphraseCost, PassphraseFileStore};

use crate::ask;
use crate::failure::Failure;
use crate::session::App;
use crate::show::{Page, Report};

/// Change the passphrase.
///
/// Whoever has a copy of the old key file and the old passphrase can still open a copy of the wallet made before.
#[derive(Debug, Args)]
pub struct ChangePassphrase {
    /// Read the new passphrase from the first line of this file.
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

/// Carries it out.
pub fn run(app: &App, change: &ChangePassphrase) -> Result<(), Failure> {
    app.need_wallet()?;
    let key_file = app.place.key_file();
    let old = ask::existing(app.shared.passphrase_file.as_deref())?;
    let store = PassphraseFileStore::open(&key_file, &old, Arc::new(SystemEntropy))?;
    let new = match &change.new_passphrase_file {
        Some(file) => ask::fresh(Some(file))?,
        None => ask::typed()?,
    };
    store.change_passphrase(&old, &new, PassphraseCost::default())?;
    app.print(&Changed { changed: key_file })
}

#[derive(Serialize)]
struct Changed {
    changed: PathBuf,
}

impl Report for Changed {
    fn show(&self, page: &mut Page<'_>) {
        page.good("The passphrase is changed.");
    }
}
