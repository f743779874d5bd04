//! Who takes part: keys, and what they sign.

use tallystick::artefact::{
    Attestation, Cancel, Capabilities, Grant, GrantGiven, NamesSigner, Opening, Order, Price, Rekey, Request,
    Role, Seen, Signed, Subject, TipPolicy, Unproven,
};
use tallystick::keys::{
    AccountId, Digest, IssuerId, OrderId, PublicKey, RequestId, SealingKey, SigningKey, recovery_commitment,
};
use tallystick::money::Amount;

/// A key made from a name, so that tests need no randomness.
pub fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(Digest::of(&[b"key", name.as_bytes()]).as_bytes())
}

/// Someone with a founding key and a recovery key.
pub struct Person {
    pub name: String,
    pub key: SigningKey,
    pub recovery: SigningKey,
    pub number: u32,
    /// Of the first keys; stays.
    pub account: AccountId,
    opened_with: (PublicKey, Digest),
}

impl Person {
    pub fn new(name: &str) -> Self {
        let key_pair = key(name);
        let recovery = key(&format!("{name} recovery 0"));
        let opened_with = (key_pair.public_key(), recovery_commitment(&recovery.public_key()));
        Self {
            name: name.to_owned(),
            account: AccountId::derive(&opened_with.0, &opened_with.1),
            key: key_pair,
            recovery,
            number: 0,
            opened_with,
        }
    }

    pub fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }

    pub fn commitment(&self) -> Digest {
        recovery_commitment(&self.recovery.public_key())
    }

    pub fn opening(&self, issuer: IssuerId) -> Signed<Opening> {
        assert_eq!(self.number, 0, "openings are signed with the first key");
        let opening = Opening {
            issuer,
            commitment: self.opened_with.1,
            sealing_key: SealingKey::new([7; 32]),
            signed_at: 1,
        };
        Signed::sign(&opening, &self.key).unwrap()
    }

    /// Replaces the keys; gives the rekey that says so.
    pub fn rekey(&mut self, subject: impl Fn(AccountId) -> Subject) -> Signed<Rekey> {
        let number = self.number + 1;
        let next = key(&format!("{} {number}", self.name));
        let next_recovery = key(&format!("{} recovery {number}", self.name));
        let rekey = Rekey {
            subject: subject(self.account),
            number,
            previous: self.public_key(),
            founding_key: next.public_key(),
            commitment: recovery_commitment(&next_recovery.public_key()),
            signed_at: 2,
        };
        let signed = Signed::sign(&rekey, &self.recovery).unwrap();
        (self.key, self.recovery, self.number) = (next, next_recovery, number);
        signed
    }

    /// Replaces the keys of the account.
    pub fn rekey_account(&mut self) -> Signed<Rekey> {
        self.rekey(|account| Subject::Account(account, SealingKey::new([8; 32])))
    }
}

pub fn sign<T: NamesSigner>(body: &T, key: &SigningKey) -> Signed<T> {
    Signed::sign(body, key).unwrap()
}

/// An order with nothing special.
pub fn order(issuer: IssuerId, payer: &Person, payee: &Person, amount: i64, now: i64) -> Order {
    Order {
        issuer,
        payer: payer.account,
        payee: payee.account,
        amount: Amount::new(amount),
        order_id: fresh_id(),
        not_after: now + 60,
        request: None,
        repays: None,
        memo: None,
        seen: Seen { head: Digest::new([1; 32]), statement_number: 0, statement: Digest::new([2; 32]) },
        tip: None,
    }
}

/// Another id each time.
pub fn fresh_id() -> OrderId {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    OrderId::new(Digest::of(&[b"order", &number.to_be_bytes()]).prefix())
}

/// A single-use request for one price.
pub fn request(issuer: IssuerId, payee: &Person, amount: i64, now: i64) -> Request {
    Request {
        payee: payee.account,
        not_after: Some(now + 600),
        prices: vec![price(issuer, amount)],
        nonce: fresh_id().as_bytes()[..8].try_into().unwrap(),
        reference: None,
        tip: None,
        reusable: false,
        lines: Vec::new(),
        note: None,
    }
}

/// A price; 0: the payer chooses.
pub fn price(issuer: IssuerId, amount: i64) -> Price {
    Price {
        issuer_prefix: issuer.as_bytes()[..8].try_into().unwrap(),
        amount: (amount != 0).then_some(Amount::new(amount)),
    }
}

pub fn tips(percentages: &[u8]) -> TipPolicy {
    TipPolicy::Percentages(percentages.to_vec())
}

pub fn sign_request(request: &Request, key: &SigningKey) -> Signed<Request> {
    Unproven::sign(request, key).unwrap()
}

/// The order that pays a request.
pub fn paying(order: &Order, request: &Signed<Request>) -> Order {
    Order { request: Some(RequestId::of(&request.hash())), ..order.clone() }
}

pub fn role_grant(issuer: IssuerId, person: &Person, role: Role, limit: Option<i64>, now: i64) -> Grant {
    Grant {
        issuer,
        account: person.account,
        given: GrantGiven::Role(role),
        limit: limit.map(Amount::new),
        not_after: now + 86_400 * 30,
        signed_at: now,
        nonce: fresh_id().as_bytes()[..8].try_into().unwrap(),
    }
}

pub fn key_grant(
    issuer: IssuerId,
    person: &Person,
    to: &SigningKey,
    capabilities: Capabilities,
    limit: Option<i64>,
    now: i64,
) -> Grant {
    Grant {
        given: GrantGiven::Key(to.public_key(), capabilities),
        ..role_grant(issuer, person, Role::Worker, limit, now)
    }
}

pub fn attestation(issuer: IssuerId, person: &Person, name: &str, now: i64) -> Attestation {
    Attestation {
        issuer,
        account: person.account,
        name: name.to_owned(),
        role: Role::Customer,
        not_after: now + 86_400,
        signed_at: now,
    }
}

pub fn cancel(issuer: IssuerId, account: AccountId, target: Digest, now: i64) -> Cancel {
    Cancel { issuer, target, signed_at: now, account }
}
