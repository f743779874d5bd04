//! Random honest histories, and a wallet that follows them.

use proptest::prelude::*;

use crate::artefact::{Capabilities, Order, Receipt, Signed};
use crate::keys::{AccountId, Digest};
use crate::ledger::follow::{
    Base, FollowError, Followed, Follower, HandBack, Item, Known, Movement, Past, PastState,
};
use crate::ledger::testing::{Decided, Index, Issuer, Signer, World};

/// How often a property of whole histories is tried: so often, or as `PROPTEST_CASES` says.
pub fn cases(usually: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(usually),
    }
}

/// Something that happens at an honest issuer.
#[derive(Debug, Clone)]
pub enum Step {
    Wait(i64),
    Open,
    Pay { from: Index, to: Index, amount: i64, signer: Signer },
    Refund { which: usize, amount: i64, signer: Signer },
    Grant { account: Index, till: u32, capabilities: Capabilities },
    CancelKeys { account: Index },
    Rekey { account: Index },
    RekeyIssuer,
    Rotate,
    Publish,
    Head { account: Index },
    Copy,
    Restore,
    Replay,
}

const ACCOUNTS: usize = 5;

fn signer() -> impl Strategy<Value = Signer> {
    prop_oneof![
        6 => Just(Signer::Founding),
        1 => Just(Signer::Replaced),
        3 => (0_u32..2).prop_map(Signer::Till),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let account = 0..ACCOUNTS;
    prop_oneof![
        4 => prop_oneof![Just(0_i64), 1_i64..5, 50_i64..4000].prop_map(Step::Wait),
        1 => Just(Step::Open),
        14 => (account.clone(), account.clone(), 1_i64..2000, signer())
            .prop_map(|(from, to, amount, signer)| Step::Pay { from, to, amount, signer }),
        3 => (any::<usize>(), 1_i64..500, signer())
            .prop_map(|(which, amount, signer)| Step::Refund { which, amount, signer }),
        3 => (account.clone(), 0_u32..2, 1_u8..16).prop_map(|(account, till, bits)| Step::Grant {
            account, till, capabilities: Capabilities::from_bits(bits).unwrap(),
        }),
        1 => account.clone().prop_map(|account| Step::CancelKeys { account }),
        1 => account.clone().prop_map(|account| Step::Rekey { account }),
        1 => Just(Step::RekeyIssuer),
        1 => Just(Step::Rotate),
        2 => Just(Step::Publish),
        4 => account.prop_map(|account| Step::Head { account }),
        1 => Just(Step::Copy),
        1 => Just(Step::Restore),
        1 => Just(Step::Replay),
    ]
}

/// Steps of a history.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 0..50)
}

/// What happened.
pub fn run(steps: &[Step]) -> Issuer {
    let mut issuer = Issuer::found("bakery");
    for account in 1..3 {
        issuer.open();
        issuer.pay(0, account, 5_000).unwrap();
    }
    let mut copy = issuer.clone();
    for step in steps {
        apply(&mut issuer, &mut copy, step);
        assert_eq!(issuer.total(), 0, "after {step:?}");
    }
    issuer
}

fn apply(issuer: &mut Issuer, copy: &mut Issuer, step: &Step) {
    let open = issuer.accounts.len();
    let account = |wanted: Index| wanted % open;
    match *step {
        Step::Wait(seconds) => issuer.wait(seconds),
        Step::Open if open < ACCOUNTS => {
            issuer.open();
        }
        Step::Open => {}
        Step::Pay { from, to, amount, signer } => {
            let order = issuer.sign_order(account(from), account(to), amount, signer, None);
            let _ = issuer.submit(&order);
        }
        Step::Refund { which, amount, signer } => refund(issuer, which, amount, signer),
        Step::Grant { account: to, till, capabilities } => {
            issuer.grant_key(account(to), till, capabilities);
        }
        Step::CancelKeys { account: of } => issuer.cancel_keys(account(of)),
        Step::Rekey { account: of } => issuer.rekey(account(of)),
        Step::RekeyIssuer => issuer.rekey_issuer(),
        Step::Rotate => issuer.rotate(),
        Step::Publish => {
            issuer.publish();
        }
        Step::Head { account: of } => {
            issuer.head(account(of));
        }
        Step::Copy => *copy = issuer.clone(),
        Step::Restore => {
            issuer.wait(1);
            issuer.restore(copy);
        }
        Step::Replay => replay(issuer),
    }
}

