//! The commands: one file each, with its arguments first, then what it does, then what it has to say.

mod act;
mod add;
mod attest;
mod balance;
mod cancel;
mod consent;
mod doctor;
mod evidence;
mod export;
mod exposure;
mod grant;
mod history;
mod init;
mod issue;
mod issuer;
mod key;
mod limits;
mod lock_pin;
mod passphrase;
mod pay;
mod payment;
mod plain_words;
mod policy;
mod refund;
mod rekey;
mod request;
mod restore;
mod scan;
mod sync;
mod till;
mod watch;
mod words;

use clap::Subcommand;

pub use balance::acting_in_words;

use crate::failure::Failure;
use crate::session::{App, Session};

// Each is described at its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Init),
    Restore(restore::Restore),
    Rekey(rekey::Rekey),
    Add(add::Add),
    #[command(visible_alias = "balances")]
    Balance(balance::Balance),
    Scan(scan::Scan),
    Pay(pay::Pay),
    Request(request::Request),
    Refund(refund::Refund),
    History(history::History),
    Export(export::Export),
    Exposure(exposure::ExposureOf),
    Evidence(evidence::Evidence),
    Doctor(doctor::Doctor),
    Sync(sync::Sync),
    Issuer(issuer::Issuer),
    Issue(issue::Issue),
    Grant(grant::Grant),
    Attest(attest::Attest),
    Cancel(cancel::Cancel),
    Key(key::Key),
    Act(act::Act),
    Limits(limits::Limits),
    Policy(policy::Policy),
    LockPin(lock_pin::LockPin),
    Passphrase(passphrase::ChangePassphrase),
    Watch(watch::Watch),
    Till(till::RunTill),
}

/// Carries a command out.
pub async fn run(app: &App, command: Command) -> Result<(), Failure> {
    match command {
        Command::Init(init) => init::run(app, init).await,
        Command::Restore(restore) if !restore.go_on => restore::run(app, restore).await,
        Command::Passphrase(change) => passphrase::run(app, &change),
        Command::Doctor(doctor) => doctor::run(app, doctor).await,
        Command::Scan(scan) => scan::run(app, &scan).await,
        Command::Till(till) => till::run(app, till).await,
        Command::Evidence(evidence::Evidence { verb: Some(evidence::Verb::Verify { file }), .. }) => {
            evidence::verify(app, &file)
        }
        command => {
            let session = app.open().await?;
            let done = tokio::select! {
                done = with_wallet(&session, command) => done,
                _ = tokio::signal::ctrl_c() => session.stopped(),
            };
            let ended = session.end().await;
            done.and(ended)
        }
    }
}

async fn with_wallet(session: &Session<'_>, command: Command) -> Result<(), Failure> {
    match command {
        // These have no open wallet.
        Command::Init(_)
        | Command::Passphrase(_)
        | Command::Doctor(_)
        | Command::Scan(_)
        | Command::Till(_) => Ok(()),
        Command::Restore(_) => restore::go_on(session).await,
        Command::Rekey(rekey) => rekey::run(session, rekey).await,
        Command::Add(add) => add::run(session, add).await,
        Command::Balance(balance) => balance::run(session, balance).await,
        Command::Pay(pay) => pay::run(session, pay).await,
        Command::Request(request) => request::run(session, request).await,
        Command::Refund(refund) => refund::run(session, refund).await,
        Command::Exposure(exposure) => exposure::run(session, exposure).await,
        Command::Export(export) => export::run(session, export).await,
        Command::Evidence(evidence) => evidence::run(session, evidence).await,
        Command::History(history) => history::run(session, history).await,
        Command::Sync(sync) => sync::run(session, sync).await,
        Command::Issuer(issuer) => issuer::run(session, issuer).await,
        Command::Issue(issue) => issue::run(session, issue).await,
        Command::Grant(grant) => grant::run(session, grant).await,
        Command::Attest(attest) => attest::run(session, attest).await,
        Command::Key(key) => key::run(session, &key),
        Command::Act(act) => act::run(session, act).await,
        Command::Cancel(cancel) => cancel::run(session, cancel).await,
        Command::Limits(limits) => limits::run(session, limits).await,
        Command::Policy(policy) => policy::run(session, policy).await,
        Command::LockPin(lock_pin) => lock_pin::run(session, lock_pin).await,
        Command::Watch(watch) => watch::run(session, watch).await,
    }
}
