//! What every wallet checks in every statement (protocol §4.4): that it follows the one before, that its debts are what
//! its holders hold, that every debt is granted, and that one's own balance stands in it. An owner's wallet also checks
//! that no debt is there that it does not know of.

use super::authority::{KnownGrant, Tense, owner_limit};
use super::merkle::{InclusionProof, Node};
use super::{ChainState, FoundingKeys, SigningKeys, Standing};
use crate::artefact::{Card, Debtor, Grant, Signed, Statement};
use crate::clock::UnixSeconds;
use crate::keys::AccountId;
use crate::money::Amount;

/// A card that lowers the owners' limit binds statements from so many seconds after it on.
pub const LOWER_LIMIT_GRACE_SECONDS: i64 = 86_400;

/// What is wrong in a statement itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementFault {
    /// The debts do not sum to what all holders hold.
    #[error("its debts are {debts}, its balances {sum}")]
    SumMismatch {
        /// All debts.
        debts: u128,
        /// The sum at the root.
        sum: u128,
    },
    /// Balances without a root, or a root without balances; or anything at all in statement 0.
    #[error("its root does not fit its sum")]
    RootMismatch,
    /// An account owes without an owner grant.
    #[error("account {account} owes without an owner grant")]
    NotGranted {
        /// The account.
        account: AccountId,
    },
    /// An account owes more than its grant allows.
    #[error("account {account} owes more than its grant allows")]
    BeyondGrant {
        /// The account.
        account: AccountId,
    },
    /// All owners together owe more than the card allows.
    #[error("all owners together owe {debts}, but the card allows {limit}")]
    BeyondLimit {
        /// All debts.
        debts: u128,
        /// The card's limit.
        limit: Amount,
    },
    /// It names another statement as the one before.
    #[error("it does not follow the statement before")]
    NotLinked,
    /// Its signature does not count.
    #[error("its signature does not count: {standing:?}")]
    Signature {
        /// How it stands.
        standing: Standing,
    },
    /// It is not the next number, or it goes back in time or epoch.
    #[error("it goes back in number, time or epoch")]
    OutOfOrder,
}

impl StatementFault {
    /// A stable name for this fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SumMismatch { .. } => "statement_sum",
            Self::RootMismatch => "statement_root",
            Self::NotGranted { .. } => "statement_not_granted",
            Self::BeyondGrant { .. } => "statement_beyond_grant",
            Self::BeyondLimit { .. } => "statement_beyond_limit",
            Self::Signature { .. } => "statement_signature",
            Self::NotLinked => "statement_not_linked",
            Self::OutOfOrder => "statement_out_of_order",
        }
    }
}

/// The root of the tree over all positive balances.
pub fn root(statement: &Statement) -> Node {
    Node { hash: statement.root, sum: statement.sum }
}

/// Checks a statement whole: signature, contents, the owners' limit, and that it follows `previous`, the one right
/// before it, which a wallet that lacks it asks the issuer for. What fails by signature proves nothing; for the rest
/// see [`Contradiction::BadStatement`](super::evidence::Contradiction::BadStatement).
pub fn check(
    statement: &Signed<Statement>,
    previous: Option<&Signed<Statement>>,
    issuer: &FoundingKeys,
    signing: &SigningKeys,
) -> Result<(), StatementFault> {
    match signing.standing_of(statement) {
        Standing::Good => {}
        standing => return Err(StatementFault::Signature { standing }),
    }
    check_content(statement.body(), issuer)?;
    check_limit(statement.body(), signing.cards())?;
    match previous {
        Some(previous) => check_link(previous, statement.body()),
        None if statement.body().number == 0 => Ok(()),
        None => Err(StatementFault::NotLinked),
    }
}

/// Checks everything that a statement shows by itself: sums, and a grant for each debt.
pub fn check_content(statement: &Statement, issuer: &FoundingKeys) -> Result<(), StatementFault> {
    let debts = debts(statement);
    if debts != statement.sum {
        return Err(StatementFault::SumMismatch { debts, sum: statement.sum });
    }
    let is_empty = statement.sum == 0;
    if is_empty != (statement.root == Node::EMPTY.hash) || (statement.number == 0 && !is_empty) {
        return Err(StatementFault::RootMismatch);
    }
    statement.debtors.iter().try_for_each(|debtor| check_debtor(debtor, issuer))
}

