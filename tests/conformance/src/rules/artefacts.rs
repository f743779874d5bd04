//! One encoding and no other (protocol §1.2): bytes that are almost an artefact are none.

use serde_json::json;
use tallystick::artefact::{Capabilities, Order};
use tallystick::keys::{Digest, IssuerId};

use crate::case::{Case, executed, sign};
use crate::client::base64;
use crate::outcome::{Check, broken, hold, same};
use crate::people::{Person, new_key};
use crate::scene::random;
use crate::wire::{self, Payload, uint};

rules! {
    Together "artefact.plain" "1.2" plain: "An artefact that keeps to section 1.2 is read.";
    Together "artefact.trailing_bytes" "1.2" trailing: "A byte after the end is refused.";
    Together "artefact.truncated" "1.2" truncated: "An artefact that was cut off is refused.";
    Together "artefact.shortest_integers" "1.2" shortest_integers: "Integers that are not in their shortest form are refused.";
    Together "artefact.shortest_lengths" "1.2" shortest_lengths: "Lengths that are not in their shortest form are refused, also of the outer array.";
    Together "artefact.definite_lengths" "1.2" definite: "Indefinite lengths are refused.";
    Together "artefact.sorted_keys" "1.2" sorted: "Keys that are not in bytewise order are refused.";
    Together "artefact.unique_keys" "1.2" unique: "A key that is there twice is refused.";
    Together "artefact.no_tags" "1.2" tags: "A tag is refused, outside and inside.";
    Together "artefact.no_floats" "1.2" floats: "Floating point and unknown simple values are refused.";
    Together "artefact.depth" "1.2" depth: "Arrays and maps more than 8 deep are refused; 8 deep are read.";
    Together "artefact.utf8" "1.2" utf8: "A text that is no UTF-8 is refused.";
    Together "artefact.size" "1.2" size: "An artefact of more than 65,536 bytes is refused.";
    Together "artefact.version" "1.2" version: "Another version is the problem `unknown_version`, whatever else it holds.";
    Together "artefact.unknown_fields" "1.2" unknown_fields: "Unknown fields with non-negative keys are kept and ignored.";
    Together "artefact.critical_fields" "1.2" critical: "An unknown negative key is the problem `unknown_critical`.";
    Together "artefact.critical_within" "1.2" critical_within: "So is one in a map within that is read; what an unknown field holds is ignored with it.";
    Together "artefact.kind" "1.2" kind: "An artefact of another kind is refused.";
    Together "artefact.other_issuer" "5.1" other_issuer: "An artefact for another issuer is the problem `wrong_issuer`.";
    Together "artefact.named_signer" "1.2" named_signer: "An order without key 3 is refused.";
    Together "artefact.amounts" "1.1" amounts: "An amount of 0, below it, or of 2^63 and more is refused.";
    Together "artefact.times" "1.1" times: "A time below zero is refused.";
}

/// An order of 5 from somebody who has 5, and its payload.
struct Sample {
    payer: Person,
    order: Order,
    payload: Payload,
}

impl Sample {
    async fn new(case: &Case) -> Check<Self> {
        let (payer, payee) = (case.rich(5).await?, case.person().await?);
        let order = case.order(&payer, &payee, 5);
        let payload = Payload::order(&order, &payer.key.public_key());
        Ok(Self { payer, order, payload })
    }

    fn sign(&self, payload: &[u8]) -> Vec<u8> {
        wire::sign(payload, &self.payer.key)
    }

    /// None of these may be taken for an order, and nothing may move.
    async fn refuse(&self, case: &Case, all: &[Vec<u8>]) -> Check {
        for bytes in all {
            case.submit_bytes(bytes).await?.problem(&["bad_artefact"])?;
        }
        case.has(&self.payer, 5).await
    }
}

async fn plain(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let bytes = sample.payload.sign(&sample.payer.key);
    let whole = sign(&sample.order, &sample.payer.key)?;
    hold(bytes == whole.bytes(), || "the kit contradicts itself: two encodings of one order".into())?;
    executed(&case.submit_bytes(&bytes).await?).map(drop)
}

async fn trailing(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let after = [&sample.payload.sign(&sample.payer.key)[..], &[0]].concat();
    let inside = sample.sign(&[&sample.payload.encode()[..], &[0]].concat());
    sample.refuse(case, &[after, inside]).await
}

