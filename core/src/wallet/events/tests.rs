#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;

use super::super::testing::TestWallet;
use crate::error::WalletError;
use crate::event::{Event, NumberedEvent};
use crate::keys::IssuerId;

fn event(writer: u8, number: u8) -> Event {
    let mut id = [writer; 16];
    id[1] = number;
    Event::BalanceChanged { issuer: IssuerId::new(id) }
}

/// Which writer, and its how-manieth event.
fn origin(numbered: &NumberedEvent) -> (u8, u8) {
    match &numbered.event {
        Event::BalanceChanged { issuer } => (issuer.as_bytes()[0], issuer.as_bytes()[1]),
        other => panic!("{other:?}"),
    }
}

async fn drain(test: &TestWallet, mut after: i64) -> Vec<NumberedEvent> {
    let mut all = Vec::new();
    while let Some(found) = test.wallet.try_next_event(after).await.unwrap() {
        after = found.sequence;
        all.push(found);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_of_many_writers_comes_once_and_in_order() {
    const WRITERS: u8 = 8;
    const EACH: u8 = 25;
    let test = TestWallet::new().await;
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let wallet = test.wallet.clone();
            tokio::spawn(async move {
                let mut read = Vec::new();
                let mut after = 0;
                while read.len() < usize::from(WRITERS) * usize::from(EACH) {
                    let found = wallet.next_event(after).await.unwrap().unwrap();
                    assert!(found.sequence > after);
                    after = found.sequence;
                    read.push(found);
                }
                read
            })
        })
        .collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let wallet = test.wallet.clone();
            tokio::spawn(async move {
                for number in 0..EACH {
                    wallet.context.write(move |write| write.tell(&event(writer, number))).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let stored = drain(&test, 0).await;
    for reader in readers {
        assert_eq!(reader.await.unwrap(), stored);
    }
    let mut seen: HashMap<u8, u8> = HashMap::new();
    for found in &stored {
        let (writer, number) = origin(found);
        let expected = seen.entry(writer).or_default();
        assert_eq!(number, *expected, "writer {writer}");
        *expected += 1;
    }
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_after_a_restart() {
    let mut test = TestWallet::new().await;
    for number in 0..5 {
        test.tell(event(1, number)).await;
    }
    let before = drain(&test, 0).await;
    test.wallet.ack(before[1].sequence).await.unwrap();
    test.wallet.ack(before[1].sequence).await.unwrap();
    test.wallet.ack(0).await.unwrap();
    test.reopen().await;
    assert_eq!(drain(&test, 0).await, before[2..]);

    // Numbers are never used again, even if all were acknowledged.
    test.wallet.ack(before[4].sequence).await.unwrap();
    assert_eq!(test.wallet.try_next_event(0).await, Ok(None));
    test.reopen().await;
    test.tell(event(2, 0)).await;
    let next = test.wallet.next_event(before[4].sequence).await.unwrap().unwrap();
    assert!(next.sequence > before[4].sequence);
    assert_eq!(origin(&next), (2, 0));
}

#[tokio::test]
async fn what_has_not_happened_cannot_be_acknowledged() {
    let test = TestWallet::new().await;
    assert_eq!(test.wallet.ack(1).await.unwrap_err().code(), "unknown_event");
    test.tell(event(1, 0)).await;
    let first = test.wallet.next_event(0).await.unwrap().unwrap();
    let error = test.wallet.ack(first.sequence + 1).await.unwrap_err();
    assert_eq!(error.code(), "unknown_event");
    assert_eq!(test.wallet.next_event(0).await, Ok(Some(first)));
}

#[tokio::test]
async fn an_event_of_a_write_that_fails_never_happened() {
    let test = TestWallet::new().await;
    let failed = test
        .wallet
        .context
        .write(|write| {
            write.tell(&event(1, 0))?;
            Err::<(), _>(WalletError::not_found("luck"))
        })
        .await;
    assert_eq!(failed, Err(WalletError::not_found("luck")));
    assert_eq!(test.wallet.try_next_event(0).await, Ok(None));
    test.tell(event(1, 1)).await;
    assert_eq!(origin(&test.wallet.next_event(0).await.unwrap().unwrap()), (1, 1));
}

/// What ends the waiting of a reader.
#[derive(Clone, Copy, Debug)]
enum End {
    Close,
    Pause,
    PauseAndResume,
    Lock,
}

async fn wait_until(end: End) -> Result<Option<NumberedEvent>, WalletError> {
    let test = TestWallet::new().await;
    let waiters: Vec<_> = (0..4)
        .map(|_| {
            let wallet = test.wallet.clone();
            let (begun, is_begun) = tokio::sync::oneshot::channel();
            let waiting = tokio::spawn(async move {
                let waiting = wallet.next_event(0);
                let mut waiting = std::pin::pin!(waiting);
                let first = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(waiting.as_mut().poll(context).is_ready())
                });
                assert!(!first.await, "ended before anything happened");
                begun.send(()).unwrap();
                waiting.await
            });
            (is_begun, waiting)
        })
        .collect();
    let mut waiting = Vec::new();
    for (is_begun, waiter) in waiters {
        is_begun.await.unwrap();
        waiting.push(waiter);
    }
    match end {
        End::Close => test.wallet.close().await.unwrap(),
        End::Pause => test.wallet.pause().await.unwrap(),
        End::PauseAndResume => {
            test.wallet.pause().await.unwrap();
            test.wallet.resume().await.unwrap();
        }
        End::Lock => test.wallet.lock().await,
    }
    let mut outcomes = Vec::new();
    for waiter in waiting {
        outcomes.push(waiter.await.unwrap());
    }
    // Whoever comes later is told the same.
    if !matches!(end, End::PauseAndResume) {
        outcomes.push(test.wallet.next_event(0).await);
    }
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{end:?}: {outcomes:?}");
    outcomes.swap_remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_with_the_session() {
    for end in [End::Close, End::Pause, End::PauseAndResume] {
        assert_eq!(wait_until(end).await, Ok(None), "{end:?}");
    }
    assert_eq!(wait_until(End::Lock).await, Err(WalletError::Locked));
}

#[tokio::test]
async fn after_a_pause_and_after_a_lock_it_goes_on_where_it_was() {
    let test = TestWallet::new().await;
    test.tell(event(1, 0)).await;
    test.wallet.pause().await.unwrap();
    assert_eq!(test.wallet.next_event(0).await, Ok(None));
    assert_eq!(test.wallet.try_next_event(0).await.unwrap_err().code(), "paused");
    assert_eq!(test.wallet.ack(1).await.unwrap_err().code(), "paused");
    test.wallet.resume().await.unwrap();
    let first = test.wallet.next_event(0).await.unwrap().unwrap();

    test.wallet.lock().await;
    assert_eq!(test.wallet.next_event(0).await, Err(WalletError::Locked));
    assert_eq!(test.wallet.try_next_event(0).await, Err(WalletError::Locked));
    test.wallet.unlock().await.unwrap();
    assert_eq!(test.wallet.next_event(0).await, Ok(Some(first)));
}
