//! Grants: roles, capabilities, limits, their ends.

use serde_json::json;
use tallystick::artefact::{Cancel, Capabilities, Grant, Refusal, Role, Signed};
use tallystick::keys::{AccountId, Digest, SigningKey};
use tallystick::money::Amount;

use crate::case::{Case, art, executed, sign};
use crate::client::Answer;
use crate::outcome::{Check, broken, hold, same};
use crate::people::new_key;

rules! {
    Together "grant.pay" "3.4" pay: "A key granted `pay` pays.";
    Together "grant.view" "3.4" view: "A key granted `view` reads the account; one granted something else does not.";
    Together "grant.no_pay" "3.4" no_pay: "A key that was not granted `pay` pays nothing.";
    Together "grant.of_own_account" "3.4" own_account: "A key is granted something only by the account's founding key.";
    Together "grant.not_passed_on" "3.4" not_passed_on: "A granted key grants nothing.";
    Together "grant.daily_limit" "3.4, 5.1.4" daily_limit: "A key's limit is for all its payments of a day: `limit_exceeded`.";
    Together "grant.several" "3.4" several: "A key with several grants may do what any of them allows.";
    Together "grant.ends" "3.4" ends: "A grant ends with its last second.";
    Together "grant.cancelled" "3.12" cancelled: "A grant that was cancelled gives no right any more; the answer is a refusal `cancelled`.";
    Together "grant.cancel_by_stranger" "3.12" cancel_by_stranger: "Nobody else cancels a grant.";
    Together "grant.cancelled_again" "3.12" cancelled_again: "A grant that was cancelled cannot be posted again.";
    Together "role.owner" "3.4" owner: "The owner role is given by the issuer's founding key alone.";
    Together "role.worker" "3.4" worker: "The worker role is given by an owner, not by a customer.";
    Together "role.owners_limit" "3.4" owners_limit: "The limits of all owners together stay within the card's.";
    Together "role.newest" "3.4" newest: "A role grant replaces the account's earlier one, and none older replaces it.";
    Together "role.worker_limit" "3.4" worker_limit: "A worker's limit is for all payments of a day.";
}

async fn pay(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let (till, _) = case.till(&payer, Capabilities::PAY).await?;
    executed(&case.try_order(&case.order(&payer, &payee, 5), &till).await?).map(drop)
}

async fn view(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (till, _) = case.till(&person, Capabilities::VIEW).await?;
    same("the balance", &case.head_by(person.account, &till).await?.body().balance.minor(), &10)?;
    let (other, _) = case.till(&person, Capabilities::PAY.and(Capabilities::RECEIVE)).await?;
    let rest = format!("accounts/{}/head", person.account);
    case.signed("GET", &rest, None, &other).await?.problem(&["not_authorised"])
}

async fn no_pay(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    for may in [Capabilities::VIEW, Capabilities::RECEIVE, Capabilities::REFUND] {
        let (till, _) = case.till(&payer, may).await?;
        case.try_order(&case.order(&payer, &payee, 5), &till).await?.refusal("not_allowed")?;
    }
    case.has(&payer, 10).await
}

async fn own_account(case: &Case) -> Check {
    let (victim, thief) = (case.rich(10).await?, case.person().await?);
    let grant = case.key_grant(victim.account, &thief.key, Capabilities::PAY);
    case.grant(&grant, &thief.key).await?.problem(&["not_authorised"])?;
    case.try_order(&case.order(&victim, &thief, 5), &thief.key).await?.refusal("not_allowed").map(drop)
}

async fn not_passed_on(case: &Case) -> Check {
    let person = case.rich(10).await?;
    let (till, _) = case.till(&person, Capabilities::PAY.and(Capabilities::VIEW)).await?;
    let grant = case.key_grant(person.account, &new_key(), Capabilities::VIEW);
    case.grant(&grant, &till).await?.problem(&["not_authorised"])
}

async fn limited(case: &Case, of: &crate::people::Person, limit: i64, to: &SigningKey) -> Check {
    let grant =
        Grant { limit: Some(Amount::new(limit)), ..case.key_grant(of.account, to, Capabilities::PAY) };
    case.grant(&grant, &of.key).await?.ok().map(drop)
}

async fn daily_limit(case: &Case) -> Check {
    // Its payments count by the issuer's day: around midnight they would be of two.
    let left = 86_400 - case.now().rem_euclid(86_400);
    if left < 60 {
        tokio::time::sleep(std::time::Duration::from_secs(left.unsigned_abs() + 1)).await;
    }
    let (payer, payee, till) = (case.rich(100).await?, case.person().await?, new_key());
    limited(case, &payer, 20, &till).await?;
    case.try_order(&case.order(&payer, &payee, 21), &till).await?.refusal("limit_exceeded")?;
    executed(&case.try_order(&case.order(&payer, &payee, 15), &till).await?)?;
    case.try_order(&case.order(&payer, &payee, 6), &till).await?.refusal("limit_exceeded")?;
    executed(&case.try_order(&case.order(&payer, &payee, 5), &till).await?)?;
    // It does not bind the founding key.
    executed(&case.try_order(&case.order(&payer, &payee, 50), &payer.key).await?).map(drop)
}

async fn several(case: &Case) -> Check {
    let (payer, payee, till) = (case.rich(100).await?, case.person().await?, new_key());
    case.grant(&case.key_grant(payer.account, &till, Capabilities::VIEW), &payer.key).await?.ok()?;
    case.grant(&case.key_grant(payer.account, &till, Capabilities::PAY), &payer.key).await?.ok()?;
    case.head_by(payer.account, &till).await?;
    executed(&case.try_order(&case.order(&payer, &payee, 5), &till).await?).map(drop)
}

