//! After a loss: wallets from phrases, and new keys.

use std::sync::Arc;

use tallystick::error::WalletError;
use tallystick::keys::SecretStore;
use tallystick::wallet::{self as core, RekeyReport, RestoreReport};

use super::{Wallet, WalletSettings};
use crate::phrase::RecoveryPhrase;
use crate::runtime;

/// A wallet that was restored from its phrase.
#[derive(Clone, uniffi::Record)]
pub struct RestoredWallet {
    /// The wallet, open and unlocked.
    pub wallet: Arc<Wallet>,
    /// What is back, and what is not yet.
    pub restored: RestoreReport,
    /// Which issuers know the new keys, if all were replaced.
    pub rekeyed: Option<RekeyReport>,
}

/// Makes a wallet from the recovery phrase and the card of one shop at which it had an account; that account leads
/// to all others.
///
/// Fails with `phrase_not_known` if the issuer knows no account of this phrase, and leaves nothing behind. Once it
/// succeeds, the wallet is there to stay, even if other issuers could not be reached: the report says so, and
/// `continue_restore` goes on, as does every start.
///
/// The old phone is not locked out by this: see `restore_wallet_after_loss`.
#[uniffi::export]
pub async fn restore_wallet(
    settings: WalletSettings,
    secrets: Arc<dyn SecretStore>,
    phrase: Arc<RecoveryPhrase>,
    card_link: String,
) -> Result<RestoredWallet, WalletError> {
    runtime::spawned(async move {
        let options = settings.options(secrets)?;
        let (wallet, restored) = core::Wallet::restore(&options, phrase.core(), &card_link).await?;
        Ok(RestoredWallet { wallet: Arc::new(Wallet::new(wallet)), restored, rekeyed: None })
    })
    .await
}

/// Restores a wallet after its phone was lost or stolen, and replaces all keys, so that whoever has the old phone can do
/// nothing with it any more.
#[uniffi::export]
pub async fn restore_wallet_after_loss(
    settings: WalletSettings,
    secrets: Arc<dyn SecretStore>,
    phrase: Arc<RecoveryPhrase>,
    card_link: String,
) -> Result<RestoredWallet, WalletError> {
    runtime::spawned(async move {
        let options = settings.options(secrets)?;
        let (wallet, restored, rekeyed) =
            core::Wallet::restore_after_loss(&options, phrase.core(), &card_link).await?;
        Ok(RestoredWallet { wallet: Arc::new(Wallet::new(wallet)), restored, rekeyed: Some(rekeyed) })
    })
    .await
}

#[uniffi::export]
impl Wallet {
    /// Goes on with a restore: asks again whatever could not be reached. Does nothing else to a wallet that is complete.
    ///
    /// With the phrase it also brings back accounts whose keys were replaced later than this wallet knows (`newer_keys`);
    /// fails with `wrong_phrase` if the words are not this wallet's.
    #[uniffi::method(default(phrase))]
    pub async fn continue_restore(
        &self,
        phrase: Option<Arc<RecoveryPhrase>>,
    ) -> Result<RestoreReport, WalletError> {
        self.run(|wallet| async move {
            match phrase {
                Some(phrase) => wallet.continue_restore_with(phrase.core()).await,
                None => wallet.continue_restore().await,
            }
        })
        .await
    }

    /// Gives up what a restore has still to do. Currencies that wait are forgotten here; what they hold stays where it is,
    /// and can be brought back by their cards. For issuers that will never answer again.
    pub async fn give_up_restore(&self) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.give_up_restore().await }).await
    }

    /// Replaces all keys of this wallet: every account's, and those of the issuers that it owns. Do this when a phone was
    /// lost or stolen. The old phone, and whatever was granted from it, tills too, can do nothing at an issuer as soon as
    /// that is told; those out of reach are told later.
    ///
    /// The roles that an owned issuer granted are void as well; the owner's own is given anew by itself, others are
    /// listed by `Owner.grants` as void.
    ///
    /// Fails with `wrong_phrase` if these words are not this wallet's; then nothing is done.
    pub async fn rekey(&self, phrase: Arc<RecoveryPhrase>) -> Result<RekeyReport, WalletError> {
        self.run(|wallet| async move { wallet.rekey(phrase.core()).await }).await
    }

    /// Brings accounts to the newest generation of keys that were out of reach when it was made, for instance because a
    /// restore found them later. Does nothing to the others.
    pub async fn rekey_behind(&self, phrase: Arc<RecoveryPhrase>) -> Result<RekeyReport, WalletError> {
        self.run(|wallet| async move { wallet.rekey_behind(phrase.core()).await }).await
    }

    /// Tells the issuers that do not know of the new keys yet.
    pub async fn continue_rekey(&self) -> Result<RekeyReport, WalletError> {
        self.run(|wallet| async move { wallet.continue_rekey().await }).await
    }
}
