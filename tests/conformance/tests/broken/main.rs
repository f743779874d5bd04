//! The kit against issuers that are broken on purpose: each fails the rules that it breaks, and no others.

#![allow(clippy::unwrap_used, clippy::panic)]

mod breakage;
mod catalogue;
mod edits;
#[path = "../host/mod.rs"]
mod host;

use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use tallystick_conformance::{Options, run};

use crate::breakage::{Breakage, Broken};
use crate::host::Host;

/// Runs at the same time: they wait for the disk more than for the processor.
const TOGETHER: usize = 8;

/// What everybody is asked, besides the families of the rules that they should fail: all rules of all issuers would take
/// many minutes.
const ALWAYS: [&str; 5] = ["account.opening", "chain.follows", "host.", "order.executed", "order.same_bytes"];

fn asked(breakage: &Breakage) -> Vec<String> {
    let families = breakage.fails.iter().filter_map(|rule| rule.split_inclusive('.').next());
    let mut asked: Vec<String> = families.chain(ALWAYS).map(str::to_owned).collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// What differs from what was expected; empty: nothing.
async fn judge(breakage: &'static Breakage) -> String {
    let broken = Arc::new(Broken::new(breakage));
    let host = Host::start(Some(Arc::clone(&broken) as _)).await;
    broken.look_inside(host.server.inside());
    let report = run(&Options { only: asked(breakage), ..host.options() }).await.unwrap();
    let mut expected = breakage.fails.to_vec();
    let mut failed = report.failed();
    expected.sort_unstable();
    failed.sort_unstable();
    let blocked = report.blocked();
    host.server.shutdown().await;
    println!("an issuer that {}: {}", breakage.does, report.summary());
    let mut told = String::new();
    if failed != expected {
        let _ = writeln!(told, "- an issuer that {} failed {failed:?}, expected {expected:?}", breakage.does);
        for rule in
            report.rules.iter().filter(|rule| failed.contains(&rule.id) != expected.contains(&rule.id))
        {
            let _ = writeln!(told, "    {}: {}", rule.id, rule.outcome.why().unwrap_or("passed"));
        }
    }
    let unexpected: Vec<_> = blocked.iter().filter(|rule| !breakage.blocks.contains(rule)).collect();
    if !unexpected.is_empty() {
        let _ = writeln!(told, "- an issuer that {} blocked {unexpected:?}", breakage.does);
        for rule in report.rules.iter().filter(|rule| unexpected.contains(&&rule.id)) {
            let _ = writeln!(told, "    {}: {}", rule.id, rule.outcome.why().unwrap_or_default());
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fails_what_it_breaks_and_nothing_else() {
    let all = catalogue::all();
    let judged =
        stream::iter(all).map(|breakage| async move { tokio::spawn(judge(breakage)).await.unwrap() });
    let told: String = judged.buffer_unordered(TOGETHER).collect().await;
    assert!(told.is_empty(), "\n{told}");
}
