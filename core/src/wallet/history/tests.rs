#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;

use super::super::testing::{START, TestWallet, bread, intent, received};
use super::{HistoryQuery, page, parse, to_text};
use crate::artefact::{Order, Receipt, Refusal, Seen, Signed};
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId, OrderId, SigningKey};
use crate::money::Amount;
use crate::operation::confirm::confirm;
use crate::operation::limits::Approval;
use crate::store::tables::entry::{self, EntryRecord};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation::{self, OperationState};
use crate::store::tables::payment::{Filter, Payment, PaymentState, Position};

fn query(limit: u32) -> HistoryQuery {
    HistoryQuery { limit, ..HistoryQuery::default() }
}

/// All pages, and how many there were.
async fn all(test: &TestWallet, mut query: HistoryQuery) -> (Vec<Payment>, usize) {
    let mut payments = Vec::new();
    for pages in 1.. {
        let page = test.wallet.history(query.clone()).await.unwrap();
        assert!(page.payments.len() <= query.limit as usize);
        payments.extend(page.payments);
        match page.next {
            Some(next) => query.before = Some(next),
            None => return (payments, pages),
        }
    }
    unreachable!()
}

fn ids(payments: &[Payment]) -> Vec<Digest> {
    payments.iter().map(|payment| payment.payment).collect()
}

fn named(issuer: IssuerId, number: u64, name: Option<&str>, memo: Option<&str>) -> Payment {
    Payment {
        counterpart_name: name.map(Into::into),
        memo: memo.map(Into::into),
        ..received(issuer, number, START + i64::try_from(number).unwrap(), 5)
    }
}

#[tokio::test]
async fn pages_are_newest_first_and_end() {
    let test = TestWallet::new().await;
    assert_eq!(all(&test, query(5)).await, (Vec::new(), 1));
    let issuer = test.currency(1, "Bakery", bread(), 0).await;
    let other = test.currency(2, "Cafe", bread(), 0).await;
    // Three to a second, so that the order within one counts.
    let payments: Vec<_> = (0..20_u64)
        .map(|number| {
            let issuer = if number % 4 == 0 { other } else { issuer };
            received(issuer, number, START + i64::try_from(number / 3).unwrap(), 5)
        })
        .collect();
    test.payments(payments.clone()).await;

    for (limit, pages) in [(1, 20), (3, 7), (5, 4), (19, 2), (20, 1), (200, 1)] {
        let (found, count) = all(&test, query(limit)).await;
        assert_eq!(count, pages, "{limit}");
        assert!(found.is_sorted_by(|newer, older| newer.at >= older.at), "{limit}");
        let mut expected = ids(&payments);
        let mut listed = ids(&found);
        expected.sort();
        listed.sort();
        assert_eq!(listed, expected, "{limit}");
    }
    let (found, _) = all(&test, HistoryQuery { issuer: Some(other), ..query(2) }).await;
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|payment| payment.issuer == other));
}

#[tokio::test]
async fn pages_stay_where_they_are_while_payments_arrive_and_change() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 0).await;
    let payments: Vec<_> = (0..9).map(|number| named(issuer, number, None, None)).collect();
    test.payments(payments.clone()).await;
    let first = test.wallet.history(query(3)).await.unwrap();

    test.payments((100..110).map(|number| named(issuer, number, None, None)).collect()).await;
    let changed = Payment { refunded: Amount::new(5), ..payments[6].clone() };
    test.payments(vec![changed]).await;
    let (rest, _) = all(&test, HistoryQuery { before: first.next, ..query(3) }).await;
    let mut listed = ids(&first.payments);
    listed.extend(ids(&rest));
    listed.reverse();
    assert_eq!(listed, ids(&payments));
}

#[tokio::test]
async fn search_looks_at_names_and_memos_word_by_word() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 0).await;
    let payments = [
        (Some("Zoë Müller"), Some("Rye bread, two loaves")),
        (Some("Muldoon & Sons"), Some("invoice 2024/17")),
        (None, Some("müsli")),
        (Some("Zoe Miller"), None),
    ];
    let payments = payments.iter().zip(0..).map(|((name, memo), number)| named(issuer, number, *name, *memo));
    test.payments(payments.collect()).await;
    for (text, expected) in [
        ("zoe", vec![3, 0]),
        ("ZOË mu", vec![]),
        ("zoe mul", vec![0]),
        ("mul", vec![1, 0]),
        ("mull", vec![0]),
        ("mus", vec![2]),
        ("bread loaves", vec![0]),
        ("loaves bread", vec![0]),
        ("2024", vec![1]),
        ("17", vec![1]),
        ("1", vec![]),
        ("müller bread", vec![0]),
        ("sons bread", vec![]),
        ("!!", vec![3, 2, 1, 0]),
        ("", vec![3, 2, 1, 0]),
    ] {
        let (found, _) = all(&test, HistoryQuery { text: Some(text.into()), ..query(2) }).await;
        let expected: Vec<_> =
            expected.into_iter().map(|number| named(issuer, number, None, None).payment).collect();
        assert_eq!(ids(&found), expected, "{text}");
    }
}