async fn truncated(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let bytes = sample.payload.sign(&sample.payer.key);
    let cuts = [0, 1, 5, 50, bytes.len() - 1];
    let all: Vec<_> = cuts.iter().filter_map(|cut| bytes.get(..*cut)).map(<[u8]>::to_vec).collect();
    sample.refuse(case, &all).await
}

async fn shortest_integers(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let with = |value: &[u8]| sample.payload.clone().with(6, value.to_vec()).sign(&sample.payer.key);
    let key = |key: &[u8]| {
        let mut payload = sample.payload.clone();
        for field in &mut payload.0 {
            if field.0 == uint(6) {
                field.0 = key.to_vec();
            }
        }
        payload.sign(&sample.payer.key)
    };
    let all = [
        with(&[0x18, 5]),
        with(&[0x19, 0, 5]),
        with(&[0x1a, 0, 0, 0, 5]),
        with(&[0x1b, 0, 0, 0, 0, 0, 0, 0, 5]),
        key(&[0x18, 6]),
    ];
    sample.refuse(case, &all).await
}

async fn shortest_lengths(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let payer = [&[0x58, 16][..], sample.payer.account.as_bytes()].concat();
    let bytes = sample.payload.sign(&sample.payer.key);
    let map = [&[0xb8, 12][..], &sample.payload.body()].concat();
    let all = [
        sample.payload.clone().with(4, payer).sign(&sample.payer.key),
        sample.sign(&map),
        // The outer array of four in two bytes.
        [&[0x98, 4][..], bytes.get(1..).unwrap_or_default()].concat(),
    ];
    same("fields of an order", &sample.payload.0.len(), &12)?;
    sample.refuse(case, &all).await
}

async fn definite(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let map = [&[0xbf][..], &sample.payload.body(), &[0xff]].concat();
    let payer = [&[0x5f, 0x50][..], sample.payer.account.as_bytes(), &[0xff]].concat();
    let bytes = sample.payload.sign(&sample.payer.key);
    let all = [
        sample.sign(&map),
        sample.payload.clone().with(4, payer).sign(&sample.payer.key),
        [&[0x9f][..], bytes.get(1..).unwrap_or_default(), &[0xff]].concat(),
    ];
    sample.refuse(case, &all).await
}

async fn sorted(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let mut first = sample.payload.clone();
    first.0.swap(4, 5);
    let mut last = sample.payload.clone();
    last.0.swap(10, 11);
    sample.refuse(case, &[first.sign(&sample.payer.key), last.sign(&sample.payer.key)]).await
}

async fn unique(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let mut twice = sample.payload.clone();
    if let Some(amount) = twice.0.iter().position(|(key, _)| *key == uint(6)) {
        let field = twice.0[amount].clone();
        twice.0.insert(amount, field);
    }
    let last = sample.payload.0.last().cloned().map_or_else(|| broken("no fields"), Ok)?;
    let end = sample.payload.clone().and(last.0, last.1);
    sample.refuse(case, &[twice.sign(&sample.payer.key), end.sign(&sample.payer.key)]).await
}

async fn tags(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let outside = [&[0xd2][..], &sample.payload.sign(&sample.payer.key)].concat();
    let inside =
        sample.payload.clone().with(8, [&[0xc1][..], &uint(sample.order.not_after.unsigned_abs())].concat());
    let unknown = sample.payload.clone().and(uint(23), vec![0xc1, 0]);
    sample.refuse(case, &[outside, inside.sign(&sample.payer.key), unknown.sign(&sample.payer.key)]).await
}

async fn floats(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let unknown = |value: &[u8]| sample.payload.clone().and(uint(23), value.to_vec()).sign(&sample.payer.key);
    let amount = sample.payload.clone().with(6, vec![0xf9, 0x45, 0]).sign(&sample.payer.key);
    // 1.0 as half, `undefined`, and simple value 32.
    sample.refuse(case, &[amount, unknown(&[0xf9, 0x3c, 0]), unknown(&[0xf7]), unknown(&[0xf8, 32])]).await
}

async fn depth(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let nested = |deep: usize| [vec![0x81; deep - 1], vec![0x80]].concat();
    let with = |deep| sample.payload.clone().and(uint(23), nested(deep)).sign(&sample.payer.key);
    // The payload's own map is the first.
    sample.refuse(case, &[with(8), with(100)]).await?;
    executed(&case.submit_bytes(&with(7)).await?).map(drop)
}

async fn utf8(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let odd = sample.payload.clone().and(uint(23), vec![0x62, 0xc3, 0x28]).sign(&sample.payer.key);
    sample.refuse(case, &[odd]).await
}

