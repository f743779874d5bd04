//! Paying back: finding what was paid by its receipt, and refunds.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tallystick::error::WalletError;
use tallystick::keys::Digest;
use tallystick::wallet::{Direction, Payment};

use super::lock::Pin;
use crate::app::{App, Shared};
use crate::http::{Call, Caller};
use crate::problem::Problem;
use crate::refund::pay_back;
use crate::view::{Entry, RefundView, Viewer};
use crate::wish::{amount, idempotency_key};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FindReceipt {
    link: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refund {
    payment: String,
    /// None: all that is left.
    #[serde(default)]
    amount: Option<String>,
    pin: Pin,
    idempotency_key: String,
}

pub(super) async fn find_receipt(
    State(app): State<Shared>,
    caller: Caller,
    Call(call): Call<FindReceipt>,
) -> Result<Json<Entry>, Problem> {
    caller.session()?;
    let payment = match app.wallet.find_receipt(&call.link).await {
        Err(WalletError::NotFound { .. }) => Err(unknown()),
        found => Ok(found?),
    };
    Viewer::of(&app).await?.entry(payment?).await.map(Json)
}

fn unknown() -> Problem {
    Problem::unknown("unknown_receipt", "No such payment came in here.")
}

async fn find(app: &App, payment: Digest) -> Result<Payment, Problem> {
    match app.wallet.payment(payment).await {
        Ok(found) if found.payment.direction == Direction::In => Ok(found.payment),
        Ok(_) | Err(WalletError::NotFound { .. }) => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn refund(
    State(app): State<Shared>,
    caller: Caller,
    Call(call): Call<Refund>,
) -> Result<Json<RefundView>, Problem> {
    caller.session()?;
    // What is wrong with the call is said before the PIN is tried.
    let key = idempotency_key(call.idempotency_key)?;
    let payment = call.payment.parse::<Digest>();
    let payment = payment.map_err(|_| Problem::bad("payment", "bad_payment", "Not the id of a payment."))?;
    let original = find(&app, payment).await?;
    let viewer = Viewer::of(&app).await?;
    let currency = viewer.currency(original.issuer)?;
    let wanted = call.amount.as_deref().map(|text| amount("amount", text, currency)).transpose()?;
    app.rates.unlock(caller.address)?;
    app.check_pin(call.pin.as_str()).await?;
    let refund = pay_back(&app, payment, wanted, &key).await?;
    viewer.refund(&refund).map(Json)
}
