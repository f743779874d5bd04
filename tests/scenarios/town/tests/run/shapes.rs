//! What steps give, in the form that all languages give it.

use serde_json::{Value, json};
use tallystick::error::WalletError;
use tallystick::request::Scanned;
use tallystick::wallet::{Payment, PaymentPlan, RequestInfo};

use crate::phone::{Failed, Phone};

/// A variant's name, without its fields: `FirstPayment`.
fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned()
}

/// `FirstPayment` as `first_payment`.
pub fn name(value: &impl std::fmt::Debug) -> String {
    let camel = variant(value);
    let mut snake = String::new();
    for (index, letter) in camel.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

impl Failed {
    pub fn as_json(&self) -> Value {
        let Self(error) = self;
        json!({ "kind": variant(error), "code": error.stable_code(), "field": field(error) })
    }
}

/// The value that is wrong, where the error names one.
fn field(error: &WalletError) -> Option<&str> {
    match error {
        WalletError::InvalidInput { field, .. } => Some(field),
        _ => None,
    }
}

impl Phone {
    pub async fn payment(&self, payment: &Payment) -> Result<Value, Failed> {
        let tip = match payment.tip {
            Some(tip) => Some(self.text(payment.issuer, tip).await?),
            None => None,
        };
        Ok(json!({
            "payment": payment.payment.to_string(),
            "state": name(&payment.state),
            "direction": name(&payment.direction),
            "amount": self.text(payment.issuer, payment.amount).await?,
            "tip": tip,
            "memo": payment.memo,
            "counterpart": payment.counterpart_name,
            "refusal": payment.refusal,
            "refunded": self.text(payment.issuer, payment.refunded).await?,
            "repays": payment.repays.map(|repaid| repaid.to_string()),
        }))
    }
}

pub fn asked(request: &RequestInfo) -> Value {
    json!({
        "request": request.request.to_string(),
        "link": request.link,
        "prices": request.prices.len(),
        "reusable": request.reusable,
        "paid": request.paid_by.len(),
        "cancelled": request.cancelled,
    })
}

pub fn plan(plan: &PaymentPlan) -> Value {
    json!({
        "issuer": plan.issuer.to_string(),
        "total": plan.currency.decimal_text(plan.total),
        "tip": plan.tip.map(|tip| plan.currency.decimal_text(tip)),
        "payee": plan.payee.name,
        "available": plan.currency.decimal_text(plan.available),
        "memo": plan.memo,
        "warnings": plan.warnings.iter().map(name).collect::<Vec<_>>(),
        "paid_already": plan.earlier_payment.is_some(),
    })
}

pub fn scanned(scanned: &Scanned) -> Value {
    let told = match scanned {
        Scanned::Request { link } => Some(link.text()),
        Scanned::Card { link } => Some(link.text()),
        Scanned::Grant { link } => Some(link.text()),
        Scanned::Receipt { link } => Some(link.text()),
        Scanned::Key { link } => Some(link.text()),
        Scanned::Broken { rule, .. } => Some(rule.clone()),
        Scanned::Foreign { system } => Some(name(system)),
        Scanned::Web { host, .. } => Some(host.clone()),
        Scanned::Text { text } => Some(text.clone()),
        _ => None,
    };
    json!({ "kind": name(scanned), "text": told })
}
