//! From nothing to an open wallet and back.

use std::sync::Arc;

use super::super::testing::TestWallet;
use super::super::{Wallet, WalletOptions};
use crate::error::WalletError;
use crate::keys::SecretStoreError;

fn elsewhere(test: &TestWallet, folder: &tempfile::TempDir) -> WalletOptions {
    WalletOptions { folder: folder.path().to_owned(), ..test.options.clone() }
}

#[tokio::test]
async fn a_wallet_is_made_once_in_a_folder() {
    let test = TestWallet::new().await;
    let taken = Wallet::create(&test.options).await.map(drop).unwrap_err();
    assert_eq!(taken.code(), "wallet_in_use");
    test.wallet.close().await.unwrap();
    let taken = Wallet::create(&test.options).await.map(drop).unwrap_err();
    assert_eq!(taken, WalletError::Conflict { what: "this folder".into() });
    Wallet::open(&test.options).await.unwrap();
}

#[tokio::test]
async fn what_the_secret_store_refuses_leaves_no_half_made_wallet() {
    let test = TestWallet::new().await;
    let folder = tempfile::tempdir().unwrap();
    let options = elsewhere(&test, &folder);
    test.secrets.fail_with(Some(SecretStoreError::UserCancelled));
    let refused = Wallet::create(&options).await.map(drop).unwrap_err();
    assert_eq!(refused.code(), "user_cancelled");
    assert_eq!(Wallet::open(&options).await.map(drop).unwrap_err().code(), "wallet_absent");
    test.secrets.fail_with(None);
    let (wallet, _) = Wallet::create(&options).await.unwrap();
    wallet.close().await.unwrap();
    Wallet::open(&options).await.unwrap();
}

#[tokio::test]
async fn what_is_locked_or_closed_has_no_keys() {
    let test = TestWallet::new().await;
    assert!(test.context().keys().is_ok());
    test.wallet.lock().await;
    test.wallet.lock().await;
    assert_eq!(test.context().keys().map(drop), Err(WalletError::Locked));
    assert!(test.context().database.cipher().is_err());
    assert_eq!(test.wallet.balances().await, Err(WalletError::Locked));
    test.wallet.unlock().await.unwrap();
    assert_eq!(test.wallet.balances().await, Ok(Vec::new()));
    test.wallet.close().await.unwrap();
    test.wallet.close().await.unwrap();
    assert!(test.context().keys().is_err());
    assert!(test.wallet.unlock().await.is_err());
    assert!(test.wallet.resume().await.is_err());
}

#[tokio::test]
async fn an_unlock_that_is_overtaken_by_a_lock_leaves_no_key_behind() {
    let test = TestWallet::new().await;
    test.wallet.lock().await;
    let context = test.context();
    let data_key =
        context.database.open_key(Arc::clone(&context.secrets), Arc::clone(&context.entropy)).await.unwrap();
    let keys = super::super::lifecycle::load_keys(context, data_key.cipher()).await.unwrap();
    test.wallet.lock().await;
    assert_eq!(context.unlock(data_key, keys).map_err(WalletError::from), Err(WalletError::Locked));
    assert!(context.keys().is_err());
    assert!(context.database.cipher().is_err());
}
