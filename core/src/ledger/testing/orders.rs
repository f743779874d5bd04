//! Payments and refunds, decided as protocol §5.1 says, as far as it matters for a ledger.

use super::{Decided, Index, Issuer, Record};
use crate::artefact::{Capabilities, Order, Receipt, Seen, Signed};
use crate::clock::UnixSeconds;
use crate::keys::{Digest, OrderId};
use crate::ledger::authority::{Account, Tense, owner_limit};
use crate::ledger::{Authority, FoundingKeys, KnownGrant, Right};
use crate::money::Amount;

/// Who signs an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The payer's founding key in force.
    Founding,
    /// A founding key of the payer that was replaced.
    Replaced,
    /// The key of this number that the payer may have granted something.
    Till(u32),
}

/// Why an order was not executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Its signer may not pay.
    NotAllowed,
    /// Payer and payee are one.
    SameAccount,
    /// It is no refund of what was paid.
    RefundMismatch,
    /// More than was paid.
    RefundExceeds,
    /// More than the payer has.
    InsufficientFunds,
    /// Its expiry has passed.
    Expired,
    /// It is decided neither way: it may have been executed in what a restore lost.
    Undecidable,
}

impl Issuer {
    /// Pays with the payer's founding key.
    pub fn pay(&mut self, payer: Index, payee: Index, amount: i64) -> Result<Digest, Refused> {
        let order = self.sign_order(payer, payee, amount, Signer::Founding, None);
        self.submit(&order)
    }

    /// Signs an order that expires in two minutes.
    pub fn sign_order(
        &mut self,
        payer: Index,
        payee: Index,
        amount: i64,
        signer: Signer,
        repays: Option<Digest>,
    ) -> Signed<Order> {
        let statement = &self.statements.last().unwrap().statement;
        let seen = Seen {
            head: Digest::of(&[b"head"]),
            statement_number: statement.body().number,
            statement: statement.hash(),
        };
        let order = Order {
            issuer: self.id,
            payer: self.accounts[payer].id,
            payee: self.accounts[payee].id,
            amount: Amount::new(amount),
            order_id: OrderId::new(self.fresh()),
            not_after: self.time + 120,
            request: None,
            repays,
            memo: None,
            seen,
            tip: None,
        };
        let number = self.number(payer);
        let key = match signer {
            Signer::Founding => self.account_key(payer, number),
            Signer::Replaced => self.account_key(payer, number.saturating_sub(1)),
            Signer::Till(number) => self.till_key(payer, number),
        };
        Signed::sign(&order, &key).unwrap()
    }

    /// Decides an order: two receipts, or a refusal. Gives the order's hash.
    pub fn submit(&mut self, order: &Signed<Order>) -> Result<Digest, Refused> {
        match self.decided.get(&order.hash()) {
            Some(Decided::Executed(..)) => return Ok(order.hash()),
            Some(Decided::Refused(_)) => return Err(Refused::NotAllowed),
            None => {}
        }
        let in_time = if self.time > order.body().not_after { Err(Refused::Expired) } else { Ok(()) };
        let decided = in_time.and_then(|()| self.may_execute(order));
        match decided {
            Ok(right) => {
                self.execute(order, right);
                Ok(order.hash())
            }
            Err(_) if self.lost_until.is_some_and(|until| order.body().not_after <= until) => {
                Err(Refused::Undecidable)
            }
            Err(refused) => {
                let refusal = self.refusal(order.hash(), "refused");
                self.world.refusals.push((refusal.clone(), order.clone()));
                self.decided.insert(order.hash(), Decided::Refused(Box::new(refusal)));
                Err(refused)
            }
        }
    }

    /// Executes again what an older epoch had promised, whatever its expiry says.
    pub fn replay(&mut self, receipt: &Signed<Receipt>, order: &Signed<Order>) -> Result<Digest, Refused> {
        assert_eq!(receipt.body().order, order.hash());
        if let Some(Decided::Executed(..)) = self.decided.get(&order.hash()) {
            return Ok(order.hash());
        }
        // It was checked when it was executed first; only funds can be missing.
        let payer = self.index_of(&order.body().payer).unwrap();
        let right = self.right(payer, order, receipt.body().time, Tense::Then)?;
        self.check_funds(payer, order)?;
        self.execute(order, right);
        Ok(order.hash())
    }

    /// The index of an account.
    pub fn index_of(&self, id: &crate::keys::AccountId) -> Option<Index> {
        self.accounts.iter().position(|holding| holding.id == *id)
    }

