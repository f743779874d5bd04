//! Accounts: opened, found, described.

use serde_json::json;
use tallystick::artefact::{Capabilities, Grant, Opening, Signed};
use tallystick::keys::{AccountId, Digest};

use crate::case::{Case, art, sign};
use crate::client::{base64, parse};
use crate::outcome::{Check, SetUp as _, broken, hold, same};
use crate::people::{Person, new_key};
use crate::scene::random;

rules! {
    Together "account.opening" "4.1, 5" opening: "Anyone opens an account, whose first head is that of an empty chain.";
    Together "account.opening_again" "5" opening_again: "Opened again, it is the same account, with its head of now.";
    Together "account.id" "2" id: "The account's id is made of the founding key and the commitment of its opening.";
    Together "account.state" "5" state: "`GET accounts/{account}` shows opening, head and grants to who may view.";
    Together "account.unknown" "6" unknown: "An account that is not known is the problem `unknown_account`.";
    Together "account.by_key" "5" by_key: "`GET keys/{founding key}` finds an account, for that key alone.";
    Together "account.payee" "5" payee: "`GET payees/{account}` shows anyone the opening, and the keys that may receive.";
    Together "account.list" "2, 5" list: "The wallet's list of 4,096 bytes is kept for the founding key alone.";
    Together "head.shown" "4.3, 5" shown: "A head of its own is answered by 204.";
    Together "head.foreign" "4.3" foreign: "A head that the issuer did not sign is refused, and stops nothing.";
}

async fn opening(case: &Case) -> Check {
    let person = Person::new();
    let answer = case.open(&person).await?.ok()?;
    same("`account`", &answer.json["account"].as_str(), &Some(person.account.to_string().as_str()))?;
    let head = answer.artefact::<tallystick::artefact::Head>("head")?;
    let body = head.body();
    same("the head's signer", head.signer(), &case.scene.card().body().signing_key)?;
    same("issuer and account", &(body.issuer, body.account), &(case.issuer(), person.account))?;
    same(
        "sequence, balance and held",
        &(body.sequence, body.balance.minor(), body.held.minor()),
        &(0, 0, 0),
    )?;
    same("epoch", &body.epoch, &case.scene.card().body().epoch)?;
    let empty = super::chains::empty_hash(case, &person.account, body.epoch);
    same("the hash of an empty chain", &body.chain_hash, &empty)?;
    let statement = case.get(&format!("statements/{}", body.statement.number)).await?.ok()?;
    let statement = statement.bytes("statement")?;
    same("the statement that the head names", &Digest::of(&[&statement]), &body.statement.hash)
}

async fn opening_again(case: &Case) -> Check {
    let person = case.rich(7).await?;
    let head = case.open(&person).await?.ok()?.artefact::<tallystick::artefact::Head>("head")?;
    same("account and balance", &(head.body().account, head.body().balance.minor()), &(person.account, 7))
}

async fn id(case: &Case) -> Check {
    let person = Person::new();
    let mut opening: Opening = person.opening(case.issuer(), case.now());
    opening.commitment = Digest::new(random());
    let key = person.key.public_key();
    let parts: [&[u8]; 3] = [b"tallystick-account-1", key.as_bytes(), opening.commitment.as_bytes()];
    let expected = AccountId::new(Digest::of(&parts).prefix());
    let opening = sign(&opening, &person.key)?;
    let answer = case.post("accounts", json!({ "opening": art(&opening) })).await?.ok()?;
    same("`account`", &answer.json["account"].as_str(), &Some(expected.to_string().as_str()))
}

async fn state(case: &Case) -> Check {
    let person = case.rich(3).await?;
    let (_, grant) = case.till(&person, Capabilities::VIEW).await?;
    let rest = format!("accounts/{}", person.account);
    let state = case.signed("GET", &rest, None, &person.key).await?.ok()?;
    same("`account`", &state.json["account"].as_str(), &Some(person.account.to_string().as_str()))?;
    same("the opening's signer", state.artefact::<Opening>("opening")?.signer(), &person.key.public_key())?;
    let head = state.artefact::<tallystick::artefact::Head>("head")?;
    same("the head's balance", &head.body().balance.minor(), &3)?;
    same("`grants`", &state.json["grants"], &json!([art(&grant)]))?;
    same("`rekeys`", &state.json["rekeys"], &json!([]))?;
    hold(!state.has("role_grant"), || "a role that was never granted".into())?;
    let owner = case.owner(10).await?;
    let state = case.signed("GET", &format!("accounts/{}", owner.account), None, &owner.key).await?.ok()?;
    let role = state.artefact::<Grant>("role_grant")?;
    same("the account of its role grant", &role.body().account, &owner.account)
}

