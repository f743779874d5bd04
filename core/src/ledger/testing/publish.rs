//! Heads, statements, and the restore from a copy.

use super::{Chain, Index, Issuer, Published, Record};
use crate::artefact::{Debtor, Grant, GrantGiven, Head, Role, Signed, Statement, StatementRef};
use crate::keys::Digest;
use crate::ledger::merkle::{InclusionProof, Leaf, Tree};
use crate::ledger::{Authority, KnownGrant};
use crate::money::Amount;

impl Issuer {
    /// An account's head, signed now.
    pub fn head(&mut self, account: Index) -> Signed<Head> {
        let state = self.accounts[account].state();
        let statement = &self.statements.last().unwrap().statement;
        let head = Head {
            issuer: self.id,
            epoch: state.epoch,
            account: state.account,
            sequence: state.sequence,
            chain_hash: state.hash,
            balance: state.balance,
            held: Amount::ZERO,
            time: self.time,
            statement: StatementRef { number: statement.body().number, hash: statement.hash() },
        };
        let head = Signed::sign(&head, &self.signing_key()).unwrap();
        self.world.heads.push(head.clone());
        head
    }

    /// Makes a statement.
    pub fn publish(&mut self) -> Signed<Statement> {
        let mut leaves = Vec::new();
        for account in 0..self.accounts.len() {
            let state = *self.accounts[account].state();
            if state.balance.is_positive() {
                leaves.push(Leaf {
                    account: state.account,
                    sequence: state.sequence,
                    chain_hash: state.hash,
                    balance: state.balance,
                    blind: self.fresh(),
                });
            }
        }
        leaves.sort_by_key(|leaf| Digest::of(&[&leaf.blind]));
        let tree = Tree::build(leaves).unwrap();
        let previous = self.statements.last().map(|published| &published.statement);
        let statement = Statement {
            issuer: self.id,
            number: previous.map_or(0, |previous| previous.body().number + 1),
            previous: previous.map(Signed::hash),
            time: self.time,
            epoch: self.epoch,
            root: tree.root().hash,
            sum: tree.root().sum,
            debtors: self.debtors(),
        };
        let statement = Signed::sign(&statement, &self.signing_key()).unwrap();
        let published = Published { statement: statement.clone(), tree };
        self.statements.push(published.clone());
        self.world.statements.push(published);
        statement
    }

    /// The sum of all balances: zero, whatever happened.
    pub fn total(&self) -> i128 {
        self.accounts.iter().map(|holding| i128::from(holding.state().balance.minor())).sum()
    }

    /// Goes back to an earlier copy of the server, and begins a new epoch. What the world holds is not undone: the
    /// owner knows all cards, the holders their own openings, rekeys and grants, and hand them in again.
    pub fn restore(&mut self, copy: &Self) {
        let mut server = copy.clone();
        server.world = std::mem::take(&mut self.world);
        server.counter = self.counter + 1;
        server.time = self.time;
        server.rekey_number = self.rekey_number;
        server.lost_until = Some(self.time + 120);
        for (index, holding) in self.accounts.iter().enumerate() {
            if let Some(restored) = server.accounts.get_mut(index) {
                restored.rekeys.clone_from(&holding.rekeys);
                restored.grants.clone_from(&holding.grants);
            } else {
                let mut reopened = holding.clone();
                // Its old entries are lost; the server knows nothing but what the wallet brings.
                reopened.chains.clear();
                server.accounts.push(reopened);
            }
        }
        server.epoch = self.epoch + 1;
        let replaced = self.signing_number != server.signing_number;
        let newest = server.world.statements.iter().rev().map(|published| &published.statement);
        let of_newest_key =
            newest.clone().find(|statement| *statement.signer() == self.signing_key().public_key());
        let last = of_newest_key.filter(|_| replaced);
        let last = last.map(|last| StatementRef { number: last.body().number, hash: last.hash() });
        server.sign_card(last, super::issuer::OWNER_LIMIT);
        for index in 0..server.accounts.len() {
            server.carry(index);
        }
        *self = server;
        self.publish();
    }

    /// A proof of an account's place in a statement.
    pub fn proof(&self, number: usize, account: Index) -> Option<InclusionProof> {
        let tree = &self.statements[number].tree;
        let at = tree.leaves().iter().position(|leaf| leaf.account == self.accounts[account].id)?;
        tree.proof(at)
    }

    /// Begins an account's chain in the present epoch.
    fn carry(&mut self, index: Index) {
        let blind = self.fresh();
        let (id, epoch, time) = (self.id, self.epoch, self.time);
        let holding = &mut self.accounts[index];
        let mut chain = Chain::begin(id, holding.id, epoch);
        let old = holding.chains.iter().rev().map(Chain::state).find(|state| state.sequence > 0).copied();
        if let Some(old) = old {
            let authority =
                Authority::Carried { epoch: old.epoch, sequence: old.sequence, chain_hash: old.hash };
            let (state, _, entry) = chain.state().append(old.balance, time, blind, authority).unwrap();
            chain.states.push(state);
            chain.records.push(Record { entry, order: None, receipt: None, grant: None });
        }
        holding.chains.push(chain);
    }

    fn debtors(&self) -> Vec<Debtor> {
        let mut debtors: Vec<Debtor> = self
            .accounts
            .iter()
            .filter(|holding| holding.state().balance.is_negative())
            .map(|holding| {
                let is_owner = |known: &&KnownGrant| is_owner_grant(&known.grant);
                let grant = holding.grants.iter().rev().find(is_owner).unwrap();
                Debtor {
                    account: holding.id,
                    balance: holding.state().balance,
                    grant: grant.grant.bytes().to_vec(),
                }
            })
            .collect();
        debtors.sort_by_key(|debtor| debtor.account);
        debtors
    }
}

fn is_owner_grant(grant: &Signed<Grant>) -> bool {
    grant.body().given == GrantGiven::Role(Role::Owner)
}
