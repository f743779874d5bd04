//! `tally refund`: money back, to the payer only.

use clap::Args;
use tallystick::request::{Scanned, scan};
use tallystick::wallet::Payment;

use super::consent::Consent;
use super::pay;
use crate::failure::Failure;
use crate::session::Session;
use crate::source;

/// Pay back money that came in.
///
/// It goes to whoever paid, and all refunds of a payment together come to at most what was paid: the issuer checks both.
#[derive(Debug, Args)]
pub struct Refund {
    /// The payment that came in: its id, or the first letters of it; or what the payer shows of it, the link of the
    /// receipt, a picture of its code, or - for standard input.
    #[arg(value_name = "PAYMENT or RECEIPT", allow_hyphen_values = true)]
    payment: String,
    /// How much; all that is left, if you do not say.
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: Option<String>,
    /// A word to the payer, which only the payer can read.
    #[arg(long, value_name = "TEXT")]
    memo: Option<String>,
    #[command(flatten)]
    consent: Consent,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, refund: Refund) -> Result<(), Failure> {
    let original = original(session, &refund.payment).await?;
    let info = session.currency_of(original.issuer).await?;
    let manner = &session.app.manner;
    let amount =
        refund.amount.as_deref().map(|text| manner.parse_payable(text, &info.currency)).transpose()?;
    let left = original.refundable();
    // Of what can be paid back at all; for the rest the wallet knows why not.
    if left.is_positive() && amount.is_some_and(|amount| amount > left) {
        let text = format!("At most {} of it can be paid back", manner.amount(left, &info.currency));
        return Err(Failure::new("refund_exceeds", text).about(original.payment));
    }
    let plan = match session.wallet.plan_refund(original.payment, amount, refund.memo).await {
        Ok(plan) => plan,
        Err(error) => return Err(session.explain(error).await),
    };
    pay::confirm(session, plan, &refund.consent).await
}

/// The payment that a person names, or that a payer's receipt names.
async fn original(session: &Session<'_>, given: &str) -> Result<Payment, Failure> {
    let text = source::text_of(given)?;
    if !matches!(scan(&text), Scanned::Receipt { .. }) {
        return session.payment(&text).await;
    }
    match session.wallet.find_receipt(&text).await {
        Ok(payment) => Ok(payment),
        Err(error) => Err(session.explain(error).await),
    }
}
