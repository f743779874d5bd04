//! What rules are written with: one case a rule, with people of its own, which remembers its last call.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tallystick::artefact::{
    Body, Capabilities, Card, Grant, GrantGiven, Head, NamesSigner, Order, Price, Receipt, Rekey, Request,
    Role, Seen, Signed, Statement, Unproven,
};
use tallystick::keys::{AccountId, Digest, IssuerId, OrderId, RequestId, SigningKey};
use tallystick::money::Amount;

use crate::client::{Answer, Call, PROBLEMS, base64, parse};
use crate::http_signature::{self, Draft};
use crate::outcome::{Check, Exchange, SetUp as _, Trouble, broken, hold};
use crate::people::Person;
use crate::scene::{Scene, random};

/// One rule at work.
pub struct Case {
    /// The issuer that is asked.
    pub scene: Arc<Scene>,
    last: Mutex<Option<Exchange>>,
}

impl Case {
    /// For a rule.
    pub fn new(scene: Arc<Scene>) -> Self {
        Self { scene, last: Mutex::default() }
    }

    /// The last call of the rule.
    pub fn last(&self) -> Option<Exchange> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The issuer.
    pub fn issuer(&self) -> IssuerId {
        self.scene.issuer
    }

    /// The issuer's time.
    pub fn now(&self) -> i64 {
        self.scene.now()
    }

    /// Its path, and the rest.
    pub fn place(&self, rest: &str) -> String {
        format!("/v1/{}/{rest}", self.scene.issuer)
    }

    /// Sends a call.
    pub async fn send(&self, call: Call) -> Check<Answer> {
        let answer = self.scene.client.send(&call).await;
        let exchange = call.with_answer(&answer);
        if let Ok(answer) = &answer {
            self.observe(&call, answer, &exchange);
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(exchange);
        answer
    }

    /// What every answer must look like, whichever rule it is for.
    fn observe(&self, call: &Call, answer: &Answer, exchange: &Exchange) {
        if answer.headers.get("date").is_none() {
            self.scene.note("http.date", "an answer has no field `Date`".into(), exchange);
        }
        if answer.status < 400 || !call.path.starts_with("/v1/") {
            return;
        }
        let content_type = answer.headers.get("content-type").and_then(|value| value.to_str().ok());
        let code = answer.code();
        let why = if content_type.is_none_or(|kind| !kind.starts_with("application/problem+json")) {
            format!("a problem has the content type {content_type:?}")
        } else if !PROBLEMS.contains(&code) {
            format!("`code` is {code:?}, which section 6 does not know")
        } else if answer.json["type"] != format!("urn:tallystick:problem:{code}") {
            format!("`type` is {}", answer.json["type"])
        } else if answer.json["status"] != answer.status {
            format!("`status` is {} in an answer of {}", answer.json["status"], answer.status)
        } else if !answer.json["title"].is_string() || !answer.json["detail"].is_string() {
            "`title` or `detail` is missing".to_owned()
        } else {
            return;
        };
        self.scene.note("problem.form", why, exchange);
    }

    /// A call with a body of JSON.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Check<Answer> {
        let body = body.map(|body| body.to_string().into_bytes());
        self.send(Call { method: method.into(), path: path.into(), headers: Vec::new(), body }).await
    }

    /// `POST` to the issuer.
    pub async fn post(&self, rest: &str, body: Value) -> Check<Answer> {
        self.call("POST", &self.place(rest), Some(body)).await
    }

    /// `GET` from the issuer.
    pub async fn get(&self, rest: &str) -> Check<Answer> {
        self.call("GET", &self.place(rest), None).await
    }

    /// The signature of a call before it is made.
    pub fn draft(&self, method: &str, path: &str, body: Option<&[u8]>, key: &SigningKey) -> Draft {
        Draft {
            method: method.into(),
            host: self.scene.client.host().to_owned(),
            path: path.into(),
            created: self.now(),
            nonce: http_signature::nonce(),
            keyid: key.public_key().to_string(),
            tag: "tallystick".into(),
            label: "tallystick".into(),
            digest: body.map(http_signature::digest),
        }
    }

    /// A signed call to the issuer.
    pub async fn signed(
        &self,
        method: &str,
        rest: &str,
        body: Option<Value>,
        key: &SigningKey,
    ) -> Check<Answer> {
        let (path, body) = (self.place(rest), body.map(|body| body.to_string().into_bytes()));
        let headers = self.draft(method, &path, body.as_deref(), key).sign(key);
        self.send(Call { method: method.into(), path, headers, body }).await
    }

    // People

