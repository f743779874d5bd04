//! Lines break, tablets are reloaded, the till is started anew: it shows at once, and heals by itself.

use crate::checks::good;
use crate::counter::{Counter, pay};
use crate::screen::{Look, Screen, link};

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_outlives_the_page_and_the_till() {
    let mut counter = Counter::new().await;
    let customer = counter.customer(10_000).await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::TABLET).await;
    screen.until_view("sell").await;
    screen.keys("7").await;
    screen.enter().await;
    screen.until_view("charge").await;

    screen.reload().await;
    screen.until_view("charge").await;
    screen.is_calm().await;

    counter.down().await;
    screen.until("document.getElementById('line').dataset.state === 'offline'").await;
    assert_eq!(screen.text("#outage").await, "No connection to the till. Trying again by itself.");
    assert_eq!(
        screen.text("#charge-title").await,
        "7.00 BUN",
        "the code stays: customers reach their issuer"
    );
    good(&screen).await;
    screen.save("lost").await;

    // A till that starts anew knows no session: the PIN, and back to where it was.
    counter.up().await;
    screen.until_view("pin").await;
    assert_eq!(screen.text("#outage").await, "");
    screen.unlock().await;
    screen.until_view("charge").await;
    assert_eq!(screen.text("#charge-title").await, "7.00 BUN");

    let link = link(&screen).await;
    // Whatever was complained about was a call that nobody heard.
    let log = screen.log().await;
    assert!(log.iter().all(|line| line.contains("Failed to load resource")), "{log:?}");
    pay(&customer, &link).await;
    screen.until_view("result").await;
    assert_eq!(screen.text("#result-title").await, "Paid");

    // The result stands until somebody goes on, also over a reload.
    screen.reload().await;
    screen.until_view("result").await;
    screen.click("#again").await;
    screen.until_view("sell").await;
    screen.is_calm().await;
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_while_nobody_listened_shows_afterwards() {
    let mut counter = Counter::new().await;
    let customer = counter.customer(10_000).await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::PHONE).await;
    screen.until_view("sell").await;
    screen.keys("2").await;
    screen.enter().await;
    screen.until_view("charge").await;
    let link = link(&screen).await;

    counter.down().await;
    screen.until("document.getElementById('line').dataset.state === 'offline'").await;
    pay(&customer, &link).await;
    counter.up().await;
    screen.until_view("pin").await;
    screen.unlock().await;
    screen.until_view("result").await;
    assert_eq!(screen.text("#result-title").await, "Paid");
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_is_away_is_named() {
    let mut counter = Counter::new().await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::TABLET).await;
    screen.until_view("sell").await;
    screen.until("document.getElementById('outage').textContent === ''").await;
    counter.town.host.down().await;
    screen.until("document.getElementById('outage').textContent.includes('Bakery 0')").await;
    assert_eq!(screen.text("#line-text").await, "Disconnected");
    good(&screen).await;
    screen.save("issuer-away").await;
    counter.town.host.up().await;
    screen.until("document.getElementById('outage').textContent === ''").await;
    screen.is_calm().await;

    // Locked from here, and from elsewhere.
    screen.click("#lock").await;
    screen.until_view("pin").await;
    screen.unlock().await;
    screen.until_view("sell").await;
    screen.click("nav a[href='#day']").await;
    screen.until_view("day").await;
    screen.call("const done = arguments[0]; fetch('/api/lock', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then(() => done(0))", vec![]).await;
    screen.until_view("pin").await;
    screen.unlock().await;
    screen.until_view("day").await;
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_without_a_network_says_so_and_comes_back_by_itself() {
    let counter = Counter::new().await;
    let customer = counter.customer(10_000).await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::PHONE).await;
    screen.until_view("sell").await;
    screen.keys("2").await;
    screen.enter().await;
    screen.until_view("charge").await;
    let link = link(&screen).await;

    screen.network(false).await;
    screen.until("document.getElementById('line').dataset.state === 'offline'").await;
    good(&screen).await;
    screen.click("#cancel").await;
    screen.until("document.getElementById('charge-error').textContent").await;
    assert_eq!(screen.text("#charge-error").await, "No connection to the till. Try again in a moment.");
    pay(&customer, &link).await;
    screen.network(true).await;
    screen.until_view("result").await;
    assert_eq!(screen.text("#result-title").await, "Paid", "the session was not lost");
    assert_eq!(screen.text("#outage").await, "");
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_nobody_paid_ends() {
    let mut counter = Counter::new().await;
    counter.down().await;
    counter.config.charge_lifetime = std::time::Duration::from_secs(2);
    counter.up().await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::TABLET).await;
    screen.until_view("sell").await;
    screen.keys("2").await;
    screen.enter().await;
    screen.until_view("result").await;
    assert_eq!(screen.text("#result-title").await, "Expired");
    good(&screen).await;
    screen.save("expired").await;
    screen.is_calm().await;
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}
