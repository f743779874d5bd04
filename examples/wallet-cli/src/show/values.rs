//! The shapes of JSON. Their names stay: scripts depend on them.

use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, Digest, IssuerId, RequestId};
use tallystick::money::{Amount, Currency};
use tallystick::request::PaymentMark;
use tallystick::wallet::{
    ActingInfo, ActingState, CurrencyInfo, Direction, KeyCapabilities, Payment, PaymentState,
};

/// An amount: exact, and as plain decimal text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Money {
    /// In smallest units.
    pub minor: Amount,
    /// In whole units: ASCII digits and a full stop, whatever the language.
    pub decimal: String,
    /// The currency's code.
    pub currency: String,
}

impl Money {
    /// This amount of a currency.
    pub fn of(amount: Amount, currency: &Currency) -> Self {
        Self {
            minor: amount,
            decimal: amount.to_decimal_string(currency.decimals()),
            currency: currency.code().to_owned(),
        }
    }
}

/// A currency in the wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CurrencyFields {
    /// Whose money it is.
    pub issuer: IssuerId,
    /// The issuer's name, by its own word.
    pub issuer_name: String,
    /// Code, name, symbol and decimals.
    pub currency: Currency,
    /// The holder's account.
    pub account: AccountId,
    /// What the issuer promises.
    pub promise: String,
    /// The most that its owners may owe.
    pub owners_limit: Money,
    /// Where others add it.
    pub link: String,
    /// Whether the issuer knows the account.
    pub opened: bool,
    /// Whether this wallet owns the issuer.
    pub owned: bool,
    /// If the account is somebody else's: what this device may do for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acting: Option<ActingFields>,
}

/// By what right this device acts for somebody else's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActingFields {
    /// The grant.
    pub grant: Digest,
    /// `in_force`, `ended`, `cancelled` or `void`.
    pub state: ActingState,
    /// What it allows.
    pub may: Vec<&'static str>,
    /// The most that may be paid in one UTC day.
    pub limit: Option<Money>,
    /// What is left of it today.
    pub left_today: Option<Money>,
    /// When it ends.
    pub not_after: UnixSeconds,
}

impl ActingFields {
    fn of(acting: &ActingInfo, currency: &Currency) -> Self {
        let money = |amount: Option<Amount>| amount.map(|amount| Money::of(amount, currency));
        Self {
            grant: acting.grant,
            state: acting.state,
            may: capability_names(acting.capabilities),
            limit: money(acting.limit),
            left_today: money(acting.left_today),
            not_after: acting.ends_at,
        }
    }
}

/// The names of capabilities for scripts.
pub fn capability_names(set: KeyCapabilities) -> Vec<&'static str> {
    [
        (set.pay, "pay"),
        (set.receive, "receive"),
        (set.refund, "refund"),
        (set.view, "view"),
        (set.attest, "attest"),
    ]
    .into_iter()
    .filter_map(|(given, name)| given.then_some(name))
    .collect()
}

impl From<&CurrencyInfo> for CurrencyFields {
    fn from(info: &CurrencyInfo) -> Self {
        Self {
            issuer: info.issuer,
            issuer_name: info.issuer_name.clone(),
            currency: info.currency.clone(),
            account: info.account,
            promise: info.promise.clone(),
            owners_limit: Money::of(info.owners_limit, &info.currency),
            link: info.link.clone(),
            opened: info.opened,
            owned: info.owned,
            acting: info.acting.as_ref().map(|acting| ActingFields::of(acting, &info.currency)),
        }
    }
}

/// What both sides see of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The colour's name.
    pub colour: &'static str,
    /// The colour, such as `#0f766e`.
    pub hex: String,
    /// Two words.
    pub words: Vec<String>,
}

impl Mark {
    /// The mark of a payment.
    pub fn of(payment: &Digest) -> Self {
        let mark = PaymentMark::of(payment);
        Self { colour: mark.colour.name(), hex: mark.hex, words: mark.words }
    }

    /// As it is said over the counter.
    pub fn in_words(&self) -> String {
        format!("{}, {}", self.words.join(" "), self.colour)
    }
}

/// A payment in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentFields {
    /// Names it.
    pub payment: Digest,
    /// What both sides see of it: a colour and two words.
    pub mark: Mark,
    /// Whose money.
    pub issuer: IssuerId,
    /// The issuer's name.
    pub issuer_name: String,
    /// When.
    pub at: UnixSeconds,
    /// `pending`, `settled`, `refused` or `lapsed`.
    pub state: PaymentState,
    /// `out` or `in`.
    pub direction: Direction,
    /// The other side.
    pub counterpart: AccountId,
    /// Its attested name.
    pub counterpart_name: Option<String>,
    /// Tip included.
    pub amount: Money,
    /// The tip.
    pub tip: Option<Money>,
    /// The memo.
    pub memo: Option<String>,
    /// The request that it pays.
    pub request: Option<RequestId>,
    /// The payment that it repays.
    pub repays: Option<Digest>,
    /// How much of it was paid back.
    pub refunded: Money,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// Its place in the account's chain.
    pub epoch: Option<u32>,
    /// Its place in the account's chain.
    pub sequence: Option<i64>,
    /// The account, if it is somebody else's, for which this device acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<AccountId>,
}

impl PaymentFields {
    /// A payment in this currency.
    pub fn of(payment: &Payment, info: &CurrencyInfo) -> Self {
        let money = |amount| Money::of(amount, &info.currency);
        Self {
            payment: payment.payment,
            mark: Mark::of(&payment.payment),
            issuer: payment.issuer,
            issuer_name: info.issuer_name.clone(),
            at: payment.at,
            state: payment.state,
            direction: payment.direction,
            counterpart: payment.counterpart,
            counterpart_name: payment.counterpart_name.clone(),
            amount: money(payment.amount),
            tip: payment.tip.map(money),
            memo: payment.memo.clone(),
            request: payment.request,
            repays: payment.repays,
            refunded: money(payment.refunded),
            refusal: payment.refusal.clone(),
            epoch: payment.epoch,
            sequence: payment.sequence,
            acting_for: info.acting.as_ref().map(|_| info.account),
        }
    }
}
