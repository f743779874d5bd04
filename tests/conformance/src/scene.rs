//! The issuer that is asked, and what the kit holds of it.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use tallystick::artefact::{Card, Endpoint, Grant, GrantGiven, Role, Signed};
use tallystick::clock::{Entropy, SystemEntropy};
use tallystick::keys::{AccountId, Digest, IssuerId, PublicKey, SigningKey};
use tallystick::money::{Amount, Currency};

use crate::client::{Answer, Call, Client, base64};
use crate::outcome::{Check, Exchange, Trouble, broken};
use crate::people::{Founder, Person};

/// What to ask.
#[derive(Clone)]
pub enum Target {
    /// A host on which the kit founds an issuer of its own.
    Host {
        /// Where the host is: `https://host[:port]`.
        origin: String,
        /// Shown to a host that asks for it.
        token: Option<String>,
    },
    /// An issuer made for the test, whose founding key the kit holds.
    Existing(Box<Existing>),
}

/// An issuer made for the test.
#[derive(Clone)]
pub struct Existing {
    /// Where it is: `https://host[:port]`.
    pub origin: String,
    /// Which it is.
    pub issuer: IssuerId,
    /// The founding key in force.
    pub founding_key: Arc<SigningKey>,
    /// The recovery key behind it; without it the issuer is not rekeyed.
    pub recovery_key: Option<Arc<SigningKey>>,
    /// Whether its card, its signing key and its epoch may be changed.
    pub may_change: bool,
}

/// Gives the key with which an issuer signs, so that it can be shown a head that it does not know.
pub type SigningKeys =
    Arc<dyn Fn(IssuerId) -> Pin<Box<dyn Future<Output = Option<Arc<SigningKey>>> + Send>> + Send + Sync>;

/// The issuer that is asked.
pub struct Scene {
    /// Talks to its host.
    pub client: Client,
    /// Which it is.
    pub issuer: IssuerId,
    /// May go below zero.
    pub owner: Person,
    /// What is only allowed with an issuer that the kit may change.
    pub may_change: bool,
    /// Whether the kit founded it, so that it knows all accounts.
    pub is_founded_here: bool,
    /// Waits where only time shows whether a rule holds.
    pub patient: bool,
    /// Its signing key, if it was handed over.
    pub signing_keys: Option<SigningKeys>,
    offset: i64,
    state: Mutex<State>,
}

struct State {
    business: Founder,
    card: Signed<Card>,
    owner_limit: i64,
    people: HashMap<AccountId, Arc<SigningKey>>,
    odd: HashMap<&'static str, (String, Exchange)>,
}

/// The limits that the owner asks for, the first that the issuer grants.
const LIMITS: [i64; 3] = [1_000_000, 100_000, 20_000];

/// The most that owners of an issuer founded here may owe.
const OWNERS_LIMIT: i64 = 2_000_000;

/// Random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let entropy: &dyn Entropy = &SystemEntropy;
    entropy.bytes()
}

