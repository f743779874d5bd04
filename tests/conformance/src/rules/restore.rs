//! A ledger that lacks what was signed (protocol §4.3): it stops until its owner says that it was restored.
//!
//! From outside nobody can show an issuer a head that it signed and does not know, unless the kit holds its signing key:
//! then it signs one itself, as the issuer would have before it lost its newest entries.

use std::sync::Arc;

use serde_json::json;
use tallystick::artefact::{Head, Order, Receipt, Signed};
use tallystick::keys::{Digest, SigningKey};
use tallystick::ledger::{Authority, Entry};
use tallystick::money::Amount;

use crate::case::{Case, art, executed, sign};
use crate::outcome::{Check, SetUp as _, Trouble, broken, hold, same};
use crate::people::Person;
use crate::scene::random;

rules! {
    Alone "restore.ledger_behind" "4.3" ledger_behind: "Shown a head of its own that it does not know, an issuer signs nothing more until a card with a new epoch.";
    Alone "restore.rekeys" "4.3" rekeys: "Rekeys are taken even then.";
    Alone "restore.old_card" "4.3" old_card: "A card that begins an epoch counts for 600 seconds, and an epoch is never begun twice.";
    Alone "restore.carried" "4.2, 4.3" carried: "The chains of the new epoch begin with what is carried over.";
    Alone "restore.replays" "4.3" replays: "An order with a receipt that was lost is executed again, whatever its expiry.";
    Alone "restore.no_refusals" "4.3" no_refusals: "Of orders from before the restore none is refused.";
}

/// The issuer's signing key, if the kit may have it.
async fn signing_key(case: &Case) -> Check<Arc<SigningKey>> {
    case.may_change()?;
    let key = match &case.scene.signing_keys {
        Some(keys) => keys(case.issuer()).await,
        None => None,
    };
    match key {
        Some(key) if key.public_key() == case.scene.card().body().signing_key => Ok(key),
        Some(_) => Err(Trouble::NotAsked("the signing key is not that of the card in force".into())),
        None => {
            Err(Trouble::NotAsked("the kit has no signing key of the issuer (`--signing-key-file`)".into()))
        }
    }
}

/// Shows the issuer a head of somebody's that it does not know.
async fn show_unknown(case: &Case, person: &Person, key: &SigningKey) -> Check {
    let mut head = case.head(person).await?.body().clone();
    head.sequence += 1;
    head.chain_hash = Digest::new(random());
    head.balance = Amount::new(head.balance.minor() + 1);
    let answer = case.post("heads", json!({ "head": art(&sign(&head, key)?) })).await?;
    answer.problem_with(503, "ledger_behind")
}

/// Begins a new epoch.
async fn begin(case: &Case) -> Check {
    let (_, answer) = case.publish(|card| card.epoch += 1).await?;
    answer.ok().map(drop)
}

async fn ledger_behind(case: &Case) -> Check {
    let key = signing_key(case).await?;
    let (person, payee) = (case.rich(10).await?, case.person().await?);
    show_unknown(case, &person, &key).await?;
    let order = sign(&case.order(&person, &payee, 5), &person.key)?;
    case.submit(&order).await?.problem_with(503, "ledger_behind")?;
    let rest = format!("accounts/{}/head", person.account);
    case.signed("GET", &rest, None, &person.key).await?.problem(&["ledger_behind"])?;
    case.open(&Person::new()).await?.problem(&["ledger_behind"])?;
    let (_, answer) = case.publish(|card| card.promise.push(';')).await?;
    answer.problem(&["ledger_behind"])?;
    begin(case).await?;
    case.has(&person, 10).await
}

async fn rekeys(case: &Case) -> Check {
    let key = signing_key(case).await?;
    let person = case.rich(10).await?;
    show_unknown(case, &person, &key).await.set_up("the issuer does not stop")?;
    let (next, rekey) = person.rekey(case.now());
    let taken = case.post_rekey(&sign(&rekey, &person.recovery)?).await?.ok();
    begin(case).await.set_up("a new epoch was not begun")?;
    taken?;
    case.scene.remember(&next);
    case.has(&next, 10).await
}

