//! One full and one spare example of every kind, for rules and vectors.

use crate::artefact::*;
use crate::keys::{AccountId, Digest, IssuerId, OrderId, PublicKey, RequestId, SealingKey, SigningKey};
use crate::money::{Amount, Currency};

/// Noon of some day.
pub const NOON: i64 = 1_800_000_000;

pub fn issuer() -> IssuerId {
    IssuerId::new(*b"the issuer's id.")
}

pub fn account() -> AccountId {
    AccountId::new(*b"one account's id")
}

pub fn other_account() -> AccountId {
    AccountId::new(*b"other account id")
}

pub fn digest(of: &str) -> Digest {
    Digest::of(&[of.as_bytes()])
}

pub fn public_key(number: u8) -> PublicKey {
    SigningKey::from_bytes(&[number; 32]).public_key()
}

pub fn currency() -> Currency {
    Currency::new("LOAF", "Loaves of Zoë's bakery", "ł", 2).unwrap()
}

pub fn card() -> Card {
    Card {
        issuer: issuer(),
        commitment: digest("commitment"),
        serial: 3,
        rekey_number: 1,
        name: "Zoë's bakery".into(),
        currency: currency(),
        endpoints: vec![
            Endpoint {
                origin: "https://pay.bakery.example".into(),
                tls_keys: vec![digest("tls 1"), digest("tls 2")],
            },
            Endpoint { origin: "https://[2001:db8::7]:8443".into(), tls_keys: vec![] },
        ],
        signing_key: public_key(20),
        signing_key_from: NOON,
        signing_key_until: NOON + 400 * 86_400,
        epoch: 2,
        promise: "A loaf for every 3.50, on any weekday.".into(),
        owners_limit: Amount::new(5_000_000),
        logo: Some(digest("logo")),
        last_statement: Some(StatementRef { number: 411, hash: digest("statement 411") }),
        signed_at: NOON + 1,
    }
}

pub fn plain_card() -> Card {
    Card {
        serial: 1,
        rekey_number: 0,
        currency: Currency::new("T", "Hours", "", 0).unwrap(),
        endpoints: vec![Endpoint { origin: "https://127.0.0.1:8443".into(), tls_keys: vec![] }],
        signing_key_until: NOON,
        epoch: 0,
        promise: String::new(),
        owners_limit: Amount::ZERO,
        logo: None,
        last_statement: None,
        ..card()
    }
}

pub fn opening() -> Opening {
    Opening {
        issuer: issuer(),
        commitment: digest("commitment"),
        sealing_key: SealingKey::new([7; 32]),
        signed_at: NOON,
    }
}

pub fn rekey() -> Rekey {
    Rekey {
        subject: Subject::Account(account(), SealingKey::new([8; 32])),
        number: 2,
        previous: public_key(21),
        founding_key: public_key(22),
        commitment: digest("next commitment"),
        signed_at: NOON,
    }
}

pub fn issuer_rekey() -> Rekey {
    Rekey { subject: Subject::Issuer(issuer()), number: 1, ..rekey() }
}

pub fn grant() -> Grant {
    Grant {
        issuer: issuer(),
        account: account(),
        given: GrantGiven::Key(public_key(23), Capabilities::RECEIVE.and(Capabilities::REFUND)),
        limit: Some(Amount::new(20_000)),
        not_after: NOON + 86_400,
        signed_at: NOON,
        nonce: *b"nonce  8",
    }
}

pub fn role_grant() -> Grant {
    Grant {
        given: GrantGiven::Role(Role::Owner),
        limit: Some(Amount::new(i64::MAX)),
        nonce: *b"nonce  9",
        ..grant()
    }
}

pub fn attestation() -> Attestation {
    Attestation {
        issuer: issuer(),
        account: account(),
        name: "Bäckerei Zoë 🥐".into(),
        role: Role::Worker,
        not_after: NOON + 86_400,
        signed_at: NOON,
    }
}

pub fn price(prefix: u8, amount: Option<i64>) -> Price {
    Price { issuer_prefix: [prefix; 8], amount: amount.map(Amount::new) }
}

pub fn request() -> Request {
    Request {
        payee: account(),
        not_after: Some(NOON + 600),
        prices: vec![price(1, Some(450)), price(2, Some(1_000)), price(3, Some(i64::MAX))],
        nonce: *b"nonce 10",
        reference: Some(b"table 12".to_vec()),
        tip: Some(TipPolicy::Percentages(vec![5, 10, 100])),
        reusable: true,
        lines: vec![
            Line { text: "Loaf".into(), quantity_thousandths: 1_500, amount: Amount::new(350) },
            Line { text: "Croissant".into(), quantity_thousandths: 1_000, amount: Amount::new(100) },
        ],
        note: Some("Thank you".into()),
    }
}

pub fn short_request() -> Request {
    Request {
        prices: vec![price(1, Some(450))],
        reference: None,
        tip: None,
        reusable: false,
        lines: vec![],
        note: None,
        ..request()
    }
}

pub fn open_request() -> Request {
    Request {
        not_after: None,
        prices: vec![price(1, None), price(2, None)],
        tip: Some(TipPolicy::Free),
        reusable: true,
        ..short_request()
    }
}

pub fn order() -> Order {
    Order {
        issuer: issuer(),
        payer: account(),
        payee: other_account(),
        amount: Amount::new(495),
        order_id: OrderId::new(*b"order id, random"),
        not_after: NOON + 90,
        request: Some(RequestId::new(*b"the request's id")),
        repays: Some(digest("order repaid")),
        memo: Some(digest("sealed memo")),
        seen: Seen { head: digest("head"), statement_number: 411, statement: digest("statement 411") },
        tip: Some(Amount::new(45)),
    }
}

pub fn plain_order() -> Order {
    Order { amount: Amount::new(i64::MAX), request: None, repays: None, memo: None, tip: None, ..order() }
}

pub fn receipt() -> Receipt {
    Receipt {
        issuer: issuer(),
        order: digest("order"),
        account: account(),
        sequence: 17,
        chain_hash: digest("chain"),
        epoch: 2,
        time: NOON,
    }
}

pub fn refusal() -> Refusal {
    Refusal { issuer: issuer(), subject: digest("order"), code: "insufficient_funds".into(), time: NOON }
}

pub fn head() -> Head {
    Head {
        issuer: issuer(),
        epoch: 2,
        account: account(),
        sequence: 17,
        chain_hash: digest("chain"),
        balance: Amount::new(-12_345),
        held: Amount::new(45),
        time: NOON,
        statement: StatementRef { number: 411, hash: digest("statement 411") },
    }
}

pub fn statement() -> Statement {
    let debtor = |account, balance| Debtor {
        account,
        balance: Amount::new(balance),
        grant: b"the bytes of a grant".to_vec(),
    };
    Statement {
        issuer: issuer(),
        number: 412,
        previous: Some(digest("statement 411")),
        time: NOON,
        epoch: 2,
        root: digest("root"),
        sum: 1 << 70,
        debtors: vec![debtor(account(), i64::MIN), debtor(other_account(), -1)],
    }
}

pub fn first_statement() -> Statement {
    Statement {
        number: 0,
        previous: None,
        root: Digest::new([0; 32]),
        sum: 0,
        debtors: vec![],
        ..statement()
    }
}

pub fn cancel() -> Cancel {
    Cancel { issuer: issuer(), target: digest("grant"), signed_at: NOON, account: account() }
}
