//! The stored chain of an account, as the ledger's rules follow it.

use rusqlite::Connection;

use super::apply::{VerifiedEntry, chain_record, chain_state};
use super::trust::{self, KnownIssuer};
use crate::artefact::{Opening, Receipt, Refusal, Signed};
use crate::error::WalletError;
use crate::issuer::answer::EntryBundle;
use crate::keys::Digest;
use crate::ledger::follow::{Base, Known, Movement, Past, PastState, ShownKey, Source, Vouched};
use crate::ledger::{FoundingKeys, KnownGrant};
use crate::store::tables::account::{AccountRecord, ShownKeyRecord, VouchedRecord};
use crate::store::tables::entry::EntryRecord;
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation::{self, OperationState};
use crate::store::tables::{RowKey, entry, payment};
use crate::store::{Cipher, StoreError};

/// All that judging an account's chain rests on, read and proven.
pub(crate) struct Ground {
    pub(crate) issuer: KnownIssuer,
    pub(crate) keys: FoundingKeys,
    opening: Signed<Opening>,
    grants: Vec<KnownGrant>,
    cancels: Vec<Signed<Refusal>>,
}

impl Ground {
    pub(crate) fn of(
        connection: &Connection,
        cipher: &Cipher,
        account: &AccountRecord,
    ) -> Result<Self, WalletError> {
        let mut grants = trust::grants(&account.key_grants, "account.key_grants")?;
        grants.extend(trust::grants(account.role_grant.as_slice(), "account.role_grant")?);
        grants.extend(trust::grants(&account.earlier_role_grants, "account.earlier_role_grants")?);
        let acting = account.acting.as_ref().map(|acting| &acting.grant);
        grants.extend(trust::grants(acting.cloned().as_slice(), "account.acting")?);
        let issuer = trust::issuer(connection, cipher, &account.issuer)?;
        let cancels = trust::cancels(connection, cipher, &issuer)?;
        // The issuer may show again what it has signed to be void.
        let grants = grants.into_iter().map(|known| KnownGrant::of(known.grant, &cancels)).collect();
        Ok(Self {
            issuer,
            keys: trust::account_keys(account)?,
            opening: trust::opening(account)?,
            grants,
            cancels,
        })
    }

    /// As the ledger's rules take it.
    pub(crate) fn known(&self) -> Known<'_> {
        Known {
            issuer: &self.issuer.founding,
            signing: &self.issuer.signing,
            account: &self.keys,
            opening: Some(&self.opening),
            grants: &self.grants,
            cancels: &self.cancels,
            statements: &self.issuer.statements,
        }
    }
}

/// From where an account's chain is followed.
pub(crate) fn base(account: &AccountRecord) -> Result<Base, WalletError> {
    let vouched = match &account.vouched {
        VouchedRecord::Empty => Vouched::Empty,
        VouchedRecord::Head { head } => Vouched::Head(trust::stored(head, "account.vouched")?),
        VouchedRecord::Entry { previous, entry, receipt } => Vouched::Entry {
            previous: *previous,
            entry: entry.0.clone(),
            receipt: receipt.as_ref().map(|receipt| trust::stored(receipt, "account.vouched")).transpose()?,
        },
    };
    let newest_key = account.newest_key.as_ref().map(|shown| {
        Ok::<_, WalletError>(ShownKey {
            number: shown.number,
            receipt: trust::stored(&shown.receipt, "account.newest_key")?,
            order: trust::stored(&shown.order, "account.newest_key")?,
        })
    });
    Ok(Base { state: chain_state(account), vouched, newest_key: newest_key.transpose()? })
}

/// Notes where an account's chain is followed from next.
pub(crate) fn set_base(account: &mut AccountRecord, base: &Base) {
    account.chain = chain_record(&base.state);
    account.vouched = match &base.vouched {
        Vouched::Empty => VouchedRecord::Empty,
        Vouched::Head(head) => VouchedRecord::Head { head: head.bytes().into() },
        Vouched::Entry { previous, entry, receipt } => VouchedRecord::Entry {
            previous: *previous,
            entry: entry.as_slice().into(),
            receipt: receipt.as_ref().map(|receipt| receipt.bytes().into()),
        },
    };
    account.newest_key = base.newest_key.as_ref().map(|shown| ShownKeyRecord {
        number: shown.number,
        receipt: shown.receipt.bytes().into(),
        order: shown.order.bytes().into(),
    });
}

