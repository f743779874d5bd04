//! `tally export`: the whole history as a file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;
use tallystick::clock::{Entropy, SystemEntropy};
use tallystick::wallet::ExportFormat;

use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Page, Report};

/// Write the whole history to a file, or to standard output.
///
/// Refused payments too, newest first. The file is there whole or not at all. Its names of fields stay as they are.
#[derive(Debug, Args)]
pub struct Export {
    /// The file; it must not exist yet. Without one, standard output.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The form; by default as the file's name ends, or CSV.
    #[arg(long, short, value_name = "FORM")]
    format: Option<Form>,
    /// Only this currency: a code, an issuer's name, or the first letters of its id.
    #[arg(long, short, value_name = "CURRENCY")]
    currency: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, export: Export) -> Result<(), Failure> {
    let issuer = match &export.currency {
        Some(wanted) => Some(session.currency(Some(wanted)).await?.issuer),
        None => None,
    };
    let ends_in_json = |file: &PathBuf| file.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let format = match export.format {
        Some(Form::Json) => ExportFormat::Json,
        None if export.file.as_ref().is_some_and(ends_in_json) => ExportFormat::Json,
        _ => ExportFormat::Csv,
    };
    let Some(file) = export.file else {
        session.wallet.export(format, issuer, &mut io::stdout()).await?;
        return Ok(());
    };
    let mut draft = Draft::beside(&file)?;
    let payments = session.wallet.export(format, issuer, &mut draft.file).await?;
    draft.keep(&file)?;
    session.print(&Exported { file, payments })
}

#[derive(Serialize)]
struct Exported {
    file: PathBuf,
    payments: i64,
}

impl Report for Exported {
    fn show(&self, page: &mut Page<'_>) {
        page.good(format!("Wrote {} payments to {}.", self.payments, self.file.display()));
        page.note("It is not encrypted: whoever can read the file sees whom you paid.");
    }
}

/// A file that is being written, readable by its owner alone, and gone if it is not kept.
pub struct Draft {
    /// Where to write.
    pub file: fs::File,
    path: PathBuf,
}

impl Draft {
    /// A draft beside a file that is not there yet.
    pub fn beside(file: &Path) -> Result<Self, Failure> {
        if file.exists() {
            return Err(Failure::new("file_exists", format!("there is {} already", file.display())));
        }
        // Its name cannot be foreseen, and nothing that is there is written to: in a folder that others may write to, it
        // could be theirs, or lead elsewhere.
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:016x}.part", u64::from_be_bytes(<dyn Entropy>::bytes(&SystemEntropy))));
        let path = file.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(&path).map_err(|error| cannot_write(file, &error))?;
        Ok(Self { file: opened, path })
    }

    /// Keeps what was written under the file's name, unless one has come there meanwhile.
    pub fn keep(mut self, file: &Path) -> Result<(), Failure> {
        self.file
            .flush()
            .and_then(|()| self.file.sync_all())
            // A link, unlike a rename, never replaces what is there.
            .and_then(|()| fs::hard_link(&self.path, file))
            .map_err(|error| cannot_write(file, &error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Whether it was kept under its own name or not, nothing is to stay under this one.
        let _ = fs::remove_file(&self.path);
    }
}

fn cannot_write(file: &Path, error: &io::Error) -> Failure {
    Failure::new("io", format!("cannot write {}: {error}", file.display()))
}