    /// Somebody with an account.
    pub async fn person(&self) -> Check<Person> {
        let person = Person::new();
        self.open(&person).await.and_then(Answer::ok).set_up("an account could not be opened")?;
        Ok(person)
    }

    /// Posts somebody's opening.
    pub async fn open(&self, person: &Person) -> Check<Answer> {
        let opening = sign(&person.opening(self.issuer(), self.now()), &person.key)?;
        let answer = self.post("accounts", json!({ "opening": base64(opening.bytes()) })).await?;
        if answer.status == 200 {
            self.scene.remember(person);
        }
        Ok(answer)
    }

    /// Somebody with money from the owner.
    pub async fn rich(&self, amount: i64) -> Check<Person> {
        let person = self.person().await?;
        self.pay(&self.scene.owner, &person, amount).await?;
        Ok(person)
    }

    /// Another owner, who may owe so much.
    pub async fn owner(&self, limit: i64) -> Check<Person> {
        let person = self.person().await?;
        let grant = self.role_grant(person.account, Role::Owner, Some(limit));
        self.grant(&grant, &self.scene.business().key).await?.ok().set_up("an owner could not be named")?;
        Ok(person)
    }

    /// Replaces somebody's keys at the issuer.
    pub async fn rekey(&self, person: &Person) -> Check<(Person, Signed<Rekey>)> {
        let (next, rekey) = person.rekey(self.now());
        let rekey = sign(&rekey, &person.recovery)?;
        self.post_rekey(&rekey).await?.ok().set_up("a rekey was not taken")?;
        self.scene.remember(&next);
        Ok((next, rekey))
    }

    /// Posts a rekey.
    pub async fn post_rekey(&self, rekey: &Signed<Rekey>) -> Check<Answer> {
        self.post("rekeys", json!({ "rekey": base64(rekey.bytes()) })).await
    }

    // Orders

    /// An order with nothing special.
    pub fn order(&self, payer: &Person, payee: &Person, amount: i64) -> Order {
        Order {
            issuer: self.issuer(),
            payer: payer.account,
            payee: payee.account,
            amount: Amount::new(amount),
            order_id: OrderId::new(random()),
            not_after: self.now() + 60,
            request: None,
            repays: None,
            memo: None,
            seen: Seen { head: Digest::new([1; 32]), statement_number: 0, statement: Digest::new([2; 32]) },
            tip: None,
        }
    }

    /// Submits an order.
    pub async fn submit(&self, order: &Signed<Order>) -> Check<Answer> {
        self.submit_with(order, None, None).await
    }

    /// Submits an order and what comes along.
    pub async fn submit_with(
        &self,
        order: &Signed<Order>,
        request: Option<&[u8]>,
        memo: Option<&[u8]>,
    ) -> Check<Answer> {
        let body = json!({
            "order": base64(order.bytes()), "request": request.map(base64), "memo": memo.map(base64) });
        self.post("orders", body).await
    }

    /// Submits an order of any bytes.
    pub async fn submit_bytes(&self, bytes: &[u8]) -> Check<Answer> {
        self.post("orders", json!({ "order": base64(bytes) })).await
    }

    /// Signs an order with a key and submits it.
    pub async fn try_order(&self, order: &Order, key: &SigningKey) -> Check<Answer> {
        self.submit(&sign(order, key)?).await
    }

    /// Pays, on the way to what is asked.
    pub async fn pay(&self, payer: &Person, payee: &Person, amount: i64) -> Check<Signed<Order>> {
        let order = sign(&self.order(payer, payee, amount), &payer.key)?;
        let answer = self.submit(&order).await?;
        executed(&answer).set_up("a payment was not made")?;
        Ok(order)
    }

    // Requests

    /// A single-use request for one price; 0: the payer chooses.
    pub fn request(&self, payee: AccountId, amount: i64) -> Request {
        let issuer_prefix = self.issuer().as_bytes().first_chunk().copied().unwrap_or_default();
        Request {
            payee,
            not_after: Some(self.now() + 600),
            prices: vec![Price { issuer_prefix, amount: (amount != 0).then_some(Amount::new(amount)) }],
            nonce: random(),
            reference: None,
            tip: None,
            reusable: amount == 0,
            lines: Vec::new(),
            note: None,
        }
    }

    /// An order that pays a request, and its answer.
    pub async fn pay_request(
        &self,
        payer: &Person,
        order: &Order,
        request: &Signed<Request>,
    ) -> Check<(Signed<Order>, Answer)> {
        let order = Order { request: Some(RequestId::of(&request.hash())), ..order.clone() };
        let order = sign(&order, &payer.key)?;
        let answer = self.submit_with(&order, Some(request.bytes()), None).await?;
        Ok((order, answer))
    }

