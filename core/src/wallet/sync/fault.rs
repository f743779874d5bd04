//! What follows when an issuer shows too little, or what is not true.

use std::sync::Arc;

use super::super::statement::StatementFraud;
use crate::artefact::{Card, Head, Signed};
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::answer::StatementProof;
use crate::keys::IssuerId;
use crate::ledger::evidence::{Contradiction, Evidence, Finding, Point, Run};
use crate::ledger::follow::{FollowError, Unproven};
use crate::operation::apply::chain_state;
use crate::operation::context::{Context, Write};
use crate::operation::trust::{self, KnownIssuer};
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::{entry, evidence as table};

/// The chain could not be followed.
pub(super) async fn not_followed(
    context: &Arc<Context>,
    issuer: IssuerId,
    error: FollowError,
) -> Result<(), WalletError> {
    match error {
        FollowError::Fraud { evidence, .. } => keep(context, *evidence).await,
        FollowError::Unproven(reason) => {
            if let Unproven::Behind { .. } | Unproven::BehindEpoch { .. } = reason {
                show_head(context, issuer).await?;
            }
            unproven(context, issuer, reason.code()).await
        }
    }
}

/// Two cards of one rank.
pub(super) async fn two_cards(
    context: &Arc<Context>,
    issuer: IssuerId,
    known: &Signed<Card>,
    other: &Signed<Card>,
) -> Result<(), WalletError> {
    let contradiction =
        Contradiction::TwoCards { one: known.bytes().to_vec(), other: other.bytes().to_vec() };
    accuse(context, issuer, contradiction).await
}

/// A statement that cannot be true.
pub(super) async fn statement(
    context: &Arc<Context>,
    issuer: IssuerId,
    fraud: StatementFraud,
) -> Result<(), WalletError> {
    let bytes = fraud.statement.bytes().to_vec();
    let contradiction = match fraud.proof {
        None => Contradiction::BadStatement {
            statement: bytes,
            previous: fraud.previous.map(|previous| previous.bytes().to_vec()),
        },
        Some(proof) => {
            let time = fraud.statement.body().time;
            let run =
                context.read(move |connection, cipher| run_since(connection, cipher, issuer, time)).await?;
            let proof = match proof {
                StatementProof::Present(proof) => Some(proof),
                StatementProof::Absent => None,
            };
            Contradiction::WrongPlace { statement: bytes, proof, run }
        }
    };
    accuse(context, issuer, contradiction).await
}

/// The issuer withholds something. That proves nothing, but is told.
pub(super) async fn unproven(context: &Context, issuer: IssuerId, code: &str) -> Result<(), WalletError> {
    let now = context.now();
    context
        .write(move |write| {
            let mut account = trust::account(write.transaction, write.cipher, &issuer)?;
            if account.unproven_since.is_none() {
                account.unproven_since = Some(now);
                ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
                write.tell(&Event::AccountUnproven { issuer, since: now })?;
            }
            Ok(())
        })
        .await?;
    Err(WalletError::untrusted("ledger", code, "the issuer does not show what would prove the balance"))
}

/// Shows an issuer that is behind the newest head that it signed, so that it stops.
async fn show_head(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    let Some(head) = account.head else { return Ok(()) };
    let head: Signed<Head> = trust::stored(&head, "account.head")?;
    // It answers `ledger_behind`, which is what we know already.
    if let Err(error) = context.backend.show_head(&head).await {
        tracing::info!(code = error.code(), "an issuer was shown its own head");
    }
    Ok(())
}

/// Keeps a contradiction as evidence.
pub(super) async fn accuse(
    context: &Arc<Context>,
    issuer: IssuerId,
    contradiction: Contradiction,
) -> Result<(), WalletError> {
    let support = context
        .read(move |connection, cipher| {
            let known = trust::issuer(connection, cipher, &issuer)?;
            let account = trust::account(connection, cipher, &issuer)?;
            Ok(support(&known, &account))
        })
        .await?;
    let evidence = Evidence { issuer, contradiction, support };
    keep(context, evidence).await
}

/// The artefacts that show whose keys signed.
fn support(known: &KnownIssuer, account: &AccountRecord) -> Vec<Vec<u8>> {
    let record = &known.record;
    let stored = std::iter::once(&record.card)
        .chain(&record.earlier_cards)
        .chain(&record.rekeys)
        .chain(std::iter::once(&account.opening))
        .chain(&account.rekeys)
        .chain(&account.role_grant)
        .chain(&account.earlier_role_grants)
        .chain(&account.key_grants);
    let statements = known.statements.iter().map(|statement| statement.bytes().to_vec());
    stored.map(|blob| blob.0.clone()).chain(statements).collect()
}

