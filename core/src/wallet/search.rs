//! Finding the ways to pay a wish: the request, the currencies of it that the wallet holds, and a plan for each.
//!
//! Network: one question to the link's host for a request that the link does not hold, then for each currency at most one
//! question to its issuer, all at once. Where there are several currencies none is waited for longer than the others can
//! bear: an issuer that does not answer spoils its own way only.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::exposure;
use super::payee::{self, KnownPayee, PayeeView};
use super::plan::{self, Draft, PayTo, PaymentPlan, PaymentWish, PlanWarning, Target};
use super::policy::{self, PaymentPolicy};
use super::ranking::{self, Merits};
use super::recheck::field_of;
use crate::artefact::{Request, Role, Unproven};
use crate::error::WalletError;
use crate::keys::{Digest, IssuerId, RequestId};
use crate::money::Amount;
use crate::operation::context::Context;
use crate::operation::trust;
use crate::operation::{acting, confirm};
use crate::request::{self, RequestLink};
use crate::store::tables::account::ACCOUNTS;

/// How long an issuer is waited for where there are others.
const PATIENCE: Duration = Duration::from_secs(4);

/// Warnings that take more than a yes.
const NEED_CARE: [PlanWarning; 4] =
    [PlanWarning::UnnamedPayee, PlanWarning::KeyChanged, PlanWarning::NameChanged, PlanWarning::OverLimit];

/// What was found for a wish.
pub(super) struct Found {
    pub(super) request: Option<Unproven<Request>>,
    pub(super) policy: PaymentPolicy,
    /// The currency and the payment by which this wallet has paid the request already.
    pub(super) taken: Option<(IssuerId, Digest)>,
    /// What was tried, in the request's order.
    pub(super) tried: Vec<Tried>,
}

/// One currency in which the wish may be paid.
pub(super) struct Tried {
    pub(super) issuer: IssuerId,
    /// Who is paid, if that became known.
    pub(super) payee: Option<PayeeView>,
    pub(super) way: Result<Way, WalletError>,
}

/// A plan, and what its rank depends on.
pub(super) struct Way {
    pub(super) plan: PaymentPlan,
    pub(super) merits: Merits,
}

impl Found {
    /// The ways that have a plan, the best first, and whether the best is a choice that was left to the wallet.
    pub(super) fn ranked(tried: Vec<Tried>, policy: &PaymentPolicy) -> (Vec<Way>, bool) {
        let mut ways: Vec<Way> = tried.into_iter().filter_map(|tried| tried.way.ok()).collect();
        ways.sort_by(|one, other| ranking::compare(&policy.preferences, &one.merits, &other.merits));
        let merits: Vec<Merits> = ways.iter().map(|way| way.merits).collect();
        let decided = !ways.is_empty() && ranking::is_decided(&policy.preferences, &merits);
        (ways, decided)
    }

    /// The best plan.
    pub(super) fn into_plan(self) -> Result<PaymentPlan, WalletError> {
        let Self { policy, mut tried, .. } = self;
        if tried.is_empty() {
            return Err(WalletError::not_found("currency in this wallet that the request takes"));
        }
        if tried.iter().all(|tried| tried.way.is_err()) {
            return tried.swap_remove(0).way.map(|way| way.plan);
        }
        match Self::ranked(tried, &policy) {
            (ways, true) => ways.into_iter().next().map(|best| best.plan).ok_or_else(choose_issuer),
            (_, false) => Err(choose_issuer()),
        }
    }
}

fn choose_issuer() -> WalletError {
    let reason = "the request takes several currencies of this wallet: choose one";
    WalletError::invalid("issuer", "choose_issuer", reason)
}

/// Finds all ways to pay a wish. A way without a plan says why; only what concerns all of them is an error here.
pub(super) async fn search(context: &Arc<Context>, wish: PaymentWish) -> Result<Found, WalletError> {
    let request = match &wish.to {
        PayTo::Account { .. } => None,
        PayTo::Request { link } => Some(fetch(context, link).await?),
    };
    let once = request.as_ref().filter(|request| !request.body().reusable);
    let id = once.map(|request| RequestId::of(&request.hash()));
    let (held, policy, taken) = context
        .read(move |connection, cipher| {
            let accounts = ACCOUNTS.all(connection, cipher)?;
            let held: Vec<IssuerId> = accounts.iter().map(|account| account.issuer).collect();
            let earlier =
                id.map(|id| confirm::payment_of_request(connection, cipher, &id)).transpose()?.flatten();
            let taken = earlier.map(|earlier| (earlier.record.issuer, earlier.record.payment));
            Ok((held, policy::get(connection, cipher)?, taken))
        })
        .await?;
    let issuers = match (&wish.to, &request) {
        (PayTo::Account { issuer, .. }, _) => vec![*issuer],
        (_, Some(request)) => issuers_for(request.body(), &held, &wish)?,
        (_, None) => Vec::new(),
    };
    let key = wish.idempotency_key.clone().unwrap_or_else(|| plan::made_up_key(context));
    let attempts = issuers.iter().enumerate().map(|(place, issuer)| Attempt {
        context,
        wish: &wish,
        request: request.as_ref(),
        issuer: *issuer,
        place,
        is_taken: taken.is_some_and(|(by, _)| by == *issuer),
        patience: (issuers.len() > 1).then_some(PATIENCE),
        key: &key,
    });
    let tried = join_all(attempts.map(|attempt| Box::pin(attempt.run()))).await;
    let tried = tried.into_iter().map(concerns_all).collect::<Result<_, _>>()?;
    Ok(Found { request, policy, taken, tried })
}

