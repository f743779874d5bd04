//! What the holder stands to lose, issuer by issuer.
//!
//! A balance is credit that was given to a business, so this list says to whom, how much, how well it is proven, and
//! what the business promises. Currencies are not added up, because nothing says what one is worth in another; only who
//! gives prices for showing gets totals and shares, and those are approximate.
//!
//! Order, most worrying first:
//!
//! 1. Issuers that owe the holder something come before those that do not.
//! 2. Then by [`IssuerRisk`]: caught, withholding, stale, proven.
//! 3. Then what is worth most by the given prices; what has no price comes after what has.
//! 4. Then what was verified longest ago, or never; then by name.

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::Connection;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Wallet;
use crate::artefact::{Card, Statement};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::money::{Amount, Currency, DisplayRate};
use crate::operation::funds::{self, Funds};
use crate::operation::trust;
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::issuer::{ISSUERS, IssuerRecord};
use crate::store::tables::{Blob, evidence, statement};
use crate::store::{Cipher, StoreError};

/// A balance that was not verified for so long says little of today: a week.
const STALE_BALANCE_SECONDS: i64 = 7 * 86_400;
/// Statements come at least once a day (protocol §4.4); one that is older than two days is late.
const STALE_STATEMENT_SECONDS: i64 = 2 * 86_400;

/// Prices for showing, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct DisplayPrices {
    /// The currency in which values are shown.
    pub currency: Currency,
    /// What the wallet's currencies are worth in it. Not all need a price.
    pub rates: Vec<IssuerRate>,
}

/// About what one whole unit of an issuer's money is worth, in whole units of the currency in which values are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct IssuerRate {
    /// Whose money.
    pub issuer: IssuerId,
    /// The price of a whole unit.
    pub rate: DisplayRate,
}

/// What the wallet knows of an issuer's honesty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum IssuerRisk {
    /// It was caught contradicting itself; there is evidence.
    Caught,
    /// It withholds what would prove the balance.
    Withholding,
    /// The balance was never verified or not for a week, or the newest statement that was checked is over two days old.
    Stale,
    /// None of these.
    Proven,
}

/// What is at stake with one issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Exposure {
    /// The issuer.
    pub issuer: IssuerId,
    /// Its name, by its own word.
    pub issuer_name: String,
    /// Its currency.
    pub currency: Currency,
    /// What it owes the holder, in smallest units: the verified balance, what is on its way out included, for that is not
    /// gone until it is settled. Zero for an owner below zero.
    pub at_stake: Amount,
    /// The part of it that is on its way out.
    pub held: Amount,
    /// How much there is to worry.
    pub risk: IssuerRisk,
    /// What the business promises to whoever brings its money back.
    pub promise: String,
    /// The most that its owners together may owe, by its own word, in smallest units.
    pub owners_limit: Amount,
    /// Whether this wallet owns the issuer.
    pub owned: bool,
    /// When the balance was last verified against a signed head, by our clock.
    pub verified_at: Option<UnixSeconds>,
    /// How long ago that was, in seconds.
    pub verified_age_seconds: Option<i64>,
    /// The number of the newest statement that was checked.
    pub statement_number: Option<i64>,
    /// When that statement was signed, by the issuer's clock.
    pub statement_at: Option<UnixSeconds>,
    /// How long ago that was, by the issuer's clock, in seconds.
    pub statement_age_seconds: Option<i64>,
    /// Set while it withholds entries or a proof.
    pub unproven_since: Option<UnixSeconds>,
    /// Set since it was caught.
    pub distrusted_since: Option<UnixSeconds>,
    /// How many pieces of evidence there are against it.
    pub evidence: i64,
    /// About what is at stake, in whole units of the currency in which values are shown: plain decimal text. Absent
    /// without a price.
    pub value: Option<String>,
    /// The share of the total, in hundredths of a percent, rounded. Absent without a price.
    pub share_basis_points: Option<i64>,
}

/// What is at stake with all issuers, most worrying first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ExposureReport {
    /// Issuer by issuer.
    pub exposures: Vec<Exposure>,
    /// About what is at stake altogether, of all that has a price: plain decimal text in whole units. Absent if no prices
    /// were given, or if it is too large to be shown.
    pub total: Option<String>,
    /// With how many issuers something is at stake that has no price, and so is not in the total.
    pub unpriced: i64,
}

impl Wallet {
    /// What the holder stands to lose, most worrying first. Needs no network: it says what is known now.
    pub async fn exposure(&self, prices: Option<DisplayPrices>) -> Result<ExposureReport, WalletError> {
        let prices = prices.map(Prices::of).transpose()?;
        let now = self.context.now();
        let known = self.context.read(move |connection, cipher| all_known(connection, cipher, now)).await?;
        let exposures = known
            .into_iter()
            .map(|known| {
                let issuer_now = self.context.backend.issuer_now(&known.account.issuer);
                judge(known, now, issuer_now)
            })
            .collect();
        Ok(report(exposures, prices.as_ref()))
    }
}

/// What is stored of an issuer, as far as it matters here.
struct Known {
    record: IssuerRecord,
    account: AccountRecord,
    card: Card,
    funds: Funds,
    statement_at: Option<UnixSeconds>,
    evidence: i64,
}

fn all_known(connection: &Connection, cipher: &Cipher, now: UnixSeconds) -> Result<Vec<Known>, WalletError> {
    let accounts = ACCOUNTS.all(connection, cipher)?;
    // What this wallet only acts for, somebody else stands to lose.
    let own = accounts.into_iter().filter(|account| account.acting.is_none());
    own.map(|account| known(connection, cipher, account, now)).collect()
}