/// Checks a statement against the owners' limit of the cards that are known.
pub fn check_limit(statement: &Statement, cards: &[Signed<Card>]) -> Result<(), StatementFault> {
    let debts = debts(statement);
    match limit_at(statement.time, cards) {
        Some(limit) if debts > u128::try_from(limit.minor()).unwrap_or(0) => {
            Err(StatementFault::BeyondLimit { debts, limit })
        }
        _ => Ok(()),
    }
}

/// Checks that `next` follows `previous`. A wallet that lacks the one right before asks the issuer for it.
pub fn check_link(previous: &Signed<Statement>, next: &Statement) -> Result<(), StatementFault> {
    let before = previous.body();
    if next.issuer != before.issuer || next.previous != Some(previous.hash()) {
        return Err(StatementFault::NotLinked);
    }
    let is_next = before.number.checked_add(1) == Some(next.number);
    if is_next && next.time >= before.time && next.epoch >= before.epoch {
        Ok(())
    } else {
        Err(StatementFault::OutOfOrder)
    }
}

/// The highest owners' limit in force at `time` or in the day before; `None` if no card is that old.
fn limit_at(time: UnixSeconds, cards: &[Signed<Card>]) -> Option<Amount> {
    let mut ranked: Vec<&Card> =
        cards.iter().map(Signed::body).filter(|card| card.signed_at <= time).collect();
    ranked.sort_by_key(|card| card.rank());
    let since = time.saturating_sub(LOWER_LIMIT_GRACE_SECONDS);
    let in_force = ranked.iter().rposition(|card| card.signed_at <= since).unwrap_or(0);
    ranked.iter().skip(in_force).map(|card| card.owners_limit).max()
}

fn debts(statement: &Statement) -> u128 {
    // At most 2^16 debts below 2^63 each: this cannot overflow.
    statement.debtors.iter().map(|debtor| u128::from(debtor.balance.minor().unsigned_abs())).sum()
}

/// A debt needs an owner grant that allows it, of any of the issuer's founding keys; it may have ended since, for an
/// account may stay where it is.
fn check_debtor(debtor: &Debtor, issuer: &FoundingKeys) -> Result<(), StatementFault> {
    let account = debtor.account;
    let not_granted = StatementFault::NotGranted { account };
    let grant = Signed::<Grant>::parse(&debtor.grant).map_err(|_| not_granted)?;
    let signed_at = grant.body().signed_at;
    let in_time = signed_at.min(grant.body().not_after);
    let limit = owner_limit(issuer, &account, &KnownGrant::uncancelled(grant), in_time, Tense::Then)
        .map_err(|_| not_granted)?;
    if debtor.balance.minor().unsigned_abs() > limit.minor().unsigned_abs() {
        return Err(StatementFault::BeyondGrant { account });
    }
    Ok(())
}

/// What an issuer shows an account of its place in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// A proof of a positive balance.
    Proof(&'a InclusionProof),
    /// The issuer says that the account holds nothing or owes.
    Absent,
}

/// Why an account's place in a statement is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceFault {
    /// The proof does not lead to the root. It is not signed, so this proves nothing.
    #[error("the proof does not lead to the root")]
    BadProof,
    /// The account holds a positive balance, and the issuer shows no proof for it. Silence proves nothing.
    #[error("the issuer shows no place for a balance of {balance}")]
    Withheld {
        /// What the account held.
        balance: Amount,
    },
    /// The statement gives the account another balance, or another chain, than its chain had. With the chain this proves
    /// fraud.
    #[error("the statement says {stated}, the chain says {chain}")]
    Contradicts {
        /// What the statement says.
        stated: Amount,
        /// What the chain says.
        chain: Amount,
    },
    /// The chain at the time of the statement is not known, or of another epoch.
    #[error("the chain at that time is not known")]
    NotComparable,
}

impl PlaceFault {
    /// A stable name for this fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadProof => "place_bad_proof",
            Self::Withheld { .. } => "place_withheld",
            Self::Contradicts { .. } => "place_contradicts",
            Self::NotComparable => "place_not_comparable",
        }
    }
}

