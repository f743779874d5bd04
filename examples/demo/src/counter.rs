//! Today at the counter: a till with a key of its own, a code on its screen, and a customer who scans it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tallystick::artefact::Role;
use tallystick::clock::Clock as _;
use tallystick::keys::Digest;
use tallystick::money::Amount;
use tallystick::request::{Code, CodeLevel, PaymentMark, RequestLink, Scanned, TerminalStyle, read_picture};
use tallystick::wallet::{AccountKind, KeyCapabilities, Payment, PaymentWay, PaymentWish};
use tallystick_till::place::Place;
use tallystick_till::{Config, Running, Till};

use crate::error::DemoError;
use crate::opening::People;
use crate::paying::{artefacts, receipt_of};
use crate::tablet::Tablet;
use crate::tell::{self, Teller};
use crate::town::{Shop, Town};

/// The PIN of the till's page.
pub const PIN: &str = "2468";

const MONTH_SECONDS: i64 = 30 * 86_400;
/// What the till may pay back a day, in smallest units.
const REFUNDS_A_DAY: i64 = 5_000;

/// A till that is open, and what it asks of the next customer.
pub struct Counter {
    /// The till.
    pub till: Running,
    /// The tablet behind the counter.
    tablet: Tablet,
    /// Where the picture of the code is.
    pub picture: PathBuf,
}

/// Berta's shop sets up a till.
pub async fn open(
    teller: &mut Teller,
    town: &Town,
    shops: &[Shop],
    people: &People,
) -> Result<Counter, DemoError> {
    teller.chapter("Today: the bakery sets up a till, which takes the money of all three shops");
    let Some(bakery) = shops.first() else { return Err(DemoError::NotSo("there is a bakery".into())) };
    let berta = &bakery.owner;
    let until = town.clock.now() + MONTH_SECONDS;
    for shop in shops {
        if shop.issuer != bakery.issuer {
            berta.wallet.add_currency(&shop.link, AccountKind::Public).await?;
        }
        let account = berta.account(shop).await?;
        let role = if shop.issuer == bakery.issuer { Role::Owner } else { Role::Customer };
        shop.owner.wallet.attest(shop.issuer, account, bakery.name, role, until).await?;
        berta.wallet.sync(shop.issuer).await?;
    }
    tell::say(
        "Each of the three owners vouches for the bakery's account: to them it is \"Old Mill Bakery\".",
    );

    let place = Place::new(town.folder().join("till"), Vec::new());
    let wallet = place.init().await?;
    let key = wallet.device_key()?;
    let capabilities =
        KeyCapabilities { receive: true, view: true, refund: true, ..KeyCapabilities::default() };
    for shop in shops {
        let limit = Some(Amount::new(REFUNDS_A_DAY));
        berta.wallet.grant_key(shop.issuer, key, capabilities, limit, until).await?;
        let link = berta.wallet.grant_link(shop.issuer).await?;
        wallet.act_for(&link.text()).await?;
        tell::fact(shop.currency.code(), &link.text());
    }
    tell::say(&format!(
        "The till has a key of its own. It may ask, look, and pay back up to {} a day, for a month.",
        bakery.amount(Amount::new(REFUNDS_A_DAY))
    ));
    let wish = PaymentWish::of_account(bakery.issuer, people.anna.account(bakery).await?, Amount::new(100));
    let tried = match wallet.plan(wish).await {
        Ok(plan) => wallet.pay(plan, None).await,
        Err(error) => Err(error),
    };
    teller.prove(
        "whoever steals the till cannot pay with it",
        "a try, which its wallet does not even sign: the grant does not allow it, and the issuer would say so too",
        tried.is_err_and(|error| error.code() == "not_granted"),
    )?;
    wallet.set_pin(PIN, None).await?;
    wallet.close().await?;

    // Whoever joins the town may first have to build `tally`, and has other things to do.
    let charge_lifetime = Duration::from_hours(12);
    let config =
        Config { shop: Some(bakery.name.into()), charge_lifetime, ..Config::on_loopback(place.options()?) };
    let till = Till::start(config).await?;
    tell::fact("its page", &till.url());
    let tablet = Tablet::open(&till, PIN).await?;
    Ok(Counter { till, tablet, picture: town.folder().join("till-code.png") })
}

impl Counter {
    /// Asks for two loaves, in each of the three currencies, and saves the picture of the code.
    async fn ask(&self, shops: &[Shop], key: &str) -> Result<(String, RequestLink), DemoError> {
        let prices: Vec<_> = shops
            .iter()
            .zip(["7.00", "5.60", "6.30"])
            .map(|(shop, amount)| json!({ "issuer": shop.issuer, "amount": amount }))
            .collect();
        let charge = self.tablet.charge(prices.into(), key).await?;
        let text = |name: &str| charge[name].as_str().unwrap_or_default().to_owned();
        let link = RequestLink::parse(&text("link")).map_err(|error| DemoError::Till(error.to_string()))?;
        std::fs::write(&self.picture, self.tablet.code(&text("id")).await?)?;
        Ok((text("id"), link))
    }

