//! Cards: what is served, and what is taken.

use serde_json::json;
use tallystick::artefact::{Card, Signed, Statement, StatementRef};
use tallystick::keys::{Digest, IssuerId, PublicKey};
use tallystick::money::Currency;

use crate::case::{Case, art, sign};
use crate::client::Call;
use crate::outcome::{Check, SetUp as _, broken, hold, same};
use crate::people::new_key;

rules! {
    Together "card.proves_itself" "2, 3.1" proves_itself: "The card is signed by the founding key that the issuer's id stands for.";
    Together "card.signing_key" "3.1" signing_key: "The signing key is valid now, and for at most 400 days.";
    Together "card.link" "5" link: "`/c/{issuer}` gives the card as JSON, and a page to a browser.";
    Together "card.foreign" "3.1" foreign: "A card signed by another key is refused.";
    Alone "card.same_again" "5" same_again: "The card in force may be put again.";
    Alone "card.stale" "3.1" stale: "A card that does not rank above the one in force is the problem `stale_card`.";
    Alone "card.currency_is_fixed" "3.1" currency: "Decimals, code and name of a currency never change.";
    Alone "card.newer" "3.1" newer: "A card of a higher serial comes into force.";
    Alone "card.foreign_signing_key" "3.1" foreign_signing_key: "A card cannot name a signing key that is not the host's.";
    Alone "card.new_key_names_statement" "4.4" names_statement: "A card with a new signing key names the last statement of the old one.";
    Alone "card.new_key" "4.4" new_key_signs: "With the card of a new signing key the issuer signs with that key, beginning with a statement.";
}

async fn proves_itself(case: &Case) -> Check {
    let card: Signed<Card> = case.get("card").await?.ok()?.artefact("card")?;
    same("the card's issuer", &card.body().issuer, &case.issuer())?;
    same("the card's signer", card.signer(), &case.scene.business().key.public_key())?;
    if card.body().rekey_number == 0 {
        let parts: [&[u8]; 3] =
            [b"tallystick-issuer-1", card.signer().as_bytes(), card.body().commitment.as_bytes()];
        same(
            "the id of founding key and commitment",
            &IssuerId::new(Digest::of(&parts).prefix()),
            &case.issuer(),
        )?;
    }
    Ok(())
}

async fn signing_key(case: &Case) -> Check {
    let card: Signed<Card> = case.get("card").await?.ok()?.artefact("card")?;
    let card = card.body();
    let now = case.now();
    hold((card.signing_key_from..=card.signing_key_until).contains(&now), || {
        format!(
            "it is {now}, and the key counts from {} until {}",
            card.signing_key_from, card.signing_key_until
        )
    })?;
    hold(card.signing_key_until - card.signing_key_from <= 400 * 86_400, || "more than 400 days".into())
}

async fn link(case: &Case) -> Check {
    let path = format!("/c/{}", case.issuer());
    let answer = case.call("GET", &path, None).await?.ok()?;
    let card: Signed<Card> = answer.artefact("card")?;
    same("the card's issuer", &card.body().issuer, &case.issuer())?;
    let headers = vec![("accept".to_owned(), "text/html".to_owned())];
    let page = case.send(Call { method: "GET".into(), path, headers, body: None }).await?.ok()?;
    let kind = page.headers.get("content-type").and_then(|value| value.to_str().ok());
    hold(kind.is_some_and(|kind| kind.starts_with("text/html")), || format!("the page is {kind:?}"))
}

async fn put(case: &Case, card: &Signed<Card>) -> Check<crate::client::Answer> {
    let body = json!({ "card": art(card), "rekeys": [] });
    case.call("PUT", &case.place("card"), Some(body)).await
}

async fn foreign(case: &Case) -> Check {
    let mut card = case.scene.card().body().clone();
    card.serial += 100;
    put(case, &sign(&card, &new_key())?).await?.refuses()
}

async fn same_again(case: &Case) -> Check {
    put(case, &case.scene.card()).await?.ok().map(drop)
}

async fn stale(case: &Case) -> Check {
    case.may_change()?;
    let mut card = case.scene.card().body().clone();
    card.promise.push('!');
    put(case, &sign(&card, &case.scene.business().key)?).await?.problem_with(409, "stale_card")
}

async fn currency(case: &Case) -> Check {
    case.may_change()?;
    let now = case.scene.card().body().currency.clone();
    let (code, name, symbol, decimals) = (now.code(), now.name(), now.symbol(), now.decimals());
    let others = [
        Currency::new(code, name, symbol, (decimals + 1) % 10),
        Currency::new("OTHER", name, symbol, decimals),
        Currency::new(code, "Another name", symbol, decimals),
    ];
    for other in others {
        let other = other.or_else(|error| broken(error.to_string()))?;
        case.publish(|card| card.currency = other).await?.1.refuses()?;
    }
    Ok(())
}

async fn newer(case: &Case) -> Check {
    case.may_change()?;
    let (card, answer) = case.publish(|card| card.promise.push('.')).await?;
    answer.ok()?;
    let served: Signed<Card> = case.get("card").await?.ok()?.artefact("card")?;
    same("the card in force", &served.hash(), &card.hash())
}

async fn foreign_signing_key(case: &Case) -> Check {
    case.may_change()?;
    let latest = case.latest_statement().await.set_up("the latest statement")?;
    let named = StatementRef { number: latest.body().number, hash: latest.hash() };
    let (_, answer) = case
        .publish(|card| {
            card.signing_key = new_key().public_key();
            card.last_statement = Some(named);
        })
        .await?;
    answer.refuses()
}

/// Asks for the next signing key.
async fn next_key(case: &Case) -> Check<(PublicKey, Signed<Statement>)> {
    let business = case.scene.business();
    let next = case.signed("POST", "signing-keys", None, &business.key).await?.ok()?;
    let key = next.json["signing_key"].as_str().unwrap_or_default();
    Ok((key.parse().or_else(|_| broken("no `signing_key`"))?, next.artefact("statement")?))
}

/// Changes the signing key; gives the first statement of the new one.
pub(super) async fn rotate(case: &Case) -> Check<Signed<Statement>> {
    case.may_change()?;
    let (key, last) = next_key(case).await?;
    let named = StatementRef { number: last.body().number, hash: last.hash() };
    let now = case.now();
    let (_, answer) = case
        .publish(|card| {
            card.signing_key = key;
            card.signing_key_from = now - 60;
            card.last_statement = Some(named);
        })
        .await?;
    answer.ok()?;
    case.latest_statement().await
}

async fn names_statement(case: &Case) -> Check {
    case.may_change()?;
    let (key, last) = next_key(case).await.set_up("the next signing key")?;
    let (_, answer) = case.publish(|card| card.signing_key = key).await?;
    answer.refuses()?;
    let wrong = StatementRef { number: last.body().number, hash: Digest::new([7; 32]) };
    let (_, answer) = case
        .publish(|card| {
            card.signing_key = key;
            card.last_statement = Some(wrong);
        })
        .await?;
    answer.refuses()
}

async fn new_key_signs(case: &Case) -> Check {
    let before = case.scene.card();
    let statement = rotate(case).await?;
    let card = case.scene.card();
    hold(card.body().signing_key != before.body().signing_key, || "the next key is the old one".into())?;
    same("the signer of the newest statement", statement.signer(), &card.body().signing_key)?;
    let last = card.body().last_statement.map_or(0, |named| named.number);
    hold(statement.body().number > last, || "the new key has made no statement of its own".into())?;
    let person = case.person().await?;
    let head = case.head(&person).await?;
    same("the signer of a head", head.signer(), &card.body().signing_key)
}
