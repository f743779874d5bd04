//! Rekeys: who lost a phone replaces its keys for good.

use serde_json::json;
use tallystick::artefact::{Capabilities, Rekey, Subject};

use crate::case::{Case, art, executed, sign, sign_request};
use crate::client::base64;
use crate::outcome::{Check, hold, same};
use crate::people::{Founder, Person, commitment, new_key};

rules! {
    Together "rekey.new_key" "2" new_key_acts: "After a rekey the new key acts for the account, and what was there stays.";
    Together "rekey.old_key" "2" old_key: "After a rekey the old key neither pays nor reads.";
    Together "rekey.old_grants" "2" old_grants: "A rekey voids what older keys granted.";
    Together "rekey.old_requests" "2" old_requests: "A rekey voids what older keys asked.";
    Together "rekey.shown" "5" is_shown: "All rekeys are shown with the opening, to payers too.";
    Together "rekey.by_key" "5" by_key: "`GET keys/{founding key}` finds the account by any of its keys.";
    Together "rekey.recovery_key" "2" recovery_key: "A rekey that the committed recovery key did not sign is refused.";
    Together "rekey.no_gaps" "2" no_gaps: "Numbers of rekeys have no gaps, and each follows from the one before.";
    Together "rekey.first_stays" "2" first_stays: "Of two rekeys with the same number the first seen stays; the same again is no other.";
    Together "rekey.chain" "2" chain: "A second rekey follows the first.";
    Alone "rekey.issuer" "2, 3.3" of_issuer: "A rekey of the issuer is taken; only cards and grants of the new founding key count then.";
}

async fn new_key_acts(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (next, _) = case.rekey(&person).await?;
    case.has(&next, 10).await?;
    let payee = case.person().await?;
    executed(&case.try_order(&case.order(&next, &payee, 5), &next.key).await?).map(drop)
}

async fn old_key(case: &Case) -> Check {
    let (person, payee) = (case.rich(10).await?, case.person().await?);
    case.rekey(&person).await?;
    case.try_order(&case.order(&person, &payee, 5), &person.key).await?.refusal("not_allowed")?;
    let rest = format!("accounts/{}/head", person.account);
    case.signed("GET", &rest, None, &person.key).await?.problem(&["not_authorised"])
}

async fn old_grants(case: &Case) -> Check {
    let (person, payee) = (case.rich(10).await?, case.person().await?);
    let (till, _) = case.till(&person, Capabilities::PAY.and(Capabilities::VIEW)).await?;
    case.rekey(&person).await?;
    case.try_order(&case.order(&person, &payee, 5), &till).await?.refusal("not_allowed")?;
    let rest = format!("accounts/{}/head", person.account);
    case.signed("GET", &rest, None, &till).await?.problem(&["not_authorised"])
}

async fn old_requests(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let (till, _) = case.till(&payee, Capabilities::RECEIVE).await?;
    case.rekey(&payee).await?;
    for key in [&payee.key, &till] {
        let request = sign_request(&case.request(payee.account, 5), key)?;
        let (_, answer) = case.pay_request(&payer, &case.order(&payer, &payee, 5), &request).await?;
        answer.refusal("request_invalid")?;
    }
    Ok(())
}

async fn is_shown(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (next, rekey) = case.rekey(&person).await?;
    let expected = json!([art(&rekey)]);
    let payee = case.get(&format!("payees/{}", person.account)).await?.ok()?;
    same("`rekeys` of a payee", &payee.json["rekeys"], &expected)?;
    same(
        "the opening's signer",
        payee.artefact::<tallystick::artefact::Opening>("opening")?.signer(),
        &person.key.public_key(),
    )?;
    let state = case.signed("GET", &format!("accounts/{}", person.account), None, &next.key).await?.ok()?;
    same("`rekeys` of an account", &state.json["rekeys"], &expected)
}

async fn by_key(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (next, rekey) = case.rekey(&person).await?;
    for key in [&person.key, &next.key] {
        let found = case.signed("GET", &format!("keys/{}", key.public_key()), None, key).await?.ok()?;
        same("`account`", &found.json["account"].as_str(), &Some(person.account.to_string().as_str()))?;
        same("`rekeys`", &found.json["rekeys"], &json!([art(&rekey)]))?;
    }
    Ok(())
}