/// Our chain from the last entry before a time up to the newest head.
fn run_since(
    connection: &rusqlite::Connection,
    cipher: &crate::store::Cipher,
    issuer: IssuerId,
    time: i64,
) -> Result<Run, WalletError> {
    let account = trust::account(connection, cipher, &issuer)?;
    let row = ISSUERS.key(cipher, issuer);
    let end = chain_state(&account);
    let mut entries = std::collections::VecDeque::new();
    let mut previous = crate::ledger::ChainState::genesis(issuer, account.account, end.epoch).hash;
    let mut before = end.sequence.saturating_add(1);
    let mut enough = false;
    while before > 1 {
        let Some((sequence, record)) =
            entry::Chain { connection, cipher, issuer: &row, epoch: end.epoch }.before(before, 1)?.pop()
        else {
            break;
        };
        if enough {
            previous = record.chain_hash;
            break;
        }
        enough = crate::ledger::Entry::read(&record.entry).is_ok_and(|entry| entry.time < time);
        entries.push_front(record.entry);
        before = sequence;
    }
    let head = account.head.map(|head| head.0).unwrap_or_default();
    Ok(Run { previous, entries: entries.into(), anchor: Point::signed(&head) })
}

/// Keeps evidence, distrusts the issuer, and tells the app. Evidence that the issuer could still answer is kept too, and
/// says so: what it would have to show, it has not shown.
async fn keep(context: &Context, evidence: Evidence) -> Result<(), WalletError> {
    let now = context.now();
    let issuer = evidence.issuer;
    let verdict = evidence.verify();
    let rule = match verdict.finding {
        Finding::Fraud => "fraud",
        Finding::Unanswered => "unanswered",
        // What convinces nobody is no evidence.
        Finding::Nothing => return unproven(context, issuer, "unconvincing").await,
    };
    let code = evidence.contradiction.code().to_owned();
    context.write(move |write| note(write, &evidence, code, now)).await?;
    Err(WalletError::untrusted("issuer", rule, verdict.words))
}

fn note(write: &Write<'_>, evidence: &Evidence, code: String, now: i64) -> Result<(), WalletError> {
    let issuer = evidence.issuer;
    let row = ISSUERS.key(write.cipher, issuer);
    let known = table::of_issuer(write.transaction, write.cipher, &row)?;
    let is_known = |kept: &[u8]| Evidence::decode(kept).is_ok_and(|kept| same_case(&kept, evidence));
    if known.iter().any(|(_, _, kept)| is_known(kept)) {
        return Ok(());
    }
    let id = table::put(write.transaction, write.cipher, &row, now, &evidence.encode())?;
    if let Some(mut record) = ISSUERS.get(write.transaction, write.cipher, issuer)? {
        record.distrusted_since.get_or_insert(now);
        ISSUERS.put(write.transaction, write.cipher, issuer, &record)?;
    }
    write.tell(&Event::FraudFound { issuer, evidence: id, code })
}

/// Whether two pieces of evidence are about one thing: every synchronisation finds it again, with a newer head.
fn same_case(one: &Evidence, other: &Evidence) -> bool {
    use Contradiction as C;
    match (&one.contradiction, &other.contradiction) {
        (C::TwoStates { one, other }, C::TwoStates { one: again, other: newer }) => {
            one == again || other == newer
        }
        (C::Rewritten { earlier, .. }, C::Rewritten { earlier: again, .. }) => earlier == again,
        (C::ExecutedAndRefused { receipt, .. }, C::ExecutedAndRefused { receipt: again, .. }) => {
            receipt == again
        }
        (C::ExecutedTwice { one, .. }, C::ExecutedTwice { one: again, .. })
        | (C::TwoStatements { one, .. }, C::TwoStatements { one: again, .. })
        | (C::TwoCards { one, .. }, C::TwoCards { one: again, .. }) => one == again,
        (C::BadEntry { run, .. }, C::BadEntry { run: again, .. }) => {
            run.previous == again.previous && run.entries.first() == again.entries.first()
        }
        (C::WrongPlace { statement, .. }, C::WrongPlace { statement: again, .. })
        | (C::BadStatement { statement, .. }, C::BadStatement { statement: again, .. }) => statement == again,
        _ => false,
    }
}
