//! Faults: whatever happens to the answer, the order is executed once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tallystick_issuer::faults::{Fault, FaultScript};

use super::people::{order, sign};
use super::town::{Town, art};

async fn with_script() -> (Town, Arc<FaultScript>) {
    let script = Arc::new(FaultScript::default());
    let faults = script.clone();
    (Town::start_with(move |_, ports| ports.faults = faults).await, script)
}

#[tokio::test]
async fn a_lost_reply_is_asked_for_again() {
    let (town, script) = with_script().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let order = sign(&order(town.issuer, &anna, &bert, 60, town.now()), &anna.key);
    script.once("POST", "/orders", Fault::LoseReply);
    let body = json!({ "order": art(&order) });
    assert!(town.try_call("POST", &town.place("orders"), Some(body)).await.is_err());
    assert_eq!(script.remaining(), 0);
    assert_eq!(town.balance(&bert).await, 60, "it was executed all the same");
    assert!(town.submit(&order).await.has("receipt"));
    assert_eq!(town.balance(&bert).await, 60);
}

#[tokio::test]
async fn twice_delivered_is_once_executed() {
    let (town, script) = with_script().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    script.once("POST", "/orders", Fault::HandleTwice);
    town.pay(&anna, &bert, 60).await;
    assert_eq!(town.balance(&bert).await, 60);
}

#[tokio::test]
async fn failures_before_and_after_decide_nothing() {
    let (town, script) = with_script().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    for (fault, executed) in [(Fault::FailBefore, 0), (Fault::FailAfter, 30)] {
        let order = sign(&order(town.issuer, &anna, &bert, 30, town.now()), &anna.key);
        let before = town.balance(&bert).await;
        script.once("POST", "/orders", fault);
        assert_eq!(town.submit(&order).await.status, 500);
        assert_eq!(town.balance(&bert).await, before + executed);
        assert!(town.submit(&order).await.has("receipt"));
        assert_eq!(town.balance(&bert).await, before + 30);
    }
}

#[tokio::test]
async fn a_delay_delays() {
    let (town, script) = with_script().await;
    script.once("GET", "/card", Fault::Delay(Duration::from_millis(200)));
    let started = Instant::now();
    town.get("card").await.ok();
    assert!(started.elapsed() >= Duration::from_millis(200));
}
