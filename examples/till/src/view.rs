//! What the page is shown: JSON with amounts as decimal text and times in Unix seconds.

use serde::{Serialize, Serializer};
use tallystick::clock::UnixSeconds;
use tallystick::error::WalletError;
use tallystick::keys::{Digest, IssuerId, RequestId};
use tallystick::money::Amount;
use tallystick::request::PaymentMark;
use tallystick::wallet::{
    ActingState, CurrencyInfo, Direction, KeyCapabilities, Payment, PaymentState, TipWish,
};

use crate::app::App;
use crate::problem::Problem;

/// A currency that the till takes.
#[derive(Serialize)]
pub(crate) struct CurrencyView {
    issuer: IssuerId,
    issuer_name: String,
    code: String,
    name: String,
    scale: u8,
    symbol: Option<String>,
    online: bool,
    may_charge: bool,
    may_refund: bool,
    /// The most that may be paid back in one UTC day; none: no limit.
    refund_limit: Option<String>,
    /// What is left of it today.
    refund_left: Option<String>,
    /// By what right the till acts; none: the account is its own.
    grant: Option<GrantView>,
}

/// The grant by which a till acts for an account.
#[derive(Serialize)]
struct GrantView {
    state: ActingState,
    ends_at: UnixSeconds,
}

/// A charge.
#[derive(Serialize)]
pub(crate) struct ChargeView {
    pub(crate) id: RequestId,
    pub(crate) state: ChargeState,
    pub(crate) link: String,
    pub(crate) svg: String,
    pub(crate) prices: Vec<PriceView>,
    pub(crate) tip: TipView,
    pub(crate) created_at: UnixSeconds,
    pub(crate) ends_at: Option<UnixSeconds>,
    pub(crate) note: Option<String>,
    pub(crate) reusable: bool,
    /// The first payment; of a reusable code the newest.
    pub(crate) payment: Option<Entry>,
    /// A second payment of a code that is paid once, in another currency.
    pub(crate) second: Option<Entry>,
    /// How the second payment is paid back.
    pub(crate) second_refund: Option<RefundView>,
}

/// How a charge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChargeState {
    Waiting,
    Paid,
    Cancelled,
    Expired,
    PaidTwice,
}

/// A price of a charge.
#[derive(Serialize)]
pub(crate) struct PriceView {
    pub(crate) issuer: IssuerId,
    pub(crate) amount: Option<String>,
}

/// Which tip may be added: `"none"`, `"free"` or `[5, 10, 15]`.
pub(crate) struct TipView(pub(crate) TipWish);

impl Serialize for TipView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            TipWish::NoTip => serializer.serialize_str("none"),
            TipWish::Free => serializer.serialize_str("free"),
            TipWish::Percentages { percentages } => serializer.collect_seq(percentages),
        }
    }
}

/// A payment in a list.
#[derive(Serialize)]
pub(crate) struct Entry {
    payment: Digest,
    at: UnixSeconds,
    state: &'static str,
    direction: &'static str,
    issuer: IssuerId,
    amount: String,
    tip: Option<String>,
    refunded: String,
    refundable: String,
    counterpart: Option<String>,
    memo: Option<String>,
    by_this_till: bool,
    request: Option<RequestId>,
    repays: Option<Digest>,
    /// None until the money has moved.
    receipt_link: Option<String>,
    mark: Mark,
}

/// The colour and the two words that payer and payee both see.
#[derive(Serialize)]
struct Mark {
    colour: &'static str,
    hex: String,
    words: Vec<String>,
}

/// How a refund stands.
#[derive(Serialize)]
pub(crate) struct RefundView {
    pub(crate) state: &'static str,
    /// The refund's own id.
    pub(crate) payment: Digest,
    /// The payment that it repays.
    pub(crate) repays: Option<Digest>,
    pub(crate) issuer: IssuerId,
    pub(crate) amount: String,
    /// Why it was refused.
    pub(crate) code: Option<String>,
}