#[tokio::test]
async fn a_search_that_passes_over_many_still_fills_its_page() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 0).await;
    // All share the first three letters, so the index finds them all; one in 50 is meant.
    let payments: Vec<_> = (0..500)
        .map(|number| {
            named(issuer, number, Some(if number % 50 == 0 { "Breadshop" } else { "Breakfast" }), None)
        })
        .collect();
    test.payments(payments).await;
    let search = HistoryQuery { text: Some("bread".into()), ..query(4) };
    let first = test.wallet.history(search.clone()).await.unwrap();
    assert_eq!(first.payments.len(), 4);
    let (found, pages) = all(&test, search).await;
    assert_eq!((found.len(), pages), (10, 3));

    // Bounded: with little to spend it gives what it has, and goes on from there.
    let (mut found, mut calls) = (Vec::new(), 0);
    let mut before = None;
    loop {
        let filter = Filter { issuer: None, text: Some("bread".into()), before };
        let (payments, next) = test
            .context()
            .read(move |connection, cipher| Ok(page(connection, cipher, filter, 4, 1)?))
            .await
            .unwrap();
        found.extend(payments);
        calls += 1;
        if next.is_none() {
            break;
        }
        before = next;
    }
    assert_eq!(found.len(), 10);
    assert_eq!(calls, 5);
}

#[tokio::test]
async fn what_is_no_query_is_refused() {
    let test = TestWallet::new().await;
    for limit in [0, 201, u32::MAX] {
        assert_eq!(test.wallet.history(query(limit)).await.unwrap_err().code(), "page_size");
    }
    let position = Position { at: -1, epoch: i64::MAX, sequence: 3, row: [7; 16] };
    let good = to_text(position);
    assert_eq!(parse(&good), Ok(position));
    for bad in ["", "1", "not a cursor", &good[1..], &format!("{good}AA"), &"A".repeat(good.len())] {
        let query = HistoryQuery { before: Some(bad.into()), ..query(1) };
        assert_eq!(test.wallet.history(query).await.unwrap_err().code(), "bad_cursor", "{bad}");
    }
    assert_eq!(test.wallet.payment(Digest::of(&[b"none"])).await, Err(WalletError::not_found("payment")));
    test.wallet.lock().await;
    assert_eq!(test.wallet.history(query(1)).await, Err(WalletError::Locked));
}

/// However payments share seconds and whatever the page size, all pages together are the history, once.
#[test]
fn pages_cover_everything_once() {
    let runtime = Runtime::new().unwrap();
    let (test, issuer) = runtime.block_on(async {
        let test = TestWallet::new().await;
        let issuer = test.currency(1, "Bakery", bread(), 0).await;
        (test, issuer)
    });
    let strategy = (proptest::collection::vec(0..6_i64, 0..25), 1..9_u32);
    TestRunner::new(ProptestConfig::with_cases(48))
        .run(&strategy, |(seconds, limit)| {
            let payments: Vec<_> = (0..)
                .zip(&seconds)
                .map(|(number, second)| received(issuer, number, START + second, 5))
                .collect();
            let (found, pages) = runtime.block_on(async {
                test.forget_payments().await;
                test.payments(payments.clone()).await;
                all(&test, query(limit)).await
            });
            prop_assert_eq!(pages, payments.len().div_ceil(limit as usize).max(1));
            let (mut found, mut expected) = (ids(&found), ids(&payments));
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
            Ok(())
        })
        .unwrap();
}

/// What an issuer would sign.
fn receipt(order: &Signed<Order>) -> Signed<Receipt> {
    let body = order.body();
    let receipt = Receipt {
        issuer: body.issuer,
        order: order.hash(),
        account: body.payer,
        sequence: 1,
        chain_hash: Digest::of(&[b"chain"]),
        epoch: 0,
        time: START,
    };
    Signed::sign(&receipt, &SigningKey::from_bytes(&[1; 32])).unwrap()
}

