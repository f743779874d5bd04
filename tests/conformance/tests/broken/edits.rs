//! Answers that are not what they should be.

use data_encoding::BASE64URL_NOPAD;
use http::{StatusCode, header};
use serde_json::{Value, json};
use tallystick::artefact::{Head, Receipt, Refusal, Signed, Statement};
use tallystick::keys::{AccountId, Digest};
use tallystick::money::Amount;

use crate::breakage::{Reply, Scene, bytes, resign, succeed};

fn rows(reply: &mut Reply) -> impl Iterator<Item = &mut Value> {
    reply.json["entries"].as_array_mut().into_iter().flatten()
}

pub fn receipts_differ(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/orders") && reply.json["refusal"].is_null() {
        resign::<Receipt>(&mut reply.json, "receipt", scene.key, |receipt| {
            receipt.chain_hash = Digest::of(&[&scene.count.to_be_bytes()]);
        });
    }
}

pub fn refusals_differ(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.contains("/orders") {
        resign::<Refusal>(&mut reply.json, "refusal", scene.key, |refusal| refusal.time += scene.count);
    }
}

pub fn refusals_name_another_order(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.contains("/orders") {
        resign::<Refusal>(&mut reply.json, "refusal", scene.key, |refusal| {
            refusal.subject = Digest::new([4; 32]);
        });
    }
}

pub fn receipts_lead_elsewhere(scene: &Scene<'_>, reply: &mut Reply) {
    for row in rows(reply) {
        resign::<Receipt>(row, "receipt", scene.key, |receipt| receipt.chain_hash = Digest::new([4; 32]));
    }
}

pub fn heads_go_back(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/head") {
        resign::<Head>(&mut reply.json, "head", scene.key, |head| head.time -= 100 * (scene.count + 1));
    }
}

pub fn pages_have_old_heads(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/entries") {
        resign::<Head>(&mut reply.json, "head", scene.key, |head| head.time -= 86_400);
    }
}

pub fn first_heads_hold_money(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/accounts") && scene.method == "POST" {
        resign::<Head>(&mut reply.json, "head", scene.key, |head| head.balance = Amount::new(1));
    }
}

pub fn entries_come_again(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/orders") && !reply.json["receipt"].is_null() && reply.json["entry"].is_null() {
        reply.json["entry"] = "oA".into();
    }
}

pub fn receipts_of_others(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/orders") && !reply.json["refusal"].is_null() && reply.json["receipt"].is_null()
    {
        let claim = Receipt {
            issuer: scene.path.split('/').nth(2).unwrap().parse().unwrap(),
            order: Digest::new([4; 32]),
            account: AccountId::new([4; 16]),
            sequence: 1,
            chain_hash: Digest::new([4; 32]),
            epoch: 0,
            time: 1,
        };
        let claim = Signed::sign(&claim, scene.key).unwrap();
        let refusal = crate::breakage::member::<Refusal>(&reply.json, "refusal").unwrap();
        if refusal.body().code == "already_paid" {
            reply.json["receipt"] = BASE64URL_NOPAD.encode(claim.bytes()).into();
        }
    }
}

pub fn no_receipt_for_the_same_payer(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/orders") && !reply.json["refusal"].is_null() {
        reply.json.as_object_mut().unwrap().remove("receipt");
    }
}

fn without(reply: &mut Reply, name: &str) {
    for row in rows(reply) {
        row.as_object_mut().unwrap().remove(name);
    }
}

pub fn memos_are_lost(_: &Scene<'_>, reply: &mut Reply) {
    without(reply, "memo");
}

pub fn requests_are_lost(_: &Scene<'_>, reply: &mut Reply) {
    without(reply, "request");
}

pub fn entries_are_left_out(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/entries")
        && let Some(entries) = reply.json["entries"].as_array_mut()
        && entries.len() > 3
    {
        entries.remove(2);
    }
}

pub fn pages_seem_last(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/entries") && !reply.json["more"].is_null() {
        reply.json["more"] = false.into();
    }
}

pub fn rekeys_are_hidden(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.contains("/payees/") {
        reply.json["rekeys"] = json!([]);
    }
}

pub fn payees_show_every_key(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.contains("/payees/") && reply.json["grants"].is_array() {
        reply.json["grants"] = json!([]);
    }
}

