//! What must hold after everything, checked from outside: from the issuer's database file, and through each wallet's own
//! functions.
//!
//! 1. The ledger: every chain follows from its beginning to its account's row; balances sum to zero, nothing is held; each
//!    executed order has one debit and one credit of its amount; a request that is not reusable is paid once at most.
//! 2. Each wallet: nothing is pending, nothing is held; its verified chain ends where the issuer's does; each of its
//!    payments is settled and executed exactly once, or ended and not executed; none of the issuer's is missing; no
//!    evidence was found against an issuer that is honest.
//! 3. The events: numbered without a gap; each payment told of once when it was submitted and once when it ended, in this
//!    order, as it did end; each that came in, once.

mod ledger;

use std::collections::BTreeMap;
use std::path::Path;

use tallystick::event::Event;
use tallystick::keys::{Digest, IssuerId};
use tallystick::ledger::ChainState;
use tallystick::wallet::{Direction, HistoryQuery, Payment, PaymentState, Wallet};

pub use ledger::{Ledger, Movement};

/// Since when a wallet's file has seen everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// From its first payment on.
    Whole,
    /// It was restored from its phrase: it knows what was before from the chain, and was told nothing of it.
    Restored,
}

/// A wallet that is asked.
#[derive(Clone, Copy)]
pub struct Witness<'a> {
    /// The wallet, open, with its network.
    pub wallet: &'a Wallet,
    /// Since when it has seen everything.
    pub life: Life,
}

/// How long a payment may take to be decided, in milliseconds. Only what hangs takes so long.
const PATIENCE_MS: u32 = 60_000;

/// Lets every payment come to its end, and checks all of it. `label` says of which case it is.
pub async fn check(label: &str, database: &Path, issuer: IssuerId, witnesses: &[Witness<'_>]) {
    for witness in witnesses {
        for open in witness.wallet.pending_payments().await.expect("payments") {
            let ended = witness.wallet.wait_for_payment(open.payment, PATIENCE_MS).await;
            assert!(ended.is_ok(), "{label}: it hangs: {ended:?}");
        }
    }
    for witness in witnesses {
        witness.wallet.sync(issuer).await.unwrap_or_else(|error| panic!("{label}: out of step: {error:?}"));
    }
    let ledger = Ledger::read(database, issuer).unwrap_or_else(|fault| panic!("{label}: {fault}"));
    for witness in witnesses {
        if let Err(fault) = check_wallet(&ledger, issuer, *witness).await {
            panic!("{label}: {fault}");
        }
    }
}

async fn check_wallet(ledger: &Ledger, issuer: IssuerId, witness: Witness<'_>) -> Result<(), String> {
    let wallet = witness.wallet;
    let balance = wallet.balance(issuer).await.map_err(|error| error.to_string())?;
    let account = wallet.currency(issuer).await.map_err(|error| error.to_string())?.account;
    let end = wallet.chain_end(issuer).await.map_err(|error| error.to_string())?;
    let Some(there) = ledger.ends.get(&account) else {
        return Err(format!("{account} is not at the issuer"));
    };
    // The wallet also knows the time of later heads.
    let place = |end: &ChainState| (end.account, end.epoch, end.sequence, end.hash, end.balance);
    if place(&end) != place(there) {
        return Err(format!("the wallet's chain ends at {end:?}, the issuer's at {there:?}"));
    }
    if balance.held.minor() != 0 || balance.balance != there.balance {
        return Err(format!("{balance:?} at a balance of {:?}", there.balance));
    }
    let evidence = wallet.evidence(issuer).await.map_err(|error| error.to_string())?;
    if !evidence.is_empty() {
        return Err(format!("an honest issuer is accused: {evidence:?}"));
    }

    let shown = history(wallet, issuer).await;
    for payment in shown.values() {
        let movement = ledger.movements.get(&payment.payment);
        let is_executed = movement.is_some_and(|movement| match payment.direction {
            Direction::Out => movement.payer == account && movement.amount == payment.amount,
            Direction::In => movement.payee == account && movement.amount == payment.amount,
        });
        let fits = match payment.state {
            PaymentState::Settled => is_executed,
            PaymentState::Refused | PaymentState::Lapsed => movement.is_none(),
            PaymentState::Pending => false,
        };
        if !fits || (is_executed && payment.sequence.is_none()) {
            return Err(format!("{payment:?} and at the issuer {movement:?}"));
        }
    }
    for (order, movement) in &ledger.movements {
        let is_ours = movement.payer == account || movement.payee == account;
        if is_ours && !shown.contains_key(order) {
            return Err(format!("the wallet lacks {movement:?}"));
        }
    }
    check_events(wallet, issuer, &shown, witness.life).await
}

async fn history(wallet: &Wallet, issuer: IssuerId) -> BTreeMap<Digest, Payment> {
    let mut shown = BTreeMap::new();
    let mut query = HistoryQuery { issuer: Some(issuer), limit: 200, ..HistoryQuery::default() };
    loop {
        let page = wallet.history(query.clone()).await.expect("a history");
        for payment in page.payments {
            let twice = shown.insert(payment.payment, payment);
            assert!(twice.is_none(), "one payment is shown twice: {twice:?}");
        }
        match page.next {
            Some(next) => query.before = Some(next),
            None => return shown,
        }
    }
}

/// What was told of one payment.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    submitted: Vec<i64>,
    ended: Vec<(i64, PaymentState)>,
    received: Vec<i64>,
}

