//! `tally` pays from a picture of a till's screen: a real browser shows the page, the built program reads what it shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

#[path = "../../till/tests/browser/screen.rs"]
#[allow(dead_code, reason = "the till's own tests need more of it")]
mod screen;

/// What `screen` knows of the till in front of it.
mod counter {
    pub const PIN: &str = "274951";
}

use std::path::Path;
use std::sync::Arc;

use common::{PASSPHRASE, Person, Ran, Town, text};
use screen::{Look, Screen};
use tallystick::clock::{SystemClock, SystemEntropy};
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::keys::{PassphraseCost, PassphraseFileStore};
use tallystick::wallet::{Wallet, WalletOptions};
use tallystick_till::{Config, Running, Till};

/// The wallet of somebody who uses `tally`, as a program that has it open.
fn options(person: &Person) -> WalletOptions {
    let entropy = Arc::new(SystemEntropy);
    let key = person.wallet.join("passphrase.key");
    let secrets = PassphraseFileStore::open(&key, PASSPHRASE, entropy.clone()).unwrap();
    let backend = NativeBackend::new(NativeConfig::default(), Arc::new(SystemClock), entropy).unwrap();
    let mut options = WalletOptions::new(&person.wallet, Arc::new(secrets), Arc::new(backend));
    options.pin_cost = PassphraseCost::LEAST;
    options
}

async fn till_of(shop: &Person) -> Running {
    let wallet = Wallet::open(&options(shop)).await.unwrap();
    wallet.set_pin(counter::PIN, None).await.unwrap();
    wallet.close().await.unwrap();
    Till::start(Config::on_loopback(options(shop))).await.unwrap()
}

fn pay(person: &Person, picture: &Path) -> Ran {
    let words = ["pay".as_ref(), picture.as_os_str(), "--yes".as_ref(), "--unnamed-ok".as_ref()];
    person.run(words)
}

#[test]
fn a_screenshot_of_the_till_is_paid_once_and_paid_back() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let shop = town.with_wallet("shop");
    shop.json(["add", &link, "--public"]);
    let anna = town.holder("anna", &owner, &link, "20");
    let ben = town.holder("ben", &owner, &link, "20");

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let till = runtime.block_on(till_of(&shop));
    let page = runtime.block_on(async {
        let page = Screen::unlocked(&till, Look::PHONE).await;
        page.until_view("sell").await;
        page.keys("4.50").await;
        page.enter().await;
        page.until_view("charge").await;
        page
    });
    let picture = common::file(town.folder(), "screen.png", runtime.block_on(page.picture()));

    let scanned = anna.run(["scan".as_ref(), picture.as_os_str()]);
    assert_eq!(scanned.code, 0, "{scanned:?}");
    assert!(scanned.out.contains("4.50\u{a0}BREAD"), "{}", scanned.out);
    let paid = pay(&anna, &picture);
    assert_eq!(paid.code, 0, "{paid:?}");
    assert!(paid.out.contains("Paid 4.50\u{a0}BREAD"), "{}", paid.out);

    // The page is green, with the mark that the payer was shown.
    let marked = runtime.block_on(async {
        page.until_view("result").await;
        assert_eq!(page.text("#result-title").await, "Paid");
        page.text("#result-mark .words").await
    });
    assert!(paid.out.contains(&marked) || paid.err.contains(&marked), "{marked}: {paid:?}");

    // Who comes second with the same picture is told, and keeps the money; who paid does not pay twice.
    let late = pay(&ben, &picture);
    assert_eq!((late.code, late.error()), (1, "already_paid"), "{late:?}");
    assert_eq!(ben.balance(), "20.00");
    let again = pay(&anna, &picture);
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(anna.balance(), "15.50");

    // The screen says "paid" and has nothing to pay.
    let after = common::file(town.folder(), "paid.png", runtime.block_on(page.picture()));
    assert_eq!(pay(&ben, &after).error(), "no_code");

    // Paid back at the till; the payer's wallet has it.
    runtime.block_on(async {
        page.click("#again").await;
        page.until_view("sell").await;
        page.click("nav a[href='#day']").await;
        page.until("document.querySelectorAll('#entries li').length === 1").await;
        page.click("#entries li button").await;
        page.until("document.getElementById('refund').open").await;
        page.click("#refund-pin").await;
        page.keys(counter::PIN).await;
        page.enter().await;
        page.until("document.getElementById('refund-done').textContent").await;
        page.close().await;
        till.shutdown().await;
    });
    assert_eq!(anna.balance(), "20.00");
    let newest = &anna.json(["history"])["payments"][0];
    assert_eq!(text(&newest["amount"], "decimal"), "4.50");
    assert!(newest["repays"].is_string(), "{newest}");
}
