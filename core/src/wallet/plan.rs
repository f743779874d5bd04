//! A payment before it is confirmed: what, to whom, from which balance, with which warnings.
//!
//! A plan moves nothing and promises nothing. What it says is checked again when it is confirmed.

use std::sync::Arc;

use super::Wallet;
use super::payee::{self, KnownPayee, PayeeView};
use super::request_view::PayeeWords;
use crate::artefact::{Request, TipPolicy, Unproven};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId, RequestId};
use crate::money::{Amount, Currency};
use crate::operation::confirm::{IntendedRequest, Intent};
use crate::operation::context::Context;
use crate::operation::trust::{self, KnownIssuer};
use crate::operation::{acting, funds, limits};
use crate::request::{self, RequestLink, TipChoice};
use crate::store::tables::account::ACCOUNTS;
use crate::store::tables::issuer::ISSUERS;

/// What a holder wants to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PaymentWish {
    /// Who is to be paid.
    pub to: PayTo,
    /// In whose money, if the request leaves a choice.
    pub issuer: Option<IssuerId>,
    /// How much without tip, if the request leaves it open, in smallest units.
    pub amount: Option<Amount>,
    /// The tip on top, in smallest units.
    pub tip: Option<Amount>,
    /// A word to the payee, which only the payee can read.
    pub memo: Option<String>,
    /// Makes a second confirmation find the first, also across plans. Made up if it is missing.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
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
    /// Fails if the request is broken or false, names no currency of this wallet, or leaves a choice that the wish does
    /// not make. Needs the network only for a payee that is new, or not looked up for a day.
    pub async fn plan(&self, wish: PaymentWish) -> Result<PaymentPlan, WalletError> {
        let target = resolve(&self.context, &wish).await?;
        let context = &self.context;
        acting::require_at(context, target.issuer, acting::to_pay(false)).await?;
        let payee = payee::find(context, target.issuer, target.payee).await?;
        let issuer_now = context.backend.issuer_now(&target.issuer);
        if let Some(request) = &target.request {
            Box::pin(prove(context, &target, &payee, request, issuer_now)).await?;
        }
        let key = wish.idempotency_key.clone().unwrap_or_else(|| made_up_key(context));
        let draft = Draft {
            key,
            payee,
            total: total(&target, &wish)?,
            tip: wish.tip.filter(|tip| !tip.is_zero()),
            memo: wish.memo.clone().filter(|memo| !memo.is_empty()),
            repays: None,
        };
        Box::pin(finish(context, target, draft)).await
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

async fn resolve(context: &Arc<Context>, wish: &PaymentWish) -> Result<Target, WalletError> {
    match &wish.to {
        PayTo::Account { issuer, account } => Ok(Target { issuer: *issuer, payee: *account, request: None }),
        PayTo::Request { link } => {
            let request = fetch(context, link).await?;
            let issuer = choose_issuer(context, request.body(), wish.issuer).await?;
            Ok(Target { issuer, payee: request.body().payee, request: Some(request) })
        }
    }
}

/// The request of a link: out of it, or from the host that it names.
async fn fetch(context: &Context, link: &str) -> Result<Unproven<Request>, WalletError> {
    let link = RequestLink::parse(link).map_err(|error| WalletError::invalid("link", error.code(), error))?;
    match link {
        RequestLink::ByValue { request, .. } => Ok(request),
        RequestLink::ByReference { host, hash } => {
            let request =
                context.backend.request(&host, &hash).await.map_err(|error| trust::network(&error))?;
            if request.hash() == hash {
                Ok(request)
            } else {
                Err(WalletError::untrusted("request", "wrong_hash", "is not the one that the link names"))
            }
        }
    }
}

/// In whose money to pay: the wish's, or the only one of the request that the wallet holds.
async fn choose_issuer(
    context: &Context,
    request: &Request,
    wished: Option<IssuerId>,
) -> Result<IssuerId, WalletError> {
    let held: Vec<IssuerId> = context
        .read(|connection, cipher| {
            Ok(ACCOUNTS.all(connection, cipher)?.iter().map(|account| account.issuer).collect())
        })
        .await?;
    let matches = request::issuers_of(request, &held)
        .map_err(|error| WalletError::untrusted("request", error.code(), error))?;
    match (wished, matches.as_slice()) {
        (Some(wished), matches) if matches.contains(&wished) => Ok(wished),
        (Some(_), _) => {
            Err(WalletError::invalid("issuer", "no_price", "the request cannot be paid in this money"))
        }
        (None, [only]) => Ok(*only),
        (None, []) => Err(WalletError::not_found("currency in this wallet that the request takes")),
        (None, _) => Err(WalletError::invalid(
            "issuer",
            "choose_issuer",
            "the request takes several currencies of this wallet: choose one",
        )),
    }
}

/// Proves a request by the payee's keys; a signer that is not among those known may have been granted since.
async fn prove(
    context: &Arc<Context>,
    target: &Target,
    payee: &KnownPayee,
    request: &Unproven<Request>,
    now: UnixSeconds,
) -> Result<(), WalletError> {
    if payee.prove_request(request, now).is_ok() {
        return Ok(());
    }
    let known = Some(payee.record.clone());
    let fresh = payee::look_up(context, target.issuer, target.payee, known).await?;
    fresh.prove_request(request, now).map(drop)
}

fn total(target: &Target, wish: &PaymentWish) -> Result<Amount, WalletError> {
    let tip = wish.tip.filter(|tip| !tip.is_zero());
    let total = match &target.request {
        Some(request) => request::amount_for(request.body(), &target.issuer, wish.amount, tip)
            .map_err(|error| WalletError::invalid(field_of(&error), error.code(), error))?,
        None if tip.is_some() => {
            return Err(WalletError::invalid("tip", "no_tip", "is only added to a request that takes one"));
        }
        None => wish.amount.ok_or_else(|| WalletError::invalid("amount", "amount_missing", "is needed"))?,
    };
    if total.is_positive() {
        Ok(total)
    } else {
        Err(WalletError::invalid("amount", "amount_not_positive", "must be at least the smallest unit"))
    }
}

/// Which part of the wish an error is about.
fn field_of(error: &request::RequestError) -> &'static str {
    use request::RequestError as Error;
    match error {
        Error::NoTip | Error::TipNegative | Error::TipTooLarge { .. } | Error::TipNotOffered => "tip",
        _ => "amount",
    }
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
            let policy = request.and_then(|request| request.tip.as_ref());
            let price = draft.total.checked_sub(draft.tip.unwrap_or(Amount::ZERO))?;
            let tips = request::tip_choices(policy, price)
                .map_err(|error| WalletError::invalid("tip", error.code(), error))?;
            let payee = draft.payee.view(&issuer, issuer_now);
            let warnings = warnings(&issuer, &payee, |warning| match warning {
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
                tip_up_to: matches!(policy, Some(TipPolicy::Free)).then_some(price),
                memo: draft.memo,
                words: request
                    .map(|request| PayeeWords::of(connection, cipher, request))
                    .transpose()?
                    .flatten(),
                available,
                warnings,
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
        (PlanWarning::OverLimit, money(PlanWarning::OverLimit)),
        (PlanWarning::NotEnough, money(PlanWarning::NotEnough)),
        (PlanWarning::Expired, money(PlanWarning::Expired)),
    ]
    .into_iter()
    .filter_map(|(warning, applies)| applies.then_some(warning))
    .collect()
}

/// What is signed when this plan is confirmed. Whatever matters is taken from the request and the payee's proven keys
/// once more, not from the plan.
pub(crate) async fn intent(context: &Arc<Context>, plan: PaymentPlan) -> Result<Intent, WalletError> {
    let issuer_now = context.backend.issuer_now(&plan.issuer);
    let payee = payee::find(context, plan.issuer, plan.payee.account).await?;
    let request = match plan.request_artefact {
        None => None,
        Some(bytes) => {
            let request = Unproven::<Request>::parse(&bytes)
                .map_err(|error| WalletError::artefact("request", &error))?;
            let request = payee.prove_request(&request, issuer_now)?;
            if request.body().not_after.is_some_and(|ends_at| issuer_now > ends_at) {
                return Err(WalletError::Expired { what: "request".into() });
            }
            request::check_amount(request.body(), &plan.issuer, plan.total, plan.tip)
                .map_err(|error| WalletError::invalid("amount", error.code(), error))?;
            Some(IntendedRequest {
                id: RequestId::of(&request.hash()),
                artefact: bytes.into(),
                reusable: request.body().reusable,
            })
        }
    };
    if !plan.total.is_positive() {
        return Err(WalletError::invalid(
            "amount",
            "amount_not_positive",
            "must be at least the smallest unit",
        ));
    }
    Ok(Intent {
        idempotency_key: plan.idempotency_key,
        issuer: plan.issuer,
        payee: plan.payee.account,
        payee_name: plan.payee.name,
        payee_key: *payee.key(),
        payee_sealing_key: payee.sealing_key(),
        amount: plan.total,
        tip: plan.tip,
        memo: plan.memo,
        request,
        repays: plan.repays,
    })
}
