//! Clocks that are wrong, certificates that are not trusted, networks that are not there, wallets that are locked.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use tallystick::keys::Digest;
use tallystick::money::Currency;
use tallystick::wallet::{AccountKind, FoundingDraft, PaymentState, Wallet};
use tallystick_e2e::{Person, TestClock, Town, backend};

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_clock_is_off_by_a_day_pays_all_the_same() {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    for days in [-1, 1] {
        let clock = Arc::new(TestClock::default());
        clock.move_by(days * 86_400);
        let mut payer = Person::new(clock).await;
        payer.add(&town.host, issuer).await;
        owner.give(&payer, issuer, 500).await;
        payer.give(&owner, issuer, 200).await;
        // Again after a start, when nothing of the issuer's clock has been heard yet.
        payer.reopen().await;
        payer.give(&owner, issuer, 200).await;
        assert_eq!(payer.balance(issuer).await, 100);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let town = Town::new().await;
    let owner = town.person().await;
    let draft = FoundingDraft {
        host: town.host.origin(),
        host_tls_keys: vec![Digest::of(&[b"another key"])],
        name: "Bakery".into(),
        currency: Currency::new("BUN", "Bun", "b", 2).unwrap(),
        promise: String::new(),
        owners_limit: tallystick::money::Amount::new(1),
        own_limit: None,
        logo: None,
        account: AccountKind::Private,
    };
    let error = owner.wallet.found_issuer(draft, None).await.unwrap_err();
    assert_eq!(error.code(), "untrusted", "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_another_issuer_than_the_host_has() {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let customer = town.person().await;
    let other = format!("{}/c/{}", town.host.origin(), tallystick::keys::IssuerId::new([7; 16]));
    let error = customer.wallet.add_currency(&other, AccountKind::Private).await.unwrap_err();
    assert_eq!(error.code(), "not_found", "{error:?}");
    assert!(customer.wallet.balances().await.unwrap().is_empty(), "nothing was half added");
    customer.add(&town.host, issuer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_without_network_shows_what_it_holds_and_says_what_it_cannot_do() {
    let mut town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let mut holder = town.holder_of(&owner, issuer, 500).await;
    town.host.down().await;
    holder.reopen().await;
    assert_eq!(holder.balance(issuer).await, 500);
    let error = holder.wallet.sync(issuer).await.unwrap_err();
    assert_eq!(error.code(), "unreachable", "{error:?}");
    assert_eq!(holder.balance(issuer).await, 500, "what was verified stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_wallet_does_nothing_and_forgets_nothing() {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let holder = town.holder_of(&owner, issuer, 500).await;
    let plan = holder.plan(&owner, issuer, 100).await;
    holder.wallet.lock().await;
    assert_eq!(holder.wallet.balances().await.unwrap_err().code(), "locked");
    assert_eq!(holder.wallet.pay(plan.clone(), None).await.unwrap_err().code(), "locked");
    holder.wallet.unlock().await.unwrap();
    assert_eq!(holder.wallet.pay(plan, None).await.unwrap().state, PaymentState::Settled);
    assert_eq!(holder.balance(issuer).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wallet_is_open_once() {
    let town = Town::new().await;
    let person = town.person().await;
    let mut options = person.options.clone();
    options.backend = backend(Arc::clone(&person.clock));
    let Err(error) = Wallet::open(&options).await else { panic!("two owners of one file") };
    assert_eq!(error.code(), "wallet_in_use");
    let Err(error) = Wallet::create(&options).await else { panic!("two owners of one file") };
    assert_eq!(error.code(), "wallet_in_use");
    person.wallet.close().await.unwrap();
    let Err(error) = Wallet::create(&options).await else { panic!("a wallet was replaced") };
    assert_eq!(error.code(), "conflict");
    Wallet::open(&options).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_and_one_of_a_newer_version_are_kept() {
    let town = Town::new().await;
    for (damage, code) in [(true, "storage_corrupt"), (false, "incompatible_database")] {
        let person = town.person().await;
        person.wallet.close().await.unwrap();
        let file = person.options.folder.join("wallet.db");
        let mut bytes = std::fs::read(&file).unwrap();
        if damage {
            bytes[..64].fill(0x5a);
        } else {
            // `user_version`, in SQLite's header at byte 60.
            bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
        }
        std::fs::write(&file, &bytes).unwrap();
        for _ in 0..2 {
            let Err(error) = Wallet::open(&person.options).await else { panic!("{code}: it was opened") };
            assert_eq!(error.code(), code);
        }
        assert!(is_kept(&person.options.folder, &bytes), "{code}: every byte is still there");
    }
}

/// Whether a file with these bytes is in the folder or one below it.
fn is_kept(folder: &std::path::Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            is_kept(&path, bytes)
        } else {
            std::fs::read(path).is_ok_and(|found| found == bytes)
        }
    })
}
