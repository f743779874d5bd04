//! A shop, a till that acts for it, and a customer.

use tallystick::clock::Clock as _;
use tallystick::error::WalletError;
use tallystick::keys::{Digest, IssuerId};
use tallystick::money::Amount;
use tallystick::wallet::{
    ActingInfo, GrantInfo, KeyCapabilities, Payment, PaymentState, PaymentWish, PriceWish, RequestInfo,
    RequestWish, TipWish,
};
use tallystick_e2e::{Person, Town};

/// What a till needs.
pub const TILL: KeyCapabilities =
    KeyCapabilities { pay: false, receive: true, refund: true, view: true, attest: false };
/// In seconds.
pub const DAY: i64 = 86_400;

pub struct Scene {
    pub town: Town,
    pub issuer: IssuerId,
    pub owner: Person,
    pub shop: Person,
    pub customer: Person,
}

pub async fn scene() -> Scene {
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
    pub async fn till(&self, limit: Option<i64>) -> (Person, GrantInfo) {
        let till = self.town.person().await;
        let grant = self.grant(&till, TILL, limit, 30 * DAY).await;
        till.wallet.act_for(&self.link().await).await.unwrap();
        (till, grant)
    }

    pub async fn grant(
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

    pub async fn link(&self) -> String {
        self.shop.wallet.grant_link(self.issuer).await.unwrap().text()
    }

    pub fn wish(&self, minor: i64) -> RequestWish {
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

    pub async fn ask(&self, till: &Person, minor: i64) -> RequestInfo {
        till.wallet.request_payment(self.wish(minor)).await.unwrap()
    }

    pub async fn pays(&self, request: &RequestInfo) -> Payment {
        let mut wish = PaymentWish::of_link(&request.link);
        wish.memo = Some("for the shop's eyes".into());
        let plan = self.customer.wallet.plan(wish).await.unwrap();
        self.customer.wallet.pay(plan, None).await.unwrap()
    }

    /// The till asks, the customer pays, and the till sees it.
    pub async fn sale(&self, till: &Person, minor: i64) -> Payment {
        let request = self.ask(till, minor).await;
        assert_eq!(self.pays(&request).await.state, PaymentState::Settled);
        till.wallet.wait_for_request(request.request, 20_000).await.unwrap()
    }

    pub async fn acting(&self, till: &Person) -> ActingInfo {
        till.wallet.currency(self.issuer).await.unwrap().acting.unwrap()
    }
}

pub async fn refund(till: &Person, payment: Digest, minor: i64) -> Result<Payment, WalletError> {
    let plan = till.wallet.plan_refund(payment, Some(Amount::new(minor)), None).await?;
    till.wallet.pay(plan, None).await
}

/// What a synchronisation says, as a stable code.
pub async fn sync_code(till: &Person, issuer: IssuerId) -> String {
    till.wallet.sync(issuer).await.map_or_else(|error| error.code().to_owned(), |()| "in_step".to_owned())
}
