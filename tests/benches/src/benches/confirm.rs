//! How long a payment at the till takes: from the confirmation to the payer's verified, durable receipt, and until the
//! till knows. Beside each payment, what cannot be spared is measured: the commits in its path, one POST, the signatures.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tallystick::money::Amount;
use tallystick::wallet::{PaymentState, PaymentWish, PriceWish, RequestWish, TipWish};
use tempfile::TempDir;

use super::Size;
use crate::disk::Commits;
use crate::host::HostProcess;
use crate::network::Posts;
use crate::people::Village;
use crate::report::{Figure, Section, number};
use crate::signatures::Signatures;
use crate::stats::{Times, median, ms, ratio};

/// The payer's intent, the issuer's decision, the payer's outcome.
const COMMITS: usize = 3;
/// The order; the receipts of both sides.
const SIGNED: usize = 3;
/// The order and the request at the issuer, the receipt at the payer.
const VERIFIED: usize = 3;

#[derive(Default)]
struct Round {
    floor: Times,
    receipt: Times,
    till: Times,
}

pub(super) async fn run(size: Size) -> io::Result<Section> {
    let (rounds, each) = (size.pick(5, 1), size.pick(100, 2));
    let folder = TempDir::new()?;
    let host = HostProcess::start(folder.path())?;
    let village = Village::found(&host.address).await;
    let shop = Arc::new(village.shop("Corner Shop").await);
    shop.wallet.listen().await.map_err(io::Error::other)?;
    let customer = village.holder_of(10_000_000).await;
    let floor = Floor {
        commits: Commits::new(folder.path()).map_err(io::Error::other)?,
        posts: Posts::to(&host.address),
        signatures: Signatures::default(),
    };
    let mut measured = Vec::new();
    // The first payments open connections and fill caches.
    for (number, each) in std::iter::once(3).chain(std::iter::repeat_n(each, rounds)).enumerate() {
        let mut round = Round::default();
        for _ in 0..each {
            round.floor.push(floor.measure().await?);
            let (receipt, till) = pay(&village, &customer, &shop).await;
            round.receipt.push(receipt);
            round.till.push(till);
        }
        if number > 0 {
            measured.push(round);
        }
    }
    Ok(section(rounds, each, &measured))
}

/// What no payment can do without.
struct Floor {
    commits: Commits,
    posts: Posts,
    signatures: Signatures,
}

impl Floor {
    async fn measure(&self) -> io::Result<Duration> {
        let mut sum = self.posts.one().await + self.signatures.time(SIGNED, VERIFIED);
        for _ in 0..COMMITS {
            sum += self.commits.one().map_err(io::Error::other)?;
        }
        Ok(sum)
    }
}

/// How long it took until the receipt, and from there until the till knew.
async fn pay(
    village: &Village,
    customer: &tallystick_e2e::Person,
    shop: &Arc<tallystick_e2e::Person>,
) -> (Duration, Duration) {
    let wish = RequestWish {
        prices: vec![PriceWish { issuer: village.issuer, amount: Some(Amount::new(450)) }],
        seconds: Some(300),
        reusable: false,
        reference: None,
        tip: TipWish::NoTip,
        lines: Vec::new(),
        note: None,
    };
    let request = shop.wallet.request_payment(wish).await.expect("a request");
    let plan = customer.wallet.plan(PaymentWish::of_link(request.link)).await.expect("a plan");
    let till = Arc::clone(shop);
    let waiting = tokio::spawn(async move {
        till.wallet.wait_for_request(request.request, 20_000).await.expect("the till hears of it");
        Instant::now()
    });
    let confirmed = Instant::now();
    let paid = customer.wallet.pay(plan, None).await.expect("the payment is made");
    let received = Instant::now();
    assert_eq!(paid.state, PaymentState::Settled);
    let known = waiting.await.expect("the till goes on");
    (received - confirmed, known.saturating_duration_since(received))
}

fn section(rounds: usize, each: usize, measured: &[Round]) -> Section {
    let ratio_at = |percent| {
        let ratios: Vec<f64> = measured
            .iter()
            .map(|round| ratio(round.receipt.percentile(percent), round.floor.percentile(percent)))
            .collect();
        median(&ratios)
    };
    let all = |which: fn(&Round) -> &Times| {
        let mut all = Times::default();
        for round in measured {
            all.extend(which(round).clone());
        }
        all
    };
    let (floor, receipt, till) =
        (all(|round| &round.floor), all(|round| &round.receipt), all(|round| &round.till));
    let times = |times: &Times| {
        let [p50, p99] = [50, 99].map(|percent| number(ms(times.percentile(percent))));
        format!("{p50} / {p99} ms")
    };
    Section {
        name: "confirm",
        title: "From the confirmation to the receipt",
        about: format!(
            "A customer confirms a payment at a till, over TLS on loopback; the issuer is a process of its own. Beside \
             each payment, what it cannot do without: {COMMITS} durable commits (the payer's intent, the issuer's \
             decision, the payer's outcome), one POST of an order's size, {SIGNED} signatures made and {VERIFIED} \
             checked. Medians of {rounds} rounds of {each} payments."
        ),
        figures: vec![
            Figure::at_most("p50, in what it cannot do without", ratio_at(50), 2.0, " ×"),
            Figure::at_most("p99, in the p99 of that", ratio_at(99), 2.0, " ×"),
            Figure::told("confirmation to receipt, p50 / p99", times(&receipt)),
            Figure::told("what it cannot do without, p50 / p99", times(&floor)),
            Figure::at_most("the till knows after the receipt, p50", ms(till.median()), 20.0, " ms"),
            Figure::at_most("the same, p99", ms(till.percentile(99)), 20.0, " ms"),
        ],
    }
}
