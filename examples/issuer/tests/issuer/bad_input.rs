//! What is no artefact, or not one for here: each a problem with a stable code, nothing half done.

use serde_json::json;
use tallystick::artefact::{EXTERNAL_AAD, Order};
use tallystick::keys::{Digest, IssuerId, SigningKey};

use super::people::{Person, key, order, sign};
use super::town::{Town, art, text};

/// A byte string in shortest form.
fn byte_string(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = match bytes.len() {
        length @ 0..24 => vec![0x40 + u8::try_from(length).unwrap()],
        length @ 24..256 => vec![0x58, u8::try_from(length).unwrap()],
        length => vec![0x59, u8::try_from(length >> 8).unwrap(), u8::try_from(length & 255).unwrap()],
    };
    encoded.extend_from_slice(bytes);
    encoded
}

/// Signs any payload, sound or not.
pub fn sign_payload(payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let header = [0x43, 0xa1, 0x01, 0x27];
    let mut signed = vec![0x84, 0x6a];
    signed.extend_from_slice(b"Signature1");
    signed.extend_from_slice(&header);
    signed.extend_from_slice(&byte_string(EXTERNAL_AAD));
    signed.extend_from_slice(&byte_string(payload));
    let mut bytes = vec![0x84];
    bytes.extend_from_slice(&header);
    bytes.push(0xa0);
    bytes.extend_from_slice(&byte_string(payload));
    bytes.extend_from_slice(&byte_string(&key.sign(&signed)));
    bytes
}

/// The payload of an artefact.
fn payload(artefact: &[u8]) -> &[u8] {
    // Array, header, empty map; then a byte string with a length of one or two bytes; then 66 bytes of signature.
    let head = 6 + if artefact[6] == 0x58 { 2 } else { 3 };
    &artefact[head..artefact.len() - 66]
}

/// An order with other bytes where its amount should be.
pub fn order_with_amount(town: &Town, payer: &Person, amount: &[u8]) -> Vec<u8> {
    let plain = sign(&order(town.issuer, payer, &town.owner, 23, town.now()), &payer.key);
    let payload = payload(plain.bytes());
    // Key 6, value 23, key 7 with 16 bytes.
    let at = payload.windows(4).position(|four| four == [0x06, 0x17, 0x07, 0x50]).unwrap();
    sign_payload(&[&payload[..=at], amount, &payload[at + 2..]].concat(), &payer.key)
}

async fn refused(town: &Town, bytes: &[u8]) -> (u16, String) {
    let answer = town.post("orders", json!({ "order": text(bytes) })).await;
    (answer.status, answer.code().to_owned())
}

#[tokio::test]
async fn bytes_that_are_no_artefact() {
    let town = Town::start().await;
    let anna = town.rich("anna", 1_000).await;
    let good = sign(&order(town.issuer, &anna, &town.owner, 5, town.now()), &anna.key);
    let bytes = good.bytes().to_vec();
    for cut in [0, 1, 5, 50, bytes.len() - 1] {
        assert_eq!(refused(&town, &bytes[..cut]).await, (400, "bad_artefact".into()), "cut at {cut}");
    }
    assert_eq!(refused(&town, &[&bytes[..], &[0]].concat()).await.1, "bad_artefact");
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&town, &flipped).await, (400, "bad_signature".into()));
    let other_key = sign_payload(payload(&bytes), &key("stranger"));
    assert_eq!(refused(&town, &other_key).await.1, "bad_signature");
    assert_eq!(refused(&town, &vec![0x40; 70_000]).await, (413, "too_large".into()));
    assert_eq!(town.balance(&anna).await, 1_000);
    // And the good one still is.
    assert!(town.submit(&good).await.has("receipt"));
}