fn refund(issuer: &mut Issuer, which: usize, amount: i64, signer: Signer) {
    let executed: Vec<Signed<Order>> = issuer
        .decided
        .values()
        .filter_map(|decided| match decided {
            Decided::Executed(executed) => Some(executed.0.clone()),
            Decided::Refused(_) => None,
        })
        .collect();
    let Some(paid) = executed.get(which % executed.len().max(1)) else { return };
    let payer = issuer.index_of(&paid.body().payee).unwrap();
    let payee = issuer.index_of(&paid.body().payer).unwrap();
    let amount = amount.min(paid.body().amount.minor());
    let order = issuer.sign_order(payer, payee, amount, signer, Some(paid.hash()));
    let _ = issuer.submit(&order);
}

/// The holders hand back whatever they were promised, and try again what was refused.
fn replay(issuer: &mut Issuer) {
    for (_, order) in issuer.world.refusals.clone() {
        if issuer.index_of(&order.body().payer).is_some() && issuer.index_of(&order.body().payee).is_some() {
            let _ = issuer.submit(&order);
        }
    }
    for (receipt, order, _) in issuer.world.receipts.clone() {
        let known = |id: &AccountId| issuer.index_of(id).is_some();
        if receipt.body().epoch < issuer.epoch && known(&order.body().payer) && known(&order.body().payee) {
            let _ = issuer.replay(&receipt, &order);
        }
    }
}

/// What the wallet of an account kept: everything that the issuer ever signed for it.
pub struct Kept<'a> {
    pub world: &'a World,
    pub account: AccountId,
}

impl Past for Kept<'_> {
    fn at(&self, epoch: u32, sequence: i64) -> Option<PastState> {
        let heads = self.world.heads.iter().map(|head| {
            let body = head.body();
            let place = (body.account, body.epoch, body.sequence);
            (place, body.chain_hash, Some(body.balance), head.bytes())
        });
        let receipts = self.world.receipts.iter().map(|(receipt, ..)| {
            let body = receipt.body();
            ((body.account, body.epoch, body.sequence), body.chain_hash, None, receipt.bytes())
        });
        let wanted = (self.account, epoch, sequence);
        let (_, hash, balance, bytes) = heads.chain(receipts).find(|(place, ..)| *place == wanted)?;
        Some(PastState { hash, balance, artefact: bytes.to_vec() })
    }

    fn receipt_of(&self, epoch: u32, order: &Digest) -> Option<Signed<Receipt>> {
        let wanted = (self.account, epoch, *order);
        let receipts = self.world.receipts.iter().map(|(receipt, ..)| receipt);
        let place = |receipt: &Receipt| (receipt.account, receipt.epoch, receipt.order);
        receipts.into_iter().find(|receipt| place(receipt.body()) == wanted).cloned()
    }
}

/// Pages of one epoch.
pub struct Served<'a> {
    pub epoch: u32,
    pub items: Vec<Item<'a>>,
}

/// What an issuer serves to a wallet that is at this base.
pub fn serve<'a>(issuer: &'a Issuer, account: Index, base: &Base) -> Vec<Served<'a>> {
    let chains =
        issuer.accounts[account].chains.iter().filter(|chain| chain.state().epoch >= base.state.epoch);
    chains
        .map(|chain| {
            let epoch = chain.state().epoch;
            let after = if epoch == base.state.epoch { base.state.sequence } else { 0 };
            Served { epoch, items: chain.items(after) }
        })
        .collect()
}

/// Follows what was served to the account's head, `page` entries at a time.
pub fn follow<P: Past>(
    known: Known<'_>,
    past: &P,
    base: Base,
    served: &[Served<'_>],
    page: usize,
    head: &Signed<crate::artefact::Head>,
) -> Result<(Vec<Movement>, Followed), FollowError> {
    let mut follower = Follower::new(known, past, base);
    let mut movements = Vec::new();
    for part in served {
        if part.epoch > follower.base().state.epoch {
            follower.begin_epoch(part.epoch)?;
        }
        for items in part.items.chunks(page) {
            movements.extend(follower.page(items)?);
        }
    }
    let followed = follower.finish(head)?;
    Ok((movements, followed))
}

/// Whether a place of a chain comes after what was carried.
pub fn is_lost(lost: HandBack, epoch: u32, sequence: i64) -> bool {
    (epoch, sequence) > (lost.after_epoch, lost.after_sequence)
}
