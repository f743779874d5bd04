//! Yesterday: the host opens, shops become issuers, and people come.

use tallystick::artefact::Role;
use tallystick::clock::Clock as _;
use tallystick::money::{Amount, Currency};
use tallystick::request::CardLink;
use tallystick::wallet::{AccountKind, FoundingDraft};

use crate::error::DemoError;
use crate::tell::{self, Teller};
use crate::town::{Person, Shop, Town};

const YEAR_SECONDS: i64 = 365 * 86_400;

/// Everybody who holds money.
pub struct People {
    /// A customer.
    pub anna: Person,
    /// Another.
    pub ben: Person,
    /// Who sells the bread: a worker with an account of her own, so that no owner's key lies at the counter.
    pub seller: Person,
}

impl People {
    /// All of them.
    pub fn all(&self) -> [&Person; 3] {
        [&self.anna, &self.ben, &self.seller]
    }
}

/// The host.
pub fn host(teller: &mut Teller, town: &Town) {
    teller.chapter("A host opens");
    tell::fact("address", town.origin());
    for key in town.tls_keys() {
        tell::fact("TLS key", &key.to_string());
    }
    tell::say("It made its own certificate. Cards name its key, so the town needs no certificate authority.");
    tell::say("It cannot make money: it only has signing keys, for as long as the owners' cards name them.");
}

/// Three shops become issuers.
pub async fn shops(teller: &mut Teller, town: &Town) -> Result<Vec<Shop>, DemoError> {
    teller.chapter("Three shops become issuers, each with its own money");
    let mut shops = Vec::new();
    for (owner, folder, name, code, symbol, promise) in [
        ("Berta", "berta", "Old Mill Bakery", "BREAD", "", "A loaf of rye for 3.50."),
        ("Carlo", "carlo", "Corner Café", "COFFEE", "☕", "An espresso for 2.00."),
        ("Dora", "dora", "Dora's Books", "PAGE", "", "Any book at its printed price."),
    ] {
        let owner = town.person(owner, folder).await?;
        let currency = Currency::new(code, code, symbol, 2)?;
        let draft = FoundingDraft {
            host: town.origin().to_owned(),
            host_tls_keys: town.tls_keys(),
            name: name.into(),
            currency: currency.clone(),
            promise: promise.into(),
            owners_limit: Amount::new(100_000),
            own_limit: None,
            logo: None,
            account: AccountKind::Public,
        };
        let owned = owner.wallet.found_issuer(draft, None).await?;
        let link = owner.wallet.currency(owned.issuer).await?.link;
        tell::fact(name, &format!("{code:<7} {link}"));
        shops.push(Shop { owner, issuer: owned.issuer, name, currency, link });
    }
    let named_by_link =
        shops.iter().all(|shop| CardLink::parse(&shop.link).is_ok_and(|link| link.issuer == shop.issuer));
    teller.prove(
        "each issuer is its owner's alone",
        "its id, a hash of the founding key that never left the owner's wallet; it is in the link on the door",
        named_by_link,
    )?;
    Ok(shops)
}

/// People add the shops' money; the bakery's owner vouches for the till's name.
pub async fn people(teller: &mut Teller, town: &Town, shops: &[Shop]) -> Result<People, DemoError> {
    teller.chapter("People come, and add the shops' money from the links on their doors");
    let [bakery, cafe, books] = shops else { return Err(DemoError::NotSo("there are three shops".into())) };
    let people = People {
        anna: town.person("Anna", "anna").await?,
        ben: town.person("Ben", "ben").await?,
        seller: town.person("Ida", "ida").await?,
    };
    let anna_there = people.anna.add(bakery).await?;
    let anna_elsewhere = people.anna.add(cafe).await?;
    people.anna.add(books).await?;
    people.ben.add(bakery).await?;
    people.ben.add(books).await?;
    let seller = people.seller.add(bakery).await?;
    tell::say(
        "Anna will hold money of all three shops, Ben of the bakery and the bookshop. Ida sells the bread.",
    );
    teller.prove(
        "Anna's accounts cannot be linked to each other",
        "her wallet, which has a key and an account of its own at each issuer",
        anna_there.account != anna_elsewhere.account,
    )?;

    let until = town.clock.now() + YEAR_SECONDS;
    let owner = &bakery.owner.wallet;
    owner.grant_role(bakery.issuer, seller.account, Role::Worker, None, until).await?;
    let named = owner.attest(bakery.issuer, seller.account, "Ida at the bakery", Role::Worker, until).await?;
    tell::say(&format!(
        "Berta makes Ida a worker, and vouches for her name: \"{}, says {}\".",
        named.attestation.name, bakery.name
    ));
    Ok(people)
}

/// The owners give out money.
pub async fn issue(teller: &mut Teller, shops: &[Shop], people: &People) -> Result<(), DemoError> {
    teller.chapter("The owners issue money: they pay it, and their own balances go below zero");
    let [bakery, cafe, books] = shops else { return Err(DemoError::NotSo("there are three shops".into())) };
    for (shop, person, minor) in [
        (bakery, &people.anna, 5_000),
        (bakery, &people.ben, 2_000),
        (cafe, &people.anna, 3_000),
        (books, &people.anna, 1_500),
        (books, &people.ben, 4_000),
    ] {
        shop.owner.give(person, shop, minor).await?;
        tell::fact(shop.owner.name, &format!("gives {} {}", person.name, shop.amount(Amount::new(minor))));
    }
    let owes = bakery.owner.balance(bakery).await?;
    teller.prove(
        &format!(
            "Berta owes {}, and that is all the bread money there is",
            bakery.amount(Amount::new(7_000))
        ),
        "her own account's chain of entries, up to a head that the issuer signed",
        owes == Amount::new(-7_000),
    )?;
    let refused = beyond_funds(people, bakery).await?;
    teller.prove(
        "a customer cannot go below zero",
        "a try: Anna's wallet plans to pay more than she holds, and may not confirm it",
        refused,
    )
}

/// Whether Anna is kept from paying more than she holds.
async fn beyond_funds(people: &People, shop: &Shop) -> Result<bool, DemoError> {
    let held = people.anna.balance(shop).await?;
    let tried = people.anna.give(&people.ben, shop, held.minor() + 1).await;
    Ok(tried.is_err_and(|error| error.code() == "insufficient_funds"))
}