async fn recovery_key(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (_, rekey) = person.rekey(case.now());
    for key in [&new_key(), &person.key] {
        case.post_rekey(&sign(&rekey, key)?).await?.refuses()?;
    }
    case.has(&person, 10).await
}

async fn no_gaps(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (_, rekey) = person.rekey(case.now());
    let gap = Rekey { number: 2, ..rekey.clone() };
    case.post_rekey(&sign(&gap, &person.recovery)?).await?.refuses()?;
    let other_key = Rekey { previous: new_key().public_key(), ..rekey };
    case.post_rekey(&sign(&other_key, &person.recovery)?).await?.refuses()?;
    case.has(&person, 10).await
}

async fn first_stays(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (next, rekey) = case.rekey(&person).await?;
    let (_, other) = person.rekey(case.now());
    case.post_rekey(&sign(&other, &person.recovery)?).await?.problem(&["rekey_conflict"])?;
    let again = case.post_rekey(&rekey).await?.ok()?;
    same("`rekeys`", &again.json["rekeys"], &json!([art(&rekey)]))?;
    case.has(&next, 10).await
}

async fn chain(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (second, first_rekey) = case.rekey(&person).await?;
    let (third, second_rekey) = case.rekey(&second).await?;
    let payee = case.get(&format!("payees/{}", person.account)).await?.ok()?;
    same("`rekeys`", &payee.json["rekeys"], &json!([art(&first_rekey), art(&second_rekey)]))?;
    case.has(&third, 10).await
}

async fn of_issuer(case: &Case) -> Check {
    case.may_change()?;
    let before = case.scene.business();
    let Some(recovery) = before.recovery.clone() else {
        return Err(crate::outcome::Trouble::NotAsked("the kit has no recovery key of the issuer".into()));
    };
    let next = Founder { key: new_key(), recovery: Some(new_key()), number: before.number + 1 };
    let Some(next_recovery) = next.recovery.as_deref() else { return Ok(()) };
    let rekey = Rekey {
        subject: Subject::Issuer(case.issuer()),
        number: next.number,
        previous: before.key.public_key(),
        founding_key: next.key.public_key(),
        commitment: commitment(next_recovery),
        signed_at: case.now(),
    };
    let rekey = sign(&rekey, &recovery)?;
    case.post_rekey(&rekey).await?.ok()?;
    // The old key publishes nothing any more.
    let (_, answer) = case.publish(|card| card.promise.push('?')).await?;
    answer.refuses()?;
    let mut card = case.scene.card().body().clone();
    (card.serial, card.rekey_number) = (1, next.number);
    (card.commitment, card.signed_at) = (rekey.body().commitment, case.now());
    let card = sign(&card, &next.key)?;
    let body = json!({ "card": art(&card), "rekeys": [base64(rekey.bytes())] });
    case.call("PUT", &case.place("card"), Some(body)).await?.ok()?;
    let served = case.get("card").await?.ok()?;
    same("the card in force", &served.bytes("card")?, &card.bytes().to_vec())?;
    let rekeys = served.json["rekeys"].as_array().cloned().unwrap_or_default();
    hold(rekeys.contains(&json!(art(&rekey))), || "the card is served without its rekey".into())?;
    case.scene.set_card(card);
    case.scene.set_business(next);
    // Only the new key names owners.
    let person: Person = case.person().await?;
    let grant = case.role_grant(person.account, tallystick::artefact::Role::Owner, Some(1));
    case.grant(&grant, &before.key).await?.problem(&["not_authorised"])?;
    case.grant(&grant, &case.scene.business().key).await?.ok()?;
    // What the old key granted is void: the kit's owner is none any more, until the new key says so.
    let owner = &case.scene.owner;
    case.try_order(&case.order(owner, &person, 1), &owner.key).await?.refusal("insufficient_funds")?;
    let limit = case.scene.owner_limit();
    let grant = case.role_grant(owner.account, tallystick::artefact::Role::Owner, Some(limit));
    case.grant(&grant, &case.scene.business().key).await?.ok()?;
    executed(&case.try_order(&case.order(owner, &person, 1), &owner.key).await?).map(drop)
}
