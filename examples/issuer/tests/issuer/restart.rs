//! Stopping, crashing and coming back on the same folder.

use serde_json::json;
use tallystick::artefact::Capabilities;

use super::people::{key, key_grant, order, sign};
use super::town::{Town, art};

#[tokio::test]
async fn the_same_bytes_have_the_same_answer_after_a_restart_and_after_a_crash() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let (executed, first) = town.order(&anna, &bert, 300).await;
    let (refused, no) = town.order(&anna, &bert, 5_000).await;
    for crash in [false, true] {
        if crash {
            town.kill().await;
            town.resume().await;
        } else {
            town.restart().await;
        }
        assert_eq!(town.submit(&executed).await.bytes("receipt"), first.bytes("receipt"));
        assert_eq!(town.submit(&refused).await.bytes("refusal"), no.bytes("refusal"));
        assert_eq!((town.balance(&anna).await, town.balance(&bert).await), (700, 300));
        town.assert_sums_to_zero().await;
    }
}

#[tokio::test]
async fn what_was_answered_before_a_crash_is_there_after_it() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 10_000).await, town.person("bert").await);
    let mut paid = 0;
    for round in 1..4 {
        // Many at once, so that they share transactions; the crash comes while some are still under way.
        let orders: Vec<_> =
            (0..20).map(|_| sign(&order(town.issuer, &anna, &bert, round, town.now()), &anna.key)).collect();
        let calls = orders.iter().map(|order| {
            let body = Some(json!({ "order": art(order) }));
            async { town.try_call("POST", &town.place("orders"), body).await }
        });
        let answers = futures_util::future::join_all(calls).await;
        town.kill().await;
        town.resume().await;
        for (order, answer) in orders.iter().zip(answers) {
            let before = answer.unwrap();
            let after = town.submit(order).await;
            assert_eq!(after.bytes("receipt"), before.bytes("receipt"));
            paid += round;
        }
        assert_eq!(town.balance(&bert).await, paid);
    }
    town.assert_sums_to_zero().await;
}

#[tokio::test]
async fn grants_and_limits_hold_over_a_restart() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let device = key("device");
    town.grant(&key_grant(town.issuer, &anna, &device, Capabilities::PAY, Some(100), town.now()), &anna.key)
        .await
        .ok();
    let by_device = async |town: &Town, amount| {
        town.submit(&sign(&order(town.issuer, &anna, &bert, amount, town.now()), &device)).await
    };
    assert!(by_device(&town, 70).await.has("receipt"));
    town.restart().await;
    assert_eq!(by_device(&town, 31).await.refusal(), "limit_exceeded");
    assert!(by_device(&town, 30).await.has("receipt"));
}

#[tokio::test]
async fn time_does_not_go_back_when_the_clock_does() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let order = sign(&order(town.issuer, &anna, &bert, 10, town.now()), &anna.key);
    town.clock.advance(200);
    let head = town.head(&anna).await;
    assert!(head.body().time > order.body().not_after);
    // A wallet that sees this head frees what it held for the order. So the order must never be executed.
    town.kill().await;
    town.clock.advance(-200);
    town.resume().await;
    assert_eq!(town.submit(&order).await.refusal(), "expired");
}
