//! `tally evidence`: what proves that an issuer cheated.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::IssuerId;
use tallystick::ledger::evidence::Finding;
use tallystick::wallet::{EvidenceInfo, verify_evidence};

use super::export::Draft;
use super::plain_words::{self, Plain};
use crate::failure::Failure;
use crate::session::{App, Session};
use crate::show::{Cell, Page, Report, Table, short};

/// The most bytes of evidence that are read.
const MOST_BYTES: u64 = 64 << 20;

/// Show what proves that an issuer cheated, save it for others, or judge what others saved.
///
/// Evidence is made of the issuer's own signatures: whoever has it can check it, without this wallet and without a
/// network. It is never deleted.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Evidence {
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// One piece of evidence, by its number.
    #[arg(value_name = "NUMBER")]
    number: Option<i64>,
    /// Save it to this file, to be shown to others.
    #[arg(long, value_name = "FILE", requires = "number")]
    save: Option<PathBuf>,
}

/// What is done with evidence of others.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Judge the evidence in a file. Needs no wallet and no network.
    ///
    /// Two checks that share no code must both find the same; the exit code is 0 only if it accuses the issuer.
    Verify {
        /// The file that somebody saved.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Judges evidence that somebody saved.
pub fn verify(app: &App, file: &PathBuf) -> Result<(), Failure> {
    let cannot = |reason: &dyn std::fmt::Display| {
        Failure::new("io", format!("cannot read {}: {reason}", file.display()))
    };
    if fs::metadata(file).map_err(|error| cannot(&error))?.len() > MOST_BYTES {
        return Err(cannot(&"it is too large to be evidence"));
    }
    let info = verify_evidence(&fs::read(file).map_err(|error| cannot(&error))?)?;
    let finding = info.finding;
    app.print(&Judged { fields: Fields::of(&info, None) })?;
    match finding {
        Finding::Nothing => Err(Failure::new("proves_nothing", info.words).told()),
        Finding::Fraud | Finding::Unanswered => Ok(()),
    }
}

/// Carries it out.
pub async fn run(session: &Session<'_>, evidence: Evidence) -> Result<(), Failure> {
    let mut all = Vec::new();
    for info in session.wallet.currencies().await? {
        let found = session.wallet.evidence(info.issuer).await?;
        all.extend(found.into_iter().map(|one| (one, info.issuer_name.clone())));
    }
    all.sort_by_key(|(one, _)| one.id);
    let Some(number) = evidence.number else {
        let evidence = all.iter().map(|(one, name)| Fields::of(one, Some(name))).collect();
        return session.print(&List { evidence });
    };
    let Some((one, name)) = all.iter().find(|(one, _)| one.id == number) else {
        return Err(Failure::new(
            "unknown_evidence",
            format!("There is no evidence {number} in this wallet"),
        ));
    };
    if let Some(file) = evidence.save {
        let mut draft = Draft::beside(&file)?;
        draft.file.write_all(&one.bytes).map_err(|error| Failure::new("io", error))?;
        draft.keep(&file)?;
        return session.print(&Saved { file });
    }
    let bytes = BASE64URL_NOPAD.encode(&one.bytes);
    session.print(&One { fields: Fields::of(one, Some(name)), bytes })
}

#[derive(Serialize)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
    issuer: IssuerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found_at: Option<UnixSeconds>,
    code: String,
    /// `fraud`, `unanswered` or `nothing`.
    finding: &'static str,
    text: String,
    /// The same for somebody who knows nothing of ledgers.
    plain: Plain,
}

impl Fields {
    fn of(info: &EvidenceInfo, name: Option<&String>) -> Self {
        Self {
            number: name.map(|_| info.id),
            issuer: info.issuer,
            issuer_name: name.cloned(),
            found_at: name.map(|_| info.found_at),
            code: info.code.clone(),
            finding: match info.finding {
                Finding::Fraud => "fraud",
                Finding::Unanswered => "unanswered",
                Finding::Nothing => "nothing",
            },
            text: info.words.clone(),
            plain: plain_words::of(&info.code, info.finding),
        }
    }

    fn strength(&self) -> Cell {
        match self.finding {
            "fraud" => Cell::text("proves fraud").styled(Page::BAD),
            "unanswered" => Cell::text("fraud, unless answered").styled(Page::CAREFUL),
            _ => Cell::text("proves nothing"),
        }
    }
}

#[derive(Serialize)]
struct List {
    evidence: Vec<Fields>,
}

impl Report for List {
    fn show(&self, page: &mut Page<'_>) {
        if self.evidence.is_empty() {
            page.good("No issuer was caught contradicting itself.");
            return;
        }
        let mut table = Table::with_headings(&["number", "issuer", "found", "what", ""]);
        for one in &self.evidence {
            let found = one.found_at.map(|at| page.manner().time(at)).unwrap_or_default();
            table.row([
                Cell::number(one.number.map(|number| number.to_string()).unwrap_or_default()),
                Cell::text(one.issuer_name.as_deref().unwrap_or_default()),
                Cell::text(found),
                Cell::text(&one.code),
                one.strength(),
            ]);
        }
        page.table(&table);
        page.line("`tally evidence NUMBER --save FILE` saves one for others: anyone can check it.");
    }
}

#[derive(Serialize)]
struct One {
    #[serde(flatten)]
    fields: Fields,
    /// The evidence itself, base64url.
    bytes: String,
}

impl Report for One {
    fn show(&self, page: &mut Page<'_>) {
        judged(page, &self.fields);
        let number = self.fields.number.unwrap_or_default();
        page.line(format!("`tally evidence {number} --save FILE` saves it for others."));
    }
}

#[derive(Serialize)]
struct Judged {
    #[serde(flatten)]
    fields: Fields,
}

impl Report for Judged {
    fn show(&self, page: &mut Page<'_>) {
        judged(page, &self.fields);
    }
}

fn judged(page: &mut Page<'_>, fields: &Fields) {
    let against = fields.issuer_name.clone().unwrap_or_else(|| format!("issuer {}", short(&fields.issuer)));
    page.title(format!("Against {against}: {}", fields.code));
    page.line(fields.plain.did);
    page.line(fields.plain.means);
    page.line(fields.plain.advice);
    page.note(&fields.text);
}

#[derive(Serialize)]
struct Saved {
    file: PathBuf,
}

impl Report for Saved {
    fn show(&self, page: &mut Page<'_>) {
        page.good(format!("Saved to {}.", self.file.display()));
        page.line("Whoever has it checks it by `tally evidence verify FILE`, without a wallet.");
        page.note("It holds the signed entries, orders and ids that it is about, and no memo.");
    }
}
