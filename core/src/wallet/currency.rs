//! Adding a currency from a card's link, pinned to what was scanned.

use std::sync::Arc;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::acting::ActingInfo;
use super::{Wallet, restore, wallet_list};
use crate::artefact::{Opening, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::answer::CardBundle;
use crate::keys::{AccountId, Digest, IssuerId, RecoveryKeys, WalletSeed};
use crate::ledger::ChainState;
use crate::money::{Amount, Currency};
use crate::operation::apply::chain_record;
use crate::operation::context::{Context, Write};
use crate::operation::keyslot::{WalletKeys, founding};
use crate::operation::trust::{self, KnownIssuer};
use crate::request::CardLink;
use crate::store::Cipher;
use crate::store::tables::account::{ACCOUNTS, AccountRecord, Persona, VouchedRecord};
use crate::store::tables::issuer::{ISSUERS, IssuerRecord};
use crate::store::tables::{Blob, Keyed};

/// Which recovery key comes next: each id and each rekey takes a fresh one.
const COUNTERS: Keyed<u32> = Keyed::new("setting");
const NEXT_RECOVERY_KEY: &str = "recovery/next";

/// How the account at a new issuer relates to the holder's other accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum AccountKind {
    /// A key of its own, so that nobody can link it to the holder's other accounts.
    #[default]
    Private,
    /// The same account id at every issuer: for shops, which want to be recognised.
    Public,
}

impl AccountKind {
    /// How the founding key of such an account is derived.
    pub(crate) fn persona(self) -> Persona {
        match self {
            Self::Private => Persona::Private { index: 0 },
            Self::Public => Persona::Public { index: 0 },
        }
    }
}

/// A currency in the wallet, as its issuer describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CurrencyInfo {
    /// Whose money it is.
    pub issuer: IssuerId,
    /// The issuer's name, by its own word.
    pub issuer_name: String,
    /// The currency.
    pub currency: Currency,
    /// The account there: the holder's own, or the one for which this wallet acts.
    pub account: AccountId,
    /// What the issuer promises to whoever brings its money back.
    pub promise: String,
    /// The most that the issuer's owners together may owe, in smallest units.
    pub owners_limit: Amount,
    /// The link from which others can add it.
    pub link: String,
    /// Whether the issuer knows the account yet; if not, it is told at the next synchronisation.
    pub opened: bool,
    /// Whether this wallet owns the issuer.
    pub owned: bool,
    /// Set if the account is somebody else's, for which this wallet acts with a granted key. Its money is not this
    /// wallet's.
    pub acting: Option<ActingInfo>,
}

impl Wallet {
    /// Adds a currency from a card's link (`https://host/c/…` or `tallystick:c/…`), and opens an account there. The
    /// card is checked against the link, and its founding key pinned. Adding it again changes nothing.
    ///
    /// Without a network the first time, it fails; once the card is known, the account is opened when there is one.
    pub async fn add_currency(&self, link: &str, kind: AccountKind) -> Result<CurrencyInfo, WalletError> {
        let link = CardLink::parse(link)?;
        let issuer = Box::pin(add(&self.context, &link.issuer, &link.host, kind)).await?;
        // The currency is added; if its issuer cannot be reached now, the next synchronisation opens the account.
        if let Err(error) = self.sync(issuer).await {
            tracing::info!(code = error.code(), "a new currency is not synchronised yet");
        }
        wallet_list::spread(&self.context);
        self.currency(issuer).await
    }

    /// All currencies in the wallet, by name.
    pub async fn currencies(&self) -> Result<Vec<CurrencyInfo>, WalletError> {
        let (backend, now) = (Arc::clone(&self.context.backend), self.context.now());
        self.context
            .read(move |connection, cipher| {
                let mut all = ACCOUNTS
                    .all(connection, cipher)?
                    .iter()
                    .map(|account| {
                        let issuer = trust::issuer(connection, cipher, &account.issuer)?;
                        let times = (backend.issuer_now(&account.issuer), now);
                        describe(connection, cipher, &issuer, account, times)
                    })
                    .collect::<Result<Vec<_>, WalletError>>()?;
                all.sort_by(|one, other| {
                    (&one.issuer_name, one.issuer).cmp(&(&other.issuer_name, other.issuer))
                });
                Ok(all)
            })
            .await
    }