async fn check_events(
    wallet: &Wallet,
    issuer: IssuerId,
    shown: &BTreeMap<Digest, Payment>,
    life: Life,
) -> Result<(), String> {
    let mut told: BTreeMap<Digest, Told> = BTreeMap::new();
    let mut last = 0;
    while let Some(next) = wallet.try_next_event(last).await.map_err(|error| error.to_string())? {
        if next.sequence != last + 1 {
            return Err(format!("event {} follows event {last}", next.sequence));
        }
        last = next.sequence;
        let mut end = |at: IssuerId, payment: Digest, state: PaymentState| {
            if at == issuer {
                told.entry(payment).or_default().ended.push((last, state));
            }
        };
        match next.event {
            Event::PaymentSettled { issuer: at, payment } => end(at, payment, PaymentState::Settled),
            Event::PaymentRefused { issuer: at, payment, .. } => end(at, payment, PaymentState::Refused),
            Event::PaymentLapsed { issuer: at, payment } => end(at, payment, PaymentState::Lapsed),
            Event::PaymentSubmitted { issuer: at, payment } if at == issuer => {
                told.entry(payment).or_default().submitted.push(last);
            }
            Event::PaymentReceived { issuer: at, payment, .. } if at == issuer => {
                told.entry(payment).or_default().received.push(last);
            }
            Event::FraudFound { issuer: at, code, .. } if at == issuer => {
                return Err(format!("an honest issuer is accused of {code}"));
            }
            _ => {}
        }
    }
    for (payment, told) in &told {
        if !shown.contains_key(payment) {
            return Err(format!("{told:?} of a payment that is not in the history: {payment}"));
        }
    }
    for (id, payment) in shown {
        let nothing = Told::default();
        let told = told.get(id).unwrap_or(&nothing);
        let fits = match (payment.direction, &told.submitted[..], &told.ended[..], &told.received[..]) {
            (Direction::Out, [submitted], [(ended, state)], []) => {
                submitted < ended && *state == payment.state
            }
            (Direction::In, [], [], [_]) => true,
            (_, [], [], []) => life == Life::Restored,
            _ => false,
        };
        if !fits {
            return Err(format!("{told:?} of {payment:?}"));
        }
    }
    Ok(())
}

/// What must hold between an owner's wallet and its issuer: nothing waits, the card in force is the same, and so are the
/// grants.
pub async fn check_owner(label: &str, database: &Path, issuer: IssuerId, owner: &Wallet) {
    owner.send_waiting(issuer).await.unwrap_or_else(|error| panic!("{label}: {error:?}"));
    let owned = owner.owned_issuer(issuer).await.unwrap_or_else(|error| panic!("{label}: {error:?}"));
    assert_eq!(owned.waiting, 0, "{label}: acts wait");
    let (card, mut grants) =
        ledger::owners_side(database, issuer).unwrap_or_else(|fault| panic!("{label}: {fault}"));
    assert_eq!(card, owned.card, "{label}: owner and issuer have another card");
    let known = owner.grants(issuer).await.unwrap_or_else(|error| panic!("{label}: {error:?}"));
    let in_force = known.iter().filter(|grant| grant.state == tallystick::wallet::GrantState::InForce);
    let mut in_force: Vec<_> = in_force.map(|grant| grant.grant).collect();
    grants.sort_unstable();
    in_force.sort_unstable();
    assert_eq!(in_force, grants, "{label}: owner and issuer know other grants");
}
