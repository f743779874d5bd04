//! A till that acts for a shop's account with a granted key, and where that ends.

#![allow(clippy::unwrap_used, clippy::panic)]

use tallystick::clock::Clock as _;
use tallystick::error::WalletError;
use tallystick::keys::{Digest, IssuerId};
use tallystick::money::Amount;
use tallystick::wallet::{
    ActingInfo, ActingState, Direction, GrantInfo, KeyCapabilities, Payment, PaymentState, PaymentWish,
    PriceWish, RequestInfo, RequestWish, TipWish,
};
use tallystick_e2e::{Person, Town};

/// What a till needs.
const TILL: KeyCapabilities =
    KeyCapabilities { pay: false, receive: true, refund: true, view: true, attest: false };
const DAY: i64 = 86_400;

struct Scene {
    town: Town,
    issuer: IssuerId,
    owner: Person,
    shop: Person,
    customer: Person,
}

async fn scene() -> Scene {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let shop = town.holder(issuer).await;
    let customer = town.holder_of(&owner, issuer, 10_000).await;
    owner.attest(&shop, issuer, "Corner Shop").await;
    Scene { town, issuer, owner, shop, customer }
}

impl Scene {
    /// A till of the shop: its key is granted, and it has scanned the shop's link.
    async fn till(&self, limit: Option<i64>) -> (Person, GrantInfo) {
        let till = self.town.person().await;
        let grant = self.grant(&till, TILL, limit, 30 * DAY).await;
        till.wallet.act_for(&self.link().await).await.unwrap();
        (till, grant)
    }

    async fn grant(
        &self,
        till: &Person,
        can: KeyCapabilities,
        limit: Option<i64>,
        seconds: i64,
    ) -> GrantInfo {
        let key = till.wallet.device_key().unwrap();
        let until = self.town.clock.now() + seconds;
        let limit = limit.map(Amount::new);
        self.shop.wallet.grant_key(self.issuer, key, can, limit, until).await.unwrap()
    }

    async fn link(&self) -> String {
        self.shop.wallet.grant_link(self.issuer).await.unwrap().text()
    }

    fn wish(&self, minor: i64) -> RequestWish {
        RequestWish {
            prices: vec![PriceWish { issuer: self.issuer, amount: Some(Amount::new(minor)) }],
            seconds: Some(300),
            reusable: false,
            reference: None,
            tip: TipWish::NoTip,
            lines: Vec::new(),
            note: None,
        }
    }

    async fn ask(&self, till: &Person, minor: i64) -> RequestInfo {
        till.wallet.request_payment(self.wish(minor)).await.unwrap()
    }

    async fn pays(&self, request: &RequestInfo) -> Payment {
        let mut wish = PaymentWish::of_link(&request.link);
        wish.memo = Some("for the shop's eyes".into());
        let plan = self.customer.wallet.plan(wish).await.unwrap();
        self.customer.wallet.pay(plan, None).await.unwrap()
    }

    /// The till asks, the customer pays, and the till sees it.
    async fn sale(&self, till: &Person, minor: i64) -> Payment {
        let request = self.ask(till, minor).await;
        assert_eq!(self.pays(&request).await.state, PaymentState::Settled);
        till.wallet.wait_for_request(request.request, 20_000).await.unwrap()
    }

    async fn acting(&self, till: &Person) -> ActingInfo {
        till.wallet.currency(self.issuer).await.unwrap().acting.unwrap()
    }
}

async fn refund(till: &Person, payment: Digest, minor: i64) -> Result<Payment, WalletError> {
    let plan = till.wallet.plan_refund(payment, Some(Amount::new(minor)), None).await?;
    till.wallet.pay(plan, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_takes_over_asks_is_paid_and_pays_back() {
    let scene = scene().await;
    scene.owner.give(&scene.shop, scene.issuer, 2_000).await;
    let till = scene.town.person().await;
    let link = scene.link().await;
    assert_eq!(till.wallet.act_for(&link).await.unwrap_err().code(), "no_grant");

    let grant = scene.grant(&till, TILL, Some(500), DAY).await;
    let currency = till.wallet.act_for(&link).await.unwrap();
    let acting = currency.acting.unwrap();
    assert_eq!(currency.account, scene.shop.account(scene.issuer).await);
    assert_eq!((acting.grant, acting.state, acting.capabilities), (grant.grant, ActingState::InForce, TILL));
    assert_eq!((acting.limit, acting.left_today), (Some(Amount::new(500)), Some(Amount::new(500))));
    assert_eq!(till.wallet.act_for(&link).await.unwrap().account, currency.account, "a second scan");
    // What was there before is there, and proven.
    assert_eq!(till.balance(scene.issuer).await, 2_000);

    let seen = scene.sale(&till, 450).await;
    assert_eq!((seen.amount, seen.direction), (Amount::new(450), Direction::In));
    assert_eq!(seen.memo, None, "the memo is sealed to the shop");
    assert_eq!(till.balance(scene.issuer).await, 2_450);
    assert!(till.wallet.balance(scene.issuer).await.unwrap().verified_at.is_some());

    let paid_back = refund(&till, seen.payment, 150).await.unwrap();
    assert_eq!((paid_back.state, paid_back.refusal), (PaymentState::Settled, None));
    assert!(paid_back.sequence.is_some(), "it is in the chain at once");
    assert_eq!(scene.acting(&till).await.left_today, Some(Amount::new(350)));
    assert_eq!(till.balance(scene.issuer).await, 2_300);

    // The shop sees both, the memo too, with a chain that it accepts.
    scene.shop.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(scene.shop.balance(scene.issuer).await, 2_300);
    let shown = scene.shop.wallet.payment(seen.payment).await.unwrap().payment;
    assert_eq!(shown.memo.as_deref(), Some("for the shop's eyes"));
    assert_eq!(shown.refunded, Amount::new(150));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tills_of_one_account_see_each_others_payments() {
    let scene = scene().await;
    let (one, _) = scene.till(None).await;
    let (other, _) = scene.till(Some(100)).await;
    let request = scene.ask(&one, 300).await;
    let second = scene.town.holder_of(&scene.owner, scene.issuer, 1_000).await;
    assert_eq!(scene.pays(&request).await.state, PaymentState::Settled);
    let plan = second.wallet.plan(PaymentWish::of_link(&request.link)).await.unwrap();
    assert_eq!(second.wallet.pay(plan, None).await.unwrap().refusal.as_deref(), Some("already_paid"));

    let seen = one.wallet.wait_for_request(request.request, 20_000).await.unwrap();
    other.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!((one.balance(scene.issuer).await, other.balance(scene.issuer).await), (300, 300));
    // What one till took in, the other pays back; each has a limit of its own.
    assert_eq!(refund(&other, seen.payment, 100).await.unwrap().state, PaymentState::Settled);
    one.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(one.balance(scene.issuer).await, 200);
    assert_eq!(one.wallet.payment(seen.payment).await.unwrap().payment.refunded, Amount::new(100));
    assert_eq!(scene.acting(&one).await.left_today, None);
    assert_eq!(scene.acting(&other).await.left_today, Some(Amount::ZERO));
    let error = refund(&one, seen.payment, 201).await.unwrap_err();
    assert_eq!(error.code(), "refund_exceeds", "they share what was paid back");
    assert_eq!(refund(&one, seen.payment, 200).await.unwrap().state, PaymentState::Settled);
}