/// A movement with what came beside it, to be let into the wallet.
pub(crate) fn verified(movement: Movement, bundle: EntryBundle) -> VerifiedEntry {
    let order = match movement.source {
        Source::Order(executed) => Some(executed.order),
        Source::Carried => None,
    };
    // Beside what was carried over stands nothing that was looked at, and so nothing that is kept.
    let kept = |bytes: Option<Vec<u8>>| bytes.filter(|_| order.is_some()).unwrap_or_default();
    let record = EntryRecord {
        entry: bundle.entry,
        chain_hash: movement.state.hash,
        order: kept(bundle.order),
        receipt: kept(bundle.receipt),
        request: kept(bundle.request),
        memo: kept(bundle.memo),
    };
    VerifiedEntry {
        after: movement.state,
        entry: movement.entry,
        record,
        order,
        memo: None,
        counterpart_name: None,
    }
}

/// What the wallet kept of what the issuer signed. A store that fails is remembered, and must be asked for before
/// anything is made of the result: a failure to look is no absence.
pub(crate) struct StoredPast<'a> {
    connection: &'a Connection,
    cipher: &'a Cipher,
    issuer: RowKey,
    /// Receipts of payments that are settled, and not in the chain yet.
    ahead: Vec<Signed<Receipt>>,
    fault: std::cell::RefCell<Option<StoreError>>,
}

impl<'a> StoredPast<'a> {
    pub(crate) fn of(
        connection: &'a Connection,
        cipher: &'a Cipher,
        account: &AccountRecord,
    ) -> Result<Self, WalletError> {
        let issuer = ISSUERS.key(cipher, account.issuer);
        let mut ahead = Vec::new();
        for held in operation::holding(connection, cipher, &issuer)? {
            if let (OperationState::Settled, Some(answer)) = (held.state, &held.record.answer) {
                ahead.push(trust::stored(answer, "operation.value")?);
            }
        }
        Ok(Self { connection, cipher, issuer, ahead, fault: std::cell::RefCell::new(None) })
    }

    /// The failure to look, if there was one.
    pub(crate) fn check(&self) -> Result<(), WalletError> {
        self.fault.borrow_mut().take().map_or(Ok(()), |fault| Err(fault.into()))
    }

    fn look<T>(&self, found: Result<Option<T>, StoreError>) -> Option<T> {
        found.unwrap_or_else(|fault| {
            *self.fault.borrow_mut() = Some(fault);
            None
        })
    }

    fn stored_receipt(&self, epoch: u32, sequence: i64) -> Option<Signed<Receipt>> {
        let record = self.look(entry::get(self.connection, self.cipher, &self.issuer, epoch, sequence))?;
        if record.receipt.is_empty() {
            return None;
        }
        let receipt =
            Signed::parse_proven(&record.receipt).map_err(|_| StoreError::unreadable("entry.value"));
        self.look(receipt.map(Some))
    }
}

impl Past for StoredPast<'_> {
    fn at(&self, epoch: u32, sequence: i64) -> Option<PastState> {
        let ahead = self
            .ahead
            .iter()
            .find(|receipt| (receipt.body().epoch, receipt.body().sequence) == (epoch, sequence))
            .cloned();
        let receipt = ahead.or_else(|| self.stored_receipt(epoch, sequence))?;
        Some(PastState { hash: receipt.body().chain_hash, balance: None, artefact: receipt.bytes().to_vec() })
    }

    fn receipt_of(&self, epoch: u32, order: &Digest) -> Option<Signed<Receipt>> {
        let shown = self.look(payment::get(self.connection, self.cipher, order))?;
        match (shown.epoch, shown.sequence) {
            (Some(known), Some(sequence)) if known == epoch => self.stored_receipt(epoch, sequence),
            _ => self.ahead.iter().find(|receipt| receipt.body().order == *order).cloned(),
        }
    }
}