/// The currencies to try.
fn issuers_for(
    request: &Request,
    held: &[IssuerId],
    wish: &PaymentWish,
) -> Result<Vec<IssuerId>, WalletError> {
    let matches = request::issuers_of(request, held)
        .map_err(|error| WalletError::untrusted("request", error.code(), error))?;
    match wish.issuer {
        Some(wished) if matches.contains(&wished) => Ok(vec![wished]),
        Some(_) => {
            Err(WalletError::invalid("issuer", "no_price", "the request cannot be paid in this money"))
        }
        // How much of what? Smallest units of one currency are not those of another.
        None if matches.len() > 1 && (wish.amount.is_some() || wish.tip.is_some()) => Err(choose_issuer()),
        None => Ok(matches),
    }
}

/// What went wrong with the wallet itself, and not with one way.
fn concerns_all(tried: Tried) -> Result<Tried, WalletError> {
    match tried.way {
        Err(error @ (WalletError::Storage { .. } | WalletError::Internal { .. } | WalletError::Locked)) => {
            Err(error)
        }
        _ => Ok(tried),
    }
}

/// The request of a link: out of it, or from the host that it names.
async fn fetch(context: &Context, link: &str) -> Result<Unproven<Request>, WalletError> {
    let link = RequestLink::parse(link)?;
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

/// A try to plan the payment in one currency.
struct Attempt<'a> {
    context: &'a Arc<Context>,
    wish: &'a PaymentWish,
    request: Option<&'a Unproven<Request>>,
    issuer: IssuerId,
    place: usize,
    is_taken: bool,
    patience: Option<Duration>,
    key: &'a str,
}

impl Attempt<'_> {
    async fn run(self) -> Tried {
        let issuer = self.issuer;
        let mut seen = None;
        let way = self.way(&mut seen).await;
        Tried { issuer, payee: seen, way }
    }

    async fn way(&self, seen: &mut Option<PayeeView>) -> Result<Way, WalletError> {
        acting::require_at(self.context, self.issuer, acting::to_pay(false)).await?;
        let payee = match (&self.wish.to, self.request) {
            (PayTo::Account { account, .. }, _) => payee::find(self.context, self.issuer, *account).await?,
            (_, Some(request)) => {
                payee::of_request(self.context, self.issuer, request, self.patience).await?
            }
            (_, None) => return Err(WalletError::not_found("request")),
        };
        *seen = Some(self.view(&payee).await?);
        let draft = Draft {
            key: self.key.to_owned(),
            total: self.total()?,
            tip: self.tip(),
            memo: self.wish.memo.clone().filter(|memo| !memo.is_empty()),
            repays: None,
            payee,
        };
        let target =
            Target { issuer: self.issuer, payee: draft.payee.record.account, request: self.request.cloned() };
        let plan = plan::finish(self.context, target, draft).await?;
        let merits = self.merits(&plan).await?;
        Ok(Way { plan, merits })
    }

    async fn view(&self, payee: &KnownPayee) -> Result<PayeeView, WalletError> {
        let issuer = self.issuer;
        let known =
            self.context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
        Ok(payee.view(&known, self.context.backend.issuer_now(&issuer)))
    }

    fn tip(&self) -> Option<Amount> {
        self.wish.tip.filter(|tip| !tip.is_zero())
    }

    fn total(&self) -> Result<Amount, WalletError> {
        let total = match self.request {
            Some(request) => request::amount_for(request.body(), &self.issuer, self.wish.amount, self.tip())
                .map_err(|error| WalletError::invalid(field_of(&error), error.code(), error))?,
            None if self.tip().is_some() => {
                let reason = "is only added to a request that takes one";
                return Err(WalletError::invalid("tip", "no_tip", reason));
            }
            None => self
                .wish
                .amount
                .ok_or_else(|| WalletError::invalid("amount", "amount_missing", "is needed"))?,
        };
        if total.is_positive() {
            Ok(total)
        } else {
            let reason = "must be at least the smallest unit";
            Err(WalletError::invalid("amount", "amount_not_positive", reason))
        }
    }

    async fn merits(&self, plan: &PaymentPlan) -> Result<Merits, WalletError> {
        let issuer = self.issuer;
        let (now, issuer_now) = (self.context.now(), self.context.backend.issuer_now(&issuer));
        let (risk, is_own) = self
            .context
            .read(move |connection, cipher| {
                let risk = exposure::risk_of(connection, cipher, &issuer, now, issuer_now)?;
                Ok((risk, trust::account(connection, cipher, &issuer)?.acting.is_none()))
            })
            .await?;
        let has = |warnings: &[PlanWarning]| plan.warnings.iter().any(|one| warnings.contains(one));
        Ok(Merits {
            issuer,
            taken: self.is_taken,
            works: !has(&[PlanWarning::NotEnough, PlanWarning::Expired]),
            keeps_reserve: !has(&[PlanWarning::BelowReserve]),
            needs_care: !is_own || has(&NEED_CARE),
            own_shop: matches!(plan.payee.role, Some(Role::Owner | Role::Worker)),
            risk,
            place: self.place,
        })
    }
}