async fn unknown(case: &Case) -> Check {
    let nobody = Person::new();
    let head = format!("accounts/{}/head", nobody.account);
    case.signed("GET", &head, None, &nobody.key).await?.problem(&["unknown_account"])?;
    case.get(&format!("payees/{}", nobody.account)).await?.problem(&["unknown_account"])?;
    let payee = case.person().await?;
    let order = case.order(&nobody, &payee, 1);
    case.try_order(&order, &nobody.key).await?.problem(&["unknown_account"])
}

async fn by_key(case: &Case) -> Check {
    let (person, stranger) = (case.person().await?, new_key());
    let key = person.key.public_key();
    let found = case.signed("GET", &format!("keys/{key}"), None, &person.key).await?.ok()?;
    same("`account`", &found.json["account"].as_str(), &Some(person.account.to_string().as_str()))?;
    parse::<Opening>(&found.bytes("opening")?)?;
    case.signed("GET", &format!("keys/{key}"), None, &stranger).await?.refuses()?;
    case.signed("GET", &format!("keys/{}", stranger.public_key()), None, &stranger)
        .await?
        .problem(&["unknown_account"])
}

async fn payee(case: &Case) -> Check {
    let person = case.person().await?;
    let (_, receives) = case.till(&person, Capabilities::RECEIVE).await?;
    case.till(&person, Capabilities::VIEW).await?;
    let shown = case.get(&format!("payees/{}", person.account)).await?.ok()?;
    let opening: Signed<Opening> = shown.artefact("opening")?;
    same("the opening's signer", opening.signer(), &person.key.public_key())?;
    same("`grants`, of keys that may receive", &shown.json["grants"], &json!([art(&receives)]))?;
    hold(!shown.has("head") && !shown.has("balance"), || "a payee's balance is nobody's business".into())
}

async fn list(case: &Case) -> Check {
    let person = case.person().await?;
    let rest = format!("accounts/{}/list", person.account);
    let put = async |bytes: &[u8], key| {
        case.signed("PUT", &rest, Some(json!({ "list": base64(bytes) })), key).await
    };
    let none = case.signed("GET", &rest, None, &person.key).await?.ok()?;
    hold(!none.has("list"), || "there is a list that nobody put".into())?;
    put(&[3; 4_096], &person.key).await?.ok()?;
    for length in [0, 4_095, 4_097] {
        put(&vec![4; length], &person.key).await?.refuses()?;
    }
    let (till, _) = case.till(&person, Capabilities::VIEW).await?;
    put(&[4; 4_096], &till).await?.problem(&["not_authorised"])?;
    case.signed("GET", &rest, None, &till).await?.problem(&["not_authorised"])?;
    let kept = case.signed("GET", &rest, None, &person.key).await?.ok()?;
    same("the list", &kept.bytes("list")?, &vec![3; 4_096])
}

async fn shown(case: &Case) -> Check {
    let person = case.rich(3).await?;
    let head = case.head(&person).await?;
    case.pay(&person, &case.scene.owner, 1).await?;
    // The older one too, and an account's first.
    for head in [head, case.head(&person).await?, case.head(&case.person().await?).await?] {
        let answer = case.post("heads", json!({ "head": art(&head) })).await?;
        same("the status", &answer.status, &204)?;
    }
    Ok(())
}

async fn foreign(case: &Case) -> Check {
    let person = case.rich(3).await?;
    let mut head = case.head(&person).await?.body().clone();
    head.chain_hash = Digest::new(random());
    let forged = sign(&head, &new_key())?;
    case.post("heads", json!({ "head": art(&forged) })).await?.refuses()?;
    case.pay(&person, &case.scene.owner, 1)
        .await
        .map(drop)
        .or_else(|trouble| broken(format!("{trouble:?}")))?;
    case.has(&person, 2).await.set_up("the balance after it")
}
