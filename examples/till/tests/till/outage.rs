//! What goes away and comes back: the till itself, and the line to the issuer.

use serde_json::{Value, json};

use crate::counter::{Counter, pay};

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_outlives_the_till() {
    let mut counter = Counter::new().await;
    let tablet = counter.unlocked().await;
    let customer = counter.customer(1_000).await;
    let [first, second] =
        [tablet.charge(counter.issuer, "1").await, tablet.charge(counter.issuer, "2").await];
    let mut events = tablet.events().await;
    events.next("state", |_| true).await;
    counter.down().await;
    while events.any().await.is_some() {}
    pay(&customer, first["link"].as_str().unwrap()).await;

    counter.up().await;
    let state = tablet.get("/api/state").await.ok();
    assert_eq!(state["unlocked"], json!(false), "the session is asked for again");
    tablet.unlock(crate::counter::PIN).await;
    let state = tablet.get("/api/state").await.ok();
    assert_eq!(state["charge"]["id"], second["id"], "what waits is there again");
    assert_eq!(state["charge"]["svg"], second["svg"]);
    let mut events = tablet.events().await;
    // Paid while the till was off: it is told, or was found before anybody listened.
    let path = format!("/api/charge/{}", first["id"].as_str().unwrap());
    if tablet.get(&path).await.ok()["state"] != "paid" {
        events.next("charge", |charge| charge["id"] == first["id"] && charge["state"] == "paid").await;
    }
    pay(&customer, second["link"].as_str().unwrap()).await;
    events.next("charge", |charge| charge["id"] == second["id"] && charge["state"] == "paid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_line_shows_and_heals() {
    let mut counter = Counter::new().await;
    let tablet = counter.unlocked().await;
    let customer = counter.customer(1_000).await;
    let mut events = tablet.events().await;
    let online = |state: &Value| state["currencies"][0]["online"] == json!(true);
    events.next("state", online).await;
    counter.town.host.down().await;
    let lost = events.next("connection", |_| true).await;
    assert_eq!(lost, json!({ "issuer": counter.issuer, "online": false }));
    assert_eq!(tablet.get("/api/state").await.ok()["currencies"][0]["online"], json!(false));

    // A code needs nobody; to void it does.
    let asked = tablet.charge(counter.issuer, "1").await;
    let cancel = format!("/api/charge/{}/cancel", asked["id"].as_str().unwrap());
    assert_eq!(tablet.post(&cancel, json!({})).await.problem(), (503, "issuer_unreachable".into(), None));

    counter.town.host.up().await;
    events.next("connection", |line| line["online"] == true).await;
    pay(&customer, asked["link"].as_str().unwrap()).await;
    events.next("charge", |charge| charge["id"] == asked["id"] && charge["state"] == "paid").await;
}
