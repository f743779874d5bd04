//! A till shows how far it may go, and when it may no longer.

use crate::checks::good;
use crate::counter::{PIN, pay};
use crate::screen::{Look, Screen, link};
use crate::shop::shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_over_the_limit_and_a_grant_taken_back_are_said() {
    let shop = shop().await;
    let customer = shop.town.holder_of(&shop.owner, shop.issuer, 1_000).await;
    let screen = Screen::unlocked(&shop.till, Look::TABLET).await;
    screen.until_view("sell").await;
    screen.keys("8").await;
    screen.enter().await;
    screen.until_view("charge").await;
    pay(&customer, &link(&screen).await).await;
    screen.until_view("result").await;
    screen.click("#again").await;
    screen.until_view("sell").await;
    screen.click("nav a[href='#day']").await;
    screen.until("document.querySelector('#entries button')").await;
    screen.click("#entries button").await;
    screen.until("document.getElementById('refund').open").await;
    assert_eq!(screen.text("#refund-hint").await, "Up to 8.00 BUN · 5.00 BUN left for refunds today");
    screen.keys(PIN).await;
    screen.enter().await;
    screen.until("document.getElementById('refund-error').textContent").await;
    assert_eq!(screen.text("#refund-error").await, "Over this till’s refund limit for today.");
    screen.click("#refund-close").await;
    screen.click("nav a[href='#sell']").await;
    screen.until_view("sell").await;

    shop.holder.wallet.cancel_grant(shop.issuer, shop.grant.grant).await.unwrap();
    // The line ends when something happens that the till may not see any more.
    customer.give(&shop.holder, shop.issuer, 1).await;
    screen.until("document.getElementById('outage').textContent.includes('may no longer')").await;
    good(&screen).await;
    screen.keys("1").await;
    screen.enter().await;
    screen.until("document.getElementById('sale-error').textContent").await;
    assert_eq!(screen.text("#sale-error").await, "This till takes no currency at the moment.");
    screen.close().await;
    shop.till.shutdown().await;
}
