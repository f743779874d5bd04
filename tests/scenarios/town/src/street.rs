//! The shops of the town, and what they do.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tallystick::artefact::{Role, Unproven};
use tallystick::clock::Clock as _;
use tallystick::error::WalletError;
use tallystick::keys::{AccountId, IssuerId};
use tallystick::money::{Amount, Currency, MoneyError};
use tallystick::request::{LinkError, RequestLink};
use tallystick::wallet::{
    AccountKind, FoundingDraft, Payment, PaymentState, PaymentWish, PriceWish, RequestLine, RequestWish,
    TipWish,
};
use tallystick_e2e::{Person, Town};

use crate::orders::Order;

/// The shops, all at one host. One counter takes the money of all of them, with the same account everywhere.
pub struct Street {
    town: Town,
    shops: BTreeMap<String, Shop>,
    counter: Person,
    stranger: Person,
}

struct Shop {
    issuer: IssuerId,
    owner: Person,
    decimals: u8,
}

/// Why an order was not followed, in words: the scenario is at fault, or the town.
type Followed<T = Value> = Result<T, String>;

impl Street {
    pub async fn new() -> Self {
        let town = Town::new().await;
        let (counter, stranger) = (town.person().await, town.person().await);
        Self { town, shops: BTreeMap::new(), counter, stranger }
    }

    pub async fn close(&mut self) {
        self.town.host.down().await;
    }

    pub async fn follow(&mut self, order: Order) -> Followed {
        match order {
            Order::Shop { name, code, decimals, symbol } => self.open(name, &code, decimals, &symbol).await,
            Order::Fund { shop, account, amount } => self.fund(&shop, account, &amount).await,
            Order::Ask { shop, amount, also, seconds, reusable, free_tip, lines } => {
                let shops: Vec<_> = std::iter::once(shop).chain(also).collect();
                let mut wish = RequestWish {
                    prices: Vec::new(),
                    // Whoever asks for something once waits a while for it.
                    seconds: seconds.or((!reusable).then_some(300)),
                    reusable,
                    reference: None,
                    tip: if free_tip { TipWish::Free } else { TipWish::NoTip },
                    lines: Vec::new(),
                    note: None,
                };
                for name in &shops {
                    let shop = self.shop(name)?;
                    let amount = amount.as_deref().map(|text| shop.amount(text)).transpose()?;
                    wish.prices.push(PriceWish { issuer: shop.issuer, amount });
                }
                for text in lines {
                    let amount = wish.prices.first().and_then(|price| price.amount).unwrap_or(Amount::ZERO);
                    wish.lines.push(RequestLine { text, quantity_thousandths: 1_000, amount });
                }
                let asked = self.counter.wallet.request_payment(wish).await.map_err(told)?;
                Ok(json!({ "link": asked.link, "app_link": asked.app_link, "request": asked.request }))
            }
            Order::Forge { link } => forge(&link),
            Order::Pay { shop, link } => self.pay(&shop, &link).await,
            Order::Refund { shop, payment, amount } => {
                let amount = amount.map(|text| self.shop(&shop)?.amount(&text)).transpose()?;
                self.counter.wallet.sync(self.shop(&shop)?.issuer).await.map_err(told)?;
                let plan = self.counter.wallet.plan_refund(payment, amount, None).await.map_err(told)?;
                settled(&self.counter.wallet.pay(plan, None).await.map_err(told)?)
            }
            Order::Books { shop } => self.books(&shop).await,
            Order::Fault { what, method, path, times } => {
                for _ in 0..times {
                    self.town.host.faults.once(&method, &path, what.into());
                }
                Ok(json!({}))
            }
            Order::FaultsSpent => {
                self.town.host.faults.all_spent().await;
                Ok(json!({}))
            }
            Order::Host { up: true } => {
                self.town.host.up().await;
                Ok(json!({}))
            }
            Order::Host { up: false } => {
                self.town.host.kill().await;
                Ok(json!({}))
            }
            Order::Clock { seconds } => {
                self.town.clock.move_by(seconds);
                Ok(json!({}))
            }
        }
    }

    fn shop(&self, name: &str) -> Followed<&Shop> {
        self.shops.get(name).ok_or_else(|| format!("there is no shop `{name}`"))
    }

