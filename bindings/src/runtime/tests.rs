#![allow(clippy::unwrap_used, clippy::panic)]

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;

use super::{RUNTIME, Stopped, spawned, watched};

/// Long enough for any machine; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

fn wait<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.as_ref().unwrap().block_on(work)
}

#[test]
fn work_runs_on_the_wallets_threads_not_on_the_callers() {
    let name = wait(spawned::<_, Stopped>(async { Ok(std::thread::current().name().map(str::to_owned)) }));
    assert_eq!(name, Ok(Some("tallystick".to_owned())));
}

#[test]
fn a_dropped_wait_leaves_the_work_running_to_its_end() {
    let (go, gate) = oneshot::channel::<()>();
    let (done, finished) = mpsc::channel();
    {
        let mut call = pin!(spawned::<_, Stopped>(async move {
            gate.await.map_err(|_| Stopped::Fault)?;
            done.send("finished").map_err(|_| Stopped::Fault)
        }));
        // Polled once, so that the work is under way, then dropped as a cancelled coroutine does.
        wait(poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            Poll::Ready(())
        }));
    }
    go.send(()).unwrap();
    assert_eq!(finished.recv_timeout(PATIENCE), Ok("finished"));
}

#[test]
fn a_wait_ends_with_its_caller_and_lets_go_of_all_that_it_holds() {
    let (held, holder) = mpsc::channel::<()>();
    {
        let mut call = pin!(watched::<(), Stopped>(async move {
            let _held = held;
            std::future::pending().await
        }));
        wait(poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            Poll::Ready(())
        }));
        assert_eq!(holder.try_recv(), Err(mpsc::TryRecvError::Empty));
    }
    assert_eq!(holder.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected));
}

#[test]
fn a_wait_gives_its_outcome_and_a_panic_in_it_is_an_error() {
    assert_eq!(wait(watched::<_, Stopped>(async { Ok(7) })), Ok(7));
    assert_eq!(
        wait(watched::<(), Stopped>(async { panic!("the phrase is abandon abandon") })),
        Err(Stopped::Fault)
    );
}

#[test]
fn a_panic_becomes_an_error_that_tells_nothing_of_its_message() {
    let outcome = wait(spawned::<(), Stopped>(async { panic!("the phrase is abandon abandon") }));
    assert_eq!(outcome, Err(Stopped::Fault));
    assert!(!Stopped::Fault.to_string().contains("abandon"));
}