async fn size(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let large = sample.payload.clone().and(uint(23), wire::bytes(&vec![0; 65_536]));
    let answer = case.submit_bytes(&large.sign(&sample.payer.key)).await?;
    answer.problem(&["too_large", "bad_artefact"])
}

async fn version(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let other = sample.payload.clone().with(1, uint(2));
    let stranger = other.clone().without(6).and(vec![0x20], uint(0));
    for payload in [other, stranger] {
        case.submit_bytes(&payload.sign(&sample.payer.key)).await?.problem(&["unknown_version"])?;
    }
    case.has(&sample.payer, 5).await
}

async fn unknown_fields(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let bytes = sample.payload.clone().and(uint(23), wire::text("new")).sign(&sample.payer.key);
    let receipt = executed(&case.submit_bytes(&bytes).await?)?;
    same("the order that the receipt names", &receipt.body().order, &Digest::of(&[&bytes]))
}

async fn critical(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    for key in [vec![0x20], vec![0x38, 99]] {
        let bytes = sample.payload.clone().and(key, uint(0)).sign(&sample.payer.key);
        case.submit_bytes(&bytes).await?.problem(&["unknown_critical"])?;
    }
    case.has(&sample.payer, 5).await
}

async fn critical_within(case: &Case) -> Check {
    // The card in force, its currency with one field more. Nothing but what it is signed over is changed, so that an
    // issuer that takes it has lost nothing.
    let (card, business) = (case.scene.card(), case.scene.business());
    let payload = wire::payload(card.bytes()).map_or_else(|| broken("the card is no artefact"), Ok)?;
    let decimals = wire::uint(u64::from(card.body().currency.decimals()));
    let before = [&uint(3)[..], &decimals, &uint(9)].concat();
    let after = [&uint(3)[..], &decimals, &[0x20, 0], &uint(9)].concat();
    let payload = wire::replace(payload, &[8, 0xa4, 0], &[8, 0xa5, 0])
        .and_then(|payload| wire::replace(&payload, &before, &after));
    let payload = payload.map_or_else(|| broken("the card's currency is not where it should be"), Ok)?;
    let body = json!({ "card": base64(&wire::sign(&payload, &business.key)), "rekeys": [] });
    case.call("PUT", &case.place("card"), Some(body)).await?.problem(&["unknown_critical"])?;
    let sample = Sample::new(case).await?;
    let ignored = sample.payload.clone().and(uint(23), vec![0xa1, 0x20, 0]).sign(&sample.payer.key);
    executed(&case.submit_bytes(&ignored).await?).map(drop)
}

async fn kind(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let receipt = sample.payload.clone().with(0, uint(8));
    let unheard_of = sample.payload.clone().with(0, uint(99));
    sample.refuse(case, &[receipt.sign(&sample.payer.key), unheard_of.sign(&sample.payer.key)]).await
}

async fn other_issuer(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let elsewhere = IssuerId::new(random());
    let order = Order { issuer: elsewhere, ..sample.order.clone() };
    case.try_order(&order, &sample.payer.key).await?.problem(&["wrong_issuer"])?;
    let stranger = Person::new();
    let opening = sign(&stranger.opening(elsewhere, case.now()), &stranger.key)?;
    let body = json!({ "opening": base64(opening.bytes()) });
    case.post("accounts", body).await?.problem(&["wrong_issuer"])
}

async fn named_signer(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let order = sample.payload.clone().without(3).sign(&sample.payer.key);
    sample.refuse(case, &[order]).await?;
    let grant = case.key_grant(sample.payer.account, &new_key(), Capabilities::VIEW);
    let grant = Payload::key_grant(&grant, &sample.payer.key.public_key()).without(3).sign(&sample.payer.key);
    case.post("grants", json!({ "grant": base64(&grant) })).await?.problem(&["bad_artefact"])
}

async fn amounts(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let with = |value: Vec<u8>| sample.payload.clone().with(6, value).sign(&sample.payer.key);
    let all =
        [with(uint(0)), with(vec![0x24]), with(uint(1 << 63)), with(uint(u64::MAX)), with(wire::text("5"))];
    sample.refuse(case, &all).await
}

async fn times(case: &Case) -> Check {
    let sample = Sample::new(case).await?;
    let with = |value: Vec<u8>| sample.payload.clone().with(8, value).sign(&sample.payer.key);
    sample.refuse(case, &[with(vec![0x20]), with(uint(1 << 63))]).await
}
