#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::super::testing::{START, TestWallet, bread, intent};
use super::IssuerRisk::{Caught, Proven, Stale, Withholding};
use super::{DisplayPrices, Exposure, ExposureReport, IssuerRate, Prices, report};
use crate::artefact::{Signed, Statement};
use crate::keys::{Digest, IssuerId, SigningKey};
use crate::money::{Amount, Currency};
use crate::operation::confirm::confirm;
use crate::operation::limits::Approval;
use crate::store::tables::issuer::{ISSUERS, OwnedIssuer};
use crate::store::tables::{evidence, statement};

const DAY: i64 = 86_400;

fn yen() -> Currency {
    Currency::new("YEN", "Yen", "", 0).unwrap()
}

fn euro() -> Currency {
    Currency::new("EUR", "Euro", "€", 2).unwrap()
}

/// An issuer whose balance and statement were verified so many seconds ago.
async fn verified(
    test: &TestWallet,
    number: u8,
    name: &str,
    currency: Currency,
    balance: i64,
    ages: (i64, i64),
) -> IssuerId {
    let issuer = test.currency(number, name, currency, balance).await;
    let signed = Statement {
        issuer,
        number: 4,
        previous: Some(Digest::of(&[b"3"])),
        time: START - ages.1,
        epoch: 0,
        root: Digest::of(&[b"root"]),
        sum: 5,
        debtors: Vec::new(),
    };
    let signed = Signed::sign(&signed, &SigningKey::from_bytes(&[number ^ 0x40; 32])).unwrap();
    let (hash, bytes) = (signed.hash(), signed.bytes().to_vec());
    test.context()
        .write(move |write| {
            let row = ISSUERS.key(write.cipher, issuer);
            Ok(statement::put(write.transaction, write.cipher, &row, 4, &bytes)?)
        })
        .await
        .unwrap();
    test.change_issuer(issuer, move |record| record.statement = Some((4, hash))).await;
    test.change_account(issuer, move |account| account.verified_at = Some(START - ages.0)).await;
    issuer
}

fn names(report: &ExposureReport) -> Vec<&str> {
    report.exposures.iter().map(|exposure| exposure.issuer_name.as_str()).collect()
}

#[tokio::test]
async fn all_that_is_known_of_an_issuer_is_told() {
    let test = TestWallet::new().await;
    assert_eq!(
        test.wallet.exposure(None).await.unwrap(),
        ExposureReport { exposures: Vec::new(), total: None, unpriced: 0 }
    );
    let issuer = verified(&test, 1, "Bakery", bread(), 500, (60, 3_600)).await;
    confirm(test.context(), intent(issuer, "one", 200), Approval::WithinLimits).await.unwrap();
    let report = test.wallet.exposure(None).await.unwrap();
    let expected = Exposure {
        issuer,
        issuer_name: "Bakery".into(),
        currency: bread(),
        at_stake: Amount::new(500),
        held: Amount::new(200),
        risk: Proven,
        promise: "A loaf a coin, says Bakery.".into(),
        owners_limit: Amount::new(1_000_000),
        owned: false,
        verified_at: Some(START - 60),
        verified_age_seconds: Some(60),
        statement_number: Some(4),
        statement_at: Some(START - 3_600),
        statement_age_seconds: Some(3_600),
        unproven_since: None,
        distrusted_since: None,
        evidence: 0,
        value: None,
        share_basis_points: None,
    };
    assert_eq!(report, ExposureReport { exposures: vec![expected], total: None, unpriced: 1 });
}

