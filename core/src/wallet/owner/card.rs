//! Changing what the card says: words and limits, the signing key, the epoch.

use unicode_normalization::UnicodeNormalization as _;

use super::super::Wallet;
use super::acts::{self, deliver};
use super::{Owner, check, signing_time};
use crate::artefact::{ArtefactError, Card, Endpoint, NamesSigner, Signed, StatementRef};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::issuer::answer::NextSigningKey;
use crate::keys::{Digest, IssuerId, SigningKey};
use crate::money::{Amount, Currency};
use crate::operation::card::refresh;
use crate::operation::context::{Context, Write};
use crate::operation::trust::{self, KnownIssuer};
use crate::store::tables::act::{self, Act, ActKind, ActState};
use crate::store::tables::issuer::ISSUERS;

/// The longest that a signing key may be valid (protocol §3.1).
const SIGNING_KEY_SECONDS: i64 = 400 * 86_400;
/// A key is valid from a little before its card is signed: its host's clock may be behind ours.
pub(super) const CLOCK_MARGIN_SECONDS: i64 = 86_400;
/// What a host says to a card that is not, or no longer, the one to come into force.
pub(super) const STALE: &str = "stale_card";
/// A card that begins an epoch counts so long after it was signed (protocol §4.3).
const EPOCH_CARD_SECONDS: i64 = 600;
/// A statement may be made between asking for the key and publishing its card.
const ROTATION_TRIES: u32 = 3;

/// What a new card says differently. Whatever is missing stays as it is. Code, name and decimals of a currency never
/// change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CardChanges {
    /// The issuer's name, 1 to 64 characters.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub name: Option<String>,
    /// The currency's symbol, up to 8 characters.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub symbol: Option<String>,
    /// What the issuer promises to whoever brings its money back, up to 500 characters.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub promise: Option<String>,
    /// The most that all owners together may owe, in smallest units. Holders are told when it rises.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub owners_limit: Option<Amount>,
    /// SHA-256 of the logo.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub logo: Option<Digest>,
    /// Says nothing of a logo any more.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub remove_logo: bool,
    /// Where the issuer is reached, first preferred.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub endpoints: Option<Vec<Endpoint>>,
}

/// A card that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CardUpdate {
    /// What it says.
    pub card: Card,
    /// Whether the issuer's host has it: if not, it is sent again at every start.
    pub state: ActState,
}

impl Wallet {
    /// Signs a new card with these changes and publishes it. Without a network it waits, and is published later.
    ///
    /// Fails with `Refused` if the host does not take it, for instance because the owners owe more already than a lower
    /// limit would allow (`limit_exceeded`).
    pub async fn update_card(
        &self,
        issuer: IssuerId,
        changes: CardChanges,
    ) -> Result<CardUpdate, WalletError> {
        sign_and_publish(&self.context, issuer, move |card, _| apply(card, changes)).await
    }

