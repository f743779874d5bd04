//! From nothing to an open wallet and back: create, open, lock, unlock, pause, resume, close.
//!
//! ```text
//!  create / open ──> unlocked ──lock──> locked ──unlock──> unlocked
//!              │        └──────────pause──────────> paused ──resume──┘
//!              └─PIN──> locked
//! ```
//!
//! The data key of the wallet's file is wrapped by the secret store; everything else, the wallet seed too, is sealed
//! under the data key. Locking forgets both. If a PIN is set, it is asked for too (`app_lock`).

use std::sync::Arc;

use super::app_lock;
use super::options::WalletOptions;
use super::unfinished;
use crate::artefact::Card;
use crate::error::WalletError;
use crate::keys::{RecoveryKeys, RecoveryPhrase};
use crate::operation::context::{Context, Write};
use crate::operation::drive;
use crate::operation::keyslot::{StoredKeys, WalletKeys};
use crate::operation::trust;
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::{Keyed, keyring};
use crate::store::{Cipher, Database, IfAbsent, StoreError, StoreOptions};

const KEYS: Keyed<StoredKeys> = Keyed::new("setting");
const KEYS_ROW: &str = "keys";

/// Makes a new wallet with a new recovery phrase. Fails if the folder holds a wallet already.
pub(crate) async fn create(options: &WalletOptions) -> Result<(Arc<Context>, RecoveryPhrase), WalletError> {
    let phrase = RecoveryPhrase::generate(options.entropy.as_ref());
    let seed = phrase.seed();
    let keys = WalletKeys::new(vec![seed.wallet_seed(0)], RecoveryKeys::derive(&seed));
    let context = create_with(options, keys, |_| Ok(())).await?;
    Ok((context, phrase))
}

