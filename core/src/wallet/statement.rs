//! Checking the wallet's place in every statement.
//!
//! Each statement is checked by itself, against the one before, and against the wallet's own chain at that time: an
//! issuer that shows one debt to the world and owes another is found by the first holder who looks.

use std::collections::VecDeque;

use crate::artefact::{Signed, Statement};
use crate::error::WalletError;
use crate::issuer::answer::StatementProof;
use crate::issuer::{AccountRef, Reader};
use crate::keys::IssuerId;
use crate::ledger::statement::{self as rules, Place, PlaceFault, StatementFault};
use crate::ledger::{ChainState, Entry, SigningKeys, Standing};
use crate::operation::apply::chain_state;
use crate::operation::context::Context;
use crate::operation::trust::{self, KnownIssuer};
use crate::store::StoreError;
use crate::store::tables::account::AccountRecord;
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::{Blob, entry, statement as table};

/// How many statements are caught up with at a time.
const AT_ONCE: i64 = 40;

/// What a statement was found to be.
#[derive(Debug)]
pub(super) enum Finding {
    /// All that was asked for is in order.
    InOrder,
    /// The issuer shows no proof, or one that leads nowhere: unproven, and no more.
    Unproven,
    /// It proves fraud: by itself, with the one before, or with our chain.
    Fraud(Box<StatementFraud>),
}

/// A statement that cannot be true, with what it contradicts.
#[derive(Debug)]
pub(super) struct StatementFraud {
    pub(super) statement: Signed<Statement>,
    pub(super) previous: Option<Signed<Statement>>,
    pub(super) proof: Option<StatementProof>,
}

/// The newest statement, to be fetched before the chain is followed: whatever it shows of our account is then in the
/// chain that is compared with it.
pub(super) async fn latest(
    context: &Context,
    issuer: IssuerId,
) -> Result<Option<Signed<Statement>>, WalletError> {
    if context.backend.capabilities(&issuer).statements {
        fetch(context, issuer, None).await.map(Some)
    } else {
        Ok(None)
    }
}

/// Catches up with the statements since the last one that was checked, up to the one fetched before.
pub(super) async fn catch_up(
    context: &Context,
    issuer: IssuerId,
    latest: Signed<Statement>,
) -> Result<Finding, WalletError> {
    let known = load(context, issuer).await?;
    let checked = known.record.statement.map(|(number, _)| number);
    // A wallet that is new begins with the latest: what came before concerned others.
    let from = checked.map_or(latest.body().number, |number| number.saturating_add(1));
    let until = latest.body().number.min(from.saturating_add(AT_ONCE - 1));
    let mut missed = Missed { context, issuer, latest, ahead: VecDeque::new() };
    let mut unproven = false;
    let mut number = from;
    // What was looked at ahead of time is not fetched twice.
    while number <= until || !missed.ahead.is_empty() {
        let statement = missed.next(number).await?;
        let finding = if known.signing.standing_of(&statement) == Standing::Unknown {
            missed.vouch(&known.signing, &statement).await?;
            match check(context, issuer, statement).await? {
                // Nobody else could be shown whose key it was.
                Finding::Fraud(_) => Finding::Unproven,
                other => other,
            }
        } else {
            check_signer(&known.signing, &statement)?;
            check(context, issuer, statement).await?
        };
        match finding {
            Finding::InOrder => {}
            Finding::Unproven => unproven = true,
            fraud @ Finding::Fraud(_) => return Ok(fraud),
        }
        number += 1;
    }
    Ok(if unproven { Finding::Unproven } else { Finding::InOrder })
}

/// Statements since the last one that was checked.
struct Missed<'a> {
    context: &'a Context,
    issuer: IssuerId,
    latest: Signed<Statement>,
    /// Fetched and not checked yet, in order.
    ahead: VecDeque<Signed<Statement>>,
}

impl Missed<'_> {
    async fn next(&mut self, number: i64) -> Result<Signed<Statement>, WalletError> {
        match self.ahead.pop_front() {
            Some(statement) => Ok(statement),
            None => self.fetch(number).await,
        }
    }

    async fn fetch(&self, number: i64) -> Result<Signed<Statement>, WalletError> {
        if number == self.latest.body().number {
            Ok(self.latest.clone())
        } else {
            fetch(self.context, self.issuer, Some(number)).await
        }
    }

    /// A statement's key may be that of a card that came and went while this wallet was away. Then a later statement,
    /// whose key counts, must lead back to it.
    async fn vouch(&mut self, keys: &SigningKeys, statement: &Signed<Statement>) -> Result<(), WalletError> {
        let (mut number, mut hash) = (statement.body().number, statement.hash());
        let mut at = 0;
        while number < self.latest.body().number {
            number += 1;
            if at == self.ahead.len() {
                self.ahead.push_back(self.fetch(number).await?);
            }
            let later = &self.ahead[at];
            if later.body().previous != Some(hash) {
                break;
            }
            if keys.standing_of(later) != Standing::Unknown {
                return check_signer(keys, later);
            }
            hash = later.hash();
            at += 1;
        }
        Err(wrong_signer())
    }
}

fn check_signer(keys: &SigningKeys, statement: &Signed<Statement>) -> Result<(), WalletError> {
    match keys.standing_of(statement) {
        Standing::Good | Standing::NeedsStatement(_) => Ok(()),
        Standing::Later | Standing::OutOfTime | Standing::Unknown => Err(wrong_signer()),
    }
}

fn wrong_signer() -> WalletError {
    WalletError::untrusted("statement", "wrong_signer", "is not signed by a key that counts")
}

