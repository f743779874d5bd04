//! How entries make a chain (protocol §4.2).

use super::{Authority, Entry, LedgerError};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::money::Amount;

/// The state of one account's chain after some entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainState {
    /// The issuer.
    pub issuer: IssuerId,
    /// The account.
    pub account: AccountId,
    /// The ledger's epoch.
    pub epoch: u32,
    /// How many entries the chain has.
    pub sequence: i64,
    /// Hash of the chain.
    pub hash: Digest,
    /// The balance after the last entry.
    pub balance: Amount,
    /// When the last entry was made; 0 before the first.
    pub time: UnixSeconds,
}

impl ChainState {
    /// The empty chain.
    pub fn genesis(issuer: IssuerId, account: AccountId, epoch: u32) -> Self {
        Self {
            issuer,
            account,
            epoch,
            sequence: 0,
            hash: genesis_hash(&issuer, &account, epoch),
            balance: Amount::ZERO,
            time: 0,
        }
    }

    /// Reads the next entry and gives the state after it. Who allowed the entry is not checked here.
    pub fn advance(&self, entry: &[u8]) -> Result<(Self, Entry), LedgerError> {
        let read = Entry::read(entry)?;
        let expected = self.sequence.checked_add(1).ok_or(LedgerError::Full)?;
        if read.sequence != expected {
            return Err(LedgerError::Sequence { expected, found: read.sequence });
        }
        let balance = self.balance_after(read.amount)?;
        if read.balance != balance {
            return Err(LedgerError::Balance { expected: balance, found: read.balance });
        }
        self.check_next(read.time, &read.authority)?;
        Ok((self.after(&read, entry), read))
    }

    /// Makes the next entry: state after it, the entry, and its bytes. For whoever keeps the ledger.
    pub fn append(
        &self,
        amount: Amount,
        time: UnixSeconds,
        blind: [u8; 16],
        authority: Authority,
    ) -> Result<(Self, Entry, Vec<u8>), LedgerError> {
        let sequence = self.sequence.checked_add(1).ok_or(LedgerError::Full)?;
        let balance = self.balance_after(amount)?;
        let entry = Entry { sequence, amount, balance, blind, time, authority };
        let bytes = entry.encode();
        let (state, entry) = self.advance(&bytes)?;
        Ok((state, entry, bytes))
    }

    fn balance_after(&self, amount: Amount) -> Result<Amount, LedgerError> {
        self.balance.checked_add(amount).map_err(|_| LedgerError::Overflow)
    }

    fn check_next(&self, time: UnixSeconds, authority: &Authority) -> Result<(), LedgerError> {
        if time < self.time {
            return Err(LedgerError::TimeWentBack { previous: self.time, found: time });
        }
        match authority {
            Authority::Carried { epoch, .. } if self.sequence != 0 || *epoch >= self.epoch => {
                Err(LedgerError::CarriedMisplaced)
            }
            _ => Ok(()),
        }
    }

    fn after(&self, entry: &Entry, bytes: &[u8]) -> Self {
        Self {
            sequence: entry.sequence,
            hash: next_hash(&self.hash, bytes),
            balance: entry.balance,
            time: entry.time,
            ..*self
        }
    }
}

/// `hash_0`: the hash of the empty chain.
pub fn genesis_hash(issuer: &IssuerId, account: &AccountId, epoch: u32) -> Digest {
    Digest::of(&[b"tallystick-chain-1", issuer.as_ref(), account.as_ref(), &epoch.to_be_bytes()])
}

/// `hash_n` from `hash_{n-1}` and the bytes of entry n.
pub fn next_hash(previous: &Digest, entry: &[u8]) -> Digest {
    Digest::of(&[previous.as_ref(), entry])
}
