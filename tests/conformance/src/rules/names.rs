//! Attested names: unique to the eye.

use serde_json::json;
use tallystick::artefact::{Attestation, Capabilities, Role};
use tallystick::keys::SigningKey;

use crate::case::{Case, art, sign};
use crate::client::{Answer, base64};
use crate::outcome::{Check, hold, same};
use crate::people::Person;
use crate::scene::random;
use crate::wire::{self, Payload, uint};

rules! {
    Together "name.attested" "3.5, 5" attested: "A name that the issuer's founding key attests is shown to payers.";
    Together "name.unique" "3.5" unique: "The same name for another account is `409 name_taken`.";
    Together "name.look_alike" "3.5" look_alike: "So is a name that looks the same (UTS 39), or differs in case.";
    Together "name.by_whom" "3.5" by_whom: "Nobody else attests names.";
    Together "name.granted_key" "3.4, 5" granted_key: "A key granted `attest` by the founding key attests; its grant is shown beside the name.";
    Together "name.replaced" "3.5" replaced: "The newest attestation replaces the older one, and frees its name.";
    Together "name.older" "3.5" older: "An older attestation does not replace a newer one.";
    Together "name.removed" "3.5, 5" removed: "A name is removed by the account's founding key, and no older attestation brings it back.";
    Together "name.text" "1.1, 3.5" text: "A name with controls or directions in it is refused.";
}

/// A name that no other rule has, so that rules can be asked at the same time and again.
fn name() -> String {
    let letters = data_encoding::BASE32_NOPAD.encode(&random::<10>());
    // Digits look like letters: without them no two of these look alike.
    let letters: String = letters.chars().filter(|letter| letter.is_ascii_alphabetic()).collect();
    format!("Kit {}", letters.to_lowercase().replace(['l', 'i', 'o'], "a"))
}

fn attestation(case: &Case, person: &Person, name: &str) -> Attestation {
    Attestation {
        issuer: case.issuer(),
        account: person.account,
        name: name.to_owned(),
        role: Role::Customer,
        not_after: case.now() + 86_400,
        signed_at: case.now(),
    }
}

async fn post(case: &Case, attestation: &Attestation, key: &SigningKey) -> Check<Answer> {
    case.post("attestations", json!({ "attestation": art(&sign(attestation, key)?) })).await
}

async fn attest(case: &Case, person: &Person, name: &str) -> Check<Answer> {
    post(case, &attestation(case, person, name), &case.scene.business().key).await
}

/// The name that payers see.
async fn shown(case: &Case, person: &Person) -> Check<Option<String>> {
    let payee = case.get(&format!("payees/{}", person.account)).await?.ok()?;
    if !payee.has("attestation") {
        return Ok(None);
    }
    Ok(Some(payee.artefact::<Attestation>("attestation")?.body().name.clone()))
}

async fn attested(case: &Case) -> Check {
    let (person, name) = (case.person().await?, name());
    same("the name before", &shown(case, &person).await?, &None)?;
    attest(case, &person, &name).await?.ok()?;
    same("the name", &shown(case, &person).await?, &Some(name))
}

async fn unique(case: &Case) -> Check {
    let (anna, bert, name) = (case.person().await?, case.person().await?, name());
    attest(case, &anna, &name).await?.ok()?;
    attest(case, &bert, &name).await?.problem_with(409, "name_taken")?;
    same("the other's name", &shown(case, &bert).await?, &None)
}

async fn look_alike(case: &Case) -> Check {
    let (anna, bert, name) = (case.person().await?, case.person().await?, name());
    attest(case, &anna, &name).await?.ok()?;
    // A Cyrillic `і` and a full-width letter.
    for other in [name.replace('i', "\u{456}"), name.to_uppercase(), name.replace('K', "\u{ff2b}")] {
        hold(other != name, || "the kit's name has no look-alike".into())?;
        attest(case, &bert, &other).await?.problem_with(409, "name_taken")?;
    }
    Ok(())
}