#[tokio::test]
async fn an_issuer_is_as_risky_as_the_worst_that_is_known() {
    let test = TestWallet::new().await;
    let fresh = (0, 0);
    verified(&test, 1, "fresh", bread(), 5, (7 * DAY, 2 * DAY)).await;
    verified(&test, 2, "old balance", bread(), 5, (7 * DAY + 1, 0)).await;
    verified(&test, 3, "old statement", bread(), 5, (0, 2 * DAY + 1)).await;
    test.currency(4, "never verified", bread(), 5).await;
    let withholding = verified(&test, 5, "withholding", bread(), 5, fresh).await;
    test.change_account(withholding, |account| account.unproven_since = Some(START)).await;
    let caught = verified(&test, 6, "caught", bread(), 5, fresh).await;
    test.change_account(caught, |account| account.unproven_since = Some(START)).await;
    test.change_issuer(caught, |record| record.distrusted_since = Some(START - 5)).await;
    let evidenced = verified(&test, 7, "evidenced", bread(), 5, fresh).await;
    test.context()
        .write(move |write| {
            for _ in 0..2 {
                let row = ISSUERS.key(write.cipher, evidenced);
                evidence::put(write.transaction, write.cipher, &row, START, b"two states")?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let report = test.wallet.exposure(None).await.unwrap();
    let risks: Vec<_> =
        report.exposures.iter().map(|exposure| (exposure.issuer_name.as_str(), exposure.risk)).collect();
    assert_eq!(
        risks,
        [
            ("caught", Caught),
            ("evidenced", Caught),
            ("withholding", Withholding),
            ("never verified", Stale),
            ("old balance", Stale),
            ("old statement", Stale),
            ("fresh", Proven),
        ]
    );
    assert_eq!(report.exposures[0].distrusted_since, Some(START - 5));
    assert_eq!((report.exposures[0].evidence, report.exposures[1].evidence), (0, 2));
    assert_eq!(report.exposures[3].verified_age_seconds, None);
}

#[tokio::test]
async fn who_owes_nothing_comes_last_and_an_owners_debt_is_no_exposure() {
    let test = TestWallet::new().await;
    let own = verified(&test, 1, "my own", bread(), -700, (0, 0)).await;
    test.change_issuer(own, |record| record.owned = Some(OwnedIssuer { index: 0, generation: 0 })).await;
    let empty = verified(&test, 2, "empty", bread(), 0, (0, 0)).await;
    test.change_issuer(empty, |record| record.distrusted_since = Some(START)).await;
    verified(&test, 3, "held", bread(), 1, (0, 0)).await;
    let report = test.wallet.exposure(None).await.unwrap();
    assert_eq!(names(&report), ["held", "empty", "my own"]);
    assert_eq!((report.exposures[2].at_stake, report.exposures[2].owned), (Amount::ZERO, true));
    assert_eq!(report.unpriced, 1);
}

#[tokio::test]
async fn prices_give_values_totals_and_shares() {
    let test = TestWallet::new().await;
    let bakery = verified(&test, 1, "Bakery", bread(), 1_000, (0, 0)).await;
    let cafe = verified(&test, 2, "Cafe", yen(), 3_000, (0, 0)).await;
    let caught = verified(&test, 3, "Caught", bread(), 250, (0, 0)).await;
    test.change_issuer(caught, |record| record.distrusted_since = Some(START)).await;
    verified(&test, 4, "Unknown", bread(), 1, (0, 0)).await;
    let rate = |issuer, rate: &str| IssuerRate { issuer, rate: rate.parse().unwrap() };
    let prices = DisplayPrices {
        currency: euro(),
        rates: vec![
            rate(bakery, "1.5"),
            rate(cafe, "0.01"),
            rate(caught, "2"),
            rate(IssuerId::new([9; 16]), "7"),
        ],
    };
    let report = test.wallet.exposure(Some(prices.clone())).await.unwrap();
    assert_eq!(names(&report), ["Caught", "Cafe", "Bakery", "Unknown"]);
    let values: Vec<_> = report
        .exposures
        .iter()
        .map(|exposure| (exposure.value.as_deref(), exposure.share_basis_points))
        .collect();
    assert_eq!(
        values,
        [
            (Some("5.00"), Some(1_000)),
            (Some("30.00"), Some(6_000)),
            (Some("15.00"), Some(3_000)),
            (None, None)
        ]
    );
    assert_eq!((report.total.as_deref(), report.unpriced), (Some("50.00"), 1));

    // A rate that makes more than can be shown is no price.
    let largest = Decimal::MAX.to_string();
    let prices = DisplayPrices { rates: vec![rate(bakery, &largest)], ..prices };
    let report = test.wallet.exposure(Some(prices)).await.unwrap();
    assert_eq!((report.total.as_deref(), report.unpriced), (Some("0.00"), 4));
    assert!(report.exposures.iter().all(|exposure| exposure.share_basis_points.is_none()));
}

fn exposure(number: u8, minor: i64, risk: u8, age: Option<i64>) -> Exposure {
    Exposure {
        issuer: IssuerId::new([number; 16]),
        issuer_name: format!("issuer {}", number % 3),
        currency: bread(),
        at_stake: Amount::new(minor),
        held: Amount::ZERO,
        risk: [Caught, Withholding, Stale, Proven][usize::from(risk)],
        promise: String::new(),
        owners_limit: Amount::ZERO,
        owned: false,
        verified_at: None,
        verified_age_seconds: age,
        statement_number: None,
        statement_at: None,
        statement_age_seconds: None,
        unproven_since: None,
        distrusted_since: None,
        evidence: 0,
        value: None,
        share_basis_points: None,
    }
}

proptest! {
    /// The order does not depend on how the issuers came; shares add up to about a whole; the total is the sum.
    #[test]
    fn a_report_adds_up_in_any_order(
        held in proptest::collection::vec((0..1_000_000_i64, 0..4_u8, proptest::option::of(0..9_i64), 0..3_u8), 0..9),
        turn in 0..9_usize,
    ) {
        let exposures: Vec<_> = held
            .iter()
            .zip(0..)
            .map(|((minor, risk, age, _), number)| exposure(number, *minor, *risk, *age))
            .collect();
        let rates = held
            .iter()
            .zip(0..)
            .filter(|((.., rate), _)| *rate > 0)
            .map(|((.., rate), number)| IssuerRate { issuer: IssuerId::new([number; 16]), rate: rate.to_string().parse().unwrap() })
            .collect();
        let prices = Prices::of(DisplayPrices { currency: euro(), rates }).unwrap();
        let told = report(exposures.clone(), Some(&prices));
        let mut turned = exposures;
        let by = turn % turned.len().max(1);
        turned.rotate_left(by);
        prop_assert_eq!(&report(turned, Some(&prices)), &told);

        let values: Vec<Decimal> = told.exposures.iter().filter_map(|exposure| exposure.value.as_deref()).map(|value| value.parse().unwrap()).collect();
        let total: Decimal = values.iter().sum();
        prop_assert_eq!(told.total.as_deref().map(|total| total.parse::<Decimal>().unwrap()), Some(total));
        let shares: i64 = told.exposures.iter().filter_map(|exposure| exposure.share_basis_points).sum();
        if total > Decimal::ZERO {
            prop_assert!((shares - 10_000).abs() <= i64::try_from(values.len()).unwrap());
        }
        let stakes = told.exposures.iter().map(|exposure| (!exposure.at_stake.is_positive(), exposure.risk));
        prop_assert!(stakes.is_sorted());
    }
}