fn system_now() -> i64 {
    #[allow(
        clippy::disallowed_methods,
        reason = "the kit looks from outside, by the clock of whoever runs it"
    )]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Scene {
    /// Founds the issuer, or finds it; and gives it an owner.
    pub async fn set_up(
        client: Client,
        target: &Target,
        patient: bool,
        signing_keys: Option<SigningKeys>,
    ) -> Check<Self> {
        let get = |path: &str| Call { method: "GET".into(), path: path.into(), ..Call::default() };
        let greeting = client.send(&get("/healthz")).await?;
        let date = greeting.headers.get("date").and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
        let date = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok());
        let offset = date.map_or(0, |date| i64::try_from(date.as_secs()).unwrap_or(0) - system_now());
        let now = system_now() + offset;
        let (issuer, business, card, may_change) = match target {
            Target::Host { token, .. } => {
                let (issuer, business, card) = found(&client, token.as_deref(), now).await?;
                (issuer, business, card, true)
            }
            Target::Existing(existing) => {
                let answer = client.send(&get(&format!("/v1/{}/card", existing.issuer))).await?.ok()?;
                let card: Signed<Card> = answer.artefact("card")?;
                if *card.signer() != existing.founding_key.public_key() {
                    return Err(Trouble::NotAsked(
                        "the founding key is not that of the card in force".into(),
                    ));
                }
                let business = Founder {
                    key: Arc::clone(&existing.founding_key),
                    recovery: existing.recovery_key.clone(),
                    number: card.body().rekey_number,
                };
                (existing.issuer, business, card, existing.may_change)
            }
        };
        let scene = Self {
            client,
            issuer,
            owner: Person::new(),
            may_change,
            is_founded_here: matches!(target, Target::Host { .. }),
            patient,
            signing_keys,
            offset,
            state: Mutex::new(State {
                business,
                card,
                owner_limit: 0,
                people: HashMap::new(),
                odd: HashMap::new(),
            }),
        };
        scene.give_owner(now).await?;
        Ok(scene)
    }

    async fn give_owner(&self, now: i64) -> Check {
        let opening = Signed::sign(&self.owner.opening(self.issuer, now), &self.owner.key);
        let opening = opening.or_else(|error| broken(format!("the owner's opening: {error}")))?;
        self.post("accounts", &json!({ "opening": base64(opening.bytes()) })).await?.ok()?;
        self.remember(&self.owner);
        let mut last = broken("no limit was tried");
        for limit in LIMITS {
            let grant = Grant {
                issuer: self.issuer,
                account: self.owner.account,
                given: GrantGiven::Role(Role::Owner),
                limit: Some(Amount::new(limit)),
                not_after: now + 7 * 86_400,
                signed_at: now,
                nonce: random(),
            };
            let grant = Signed::sign(&grant, &self.business().key)
                .or_else(|error| broken(format!("the owner's grant: {error}")))?;
            last = self.post("grants", &json!({ "grant": base64(grant.bytes()) })).await?.ok().map(drop);
            if last.is_ok() {
                self.state().owner_limit = limit;
                break;
            }
        }
        last
    }

    async fn post(&self, rest: &str, body: &serde_json::Value) -> Check<Answer> {
        let body = Some(body.to_string().into_bytes());
        let path = format!("/v1/{}/{rest}", self.issuer);
        self.client.send(&Call { method: "POST".into(), path, body, ..Call::default() }).await
    }

    /// The issuer's time, as far as its answers told it.
    pub fn now(&self) -> i64 {
        system_now() + self.offset
    }

    /// Who speaks for the issuer now.
    pub fn business(&self) -> Founder {
        self.state().business.clone()
    }

    /// Who speaks for the issuer from now on.
    pub fn set_business(&self, business: Founder) {
        self.state().business = business;
    }

    /// The card in force.
    pub fn card(&self) -> Signed<Card> {
        self.state().card.clone()
    }

    /// How far below zero the kit's owner may go.
    pub fn owner_limit(&self) -> i64 {
        self.state().owner_limit
    }

    /// A newer card is in force.
    pub fn set_card(&self, card: Signed<Card>) {
        self.state().card = card;
    }

    /// Remembers an account, so that all balances can be added up in the end.
    pub fn remember(&self, person: &Person) {
        self.state().people.insert(person.account, Arc::clone(&person.key));
    }

    /// All accounts that the kit opened.
    pub fn people(&self) -> Vec<(AccountId, Arc<SigningKey>)> {
        self.state().people.iter().map(|(account, key)| (*account, Arc::clone(key))).collect()
    }

    /// Something was odd that is not for the rule at hand to say.
    pub fn note(&self, rule: &'static str, why: String, exchange: &Exchange) {
        self.state().odd.entry(rule).or_insert_with(|| (why, exchange.clone()));
    }

    /// What was odd in the whole run.
    pub fn noted(&self, rule: &'static str) -> Option<(String, Exchange)> {
        self.state().odd.get(rule).cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Founds an issuer on a host.
async fn found(client: &Client, token: Option<&str>, now: i64) -> Check<(IssuerId, Founder, Signed<Card>)> {
    let business = Founder::new();
    let Some(commitment) = business.commitment() else { return broken("no recovery key") };
    let key = business.key.public_key();
    let id = Digest::of(&[b"tallystick-issuer-1", key.as_bytes(), commitment.as_bytes()]);
    let issuer = IssuerId::new(id.prefix());
    let headers = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
    let call = Call {
        method: "POST".into(),
        path: "/v1/issuers".into(),
        headers: headers.into_iter().collect(),
        body: Some(json!({ "founding_key": key, "commitment": commitment }).to_string().into_bytes()),
    };
    let taken = client.send(&call).await?.ok()?;
    let text = |member: &str| taken.json[member].as_str().unwrap_or_default().to_owned();
    let signing_key: PublicKey = text("signing_key").parse().or_else(|_| broken("no `signing_key`"))?;
    let tls_keys = taken.json["tls_keys"].as_array().cloned().unwrap_or_default();
    let tls_keys = tls_keys.iter().filter_map(|key| key.as_str()?.parse().ok()).collect();
    let currency = Currency::new("KIT", "Conformance", "k", 2).or_else(|error| broken(error.to_string()))?;
    let card = Card {
        issuer,
        commitment,
        serial: 1,
        rekey_number: 0,
        name: "Conformance kit".into(),
        currency,
        endpoints: vec![Endpoint { origin: text("endpoint"), tls_keys }],
        signing_key,
        signing_key_from: now - 60,
        signing_key_until: now + 30 * 86_400,
        epoch: 0,
        promise: "Nothing: this is a test.".into(),
        owners_limit: Amount::new(OWNERS_LIMIT),
        logo: None,
        last_statement: None,
        signed_at: now,
    };
    let card = Signed::sign(&card, &business.key).or_else(|error| broken(format!("the card: {error}")))?;
    let call = Call {
        method: "PUT".into(),
        path: format!("/v1/{issuer}/card"),
        body: Some(json!({ "card": base64(card.bytes()), "rekeys": [] }).to_string().into_bytes()),
        ..Call::default()
    };
    client.send(&call).await?.ok()?;
    Ok((issuer, business, card))
}
