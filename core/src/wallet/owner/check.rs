//! The owner's own check of an issuer: whether what the host publishes is what the owners owe.
//!
//! A host with the signing key could sign credit that no owner ever issued. In a statement all debts and all credit sum
//! to zero, so it would have to write that credit down as the debt of an owner, whose own chain says otherwise.

use super::super::Wallet;
use super::Owner;
use crate::artefact::{Debtor, Grant, Head, Signed, Statement};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::ledger::statement::{
    DebtFault, OwnerAccount, StatementFault, check_content, check_debts, check_limit, check_link, states_at,
};
use crate::ledger::{ChainState, Entry, Standing};
use crate::money::Amount;
use crate::operation::trust;
use crate::store::StoreError;
use crate::store::tables::account::AccountRecord;
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::{act, entry, statement};

/// How many entries are read at a time.
const PAGE: u32 = 1_000;

/// What the newest statement of an issuer says, held against what its owner knows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct IssuerCheck {
    /// The issuer.
    pub issuer: IssuerId,
    /// The statement's number.
    pub number: i64,
    /// The statement's hash.
    pub statement: Digest,
    /// When it was made, by the issuer's clock.
    pub made_at: UnixSeconds,
    /// All credit that holders have, in smallest units.
    pub outstanding: Amount,
    /// The most that the owners together may owe by the card.
    pub owners_limit: Amount,
    /// Who owes it.
    pub debts: Vec<OwnerDebt>,
    /// Whether the owner's own chain reaches beyond the statement, so that the own debt could be compared.
    pub own_debt_checked: bool,
    /// What is wrong with it. Each is the host's doing: replace its signing key, and look at the machine.
    pub faults: Vec<IssuerFault>,
}

/// An account below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct OwnerDebt {
    /// The account.
    pub account: AccountId,
    /// What it owes, in smallest units.
    pub owed: Amount,
    /// How far it may go below zero by its grant.
    pub limit: Amount,
    /// Whether it is this wallet's own account.
    pub own: bool,
    /// Whether its role was granted from this wallet as it is; after a restore this is not known of others.
    pub granted_here: bool,
}

/// What is wrong with a statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum IssuerFault {
    /// It is another issuer's, or signed by a key that no card names for that time.
    #[error("the statement is not signed by a key that the card names")]
    NotSigned,
    /// It breaks a rule that every wallet checks: its sums, its grants, the card's limit, the statement before.
    #[error("{reason}")]
    RuleBroken {
        /// Which rule, as a stable code.
        rule: String,
        /// What is wrong, in words.
        reason: String,
    },
    /// It has another balance of the owner's account than that account's chain: money that the owner never issued.
    #[error("the owner's account is at {stated} in the statement, at {proven} in its chain")]
    OwnDebtDiffers {
        /// What the statement says; zero if it does not list the account.
        stated: Amount,
        /// What the chain says.
        proven: Amount,
    },
}

impl IssuerFault {
    /// A stable name for this fault.
    pub fn code(&self) -> &str {
        match self {
            Self::NotSigned => "statement_not_signed",
            Self::RuleBroken { rule, .. } => rule,
            Self::OwnDebtDiffers { .. } => "own_debt_differs",
        }
    }
}

impl From<StatementFault> for IssuerFault {
    fn from(fault: StatementFault) -> Self {
        Self::RuleBroken { rule: fault.code().into(), reason: fault.to_string() }
    }
}

impl Wallet {
    /// Fetches the newest statement of an issuer that this wallet owns and holds it against the owner's chain, the grants
    /// and the card. Do this daily: credit that no owner issued shows here first.
    pub async fn check_issuer(&self, issuer: IssuerId) -> Result<IssuerCheck, WalletError> {
        let owner = Owner::load(&self.context, issuer).await?;
        let statement =
            self.context.backend.statement(&issuer, None).await.map_err(|error| trust::network(&error))?;
        Box::pin(of_statement(self, &owner, &statement)).await
    }
}

/// Follows the owner's own chain beyond the statement, then judges.
pub(super) async fn of_statement(
    wallet: &Wallet,
    owner: &Owner,
    statement: &Signed<Statement>,
) -> Result<IssuerCheck, WalletError> {
    let issuer = owner.issuer.record.issuer;
    let context = &wallet.context;
    wallet.sync(issuer).await?;
    let keys = context.keys()?;
    let statement = statement.clone();
    context
        .read(move |connection, cipher| {
            let owner = Owner::of(connection, cipher, &keys, &issuer)?;
            let row = ISSUERS.key(cipher, issuer);
            let acts = act::of_issuer(connection, cipher, &row)?;
            let body = statement.body();
            let known = Known {
                newest: owner.issuer.record.statement,
                before: body
                    .number
                    .checked_sub(1)
                    .map(|number| statement::get(connection, cipher, &row, number))
                    .transpose()?
                    .flatten()
                    .map(|bytes| trust::stored(&bytes.into(), "statement.value"))
                    .transpose()?,
                granted: acts.iter().map(|act| act.record.hash).collect(),
                own: own_states(&owner.account, body, |after| {
                    Ok(entry::Chain { connection, cipher, issuer: &row, epoch: body.epoch }
                        .after(after, PAGE)?)
                })?,
            };
            judge(&owner, &statement, &known)
        })
        .await
}

