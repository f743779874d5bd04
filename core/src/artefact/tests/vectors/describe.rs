//! What artefacts say, in the JSON forms of protocol §1.1.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use crate::artefact::*;

/// A body whose fields can be written as JSON. What is absent is left out.
pub trait Described {
    fn fields(&self) -> Value;
}

/// Without the members that are `null`.
fn present(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

impl Described for Card {
    fn fields(&self) -> Value {
        let endpoint =
            |endpoint: &Endpoint| json!({ "origin": endpoint.origin, "tls_keys": endpoint.tls_keys });
        present(json!({
            "issuer": self.issuer,
            "commitment": self.commitment,
            "serial": self.serial,
            "rekey_number": self.rekey_number,
            "name": self.name,
            "currency": {
                "code": self.currency.code(),
                "name": self.currency.name(),
                "symbol": self.currency.symbol(),
                "decimals": self.currency.decimals(),
            },
            "endpoints": self.endpoints.iter().map(endpoint).collect::<Vec<_>>(),
            "signing_key": self.signing_key,
            "signing_key_from": self.signing_key_from,
            "signing_key_until": self.signing_key_until,
            "epoch": self.epoch,
            "promise": self.promise,
            "owners_limit": self.owners_limit,
            "logo": self.logo,
            "last_statement": self.last_statement.map(|last| json!({ "number": last.number, "hash": last.hash })),
            "signed_at": self.signed_at,
        }))
    }
}

impl Described for Opening {
    fn fields(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "commitment": self.commitment,
            "sealing_key": self.sealing_key,
            "signed_at": self.signed_at,
        })
    }
}

impl Described for Rekey {
    fn fields(&self) -> Value {
        let (subject, id, sealing_key) = match &self.subject {
            Subject::Issuer(issuer) => (0, json!(issuer), None),
            Subject::Account(account, sealing_key) => (1, json!(account), Some(sealing_key)),
        };
        present(json!({
            "subject": subject,
            "id": id,
            "number": self.number,
            "previous": self.previous,
            "founding_key": self.founding_key,
            "commitment": self.commitment,
            "sealing_key": sealing_key,
            "signed_at": self.signed_at,
        }))
    }
}

impl Described for Grant {
    fn fields(&self) -> Value {
        present(json!({
            "issuer": self.issuer,
            "account": self.account,
            "key": self.key().map(|(key, _)| key),
            "role": self.role().map(Role::value),
            "capabilities": self.key().map(|(_, capabilities)| capabilities),
            "limit": self.limit,
            "not_after": self.not_after,
            "signed_at": self.signed_at,
            "nonce": hex(&self.nonce),
        }))
    }
}

impl Described for Attestation {
    fn fields(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "account": self.account,
            "name": self.name,
            "role": self.role.value(),
            "not_after": self.not_after,
            "signed_at": self.signed_at,
        })
    }
}

impl Described for Request {
    fn fields(&self) -> Value {
        let price = |price: &Price| json!({ "prefix": hex(&price.issuer_prefix), "amount": price.amount.unwrap_or_default() });
        let line = |line: &Line| json!({ "text": line.text, "quantity_thousandths": line.quantity_thousandths, "amount": line.amount });
        present(json!({
            "payee": self.payee,
            "not_after": self.not_after,
            "prices": self.prices.iter().map(price).collect::<Vec<_>>(),
            "nonce": hex(&self.nonce),
            "reference": self.reference.as_deref().map(hex),
            "tip": self.tip.as_ref().map(|tip| match tip {
                TipPolicy::Free => json!(0),
                TipPolicy::Percentages(percentages) => json!(percentages),
            }),
            "reusable": self.reusable.then_some(true),
            "lines": (!self.lines.is_empty()).then(|| self.lines.iter().map(line).collect::<Vec<_>>()),
            "note": self.note,
        }))
    }
}

impl Described for Order {
    fn fields(&self) -> Value {
        present(json!({
            "issuer": self.issuer,
            "payer": self.payer,
            "payee": self.payee,
            "amount": self.amount,
            "order_id": self.order_id,
            "not_after": self.not_after,
            "request": self.request,
            "repays": self.repays,
            "memo": self.memo,
            "seen_head": self.seen.head,
            "seen_statement_number": self.seen.statement_number,
            "seen_statement": self.seen.statement,
            "tip": self.tip,
        }))
    }
}

impl Described for Receipt {
    fn fields(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "order": self.order,
            "account": self.account,
            "sequence": self.sequence,
            "chain_hash": self.chain_hash,
            "epoch": self.epoch,
            "time": self.time,
        })
    }
}

impl Described for Refusal {
    fn fields(&self) -> Value {
        json!({ "issuer": self.issuer, "subject": self.subject, "code": self.code, "time": self.time })
    }
}

impl Described for Head {
    fn fields(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "epoch": self.epoch,
            "account": self.account,
            "sequence": self.sequence,
            "chain_hash": self.chain_hash,
            "balance": self.balance,
            "held": self.held,
            "time": self.time,
            "statement_number": self.statement.number,
            "statement": self.statement.hash,
        })
    }
}

impl Described for Statement {
    fn fields(&self) -> Value {
        let debtor = |debtor: &Debtor| {
            json!({
                "account": debtor.account,
                "balance": debtor.balance,
                "grant": data_encoding::BASE64URL_NOPAD.encode(&debtor.grant),
            })
        };
        present(json!({
            "issuer": self.issuer,
            "number": self.number,
            "previous": self.previous,
            "time": self.time,
            "epoch": self.epoch,
            "root": self.root,
            "sum": self.sum.to_string(),
            "debtors": self.debtors.iter().map(debtor).collect::<Vec<_>>(),
        }))
    }
}

impl Described for Cancel {
    fn fields(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "target": self.target,
            "signed_at": self.signed_at,
            "account": self.account,
        })
    }
}
