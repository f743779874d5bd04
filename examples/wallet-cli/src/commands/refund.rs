//! `tally refund`: money back, to the payer only.

use clap::Args;

use super::consent::Consent;
use super::pay;
use crate::failure::Failure;
use crate::session::Session;

/// Pay back money that came in.
///
/// It goes to whoever paid, and all refunds of a payment together come to at most what was paid: the issuer checks both.
#[derive(Debug, Args)]
pub struct Refund {
    /// The payment that came in: its id, or the first letters of it.
    #[arg(value_name = "PAYMENT")]
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
    let original = session.payment(&refund.payment).await?;
    let info = session.currency_of(original.issuer).await?;
    let manner = &session.app.manner;
    let amount =
        refund.amount.as_deref().map(|text| manner.parse_payable(text, &info.currency)).transpose()?;
    let left = original.amount.checked_sub(original.refunded)?;
    if amount.is_some_and(|amount| amount > left) {
        let text = format!("At most {} of it can be paid back", manner.amount(left, &info.currency));
        return Err(Failure::new("refund_exceeds", text).about(original.payment));
    }
    let plan = match session.wallet.plan_refund(original.payment, amount, refund.memo).await {
        Ok(plan) => plan,
        Err(error) => return Err(session.explain(error).await),
    };
    pay::confirm(session, plan, &refund.consent).await
}
