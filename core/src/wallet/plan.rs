//! A payment before it is confirmed: what, to whom, from which balance, with which warnings.
//!
//! A plan moves nothing and promises nothing. What it says is checked again when it is confirmed.

use serde::Serialize;

use super::payee::{KnownPayee, PayeeView};
use super::request_view::PayeeWords;
use super::{Wallet, policy, search};
use crate::artefact::{Request, TipPolicy, Unproven};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId, RequestId};
use crate::money::{Amount, Currency};
use crate::operation::context::Context;
use crate::operation::trust::{self, KnownIssuer};
use crate::operation::{acting, confirm, funds, limits};
use crate::request::{self, TipChoice};
use crate::store::tables::issuer::ISSUERS;

/// What a holder wants to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PaymentWish {
    /// Who is to be paid.
    pub to: PayTo,
    /// In whose money. If the request leaves a choice, the holder's policy makes it where the wish does not.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub issuer: Option<IssuerId>,
    /// How much without tip, if the request leaves it open, in smallest units.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub amount: Option<Amount>,
    /// The tip on top, in smallest units.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub tip: Option<Amount>,
    /// A word to the payee, which only the payee can read.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub memo: Option<String>,
    /// Makes a second confirmation find the first, also across plans. Made up if it is missing.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub idempotency_key: Option<String>,
}

/// Who is to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum PayTo {
    /// Whoever made this request: its link.
    Request {
        /// `https://…/p/…` or `tallystick:p/…`.
        link: String,
    },
    /// An account.
    Account {
        /// At which issuer.
        issuer: IssuerId,
        /// Which account there.
        account: AccountId,
    },
}

impl PaymentWish {
    /// To pay a request as it asks.
    pub fn of_link(link: impl Into<String>) -> Self {
        Self::to(PayTo::Request { link: link.into() })
    }

    /// To pay an account, in its issuer's money.
    pub fn of_account(issuer: IssuerId, account: AccountId, amount: Amount) -> Self {
        Self { amount: Some(amount), ..Self::to(PayTo::Account { issuer, account }) }
    }

    fn to(to: PayTo) -> Self {
        Self { to, issuer: None, amount: None, tip: None, memo: None, idempotency_key: None }
    }
}

/// A payment as a confirm screen shows it. Passed back to confirm it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PaymentPlan {
    /// A second confirmation with the same key finds the first.
    pub idempotency_key: String,
    /// Whose money is paid.
    pub issuer: IssuerId,
    /// The currency.
    pub currency: Currency,
    /// Who is paid.
    pub payee: PayeeView,
    /// What is paid, tip included, in smallest units.
    pub total: Amount,
    /// The tip in it.
    pub tip: Option<Amount>,
    /// The tips that the request offers, as amounts of this currency: wish for one of them, or for none.
    pub tips: Vec<TipChoice>,
    /// The most that may be added as a tip, if the request leaves the tip to the payer.
    pub tip_up_to: Option<Amount>,
    /// A word to the payee.
    pub memo: Option<String>,
    /// What the payee writes in the request: its own words, which nobody vouches for.
    pub words: Option<PayeeWords>,
    /// What can be spent of this currency now.
    pub available: Amount,
    /// What is worth a second look before confirming.
    pub warnings: Vec<PlanWarning>,
    /// The payment by which this wallet has paid the request already, or is about to. Confirming the plan finds it and pays
    /// nothing.
    pub earlier_payment: Option<Digest>,
    /// The request that is paid.
    pub request: Option<RequestId>,
    /// When the request ends, by the issuer's clock.
    pub request_ends_at: Option<UnixSeconds>,
    /// The request's bytes.
    pub request_artefact: Option<Vec<u8>>,
    /// If it is a refund: the payment that it repays.
    pub repays: Option<Digest>,
}

/// Something that is worth a second look. None forbids the payment but the last three, with which it will fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanWarning {
    /// No issuer that the holder chose vouches for a name of this account. Ask twice.
    UnnamedPayee,
    /// This payee was never paid before from this wallet.
    FirstPayment,
    /// The payee's founding key is another than when it was last paid.
    KeyChanged,
    /// The payee has another name than when it was last paid.
    NameChanged,
    /// The issuer was caught contradicting itself.
    IssuerDistrusted,
    /// This wallet has paid the request already, or is about to: confirming finds that payment and pays nothing.
    AlreadyPaid,
    /// It would leave less than the holder's reserve of this currency.
    BelowReserve,
    /// Over a spending limit: needs the app's PIN.
    OverLimit,
    /// More than can be spent.
    NotEnough,
    /// The request has expired.
    Expired,
}

impl Wallet {
    /// Plans a payment: finds the payee, the price, the balance, and what is worth a warning.
    ///
    /// Where a request can be paid in several currencies of the wallet and the wish names none, the holder's
    /// [`PaymentPolicy`](super::PaymentPolicy) chooses among the ways that [`ways_to_pay`](Self::ways_to_pay) finds. It
    /// fails with `choose_issuer` if the policy leaves that to the holder, or if the wish has an amount or a tip, which
    /// count in one currency only.
    ///
    /// Fails if the request is broken or false, or names no currency of this wallet. Needs the network only for a
    /// request that its link does not hold, and for a payee that is new or was not looked up for a day.
    pub async fn plan(&self, wish: PaymentWish) -> Result<PaymentPlan, WalletError> {
        Box::pin(search::search(&self.context, wish)).await?.into_plan()
    }
}