    /// A currency in the wallet.
    pub async fn currency(&self, issuer: IssuerId) -> Result<CurrencyInfo, WalletError> {
        let times = (self.context.backend.issuer_now(&issuer), self.context.now());
        self.context
            .read(move |connection, cipher| {
                let known = trust::issuer(connection, cipher, &issuer)?;
                let account = trust::account(connection, cipher, &issuer)?;
                describe(connection, cipher, &known, &account, times)
            })
            .await
    }

    /// The time by an issuer's clock, as far as it has been heard; by ours, as long as it has not. Ends of requests and
    /// grants are told by that clock: take this away to show how much time is left. Needs no network.
    pub fn issuer_time(&self, issuer: IssuerId) -> UnixSeconds {
        self.context.backend.issuer_now(&issuer)
    }
}

/// `times`: by the issuer's clock and by ours.
fn describe(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &KnownIssuer,
    account: &AccountRecord,
    times: (UnixSeconds, UnixSeconds),
) -> Result<CurrencyInfo, WalletError> {
    let card = issuer.card();
    let origin = card
        .endpoints
        .first()
        .map_or_else(|| format!("https://{}", issuer.record.found_at), |endpoint| endpoint.origin.clone());
    Ok(CurrencyInfo {
        issuer: card.issuer,
        issuer_name: card.name.clone(),
        currency: card.currency.clone(),
        account: account.account,
        promise: card.promise.clone(),
        owners_limit: card.owners_limit,
        link: format!("{origin}/c/{}", card.issuer),
        opened: account.opened,
        owned: issuer.record.owned.is_some(),
        acting: ActingInfo::of(connection, cipher, account, times)?,
    })
}

/// Fetches and checks the card, and stores issuer and account. The issuer need not know of the account yet.
pub(crate) async fn add(
    context: &Context,
    issuer: &IssuerId,
    host: &str,
    kind: AccountKind,
) -> Result<IssuerId, WalletError> {
    let issuer = *issuer;
    let known = context.read(move |connection, cipher| Ok(ACCOUNTS.get(connection, cipher, issuer)?)).await?;
    match known {
        None => {}
        Some(known) if known.acting.is_none() => return Ok(issuer),
        Some(_) => return Err(acted_for()),
    }
    let bundle = context.backend.card(&issuer, Some(host)).await.map_err(|error| trust::network(&error))?;
    let record = check_card(context.now(), issuer, host, &bundle)?;
    context.backend.use_card(bundle.card.body());
    if restore::come_back(context, &record, kind.persona()).await? {
        return Ok(issuer);
    }
    let issuer_now = context.backend.issuer_now(&issuer);
    let keys = context.keys()?;
    context
        .write(move |write| {
            if ACCOUNTS.get(write.transaction, write.cipher, issuer)?.is_some() {
                // Another call was faster: its account stays.
                return Ok(());
            }
            let account = make_account(write, &keys, issuer, kind.persona(), issuer_now)?;
            ISSUERS.put(write.transaction, write.cipher, issuer, &record)?;
            ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
            write.tell(&Event::CurrencyAdded { issuer })
        })
        .await?;
    Ok(issuer)
}

/// There is one account at each issuer.
pub(super) fn acted_for() -> WalletError {
    WalletError::Conflict { what: "this wallet's place at this issuer".into() }
}

/// The record of an issuer whose card proves itself against its id.
pub(crate) fn check_card(
    now: UnixSeconds,
    issuer: IssuerId,
    host: &str,
    bundle: &CardBundle,
) -> Result<IssuerRecord, WalletError> {
    crate::ledger::FoundingKeys::of_issuer(issuer, Some(&bundle.card), &bundle.rekeys)
        .map_err(|error| WalletError::untrusted("card", error.code(), error))?;
    Ok(IssuerRecord {
        issuer,
        card: bundle.card.bytes().into(),
        earlier_cards: Vec::new(),
        rekeys: bundle.rekeys.iter().map(|rekey| Blob::from(rekey.bytes())).collect(),
        found_at: host.to_owned(),
        card_checked_at: now,
        clock_offset: None,
        statement: None,
        owned: None,
        distrusted_since: None,
        added_at: now,
    })
}

