//! `tally doctor`: looks at everything that can be wrong, and says what to do.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use tallystick::issuer::{IssuerBackend as _, IssuerError};
use tallystick::ledger::evidence::Finding;
use tallystick::wallet::{CurrencyInfo, PaymentState};

use crate::advice;
use crate::failure::Failure;
use crate::session::{App, Session, now};
use crate::show::{Cell, Page, Report, Table, short};

/// From here on a clock deserves a word.
const CLOCK_CAREFUL_SECONDS: i64 = 30;
/// From here on issuers refuse what is signed by it (protocol §1.3).
const CLOCK_BAD_SECONDS: i64 = 300;
/// A chain that was not proved for so long deserves a word.
const STALE_SECONDS: i64 = 7 * 86_400;
/// A signing key that ends so soon deserves a word to its owner.
const ROTATE_SECONDS: i64 = 30 * 86_400;

/// Look at everything that can be wrong, and say what to do.
///
/// The wallet's files and lock, the connection to every issuer and whether it is who it says, clocks, what was proved
/// last, payments on their way, evidence, and what an owner must look after.
#[derive(Debug, Args)]
pub struct Doctor {}

/// Carries it out. Fails if something is wrong.
pub async fn run(app: &App, Doctor {}: Doctor) -> Result<(), Failure> {
    let mut report = Examined {
        version: env!("CARGO_PKG_VERSION"),
        wallet: app.place.folder().to_owned(),
        findings: Vec::new(),
    };
    files(app, &mut report);
    match app.open().await {
        Err(failure) => report.failed("opens", None, &failure),
        Ok(session) => {
            report.well("opens", None, "the wallet opens, and nobody else has it open");
            let examined = examine(&session, &mut report).await;
            session.wallet.close().await?;
            examined?;
        }
    }
    app.print(&report)?;
    let worst = report.findings.iter().find(|finding| finding.state == State::Bad);
    match worst {
        None => Ok(()),
        Some(finding) => Err(Failure::new("unwell", &finding.text).told()),
    }
}

fn files(app: &App, report: &mut Examined) {
    let key_file = app.place.key_file();
    match (app.place.holds_wallet(), key_file.exists()) {
        (true, true) => report.well("files", None, "wallet and key file are there"),
        (true, false) => report.bad("files", None, "the wallet's key file is missing", "secrets_unavailable"),
        (false, true) => {
            report.bad("files", None, "the key file is there, and no wallet beside it", "wallet_absent");
        }
        (false, false) => report.bad("files", None, "there is no wallet in this folder", "wallet_absent"),
    }
    for file in [app.place.folder(), &key_file] {
        if let Some(mode) = open_to_others(file) {
            let text = format!("others can look into {} (mode {mode:o})", file.display());
            let what = if file.is_dir() { "700" } else { "600" };
            report.say(State::Careful, "files", None, text, Some(format!("chmod {what} {}", file.display())));
        }
    }
}