/// What a statement is held against, beside card and account.
pub(super) struct Known {
    /// Number and hash of the newest statement that was checked.
    pub(super) newest: Option<(i64, Digest)>,
    /// The statement before.
    pub(super) before: Option<Signed<Statement>>,
    /// Hashes of all acts that were signed here, grants among them.
    pub(super) granted: Vec<Digest>,
    /// The states of the owner's chain that the statement may show; empty if the chain does not reach it.
    pub(super) own: Vec<ChainState>,
}

/// Judges a statement: pure.
pub(super) fn judge(
    owner: &Owner,
    statement: &Signed<Statement>,
    known: &Known,
) -> Result<IssuerCheck, WalletError> {
    let body = statement.body();
    let mut faults = Vec::new();
    if owner.issuer.signing.standing_of(statement) != Standing::Good {
        faults.push(IssuerFault::NotSigned);
    }
    let broken = [
        check_content(body, &owner.issuer.founding),
        check_limit(body, owner.issuer.signing.cards()),
        known.before.as_ref().map_or(Ok(()), |before| check_link(before, body)),
        check_newest(statement, known.newest),
    ];
    faults.extend(broken.into_iter().filter_map(Result::err).map(IssuerFault::from));
    let own = OwnerAccount {
        account: owner.account.account,
        balances: known.own.iter().map(|state| state.balance).collect(),
    };
    faults.extend(check_debts(body, &[own]).into_iter().filter_map(|fault| match fault {
        DebtFault::WrongDebt { stated, chain, .. } => {
            Some(IssuerFault::OwnDebtDiffers { stated, proven: chain })
        }
        // Other owners' debts are for them to compare; that their roles are granted is checked above.
        DebtFault::UnknownDebtor { .. } | DebtFault::Unchecked { .. } => None,
    }));
    Ok(IssuerCheck {
        issuer: body.issuer,
        number: body.number,
        statement: statement.hash(),
        made_at: body.time,
        outstanding: i64::try_from(body.sum).map_or(Amount::MAX, Amount::new),
        owners_limit: owner.issuer.card().owners_limit,
        debts: body.debtors.iter().map(|debtor| describe(owner, debtor, known)).collect::<Result<_, _>>()?,
        own_debt_checked: !known.own.is_empty(),
        faults,
    })
}

/// Checks that a statement is not older than the newest one, nor another of the same number.
fn check_newest(statement: &Signed<Statement>, newest: Option<(i64, Digest)>) -> Result<(), StatementFault> {
    match newest {
        Some((number, _)) if statement.body().number < number => Err(StatementFault::OutOfOrder),
        Some((number, hash)) if statement.body().number == number && statement.hash() != hash => {
            Err(StatementFault::OutOfOrder)
        }
        _ => Ok(()),
    }
}

fn describe(owner: &Owner, debtor: &Debtor, known: &Known) -> Result<OwnerDebt, WalletError> {
    let hash = Digest::of(&[&debtor.grant]);
    let limit = Signed::<Grant>::parse(&debtor.grant).ok().and_then(|grant| grant.body().limit);
    Ok(OwnerDebt {
        account: debtor.account,
        owed: debtor.balance.checked_neg()?,
        limit: limit.unwrap_or(Amount::ZERO),
        own: debtor.account == owner.account.account,
        granted_here: known.granted.contains(&hash)
            || owner.account.role_grant.as_ref().is_some_and(|grant| Digest::of(&[&grant.0]) == hash),
    })
}

/// The states of the account's verified chain that a statement may show; none if that is of another epoch or does not
/// reach as far.
fn own_states(
    account: &AccountRecord,
    statement: &Statement,
    mut entries_after: impl FnMut(i64) -> Result<Vec<(i64, entry::EntryRecord)>, WalletError>,
) -> Result<Vec<ChainState>, WalletError> {
    let Some(head) = &account.head else { return Ok(Vec::new()) };
    let head: Signed<Head> = trust::stored(head, "account.head")?;
    if head.body().time < statement.time || account.chain.epoch != statement.epoch {
        return Ok(Vec::new());
    }
    let mut states = vec![ChainState::genesis(account.issuer, account.account, statement.epoch)];
    loop {
        let after = states.last().map_or(0, |state| state.sequence);
        let page = entries_after(after)?;
        if page.is_empty() {
            return Ok(states_at(&states, statement.time).to_vec());
        }
        for (sequence, record) in page {
            let entry = Entry::read(&record.entry).map_err(|_| StoreError::unreadable("entry.value"))?;
            let balance = entry.balance;
            let hash = record.chain_hash;
            states.push(ChainState { sequence, hash, balance, time: entry.time, ..states[0] });
        }
    }
}
