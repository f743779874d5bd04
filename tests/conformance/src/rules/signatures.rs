//! Signatures of artefacts, checked strictly (protocol §1.2).

use serde_json::json;
use tallystick::keys::AccountId;

use crate::case::{Case, sign};
use crate::client::base64;
use crate::outcome::{Check, hold};
use crate::people::{Person, new_key};
use crate::scene::random;
use crate::wire::{self, Payload};

rules! {
    Together "signature.fits" "1.2" fits: "A signature that does not fit is the problem `bad_signature`.";
    Together "signature.aad" "1.2" aad: "A signature over another external_aad does not fit.";
    Together "signature.other_protocol" "1.2" header: "Other headers than `{1: -8}` and the empty map are refused.";
    Together "signature.length" "1.2" length: "A signature has 64 bytes.";
    Together "signature.malleated" "1.2" malleated: "A signature whose S is not below the group's order is refused.";
    Together "signature.small_order" "1.2" small_order: "A key of small order, for which any signature fits, is refused.";
}

async fn scene(case: &Case) -> Check<(Person, Payload)> {
    let (payer, payee) = (case.rich(5).await?, case.person().await?);
    let payload = Payload::order(&case.order(&payer, &payee, 5), &payer.key.public_key());
    Ok((payer, payload))
}

async fn fits(case: &Case) -> Check {
    let (payer, payload) = scene(case).await?;
    let mut flipped = payload.sign(&payer.key);
    if let Some(last) = flipped.last_mut() {
        *last ^= 1;
    }
    // The S of a signature is its second half: this one may also be no number below the order.
    case.submit_bytes(&flipped).await?.problem(&["bad_signature"])?;
    let stranger = payload.sign(&new_key());
    case.submit_bytes(&stranger).await?.problem(&["bad_signature"])?;
    let other = payload.clone().with(6, wire::uint(4)).encode();
    let moved = wire::envelope(&other, &payer.key.sign(&wire::to_be_signed(&payload.encode(), wire::AAD)));
    case.submit_bytes(&moved).await?.problem(&["bad_signature"])?;
    case.has(&payer, 5).await
}

async fn aad(case: &Case) -> Check {
    let (payer, payload) = scene(case).await?;
    let payload = payload.encode();
    for aad in [&b"tallystick-2"[..], b"", b"tallystick-1 "] {
        let bytes = wire::envelope(&payload, &payer.key.sign(&wire::to_be_signed(&payload, aad)));
        case.submit_bytes(&bytes).await?.problem(&["bad_signature"])?;
    }
    case.has(&payer, 5).await
}

async fn header(case: &Case) -> Check {
    let (payer, payload) = scene(case).await?;
    let good = payload.sign(&payer.key);
    let rest = good.get(6..).unwrap_or_default();
    let all = [
        // ES256; with a key id; with an unprotected header; without a protected one.
        [&[0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0][..], rest].concat(),
        [&[0x84, 0x46, 0xa2, 0x01, 0x27, 0x04, 0x41, 0x01, 0xa0][..], rest].concat(),
        [&[0x84, 0x43, 0xa1, 0x01, 0x27, 0xa1, 0x04, 0x41, 0x01][..], rest].concat(),
        [&[0x84, 0x40, 0xa1, 0x01, 0x27][..], rest].concat(),
        // Three parts and five.
        [&[0x83][..], good.get(1..good.len() - 66).unwrap_or_default()].concat(),
        [&[0x85][..], good.get(1..).unwrap_or_default(), &[0x40]].concat(),
    ];
    for bytes in all {
        case.submit_bytes(&bytes).await?.problem(&["bad_artefact"])?;
    }
    case.has(&payer, 5).await
}

async fn length(case: &Case) -> Check {
    let (payer, payload) = scene(case).await?;
    let payload = payload.encode();
    let signature = payer.key.sign(&wire::to_be_signed(&payload, wire::AAD));
    for other in [&signature[..63], &[&signature[..], &[0]].concat(), &[]] {
        case.submit_bytes(&wire::envelope(&payload, other))
            .await?
            .problem(&["bad_artefact", "bad_signature"])?;
    }
    case.has(&payer, 5).await
}

async fn malleated(case: &Case) -> Check {
    let (payer, payload) = scene(case).await?;
    let payload = payload.encode();
    let signature = payer.key.sign(&wire::to_be_signed(&payload, wire::AAD));
    let other = wire::malleate(&signature);
    hold(other != signature, || "the kit cannot malleate".into())?;
    case.submit_bytes(&wire::envelope(&payload, &other))
        .await?
        .problem(&["bad_signature", "bad_artefact"])?;
    case.has(&payer, 5).await
}

async fn small_order(case: &Case) -> Check {
    // The neutral element as key and as R, and S = 0: the equation holds for every message.
    let mut neutral = [0_u8; 32];
    neutral[0] = 1;
    let signature = [&neutral[..], &[0; 32]].concat();
    let template = Person::new();
    let opening = template.opening(case.issuer(), case.now());
    let payload = Payload::opening(&opening, &neutral).encode();
    let body = json!({ "opening": base64(&wire::envelope(&payload, &signature)) });
    case.post("accounts", body).await?.problem(&["bad_signature", "bad_artefact"])?;
    // The same with an order of an account that nobody has.
    let payee = case.person().await?;
    let mut order = case.order(&payee, &payee, 5);
    order.payer = AccountId::new(random());
    let order = sign(&order, &payee.key)?;
    let payload =
        Payload::order(order.body(), &payee.key.public_key()).with(3, wire::bytes(&neutral)).encode();
    let answer = case.submit_bytes(&wire::envelope(&payload, &signature)).await?;
    answer.problem(&["bad_signature", "bad_artefact"])
}
