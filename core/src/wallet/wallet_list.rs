//! The encrypted list of issuers that a wallet leaves at each of them.
//!
//! The phrase and one shop's card bring everything back: the account there has the list of all others. A list may be
//! stale where its issuer could not be reached, so all that can be read are merged. One that does not hold everything
//! holds what follows its own place in the order of ids, so that together they lead to all.

use std::sync::Arc;

use minicbor::{Decoder, Encoder};
use serde::{Deserialize, Serialize};

use super::restore;
use crate::clock::Entropy;
use crate::error::WalletError;
use crate::issuer::{AccountRef, IssuerBackend, IssuerError, Reader};
use crate::keys::{AccountId, Digest, IssuerId, LIST_CAPACITY, ListError, SigningKey, WalletSeed};
use crate::operation::context::Context;
use crate::operation::trust;
use crate::store::Cipher;
use crate::store::tables::Keyed;
use crate::store::tables::account::{ACCOUNTS, Persona};

/// What was left where: a hash over the list and its key, so that it is only sent when it changes.
const LEFT: Keyed<Digest> = Keyed::new("setting");

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// The issuer.
    pub(crate) issuer: IssuerId,
    /// The account there.
    pub(crate) account: AccountId,
    /// Where the issuer is reached.
    pub(crate) endpoint: String,
    /// SHA-256 of the TLS keys to believe there.
    pub(crate) tls_keys: Vec<Digest>,
    /// How the account's founding key is derived.
    pub(crate) persona: Persona,
}

/// Leaves the list at an issuer, if it is another than what was left there. The caller holds the issuer's lock.
pub(crate) async fn leave(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    if !context.backend.capabilities(&issuer).wallet_list {
        return Ok(());
    }
    let keys = context.keys()?;
    let (account, content, left, unread) = context
        .read(move |connection, cipher| {
            let account = trust::account(connection, cipher, &issuer)?;
            let content = encode(lines(connection, cipher)?, &issuer);
            let left = LEFT.get(connection, cipher, row(&issuer))?;
            Ok((account, content, left, restore::is_unread(connection, cipher, &issuer)?))
        })
        .await?;
    let seed = keys.newest()?;
    // An issuer that was restored from a copy may have an older list again.
    let epoch = account.chain.epoch.to_be_bytes();
    let state = Digest::of(&[&seed.generation().to_be_bytes(), &epoch, account.account.as_ref(), &content]);
    // What a restore has not read yet must not be lost.
    if account.acting.is_some() || !account.opened || unread || left == Some(state) {
        return Ok(());
    }
    let sealed = seed
        .list_key()
        .seal(&issuer, &account.account, &content, context.entropy.as_ref() as &dyn Entropy)
        .map_err(|error| internal(&error))?;
    let key = keys.founding_key(&account)?;
    let reader = Reader { account: AccountRef { issuer, account: account.account }, key: &key };
    context.backend.put_wallet_list(reader, &sealed).await.map_err(|error| trust::network(&error))?;
    context
        .write(move |write| {
            LEFT.put(write.transaction, write.cipher, row(&issuer), &state)?;
            Ok(())
        })
        .await
}

/// Leaves the list wherever it has changed. Says whether all have it now; whoever has not is told again later.
pub(crate) async fn leave_everywhere(context: &Context) -> Result<bool, WalletError> {
    let issuers: Vec<IssuerId> = context
        .read(|connection, cipher| {
            Ok(ACCOUNTS.all(connection, cipher)?.iter().map(|account| account.issuer).collect())
        })
        .await?;
    let mut everywhere = true;
    for issuer in issuers {
        let _alone = context.syncing.lock(issuer).await;
        if let Err(error) = leave(context, issuer).await {
            if matches!(error, WalletError::Locked | WalletError::Storage { .. }) {
                return Err(error);
            }
            everywhere = false;
            tracing::debug!(code = error.code(), "the list of issuers is not left everywhere yet");
        }
    }
    Ok(everywhere)
}

/// Leaves the list wherever it has changed, in the background.
pub(crate) fn spread(context: &Arc<Context>) {
    let driven = Arc::clone(context);
    context.tasks.spawn(async move {
        if let Err(error) = leave_everywhere(&driven).await {
            tracing::info!(code = error.code(), "the list of issuers waits");
        }
    });
}

/// The list that lies at an issuer, sealed.
pub(crate) async fn fetch(
    backend: &dyn IssuerBackend,
    place: AccountRef,
    key: &SigningKey,
) -> Result<Option<Vec<u8>>, IssuerError> {
    if backend.capabilities(&place.issuer).wallet_list {
        backend.wallet_list(Reader { account: place, key }).await
    } else {
        Ok(None)
    }
}

