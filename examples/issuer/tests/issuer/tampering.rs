//! The tools with which wallets' tests make this issuer cheat do what they say.

use tallystick::artefact::{Head, Order, Signed, Statement};
use tallystick::ledger::ChainState;
use tallystick::money::Amount;

use super::people::key;
use super::town::{Answer, Town};

fn entries(page: &Answer) -> Vec<Vec<u8>> {
    let decode = |bundle: &serde_json::Value| {
        data_encoding::BASE64URL_NOPAD.decode(bundle["entry"].as_str().unwrap().as_bytes()).unwrap()
    };
    page.json["entries"].as_array().unwrap().iter().map(decode).collect()
}

async fn chain(town: &Town, person: &super::people::Person) -> Result<(ChainState, Signed<Head>), String> {
    let page = town.entries(person, 0, 0).await;
    let mut chain = ChainState::genesis(town.issuer, person.account, 0);
    for entry in entries(&page) {
        chain = chain.advance(&entry).map_err(|error| error.to_string())?.0;
    }
    Ok((chain, page.artefact("head")))
}

#[tokio::test]
async fn a_rewritten_history_is_sound_and_another() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    for amount in [10, 20, 30] {
        town.pay(&anna, &bert, amount).await;
    }
    let before = town.head(&anna).await;
    town.inside().rewrite_entry(town.issuer, anna.account, 2, Amount::new(-15)).await.unwrap();
    let (after, head) = chain(&town, &anna).await.unwrap();
    assert_eq!((head.body().sequence, head.body().chain_hash), (before.body().sequence, after.hash));
    assert_ne!(after.hash, before.body().chain_hash);
    assert_eq!(after.balance.minor(), 35);

    town.inside().drop_entry(town.issuer, anna.account, 3).await.unwrap();
    let (after, head) = chain(&town, &anna).await.unwrap();
    assert_eq!((after.sequence, head.body().chain_hash), (before.body().sequence - 1, after.hash));
}

#[tokio::test]
async fn a_corrupted_entry_leads_nowhere() {
    let town = Town::start().await;
    let anna = town.rich("anna", 100).await;
    town.inside().corrupt_entry(town.issuer, anna.account, 1).await.unwrap();
    let broken = chain(&town, &anna).await;
    assert!(broken.is_err() || broken.is_ok_and(|(chain, head)| chain.hash != head.body().chain_hash));
}

#[tokio::test]
async fn two_heads_of_one_place() {
    let town = Town::start().await;
    let anna = town.rich("anna", 100).await;
    let one = town.head(&anna).await;
    let other = town
        .inside()
        .sign_other_head(town.issuer, anna.account, |head| head.balance = Amount::new(99))
        .await
        .unwrap();
    assert_eq!((one.signer(), one.body().sequence), (other.signer(), other.body().sequence));
    assert_ne!(one.body().balance, other.body().balance);
}

#[tokio::test]
async fn a_hidden_balance_is_missing_from_its_statement_alone() {
    let town = Town::start().await;
    let (anna, _bert) = (town.rich("anna", 100).await, town.rich("bert", 50).await);
    let hidden = town.inside().hide_balance(town.issuer, anna.account).await.unwrap();
    let statement: Signed<Statement> =
        town.get(&format!("statements/{}", hidden.number)).await.ok().artefact("statement");
    assert_eq!((statement.hash(), statement.body().sum), (hidden.hash, 50));
    let rest = format!("accounts/{}/proof/{}", anna.account, hidden.number);
    assert_eq!(town.signed("GET", &rest, None, &anna.key).await.ok().json["absent"].as_bool(), Some(true));
    assert_eq!(town.balance(&anna).await, 100);
}

#[tokio::test]
async fn a_debit_that_nobody_signed_stands_in_a_sound_chain() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let theft = town
        .inside()
        .post_unsigned_debit(town.issuer, anna.account, bert.account, Amount::new(40), key("thief"))
        .await
        .unwrap();
    let (chain, head) = chain(&town, &anna).await.unwrap();
    assert_eq!((chain.hash, chain.balance.minor()), (head.body().chain_hash, 60));
    let page = town.entries(&anna, 0, 1).await;
    let order = data_encoding::BASE64URL_NOPAD
        .decode(page.json["entries"][0]["order"].as_str().unwrap().as_bytes())
        .unwrap();
    let order = Signed::<Order>::parse(&order).unwrap();
    assert_eq!(order, theft);
    assert_ne!(order.signer(), &anna.public_key());
}