async fn old_card(case: &Case) -> Check {
    let key = signing_key(case).await?;
    let person = case.rich(10).await?;
    show_unknown(case, &person, &key).await.set_up("the issuer does not stop")?;
    let long_ago = case.now() - 700;
    let (_, stale) = case
        .publish(|card| {
            card.epoch += 1;
            card.signed_at = long_ago;
        })
        .await?;
    let (_, backwards) = case.publish(|card| card.epoch = card.epoch.saturating_sub(1)).await?;
    begin(case).await.set_up("a new epoch was not begun")?;
    stale.problem_with(409, "stale_card")?;
    backwards.refuses()
}

async fn carried(case: &Case) -> Check {
    let key = signing_key(case).await?;
    let (person, empty) = (case.rich(10).await?, case.person().await?);
    case.pay(&person, &case.scene.owner, 3).await?;
    let before: Head = case.head(&person).await?.body().clone();
    show_unknown(case, &person, &key).await.set_up("the issuer does not stop")?;
    begin(case).await?;
    let epoch = case.scene.card().body().epoch;
    let head: Head = case.head(&person).await?.body().clone();
    same("epoch, sequence and balance", &(head.epoch, head.sequence, head.balance.minor()), &(epoch, 1, 7))?;
    let page = case.entries(&person, epoch, 0, 10).await?;
    let row = crate::client::Answer { json: page.json["entries"][0].clone(), ..page };
    let bytes = row.bytes("entry")?;
    let entry = Entry::read(&bytes).or_else(|error| broken(format!("the first entry: {error}")))?;
    let expected =
        Authority::Carried { epoch: before.epoch, sequence: before.sequence, chain_hash: before.chain_hash };
    same("what is carried", &entry.authority, &expected)?;
    same("amount and balance", &(entry.amount.minor(), entry.balance.minor()), &(7, 7))?;
    let beginning = super::chains::empty_hash(case, &person.account, epoch);
    same("the chain hash", &head.chain_hash, &Digest::of(&[beginning.as_bytes(), &bytes]))?;
    let head: Head = case.head(&empty).await?.body().clone();
    same("an account without entries", &(head.epoch, head.sequence), &(epoch, 0))?;
    // The old epoch is still to be read, and leads on to the new one.
    let old = case.entries(&person, before.epoch, 0, 10).await?;
    same("`more` at the end of an old epoch", &old.json["more"].as_bool(), &Some(true))
}

/// An order of before the restore, and the receipt that was lost.
fn lost(
    case: &Case,
    key: &SigningKey,
    payer: &Person,
    payee: &Person,
    place: &Head,
) -> Check<(Signed<Order>, Signed<Receipt>)> {
    let order = Order { not_after: case.now() - 1, ..case.order(payer, payee, 4) };
    let order = sign(&order, &payer.key)?;
    let receipt = Receipt {
        issuer: case.issuer(),
        order: order.hash(),
        account: payer.account,
        sequence: place.sequence + 1,
        chain_hash: Digest::new(random()),
        epoch: place.epoch,
        time: case.now() - 1,
    };
    let receipt = sign(&receipt, key)?;
    Ok((order, receipt))
}

async fn replays(case: &Case) -> Check {
    let key = signing_key(case).await?;
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let place: Head = case.head(&payer).await?.body().clone();
    let (order, receipt) = lost(case, &key, &payer, &payee, &place)?;
    show_unknown(case, &payer, &key).await.set_up("the issuer does not stop")?;
    begin(case).await.set_up("a new epoch was not begun")?;
    let body = json!({ "order": art(&order), "receipt": art(&receipt) });
    let answer = case.post("replays", body.clone()).await?;
    let again = executed(&answer)?;
    hold(again.body().epoch > place.epoch, || "the receipt is of the old epoch".into())?;
    case.has(&payer, 6).await?;
    let second = case.post("replays", body).await?;
    hold(executed(&second)?.bytes() == again.bytes(), || "the second replay has another receipt".into())?;
    case.has(&payer, 6).await
}

async fn no_refusals(case: &Case) -> Check {
    let key = signing_key(case).await?;
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let order = sign(&case.order(&payer, &payee, 11), &payer.key)?;
    show_unknown(case, &payer, &key).await.set_up("the issuer does not stop")?;
    begin(case).await.set_up("a new epoch was not begun")?;
    // It may have been executed in what was lost.
    case.submit(&order).await?.problem(&["unavailable"])?;
    let good = sign(&case.order(&payer, &payee, 4), &payer.key)?;
    executed(&case.submit(&good).await?).map(drop)
}