#[tokio::test]
async fn encodings_that_are_not_deterministic() {
    let town = Town::start().await;
    let anna = town.rich("anna", 1_000).await;
    // 5 in two bytes instead of one.
    assert_eq!(refused(&town, &order_with_amount(&town, &anna, &[0x18, 5])).await.1, "bad_artefact");
    let good = sign(&order(town.issuer, &anna, &town.owner, 5, town.now()), &anna.key);
    let body = payload(good.bytes());
    // The first two entries (kind, version) in the other order.
    let swapped = [&body[..1], &body[3..5], &body[1..3], &body[5..]].concat();
    assert_eq!(refused(&town, &sign_payload(&swapped, &anna.key)).await.1, "bad_artefact");
    let indefinite = [&[0xbf][..], &body[1..], &[0xff]].concat();
    assert_eq!(refused(&town, &sign_payload(&indefinite, &anna.key)).await.1, "bad_artefact");
}

#[tokio::test]
async fn versions_and_fields_that_are_not_known() {
    let town = Town::start().await;
    let anna = town.rich("anna", 1_000).await;
    let good = sign(&order(town.issuer, &anna, &town.owner, 5, town.now()), &anna.key);
    let body = payload(good.bytes());
    let mut version = body.to_vec();
    version[4] = 2;
    assert_eq!(refused(&town, &sign_payload(&version, &anna.key)).await.1, "unknown_version");
    let mut kind = body.to_vec();
    kind[2] = 8;
    assert_eq!(refused(&town, &sign_payload(&kind, &anna.key)).await.1, "bad_artefact");
    // One entry more at the end: key -1 sorts after all unsigned keys, 23 after all of ours.
    let more = |entry: &[u8]| [&[body[0] + 1], &body[1..], entry].concat();
    assert_eq!(refused(&town, &sign_payload(&more(&[0x20, 0]), &anna.key)).await.1, "unknown_critical");
    let unknown = sign_payload(&more(&[0x17, 0]), &anna.key);
    let answer = town.post("orders", json!({ "order": text(&unknown) })).await;
    assert_eq!(answer.receipt().body().order, Digest::of(&[&unknown]), "unknown fields are ignored");
}

#[tokio::test]
async fn artefacts_for_another_issuer() {
    let town = Town::start().await;
    let anna = town.rich("anna", 1_000).await;
    let elsewhere = IssuerId::new([9; 16]);
    let order = Order { issuer: elsewhere, ..order(town.issuer, &anna, &town.owner, 5, town.now()) };
    assert_eq!(town.submit(&sign(&order, &anna.key)).await.code(), "wrong_issuer");
    let opening = Person::new("zoe").opening(elsewhere);
    assert_eq!(town.post("accounts", json!({ "opening": art(&opening) })).await.code(), "wrong_issuer");
    let nobody = format!("/v1/{elsewhere}/card");
    assert_eq!(town.call("GET", &nobody, None).await.code(), "unknown_issuer");
}

#[tokio::test]
async fn bodies_and_paths_that_cannot_be_read() {
    let town = Town::start().await;
    let raw = async |body: &'static str| {
        let request = town.request("POST", &town.place("orders"), Some(body.into()));
        town.send(request).await.unwrap()
    };
    for body in ["", "{", "[]", r#"{"order": 5}"#, r#"{"order": "not base64!"}"#, "{}"] {
        let answer = raw(body).await;
        assert_eq!((answer.status, answer.code()), (400, "bad_request"), "{body}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let huge = town.request("POST", &town.place("orders"), Some(vec![b' '; (1 << 20) + 1]));
    assert_eq!(town.send(huge).await.unwrap().code(), "too_large");
    assert_eq!(town.call("GET", "/v1/nonsense/card", None).await.code(), "bad_request");
    assert_eq!(town.call("GET", "/nowhere", None).await.status, 404);
    assert_eq!(town.call("DELETE", &town.place("card"), None).await.status, 405);
    // Ids are read in either case.
    let lower = format!("/v1/{}/card", town.issuer.to_string().to_lowercase());
    town.call("GET", &lower, None).await.ok();
}
