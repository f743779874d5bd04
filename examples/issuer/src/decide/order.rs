//! How an order is decided (protocol §5.1, steps 2 to 9). The first rule that fails is the answer.

use tallystick::artefact::{Order, Request};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, Digest, IssuerId};
use tallystick::money::Amount;
use tallystick::request::{RequestError, check_amount};

/// An expiry may lie this far ahead, in seconds.
pub(crate) const MAX_AHEAD: i64 = 120;

/// An expiry further ahead than this is not even refused: the refusal would have to be kept until then.
const MAX_AHEAD_REMEMBERED: i64 = 86_400;

/// The most bytes that a sealed memo may have.
pub(crate) const MAX_MEMO: usize = 1_100;

/// All that a decision rests on.
pub(crate) struct Facts<'a> {
    pub issuer: &'a IssuerId,
    pub order: &'a Order,
    pub now: UnixSeconds,
    /// Other bytes hold the id of this order.
    pub id_is_taken: bool,
    /// Unknown orders that expire until then may have been executed in what a restore lost.
    pub lost_until: Option<UnixSeconds>,
    pub payer: Payer,
    pub payee: Option<Payee>,
    /// The request whose bytes came along, if they hash to the id that the order names.
    pub request: Option<RequestFacts<'a>>,
    /// The order that this one repays, if it was executed here.
    pub repaid: Option<Repaid>,
    /// The memo that came along.
    pub memo: Option<&'a [u8]>,
}

/// Who pays.
pub(crate) struct Payer {
    pub balance: i64,
    pub held: i64,
    /// How far an owner may go below zero; 0 for everyone else.
    pub floor: i64,
    /// A worker's limit, and what the account has paid today.
    pub daily: Option<Daily>,
    /// By what rights the order's signer pays from it. None: it may not.
    pub signer_rights: Vec<SignerRight>,
}

/// A limit for payments of a UTC day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Daily {
    pub limit: i64,
    pub paid: i64,
}

impl Daily {
    fn allows(self, amount: i64) -> bool {
        self.paid.checked_add(amount).is_some_and(|total| total <= self.limit)
    }
}

/// A right to pay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignerRight {
    /// The grant that gives it; absent: the signer is the founding key in force.
    pub grant: Option<Digest>,
    pub daily: Option<Daily>,
}

/// Who is paid.
pub(crate) struct Payee {
    pub balance: i64,
}

/// A request that the order names, its bytes having come along.
pub(crate) struct RequestFacts<'a> {
    /// `None`: the bytes are not a request, or nobody who may has signed it.
    pub proven: Option<&'a Request>,
    pub cancelled: bool,
    /// An executed order names it already.
    pub paid: bool,
}

/// An executed order that is to be repaid.
pub(crate) struct Repaid {
    pub payer: AccountId,
    pub payee: AccountId,
    pub amount: i64,
    /// All refunds of it so far.
    pub refunded: i64,
}

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is executed. `grant`: the one by which its signer may pay; absent for the founding key.
    Execute { balances: Balances, grant: Option<Digest> },
    /// It is refused, for ever. `claims_id`: no other order of this payer can have its id any more.
    Refuse { why: Why, claims_id: bool },
    /// It would be refused, but may have been executed in what was lost.
    Undecidable,
    /// Its expiry is so far ahead that it is not decided at all.
    TooFarAhead,
}

/// Balances after an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Balances {
    pub payer: i64,
    pub payee: i64,
}

