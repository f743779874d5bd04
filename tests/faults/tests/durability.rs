//! SQLite's durability, checked: issuer and wallet on a disk that loses everything that was not synced. No receipt or
//! refusal that was given out is missing after a crash of the issuer, and no payment that was confirmed after a crash of
//! the wallet. The same checks fail as soon as syncs are left out, as with `PRAGMA synchronous = OFF`, or only those that
//! `NORMAL` leaves out: so they do notice.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;

use tallystick::keys::{Digest, IssuerId};
use tallystick::money::Amount;
use tallystick::wallet::{PaymentState, PaymentWish, Wallet};
use tallystick_e2e::{Point, Side, Step};
use tallystick_faults::deed::{Deed, Order, wait};
use tallystick_faults::durable::Disk;
use tallystick_faults::town::account;
use tallystick_faults::truth::Ledger;
use tallystick_faults::{Purse, Town};
use tempfile::TempDir;

/// An issuer on such a disk.
struct Scene {
    town: Town,
    disk: Disk,
    issuer: IssuerId,
    owner: Wallet,
    payer: Wallet,
    payee: Wallet,
    /// Of every order: what the payer was told.
    told: Vec<(Digest, PaymentState)>,
    _folder: TempDir,
}

impl Scene {
    async fn new(forgets: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let disk = Disk::new(folder.path(), forgets);
        let town = Town::with(|setup| {
            setup.data = disk.root().join("var/issuer");
            setup.preload = Some(disk.library.clone());
            setup.environment = disk.environment();
        })
        .await;
        let owner = town.purse("owner").await.open().await;
        let issuer = town.found(&owner, "Bakery").await;
        let (_, payer) = town.holder("payer", &owner, issuer, 1_000).await;
        let (_, payee) = town.holder("payee", &owner, issuer, 0).await;
        Self { town, disk, issuer, owner, payer, payee, told: Vec::new(), _folder: folder }
    }

    /// So many payments, of which each third one is refused; then the issuer dies, with one more on its way.
    async fn round(&mut self, payments: usize) {
        for number in 0..payments {
            let request = tallystick_faults::deed::asking(self.issuer, 7);
            let request = self.payee.request_payment(request).await.unwrap();
            let plan = self.payer.plan(PaymentWish::of_link(&request.link)).await.unwrap();
            if number % 3 == 2 {
                self.payee.cancel_request(request.request).await.unwrap();
            }
            let paid = self.payer.pay(plan, None).await.unwrap();
            assert_eq!(paid.state == PaymentState::Refused, number % 3 == 2);
            self.told.push((paid.payment, paid.state));
        }
        let payee = account(&self.payee, self.issuer).await;
        let plan =
            self.payer.plan(PaymentWish::of_account(self.issuer, payee, Amount::new(5))).await.unwrap();
        let wallet = self.payer.clone();
        let on_its_way = tokio::spawn(async move { wallet.pay(plan, None).await });
        self.town.kill();
        self.disk.lose_what_was_not_synced();
        on_its_way.abort();
    }