    /// Replaces the key with which the host signs. Do this at least once a year, and whenever the host may have lost
    /// its key: what the old key signs later counts only if the ledger of the new one contains it.
    ///
    /// The last statement of the old key is checked first, for the new card stands for it. Needs the network.
    pub async fn rotate_signing_key(&self, issuer: IssuerId) -> Result<CardUpdate, WalletError> {
        acts::flush(&self.context, issuer).await?;
        let mut tries = 1;
        loop {
            match Box::pin(rotate(self, issuer)).await {
                Err(WalletError::Refused { code }) if code == STALE && tries < ROTATION_TRIES => {
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    /// Declares that the host's ledger was restored from a copy: a new epoch begins, and all chains with it. What the
    /// copy lacks is handed back by the wallets; shortages fall on the owner. Only for a ledger that did lose something.
    ///
    /// `ending_epoch` is the epoch that ends, as in the card in force, so that a second call does not end another one.
    /// Without a network the declaration waits. It counts for ten minutes: later it is signed anew when it is sent, as
    /// long as that epoch still is the one in force.
    pub async fn declare_restore(
        &self,
        issuer: IssuerId,
        ending_epoch: u32,
    ) -> Result<CardUpdate, WalletError> {
        if let Some(declared) = Box::pin(declared(&self.context, issuer, ending_epoch)).await? {
            return Ok(declared);
        }
        Box::pin(sign_and_publish(&self.context, issuer, move |card, _| {
            if card.epoch != ending_epoch {
                return Err(WalletError::Conflict { what: "epoch".into() });
            }
            card.epoch = ending_epoch
                .checked_add(1)
                .ok_or_else(|| WalletError::invalid("epoch", "last_epoch", "there is none after it"))?;
            Ok(())
        }))
        .await
    }
}

/// Signs a waiting card that begins an epoch anew if it is refused because it waited too long. Not if another epoch has
/// begun meanwhile. Says whether it was; then what was signed waits in its place.
pub(super) async fn sign_again(context: &Context, act: &Act) -> Result<bool, WalletError> {
    if act.record.kind != ActKind::Card {
        return Ok(false);
    }
    let issuer = act.record.issuer;
    let card: Signed<Card> = trust::stored(&act.record.artefact, "act.value")?;
    let epoch = card.body().epoch;
    let issuer_now = context.backend.issuer_now(&issuer);
    if issuer_now.saturating_sub(card.body().signed_at) <= EPOCH_CARD_SECONDS {
        return Ok(false);
    }
    // What is in force now, perhaps by another phone of the owner's, is not to be ended a second time.
    refresh(context, issuer, true).await?;
    let keys = context.keys()?;
    let act = act.clone();
    context
        .write(move |write| {
            let owner = Owner::of(write.transaction, write.cipher, &keys, &issuer)?;
            if epoch <= owner.issuer.card().epoch {
                return Ok(false);
            }
            next_card(write, &owner.issuer, &owner.key, issuer_now, |_, _| Ok(()))?;
            act::finish(write.transaction, write.cipher, &act, ActState::Refused, None, Some(STALE))?;
            Ok(true)
        })
        .await
}

/// The card that ended this epoch, if it was signed before.
async fn declared(
    context: &Context,
    issuer: IssuerId,
    ending_epoch: u32,
) -> Result<Option<CardUpdate>, WalletError> {
    let begun = |card: &Card| card.epoch.checked_sub(1) == Some(ending_epoch);
    let owner = Owner::load(context, issuer).await?;
    if begun(owner.issuer.card()) {
        return Ok(Some(CardUpdate { card: owner.issuer.card().clone(), state: ActState::Accepted }));
    }
    let acts = context
        .read(move |connection, cipher| Ok(act::of_issuer(connection, cipher, &ISSUERS.key(cipher, issuer))?))
        .await?;
    for act in acts {
        if act.record.kind == ActKind::Card && act.state == ActState::Waiting {
            let card: Signed<Card> = trust::stored(&act.record.artefact, "act.value")?;
            if begun(card.body()) {
                match deliver(context, issuer, card.hash()).await {
                    Ok(act) => return Ok(Some(CardUpdate { card: card.body().clone(), state: act.state })),
                    // It waited too long, and another was signed in its place: that is in force, or waits.
                    Err(WalletError::Refused { code }) if code == STALE => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    let newest = Owner::load(context, issuer).await?;
    let in_force = newest.issuer.card();
    let card = begun(in_force).then(|| in_force.clone());
    Ok(card.map(|card| CardUpdate { card, state: ActState::Accepted }))
}

/// Signs the card after the newest, with what `change` makes of it, and sends it. The second argument of `change` is the
/// time of signing.
async fn sign_and_publish(
    context: &Context,
    issuer: IssuerId,
    change: impl FnOnce(&mut Card, UnixSeconds) -> Result<(), WalletError> + Send + 'static,
) -> Result<CardUpdate, WalletError> {
    let keys = context.keys()?;
    let issuer_now = context.backend.issuer_now(&issuer);
    let signed = context
        .write(move |write| {
            let owner = Owner::of(write.transaction, write.cipher, &keys, &issuer)?;
            next_card(write, &owner.issuer, &owner.key, issuer_now, change)
        })
        .await?;
    let act = deliver(context, issuer, signed.hash()).await?;
    Ok(CardUpdate { card: signed.body().clone(), state: act.state })
}

/// Signs and stores the card that follows the newest one, sent or not.
pub(crate) fn next_card(
    write: &Write<'_>,
    issuer: &KnownIssuer,
    key: &SigningKey,
    issuer_now: UnixSeconds,
    change: impl FnOnce(&mut Card, UnixSeconds) -> Result<(), WalletError>,
) -> Result<Signed<Card>, WalletError> {
    let id = issuer.record.issuer;
    let acts = act::of_issuer(write.transaction, write.cipher, &ISSUERS.key(write.cipher, id))?;
    let now = signing_time(&acts, issuer_now);
    let mut card = follow(issuer, &acts)?;
    card.signed_at = now;
    change(&mut card, now)?;
    let signed = sign(&card, key)?;
    acts::insert(write, id, ActKind::Card, &signed, now)?;
    Ok(signed)
}

/// What the next card says unless it is changed: the newest that the host has, or will have. Its rank is above that of
/// every card that was ever signed, also of those that the host refused: two cards of one rank are a contradiction.
fn follow(issuer: &KnownIssuer, acts: &[Act]) -> Result<Card, WalletError> {
    let mut newest = issuer.card().clone();
    let founding = issuer.founding.current();
    let mut serial = if newest.rekey_number == founding.number { newest.serial } else { 0 };
    for act in acts.iter().filter(|act| act.record.kind == ActKind::Card) {
        let card: Signed<Card> = trust::stored(&act.record.artefact, "act.value")?;
        let body = card.body();
        if body.rekey_number == founding.number {
            serial = serial.max(body.serial);
        }
        if act.state == ActState::Waiting && body.rank() > newest.rank() {
            newest = body.clone();
        }
    }
    Ok(Card {
        serial: serial
            .checked_add(1)
            .ok_or_else(|| WalletError::invalid("card", "last_serial", "no card can follow"))?,
        rekey_number: founding.number,
        commitment: founding.commitment,
        last_statement: None,
        ..newest
    })
}

fn apply(card: &mut Card, changes: CardChanges) -> Result<(), WalletError> {
    if let Some(name) = changes.name {
        card.name = composed(&name);
    }
    if let Some(symbol) = changes.symbol {
        let old = &card.currency;
        card.currency = Currency::new(old.code(), old.name(), composed(&symbol), old.decimals())?;
    }
    if let Some(promise) = changes.promise {
        card.promise = composed(&promise);
    }
    if let Some(owners_limit) = changes.owners_limit {
        card.owners_limit = owners_limit;
    }
    if let Some(endpoints) = changes.endpoints {
        card.endpoints = endpoints;
    }
    if changes.remove_logo {
        card.logo = None;
    }
    card.logo = changes.logo.or(card.logo);
    Ok(())
}

/// Text in the one form that the protocol has (§1.1).
pub(super) fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// Signs a card, or says which of its fields breaks a rule.
pub(super) fn sign<T: NamesSigner>(body: &T, key: &SigningKey) -> Result<Signed<T>, WalletError> {
    Signed::sign(body, key).map_err(|error| match error {
        ArtefactError::Field { field, reason } => WalletError::invalid(field, "bad_field", reason),
        error => WalletError::Internal { reason: error.to_string() },
    })
}

async fn rotate(wallet: &Wallet, issuer: IssuerId) -> Result<CardUpdate, WalletError> {
    let context = &wallet.context;
    let owner = Owner::load(context, issuer).await?;
    let next = context
        .backend
        .next_signing_key(&issuer, &owner.key)
        .await
        .map_err(|error| trust::network(&error))?;
    let last_statement = check_next(wallet, &owner, &next).await?;
    sign_and_publish(context, issuer, move |card, now| {
        card.signing_key = next.signing_key;
        (card.signing_key_from, card.signing_key_until) = validity(now);
        card.last_statement = Some(last_statement);
        Ok(())
    })
    .await
}

/// From when until when the signing key of a card signed now is valid.
pub(super) fn validity(now: UnixSeconds) -> (UnixSeconds, UnixSeconds) {
    let from = now.saturating_sub(CLOCK_MARGIN_SECONDS).max(0);
    (from, from.saturating_add(SIGNING_KEY_SECONDS))
}

/// Whether the owner can stand for the statement that the next card must name.
async fn check_next(
    wallet: &Wallet,
    owner: &Owner,
    next: &NextSigningKey,
) -> Result<StatementRef, WalletError> {
    next.signing_key.check().map_err(|error| WalletError::untrusted("signing key", error.code(), error))?;
    if next.signing_key == owner.issuer.card().signing_key {
        return Err(WalletError::untrusted("signing key", "same_key", "is the one that is to be replaced"));
    }
    let check = check::of_statement(wallet, owner, &next.statement).await?;
    match check.faults.first() {
        None => Ok(StatementRef { number: check.number, hash: check.statement }),
        Some(fault) => Err(WalletError::untrusted("statement", fault.code(), fault)),
    }
}