#[cfg(unix)]
fn open_to_others(file: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<u32> {
    None
}

async fn examine(session: &Session<'_>, report: &mut Examined) -> Result<(), Failure> {
    let currencies = session.wallet.currencies().await?;
    if currencies.is_empty() {
        report.say(
            State::Careful,
            "currencies",
            None,
            "the wallet has no currency yet".into(),
            advice::of("no_currency").map(str::to_owned),
        );
    }
    for info in &currencies {
        if !session.app.shared.offline {
            connection(session, info, report).await;
        }
        proofs(session, info, report).await?;
        evidence(session, info, report).await?;
    }
    on_their_way(session, report).await?;
    owners(session, report).await
}

/// Reached, who it says it is, and in time.
async fn connection(session: &Session<'_>, info: &CurrencyInfo, report: &mut Examined) {
    let name = Some(info.issuer_name.as_str());
    let began = Instant::now();
    // Anyone may read a statement, and only over a connection that has proved whose it is.
    match session.backend.statement(&info.issuer, None).await {
        Ok(_) => {
            let text = format!("reached in {} ms, and it is who its card says", began.elapsed().as_millis());
            report.well("connection", name, &text);
        }
        Err(error) => {
            let failure = Failure::from(error.clone());
            report.failed("connection", name, &failure);
            if let IssuerError::Untrusted { tls_key: Some(key), .. } = error {
                let text = format!("it showed the TLS key {key}, which its card does not name");
                report.say(State::Careful, "connection", name, text, None);
            }
        }
    }
    let Some(offset) = session.backend.clock_offset_seconds(&info.issuer) else { return };
    let text = match offset {
        0 => "its clock and this computer's agree".to_owned(),
        ahead @ 1.. => format!("its clock is {ahead} s ahead of this computer's"),
        behind => format!("its clock is {} s behind this computer's", behind.unsigned_abs()),
    };
    match offset.unsigned_abs() {
        apart if apart > CLOCK_BAD_SECONDS.unsigned_abs() => {
            report.bad("clock", name, &text, "clock_skew");
        }
        apart if apart > CLOCK_CAREFUL_SECONDS.unsigned_abs() => {
            let advice =
                "The wallet allows for it. Set this computer's clock if it is the one that is wrong.";
            report.say(State::Careful, "clock", name, text, Some(advice.into()));
        }
        _ => report.well("clock", name, &text),
    }
}

/// What was proved, and when.
async fn proofs(session: &Session<'_>, info: &CurrencyInfo, report: &mut Examined) -> Result<(), Failure> {
    let name = Some(info.issuer_name.as_str());
    if !session.app.shared.offline
        && let Err(error) = session.wallet.sync(info.issuer).await
    {
        report.failed("proof", name, &error.into());
    }
    match session.wallet.balance(info.issuer).await?.verified_at {
        None => report.bad("proof", name, "your account was never proved by its issuer", "not_synced"),
        Some(at) => {
            let text = format!("your account was proved on {}", session.app.manner.time(at));
            if now() - at > STALE_SECONDS {
                let advice = "Run `tally sync` when the issuer can be reached.";
                report.say(State::Careful, "proof", name, text, Some(advice.into()));
            } else {
                report.well("proof", name, &text);
            }
        }
    }
    Ok(())
}

async fn evidence(session: &Session<'_>, info: &CurrencyInfo, report: &mut Examined) -> Result<(), Failure> {
    for one in session.wallet.evidence(info.issuer).await? {
        let (state, advice) = match one.finding {
            Finding::Fraud => (State::Bad, "Take no more of this money before its issuer has explained it."),
            Finding::Unanswered => (State::Careful, "Show it to the issuer, which may have an answer."),
            Finding::Nothing => continue,
        };
        let advice = format!("See `tally evidence {}`. {advice}", one.id);
        report.say(state, "evidence", Some(&info.issuer_name), one.words, Some(advice));
    }
    Ok(())
}

async fn on_their_way(session: &Session<'_>, report: &mut Examined) -> Result<(), Failure> {
    let open = session.wallet.pending_payments().await?;
    if open.is_empty() {
        report.well("payments", None, "no payment is on its way");
    }
    for payment in open.iter().filter(|payment| payment.state == PaymentState::Pending) {
        let info = session.currency_of(payment.issuer).await?;
        let amount = session.app.manner.amount(payment.amount, &info.currency);
        let text = format!("{amount} is on its way ({}); its outcome is not known", short(&payment.payment));
        let advice = format!("Do not pay again. {}", advice::of("pending").unwrap_or_default());
        report.say(State::Careful, "payments", Some(&info.issuer_name), text, Some(advice));
    }
    Ok(())
}

/// What only an owner must look after.
async fn owners(session: &Session<'_>, report: &mut Examined) -> Result<(), Failure> {
    for owned in session.wallet.owned_issuers().await? {
        let name = Some(owned.card.name.as_str());
        if owned.waiting > 0 {
            let text = format!("{} things that you signed have not reached the host", owned.waiting);
            report.say(State::Careful, "owner", name, text, advice::of("waiting").map(str::to_owned));
        }
        let until = session.app.manner.day(owned.card.signing_key_until);
        let left = owned.card.signing_key_until - now();
        if left < ROTATE_SECONDS {
            let state = if left < 0 { State::Bad } else { State::Careful };
            let advice = "Replace it: `tally issuer rotate`.";
            let text = format!("the host's signing key is good until {until}");
            report.say(state, "owner", name, text, Some(advice.into()));
        } else {
            report.well("owner", name, &format!("the host's signing key is good until {until}"));
        }
    }
    for unfinished in session.wallet.unfinished_foundings().await? {
        let text = format!("{} is not founded yet", unfinished.draft.name);
        let advice = format!(
            "It goes on at every start; `tally issuer abandon {}` gives it up.",
            short(&unfinished.issuer)
        );
        report.say(State::Careful, "owner", None, text, Some(advice));
    }
    Ok(())
}

#[derive(Serialize)]
struct Examined {
    version: &'static str,
    wallet: PathBuf,
    findings: Vec<Checked>,
}

#[derive(Serialize)]
struct Checked {
    check: &'static str,
    issuer_name: Option<String>,
    state: State,
    text: String,
    #[serde(rename = "do")]
    advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Careful,
    Bad,
}

impl Examined {
    fn say(
        &mut self,
        state: State,
        check: &'static str,
        name: Option<&str>,
        text: String,
        advice: Option<String>,
    ) {
        self.findings.push(Checked { check, issuer_name: name.map(str::to_owned), state, text, advice });
    }

    fn well(&mut self, check: &'static str, name: Option<&str>, text: &str) {
        self.say(State::Ok, check, name, text.to_owned(), None);
    }

    fn bad(&mut self, check: &'static str, name: Option<&str>, text: &str, code: &str) {
        self.say(State::Bad, check, name, text.to_owned(), advice::of(code).map(str::to_owned));
    }

    fn failed(&mut self, check: &'static str, name: Option<&str>, failure: &Failure) {
        let text = format!("{} ({})", failure.text, failure.code);
        self.say(State::Bad, check, name, text, failure.advice.clone());
    }
}

impl Report for Examined {
    fn show(&self, page: &mut Page<'_>) {
        page.title(format!("tally {}, wallet in {}", self.version, self.wallet.display()));
        let mut table = Table::new();
        for finding in &self.findings {
            let state = match finding.state {
                State::Ok => Cell::text("ok").styled(Page::GOOD),
                State::Careful => Cell::text("look").styled(Page::CAREFUL),
                State::Bad => Cell::text("WRONG").styled(Page::BAD),
            };
            let about = finding.issuer_name.as_deref().unwrap_or_default();
            table.row([state, Cell::text(finding.check), Cell::text(about), Cell::text(&finding.text)]);
        }
        page.table(&table);
        let mut told: Vec<&str> = Vec::new();
        for advice in self.findings.iter().filter_map(|finding| finding.advice.as_deref()) {
            if !told.contains(&advice) {
                told.push(advice);
            }
        }
        if told.is_empty() {
            page.good("All is well.");
            return;
        }
        page.gap();
        page.line("What to do:");
        for advice in told {
            page.line(format!("· {advice}"));
        }
    }
}