macro_rules! whys {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why an order is refused (protocol §6).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Why {
            $($(#[$doc])* $name,)*
        }

        impl Why {
            /// The code in the refusal.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

whys! {
    /// Other bytes hold this order's id.
    OrderConflict = "order_conflict";
    /// Its expiry has passed.
    Expired = "expired";
    /// Its expiry is too far ahead.
    ExpiryTooFar = "expiry_too_far";
    /// Its signer may not pay from this account.
    NotAllowed = "not_allowed";
    /// More than may be paid today.
    LimitExceeded = "limit_exceeded";
    /// Payer and payee are one.
    SameAccount = "same_account";
    /// Nobody knows the payee here.
    UnknownPayee = "unknown_payee";
    /// The request that it names did not come along.
    RequestMissing = "request_missing";
    /// The request is none, or its signer may not receive for the payee.
    RequestInvalid = "request_invalid";
    /// The request has ended.
    RequestExpired = "request_expired";
    /// The request was cancelled.
    RequestCancelled = "request_cancelled";
    /// The request is for somebody else.
    WrongPayee = "wrong_payee";
    /// The request has no price in this issuer's money.
    NoPrice = "no_price";
    /// The amount is not the price and an allowed tip.
    WrongAmount = "wrong_amount";
    /// The request has been paid.
    AlreadyPaid = "already_paid";
    /// The order to be repaid is not one from this payee to this payer.
    RefundMismatch = "refund_mismatch";
    /// More than was paid.
    RefundExceeds = "refund_exceeds";
    /// The memo that it names did not come along.
    MemoMissing = "memo_missing";
    /// More than the payer has.
    InsufficientFunds = "insufficient_funds";
    /// More than the payee can have.
    BalanceOverflow = "balance_overflow";
}

/// Decides an order that is whole, canonical, signed, for this issuer, of a known payer, and not decided yet.
pub(crate) fn decide(facts: &Facts<'_>) -> Verdict {
    let signer = signer_may(facts);
    // A stranger who guesses or learns an id must not be able to use it up.
    let is_of_payer = !matches!(signer, Err(Why::NotAllowed));
    let refuse = |why| {
        if facts.lost_until.is_some_and(|until| facts.order.not_after <= until) {
            Verdict::Undecidable
        } else {
            Verdict::Refuse { why, claims_id: is_of_payer && !facts.id_is_taken }
        }
    };
    if facts.id_is_taken && is_of_payer {
        return refuse(Why::OrderConflict);
    }
    if facts.order.not_after.saturating_sub(facts.now) > MAX_AHEAD_REMEMBERED {
        return Verdict::TooFarAhead;
    }
    let checked = expiry(facts)
        .and(signer.map(drop))
        .and_then(|()| parties(facts))
        .and_then(|()| request(facts))
        .and_then(|()| refund(facts))
        .and_then(|()| memo(facts))
        .and_then(|()| funds(facts));
    match (checked, signer) {
        (Ok(balances), Ok(right)) => Verdict::Execute { balances, grant: right.grant },
        (Err(why), _) | (_, Err(why)) => refuse(why),
    }
}

fn expiry(facts: &Facts<'_>) -> Result<(), Why> {
    match facts.order.not_after.saturating_sub(facts.now) {
        ..0 => Err(Why::Expired),
        0..=MAX_AHEAD => Ok(()),
        _ => Err(Why::ExpiryTooFar),
    }
}

/// The right by which the signer pays.
fn signer_may(facts: &Facts<'_>) -> Result<SignerRight, Why> {
    let amount = facts.order.amount.minor();
    let within = |daily: Option<Daily>| daily.is_none_or(|daily| daily.allows(amount));
    if facts.payer.signer_rights.is_empty() {
        return Err(Why::NotAllowed);
    }
    let right = facts.payer.signer_rights.iter().find(|right| within(right.daily));
    right.copied().filter(|_| within(facts.payer.daily)).ok_or(Why::LimitExceeded)
}

fn parties(facts: &Facts<'_>) -> Result<(), Why> {
    if facts.order.payer == facts.order.payee {
        Err(Why::SameAccount)
    } else if facts.payee.is_none() {
        Err(Why::UnknownPayee)
    } else {
        Ok(())
    }
}

fn request(facts: &Facts<'_>) -> Result<(), Why> {
    if facts.order.request.is_none() {
        return Ok(());
    }
    let came = facts.request.as_ref().ok_or(Why::RequestMissing)?;
    let request = came.proven.ok_or(Why::RequestInvalid)?;
    if request.not_after.is_some_and(|end| end < facts.now) {
        return Err(Why::RequestExpired);
    }
    if came.cancelled {
        return Err(Why::RequestCancelled);
    }
    if request.payee != facts.order.payee {
        return Err(Why::WrongPayee);
    }
    // The wallet's own rule, so that the two cannot drift.
    match check_amount(request, facts.issuer, facts.order.amount, facts.order.tip) {
        Ok(()) => {}
        Err(RequestError::NoPrice) => return Err(Why::NoPrice),
        Err(_) => return Err(Why::WrongAmount),
    }
    if came.paid && !request.reusable { Err(Why::AlreadyPaid) } else { Ok(()) }
}

fn refund(facts: &Facts<'_>) -> Result<(), Why> {
    if facts.order.repays.is_none() {
        return Ok(());
    }
    let repaid = facts.repaid.as_ref().ok_or(Why::RefundMismatch)?;
    if repaid.payer != facts.order.payee || repaid.payee != facts.order.payer {
        return Err(Why::RefundMismatch);
    }
    match repaid.refunded.checked_add(facts.order.amount.minor()) {
        Some(total) if total <= repaid.amount => Ok(()),
        _ => Err(Why::RefundExceeds),
    }
}

fn memo(facts: &Facts<'_>) -> Result<(), Why> {
    match (&facts.order.memo, facts.memo) {
        (None, _) => Ok(()),
        (Some(hash), Some(memo)) if memo.len() <= MAX_MEMO && Digest::of(&[memo]) == *hash => Ok(()),
        _ => Err(Why::MemoMissing),
    }
}

fn funds(facts: &Facts<'_>) -> Result<Balances, Why> {
    let payee = facts.payee.as_ref().ok_or(Why::UnknownPayee)?;
    move_funds(&facts.payer, payee, facts.order.amount)
}

/// The balances after moving an amount, if the payer has it. Of a replay (protocol §4.3), which was decided before, only
/// this still has to hold.
pub(crate) fn move_funds(payer: &Payer, payee: &Payee, amount: Amount) -> Result<Balances, Why> {
    // In 128 bits nothing here can overflow.
    let available = i128::from(payer.balance) - i128::from(payer.held) + i128::from(payer.floor);
    if i128::from(amount.minor()) > available {
        return Err(Why::InsufficientFunds);
    }
    let payer = payer.balance.checked_sub(amount.minor()).ok_or(Why::InsufficientFunds)?;
    let payee = payee.balance.checked_add(amount.minor()).ok_or(Why::BalanceOverflow)?;
    Ok(Balances { payer, payee })
}
