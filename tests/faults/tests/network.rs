//! A bad network between a wallet's process and the issuer's: every trouble, for every kind of payment, and connections
//! that break below TLS after any number of bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tallystick::keys::IssuerId;
use tallystick::wallet::Wallet;
use tallystick_faults::deed::{Deed, asking};
use tallystick_faults::proxy::Trouble;
use tallystick_faults::town::{account, give};
use tallystick_faults::{Purse, Town};

struct Scene {
    town: Town,
    issuer: IssuerId,
    owner: Wallet,
    payer: Purse,
    payee: Wallet,
    other: Wallet,
    paid: i64,
}

async fn scene() -> Scene {
    let town = Town::new().await;
    let owner = town.purse("owner").await.open().await;
    let issuer = town.found(&owner, "Bakery").await;
    let (payer, wallet) = town.holder("payer", &owner, issuer, 10_000).await;
    wallet.close().await.unwrap();
    let (_, payee) = town.holder("payee", &owner, issuer, 0).await;
    let (_, other) = town.holder("other", &owner, issuer, 1_000).await;
    Scene { town, issuer, owner, payer, payee, other, paid: 0 }
}

impl Scene {
    async fn pay(&self, key: &str) -> Deed {
        Deed::Pay {
            issuer: self.issuer,
            payee: account(&self.payee, self.issuer).await,
            minor: 7,
            key: key.into(),
        }
    }

    async fn pay_request(&self) -> Deed {
        Deed::PayLink { link: self.payee.request_payment(asking(self.issuer, 7)).await.unwrap().link }
    }

    /// The payer's process makes one payment of 7 for every 7 here.
    async fn assert_paid(&mut self, label: &str, minor: i64) {
        self.paid += minor;
        let payer = self.payer.open().await;
        self.town.check(label, self.issuer, &[&self.owner, &payer, &self.payee, &self.other]).await;
        let left = payer.balance(self.issuer).await.unwrap().balance.minor();
        assert_eq!(left, 10_000 - self.paid, "{label}");
        payer.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_trouble_of_an_order() {
    let mut scene = scene().await;
    for (number, trouble) in Trouble::ALL.iter().enumerate() {
        let label = format!("{trouble:?}");
        let deed = if number % 2 == 0 { scene.pay(&label).await } else { scene.pay_request().await };
        let orders = scene.town.proxy.answered("POST", "/orders");
        scene.town.proxy.once("POST", "/orders", *trouble);
        let process = tokio::spawn(scene.payer.order(&deed).run());
        scene.town.proxy.all_spent().await;
        if matches!(trouble, Trouble::Overtaken) {
            give(&scene.other, account(&scene.payee, scene.issuer).await, scene.issuer, 1).await;
        }
        let lived = process.await.unwrap();
        assert!(lived.status.success() && lived.fault.is_none(), "{label}: {lived:?}");
        if matches!(trouble, Trouble::Echoed) {
            give(&scene.other, account(&scene.payee, scene.issuer).await, scene.issuer, 1).await;
            scene.town.proxy.until_answered("POST", "/orders", orders + 2).await;
        }
        scene.assert_paid(&label, 7).await;
    }
    assert_eq!(scene.town.proxy.remaining(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_trouble_of_what_comes_after_the_order() {
    let mut scene = scene().await;
    // The entry does not come with a repeated answer, so that the chain is followed, which fails as well.
    for trouble in [Trouble::DropAnswer, Trouble::CutAnswer, Trouble::FailInstead, Trouble::Twice] {
        let label = format!("{trouble:?} of the chain");
        let deed = scene.pay(&label).await;
        scene.town.proxy.once("POST", "/orders", Trouble::DropAnswer);
        scene.town.proxy.once("GET", "/entries", trouble);
        scene.town.proxy.once("GET", "/statements/latest", trouble);
        let lived = scene.payer.run(&deed).await;
        assert!(lived.status.success(), "{label}: {lived:?}");
        scene.assert_paid(&label, 7).await;
    }
    assert_eq!(scene.town.proxy.remaining(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_below_tls() {
    let mut scene = scene().await;
    // In the handshake, in the head, in the body, in the answer: a payment makes about 4 KB a connection.
    for bytes in [0, 100, 700, 1_300, 1_700, 2_000, 2_300, 2_600, 2_900, 3_300] {
        let label = format!("{bytes} bytes");
        let deed = scene.pay(&label).await;
        scene.town.proxy.cut_after([bytes, bytes + 97, bytes + 211]);
        let lived = scene.payer.run(&deed).await;
        // Before the payment is confirmed it may fail; then it is not there.
        scene.town.proxy.cut_after([]);
        if !lived.status.success() {
            let again = scene.payer.run(&deed).await;
            assert!(again.status.success(), "{label}: {lived:?}, {again:?}");
        }
        scene.assert_paid(&label, 7).await;
    }
}
