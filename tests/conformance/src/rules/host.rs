//! The host: its TLS key, its manner of saying no.

use serde_json::json;
use tallystick::keys::IssuerId;

use crate::case::{Case, art, executed, sign};
use crate::client::Call;
use crate::outcome::{Check, Trouble, broken, hold, same};
use crate::scene::random;

rules! {
    Together "host.tls_key" "3.1, 8" tls_key: "The TLS key is one that the card names, if the card names any.";
    Together "host.unknown_issuer" "6" unknown_issuer: "An issuer that is not served is the problem `unknown_issuer`.";
    Together "host.ids_in_either_case" "1.1" either_case: "Ids in addresses are read in either case.";
    Together "host.unknown_members" "5" unknown_members: "Unknown members of a body are ignored.";
    Together "host.bodies" "1.4, 6" bodies: "A body that cannot be read is the problem `bad_request`.";
    Together "host.large_bodies" "5" large_bodies: "A body of more than 1 MiB is refused.";
    Last "http.date" "1.4" date: "Every answer has the field `Date`.";
    Last "problem.form" "1.4, 6" problem_form: "Every problem has the form of RFC 9457 and a code of section 6.";
}

async fn tls_key(case: &Case) -> Check {
    let card = case.scene.card();
    let origin = &case.scene.client.origin;
    let Some(endpoint) = card.body().endpoints.iter().find(|endpoint| endpoint.origin == *origin) else {
        return broken(format!("the card names no endpoint {origin}"));
    };
    if endpoint.tls_keys.is_empty() {
        return Err(Trouble::NotAsked("the card names no TLS key for this endpoint".into()));
    }
    let key = case.scene.client.tls_key().await?;
    hold(endpoint.tls_keys.contains(&key), || format!("the host's TLS key {key} is not among the card's"))
}

async fn unknown_issuer(case: &Case) -> Check {
    let nobody = IssuerId::new(random());
    case.call("GET", &format!("/v1/{nobody}/card"), None).await?.problem(&["unknown_issuer"])
}

async fn either_case(case: &Case) -> Check {
    let path = format!("/v1/{}/card", case.issuer().to_string().to_lowercase());
    case.call("GET", &path, None).await?.ok().map(drop)
}

async fn unknown_members(case: &Case) -> Check {
    let (payer, payee) = (case.rich(5).await?, case.person().await?);
    let order = sign(&case.order(&payer, &payee, 5), &payer.key)?;
    let body = json!({ "order": art(&order), "colour": "green", "memo": null });
    executed(&case.post("orders", body).await?).map(drop)
}

async fn bodies(case: &Case) -> Check {
    for body in ["", "{", "[]", r#"{"order": 5}"#, r#"{"order": "not base64!"}"#, "{}"] {
        let call = Call {
            method: "POST".into(),
            path: case.place("orders"),
            body: Some(body.into()),
            ..Call::default()
        };
        case.send(call).await?.problem(&["bad_request"])?;
    }
    Ok(())
}

async fn large_bodies(case: &Case) -> Check {
    let body = Some(vec![b' '; (1 << 20) + 1]);
    let call = Call { method: "POST".into(), path: case.place("orders"), body, ..Call::default() };
    match case.send(call).await {
        Ok(answer) => answer.problem(&["too_large", "bad_request"]),
        // A server may close the connection before the body is over.
        Err(Trouble::Broken(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

#[allow(clippy::unused_async, reason = "rules are called alike")]
async fn date(case: &Case) -> Check {
    same("answers without the field", &case.scene.noted("http.date").map(|(why, _)| why), &None)
}

#[allow(clippy::unused_async, reason = "rules are called alike")]
async fn problem_form(case: &Case) -> Check {
    match case.scene.noted("problem.form") {
        None => Ok(()),
        Some((why, exchange)) => {
            broken(format!("{why}: {} was answered by {}", exchange.sent, exchange.received))
        }
    }
}
