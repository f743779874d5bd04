//! From a draft to an issuer: keys, a host, the first card, the owner's account and its role.
//!
//! ```text
//! draft ──keys chosen, stored──> Begun ──host gave signing key; card 1 signed, stored──> Signed
//!                                  │                                                       │
//!                                  └──host declined: forgotten                card published: issuer, account and
//!                                                                             owner's grant in the wallet, founding gone
//! ```
//!
//! | what happens | what is known after it | what follows |
//! | --- | --- | --- |
//! | crash or lost reply before the card is signed | Begun | the host is asked again with the same keys, and answers the same |
//! | crash or lost reply after it | Signed | the same card is published again |
//! | crash after it is published | the issuer is in the wallet; opening and grant wait | they are sent as every act is |
//! | the same draft again | the founding under way, or the issuer that came of it | it goes on, or is found |

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::super::currency;
use super::super::{Wallet, wallet_list};
use super::card::sign;
use super::draft::FoundingDraft;
use super::{OwnedIssuer, acts, grants};
use crate::artefact::{Card, Endpoint, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::answer::{self, CardBundle};
use crate::issuer::{HostToken, IssuerError};
use crate::keys::{Digest, Founding, IssuerId, SigningKey};
use crate::operation::context::{Context, Write};
use crate::operation::keyslot::WalletKeys;
use crate::operation::trust;
use crate::store::tables::account::ACCOUNTS;
use crate::store::tables::issuer::{ISSUERS, IssuerRecord, OwnedIssuer as OwnedKey};
use crate::store::tables::{Blob, Keyed};

/// Foundings that are under way.
const FOUNDINGS: Keyed<Vec<FoundingRecord>> = Keyed::new("setting");
const FOUNDINGS_ROW: &str = "foundings";
/// Which founding key of an issuer comes next.
const COUNTERS: Keyed<u32> = Keyed::new("setting");
const NEXT_INDEX: &str = "issuer/next";

/// A founding that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct UnfinishedFounding {
    /// The issuer that it will be.
    pub issuer: IssuerId,
    /// What it is to be.
    pub draft: FoundingDraft,
    /// Whether its first card is signed.
    pub card_signed: bool,
}

impl Wallet {
    /// Founds an issuer on a host, opens the owner's account there and lets it go below zero: new money is an ordinary
    /// payment from that account. The founding key stays in this wallet; the host only gets a signing key of its own.
    ///
    /// `host_token` is what the host asks for, if it does. Survives anything: it goes on at every start, or when it is
    /// called again with the same draft, which never founds a second one. `Network` if it goes on later, `Refused` if the host declines; then nothing is
    /// left of it.
    pub async fn found_issuer(
        &self,
        draft: FoundingDraft,
        host_token: Option<String>,
    ) -> Result<OwnedIssuer, WalletError> {
        let token = host_token.map(Zeroizing::new);
        let issuer = begin(&self.context, draft, token).await?;
        Box::pin(go_on(&self.context, issuer)).await?;
        // The issuer is founded; whatever cannot be done now is done at the next start.
        for done in [acts::flush(&self.context, issuer).await, self.sync(issuer).await] {
            if let Err(error) = done {
                tracing::info!(code = error.code(), "a new issuer is not complete yet");
            }
        }
        wallet_list::spread(&self.context);
        self.owned_issuer(issuer).await
    }

    /// Foundings that are under way.
    pub async fn unfinished_foundings(&self) -> Result<Vec<UnfinishedFounding>, WalletError> {
        let all = self.context.read(load).await?;
        Ok(all
            .iter()
            .filter(|record| !record.founded)
            .map(|record| UnfinishedFounding {
                issuer: record.issuer,
                draft: record.draft.clone(),
                card_signed: record.card.is_some(),
            })
            .collect())
    }

    /// Gives up a founding that is under way. What the host may have made of it already stays without money and owner.
    pub async fn abandon_founding(&self, issuer: IssuerId) -> Result<(), WalletError> {
        let _alone = self.context.syncing.lock(issuer).await;
        self.context
            .write(move |write| {
                let all = load(write.transaction, write.cipher)?;
                if all.iter().any(|record| record.issuer == issuer && record.founded) {
                    return Err(WalletError::Conflict { what: "issuer".into() });
                }
                remove(write, &issuer)
            })
            .await
    }
}

/// A founding, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
struct FoundingRecord {
    draft: FoundingDraft,
    /// Kept until the host has answered.
    token: Option<String>,
    issuer: IssuerId,
    key: OwnedKey,
    commitment: Digest,
    /// The first card, once it is signed.
    card: Option<Blob>,
    /// It is done; kept so that the same draft finds the same issuer.
    founded: bool,
}