/// Opens a list, whichever of the seeds sealed it; gives that seed's generation too.
pub(crate) fn open<'a>(
    seeds: impl DoubleEndedIterator<Item = &'a WalletSeed>,
    place: AccountRef,
    sealed: &[u8],
) -> Option<(u32, Vec<Listed>)> {
    seeds.rev().find_map(|seed| {
        let content = seed.list_key().open(&place.issuer, &place.account, sealed).ok()?;
        Some((seed.generation(), decode(&content)?))
    })
}

/// Everything that belongs on the list: what the wallet holds itself, and what it has still to restore.
fn lines(connection: &rusqlite::Connection, cipher: &Cipher) -> Result<Vec<Listed>, WalletError> {
    let mut lines = restore::waiting(connection, cipher)?;
    for account in ACCOUNTS.all(connection, cipher)?.into_iter().filter(|one| one.acting.is_none()) {
        let known = trust::issuer(connection, cipher, &account.issuer)?;
        let Some(endpoint) = known.card().endpoints.first() else { continue };
        lines.retain(|line| line.issuer != account.issuer);
        lines.push(Listed {
            issuer: account.issuer,
            account: account.account,
            endpoint: endpoint.origin.clone(),
            tls_keys: endpoint.tls_keys.clone(),
            persona: account.persona,
        });
    }
    Ok(lines)
}

/// The list for one place: as much as fits, beginning with what follows the place in the order of ids.
fn encode(mut lines: Vec<Listed>, place: &IssuerId) -> Vec<u8> {
    lines.sort_by_key(|line| line.issuer);
    let follows = lines.partition_point(|line| line.issuer <= *place);
    lines.rotate_left(follows);
    let mut items = Vec::new();
    let mut length = MOST_HEAD_BYTES;
    for line in &lines {
        let item = encode_line(line);
        length += item.len();
        if length > LIST_CAPACITY {
            break;
        }
        items.push(item);
    }
    let mut encoder = Encoder::new(Vec::with_capacity(length));
    // Writing to memory cannot fail.
    let _ = encoder.array(items.len() as u64);
    let mut bytes = encoder.into_writer();
    for item in &items {
        bytes.extend_from_slice(item);
    }
    bytes
}

/// The head of an array of fewer than 65,536 items.
const MOST_HEAD_BYTES: usize = 3;

fn encode_line(line: &Listed) -> Vec<u8> {
    let (persona, index) = match line.persona {
        Persona::Private { index } => (0_u8, index),
        Persona::Public { index } => (1, index),
    };
    let mut encoder = Encoder::new(Vec::new());
    // Writing to memory cannot fail.
    let _ = encoder.array(6);
    let _ = encoder.bytes(line.issuer.as_ref());
    let _ = encoder.bytes(line.account.as_ref());
    let _ = encoder.str(&line.endpoint);
    let _ = encoder.array(line.tls_keys.len() as u64);
    for key in &line.tls_keys {
        let _ = encoder.bytes(key.as_ref());
    }
    let _ = encoder.u8(persona);
    let _ = encoder.u32(index);
    encoder.into_writer()
}

/// How many lines the content of a list has; none if it is no list (feature `testing`).
#[cfg(any(test, feature = "testing"))]
pub fn list_lines(content: &[u8]) -> Option<usize> {
    decode(content).map(|lines| lines.len())
}

/// Reads a list. None if it is none; lines of a kind that is not known are passed over.
fn decode(bytes: &[u8]) -> Option<Vec<Listed>> {
    let mut decoder = Decoder::new(bytes);
    let count = decoder.array().ok()??;
    let mut lines = Vec::new();
    for _ in 0..count {
        decode_line(&mut decoder, &mut lines)?;
    }
    (decoder.position() == bytes.len()).then_some(lines)
}

fn decode_line(decoder: &mut Decoder<'_>, lines: &mut Vec<Listed>) -> Option<()> {
    if decoder.array().ok()? != Some(6) {
        return None;
    }
    let issuer = IssuerId::from_slice(decoder.bytes().ok()?).ok()?;
    let account = AccountId::from_slice(decoder.bytes().ok()?).ok()?;
    let endpoint = decoder.str().ok()?.to_owned();
    let mut tls_keys = Vec::new();
    for _ in 0..decoder.array().ok()?? {
        tls_keys.push(Digest::from_slice(decoder.bytes().ok()?).ok()?);
    }
    let persona = decoder.u8().ok()?;
    let index = decoder.u32().ok()?;
    let persona = match persona {
        0 => Persona::Private { index },
        1 => Persona::Public { index },
        _ => return Some(()),
    };
    lines.push(Listed { issuer, account, endpoint, tls_keys, persona });
    Some(())
}

fn row(issuer: &IssuerId) -> String {
    format!("list/{issuer}")
}

fn internal(error: &ListError) -> WalletError {
    WalletError::Internal { reason: error.to_string() }
}

#[cfg(test)]
mod tests;
