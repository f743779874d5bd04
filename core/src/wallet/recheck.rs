//! A plan comes back from the app: whatever is signed is taken from the request and the payee's proven keys once more.
//!
//! What a request asks binds the plan that pays it; what a payment was binds the plan that pays it back. The amount of a
//! payment to an account is the app's word, for nobody else has said one.

use std::sync::Arc;

use super::plan::PaymentPlan;
use super::{payee, refund};
use crate::artefact::{Request, Unproven};
use crate::error::WalletError;
use crate::keys::RequestId;
use crate::operation::confirm::{self, IntendedRequest, Intent};
use crate::operation::context::Context;
use crate::operation::trust;
use crate::request::{self, RequestError};
use crate::store::tables::payment;

/// What is signed when a plan is confirmed.
///
/// A plan that was confirmed before stays good for finding its payment, also when its request has ended meanwhile.
pub(super) async fn intent(context: &Arc<Context>, plan: PaymentPlan) -> Result<Intent, WalletError> {
    let request = plan.request_artefact.as_deref().map(Unproven::<Request>::parse).transpose();
    let request = request.map_err(|error| WalletError::artefact("request", &error))?;
    let payee = match &request {
        Some(request) if request.body().payee == plan.payee.account => {
            payee::of_request(context, plan.issuer, request, None).await?
        }
        Some(_) => return Err(WalletError::invalid("payee", "wrong_payee", "is not who made the request")),
        None => payee::find(context, plan.issuer, plan.payee.account).await?,
    };
    if !plan.total.is_positive() {
        return Err(WalletError::invalid(
            "amount",
            "amount_not_positive",
            "must be at least the smallest unit",
        ));
    }
    let request = request.map(|request| intended(&plan, &request)).transpose()?;
    let intent = Intent {
        idempotency_key: plan.idempotency_key.clone(),
        issuer: plan.issuer,
        payee: plan.payee.account,
        payee_name: plan.payee.name.clone(),
        payee_key: *payee.key(),
        payee_sealing_key: payee.sealing_key(),
        amount: plan.total,
        tip: plan.tip,
        memo: plan.memo.clone(),
        request,
        repays: plan.repays,
    };
    if !confirm::is_repeated(context, &intent).await? {
        check_now(context, &plan, &payee).await?;
    }
    Ok(intent)
}

fn intended(plan: &PaymentPlan, request: &Unproven<Request>) -> Result<IntendedRequest, WalletError> {
    request::check_amount(request.body(), &plan.issuer, plan.total, plan.tip)
        .map_err(|error| WalletError::invalid(field_of(&error), error.code(), error))?;
    Ok(IntendedRequest {
        id: RequestId::of(&request.hash()),
        artefact: request.bytes().into(),
        reusable: request.body().reusable,
    })
}

/// Which part of a plan or a wish an error is about.
pub(super) fn field_of(error: &RequestError) -> &'static str {
    match error {
        RequestError::NoTip
        | RequestError::TipNegative
        | RequestError::TipTooLarge { .. }
        | RequestError::TipNotOffered => "tip",
        RequestError::NoPrice => "issuer",
        _ => "amount",
    }
}

/// What may have changed since the plan was shown.
async fn check_now(
    context: &Context,
    plan: &PaymentPlan,
    payee: &payee::KnownPayee,
) -> Result<(), WalletError> {
    let issuer = plan.issuer;
    let issuer_now = context.backend.issuer_now(&issuer);
    let known = context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
    if known.card().currency != plan.currency {
        let reason = "the currency is not the one that was shown: plan again";
        return Err(WalletError::invalid("currency", "currency_changed", reason));
    }
    if payee.view(&known, issuer_now).name != plan.payee.name {
        let reason = "the payee's name is not the one that was shown: plan again";
        return Err(WalletError::invalid("payee", "payee_changed", reason));
    }
    if let Some(bytes) = &plan.request_artefact {
        let request =
            Unproven::<Request>::parse(bytes).map_err(|error| WalletError::artefact("request", &error))?;
        request::check_end(request.body(), issuer_now)
            .map_err(|_| WalletError::Expired { what: "request".into() })?;
    }
    let Some(repays) = plan.repays else { return Ok(()) };
    let original = context
        .read(move |connection, cipher| Ok(payment::get(connection, cipher, &repays)?))
        .await?
        .ok_or_else(|| WalletError::not_found("payment"))?;
    if original.issuer != issuer {
        return Err(WalletError::invalid("issuer", "wrong_issuer", "is not in whose money was paid"));
    }
    if original.counterpart != plan.payee.account {
        return Err(WalletError::invalid("payee", "wrong_payee", "is not who paid"));
    }
    refund::check(&original, plan.total, &plan.currency)
}