    // Grants

    /// A grant of a role.
    pub fn role_grant(&self, account: AccountId, role: Role, limit: Option<i64>) -> Grant {
        Grant {
            issuer: self.issuer(),
            account,
            given: GrantGiven::Role(role),
            limit: limit.map(Amount::new),
            not_after: self.now() + 86_400,
            signed_at: self.now(),
            nonce: random(),
        }
    }

    /// A grant to a key.
    pub fn key_grant(&self, account: AccountId, to: &SigningKey, may: Capabilities) -> Grant {
        Grant { given: GrantGiven::Key(to.public_key(), may), ..self.role_grant(account, Role::Worker, None) }
    }

    /// Signs and posts a grant.
    pub async fn grant(&self, grant: &Grant, key: &SigningKey) -> Check<Answer> {
        self.post("grants", json!({ "grant": base64(sign(grant, key)?.bytes()) })).await
    }

    /// A new key that may do this for somebody, and its grant.
    pub async fn till(&self, of: &Person, may: Capabilities) -> Check<(Arc<SigningKey>, Signed<Grant>)> {
        let till = crate::people::new_key();
        let grant = sign(&self.key_grant(of.account, &till, may), &of.key)?;
        let body = json!({ "grant": base64(grant.bytes()) });
        self.post("grants", body).await?.ok().set_up("a key could not be granted")?;
        Ok((till, grant))
    }

    // Looking

    /// The head of an account, read with a key.
    pub async fn head_by(&self, account: AccountId, key: &SigningKey) -> Check<Signed<Head>> {
        self.signed("GET", &format!("accounts/{account}/head"), None, key).await?.ok()?.artefact("head")
    }

    /// Somebody's head.
    pub async fn head(&self, person: &Person) -> Check<Signed<Head>> {
        self.head_by(person.account, &person.key).await.set_up("a head could not be read")
    }

    /// Somebody's balance.
    pub async fn balance(&self, person: &Person) -> Check<i64> {
        Ok(self.head(person).await?.body().balance.minor())
    }

    /// Somebody must have so much.
    pub async fn has(&self, person: &Person, amount: i64) -> Check {
        let found = self.balance(person).await?;
        hold(found == amount, || format!("the balance should be {amount} and is {found}"))
    }

    /// A page of somebody's chain.
    pub async fn entries(&self, person: &Person, epoch: u32, after: i64, limit: u16) -> Check<Answer> {
        let rest = format!("accounts/{}/entries?epoch={epoch}&after={after}&limit={limit}", person.account);
        self.signed("GET", &rest, None, &person.key).await?.ok()
    }

    /// The newest statement.
    pub async fn latest_statement(&self) -> Check<Signed<Statement>> {
        self.get("statements/latest").await?.ok()?.artefact("statement")
    }

    // Changing the issuer

    /// The kit must be allowed to change the issuer itself.
    pub fn may_change(&self) -> Check {
        let why = "the issuer's card may not be changed (`--may-change`)";
        if self.scene.may_change { Ok(()) } else { Err(Trouble::NotAsked(why.into())) }
    }

    /// Publishes a card that follows the one in force.
    pub async fn publish(&self, change: impl FnOnce(&mut Card)) -> Check<(Signed<Card>, Answer)> {
        let mut card = self.scene.card().body().clone();
        card.serial += 1;
        card.signed_at = self.now();
        change(&mut card);
        let card = sign(&card, &self.scene.business().key)?;
        let body = json!({ "card": base64(card.bytes()), "rekeys": [] });
        let answer = self.call("PUT", &self.place("card"), Some(body)).await?;
        if answer.status == 200 {
            self.scene.set_card(card.clone());
        }
        Ok((card, answer))
    }
}

/// Signs a body.
pub fn sign<T: NamesSigner>(body: &T, key: &SigningKey) -> Check<Signed<T>> {
    Signed::sign(body, key).or_else(|error| broken(format!("the kit cannot sign that: {error}")))
}

/// Signs a request.
pub fn sign_request(request: &Request, key: &SigningKey) -> Check<Signed<Request>> {
    Unproven::sign(request, key).or_else(|error| broken(format!("the kit cannot sign that: {error}")))
}

/// The answer must be a receipt.
pub fn executed(answer: &Answer) -> Check<Signed<Receipt>> {
    match answer.member("receipt") {
        Some(receipt) if !answer.has("refusal") => parse(&receipt),
        _ => broken(format!("expected a receipt, found {}", answer.what())),
    }
}

/// An artefact in JSON.
pub fn art<T: Body>(artefact: &Signed<T>) -> String {
    base64(artefact.bytes())
}