impl CurrencyView {
    fn of(info: &CurrencyInfo, online: bool) -> Self {
        let acting = info.acting.as_ref();
        let may = |right: fn(&KeyCapabilities) -> bool| {
            acting.is_none_or(|acting| acting.state == ActingState::InForce && right(&acting.capabilities))
        };
        let text = |amount: Amount| amount.to_decimal_string(info.currency.decimals());
        Self {
            issuer: info.issuer,
            issuer_name: info.issuer_name.clone(),
            code: info.currency.code().to_owned(),
            name: info.currency.name().to_owned(),
            scale: info.currency.decimals(),
            symbol: Some(info.currency.symbol().to_owned()).filter(|symbol| !symbol.is_empty()),
            online,
            may_charge: may(|can| can.receive),
            may_refund: may(|can| can.refund || can.pay),
            refund_limit: acting.and_then(|acting| acting.limit).map(text),
            refund_left: acting.and_then(|acting| acting.left_today).map(text),
            grant: acting.map(|acting| GrantView { state: acting.state, ends_at: acting.ends_at }),
        }
    }
}

/// Everything that views of payments are made with.
pub(crate) struct Viewer<'a> {
    app: &'a App,
    pub(crate) currencies: Vec<CurrencyInfo>,
}

impl<'a> Viewer<'a> {
    pub(crate) async fn of(app: &'a App) -> Result<Self, WalletError> {
        Ok(Self { app, currencies: app.wallet.currencies().await? })
    }

    /// The till's currency of an issuer.
    pub(crate) fn currency(&self, issuer: IssuerId) -> Result<&CurrencyInfo, Problem> {
        let found = self.currencies.iter().find(|info| info.issuer == issuer);
        found.ok_or_else(|| Problem::unknown("unknown_currency", "The till has no such currency."))
    }

    /// An amount in whole units.
    pub(crate) fn amount(&self, issuer: IssuerId, amount: Amount) -> Result<String, Problem> {
        Ok(amount.to_decimal_string(self.currency(issuer)?.currency.decimals()))
    }

    /// All currencies, each with whether its issuer is reached.
    pub(crate) fn currency_views(&self) -> Vec<CurrencyView> {
        let lines = self.app.wallet.connections();
        self.currencies
            .iter()
            .map(|info| {
                let is_online = lines.iter().any(|line| line.issuer == info.issuer && line.online);
                CurrencyView::of(info, is_online)
            })
            .collect()
    }

    /// A payment in a list.
    pub(crate) async fn entry(&self, payment: Payment) -> Result<Entry, Problem> {
        let info = self.currency(payment.issuer)?;
        let decimals = info.currency.decimals();
        let by_this_till = self.is_by_this_till(&payment).await?;
        let receipt_link = match payment.state {
            PaymentState::Settled => Some(self.app.wallet.receipt_link(payment.payment).await?.text()),
            _ => None,
        };
        let mark = PaymentMark::of(&payment.payment);
        Ok(Entry {
            payment: payment.payment,
            at: payment.at,
            state: state_name(payment.state),
            direction: match payment.direction {
                Direction::In => "in",
                Direction::Out => "out",
            },
            issuer: payment.issuer,
            amount: payment.amount.to_decimal_string(decimals),
            tip: payment.tip.map(|tip| tip.to_decimal_string(decimals)),
            refunded: payment.refunded.to_decimal_string(decimals),
            refundable: payment.refundable().to_decimal_string(decimals),
            counterpart: payment.counterpart_name,
            memo: payment.memo,
            by_this_till,
            request: payment.request,
            repays: payment.repays,
            receipt_link,
            mark: Mark { colour: mark.colour.name(), hex: mark.hex, words: mark.words },
        })
    }

    /// How a refund stands.
    pub(crate) fn refund(&self, refund: &Payment) -> Result<RefundView, Problem> {
        Ok(RefundView {
            state: state_name(refund.state),
            payment: refund.payment,
            repays: refund.repays,
            issuer: refund.issuer,
            amount: self.amount(refund.issuer, refund.amount)?,
            code: refund.refusal.clone(),
        })
    }

    /// An account may have other keys: its holder's, other tills'.
    async fn is_by_this_till(&self, payment: &Payment) -> Result<bool, WalletError> {
        let wallet = &self.app.wallet;
        match (payment.direction, payment.request) {
            (Direction::In, None) => Ok(false),
            (Direction::In, Some(request)) => match wallet.request(request).await {
                Ok(_) => Ok(true),
                Err(WalletError::NotFound { .. }) => Ok(false),
                Err(error) => Err(error),
            },
            // Only what was sent from here has an end by which it was to arrive.
            (Direction::Out, _) => Ok(wallet.payment(payment.payment).await?.not_after.is_some()),
        }
    }
}

/// A payment that is out of time was refused as good as any.
fn state_name(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Pending => "pending",
        PaymentState::Settled => "settled",
        PaymentState::Refused | PaymentState::Lapsed => "refused",
    }
}
