//! Today: chains, statements and sums.

use tallystick::keys::Digest;
use tallystick::ledger::ChainState;
use tallystick::money::Amount;
use tallystick::wallet::{HistoryQuery, IssuerRisk, MAX_PAGE, Payment};

use crate::error::DemoError;
use crate::opening::People;
use crate::tell::{self, Teller};
use crate::town::{Person, Shop, Town};

/// Anna's account at the bakery, entry by entry.
pub async fn chains(teller: &mut Teller, shops: &[Shop], people: &People) -> Result<(), DemoError> {
    teller.chapter("Anna's account at the bakery, checked entry by entry");
    let Some(bakery) = shops.first() else { return Err(DemoError::NotSo("there is a bakery".into())) };
    let account = people.anna.account(bakery).await?;
    let mut chain = ChainState::genesis(bakery.issuer, account, 0);
    let mut whole = true;
    for payment in oldest_first(&people.anna, bakery).await? {
        let details = people.anna.wallet.payment(payment.payment).await?;
        let bytes = details.entry.unwrap_or_default();
        let (after, entry) = chain
            .advance(&bytes)
            .map_err(|error| DemoError::NotSo(format!("the chain goes on with the next entry: {error}")))?;
        chain = after;
        whole &= details.chain_hash == Some(chain.hash);
        let (amount, balance) = (bakery.amount(entry.amount), bakery.amount(chain.balance));
        tell::fact(
            &format!("entry {}", entry.sequence),
            &format!("{amount:>12} → {balance:>12}   {}…", begins(&chain.hash)),
        );
    }
    teller.prove(
        "nothing was left out, added or changed",
        "the hashes: each covers its entry and the one before, and was made anew here from the bytes",
        whole && chain.balance == people.anna.balance(bakery).await?,
    )
}

/// A day goes by, and the host must say who owes what.
pub async fn statements(
    teller: &mut Teller,
    town: &Town,
    shops: &[Shop],
    people: &People,
) -> Result<(), DemoError> {
    teller.chapter("A day goes by, and each issuer must publish a statement");
    town.clock.let_the_day_go_by();
    town.make_statements().await?;
    for shop in shops {
        let check = shop.owner.wallet.check_issuer(shop.issuer).await?;
        tell::fact(
            shop.name,
            &format!(
                "statement {}: holders have {}, owners owe {}",
                check.number,
                shop.amount(check.outstanding),
                shop.amount(Amount::checked_sum(check.debts.iter().map(|debt| debt.owed))?)
            ),
        );
        let owed = Amount::checked_sum(check.debts.iter().map(|debt| debt.owed))?;
        teller.prove(
            &format!("{} hides no debt", shop.name),
            "its statement, in which credit and debt agree, held against the owner's own chain",
            check.faults.is_empty()
                && check.own_debt_checked
                && check.number >= 1
                && owed == check.outstanding
                && check.outstanding.is_positive(),
        )?;
    }
    let mut places = 0;
    let mut proven = true;
    for person in people.all() {
        for info in person.wallet.currencies().await? {
            person.wallet.sync(info.issuer).await?;
        }
        for one in person.wallet.exposure(None).await?.exposures {
            places += 1;
            proven &=
                one.risk == IssuerRisk::Proven && one.statement_number.is_some_and(|number| number >= 1);
        }
    }
    teller.prove(
        &format!("all {places} accounts of Anna, Ben and Ida are in the statements, with their balances"),
        "each wallet, which followed a path of hashes and sums from its own place to the statement's root",
        proven && places == 6,
    )
}

/// Everything sums to zero.
pub async fn sums(teller: &mut Teller, shops: &[Shop], people: &People) -> Result<(), DemoError> {
    teller.chapter("All balances of each money, added up");
    for shop in shops {
        let mut all: Vec<(&Person, Amount)> = vec![(&shop.owner, shop.owner.balance(shop).await?)];
        for person in people.all() {
            if person.wallet.currencies().await?.iter().any(|info| info.issuer == shop.issuer) {
                all.push((person, person.balance(shop).await?));
            }
        }
        let parts: Vec<String> =
            all.iter().map(|(person, amount)| format!("{} {}", person.name, shop.amount(*amount))).collect();
        tell::fact(shop.currency.code(), &parts.join(" · "));
        let sum = Amount::checked_sum(all.iter().map(|(_, amount)| *amount))?;
        teller.prove(
            &format!("no {} was made or lost on the way", shop.currency.code()),
            "the sum of the balances that the wallets proved, which is zero",
            sum.is_zero(),
        )?;
    }
    Ok(())
}

async fn oldest_first(person: &Person, shop: &Shop) -> Result<Vec<Payment>, DemoError> {
    let query = HistoryQuery { issuer: Some(shop.issuer), limit: MAX_PAGE, ..HistoryQuery::default() };
    let mut payments = person.wallet.history(query).await?.payments;
    payments.sort_by_key(|payment| payment.sequence);
    Ok(payments)
}

fn begins(hash: &Digest) -> String {
    hash.to_string().chars().take(8).collect()
}
