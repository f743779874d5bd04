//! Shops that take each other's money.

use std::sync::Arc;

use tallystick::artefact::Role;
use tallystick::clock::Clock as _;
use tallystick::keys::IssuerId;
use tallystick::money::{Amount, Currency};
use tallystick::wallet::{
    AccountKind, FoundingDraft, PaymentWish, PriceWish, RequestInfo, RequestWish, TipWish,
};

use crate::{Host, Person, Town};

/// A bakery and a grocer, each issuing its own money on a host of its own. The bakery has one public account, which both
/// issuers know as "Bakery", and takes both currencies. A customer has a little of each.
pub struct Street {
    /// The bakery's host, and everybody's clock.
    pub town: Town,
    /// The grocer's host.
    pub other_town: Town,
    /// Owner of the bakery, and the payee of its requests.
    pub baker: Person,
    /// Owner of the grocer's.
    pub grocer: Person,
    /// Who pays.
    pub customer: Person,
    /// Who issues the bakery's money, CRUST.
    pub bakery: IssuerId,
    /// Who issues the grocer's money, APPLE.
    pub greens: IssuerId,
}

impl Street {
    /// Everybody is in step; the customer has this much of each currency and has paid nobody yet.
    pub async fn new(crusts: i64, apples: i64) -> Self {
        let town = Town::new().await;
        let clock = Arc::clone(&town.clock);
        let other_town = Town { host: Host::new(Arc::clone(&clock)).await, clock };
        let (baker, grocer) = (town.person().await, town.person().await);
        let bakery = found(&baker, &town, "Bakery", "CRUST").await;
        let greens = found(&grocer, &other_town, "Greens", "APPLE").await;
        let link = format!("{}/c/{greens}", other_town.host.origin());
        baker.wallet.add_currency(&link, AccountKind::Public).await.expect("the currency is added");
        baker.wallet.sync(greens).await.expect("the baker is in step");
        let account = baker.account(bakery).await;
        assert_eq!(account, baker.account(greens).await, "a public account is the same everywhere");
        let until = town.clock.now() + 86_400 * 365;
        let own = baker.wallet.attest(bakery, account, "Bakery", Role::Owner, until).await;
        let theirs = grocer.wallet.attest(greens, account, "Bakery", Role::Customer, until).await;
        assert!(own.is_ok() && theirs.is_ok(), "the names are attested");

        let customer = town.holder_of(&baker, bakery, crusts).await;
        customer.add(&other_town.host, greens).await;
        if apples > 0 {
            grocer.give(&customer, greens, apples).await;
        }
        Self { town, other_town, baker, grocer, customer, bakery, greens }
    }

    /// Asked in both currencies, apples first, once and for five minutes.
    pub fn both(&self, crusts: i64, apples: i64) -> RequestWish {
        let price = |issuer, minor| PriceWish { issuer, amount: Some(Amount::new(minor)) };
        RequestWish {
            prices: vec![price(self.greens, apples), price(self.bakery, crusts)],
            seconds: Some(300),
            reusable: false,
            reference: None,
            tip: TipWish::NoTip,
            lines: Vec::new(),
            note: None,
        }
    }

    /// The baker asks.
    pub async fn ask(&self, wish: RequestWish) -> RequestInfo {
        self.baker.wallet.request_payment(wish).await.expect("a request")
    }

    /// A wish to pay a request as it asks.
    pub fn wish(request: &RequestInfo) -> PaymentWish {
        PaymentWish::of_link(&request.link)
    }
}

async fn found(owner: &Person, town: &Town, name: &str, code: &str) -> IssuerId {
    let draft = FoundingDraft {
        host: town.host.origin(),
        host_tls_keys: town.host.server().tls_key_hashes(),
        name: name.into(),
        currency: Currency::new(code, name, "", 2).expect("a currency"),
        promise: "Food for it.".into(),
        owners_limit: Amount::new(1_000_000),
        own_limit: None,
        logo: None,
        account: AccountKind::Public,
    };
    let owned = owner.wallet.found_issuer(draft, None).await.expect("the issuer is founded");
    owner.wallet.sync(owned.issuer).await.expect("the owner is in step");
    owned.issuer
}