/// Makes a new wallet with these keys and whatever `first` writes, all of it or nothing.
pub(crate) async fn create_with(
    options: &WalletOptions,
    keys: WalletKeys,
    first: impl FnOnce(&Write<'_>) -> Result<(), WalletError> + Send + 'static,
) -> Result<Arc<Context>, WalletError> {
    let database = open_file(options, IfAbsent::Create).await?;
    if database.read(keyring::get).await?.is_some() {
        return Err(taken());
    }
    let context = new_context(options, database);
    let (wrapped, data_key) =
        context.database.make_key(Arc::clone(&context.secrets), Arc::clone(&context.entropy)).await?;
    let cipher = data_key.cipher();
    let stored = StoredKeys::from_keys(&keys);
    // In one transaction: a wallet without keys could be neither opened nor made anew.
    context
        .database
        .write_or(move |transaction| {
            keyring::put(transaction, &wrapped)?;
            KEYS.put(transaction, &cipher, KEYS_ROW, &stored)?;
            first(&Write { transaction, cipher: &cipher })
        })
        .await?;
    context.unlock(data_key, keys)?;
    Ok(context)
}

/// Fails if the folder holds a wallet already. Makes nothing.
pub(crate) async fn check_free(options: &WalletOptions) -> Result<(), WalletError> {
    let database = match open_file(options, IfAbsent::Refuse).await {
        Ok(database) => database,
        Err(error) if error.code() == StoreError::WalletAbsent.code() => return Ok(()),
        Err(error) => return Err(error),
    };
    let keyring = database.read(keyring::get).await?;
    database.close().await?;
    if keyring.is_some() { Err(taken()) } else { Ok(()) }
}

fn taken() -> WalletError {
    WalletError::Conflict { what: "this folder".into() }
}

/// Opens the wallet of a folder. Unlocked, and whatever was on its way is taken up, unless a PIN is set: then locked.
pub(crate) async fn open(options: &WalletOptions) -> Result<Arc<Context>, WalletError> {
    let database = open_file(options, IfAbsent::Refuse).await?;
    let context = new_context(options, database);
    match unlock(&context, None).await {
        Err(error) if error.code() == app_lock::PIN_NEEDED => {}
        outcome => outcome?,
    }
    Ok(context)
}

/// Gets the keys from the secret store, and takes up whatever was on its way. Of a wallet that is unlocked, only judges
/// the PIN.
pub(crate) async fn unlock(context: &Arc<Context>, pin: Option<&str>) -> Result<(), WalletError> {
    if context.keys().is_ok() {
        // Somebody else may have been faster, who knew the PIN; that says nothing about whoever gives this one.
        return match pin {
            Some(pin) => app_lock::check(context, pin).await,
            None => Ok(()),
        };
    }
    // What needs no key is said before the secret store is asked, which may ask the user.
    app_lock::before_prompt(context, pin).await?;
    let data_key =
        context.database.open_key(Arc::clone(&context.secrets), Arc::clone(&context.entropy)).await?;
    app_lock::admit(context, data_key.cipher(), pin).await?;
    if context.keys().is_ok() {
        // Another call was faster, and whoever made this one may be let in too.
        return Ok(());
    }
    let keys = load_keys(context, data_key.cipher()).await?;
    context.unlock(data_key, keys)?;
    introduce_issuers(context).await?;
    drive::recover(context).await?;
    unfinished::take_up(context);
    Ok(())
}

/// Tells the backend where the issuers are that the wallet knows, and whose TLS keys to believe.
async fn introduce_issuers(context: &Context) -> Result<(), WalletError> {
    let issuers = context.read(|connection, cipher| Ok(ISSUERS.all(connection, cipher)?)).await?;
    for issuer in issuers {
        context.backend.use_card(trust::stored::<Card>(&issuer.card, "issuer.card")?.body());
        if let Some(offset) = issuer.clock_offset {
            context.backend.set_clock_offset_seconds(&issuer.issuer, offset);
        }
    }
    Ok(())
}

/// Keeps the wallet's keys, in place of those before.
pub(crate) fn put_keys(write: &Write<'_>, keys: &StoredKeys) -> Result<(), WalletError> {
    KEYS.put(write.transaction, write.cipher, KEYS_ROW, keys)?;
    Ok(())
}

/// Forgets all keys. What is on its way stays so, and is taken up again when the wallet is unlocked.
pub(crate) async fn lock(context: &Context) {
    context.tasks.end().await;
    context.lock();
}

/// Closes all files, so that the app may be suspended. The keys stay.
pub(crate) async fn pause(context: &Context) -> Result<(), WalletError> {
    context.end_session();
    context.tasks.end().await;
    Ok(context.database.pause().await?)
}

/// Opens the files again and takes up whatever was on its way.
pub(crate) async fn resume(context: &Arc<Context>) -> Result<(), WalletError> {
    context.database.resume().await?;
    context.begin_session();
    if context.keys().is_ok() {
        drive::recover(context).await?;
        unfinished::take_up(context);
        context.hurry();
    }
    Ok(())
}

/// Locks the wallet and closes all files, for good.
pub(crate) async fn close(context: &Context) -> Result<(), WalletError> {
    context.end_session();
    lock(context).await;
    Ok(context.database.close().await?)
}

async fn open_file(options: &WalletOptions, if_absent: IfAbsent) -> Result<Database, WalletError> {
    let options = StoreOptions {
        clock: Arc::clone(&options.clock),
        ..StoreOptions::wallet(options.folder.clone(), if_absent)
    };
    Ok(Database::open(options).await?)
}

fn new_context(options: &WalletOptions, database: Database) -> Arc<Context> {
    Arc::new(Context::new(
        database,
        Arc::clone(&options.backend),
        Arc::clone(&options.clock),
        Arc::clone(&options.entropy),
        Arc::clone(&options.secrets),
        options.pin_cost,
    ))
}

pub(super) async fn load_keys(context: &Context, cipher: Arc<Cipher>) -> Result<WalletKeys, WalletError> {
    let stored = context
        .database
        .read(move |connection| {
            KEYS.get(connection, &cipher, KEYS_ROW)?.ok_or_else(|| StoreError::unreadable("setting.keys"))
        })
        .await?;
    stored.to_keys()
}