    /// Leaves a code on the screen for whoever joins the town. Gives its link.
    pub async fn wait_for_a_visitor(&self, shops: &[Shop]) -> Result<String, DemoError> {
        Ok(self.ask(shops, "for-the-visitor").await?.1.text())
    }
}

/// Anna scans the till's code from its picture, and pays.
pub async fn scan_and_pay(
    teller: &mut Teller,
    counter: &Counter,
    shops: &[Shop],
    people: &People,
) -> Result<(), DemoError> {
    teller.chapter("Anna buys two loaves: the till shows a code, her phone reads it from the picture");
    let Some(bakery) = shops.first() else { return Err(DemoError::NotSo("there is a bakery".into())) };
    let mut news = counter.tablet.listen().await?;
    let (id, asked) = counter.ask(shops, "two-loaves").await?;
    let drawn = Code::of_link(&asked.segments(), CodeLevel::Screen)
        .map_err(|error| DemoError::Till(error.to_string()))?;
    tell::code(&drawn.terminal(TerminalStyle::Colours));
    tell::fact("on the screen", &format!("version {}, {} modules a side", drawn.version(), drawn.width()));
    tell::fact("the picture", &counter.picture.display().to_string());

    let reading = read_picture(&std::fs::read(&counter.picture)?).map_err(DemoError::Picture)?;
    let scanned = reading.scanned().map_err(DemoError::Picture)?;
    teller.prove(
        "a phone reads from the picture what the till asks",
        "the code's text, found in the points of the picture, which is the till's link",
        matches!(&scanned, Scanned::Request { link } if link.text() == asked.text()),
    )?;

    let choices = people.anna.wallet.ways_to_pay(PaymentWish::of_link(asked.text())).await?;
    let mut plans = choices.ways.into_iter().filter_map(|way| match way {
        PaymentWay::Held { plan, .. } => Some(plan),
        _ => None,
    });
    let Some(plan) = plans.next() else { return Err(DemoError::NotSo("Anna can pay".into())) };
    for way in std::iter::once(&plan).chain(&plans.collect::<Vec<_>>()) {
        let shop = shops.iter().find(|shop| shop.issuer == way.issuer);
        let of = |amount| shop.map(|shop| shop.amount(amount)).unwrap_or_default();
        tell::fact("she could pay", &format!("{}, of {}", of(way.total), of(way.available)));
    }
    let payee = plan.payee.name.clone().unwrap_or_default();
    tell::fact("she sees", &format!("{payee}, says {}", plan.payee.vouched_by));
    teller.prove(
        "her wallet takes the baker's own money first",
        "the order of the ways, which follows her policy",
        plan.issuer == bakery.issuer && payee == bakery.name,
    )?;
    let paid = people.anna.confirm(plan).await?;
    let told = news.paid(&id).await?;
    both_receipts(teller, bakery, people, &paid, &told).await
}

/// What both sides have of it.
async fn both_receipts(
    teller: &mut Teller,
    bakery: &Shop,
    people: &People,
    paid: &Payment,
    told: &serde_json::Value,
) -> Result<(), DemoError> {
    let mark = PaymentMark::of(&paid.payment);
    let shown = &told["payment"]["mark"];
    tell::fact("Anna's phone", &format!("paid, {} ({})", mark.words.join(" "), mark.colour.name()));
    tell::fact("the till", &format!("paid, {} {} ({})", word(shown, 0), word(shown, 1), word(shown, 2)));
    teller.prove(
        "both sides see the same payment",
        "its id, and the colour and the two words that follow from it",
        told["payment"]["payment"] == paid.payment.to_string()
            && mark.words == [word(shown, 0), word(shown, 1)]
            && mark.colour.name() == word(shown, 2),
    )?;
    bakery.owner.wallet.sync(bakery.issuer).await?;
    let (hers, receipt) = artefacts(&people.anna.wallet.payment(paid.payment).await?)?;
    let shops = bakery.owner.wallet.payment(paid.payment).await?;
    receipt_of(bakery, &receipt);
    tell::fact("shop's entry", &shops.chain_hash.as_ref().map(Digest::to_string).unwrap_or_default());
    teller.prove(
        "each side holds its own half",
        "Anna's receipt and the entry in the shop's chain, which name the same order",
        receipt.body().order == hers.hash() && shops.payment.payment == hers.hash() && shops.entry.is_some(),
    )
}

/// The first and second word of a mark, and its colour.
fn word(mark: &serde_json::Value, index: usize) -> &str {
    mark["words"].get(index).unwrap_or(&mark["colour"]).as_str().unwrap_or_default()
}
