#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::super::testing::{START, TestWallet, bread, received};
use super::{ExportChunk, ExportFormat, ExportQuery, FIELDS, csv};
use crate::clock::to_rfc3339;
use crate::keys::{AccountId, Digest, IssuerId, RequestId};
use crate::money::{Amount, Currency};
use crate::store::tables::payment::{Direction, Payment, PaymentState};

const HEADER: &str = "payment,issuer,issuer_name,currency,decimals,time,state,direction,counterpart,\
    counterpart_name,amount,tip,refunded,memo,request,repays,refusal,epoch,sequence\r\n";

/// RFC 4180, read strictly.
fn parse_csv(text: &str) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut cells = Vec::new();
        loop {
            let mut cell = String::new();
            if let Some(mut quoted) = rest.strip_prefix('"') {
                loop {
                    let (before, after) = quoted.split_once('"').expect("the quote ends");
                    cell.push_str(before);
                    let Some(escaped) = after.strip_prefix('"') else {
                        rest = after;
                        break;
                    };
                    cell.push('"');
                    quoted = escaped;
                }
            } else {
                let end = rest.find([',', '\r']).expect("the line ends");
                assert!(!rest[..end].contains(['"', '\n']), "{rest:?}");
                cell = rest[..end].into();
                rest = &rest[end..];
            }
            cells.push(cell);
            if let Some(after) = rest.strip_prefix("\r\n") {
                rest = after;
                break;
            }
            rest = rest.strip_prefix(',').expect("a comma between cells");
        }
        lines.push(cells);
    }
    lines
}

/// The text of a cell, without the apostrophe that guards it.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

async fn export(test: &TestWallet, format: ExportFormat, issuer: Option<IssuerId>) -> (String, i64) {
    let mut bytes = Vec::new();
    let count = test.wallet.export(format, issuer, &mut bytes).await.unwrap();
    (String::from_utf8(bytes).unwrap(), count)
}