    async fn open(&mut self, name: String, code: &str, decimals: u8, symbol: &str) -> Followed {
        let owner = self.town.person().await;
        let draft = FoundingDraft {
            host: self.town.host.origin(),
            host_tls_keys: self.town.host.server().tls_key_hashes(),
            name: name.clone(),
            currency: Currency::new(code, format!("{name}'s own"), symbol, decimals).map_err(wrong)?,
            promise: format!("{name} takes it back for what it sells."),
            // All that can be: scenarios of large amounts need it.
            owners_limit: Amount::MAX,
            own_limit: None,
            logo: None,
            account: AccountKind::Private,
        };
        let founded = owner.wallet.found_issuer(draft, None).await.map_err(told)?;
        let issuer = founded.issuer;
        let link = format!("{}/c/{issuer}", self.town.host.origin());
        let account =
            self.counter.wallet.add_currency(&link, AccountKind::Public).await.map_err(told)?.account;
        self.counter.wallet.sync(issuer).await.map_err(told)?;
        let until = self.town.clock.now() + 86_400 * 365;
        owner.wallet.attest(issuer, account, &name, Role::Worker, until).await.map_err(told)?;
        self.shops.insert(name, Shop { issuer, owner, decimals });
        Ok(json!({ "issuer": issuer, "link": link, "account": account }))
    }

    async fn fund(&self, shop: &str, account: AccountId, amount: &str) -> Followed {
        let shop = self.shop(shop)?;
        let wish = PaymentWish::of_account(shop.issuer, account, shop.amount(amount)?);
        let plan = shop.owner.wallet.plan(wish).await.map_err(told)?;
        settled(&shop.owner.wallet.pay(plan, None).await.map_err(told)?)
    }

    async fn pay(&self, shop: &str, link: &str) -> Followed {
        let shop = self.shop(shop)?;
        let card = format!("{}/c/{}", self.town.host.origin(), shop.issuer);
        let account =
            self.stranger.wallet.add_currency(&card, AccountKind::Private).await.map_err(told)?.account;
        let wish = PaymentWish { issuer: Some(shop.issuer), ..PaymentWish::of_link(link) };
        let plan = self.stranger.wallet.plan(wish).await.map_err(told)?;
        let given = PaymentWish::of_account(shop.issuer, account, plan.total);
        let given = shop.owner.wallet.plan(given).await.map_err(told)?;
        settled(&shop.owner.wallet.pay(given, None).await.map_err(told)?)?;
        self.stranger.wallet.sync(shop.issuer).await.map_err(told)?;
        let paid = self.stranger.wallet.pay(plan, None).await.map_err(told)?;
        Ok(
            json!({ "payment": paid.payment, "settled": paid.state == PaymentState::Settled, "refusal": paid.refusal }),
        )
    }

    async fn books(&self, shop: &str) -> Followed {
        let shop = self.shop(shop)?;
        self.counter.wallet.sync(shop.issuer).await.map_err(told)?;
        let balance = self.counter.wallet.balance(shop.issuer).await.map_err(told)?;
        let check = shop.owner.wallet.check_issuer(shop.issuer).await.map_err(told)?;
        let history =
            tallystick::wallet::HistoryQuery { issuer: Some(shop.issuer), limit: 200, ..Default::default() };
        let history = self.counter.wallet.history(history).await.map_err(told)?;
        let owner = shop.owner.wallet.balance(shop.issuer).await.map_err(told)?;
        Ok(json!({
            "balance": balance.balance.to_decimal_string(shop.decimals),
            "payments": history.payments.len(),
            "owner": owner.balance.to_decimal_string(shop.decimals),
            "faults": check.faults.iter().map(|fault| fault.code().to_owned()).collect::<Vec<_>>(),
        }))
    }
}

impl Shop {
    fn amount(&self, text: &str) -> Followed<Amount> {
        Amount::from_decimal_str(text, self.decimals).map_err(wrong)
    }
}

fn settled(payment: &Payment) -> Followed {
    match payment.state {
        PaymentState::Settled => Ok(json!({ "payment": payment.payment })),
        _ => Err(format!("the town's own payment was refused: {:?}", payment.refusal)),
    }
}

/// The same request with one bit of its signature turned, which stands at the end.
fn forge(link: &str) -> Followed {
    let RequestLink::ByValue { request, host } = RequestLink::parse(link).map_err(broken)? else {
        return Err("the link does not hold its request".to_owned());
    };
    let mut bytes = request.bytes().to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    let forged = Unproven::parse(&bytes).map_err(|error| error.to_string())?;
    let forged = RequestLink::by_value(forged, host.as_deref()).map_err(broken)?;

    Ok(json!({ "link": forged.text() }))
}

#[allow(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn told(error: WalletError) -> String {
    format!("{}: {error}", error.code())
}

#[allow(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn wrong(error: MoneyError) -> String {
    error.to_string()
}

#[allow(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn broken(error: LinkError) -> String {
    error.to_string()
}
