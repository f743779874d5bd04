//! What the page shows before anything is asked of it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use tallystick::clock::UnixSeconds;

use crate::app::{App, Shared};
use crate::charge;
use crate::http::Caller;
use crate::problem::Problem;
use crate::view::{ChargeState, ChargeView, CurrencyView, RefundView, Viewer};

/// What is shown; to whoever has no session, hardly anything.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum StateView {
    Locked { shop: Option<String>, unlocked: bool, locale: Option<String>, now: UnixSeconds },
    Open(Box<OpenView>),
}

/// What the page shows to whoever knew the PIN.
#[derive(Serialize)]
pub(crate) struct OpenView {
    shop: Option<String>,
    unlocked: bool,
    locale: Option<String>,
    now: UnixSeconds,
    /// When a day begins, as a name of the IANA database.
    time_zone: Option<String>,
    currencies: Vec<CurrencyView>,
    /// The newest charge that waits for its payment.
    charge: Option<ChargeView>,
    /// Refunds that are on their way.
    refunds: Vec<RefundView>,
}

pub(super) async fn get(State(app): State<Shared>, caller: Caller) -> Result<Json<StateView>, Problem> {
    Ok(Json(if caller.has_session() {
        StateView::Open(Box::new(open(&app).await?))
    } else {
        StateView::Locked {
            shop: app.shop.clone(),
            unlocked: false,
            locale: app.locale.clone(),
            now: app.now(),
        }
    }))
}

/// The state as whoever knew the PIN sees it.
pub(crate) async fn open(app: &App) -> Result<OpenView, Problem> {
    let viewer = Viewer::of(app).await?;
    let first = viewer.currencies.first().map(|info| info.issuer_name.clone());
    let pending = app.wallet.pending_payments().await?;
    let refunds =
        pending.iter().filter(|payment| payment.repays.is_some()).map(|refund| viewer.refund(refund));
    Ok(OpenView {
        shop: app.shop.clone().or(first),
        unlocked: true,
        locale: app.locale.clone(),
        now: app.now(),
        time_zone: app.time_zone.iana_name().map(str::to_owned),
        currencies: viewer.currency_views(),
        charge: waiting(app).await?,
        refunds: refunds.collect::<Result<_, _>>()?,
    })
}

async fn waiting(app: &App) -> Result<Option<ChargeView>, Problem> {
    for kept in app.book.newest_first() {
        let info = app.wallet.request(kept.request).await?;
        if info.reusable {
            continue;
        }
        if charge::ends_at(app, &info).is_some_and(|end| end < app.now()) {
            // Those before it ended before it.
            return Ok(None);
        }
        if charge::state(app, &info) == ChargeState::Waiting {
            return charge::show(app, &kept).await.map(Some);
        }
    }
    Ok(None)
}
