//! Which accounts a phrase has at an issuer, and in which generation its newest keys are (protocol §2).

use crate::error::WalletError;
use crate::issuer::IssuerBackend;
use crate::issuer::answer::FoundAccount;
use crate::keys::{Founding, IssuerId, PublicKey, Seed, SigningKey, WalletSeed};
use crate::ledger::FoundingKeys;
use crate::operation::keyslot::founding;
use crate::operation::trust;
use crate::store::tables::account::Persona;

/// So many generations without an account, one after another, are the end.
const UNKNOWN_IN_A_ROW: u32 = 3;
/// More accounts of one kind at one issuer than anyone has.
const MOST_INDICES: u32 = 64;

/// What was found.
pub(super) struct Probed {
    /// The wallet seeds of all generations up to the newest known.
    pub(super) seeds: Vec<WalletSeed>,
    /// Those after it: another issuer may have heard of newer keys than this one.
    pub(super) spare: Vec<WalletSeed>,
    /// The accounts, private ones first, each once.
    pub(super) found: Vec<(Persona, FoundAccount)>,
}

/// Asks for every founding key of the phrase. Fails with `phrase_not_known` if there is no account.
pub(super) async fn probe(
    backend: &dyn IssuerBackend,
    seed: &Seed,
    issuer: IssuerId,
) -> Result<Probed, WalletError> {
    let mut seeds = Vec::new();
    let mut found: Vec<(Persona, FoundAccount)> = Vec::new();
    let mut known_seeds = 0;
    for generation in 0.. {
        let wallet_seed = seed.wallet_seed(generation);
        let mut here = of_seed(backend, &wallet_seed, issuer).await?;
        seeds.push(wallet_seed);
        if here.is_empty() {
            // None has more than 2^32 generations.
            if seeds.len() - known_seeds >= UNKNOWN_IN_A_ROW as usize {
                break;
            }
            continue;
        }
        known_seeds = seeds.len();
        here.retain(|(_, one)| !found.iter().any(|(_, known)| known.account == one.account));
        found.append(&mut here);
    }
    if found.is_empty() {
        return Err(WalletError::invalid(
            "phrase",
            "phrase_not_known",
            "this issuer knows no account of these words",
        ));
    }
    let spare = seeds.split_off(known_seeds);
    found.sort_by_key(|(persona, _)| match persona {
        Persona::Private { index } => (0, *index),
        Persona::Public { index } => (1, *index),
    });
    Ok(Probed { seeds, spare, found })
}

async fn of_seed(
    backend: &dyn IssuerBackend,
    seed: &WalletSeed,
    issuer: IssuerId,
) -> Result<Vec<(Persona, FoundAccount)>, WalletError> {
    let mut found = Vec::new();
    let kinds: [fn(u32) -> Persona; 2] =
        [|index| Persona::Private { index }, |index| Persona::Public { index }];
    for kind in kinds {
        for persona in (0..MOST_INDICES).map(kind) {
            let key = seed.founding_key(founding(&issuer, persona));
            match find(backend, &issuer, &key).await? {
                Some(account) => found.push((persona, account)),
                None => break,
            }
        }
    }
    Ok(found)
}

/// The seeds of the generations after this one that are looked for.
pub(super) fn spare(seed: &Seed, newest: u32) -> Vec<WalletSeed> {
    (1..=UNKNOWN_IN_A_ROW)
        .filter_map(|ahead| newest.checked_add(ahead))
        .map(|generation| seed.wallet_seed(generation))
        .collect()
}

/// The account of a founding key, if the issuer knows one. What it shows must be made from that key, or of a rekey to it:
/// only so does the search end, for an issuer could claim to know every key that it is asked for.
pub(super) async fn find(
    backend: &dyn IssuerBackend,
    issuer: &IssuerId,
    key: &SigningKey,
) -> Result<Option<FoundAccount>, WalletError> {
    let found = backend.find_account(issuer, key).await.map_err(|error| trust::network(&error))?;
    if let Some(found) = &found {
        let proven = FoundingKeys::of_account(found.account, Some(&found.opening), &found.rekeys)
            .map_err(|error| WalletError::untrusted("account", error.code(), error))?;
        if proven.number_of(&key.public_key()).is_none() {
            return Err(WalletError::untrusted(
                "account",
                "other_key",
                "is not of the key that was asked for",
            ));
        }
    }
    Ok(found)
}

/// The first so many founding keys of issuers are tried.
const MOST_ISSUERS: u32 = 64;

/// Which of the wallet's own founding keys an issuer's founding key is: generation and k.
pub(super) fn own_issuer_key(seeds: &[WalletSeed], key: &PublicKey) -> Option<(u32, u32)> {
    seeds.iter().find_map(|seed| {
        (0..MOST_ISSUERS)
            .find(|k| seed.founding_key(Founding::Issuer { k: *k }).public_key() == *key)
            .map(|k| (seed.generation(), k))
    })
}
