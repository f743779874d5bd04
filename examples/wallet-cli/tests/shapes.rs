//! The names and types of JSON: scripts depend on them, so that a change shows in a review.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Town, text};
use serde_json::{Map, Value};

/// Types in place of values; of a list one element with all that its elements have.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(items) => Value::Array(items.iter().map(shape).reduce(merged).into_iter().collect()),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect::<Map<_, _>>().into()
        }
    }
}

/// Whatever one or the other has.
fn merged(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            for (name, value) in other {
                let value = one.remove(&name).map_or(value.clone(), |known| merged(known, value));
                one.insert(name, value);
            }
            Value::Object(one)
        }
        (one, other) if one == other => one,
        (one, other) if one == "null" => other,
        (one, _) => one,
    }
}

#[test]
fn names_and_types_stay() {
    let town = Town::new();
    let mut shapes = Map::new();
    let mut note = |name: &str, value: &Value| {
        shapes.insert(name.to_owned(), shape(value));
    };

    let owner = town.person("owner");
    owner.cheap_key();
    note("init", &owner.json(["init"]));
    let (origin, key) = (town.origin(), town.tls_key());
    let created = owner.json([
        "issuer",
        "create",
        "--host",
        &origin,
        "--host-tls-key",
        &key,
        "--name",
        "Old Town",
        "--code",
        "BREAD",
        "--limit",
        "1000",
    ]);
    note("issuer create", &created);
    note("issuer", &owner.json(["issuer"]));
    note("issuer card", &owner.json(["issuer", "card"]));
    note("issuer card --promise", &owner.json(["issuer", "card", "--promise", "A loaf"]));
    let link = text(&created, "link");
    let anna = town.with_wallet("anna");
    let added = anna.json(["add", &link]);
    note("add", &added);
    let account = text(&added, "account");
    note("attest", &owner.json(["attest", &account, "Anna"]));
    let grant = owner.json(["grant", "worker", &account, "--limit", "100"]);
    note("grant worker", &grant);
    let till = tallystick::keys::SigningKey::from_bytes(&[1; 32]).public_key().to_string();
    note("grant key", &owner.json(["grant", "key", &till, "--may", "receive,view", "--until", "30d"]));
    note("issue", &owner.json(["issue", &account, "50", "--yes", "--memo", "welcome"]));
    note("issuer statement", &owner.json(["issuer", "statement"]));
    note("grant", &owner.json(["grant"]));
    note("cancel", &owner.json(["cancel", &text(&grant, "grant")]));
    let device = town.with_wallet("device");
    let key = device.json(["key"]);
    note("key", &key);
    let may = ["--may", "receive,refund,view", "--limit", "5"];
    let granted = owner.json([&["grant", "key", &text(&key, "link")][..], &may].concat());
    note("act", &device.json(["act", &text(&granted, "link")]));
    note("balance (acting)", &device.json(["balance"]));
    note("history (acting)", &device.json(["history", "-n", "1"]));

    note("sync", &anna.json(["sync"]));
    note("balance", &anna.json(["balance"]));
    note("balance CURRENCY", &anna.json(["balance", "BREAD"]));
    note("exposure", &anna.json(["exposure"]));
    note("exposure --in", &anna.json(["exposure", "--in", "EUR", "--price", "BREAD=2.5"]));
    let asked = anna.json(["request", "3", "--tip", "free"]);
    note("request", &asked);
    note("request --list", &anna.json(["request", "--list"]));
    note("request --show", &anna.json(["request", "--show", &text(&asked, "request")]));
    note("scan", &owner.json(["scan", &text(&asked, "link")]));
    let paid = owner.json(["pay", &text(&asked, "link"), "--yes", "--tip", "1"]);
    note("pay", &paid);
    note("history", &anna.json(["history", "-n", "1"]));
    note("history PAYMENT", &anna.json(["history", &text(&paid, "payment")]));
    note("refund", &anna.json(["refund", &text(&paid, "payment"), "--yes", "--unnamed-ok"]));
    note("limits", &anna.json(["limits", "--payment", "20", "--day", "100"]));
    note("policy", &anna.json(["policy", "--prefer", "riskiest,own-shop", "--keep", "5"]));
    note("lock-pin", &anna.json(["lock-pin"]));
    note("restore --continue", &anna.json(["restore", "--continue"]));
    note("rekey --continue", &anna.json(["rekey", "--continue"]));
    note("evidence", &anna.json(["evidence"]));
    note("doctor", &anna.json(["doctor"]));
    let file = anna.wallet.with_file_name("history.csv");
    note("export FILE", &anna.json(["export", file.to_str().unwrap()]));
    let watched = anna.run(["watch", "--once", "--json"]);
    for line in watched.out.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        note(&format!("watch: {}", text(&event, "event")), &event);
    }
    note("error", &anna.json_error(["pay", "nothing", "1"], 1));
    // Whether objects keep their order depends on what else the build holds.
    let mut shapes = Value::Object(shapes);
    shapes.sort_all_objects();
    insta::assert_snapshot!(serde_json::to_string_pretty(&shapes).unwrap());
}
