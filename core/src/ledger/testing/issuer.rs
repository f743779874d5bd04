//! Cards, accounts, grants and rekeys.

use std::collections::BTreeMap;

use super::{Chain, Holding, Index, Issuer, Knowledge, World};
use crate::artefact::{
    Capabilities, Card, Endpoint, Grant, GrantGiven, Opening, Refusal, Rekey, Role, Signed, StatementRef,
    Subject,
};
use crate::keys::{AccountId, Digest, IssuerId, SealingKey, SigningKey, recovery_commitment};
use crate::ledger::{FoundingKeys, KnownGrant, SigningKeys};
use crate::money::{Amount, Currency};

/// The owner of an honest issuer may owe so much.
pub const OWNER_LIMIT: i64 = 1_000_000;

const YEAR: i64 = 365 * 86_400;

impl Issuer {
    /// Founds an issuer with an owner, its first card, and statement 0.
    pub fn found(name: &str) -> Self {
        let founding = key(name, "issuer", 0).public_key();
        let commitment = recovery_commitment(&key(name, "issuer recovery", 0).public_key());
        let mut issuer = Self {
            id: IssuerId::derive(&founding, &commitment),
            name: name.to_owned(),
            counter: 0,
            time: 1_800_000_000,
            epoch: 0,
            rekey_number: 0,
            signing_number: 0,
            lost_until: None,
            accounts: Vec::new(),
            decided: BTreeMap::new(),
            statements: Vec::new(),
            world: World::default(),
        };
        issuer.sign_card(None, OWNER_LIMIT);
        issuer.publish();
        let owner = issuer.open();
        issuer.grant_owner(owner, OWNER_LIMIT);
        issuer
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: i64) {
        self.time += seconds;
    }

    /// Opens an account.
    pub fn open(&mut self) -> Index {
        let index = self.accounts.len();
        let commitment = recovery_commitment(&self.account_recovery(index, 0).public_key());
        let founding = self.account_key(index, 0);
        let opening =
            Opening { issuer: self.id, commitment, sealing_key: sealing_key(0), signed_at: self.time };
        let opening = Signed::sign(&opening, &founding).unwrap();
        let id = AccountId::derive(&founding.public_key(), &commitment);
        self.world.openings.push(opening.clone());
        self.accounts.push(Holding {
            id,
            opening,
            rekeys: Vec::new(),
            grants: Vec::new(),
            chains: vec![Chain::begin(self.id, id, self.epoch)],
        });
        index
    }

    /// Gives an account the owner role.
    pub fn grant_owner(&mut self, account: Index, limit: i64) {
        let given = GrantGiven::Role(Role::Owner);
        let signer = self.issuer_key(self.rekey_number);
        self.grant(account, given, Some(limit), &signer);
    }

    /// Gives a key of an account capabilities for a year; gives the grant.
    pub fn grant_key(&mut self, account: Index, number: u32, capabilities: Capabilities) -> Signed<Grant> {
        let key = self.till_key(account, number).public_key();
        let signer = self.account_key(account, self.number(account));
        self.grant(account, GrantGiven::Key(key, capabilities), None, &signer)
    }

    fn grant(
        &mut self,
        account: Index,
        given: GrantGiven,
        limit: Option<i64>,
        signer: &SigningKey,
    ) -> Signed<Grant> {
        let grant = Grant {
            issuer: self.id,
            account: self.accounts[account].id,
            given,
            limit: limit.map(Amount::new),
            not_after: self.time + YEAR,
            signed_at: self.time,
            nonce: self.fresh(),
        };
        let grant = Signed::sign(&grant, signer).unwrap();
        let known = KnownGrant::uncancelled(grant.clone());
        self.world.grants.push(known.clone());
        self.accounts[account].grants.push(known);
        grant
    }

    /// Cancels all grants of keys of an account.
    pub fn cancel_keys(&mut self, account: Index) {
        for at in 0..self.accounts[account].grants.len() {
            let known = &self.accounts[account].grants[at];
            if known.cancelled.is_some() || known.grant.body().key().is_none() {
                continue;
            }
            let refusal = self.refusal(known.grant.hash(), "cancelled");
            let hash = known.grant.hash();
            self.accounts[account].grants[at].cancelled = Some(refusal.clone());
            let mut world = self.world.grants.iter_mut();
            world.find(|known| known.grant.hash() == hash).unwrap().cancelled = Some(refusal);
        }
    }

    /// Replaces an account's founding key.
    pub fn rekey(&mut self, account: Index) {
        let number = self.number(account) + 1;
        let subject = Subject::Account(self.accounts[account].id, sealing_key(number));
        let rekey = self.sign_rekey(subject, number, |issuer, number, kind| match kind {
            Which::Founding => issuer.account_key(account, number),
            Which::Recovery => issuer.account_recovery(account, number),
        });
        self.world.account_rekeys.push(rekey.clone());
        self.accounts[account].rekeys.push(rekey);
    }

    /// Replaces the issuer's founding key; its owner gets the role anew.
    pub fn rekey_issuer(&mut self) {
        let number = self.rekey_number + 1;
        let rekey = self.sign_rekey(Subject::Issuer(self.id), number, |issuer, number, kind| match kind {
            Which::Founding => issuer.issuer_key(number),
            Which::Recovery => key(&issuer.name, "issuer recovery", number),
        });
        self.world.rekeys.push(rekey);
        self.rekey_number = number;
        self.sign_card(None, OWNER_LIMIT);
        self.grant_owner(0, OWNER_LIMIT);
    }