pub fn holders_are_left_out(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.contains("/proof/") && reply.status == 200 {
        reply.json = json!({ "absent": true });
    }
}

pub fn proofs_have_other_balances(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.contains("/proof/")
        && let Some(balance) = reply.json["balance"].as_str()
    {
        let more: u64 = balance.parse::<u64>().unwrap() + 1;
        reply.json["balance"] = more.to_string().into();
    }
}

pub fn statements_owe_less(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/statements/latest") {
        resign::<Statement>(&mut reply.json, "statement", scene.key, |statement| {
            statement.sum = statement.sum.saturating_sub(1);
        });
    }
}

pub fn debts_are_hidden(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/statements/latest") {
        resign::<Statement>(&mut reply.json, "statement", scene.key, |statement| {
            statement.debtors.pop();
        });
    }
}

pub fn plain_json(_: &Scene<'_>, reply: &mut Reply) {
    if reply.status.as_u16() >= 400 {
        reply.headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    }
}

pub fn codes_of_its_own(_: &Scene<'_>, reply: &mut Reply) {
    if reply.json["code"] == "unknown_order" {
        reply.json["code"] = "no_such_order".into();
    }
}

pub fn versions_are_passed_over(_: &Scene<'_>, reply: &mut Reply) {
    if reply.json["code"] == "unknown_version" {
        reply.json["code"] = "bad_artefact".into();
        reply.json["type"] = "urn:tallystick:problem:bad_artefact".into();
    }
}

/// A receipt for these bytes, which are no order for anybody else.
fn claim(scene: &Scene<'_>, reply: &mut Reply, order: &[u8]) {
    let receipt = Receipt {
        issuer: scene.path.split('/').nth(2).unwrap().parse().unwrap(),
        order: Digest::of(&[order]),
        account: AccountId::new([4; 16]),
        sequence: 1,
        chain_hash: Digest::new([4; 32]),
        epoch: 0,
        time: 1,
    };
    let receipt = Signed::sign(&receipt, scene.key).unwrap();
    succeed(reply, StatusCode::OK, json!({ "receipt": BASE64URL_NOPAD.encode(receipt.bytes()) }));
}

fn refused_order(scene: &Scene<'_>, reply: &Reply) -> Option<Vec<u8>> {
    let is_refused = scene.path.ends_with("/orders") && reply.json["code"] == "bad_artefact";
    is_refused.then(|| bytes(scene.asked, "order")).flatten()
}

pub fn long_integers_are_read(scene: &Scene<'_>, reply: &mut Reply) {
    let Some(order) = refused_order(scene, reply) else { return };
    if order.windows(3).any(|three| three == [6, 0x18, 5]) {
        claim(scene, reply, &order);
    }
}

pub fn trailing_bytes_are_read(scene: &Scene<'_>, reply: &mut Reply) {
    let Some(order) = refused_order(scene, reply) else { return };
    let Some((last, whole)) = order.split_last() else { return };
    if *last == 0 && Signed::<tallystick::artefact::Order>::parse(whole).is_ok() {
        claim(scene, reply, &order);
    }
}

pub fn tagged_orders_are_read(scene: &Scene<'_>, reply: &mut Reply) {
    let Some(order) = refused_order(scene, reply) else { return };
    if order.first() == Some(&0xd2) {
        claim(scene, reply, &order);
    }
}

pub fn critical_fields_are_ignored(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/orders") && reply.json["code"] == "unknown_critical" {
        claim(scene, reply, &bytes(scene.asked, "order").unwrap());
    }
}

pub fn weak_keys_are_taken(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/accounts") && scene.method == "POST" && reply.status == 400 {
        let opening = bytes(scene.asked, "opening").unwrap_or_default();
        let mut neutral = [0_u8; 32];
        neutral[0] = 1;
        if opening.windows(32).any(|window| window == neutral) {
            succeed(reply, StatusCode::OK, json!({}));
        }
    }
}

pub fn unknown_heads_are_known(scene: &Scene<'_>, reply: &mut Reply) {
    if scene.path.ends_with("/heads") && reply.status.is_client_error() {
        succeed(reply, StatusCode::NO_CONTENT, Value::Null);
    }
}