fn known(
    connection: &Connection,
    cipher: &Cipher,
    account: AccountRecord,
    now: UnixSeconds,
) -> Result<Known, WalletError> {
    let row = ISSUERS.key(cipher, account.issuer);
    let record = ISSUERS
        .at(connection, cipher, &row)?
        .ok_or_else(|| StoreError::unreadable("the issuer of an account"))?;
    let card = trust::stored::<Card>(&record.card, "issuer.card")?.body().clone();
    let funds = funds::of(connection, cipher, &row, &account, now)?;
    let bytes = match record.statement {
        Some((number, _)) => statement::get(connection, cipher, &row, number)?,
        None => None,
    };
    let statement_at = bytes
        .map(|bytes| trust::stored::<Statement>(&Blob(bytes), "statement.value"))
        .transpose()?
        .map(|statement| statement.body().time);
    let evidence = evidence::count(connection, &row)?;
    Ok(Known { record, account, card, funds, statement_at, evidence })
}

/// How much there is to worry about an issuer of this wallet.
pub(super) fn risk_of(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &IssuerId,
    now: UnixSeconds,
    issuer_now: UnixSeconds,
) -> Result<IssuerRisk, WalletError> {
    let account = trust::account(connection, cipher, issuer)?;
    Ok(judge(known(connection, cipher, account, now)?, now, issuer_now).risk)
}

fn judge(known: Known, now: UnixSeconds, issuer_now: UnixSeconds) -> Exposure {
    let Known { record, account, card, funds, statement_at, evidence } = known;
    let age = |now: i64, then: Option<i64>| then.map(|then| now.saturating_sub(then).max(0));
    let verified_age_seconds = age(now, account.verified_at);
    let statement_age_seconds = age(issuer_now, statement_at);
    let is_stale = |age: Option<i64>, limit: i64| age.is_none_or(|age| age > limit);
    let risk = if record.distrusted_since.is_some() || evidence > 0 {
        IssuerRisk::Caught
    } else if account.unproven_since.is_some() {
        IssuerRisk::Withholding
    } else if is_stale(verified_age_seconds, STALE_BALANCE_SECONDS)
        || is_stale(statement_age_seconds, STALE_STATEMENT_SECONDS)
    {
        IssuerRisk::Stale
    } else {
        IssuerRisk::Proven
    };
    Exposure {
        issuer: card.issuer,
        issuer_name: card.name,
        currency: card.currency,
        at_stake: account.chain.balance.max(Amount::ZERO),
        held: funds.held,
        risk,
        promise: card.promise,
        owners_limit: card.owners_limit,
        owned: record.owned.is_some(),
        verified_at: account.verified_at,
        verified_age_seconds,
        statement_number: record.statement.map(|(number, _)| number),
        statement_at,
        statement_age_seconds,
        unproven_since: account.unproven_since,
        distrusted_since: record.distrusted_since,
        evidence,
        value: None,
        share_basis_points: None,
    }
}

/// Prices by issuer.
struct Prices {
    currency: Currency,
    rates: HashMap<IssuerId, DisplayRate>,
}

impl Prices {
    fn of(prices: DisplayPrices) -> Result<Self, WalletError> {
        let currency = prices.currency.validated()?;
        Ok(Self {
            currency,
            rates: prices.rates.into_iter().map(|price| (price.issuer, price.rate)).collect(),
        })
    }

    /// What is at stake, or none without a price, or if it is too large to be shown.
    fn value(&self, exposure: &Exposure) -> Option<Decimal> {
        let rate = self.rates.get(&exposure.issuer)?;
        rate.approximate(exposure.at_stake, &exposure.currency, &self.currency).ok()
    }

    fn text(&self, value: Decimal) -> String {
        format!("{value:.*}", usize::from(self.currency.decimals()))
    }
}

fn report(mut exposures: Vec<Exposure>, prices: Option<&Prices>) -> ExposureReport {
    let values: HashMap<IssuerId, Decimal> =
        exposures.iter().filter_map(|exposure| Some((exposure.issuer, prices?.value(exposure)?))).collect();
    exposures.sort_by_cached_key(|exposure| {
        (
            !exposure.at_stake.is_positive(),
            exposure.risk,
            Reverse(values.get(&exposure.issuer).copied()),
            Reverse(exposure.verified_age_seconds.unwrap_or(i64::MAX)),
            exposure.issuer_name.clone(),
            exposure.issuer,
        )
    });
    let total = values.values().try_fold(Decimal::ZERO, |total, value| total.checked_add(*value));
    if let Some(prices) = prices {
        for exposure in &mut exposures {
            let value = values.get(&exposure.issuer).copied();
            exposure.value = value.map(|value| prices.text(value));
            exposure.share_basis_points = value.zip(total).and_then(|(value, total)| share(value, total));
        }
    }
    let unpriced = exposures
        .iter()
        .filter(|exposure| exposure.at_stake.is_positive() && !values.contains_key(&exposure.issuer))
        .count();
    ExposureReport {
        exposures,
        total: prices.zip(total).map(|(prices, total)| prices.text(total)),
        unpriced: i64::try_from(unpriced).unwrap_or(i64::MAX),
    }
}

/// Hundredths of a percent, half up.
fn share(value: Decimal, total: Decimal) -> Option<i64> {
    let share = value.checked_div(total)?.checked_mul(Decimal::from(10_000))?;
    i64::try_from(share.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)).ok()
}

#[cfg(test)]
mod tests;