    /// Replaces the signing key: a last statement by the old one, a card that names it, and a statement by the new one.
    pub fn rotate(&mut self) {
        self.publish();
        let last = &self.statements.last().unwrap().statement;
        let last = StatementRef { number: last.body().number, hash: last.hash() };
        self.signing_number += 1;
        self.sign_card(Some(last), OWNER_LIMIT);
        self.publish();
    }

    /// Signs the next card.
    pub fn sign_card(&mut self, last_statement: Option<StatementRef>, owners_limit: i64) {
        let of_key = |card: &&Signed<Card>| card.body().rekey_number == self.rekey_number;
        let serial = self.world.cards.iter().filter(of_key).count() + 1;
        let card = Card {
            issuer: self.id,
            commitment: recovery_commitment(
                &key(&self.name, "issuer recovery", self.rekey_number).public_key(),
            ),
            serial: u32::try_from(serial).unwrap(),
            rekey_number: self.rekey_number,
            name: self.name.clone(),
            currency: Currency::new("BUN", "Bun", "b", 2).unwrap(),
            endpoints: vec![Endpoint { origin: "https://bakery.example".into(), tls_keys: vec![] }],
            signing_key: self.signing_key().public_key(),
            signing_key_from: self.time,
            signing_key_until: self.time + YEAR,
            epoch: self.epoch,
            promise: "Bread".into(),
            owners_limit: Amount::new(owners_limit),
            logo: None,
            last_statement,
            signed_at: self.time,
        };
        self.world.cards.push(Signed::sign(&card, &self.issuer_key(self.rekey_number)).unwrap());
    }

    /// What the wallet of an account knows.
    pub fn knowledge(&self, account: Index) -> Knowledge {
        let holding = &self.accounts[account];
        let issuer = self.founding_keys();
        let mut signing = SigningKeys::build(&issuer, &self.world.cards).unwrap();
        let named = |published: &&super::Published| {
            let hash = published.statement.hash();
            let of = |card: &Signed<Card>| card.body().last_statement.is_some_and(|last| last.hash == hash);
            self.world.cards.iter().any(of)
        };
        let statements: Vec<_> =
            self.world.statements.iter().filter(named).map(|published| published.statement.clone()).collect();
        for statement in &statements {
            signing.learn(statement);
        }
        Knowledge {
            issuer,
            signing,
            account: FoundingKeys::of_account(holding.id, Some(&holding.opening), &holding.rekeys).unwrap(),
            opening: holding.opening.clone(),
            grants: holding.grants.clone(),
            cancels: self.world.grants.iter().filter_map(|known| known.cancelled.clone()).collect(),
            statements,
        }
    }

    /// The issuer's founding keys.
    pub fn founding_keys(&self) -> FoundingKeys {
        FoundingKeys::of_issuer(self.id, self.world.cards.first(), &self.world.rekeys).unwrap()
    }

    /// The founding key of this number of an account.
    pub fn account_key(&self, account: Index, number: u32) -> SigningKey {
        key(&self.name, &format!("account {account}"), number)
    }

    /// A key to which an account can grant capabilities.
    pub fn till_key(&self, account: Index, number: u32) -> SigningKey {
        key(&self.name, &format!("till of {account}"), number)
    }

    /// The founding key of this number of the issuer.
    pub fn issuer_key(&self, number: u32) -> SigningKey {
        key(&self.name, "issuer", number)
    }

    /// The signing key in use.
    pub fn signing_key(&self) -> SigningKey {
        key(&self.name, "signing", self.signing_number)
    }

    /// How often an account's founding key was replaced.
    pub fn number(&self, account: Index) -> u32 {
        u32::try_from(self.accounts[account].rekeys.len()).unwrap()
    }

    /// A signed refusal.
    pub(super) fn refusal(&self, subject: Digest, code: &str) -> Signed<Refusal> {
        let refusal = Refusal { issuer: self.id, subject, code: code.into(), time: self.time };
        Signed::sign(&refusal, &self.signing_key()).unwrap()
    }

    /// Bytes that never repeat.
    pub(super) fn fresh<const N: usize>(&mut self) -> [u8; N] {
        self.counter += 1;
        let bytes =
            Digest::of(&[self.name.as_bytes(), &self.counter.to_be_bytes(), &self.time.to_be_bytes()]);
        bytes.as_bytes()[..N].try_into().unwrap()
    }

    fn account_recovery(&self, account: Index, number: u32) -> SigningKey {
        key(&self.name, &format!("recovery of {account}"), number)
    }

    fn sign_rekey(
        &self,
        subject: Subject,
        number: u32,
        key: impl Fn(&Self, u32, Which) -> SigningKey,
    ) -> Signed<Rekey> {
        let rekey = Rekey {
            subject,
            number,
            previous: key(self, number - 1, Which::Founding).public_key(),
            founding_key: key(self, number, Which::Founding).public_key(),
            commitment: recovery_commitment(&key(self, number, Which::Recovery).public_key()),
            signed_at: self.time,
        };
        Signed::sign(&rekey, &key(self, number - 1, Which::Recovery)).unwrap()
    }
}

enum Which {
    Founding,
    Recovery,
}

fn key(name: &str, of: &str, number: u32) -> SigningKey {
    let seed = Digest::of(&[name.as_bytes(), b"/", of.as_bytes(), &number.to_be_bytes()]);
    SigningKey::from_bytes(seed.as_bytes())
}

fn sealing_key(number: u32) -> SealingKey {
    SealingKey::new(*Digest::of(&[b"sealing", &number.to_be_bytes()]).as_bytes())
}
