//! A charge: a request for payment as the page shows it, from its code to its payment.
//!
//! ```text
//! waiting ──paid──> paid ──paid again, in another currency──> paid twice ──> the second is paid back
//!    │ └──cancel──> cancelled
//!    └──its time is over──> expired ──paid in the last moment──> paid
//! ```
//!
//! Each issuer takes one payment of a request; two issuers do not know of each other. So a code with several currencies
//! may be paid twice, and the till gives the second payment back by itself.

use std::sync::Arc;

use tallystick::clock::UnixSeconds;
use tallystick::error::WalletError;
use tallystick::keys::{Digest, RequestId};
use tallystick::request::{Code, CodeLevel};
use tallystick::wallet::{Payment, PriceWish, RequestInfo};

use crate::app::{App, News, Shared};
use crate::book::Kept;
use crate::problem::Problem;
use crate::view::{ChargeState, ChargeView, PriceView, RefundView, TipView, Viewer};
use crate::wish::{ChargeCall, asks_for};

/// Makes a charge, or finds the one that the same call made.
pub(crate) async fn make(app: &Shared, call: ChargeCall) -> Result<ChargeView, Problem> {
    let currencies = app.wallet.currencies().await?;
    let (key, wish) = call.check(&currencies, app.charge_seconds)?;
    let _alone = app.book.making.lock().await;
    if let Some(made) = app.book.with_key(&key) {
        if asks_for(&app.wallet.request(made.request).await?, &wish) {
            return show(app, &made).await;
        }
        return Err(Problem::conflict("idempotency_conflict", "This key was used for another charge."));
    }
    let request = app.wallet.request_payment(wish).await?;
    let made = Kept { request: request.request, key };
    // If the till dies just here, the page asks again and gets another code; nobody has seen this one.
    app.book.add(made.clone()).await.map_err(|error| {
        tracing::error!(%error, "a charge cannot be kept");
        Problem::internal()
    })?;
    app.watchers.watch_end(app, &request);
    app.tell(News::State);
    show(app, &made).await
}

/// A charge that this till made.
pub(crate) fn find(app: &App, id: &str) -> Result<Kept, Problem> {
    let id = id.parse::<RequestId>().ok();
    let found = id.and_then(|id| app.book.get(&id));
    found.ok_or_else(|| Problem::unknown("unknown_charge", "This till made no such charge."))
}

/// Voids a charge at all its issuers.
pub(crate) async fn cancel(app: &Shared, kept: &Kept) -> Result<ChargeView, Problem> {
    let already_paid = || Problem::conflict("already_paid", "It is paid already.");
    let info = app.wallet.request(kept.request).await?;
    if !info.reusable && !info.paid_by.is_empty() {
        return Err(already_paid());
    }
    if !info.cancelled {
        match app.wallet.cancel_request(kept.request).await {
            Ok(_) => {}
            Err(error) if error.code() == "already_paid" => return Err(already_paid()),
            Err(error) => return Err(error.into()),
        }
        tell(app, kept).await;
    }
    show(app, kept).await
}

/// How a charge looks now.
pub(crate) async fn show(app: &App, kept: &Kept) -> Result<ChargeView, Problem> {
    let viewer = Viewer::of(app).await?;
    let info = app.wallet.request(kept.request).await?;
    let state = state(app, &info);
    let shown = if info.reusable { info.paid_by.last() } else { info.paid_by.first() };
    let payment = match shown {
        Some(payment) => Some(viewer.entry(paid(app, payment).await?).await?),
        None => None,
    };
    let (second, second_refund) = match info.paid_by.get(1).filter(|_| state == ChargeState::PaidTwice) {
        Some(second) => {
            (Some(viewer.entry(paid(app, second).await?).await?), second_refund(app, &viewer, second).await?)
        }
        None => (None, None),
    };
    let prices = info
        .prices
        .iter()
        .map(|price| {
            let amount = price.amount.map(|amount| viewer.amount(price.issuer, amount)).transpose()?;
            Ok(PriceView { issuer: price.issuer, amount })
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    let svg = code(&info)?.svg(&title(&viewer, &prices));
    let ends_at = ends_at(app, &info);
    Ok(ChargeView {
        id: kept.request,
        state,
        link: info.link,
        svg,
        prices,
        tip: TipView(info.tip),
        created_at: info.created_at,
        ends_at,
        note: info.note,
        reusable: info.reusable,
        payment,
        second,
        second_refund,
    })
}

/// The code of a charge for paper.
pub(crate) async fn picture(app: &App, kept: &Kept) -> Result<Vec<u8>, Problem> {
    const PIXELS_PER_MODULE: u8 = 8;
    let info = app.wallet.request(kept.request).await?;
    code(&info)?.png(PIXELS_PER_MODULE).map_err(|error| {
        tracing::error!(code = error.code(), "a code cannot be drawn");
        Problem::internal()
    })
}

/// How a charge stands.
pub(crate) fn state(app: &App, info: &RequestInfo) -> ChargeState {
    match info.paid_by.len() {
        1 if !info.reusable => ChargeState::Paid,
        2.. if !info.reusable => ChargeState::PaidTwice,
        _ if info.cancelled => ChargeState::Cancelled,
        _ if ends_at(app, info).is_some_and(|end| end < app.now()) => ChargeState::Expired,
        _ => ChargeState::Waiting,
    }
}

/// When a charge ends, by the till's own clock: issuers have others.
pub(crate) fn ends_at(app: &App, info: &RequestInfo) -> Option<UnixSeconds> {
    let ahead = |price: &PriceWish| app.wallet.issuer_time(price.issuer).saturating_sub(app.now());
    let ahead = info.prices.first().map_or(0, ahead);
    info.ends_at.map(|end| end.saturating_sub(ahead))
}

/// Tells all streams how a charge looks now.
pub(crate) async fn tell(app: &App, kept: &Kept) {
    let data = match show(app, kept).await {
        Ok(charge) => serde_json::to_string(&charge).ok(),
        Err(problem) => {
            tracing::warn!(code = problem.code, "a charge cannot be shown");
            None
        }
    };
    if let Some(data) = data {
        app.tell(News::Charge(Arc::from(data)));
    }
    app.tell(News::State);
}

/// The key under which the wallet pays back a second payment, once and for all.
pub(crate) fn second_refund_key(second: &Digest) -> String {
    format!("till/second/{second}")
}

async fn second_refund(
    app: &App,
    viewer: &Viewer<'_>,
    second: &Digest,
) -> Result<Option<RefundView>, Problem> {
    let refund = app.wallet.payment_with_key(&second_refund_key(second)).await?;
    refund.map(|refund| viewer.refund(&refund)).transpose()
}

async fn paid(app: &App, payment: &Digest) -> Result<Payment, WalletError> {
    Ok(app.wallet.payment(*payment).await?.payment)
}

fn code(info: &RequestInfo) -> Result<Code, Problem> {
    Code::of_link(&info.code, CodeLevel::Screen)
        .map_err(|error| Problem::conflict("code_too_large", error.to_string()))
}

/// What a screen reader says of the code, in any language: the amounts.
fn title(viewer: &Viewer<'_>, prices: &[PriceView]) -> String {
    let amounts = prices.iter().filter_map(|price| {
        let code = viewer.currency(price.issuer).ok()?.currency.code().to_owned();
        Some(price.amount.as_ref().map_or_else(|| code.clone(), |amount| format!("{amount} {code}")))
    });
    amounts.collect::<Vec<_>>().join(" / ")
}