/// Of a chain's states in order, those that a statement made at `time` may show: the last one before that second, and
/// those within it. States of another epoch must not be among them.
pub fn states_at(states: &[ChainState], time: UnixSeconds) -> &[ChainState] {
    let end = states.partition_point(|state| state.time <= time);
    let before = states[..end].partition_point(|state| state.time < time);
    &states[before.saturating_sub(1)..end]
}

/// Checks an account's place in a statement. `possible`: the states that it may show, from [`states_at`]. Gives the one
/// that it shows.
pub fn check_place(
    statement: &Statement,
    account: &AccountId,
    possible: &[ChainState],
    place: Place<'_>,
) -> Result<ChainState, PlaceFault> {
    let Some(last) = possible.last() else { return Err(PlaceFault::NotComparable) };
    if possible.iter().any(|state| {
        (state.issuer, state.account, state.epoch) != (statement.issuer, *account, statement.epoch)
    }) {
        return Err(PlaceFault::NotComparable);
    }
    let contradicts = |stated| PlaceFault::Contradicts { stated, chain: last.balance };
    let listed = listed(statement, account);
    let find = |fits: &dyn Fn(&ChainState) -> bool| possible.iter().copied().find(|state| fits(state));
    match (place, listed) {
        (Place::Proof(proof), listed) => {
            proof.verify(*account, &root(statement)).map_err(|_| PlaceFault::BadProof)?;
            let shown = (proof.sequence, proof.chain_hash, proof.balance);
            let state = find(&|state| (state.sequence, state.hash, state.balance) == shown);
            match listed {
                Some(stated) => Err(contradicts(stated)),
                None => state.ok_or(contradicts(proof.balance)),
            }
        }
        (Place::Absent, Some(stated)) => find(&|state| state.balance == stated).ok_or(contradicts(stated)),
        (Place::Absent, None) => match find(&|state| state.balance.is_zero()) {
            Some(state) => Ok(state),
            None if possible.iter().all(|state| state.balance.is_negative()) => {
                Err(contradicts(Amount::ZERO))
            }
            None => Err(PlaceFault::Withheld { balance: last.balance }),
        },
    }
}

/// What a statement says an account owes.
pub fn listed(statement: &Statement, account: &AccountId) -> Option<Amount> {
    let at = statement.debtors.binary_search_by_key(account, |debtor| debtor.account).ok()?;
    Some(statement.debtors[at].balance)
}

/// An account to which the owner of an issuer granted the owner role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerAccount {
    /// The account.
    pub account: AccountId,
    /// The balances that it may have had at the time of the statement; empty if its chain is not known, as is a
    /// partner's.
    pub balances: Vec<Amount>,
}

/// A debt in a statement that the owner cannot stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DebtFault {
    /// An account that the owner never granted the role.
    UnknownDebtor {
        /// The account.
        account: AccountId,
        /// What it owes by the statement.
        stated: Amount,
    },
    /// An account whose chain says otherwise.
    WrongDebt {
        /// The account.
        account: AccountId,
        /// What the statement says; zero if it is not listed.
        stated: Amount,
        /// What the chain says.
        chain: Amount,
    },
    /// An account that owes and whose chain is not known, to be looked at by whoever holds it.
    Unchecked {
        /// The account.
        account: AccountId,
        /// What the statement says.
        stated: Amount,
    },
}

/// The owner's own check: every debt is one that the owner knows of. Credit that no owner issued shows here, at most one
/// statement late: holders' balances and owners' debts must be equal, so it needs a debt that the owner never made.
pub fn check_debts(statement: &Statement, owners: &[OwnerAccount]) -> Vec<DebtFault> {
    let mut faults = Vec::new();
    for debtor in &statement.debtors {
        let stated = debtor.balance;
        match owners.iter().find(|owner| owner.account == debtor.account) {
            None => faults.push(DebtFault::UnknownDebtor { account: debtor.account, stated }),
            Some(owner) if owner.balances.is_empty() => {
                faults.push(DebtFault::Unchecked { account: debtor.account, stated });
            }
            Some(_) => {}
        }
    }
    for owner in owners {
        let stated = listed(statement, &owner.account).unwrap_or(Amount::ZERO);
        let fits = |balance: &Amount| (*balance).min(Amount::ZERO) == stated;
        if let Some(chain) = owner.balances.last()
            && !owner.balances.iter().any(fits)
        {
            faults.push(DebtFault::WrongDebt { account: owner.account, stated, chain: *chain });
        }
    }
    faults
}
