//! What an accepted act changes in this wallet.

use crate::artefact::{Attestation, Cancel, Card, Grant, GrantGiven, Refusal, Signed};
use crate::error::WalletError;
use crate::event::Event;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::ledger::Standing;
use crate::operation::context::{Context, Write};
use crate::operation::trust;
use crate::store::tables::Blob;
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::payee::{self, PAYEES, PayeeRecord};

/// A card of ours comes into force here.
pub(super) fn put_in_force(write: &Write<'_>, card: &Signed<Card>) -> Result<(), WalletError> {
    let known = trust::issuer(write.transaction, write.cipher, &card.body().issuer)?;
    let (old, new) = (known.card(), card.body());
    if new.rank() <= old.rank() {
        return Ok(());
    }
    let mut record = known.record.clone();
    record.earlier_cards.push(std::mem::replace(&mut record.card, card.bytes().into()));
    ISSUERS.put(write.transaction, write.cipher, record.issuer, &record)?;
    write.tell(&Event::CardChanged {
        issuer: record.issuer,
        owners_limit_raised: new.owners_limit > old.owners_limit,
        rekeyed: new.rekey_number > old.rekey_number,
        restored: new.epoch > old.epoch,
    })
}
/// A grant was accepted. If it is about the wallet's own account, that can do more now.
pub(super) fn granted(write: &Write<'_>, grant: &Signed<Grant>) -> Result<(), WalletError> {
    change_own(write, grant.body().issuer, grant.body().account, |account| {
        let blob = Blob::from(grant.bytes());
        match grant.body().given {
            GrantGiven::Role(_) => account.set_role_grant(Some(blob)),
            GrantGiven::Key(..) if account.key_grants.contains(&blob) => {}
            GrantGiven::Key(..) => account.key_grants.push(blob),
        }
    })
}

/// A name was accepted. A payee of this wallet has it from now on.
pub(super) fn attested(write: &Write<'_>, attestation: &Signed<Attestation>) -> Result<(), WalletError> {
    let id = payee::id(&attestation.body().issuer, &attestation.body().account);
    if let Some(known) = PAYEES.get(write.transaction, write.cipher, id)? {
        let named = PayeeRecord { attestation: Some(attestation.bytes().into()), ..known };
        PAYEES.put(write.transaction, write.cipher, id, &named)?;
    }
    change_own(write, attestation.body().issuer, attestation.body().account, |account| {
        account.attestation = Some(attestation.bytes().into());
    })
}

/// A cancel was accepted.
pub(super) fn cancelled(write: &Write<'_>, cancel: &Signed<Cancel>) -> Result<(), WalletError> {
    let is_target = |blob: &Blob| Digest::of(&[&blob.0]) == cancel.body().target;
    change_own(write, cancel.body().issuer, cancel.body().account, |account| {
        if account.role_grant.as_ref().is_some_and(is_target) {
            account.set_role_grant(None);
        }
        account.key_grants.retain(|grant| !is_target(grant));
    })
}

fn change_own(
    write: &Write<'_>,
    issuer: IssuerId,
    account: AccountId,
    change: impl FnOnce(&mut AccountRecord),
) -> Result<(), WalletError> {
    let mut own = trust::account(write.transaction, write.cipher, &issuer)?;
    if own.account != account {
        return Ok(());
    }
    let before = own.clone();
    change(&mut own);
    if own == before {
        return Ok(());
    }
    ACCOUNTS.put(write.transaction, write.cipher, issuer, &own)?;
    // What can be spent depends on the role.
    if own.role_grant == before.role_grant { Ok(()) } else { write.tell(&Event::BalanceChanged { issuer }) }
}

/// Whether the issuer's host has signed that a grant is void.
pub(super) async fn check_cancelled(
    context: &Context,
    cancel: &Signed<Cancel>,
    refusal: &Signed<Refusal>,
) -> Result<(), WalletError> {
    let issuer = cancel.body().issuer;
    let known = context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
    let wrong = |rule, reason| Err(WalletError::untrusted("refusal", rule, reason));
    if refusal.body().subject != cancel.body().target || refusal.body().code != "cancelled" {
        wrong("wrong_answer", "is not about what was cancelled")
    } else if known.signing.standing_of(refusal) != Standing::Good {
        wrong("wrong_signer", "is not signed by a key that the issuer's card names")
    } else {
        Ok(())
    }
}