impl Drop for FoundingRecord {
    fn drop(&mut self) {
        self.token.zeroize();
    }
}

/// Chooses keys for a draft, or finds those chosen before. Gives the issuer's id, which follows from them.
async fn begin(
    context: &Context,
    draft: FoundingDraft,
    token: Option<Zeroizing<String>>,
) -> Result<IssuerId, WalletError> {
    let draft = draft.checked(context.now())?;
    let keys = context.keys()?;
    context
        .write(move |write| {
            let mut all = load(write.transaction, write.cipher)?;
            let token = token.as_ref().map(|token| token.as_str().to_owned());
            if let Some(known) = all.iter_mut().find(|known| known.draft == draft) {
                if !known.founded && known.card.is_none() && token.is_some() {
                    known.token.zeroize();
                    known.token = token;
                }
                let issuer = known.issuer;
                store(write, &all)?;
                return Ok(issuer);
            }
            let index = COUNTERS.get(write.transaction, write.cipher, NEXT_INDEX)?.unwrap_or(0);
            note_taken(write, index)?;
            let commitment = currency::next_commitment(write, keys.recovery())?;
            let seed = keys.newest()?;
            let founding = seed.founding_key(Founding::Issuer { k: index }).public_key();
            let issuer = IssuerId::derive(&founding, &commitment);
            let key = OwnedKey { index, generation: seed.generation() };
            let (card, founded) = (None, false);
            all.push(FoundingRecord { draft, token, issuer, key, commitment, card, founded });
            store(write, &all)?;
            Ok(issuer)
        })
        .await
}

/// Notes that a founding key of an issuer is taken, with all before it.
pub(crate) fn note_taken(write: &Write<'_>, index: u32) -> Result<(), WalletError> {
    let next = COUNTERS.get(write.transaction, write.cipher, NEXT_INDEX)?.unwrap_or(0);
    COUNTERS.put(write.transaction, write.cipher, NEXT_INDEX, &next.max(index.saturating_add(1)))?;
    Ok(())
}

/// Goes on with every founding that is under way, as far as it gets.
pub(crate) async fn continue_all(context: &Context) -> Result<bool, WalletError> {
    let all = context.read(load).await?;
    let mut done = true;
    for record in all.iter().filter(|record| !record.founded) {
        if let Err(error) = go_on(context, record.issuer).await {
            done = false;
            tracing::info!(code = error.code(), "the founding of an issuer waits");
        }
    }
    Ok(done)
}

/// Takes a founding to its end. Does nothing if it is there already.
async fn go_on(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    let _alone = context.syncing.lock(issuer).await;
    let all = context.read(load).await?;
    let under_way = |record: &FoundingRecord| record.issuer == issuer && !record.founded;
    let Some(record) = all.into_iter().find(under_way) else { return Ok(()) };
    let card = match &record.card {
        Some(card) => trust::stored(card, "setting.foundings")?,
        None => ask_host(context, &record).await?,
    };
    publish(context, &record, card).await
}

/// Asks the host for a signing key, and signs and stores the first card.
async fn ask_host(context: &Context, record: &FoundingRecord) -> Result<Signed<Card>, WalletError> {
    let host = Endpoint { origin: record.draft.host.clone(), tls_keys: record.draft.host_tls_keys.clone() };
    let token = record.token.clone().map(|token| HostToken(Zeroizing::new(token)));
    let key = founding_key(context, record)?;
    let asked =
        context.backend.found_issuer(&host, token.as_ref(), &key.public_key(), &record.commitment).await;
    let founding = match asked {
        Ok(founding) => founding,
        Err(error) => return Err(declined(context, record, &error).await?),
    };
    let card = first_card(record, &founding, context.backend.issuer_now(&record.issuer))?;
    let signed = sign(&card, &key)?;
    let (issuer, bytes) = (record.issuer, Blob::from(signed.bytes()));
    context
        .write(move |write| {
            let mut all = load(write.transaction, write.cipher)?;
            if let Some(known) = all.iter_mut().find(|known| known.issuer == issuer) {
                known.token.zeroize();
                known.token = None;
                known.card = Some(bytes);
            }
            store(write, &all)
        })
        .await?;
    Ok(signed)
}

fn founding_key(context: &Context, record: &FoundingRecord) -> Result<SigningKey, WalletError> {
    context.keys()?.issuer_key(record.key)
}

