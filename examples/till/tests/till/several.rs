//! Codes that can be paid in several currencies: at issuers that do not know of each other.

use std::time::Duration;

use serde_json::{Value, json};
use tallystick::keys::IssuerId;
use tallystick_e2e::Person;
use tallystick_issuer::faults::Fault;

use crate::counter::{Counter, Events, PIN, Tablet, pay};

struct Scene {
    counter: Counter,
    tablet: Tablet,
    events: Events,
    issuers: [IssuerId; 2],
    /// One with 10.00 of each.
    customers: [Person; 2],
}

async fn scene() -> Scene {
    let counter = Counter::with(2).await;
    let tablet = counter.unlocked().await;
    let mut events = tablet.events().await;
    let state = events.next("state", |_| true).await;
    let issuers: [IssuerId; 2] =
        [0, 1].map(|number| serde_json::from_value(state["currencies"][number]["issuer"].clone()).unwrap());
    let customers = [
        counter.town.holder_of(&counter.owner, issuers[0], 1_000).await,
        counter.town.holder_of(&counter.owner, issuers[1], 1_000).await,
    ];
    Scene { counter, tablet, events, issuers, customers }
}

impl Scene {
    async fn ask(&self, tip: Value, reusable: bool) -> Value {
        let [first, second] = self.issuers;
        let body = json!({
            "prices": [{ "issuer": first, "amount": "4.50" }, { "issuer": second, "amount": "5" }],
            "tip": tip, "reusable": reusable, "idempotency_key": "both",
        });
        self.tablet.post("/api/charge", body).await.ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_twice_is_paid_back_once() {
    let mut scene = scene().await;
    let asked = scene.ask(json!([5, 10]), false).await;
    assert_eq!(asked["tip"], json!([5, 10]));
    let link = asked["link"].as_str().unwrap();
    let first = pay(&scene.customers[0], link).await;
    let paid = scene.events.next("charge", |charge| charge["state"] == "paid").await;
    assert_eq!(paid["payment"]["payment"], json!(first.payment));
    let second = pay(&scene.customers[1], link).await;
    let is_done =
        |charge: &Value| charge["state"] == "paid_twice" && charge["second_refund"]["state"] == "settled";
    let both = scene.events.next("charge", is_done).await;
    assert_eq!(both["payment"]["payment"], json!(first.payment));
    assert_eq!(both["second"]["payment"], json!(second.payment));
    assert_eq!(both["second_refund"]["amount"], json!("5.00"));
    assert_eq!(both["second_refund"]["repays"], json!(second.payment));

    // A till that starts again looks at it again, and leaves it.
    scene.counter.down().await;
    scene.counter.up().await;
    scene.tablet.unlock(PIN).await;
    let mut events = scene.tablet.events().await;
    events.next("state", |state| state["currencies"][1]["online"] == true).await;
    let day = scene.tablet.get("/api/day").await.ok();
    let nets: Vec<_> = day["totals"].as_array().unwrap().iter().map(|total| &total["net"]).collect();
    assert_eq!(nets, [&json!("4.50"), &json!("0.00")]);
    scene.customers[1].wallet.sync(scene.issuers[1]).await.unwrap();
    assert_eq!(scene.customers[1].balance(scene.issuers[1]).await, 1_000, "all of it, once");
    let over = scene.tablet.refund(second.payment, None, "again").await.code();
    assert_eq!(over, "already_refunded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_while_a_code_is_voided_is_not_forgotten() {
    let mut scene = scene().await;
    let asked = scene.ask(json!("none"), true).await;
    let cancel = format!("/api/charge/{}/cancel", asked["id"].as_str().unwrap());
    let faults = &scene.counter.town.host.faults;
    // The first issuer has voided it, and its answer takes a while.
    faults.once("POST", "/cancels", Fault::Delay(Duration::from_secs(4)));
    let paying = async {
        faults.all_spent().await;
        let paid = pay(&scene.customers[1], asked["link"].as_str().unwrap()).await;
        let seen = scene.events.next("charge", |charge| !charge["payment"].is_null()).await;
        assert_eq!(seen["payment"]["payment"], json!(paid.payment));
        assert_eq!(seen["state"], json!("waiting"), "the other issuer still takes it");
        paid
    };
    let (cancelled, paid) = tokio::join!(scene.tablet.post(&cancel, json!({})), paying);
    let cancelled = cancelled.ok();
    assert_eq!(cancelled["state"], json!("cancelled"));
    assert_eq!(cancelled["payment"]["payment"], json!(paid.payment));
}
