//! Payments a second: wallets that pay each other as fast as they can, with the issuer in a process of its own.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tallystick::wallet::PaymentState;
use tallystick_e2e::Person;
use tempfile::TempDir;

use super::Size;
use crate::clocks::process_cpu;
use crate::disk::Commits;
use crate::host::HostProcess;
use crate::people::Village;
use crate::report::{Figure, Section, number};
use crate::stats::{Times, median, ms, ratio};

/// Wallets that pay, each to one that is paid.
const CLIENTS: usize = 16;
/// Kept up with two cores, the issuer's share included.
const PAYMENTS_PER_SECOND: f64 = 1_000.0;

/// One round.
struct Round {
    per_second: f64,
    latencies: Times,
    commit: Duration,
    wallet_cpu: Duration,
    issuer_cpu: Duration,
    followed_cpu: Duration,
}

pub(super) async fn run(size: Size) -> io::Result<Section> {
    let (rounds, each) = (size.pick(5, 1), size.pick(150, 2));
    let folder = TempDir::new()?;
    let mut host = HostProcess::start(folder.path())?;
    let village = Arc::new(Village::found(&host.address).await);
    let mut pairs = Vec::new();
    for _ in 0..CLIENTS {
        let payer = village.holder_of(1_000_000).await;
        pairs.push((Arc::new(payer), Arc::new(village.shop(&format!("Shop {}", pairs.len())).await)));
    }
    let commits = Commits::new(folder.path()).map_err(io::Error::other)?;
    burst(&village, &pairs, 2).await;
    let mut measured = Vec::new();
    for _ in 0..rounds {
        measured.push(round(&mut host, &village, &pairs, &commits, each).await?);
    }
    for (payer, payee) in &pairs {
        let (paid, got) = (payer.balance(village.issuer).await, payee.balance(village.issuer).await);
        assert_eq!((paid + got, got), (1_000_000, expected(rounds, each)), "money moved, and none was made");
    }
    Ok(section(rounds, each, &measured))
}

/// What a payee has in the end, the first burst included.
fn expected(rounds: usize, each: usize) -> i64 {
    i64::try_from(2 + rounds * each).unwrap_or(i64::MAX)
}

async fn round(
    host: &mut HostProcess,
    village: &Arc<Village>,
    pairs: &[(Arc<Person>, Arc<Person>)],
    commits: &Commits,
    each: usize,
) -> io::Result<Round> {
    let commit = (0..50).map(|_| commits.one()).collect::<Result<Times, _>>().map_err(io::Error::other)?;
    let (issuer_before, wallet_before, begun) = (host.cpu()?, process_cpu(), Instant::now());
    let latencies = burst(village, pairs, each).await;
    let elapsed = begun.elapsed();
    let (issuer_cpu, paid_cpu) = (host.cpu()?.saturating_sub(issuer_before), process_cpu());
    for (_, payee) in pairs {
        payee.wallet.sync(village.issuer).await.expect("the payee is in step");
    }
    let payments = count(pairs.len() * each);
    Ok(Round {
        per_second: f64::from(payments) / elapsed.as_secs_f64(),
        latencies,
        commit: commit.median(),
        wallet_cpu: paid_cpu.saturating_sub(wallet_before) / payments,
        issuer_cpu: issuer_cpu / payments,
        followed_cpu: process_cpu().saturating_sub(paid_cpu) / payments,
    })
}

/// Everybody pays so many times, one after the other, all payers at once.
async fn burst(village: &Arc<Village>, pairs: &[(Arc<Person>, Arc<Person>)], each: usize) -> Times {
    let payers = pairs.iter().map(|(payer, payee)| {
        let (payer, payee, issuer) = (Arc::clone(payer), Arc::clone(payee), village.issuer);
        tokio::spawn(async move {
            let mut latencies = Times::default();
            for _ in 0..each {
                let begun = Instant::now();
                let plan = payer.plan(&payee, issuer, 1).await;
                let payment = payer.wallet.pay(plan, None).await.expect("the payment is made");
                assert_eq!(payment.state, PaymentState::Settled);
                latencies.push(begun.elapsed());
            }
            latencies
        })
    });
    let mut all = Times::default();
    for payer in payers.collect::<Vec<_>>() {
        all.extend(payer.await.expect("a payer"));
    }
    all
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX).max(1)
}

fn section(rounds: usize, each: usize, measured: &[Round]) -> Section {
    let of = |what: fn(&Round) -> f64| median(&measured.iter().map(what).collect::<Vec<_>>());
    let mut latencies = Times::default();
    for round in measured {
        latencies.extend(round.latencies.clone());
    }
    Section {
        name: "throughput",
        title: "Payments a second",
        about: format!(
            "{CLIENTS} wallets, each with a file of its own, plan and pay as fast as they can, each to another \
             wallet, over TLS on loopback; the issuer is a process on the same machine. A payment counts when its \
             receipt and its place in the payer's chain are verified and durable. Medians of {rounds} rounds of {each} \
             payments a wallet."
        ),
        figures: vec![
            Figure::at_least("payments a second", of(|round| round.per_second), PAYMENTS_PER_SECOND, ""),
            Figure::told("a payment, p50", format!("{} ms", number(ms(latencies.median())))),
            Figure::told("a payment, p99", format!("{} ms", number(ms(latencies.percentile(99))))),
            Figure::told(
                "p50 in durable commits of this disk",
                number(of(|round| ratio(round.latencies.median(), round.commit))),
            ),
            Figure::told("CPU a payment, payer", format!("{} ms", number(of(|round| ms(round.wallet_cpu))))),
            Figure::told("CPU a payment, issuer", format!("{} ms", number(of(|round| ms(round.issuer_cpu))))),
            Figure::told(
                "CPU a payment, payee that synchronises afterwards",
                format!("{} ms", number(of(|round| ms(round.followed_cpu)))),
            ),
        ],
    }
}