async fn by_whom(case: &Case) -> Check {
    let (person, name) = (case.person().await?, name());
    let (till, _) = case.till(&case.scene.owner, Capabilities::VIEW).await?;
    for key in [&person.key, &case.scene.owner.key, &till] {
        post(case, &attestation(case, &person, &name), key).await?.problem(&["not_authorised"])?;
    }
    same("the name", &shown(case, &person).await?, &None)
}

async fn granted_key(case: &Case) -> Check {
    let (owner, person, name) = (case.owner(1).await?, case.person().await?, name());
    let clerk = crate::people::new_key();
    let grant = case.key_grant(owner.account, &clerk, Capabilities::ATTEST);
    // The owner's own word is not enough.
    case.grant(&grant, &owner.key).await?.refuses()?;
    let grant = sign(&grant, &case.scene.business().key)?;
    case.post("grants", json!({ "grant": art(&grant) })).await?.ok()?;
    post(case, &attestation(case, &person, &name), &clerk).await?.ok()?;
    let payee = case.get(&format!("payees/{}", person.account)).await?.ok()?;
    same("`grants`, with the one behind the name", &payee.json["grants"], &json!([art(&grant)]))
}

async fn replaced(case: &Case) -> Check {
    let (anna, bert) = (case.person().await?, case.person().await?);
    let (first, second) = (name(), name());
    let older = Attestation { signed_at: case.now() - 10, ..attestation(case, &anna, &first) };
    post(case, &older, &case.scene.business().key).await?.ok()?;
    attest(case, &anna, &second).await?.ok()?;
    same("the name", &shown(case, &anna).await?, &Some(second))?;
    attest(case, &bert, &first).await?.ok().map(drop)
}

async fn older(case: &Case) -> Check {
    let (person, newer) = (case.person().await?, name());
    attest(case, &person, &newer).await?.ok()?;
    let older = Attestation { signed_at: case.now() - 100, ..attestation(case, &person, &name()) };
    post(case, &older, &case.scene.business().key).await?;
    same("the name", &shown(case, &person).await?, &Some(newer))
}

async fn removed(case: &Case) -> Check {
    let (person, name) = (case.person().await?, name());
    let older = Attestation { signed_at: case.now() - 100, ..attestation(case, &person, &name) };
    attest(case, &person, &name).await?.ok()?;
    let rest = format!("accounts/{}/name", person.account);
    let (till, _) = case.till(&person, Capabilities::VIEW).await?;
    case.signed("DELETE", &rest, None, &till).await?.problem(&["not_authorised"])?;
    case.signed("DELETE", &rest, None, &person.key).await?.ok()?;
    same("the name after it was removed", &shown(case, &person).await?, &None)?;
    post(case, &older, &case.scene.business().key).await?;
    same("the name after an older attestation", &shown(case, &person).await?, &None)
}

async fn text(case: &Case) -> Check {
    let person = case.person().await?;
    let business = case.scene.business().key;
    let key = business.public_key();
    for name in ["Kit \u{202e}tik", "Kit\u{7}", "", " Kit", "Kit \u{200b}"] {
        let fields = [
            (0, uint(5)),
            (1, uint(1)),
            (2, wire::bytes(case.issuer().as_bytes())),
            (3, wire::bytes(key.as_bytes())),
            (4, wire::bytes(person.account.as_bytes())),
            (5, wire::text(name)),
            (6, uint(0)),
            (7, uint(case.now().unsigned_abs() + 86_400)),
            (8, uint(case.now().unsigned_abs())),
        ];
        let payload = Payload(fields.map(|(key, value)| (uint(key), value)).to_vec());
        let body = json!({ "attestation": base64(&payload.sign(&business)) });
        case.post("attestations", body).await?.problem(&["bad_artefact"])?;
    }
    Ok(())
}
