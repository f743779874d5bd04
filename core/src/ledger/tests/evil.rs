//! An issuer that breaks rules, with its own keys.

use crate::artefact::{Head, Order, Receipt, Signed};
use crate::keys::Digest;
use crate::ledger::chain::next_hash;
use crate::ledger::evidence::{Evidence, Finding};
use crate::ledger::follow::{Base, FollowError, Past};
use crate::ledger::testing::{Index, Issuer, Record};
use crate::ledger::{Authority, ChainState, Entry};
use crate::money::Amount;

use super::support::{follow, serve};

/// The entry that an honest issuer would write for this order.
pub fn entry_of(issuer: &Issuer, account: Index, order: &Signed<Order>) -> Entry {
    let state = issuer.accounts[account].state();
    let body = order.body();
    let (counterpart, amount) = if body.payer == state.account {
        (body.payee, -body.amount.minor())
    } else {
        (body.payer, body.amount.minor())
    };
    Entry {
        sequence: state.sequence + 1,
        amount: Amount::new(amount),
        balance: Amount::new(state.balance.minor() + amount),
        blind: Digest::of(&[order.hash().as_ref(), &state.sequence.to_be_bytes()]).prefix(),
        time: issuer.time,
        authority: Authority::Order { counterpart, hash: order.hash() },
    }
}

/// Writes an entry, whatever it says, and signs a receipt for it.
pub fn force(issuer: &mut Issuer, account: Index, entry: &Entry, order: Option<Signed<Order>>) {
    let bytes = entry.encode();
    let state = *issuer.accounts[account].state();
    let state = ChainState {
        sequence: state.sequence + 1,
        hash: next_hash(&state.hash, &bytes),
        balance: entry.balance,
        time: entry.time,
        ..state
    };
    let receipt = entry.authority.hash().map(|order| sign_receipt(issuer, &state, *order));
    let chain = issuer.accounts[account].chains.last_mut().unwrap();
    chain.states.push(state);
    chain.records.push(Record { entry: bytes, order, receipt, grant: None });
}

/// A receipt for the state after an order.
pub fn sign_receipt(issuer: &Issuer, state: &ChainState, order: Digest) -> Signed<Receipt> {
    let receipt = Receipt {
        issuer: issuer.id,
        order,
        account: state.account,
        sequence: state.sequence,
        chain_hash: state.hash,
        epoch: state.epoch,
        time: issuer.time,
    };
    Signed::sign(&receipt, &issuer.signing_key()).unwrap()
}

/// A head that says something else.
pub fn forge_head(issuer: &mut Issuer, account: Index, change: impl FnOnce(&mut Head)) -> Signed<Head> {
    let mut head = issuer.head(account).body().clone();
    issuer.world.heads.pop();
    change(&mut head);
    Signed::sign(&head, &issuer.signing_key()).unwrap()
}

/// What the wallet of an account makes of its chain, from this base to a head of now.
pub fn judge(issuer: &mut Issuer, account: Index, past: &impl Past, base: Base) -> Result<(), FollowError> {
    let head = issuer.head(account);
    issuer.world.heads.pop();
    judge_at(issuer, account, past, base, &head)
}

/// What the wallet of an account makes of its chain, from this base to this head.
pub fn judge_at(
    issuer: &Issuer,
    account: Index,
    past: &impl Past,
    base: Base,
    head: &Signed<Head>,
) -> Result<(), FollowError> {
    let knowledge = issuer.knowledge(account);
    let served = serve(issuer, account, &base);
    follow(knowledge.known(), past, base, &served, 3, head).map(drop)
}

/// The evidence in an error, as someone else reads and judges it.
pub fn evidence(result: Result<(), FollowError>) -> (Evidence, Finding, String) {
    match result {
        Err(FollowError::Fraud { evidence, finding, words }) => {
            let read = Evidence::decode(&evidence.encode()).unwrap();
            assert_eq!(read, *evidence);
            let verdict = read.verify();
            assert_eq!((verdict.finding, &verdict.words), (finding, &words));
            (read, finding, words)
        }
        other => panic!("no fraud: {other:?}"),
    }
}