    fn may_execute(&self, order: &Signed<Order>) -> Result<Right, Refused> {
        let body = order.body();
        let payer = self.index_of(&body.payer).unwrap();
        let right = self.right(payer, order, self.time, Tense::Now)?;
        if body.payer == body.payee {
            return Err(Refused::SameAccount);
        }
        if let Some(repaid) = &body.repays {
            self.check_refund(order, repaid)?;
        }
        self.check_funds(payer, order)?;
        Ok(right)
    }

    fn right(
        &self,
        payer: Index,
        order: &Signed<Order>,
        time: UnixSeconds,
        tense: Tense,
    ) -> Result<Right, Refused> {
        let payer = &self.accounts[payer];
        let keys = FoundingKeys::of_account(payer.id, Some(&payer.opening), &payer.rekeys).unwrap();
        let account = Account { issuer: self.id, keys: &keys, grants: &payer.grants };
        account.order(order, time, tense).map_err(|_| Refused::NotAllowed)
    }

    fn check_funds(&self, payer: Index, order: &Signed<Order>) -> Result<(), Refused> {
        let payer = &self.accounts[payer];
        let issuer = self.founding_keys();
        let limit = |known: &KnownGrant| {
            owner_limit(&issuer, &payer.id, known, self.time, Tense::Now).map_or(0, Amount::minor)
        };
        let floor = -payer.grants.iter().map(limit).max().unwrap_or(0);
        if payer.state().balance.minor() - order.body().amount.minor() < floor {
            return Err(Refused::InsufficientFunds);
        }
        Ok(())
    }

    fn check_refund(&self, order: &Signed<Order>, repaid: &Digest) -> Result<(), Refused> {
        let Some(Decided::Executed(executed)) = self.decided.get(repaid) else {
            return Err(Refused::RefundMismatch);
        };
        let (original, body) = (executed.0.body(), order.body());
        if (original.payer, original.payee) != (body.payee, body.payer) {
            return Err(Refused::RefundMismatch);
        }
        let refunds = self.decided.values().filter_map(|decided| match decided {
            Decided::Executed(executed) if executed.0.body().repays == Some(*repaid) => {
                Some(executed.0.body().amount.minor())
            }
            _ => None,
        });
        let total: i64 = refunds.sum();
        if total + body.amount.minor() > original.amount.minor() {
            return Err(Refused::RefundExceeds);
        }
        Ok(())
    }

    fn execute(&mut self, order: &Signed<Order>, right: Right) {
        let body = order.body();
        let payer = self.index_of(&body.payer).unwrap();
        let payee = self.index_of(&body.payee).unwrap();
        let amount = body.amount.minor();
        let debit = self.append(payer, Amount::new(-amount), order, Some(right));
        let credit = self.append(payee, Amount::new(amount), order, None);
        self.decided.insert(order.hash(), Decided::Executed(Box::new((order.clone(), debit, credit))));
    }

    fn append(
        &mut self,
        account: Index,
        amount: Amount,
        order: &Signed<Order>,
        right: Option<Right>,
    ) -> Signed<Receipt> {
        let body = order.body();
        let holding = &self.accounts[account];
        let counterpart = if body.payer == holding.id { body.payee } else { body.payer };
        let authority = Authority::Order { counterpart, hash: order.hash() };
        let blind = self.fresh();
        let (state, _, entry) =
            self.accounts[account].state().append(amount, self.time, blind, authority).unwrap();
        let receipt = Receipt {
            issuer: self.id,
            order: order.hash(),
            account: state.account,
            sequence: state.sequence,
            chain_hash: state.hash,
            epoch: state.epoch,
            time: self.time,
        };
        let receipt = Signed::sign(&receipt, &self.signing_key()).unwrap();
        let holding = &mut self.accounts[account];
        // Keys that may receive only cannot have signed: whoever signed by a grant was granted to pay or refund.
        let grant = match right {
            Some(Right::Granted { grant, .. }) => holding
                .grants
                .iter()
                .find(|known| known.grant.hash() == grant)
                .map(|known| known.grant.clone()),
            _ => None,
        };
        let can_pay = |capabilities: Capabilities| {
            capabilities.allows(Capabilities::PAY) || capabilities.allows(Capabilities::REFUND)
        };
        assert!(grant.as_ref().is_none_or(|grant| grant.body().key().is_some_and(|(_, set)| can_pay(set))));
        let chain = holding.chains.last_mut().unwrap();
        chain.states.push(state);
        chain.records.push(Record {
            entry: entry.clone(),
            order: Some(order.clone()),
            receipt: Some(receipt.clone()),
            grant,
        });
        self.world.receipts.push((receipt.clone(), order.clone(), entry));
        receipt
    }
}
