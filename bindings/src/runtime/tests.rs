#![allow(clippy::unwrap_used, clippy::panic)]

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;

use super::{RUNTIME, Stopped, spawned};

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
fn a_panic_becomes_an_error_that_tells_nothing_of_its_message() {
    let outcome = wait(spawned::<(), Stopped>(async { panic!("the phrase is abandon abandon") }));
    assert_eq!(outcome, Err(Stopped::Fault));
    assert!(!Stopped::Fault.to_string().contains("abandon"));
}