fn first_card(
    record: &FoundingRecord,
    founding: &answer::Founding,
    now: UnixSeconds,
) -> Result<Card, WalletError> {
    if founding.issuer != record.issuer {
        return Err(WalletError::untrusted("host", "wrong_issuer", "answers for another issuer"));
    }
    founding
        .signing_key
        .check()
        .map_err(|error| WalletError::untrusted("signing key", error.code(), error))?;
    Ok(Card {
        endpoints: vec![founding.endpoint.clone()],
        ..record.draft.card(record.issuer, record.commitment, founding.signing_key, now)
    })
}

/// Publishes the first card; then issuer, account and owner's grant enter the wallet in one transaction.
async fn publish(context: &Context, record: &FoundingRecord, card: Signed<Card>) -> Result<(), WalletError> {
    let host = host_of(&record.draft.host);
    match context.backend.put_card(&card, &[]).await {
        Ok(bundle) if bundle.card.hash() == card.hash() => {}
        Ok(_) => return Err(WalletError::untrusted("card", "wrong_card", "is not the one that was sent")),
        // Perhaps it was published before, and the reply lost.
        Err(error) if !is_published(context, &card, &host).await => {
            return Err(declined(context, record, &error).await?);
        }
        Err(_) => {}
    }
    context.backend.use_card(card.body());
    let keys = context.keys()?;
    let issuer_now = context.backend.issuer_now(&record.issuer);
    let nonce = context.entropy.bytes();
    let bundle = CardBundle { card, rekeys: Vec::new() };
    let known = IssuerRecord {
        owned: Some(record.key),
        ..currency::check_card(context.now(), record.issuer, &host, &bundle)?
    };
    let record = record.clone();
    context.write(move |write| enter(write, &keys, &record, &known, issuer_now, nonce)).await
}

async fn is_published(context: &Context, card: &Signed<Card>, host: &str) -> bool {
    let served = context.backend.card(&card.body().issuer, Some(host)).await;
    served.is_ok_and(|bundle| bundle.card.hash() == card.hash())
}

fn enter(
    write: &Write<'_>,
    keys: &WalletKeys,
    record: &FoundingRecord,
    known: &IssuerRecord,
    issuer_now: UnixSeconds,
    nonce: [u8; 8],
) -> Result<(), WalletError> {
    let issuer = record.issuer;
    let account = currency::make_account(write, keys, issuer, record.draft.account.persona(), issuer_now)?;
    ISSUERS.put(write.transaction, write.cipher, issuer, known)?;
    ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
    let limit = record.draft.own_limit();
    grants::owner_grant(write, &keys.issuer_key(record.key)?, &account, limit, issuer_now, nonce)?;
    let mut all = load(write.transaction, write.cipher)?;
    for founded in all.iter_mut().filter(|known| known.issuer == issuer) {
        founded.founded = true;
        founded.card = None;
    }
    store(write, &all)?;
    write.tell(&Event::CurrencyAdded { issuer })
}

/// What a failure means to the app. If the host says no, nothing is left of the founding.
async fn declined(
    context: &Context,
    record: &FoundingRecord,
    error: &IssuerError,
) -> Result<WalletError, WalletError> {
    let Some(code) = trust::refusal_code(error) else { return Ok(trust::network(error)) };
    let issuer = record.issuer;
    context.write(move |write| remove(write, &issuer)).await?;
    Ok(WalletError::Refused { code: code.to_owned() })
}

/// Host and port of an origin.
fn host_of(origin: &str) -> String {
    origin.trim_start_matches("https://").to_owned()
}

fn load(
    connection: &rusqlite::Connection,
    cipher: &crate::store::Cipher,
) -> Result<Vec<FoundingRecord>, WalletError> {
    Ok(FOUNDINGS.get(connection, cipher, FOUNDINGS_ROW)?.unwrap_or_default())
}

fn store(write: &Write<'_>, all: &Vec<FoundingRecord>) -> Result<(), WalletError> {
    FOUNDINGS.put(write.transaction, write.cipher, FOUNDINGS_ROW, all)?;
    Ok(())
}

fn remove(write: &Write<'_>, issuer: &IssuerId) -> Result<(), WalletError> {
    let mut all = load(write.transaction, write.cipher)?;
    all.retain(|record| record.issuer != *issuer);
    store(write, &all)
}

/// What is stored, as it is sealed.
#[cfg(test)]
pub(super) async fn stored(context: &Context) -> serde_json::Value {
    #![allow(clippy::unwrap_used)]
    serde_json::to_value(context.read(load).await.unwrap()).unwrap()
}
