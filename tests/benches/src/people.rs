//! An owner with an issuer, and people who hold its money.

use std::sync::Arc;

use tallystick::artefact::Role;
use tallystick::clock::Clock as _;
use tallystick::keys::IssuerId;
use tallystick::money::{Amount, Currency};
use tallystick::wallet::{AccountKind, FoundingDraft};
use tallystick_e2e::{Person, TestClock};

use crate::host::Address;

/// An issuer on a host, and everybody's clock.
pub struct Village {
    /// The machine's.
    pub clock: Arc<TestClock>,
    /// Where the issuer is.
    pub host: Address,
    /// Who owns it.
    pub owner: Person,
    /// The issuer.
    pub issuer: IssuerId,
}

impl Village {
    /// Founds an issuer on a host.
    pub async fn found(host: &Address) -> Self {
        let clock = Arc::new(TestClock::default());
        let owner = Person::new(Arc::clone(&clock)).await;
        let draft = FoundingDraft {
            host: host.origin.clone(),
            host_tls_keys: host.tls_keys.clone(),
            name: "Bakery".into(),
            currency: Currency::new("BUN", "Bun", "b", 2).expect("a currency"),
            promise: "A bun for a hundred.".into(),
            owners_limit: Amount::new(1_000_000_000),
            own_limit: None,
            logo: None,
            account: AccountKind::Private,
        };
        let owned = owner.wallet.found_issuer(draft, None).await.expect("the issuer is founded");
        owner.wallet.sync(owned.issuer).await.expect("the owner is in step");
        Self { clock, host: host.clone(), owner, issuer: owned.issuer }
    }

    /// Somebody who has added the currency.
    pub async fn holder(&self) -> Person {
        let person = Person::new(Arc::clone(&self.clock)).await;
        let link = format!("{}/c/{}", self.host.origin, self.issuer);
        person.wallet.add_currency(&link, AccountKind::Private).await.expect("the currency is added");
        person.wallet.sync(self.issuer).await.expect("the wallet is in step");
        person
    }

    /// Somebody with money.
    pub async fn holder_of(&self, minor: i64) -> Person {
        let person = self.holder().await;
        self.owner.give(&person, self.issuer, minor).await;
        person
    }

    /// Somebody with a name that the owner attested.
    pub async fn shop(&self, name: &str) -> Person {
        let shop = self.holder().await;
        let until = self.clock.now() + 86_400 * 365;
        let account = shop.account(self.issuer).await;
        let attested = self.owner.wallet.attest(self.issuer, account, name, Role::Customer, until).await;
        attested.expect("the name is attested");
        shop
    }
}