async fn ends(case: &Case) -> Check {
    let (payer, payee, till) = (case.rich(100).await?, case.person().await?, new_key());
    let may = Capabilities::VIEW.and(Capabilities::PAY);
    let grant = Grant { not_after: case.now() + 3, ..case.key_grant(payer.account, &till, may) };
    case.grant(&grant, &payer.key).await?.ok()?;
    // Its end is seen from outside as the end of its event stream.
    case.events(payer.account, &till, None).await?.end().await?;
    let rest = format!("accounts/{}/head", payer.account);
    case.signed("GET", &rest, None, &till).await?.problem(&["not_authorised"])?;
    case.try_order(&case.order(&payer, &payee, 5), &till).await?.refusal("not_allowed").map(drop)
}

/// A cancel by a key, and its answer.
async fn cancel(case: &Case, account: AccountId, target: Digest, key: &SigningKey) -> Check<Answer> {
    let cancel = Cancel { issuer: case.issuer(), target, signed_at: case.now(), account };
    case.post("cancels", json!({ "cancel": art(&sign(&cancel, key)?) })).await
}

async fn cancelled(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let (till, grant) = case.till(&payer, Capabilities::PAY.and(Capabilities::VIEW)).await?;
    executed(&case.try_order(&case.order(&payer, &payee, 5), &till).await?)?;
    let answer = cancel(case, payer.account, grant.hash(), &payer.key).await?.ok()?;
    let refusal: Signed<Refusal> = answer.refusal("cancelled")?;
    same("what was cancelled", &refusal.body().subject, &grant.hash())?;
    case.try_order(&case.order(&payer, &payee, 5), &till).await?.refusal("not_allowed")?;
    let rest = format!("accounts/{}/head", payer.account);
    case.signed("GET", &rest, None, &till).await?.problem(&["not_authorised"])?;
    let state = case.signed("GET", &format!("accounts/{}", payer.account), None, &payer.key).await?.ok()?;
    same("`grants`", &state.json["grants"], &json!([]))
}

async fn cancel_by_stranger(case: &Case) -> Check {
    let (person, stranger) = (case.rich(100).await?, case.person().await?);
    let (till, grant) = case.till(&person, Capabilities::VIEW).await?;
    cancel(case, person.account, grant.hash(), &stranger.key).await?.refuses()?;
    cancel(case, stranger.account, grant.hash(), &stranger.key).await?.refuses()?;
    cancel(case, person.account, grant.hash(), &till).await?.refuses()?;
    case.head_by(person.account, &till).await.map(drop)
}

async fn cancelled_again(case: &Case) -> Check {
    let person = case.rich(100).await?;
    let (till, grant) = case.till(&person, Capabilities::VIEW).await?;
    cancel(case, person.account, grant.hash(), &person.key).await?.ok()?;
    case.post("grants", json!({ "grant": art(&grant) })).await?;
    let rest = format!("accounts/{}/head", person.account);
    case.signed("GET", &rest, None, &till).await?.problem(&["not_authorised"])
}

async fn owner(case: &Case) -> Check {
    let (person, payee) = (case.person().await?, case.person().await?);
    let grant = case.role_grant(person.account, Role::Owner, Some(10));
    for key in [&person.key, &case.scene.owner.key] {
        case.grant(&grant, key).await?.problem(&["not_authorised"])?;
    }
    case.try_order(&case.order(&person, &payee, 5), &person.key).await?.refusal("insufficient_funds")?;
    case.grant(&grant, &case.scene.business().key).await?.ok()?;
    executed(&case.try_order(&case.order(&person, &payee, 5), &person.key).await?).map(drop)
}

async fn worker(case: &Case) -> Check {
    let (person, customer) = (case.person().await?, case.person().await?);
    let grant = case.role_grant(person.account, Role::Worker, None);
    case.grant(&grant, &customer.key).await?.problem(&["not_authorised"])?;
    case.grant(&grant, &case.scene.owner.key).await?.ok().map(drop)
}

async fn owners_limit(case: &Case) -> Check {
    let person = case.person().await?;
    let most = case.scene.card().body().owners_limit.minor();
    // The kit's own owner has a limit, too.
    let grant = case.role_grant(person.account, Role::Owner, Some(most));
    case.grant(&grant, &case.scene.business().key).await?.problem(&["limit_exceeded"])
}

async fn newest(case: &Case) -> Check {
    let (person, payee) = (case.person().await?, case.person().await?);
    let business = case.scene.business().key;
    let now = case.now();
    let at = |signed_at: i64, limit: i64| {
        let grant = case.role_grant(person.account, Role::Owner, Some(limit));
        Grant { signed_at, ..grant }
    };
    case.grant(&at(now - 100, 10), &business).await?.ok()?;
    case.grant(&at(now - 50, 20), &business).await?.ok()?;
    // The older one must not come back, whether it is refused or passed over.
    case.grant(&at(now - 80, 30), &business).await?;
    case.try_order(&case.order(&person, &payee, 21), &person.key).await?.refusal("insufficient_funds")?;
    executed(&case.try_order(&case.order(&person, &payee, 20), &person.key).await?).map(drop)
}

async fn worker_limit(case: &Case) -> Check {
    let (person, payee) = (case.rich(100).await?, case.person().await?);
    let grant = case.role_grant(person.account, Role::Worker, Some(20));
    case.grant(&grant, &case.scene.owner.key).await?.ok()?;
    let answer = case.try_order(&case.order(&person, &payee, 21), &person.key).await?;
    answer.refusal("limit_exceeded")?;
    match executed(&case.try_order(&case.order(&person, &payee, 20), &person.key).await?) {
        Ok(_) => hold(true, String::new),
        Err(_) => broken("what the limit allows was refused"),
    }
}