/// What must stand in the file, field by field, said without the code under test.
fn expected(payment: &Payment, name: &str, currency: &Currency) -> Vec<Option<String>> {
    let decimals = currency.decimals();
    let state = match payment.state {
        PaymentState::Pending => "pending",
        PaymentState::Settled => "settled",
        PaymentState::Refused => "refused",
        PaymentState::Lapsed => "lapsed",
    };
    let direction = match payment.direction {
        Direction::Out => "out",
        Direction::In => "in",
    };
    vec![
        Some(payment.payment.to_string()),
        Some(payment.issuer.to_string()),
        Some(name.into()),
        Some(currency.code().into()),
        Some(decimals.to_string()),
        to_rfc3339(payment.at),
        Some(state.into()),
        Some(direction.into()),
        Some(payment.counterpart.to_string()),
        payment.counterpart_name.clone(),
        Some(payment.amount.to_decimal_string(decimals)),
        payment.tip.map(|tip| tip.to_decimal_string(decimals)),
        Some(payment.refunded.to_decimal_string(decimals)),
        payment.memo.clone(),
        payment.request.map(|request| request.to_string()),
        payment.repays.map(|repays| repays.to_string()),
        payment.refusal.clone(),
        payment.epoch.map(|epoch| epoch.to_string()),
        payment.sequence.map(|sequence| sequence.to_string()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-=+@＝－\t\r\n'\",; a-z0-9é😀]{0,12}",
        any::<String>(),
        Just("=HYPERLINK(\"https://evil.example\";\"you won\")".to_owned()),
        Just("-2+3+cmd|' /C calc'!A0".to_owned()),
    ]
}

fn payment(issuer: IssuerId) -> impl Strategy<Value = Payment> {
    let times = prop_oneof![START - 100..START, any::<i64>()];
    let amounts = (1..=i64::MAX, proptest::option::of(1..=i64::MAX), 0..=i64::MAX);
    let ends = (0..4_u8, any::<bool>());
    let texts = (proptest::option::of(text()), proptest::option::of(text()), proptest::option::of(text()));
    let place = proptest::option::of((any::<u32>(), 1..=i64::MAX));
    let ids =
        (any::<[u8; 16]>(), proptest::option::of(any::<[u8; 16]>()), proptest::option::of(any::<[u8; 32]>()));
    (any::<u64>(), times, amounts, ends, texts, place, ids).prop_map(
        move |(number, at, (amount, tip, refunded), (state, out), (name, memo, refusal), place, ids)| {
            Payment {
                state: match state {
                    0 => PaymentState::Pending,
                    1 => PaymentState::Settled,
                    2 => PaymentState::Refused,
                    _ => PaymentState::Lapsed,
                },
                direction: if out { Direction::Out } else { Direction::In },
                counterpart: AccountId::new(ids.0),
                counterpart_name: name,
                tip: tip.map(Amount::new),
                memo,
                request: ids.1.map(RequestId::new),
                repays: ids.2.map(Digest::new),
                refunded: Amount::new(refunded),
                refusal,
                epoch: place.map(|(epoch, _)| epoch),
                sequence: place.map(|(_, sequence)| sequence),
                ..received(issuer, number, at, amount)
            }
        },
    )
}

/// Both forms hold every payment exactly, whatever strangers wrote into it, and no spreadsheet finds a formula.
#[test]
fn what_was_exported_reads_back_as_it_was() {
    let runtime = Runtime::new().unwrap();
    let name = "=Bakery \"Zum Ähren\"";
    let currency = Currency::new("BREAD", "Bread", "", 3).unwrap();
    let (test, issuer) = runtime.block_on(async {
        let test = TestWallet::new().await;
        let issuer = test.currency(1, name, currency.clone(), 0).await;
        (test, issuer)
    });
    let payments = proptest::collection::vec(payment(issuer), 0..8);
    TestRunner::new(ProptestConfig::with_cases(64))
        .run(&payments, |payments| {
            let (csv, json) = runtime.block_on(async {
                test.forget_payments().await;
                test.payments(payments.clone()).await;
                (export(&test, ExportFormat::Csv, None).await, export(&test, ExportFormat::Json, None).await)
            });
            let mut wanted: Vec<_> =
                payments.iter().map(|payment| expected(payment, name, &currency)).collect();
            wanted.sort();

            let mut lines = parse_csv(&csv.0);
            prop_assert_eq!(lines.remove(0), FIELDS.map(str::to_owned));
            for cell in lines.iter().flatten() {
                prop_assert!(
                    !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
                );
            }
            let mut read: Vec<Vec<String>> = lines
                .iter()
                .map(|cells| cells.iter().map(|cell| unguarded(cell).to_owned()).collect())
                .collect();
            read.sort();
            let plain: Vec<Vec<String>> = wanted
                .iter()
                .map(|fields| fields.iter().map(|field| field.clone().unwrap_or_default()).collect())
                .collect();
            prop_assert_eq!(read, plain);

            let json_value: Value = serde_json::from_str(&json.0).unwrap();
            let mut read: Vec<Vec<Option<String>>> = json_value["payments"]
                .as_array()
                .unwrap()
                .iter()
                .map(|payment| {
                    let fields = payment.as_object().unwrap();
                    assert_eq!(fields.len(), FIELDS.len());
                    FIELDS
                        .iter()
                        .map(|field| match &fields[*field] {
                            Value::Null => None,
                            Value::String(text) => Some(text.clone()),
                            number => Some(number.to_string()),
                        })
                        .collect()
                })
                .collect();
            read.sort();
            prop_assert_eq!(read, wanted);
            let count = i64::try_from(payments.len()).unwrap();
            prop_assert_eq!((csv.1, json.1), (count, count));
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn the_names_of_the_fields_stay() {
    let test = TestWallet::new().await;
    assert_eq!(export(&test, ExportFormat::Csv, None).await, (HEADER.to_owned(), 0));
    let empty = "{\"format\":\"tallystick-history-1\",\"payments\":[\n]}\n";
    assert_eq!(export(&test, ExportFormat::Json, None).await, (empty.to_owned(), 0));

    let issuer = test.currency(1, "Bakery", bread(), 0).await;
    let refused = Payment {
        state: PaymentState::Refused,
        direction: Direction::Out,
        counterpart_name: Some("Zoe".into()),
        memo: Some("two, please".into()),
        refusal: Some("insufficient_funds".into()),
        ..received(issuer, 1, 1_792_698_403, 1050)
    };
    test.payments(vec![refused.clone()]).await;
    let (id, account) = (refused.payment, refused.counterpart);
    let line = format!(
        "{id},{issuer},Bakery,BREAD,2,2026-10-22T19:46:43Z,refused,out,{account},Zoe,10.50,,0.00,\"two, please\",,,\
         insufficient_funds,,\r\n"
    );
    assert_eq!(export(&test, ExportFormat::Csv, None).await.0, format!("{HEADER}{line}"));
    let object = format!(
        "{{\"payment\":\"{id}\",\"issuer\":\"{issuer}\",\"issuer_name\":\"Bakery\",\"currency\":\"BREAD\",\"decimals\":2,\
         \"time\":\"2026-10-22T19:46:43Z\",\"state\":\"refused\",\"direction\":\"out\",\"counterpart\":\"{account}\",\
         \"counterpart_name\":\"Zoe\",\"amount\":\"10.50\",\"tip\":null,\"refunded\":\"0.00\",\"memo\":\"two, please\",\
         \"request\":null,\"repays\":null,\"refusal\":\"insufficient_funds\",\"epoch\":null,\"sequence\":null}}"
    );
    let json = format!("{{\"format\":\"tallystick-history-1\",\"payments\":[\n{object}\n]}}\n");
    assert_eq!(export(&test, ExportFormat::Json, None).await.0, json);
}

#[test]
fn a_formula_becomes_text_and_a_separator_stays_inside() {
    for (cell, line) in [
        ("plain text 1.50", "plain text 1.50\r\n"),
        ("", "\r\n"),
        ("=1+1", "\"'=1+1\"\r\n"),
        ("-5", "\"'-5\"\r\n"),
        ("@SUM(A1)", "\"'@SUM(A1)\"\r\n"),
        ("'quoted'", "\"''quoted'\"\r\n"),
        ("a;=1+1", "\"a;=1+1\"\r\n"),
        ("say \"hi\"", "\"say \"\"hi\"\"\"\r\n"),
        ("two\nlines", "\"two\nlines\"\r\n"),
        ("naïve Ünïcode", "naïve Ünïcode\r\n"),
    ] {
        assert_eq!(csv::line([cell.to_owned()].into_iter()), line, "{cell}");
    }
}

/// All parts of an export.
async fn parts(test: &TestWallet, format: ExportFormat, issuer: Option<IssuerId>) -> Vec<ExportChunk> {
    let mut parts = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let part = test.wallet.export_chunk(ExportQuery { format, issuer, after }).await.unwrap();
        after = part.next.clone();
        parts.push(part);
        if after.is_none() {
            return parts;
        }
    }
}

#[tokio::test]
async fn a_long_history_comes_in_parts_that_make_one_file() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 0).await;
    let other = test.currency(2, "Cafe", Currency::new("YEN", "Yen", "", 0).unwrap(), 0).await;
    let payments = (0..450_u64).map(|number| {
        let issuer = if number < 200 { other } else { issuer };
        received(issuer, number, START + i64::try_from(number).unwrap(), 1050)
    });
    test.payments(payments.collect()).await;
    for (issuer, counts) in
        [(None, vec![200, 200, 50]), (Some(other), vec![200]), (Some(issuer), vec![200, 50])]
    {
        let total: i64 = counts.iter().sum();
        for format in [ExportFormat::Csv, ExportFormat::Json] {
            let parts = parts(&test, format, issuer).await;
            assert_eq!(parts.iter().map(|part| part.payments).collect::<Vec<_>>(), counts);
            let file: String = parts.into_iter().map(|part| part.text).collect();
            assert_eq!(export(&test, format, issuer).await, (file.clone(), total));
            let amounts: Vec<String> = match format {
                ExportFormat::Csv => {
                    parse_csv(&file).into_iter().skip(1).map(|line| line[10].clone()).collect()
                }
                ExportFormat::Json => {
                    let json: Value = serde_json::from_str(&file).unwrap();
                    let payments = json["payments"].as_array().unwrap();
                    payments.iter().map(|payment| payment["amount"].as_str().unwrap().to_owned()).collect()
                }
            };
            assert_eq!(amounts.len(), usize::try_from(total).unwrap());
            let whole = amounts.iter().filter(|amount| *amount == "1050").count();
            assert_eq!(whole, if issuer.is_none_or(|issuer| issuer == other) { 200 } else { 0 });
            assert!(amounts.iter().all(|amount| amount == "1050" || amount == "10.50"));
        }
    }
}

/// Takes so many bytes and no more.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_writer_that_fails_is_told() {
    let test = TestWallet::new().await;
    for room in [0, 20] {
        let failed = test.wallet.export(ExportFormat::Csv, None, &mut Full(room)).await;
        assert_eq!(failed.unwrap_err().code(), "export_not_written");
    }
    let bad = ExportQuery { format: ExportFormat::Csv, issuer: None, after: Some("?".into()) };
    assert_eq!(test.wallet.export_chunk(bad).await.unwrap_err().code(), "bad_cursor");
}
