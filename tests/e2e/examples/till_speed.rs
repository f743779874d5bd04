//! How long a payment at the till takes, on loopback: from the confirmation to the payer's verified receipt, and until the
//! payee's wallet has the money in its verified balance. Beside it a plain HTTPS round trip to the same server in the same
//! run, so that the figures say something on any machine.
//!
//! ```text
//! cargo run --package tallystick-e2e --example till_speed [--release]
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program to look at")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use tallystick::money::Amount;
use tallystick::wallet::{PaymentState, PaymentWish, PriceWish, RequestWish, TipWish};
use tallystick_e2e::Town;

const PAYMENTS: usize = 30;
/// The first ones open connections and fill caches.
const WARM_UP: usize = 3;

#[tokio::main]
async fn main() {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let shop = town.holder(issuer).await;
    let customer = town.holder_of(&owner, issuer, 100_000).await;
    owner.attest(&shop, issuer, "Corner Shop").await;
    let shop = Arc::new(shop);
    let (client, url) = (client(town.host.server()), format!("{}/healthz", town.host.origin()));

    let (mut trips, mut receipts, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..PAYMENTS + WARM_UP {
        let wish = RequestWish {
            prices: vec![PriceWish { issuer, amount: Some(Amount::new(450)) }],
            seconds: Some(300),
            reusable: false,
            reference: None,
            tip: TipWish::NoTip,
            lines: Vec::new(),
            note: None,
        };
        let request = shop.wallet.request_payment(wish).await.unwrap();
        let plan = customer.wallet.plan(PaymentWish::of_link(request.link)).await.unwrap();
        let till = Arc::clone(&shop);
        let waiting = tokio::spawn(async move {
            till.wallet.wait_for_request(request.request, 20_000).await.unwrap();
            Instant::now()
        });

        let asked = Instant::now();
        client.get(&url).send().await.unwrap().bytes().await.unwrap();
        let trip = asked.elapsed();

        let confirmed = Instant::now();
        let paid = customer.wallet.pay(plan, None).await.unwrap();
        let receipt = confirmed.elapsed();
        assert_eq!(paid.state, PaymentState::Settled);
        let green = waiting.await.unwrap().duration_since(confirmed);
        if number >= WARM_UP {
            trips.push(trip);
            receipts.push(receipt);
            seen.push(green);
        }
    }

    let trip = median(&mut trips);
    println!("{PAYMENTS} payments on loopback; medians, and how many plain HTTPS round trips that is");
    say("plain HTTPS round trip", &mut trips, trip);
    say("confirmation to receipt", &mut receipts, trip);
    say("confirmation to the payee's balance", &mut seen, trip);
}

/// The machine's own figure varies; the ratio less.
fn say(what: &str, times: &mut [Duration], trip: Duration) {
    let median = median(times);
    let worst = times.last().copied().unwrap_or_default();
    let (median_ms, worst_ms) = (median.as_secs_f64() * 1e3, worst.as_secs_f64() * 1e3);
    let ratio = median.as_secs_f64() / trip.as_secs_f64();
    println!("{what:<36}{median_ms:>8.2} ms  (slowest {worst_ms:>8.2} ms){ratio:>8.1} ×");
}

/// Leaves the times sorted.
fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn client(server: &tallystick_issuer::RunningServer) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(server.certificate_der().to_vec().into()).unwrap();
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap()
}