/// Whom to pay, where, and for which request.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) issuer: IssuerId,
    pub(crate) payee: AccountId,
    pub(crate) request: Option<Unproven<Request>>,
}

/// What is decided of a plan before the balance is looked at.
pub(crate) struct Draft {
    pub(crate) key: String,
    pub(crate) payee: KnownPayee,
    pub(crate) total: Amount,
    pub(crate) tip: Option<Amount>,
    pub(crate) memo: Option<String>,
    pub(crate) repays: Option<Digest>,
}

/// A key that nobody else has.
pub(crate) fn made_up_key(context: &Context) -> String {
    Digest::new(context.entropy.bytes()).to_string()
}

/// Completes a plan with the balance and the warnings.
pub(crate) async fn finish(
    context: &Context,
    target: Target,
    draft: Draft,
) -> Result<PaymentPlan, WalletError> {
    let now = context.now();
    let issuer_now = context.backend.issuer_now(&target.issuer);
    context
        .read(move |connection, cipher| {
            let issuer = trust::issuer(connection, cipher, &target.issuer)?;
            let account = trust::account(connection, cipher, &target.issuer)?;
            if account.account == target.payee {
                return Err(WalletError::invalid("payee", "same_account", "is this wallet itself"));
            }
            let row = ISSUERS.key(cipher, target.issuer);
            let paid = (draft.total, draft.repays.is_some());
            acting::check_payment(connection, cipher, &row, &account, paid, (issuer_now, now))?;
            let available = funds::of(connection, cipher, &row, &account, now)?.available;
            let over = limits::exceeded(connection, cipher, &row, &target.issuer, draft.total, now)?;
            let request = target.request.as_ref().map(Unproven::body);
            let ends_at = request.and_then(|request| request.not_after);
            let tip_policy = request.and_then(|request| request.tip.as_ref());
            let price = draft.total.checked_sub(draft.tip.unwrap_or(Amount::ZERO))?;
            let tips = request::tip_choices(tip_policy, price)
                .map_err(|error| WalletError::invalid("tip", error.code(), error))?;
            let payee = draft.payee.view(&issuer, issuer_now);
            let spare = available.checked_sub(policy::get(connection, cipher)?.reserve(&target.issuer))?;
            let earlier = match &target.request {
                Some(request) if !request.body().reusable => {
                    confirm::payment_of_request(connection, cipher, &RequestId::of(&request.hash()))?
                }
                _ => None,
            };
            let warnings = warnings(&issuer, &payee, |warning| match warning {
                PlanWarning::AlreadyPaid => earlier.is_some(),
                // Nothing more will be paid.
                _ if earlier.is_some() => false,
                PlanWarning::BelowReserve => draft.total > spare && draft.total <= available,
                PlanWarning::OverLimit => over.is_some(),
                PlanWarning::NotEnough => draft.total > available,
                PlanWarning::Expired => ends_at.is_some_and(|ends_at| issuer_now > ends_at),
                _ => false,
            });
            Ok(PaymentPlan {
                idempotency_key: draft.key,
                issuer: target.issuer,
                currency: issuer.card().currency.clone(),
                payee,
                total: draft.total,
                tip: draft.tip,
                tips,
                tip_up_to: matches!(tip_policy, Some(TipPolicy::Free)).then_some(price),
                memo: draft.memo,
                words: request
                    .map(|request| PayeeWords::of(connection, cipher, request))
                    .transpose()?
                    .flatten(),
                available,
                warnings,
                earlier_payment: earlier.map(|earlier| earlier.record.payment),
                request: target.request.as_ref().map(|request| RequestId::of(&request.hash())),
                request_ends_at: ends_at,
                request_artefact: target.request.as_ref().map(|request| request.bytes().to_vec()),
                repays: draft.repays,
            })
        })
        .await
}

fn warnings(
    issuer: &KnownIssuer,
    payee: &PayeeView,
    money: impl Fn(PlanWarning) -> bool,
) -> Vec<PlanWarning> {
    [
        (PlanWarning::UnnamedPayee, payee.name.is_none()),
        (PlanWarning::FirstPayment, payee.first_payment),
        (PlanWarning::KeyChanged, payee.key_changed),
        (PlanWarning::NameChanged, payee.formerly.is_some()),
        (PlanWarning::IssuerDistrusted, issuer.record.distrusted_since.is_some()),
        (PlanWarning::AlreadyPaid, money(PlanWarning::AlreadyPaid)),
        (PlanWarning::BelowReserve, money(PlanWarning::BelowReserve)),
        (PlanWarning::OverLimit, money(PlanWarning::OverLimit)),
        (PlanWarning::NotEnough, money(PlanWarning::NotEnough)),
        (PlanWarning::Expired, money(PlanWarning::Expired)),
    ]
    .into_iter()
    .filter_map(|(warning, applies)| applies.then_some(warning))
    .collect()
}