async fn fetch(
    context: &Context,
    issuer: IssuerId,
    number: Option<i64>,
) -> Result<Signed<Statement>, WalletError> {
    let statement =
        context.backend.statement(&issuer, number).await.map_err(|error| trust::network(&error))?;
    let body = statement.body();
    if body.issuer != issuer || number.is_some_and(|number| number != body.number) {
        return Err(WalletError::untrusted(
            "statement",
            "wrong_statement",
            "is not the one that was asked for",
        ));
    }
    Ok(statement)
}

async fn load(context: &Context, issuer: IssuerId) -> Result<KnownIssuer, WalletError> {
    context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await
}

/// What a statement says, once it is known to be the issuer's.
async fn check(
    context: &Context,
    issuer: IssuerId,
    statement: Signed<Statement>,
) -> Result<Finding, WalletError> {
    let known = load(context, issuer).await?;
    let previous = previous(context, &known).await?;
    let fraud = |fault: &StatementFault, previous: Option<Signed<Statement>>| {
        tracing::warn!(code = fault.code(), "a statement cannot be true");
        Ok(Finding::Fraud(Box::new(StatementFraud { statement: statement.clone(), previous, proof: None })))
    };
    if let Err(fault) = rules::check_content(statement.body(), &known.founding)
        .and_then(|()| rules::check_limit(statement.body(), known.signing.cards()))
    {
        return fraud(&fault, None);
    }
    let number = statement.body().number;
    let adjacent = previous.filter(|previous| previous.body().number.checked_add(1) == Some(number));
    if let Some(previous) = adjacent
        && let Err(fault) = rules::check_link(&previous, statement.body())
    {
        return fraud(&fault, Some(previous));
    }
    let placed = check_place(context, issuer, &statement).await?;
    if matches!(placed, Finding::InOrder | Finding::Unproven) {
        store(context, issuer, statement).await?;
    }
    Ok(placed)
}

async fn previous(context: &Context, known: &KnownIssuer) -> Result<Option<Signed<Statement>>, WalletError> {
    let Some((number, _)) = known.record.statement else { return Ok(None) };
    let issuer = known.record.issuer;
    context
        .read(move |connection, cipher| {
            let row = ISSUERS.key(cipher, issuer);
            let bytes = table::get(connection, cipher, &row, number)?;
            bytes.map(|bytes| trust::stored(&Blob(bytes), "statement.value")).transpose()
        })
        .await
}

/// Compares what the statement says of our account with our own chain at that time.
async fn check_place(
    context: &Context,
    issuer: IssuerId,
    statement: &Signed<Statement>,
) -> Result<Finding, WalletError> {
    let time = statement.body().time;
    let (account, states) = context
        .read(move |connection, cipher| {
            let account = trust::account(connection, cipher, &issuer)?;
            let states = states(connection, cipher, &account, time)?;
            Ok((account, states))
        })
        .await?;
    if statement.body().epoch != account.chain.epoch {
        return Ok(Finding::Unproven);
    }
    let key = context.keys()?.key_of(&account)?;
    let reader = Reader { account: AccountRef { issuer, account: account.account }, key: &key };
    let proof = context
        .backend
        .proof(reader, statement.body().number)
        .await
        .map_err(|error| trust::network(&error))?;
    let place = match &proof {
        StatementProof::Present(proof) => Place::Proof(proof),
        StatementProof::Absent => Place::Absent,
    };
    let possible = rules::states_at(&states, statement.body().time);
    Ok(match rules::check_place(statement.body(), &account.account, possible, place) {
        Ok(_) => Finding::InOrder,
        Err(PlaceFault::Contradicts { .. }) => Finding::Fraud(Box::new(StatementFraud {
            statement: statement.clone(),
            previous: None,
            proof: Some(proof),
        })),
        Err(_) => Finding::Unproven,
    })
}

/// The states that our chain had around a time, in order: the last one before it, and all from then on.
fn states(
    connection: &rusqlite::Connection,
    cipher: &crate::store::Cipher,
    account: &AccountRecord,
    time: i64,
) -> Result<Vec<ChainState>, WalletError> {
    let row = ISSUERS.key(cipher, account.issuer);
    let end = chain_state(account);
    let mut states = VecDeque::new();
    let mut before = end.sequence.saturating_add(1);
    while before > 1 {
        let page = entry::Chain { connection, cipher, issuer: &row, epoch: end.epoch }.before(before, 50)?;
        if page.is_empty() {
            return Err(StoreError::unreadable("a chain without gaps").into());
        }
        for (sequence, record) in page {
            let read = Entry::read(&record.entry).map_err(|_| StoreError::unreadable("entry.value"))?;
            states.push_front(ChainState {
                sequence,
                hash: record.chain_hash,
                balance: read.balance,
                time: read.time,
                ..end
            });
            if read.time < time {
                return Ok(states.into());
            }
            before = sequence;
        }
    }
    states.push_front(ChainState::genesis(end.issuer, end.account, end.epoch));
    Ok(states.into())
}

async fn store(context: &Context, issuer: IssuerId, statement: Signed<Statement>) -> Result<(), WalletError> {
    context
        .write(move |write| {
            let row = ISSUERS.key(write.cipher, issuer);
            let number = statement.body().number;
            table::put(write.transaction, write.cipher, &row, number, statement.bytes())?;
            if let Some(mut record) = ISSUERS.get(write.transaction, write.cipher, issuer)? {
                record.statement = Some((number, statement.hash()));
                ISSUERS.put(write.transaction, write.cipher, issuer, &record)?;
            }
            Ok(())
        })
        .await
}