    /// What the payer was told and the ledger does not know. Everything, if there is no ledger.
    fn missing(&self) -> usize {
        // The ledger must be there as it lies on the disk, before the issuer makes a new one.
        let Ok(ledger) = Ledger::read(&self.town.database(), self.issuer) else { return self.told.len() };
        let refused: BTreeSet<_> = ledger.refused.iter().collect();
        let lacks = |(order, state): &&(Digest, PaymentState)| match state {
            PaymentState::Settled => !ledger.movements.contains_key(order),
            _ => !refused.contains(order),
        };
        self.told.iter().filter(lacks).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_issuer_has_given_out_is_there_after_a_power_cut() {
    let mut scene = Scene::new("").await;
    for (number, payments) in [0, 1, 4, 7].into_iter().enumerate() {
        scene.round(payments).await;
        assert_eq!(scene.missing(), 0, "after power cut {number}");
        scene.town.up();
        let wallets = [&scene.owner, &scene.payer, &scene.payee];
        scene.town.check(&format!("after power cut {number}"), scene.issuer, &wallets).await;
    }
    assert_eq!(scene.told.len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_leaves_syncs_out_is_caught() {
    // `synchronous = OFF`; `NORMAL`, which leaves the log's out.
    for forgets in ["issuer.sqlite,issuer.sqlite-wal", "issuer.sqlite-wal"] {
        let mut scene = Scene::new(forgets).await;
        scene.round(4).await;
        assert!(scene.missing() > 0, "without the syncs of {forgets} something is lost");
    }
}

/// A wallet on such a disk, whose process dies at a point. Gives whether the payment that it had confirmed is still
/// there.
async fn confirmed_is_kept(
    town: &Town,
    owner: &Wallet,
    issuer: IssuerId,
    forgets: &str,
    die_at: Point,
) -> bool {
    let folder = TempDir::new().unwrap();
    let disk = Disk::new(folder.path(), forgets);
    let name = disk.root().join("purse");
    let (purse, wallet) = town.holder(&name.to_string_lossy(), owner, issuer, 100).await;
    wallet.close().await.unwrap();
    disk.keep_all();

    let deed =
        Deed::Pay { issuer, payee: account(owner, issuer).await, minor: 7, key: "the one payment".into() };
    let order = Order { folder: purse.folder.clone(), deed, die_at: Some(die_at) };
    let child = order.start_with(&disk.library, &disk.environment());
    let lived = tokio::task::spawn_blocking(move || wait(child)).await.unwrap();
    assert_eq!(lived.status.signal(), Some(9), "{lived:?}");
    disk.lose_what_was_not_synced();

    let wallet = purse.open().await;
    let kept = wallet.payment_with_key("the one payment").await.unwrap().is_some();
    if kept {
        town.check("after the wallet's power cut", issuer, &[owner, &wallet]).await;
    }
    wallet.close().await.unwrap();
    kept
}

fn points() -> Vec<Point> {
    let at = |step, side| Point { step, nth: 1, side };
    vec![
        at(Step::Write("confirm::confirm".into()), Side::After),
        at(Step::Call("submit_order".into()), Side::Before),
        at(Step::Call("submit_order".into()), Side::After),
        at(Step::Write("deliver::executed".into()), Side::After),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_wallet_has_confirmed_is_there_after_a_power_cut() {
    let town = Town::new().await;
    let owner = town.purse("owner").await.open().await;
    let issuer = town.found(&owner, "Bakery").await;
    for point in points() {
        let label = point.to_string();
        assert!(confirmed_is_kept(&town, &owner, issuer, "", point).await, "{label}: it is lost");
    }
    for forgets in ["wallet.db,wallet.db-wal", "wallet.db-wal"] {
        let point = points().swap_remove(2);
        let kept = confirmed_is_kept(&town, &owner, issuer, forgets, point).await;
        assert!(!kept, "without the syncs of {forgets} the payment is lost, though its order was sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_was_just_made_is_there_after_a_power_cut() {
    let town = Town::new().await;
    let owner = town.purse("owner").await.open().await;
    let issuer = town.found(&owner, "Bakery").await;
    let folder = TempDir::new().unwrap();
    let disk = Disk::new(folder.path(), "");
    // The app's own folder is there; the wallet's is made.
    let purse = Purse { folder: disk.root().join("app"), phrase: String::new() };
    std::fs::create_dir(&purse.folder).unwrap();
    disk.keep_all();
    let deed = Deed::CreateAndAdd { link: town.card_link(issuer) };
    let order = Order { folder: purse.folder.clone(), deed, die_at: None };
    let child = order.start_with(&disk.library, &disk.environment());
    let lived = tokio::task::spawn_blocking(move || wait(child)).await.unwrap();
    assert!(lived.status.success(), "{lived:?}");
    disk.lose_what_was_not_synced();
    let database: PathBuf = purse.folder.join("wallet/wallet.db");
    assert!(database.exists(), "the wallet's file has a name that lasts");
    let wallet = purse.open().await;
    assert!(wallet.currency(issuer).await.is_ok());
    wallet.close().await.unwrap();
}
