//! A shop whose till acts for its account with a granted key.

use std::sync::Arc;

use reqwest::StatusCode;
use tallystick::clock::Clock as _;
use tallystick::keys::{IssuerId, PassphraseCost};
use tallystick::money::Amount;
use tallystick::wallet::{GrantInfo, KeyCapabilities};
use tallystick_e2e::{Person, Town, backend};
use tallystick_till::{Config, Running, Till};

use crate::counter::{PIN, Tablet};

const DAY: i64 = 86_400;

/// A shop, its till and whoever stands behind them.
pub struct Shop {
    pub town: Town,
    pub owner: Person,
    pub issuer: IssuerId,
    /// Whose account it is.
    pub holder: Person,
    pub grant: GrantInfo,
    _device: Person,
    pub till: Running,
    pub tablet: Tablet,
}

/// A shop whose till may ask for money, and pay back 5.00 a day.
pub async fn shop() -> Shop {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let holder = town.holder(issuer).await;
    let device = town.person().await;
    let can = KeyCapabilities { pay: false, receive: true, refund: true, view: true, attest: false };
    let key = device.wallet.device_key().unwrap();
    let until = town.clock.now() + 30 * DAY;
    let grant = holder.wallet.grant_key(issuer, key, can, Some(Amount::new(500)), until).await.unwrap();
    let link = holder.wallet.grant_link(issuer).await.unwrap();
    device.wallet.act_for(&link.text()).await.unwrap();
    device.wallet.set_pin(PIN, None).await.unwrap();
    device.wallet.close().await.unwrap();
    let mut config = Config::on_loopback(device.options.clone());
    config.wallet.backend = backend(Arc::clone(&town.clock));
    config.wallet.pin_cost = PassphraseCost::LEAST;
    config.shop = Some("Corner Shop".into());
    let till = Till::start(config).await.unwrap();
    let tablet = Tablet::new(&till);
    tablet.unlock(PIN).await.expect(StatusCode::NO_CONTENT);
    Shop { town, owner, issuer, holder, grant, _device: device, till, tablet }
}