/// A fresh account, as it is stored before the issuer has heard of it.
pub(crate) fn new_account(opening: &Signed<Opening>, persona: Persona, generation: u32) -> AccountRecord {
    let issuer = opening.body().issuer;
    let account = AccountId::derive(opening.signer(), &opening.body().commitment);
    AccountRecord {
        issuer,
        account,
        persona,
        generation,
        founding_key: *opening.signer(),
        opening: opening.bytes().into(),
        rekeys: Vec::new(),
        opened: false,
        role_grant: None,
        earlier_role_grants: Vec::new(),
        attestation: None,
        key_grants: Vec::new(),
        chain: chain_record(&ChainState::genesis(issuer, account, 0)),
        vouched: VouchedRecord::Empty,
        newest_key: None,
        head: None,
        verified_at: None,
        unproven_since: None,
        hand_back: None,
        acting: None,
    }
}

/// The wallet's account at an issuer that it did not know before, its keys chosen now.
///
/// A public persona has one account id at every issuer. So its opening is always signed by its first key, with the
/// commitment of that time, and the rekeys since then come along.
pub(crate) fn make_account(
    write: &Write<'_>,
    keys: &WalletKeys,
    issuer: IssuerId,
    persona: Persona,
    now: UnixSeconds,
) -> Result<AccountRecord, WalletError> {
    let elsewhere = match persona {
        Persona::Private { .. } => None,
        Persona::Public { .. } => ACCOUNTS
            .all(write.transaction, write.cipher)?
            .into_iter()
            .filter(|account| account.acting.is_none() && account.persona == persona)
            .max_by_key(|account| account.rekeys.len()),
    };
    let Some(elsewhere) = elsewhere else {
        let commitment = next_commitment(write, keys.recovery())?;
        let seed = keys.newest()?;
        return Ok(new_account(&open(seed, issuer, persona, commitment, now)?, persona, seed.generation()));
    };
    let first = trust::opening(&elsewhere)?;
    let which = founding(&elsewhere.issuer, persona);
    let seed = keys
        .seeds()
        .iter()
        .find(|seed| seed.founding_key(which).public_key() == *first.signer())
        .ok_or_else(|| WalletError::not_found("wallet seed of the account's first key"))?;
    let opening = open(seed, issuer, persona, first.body().commitment, now)?;
    Ok(AccountRecord {
        founding_key: elsewhere.founding_key,
        generation: elsewhere.generation,
        rekeys: elsewhere.rekeys,
        ..new_account(&opening, persona, seed.generation())
    })
}

/// Signs the opening of an account.
pub(crate) fn open(
    seed: &WalletSeed,
    issuer: IssuerId,
    persona: Persona,
    commitment: Digest,
    now: UnixSeconds,
) -> Result<Signed<Opening>, WalletError> {
    let key = seed.founding_key(founding(&issuer, persona));
    let opening = Opening {
        issuer,
        commitment,
        sealing_key: seed.sealing_secret(&key.public_key()).public_key(),
        signed_at: now,
    };
    Signed::sign(&opening, &key).map_err(|error| WalletError::artefact("opening", &error))
}

/// Takes the next recovery key and gives its commitment.
pub(crate) fn next_commitment(write: &Write<'_>, recovery: &RecoveryKeys) -> Result<Digest, WalletError> {
    let number = COUNTERS.get(write.transaction, write.cipher, NEXT_RECOVERY_KEY)?.unwrap_or(0);
    let commitment = recovery.commitment(number).ok_or_else(|| {
        WalletError::invalid("account", "no_recovery_key", "this phrase has no recovery keys left")
    })?;
    reserve_recovery_keys(write, number + 1)?;
    Ok(commitment)
}

/// Leaves out so many recovery keys: others than are known may have been taken.
pub(crate) fn leave_out_recovery_keys(write: &Write<'_>, count: u32) -> Result<(), WalletError> {
    let next = COUNTERS.get(write.transaction, write.cipher, NEXT_RECOVERY_KEY)?.unwrap_or(0);
    reserve_recovery_keys(write, next.saturating_add(count))
}

/// Notes that all recovery keys below a number are taken.
pub(crate) fn reserve_recovery_keys(write: &Write<'_>, below: u32) -> Result<(), WalletError> {
    let taken = COUNTERS.get(write.transaction, write.cipher, NEXT_RECOVERY_KEY)?.unwrap_or(0);
    COUNTERS.put(write.transaction, write.cipher, NEXT_RECOVERY_KEY, &below.max(taken))?;
    Ok(())
}