#[tokio::test]
async fn a_payment_out_comes_with_what_was_sent_and_what_was_answered() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 500).await;
    let confirmed =
        confirm(test.context(), intent(issuer, "one", 100), Approval::WithinLimits).await.unwrap();
    let confirmed = confirmed.operation();
    let payment = confirmed.record.payment;
    let details = test.wallet.payment(payment).await.unwrap();
    assert_eq!(details.payment.state, PaymentState::Pending);
    assert_eq!(details.order.as_deref(), Some(confirmed.record.order.0.as_slice()));
    assert_eq!(details.not_after, Some(confirmed.record.not_after));
    assert_eq!((details.attempts, details.last_fault), (1, None));
    assert_eq!((details.receipt, details.refusal, details.entry), (None, None, None));

    let key = confirmed.key;
    test.context()
        .write(move |write| {
            operation::begin_attempt(write.transaction, &key, START)?;
            Ok(operation::note_fault(write.transaction, &key, "timeout", START)?)
        })
        .await
        .unwrap();
    let details = test.wallet.payment(payment).await.unwrap();
    assert_eq!((details.attempts, details.last_fault.as_deref()), (2, Some("timeout")));

    let order: Signed<Order> = Signed::parse(&confirmed.record.order.0).unwrap();
    let refusal = Refusal { issuer, subject: order.hash(), code: "expired".into(), time: START };
    let refusal = Signed::sign(&refusal, &SigningKey::from_bytes(&[1; 32])).unwrap();
    let bytes = refusal.bytes().to_vec();
    let settled = receipt(&order).bytes().to_vec();
    for (state, answer) in [(OperationState::Refused, bytes), (OperationState::Settled, settled)] {
        let (expected, confirmed) = (Some(answer.clone()), confirmed.clone());
        test.context()
            .write(move |write| {
                // Open again, to see it end in both ways.
                write.transaction.execute("UPDATE operation SET state = 0", []).unwrap();
                let answer = Some(answer.as_slice());
                operation::finish(write.transaction, write.cipher, &confirmed, state, answer, START)?;
                Ok(())
            })
            .await
            .unwrap();
        let details = test.wallet.payment(payment).await.unwrap();
        let (same, other) = match state {
            OperationState::Refused => (details.refusal, details.receipt),
            _ => (details.receipt, details.refusal),
        };
        assert_eq!((same, other), (expected, None));
    }
}

#[tokio::test]
async fn a_payment_in_the_chain_comes_with_its_entry() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Bakery", bread(), 500).await;
    let order = Order {
        issuer,
        payer: AccountId::new([7; 16]),
        payee: AccountId::new([8; 16]),
        amount: Amount::new(5),
        order_id: OrderId::new([1; 16]),
        not_after: START,
        request: None,
        repays: None,
        memo: None,
        seen: Seen { head: Digest::of(&[]), statement_number: 0, statement: Digest::of(&[]) },
        tip: None,
    };
    let order = Signed::sign(&order, &SigningKey::from_bytes(&[2; 32])).unwrap();
    let record = EntryRecord {
        entry: b"entry".to_vec(),
        chain_hash: Digest::of(&[b"chain"]),
        order: order.bytes().to_vec(),
        receipt: receipt(&order).bytes().to_vec(),
        request: b"request".to_vec(),
        memo: Vec::new(),
    };
    let shown =
        Payment { payment: order.hash(), epoch: Some(3), sequence: Some(1), ..received(issuer, 1, START, 5) };
    test.payments(vec![shown.clone()]).await;
    let stored = record.clone();
    test.context()
        .write(move |write| {
            let row = ISSUERS.key(write.cipher, issuer);
            Ok(entry::put(write.transaction, write.cipher, &row, 3, 1, &stored)?)
        })
        .await
        .unwrap();
    let details = test.wallet.payment(order.hash()).await.unwrap();
    assert_eq!(details.payment, shown);
    assert_eq!(details.order, Some(record.order));
    assert_eq!(details.receipt, Some(record.receipt));
    assert_eq!(details.request, Some(record.request));
    assert_eq!(details.entry, Some(record.entry));
    assert_eq!(details.chain_hash, Some(record.chain_hash));
    assert_eq!((details.sealed_memo, details.refusal, details.not_after), (None, None, None));
}
