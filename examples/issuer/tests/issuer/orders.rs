//! Orders (protocol §5.1): each rule both ways.

use serde_json::json;
use tallystick::artefact::{Capabilities, Order, Role, Signed};
use tallystick::keys::{AccountId, Digest};
use tallystick::ledger::{Authority, ChainState, Entry};
use tallystick::money::Amount;

use super::people::{
    Person, cancel, key, key_grant, order, paying, price, request, role_grant, sign, sign_request, tips,
};
use super::town::{Answer, Town, art, text};

async fn submit_with(
    town: &Town,
    order: &Signed<Order>,
    request: Option<&[u8]>,
    memo: Option<&[u8]>,
) -> Answer {
    town.post(
        "orders",
        json!({
        "order": art(order), "request": request.map(text), "memo": memo.map(text) }),
    )
    .await
}

#[tokio::test]
async fn an_order_moves_money_once() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let (order, first) = town.order(&anna, &bert, 300).await;
    let again = town.submit(&order).await;
    assert_eq!(first.bytes("receipt"), again.bytes("receipt"));
    assert!(first.has("entry") && !again.has("entry"), "an entry names a balance: only once");

    let receipt = first.receipt();
    assert_eq!(receipt.signer(), &town.card.body().signing_key);
    assert_eq!((receipt.body().order, receipt.body().account), (order.hash(), anna.account));
    let entry = Entry::read(&first.bytes("entry")).unwrap();
    assert_eq!((entry.amount.minor(), entry.balance.minor()), (-300, 700));
    assert_eq!(entry.authority, Authority::Order { counterpart: bert.account, hash: order.hash() });
    assert_eq!((town.balance(&anna).await, town.balance(&bert).await), (700, 300));
    town.assert_sums_to_zero().await;
}

#[tokio::test]
async fn both_chains_lead_to_their_heads() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    for amount in [1, 20, 300] {
        town.pay(&anna, &bert, amount).await;
    }
    for person in [&anna, &bert] {
        let page = town.entries(person, 0, 0).await;
        let mut chain = ChainState::genesis(town.issuer, person.account, 0);
        for bundle in page.json["entries"].as_array().unwrap() {
            let bytes = |member: &str| {
                data_encoding::BASE64URL_NOPAD.decode(bundle[member].as_str().unwrap().as_bytes()).unwrap()
            };
            let (next, entry) = chain.advance(&bytes("entry")).unwrap();
            let order = Signed::<Order>::parse(&bytes("order")).unwrap();
            assert_eq!(entry.authority.hash(), Some(&order.hash()));
            let receipt = Signed::<tallystick::artefact::Receipt>::parse(&bytes("receipt")).unwrap();
            assert_eq!((receipt.body().account, receipt.body().chain_hash), (person.account, next.hash));
            chain = next;
        }
        let head = page.artefact::<tallystick::artefact::Head>("head");
        assert_eq!((head.body().sequence, head.body().chain_hash), (chain.sequence, chain.hash));
        assert_eq!((head.body().balance, page.json["more"].as_bool()), (chain.balance, Some(false)));
    }
}

#[tokio::test]
async fn the_same_bytes_from_many_connections_at_once_are_paid_once() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let order = sign(&order(town.issuer, &anna, &bert, 600, town.now()), &anna.key);
    let clients: Vec<_> = (0..8).map(|_| super::town::client(town.server())).collect();
    let body = serde_json::to_vec(&json!({ "order": art(&order) })).unwrap();
    let url = format!("{}{}", town.server().origin(), town.place("orders"));
    let calls = clients.iter().map(|client| {
        let call = client.post(&url).body(body.clone()).send();
        async { call.await.unwrap().json::<serde_json::Value>().await.unwrap()["receipt"].clone() }
    });
    let receipts = futures_util::future::join_all(calls).await;
    assert!(receipts.iter().all(|receipt| receipt.is_string() && *receipt == receipts[0]), "{receipts:?}");
    assert_eq!((town.balance(&anna).await, town.balance(&bert).await), (400, 600));
}

#[tokio::test]
async fn one_order_id_is_good_for_one_order() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let first = order(town.issuer, &anna, &bert, 10, town.now());
    let other = Order { amount: Amount::new(20), ..first.clone() };
    // A stranger that has learnt the id cannot use it up.
    let stranger = sign(&other, &key("stranger"));
    assert_eq!(town.submit(&stranger).await.refusal(), "not_allowed");
    assert!(town.submit(&sign(&first, &anna.key)).await.has("receipt"));
    assert_eq!(town.submit(&sign(&other, &anna.key)).await.refusal(), "order_conflict");
    assert_eq!(town.submit(&stranger).await.refusal(), "not_allowed", "the same bytes, the same answer");
    // Another payer's id may be the same.
    town.pay(&town.owner, &bert, 100).await;
    let same_id = Order { payer: bert.account, payee: anna.account, ..first };
    assert!(town.submit(&sign(&same_id, &bert.key)).await.has("receipt"));
}

#[tokio::test]
async fn an_expiry_is_neither_past_nor_far() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let at = async |seconds: i64| {
        let order = order(town.issuer, &anna, &bert, 1, town.now());
        let order = Order { not_after: town.now() + seconds, ..order };
        town.submit(&sign(&order, &anna.key)).await
    };
    assert_eq!(at(-2).await.refusal(), "expired");
    assert!(at(2).await.has("receipt"));
    assert!(at(115).await.has("receipt"));
    assert_eq!(at(130).await.refusal(), "expiry_too_far");
    assert_eq!(at(90_000).await.code(), "bad_request");
}

#[tokio::test]
async fn a_refusal_is_final_as_long_as_it_matters_and_then_expired() {
    let town = Town::start().await;
    let (anna, bert) = (town.person("anna").await, town.person("bert").await);
    let order = sign(&order(town.issuer, &anna, &bert, 500, town.now()), &anna.key);
    let first = town.submit(&order).await;
    assert_eq!(first.refusal(), "insufficient_funds");
    town.pay(&town.owner, &anna, 1_000).await;
    assert_eq!(town.submit(&order).await.bytes("refusal"), first.bytes("refusal"));
    town.clock.advance(8_000);
    town.server().do_chores().await.unwrap();
    assert_eq!(town.submit(&order).await.refusal(), "expired");
    assert_eq!(town.balance(&anna).await, 1_000);
}

#[tokio::test]
async fn only_the_founding_key_and_granted_keys_pay() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 10_000).await, town.person("bert").await);
    let (phone, till, reader) = (key("phone"), key("till"), key("reader"));
    let by = async |signer, amount, repays| {
        let order = order(town.issuer, &anna, &bert, amount, town.now());
        town.submit(&sign(&Order { repays, ..order }, signer)).await
    };
    assert_eq!(by(&phone, 1, None).await.refusal(), "not_allowed");
    let grant = |to, capabilities, limit| key_grant(town.issuer, &anna, to, capabilities, limit, town.now());
    town.grant(&grant(&phone, Capabilities::PAY, Some(100)), &anna.key).await.ok();
    town.grant(&grant(&till, Capabilities::REFUND.and(Capabilities::RECEIVE), None), &anna.key).await.ok();
    town.grant(&grant(&reader, Capabilities::VIEW, None), &anna.key).await.ok();

    assert!(by(&phone, 60, None).await.has("receipt"));
    assert_eq!(by(&phone, 41, None).await.refusal(), "limit_exceeded");
    assert!(by(&phone, 40, None).await.has("receipt"));
    assert_eq!(by(&reader, 1, None).await.refusal(), "not_allowed");
    assert_eq!(by(&till, 1, None).await.refusal(), "not_allowed", "a till that may refund may not pay");
    let sale = town.pay(&bert, &anna, 50).await;
    assert!(by(&till, 20, Some(sale.hash())).await.has("receipt"));
    // The next day the limit begins anew.
    town.clock.advance(86_400);
    assert!(by(&phone, 100, None).await.has("receipt"));
    // In time only.
    town.clock.advance(86_400 * 31);
    assert_eq!(by(&phone, 1, None).await.refusal(), "not_allowed");
}

#[tokio::test]
async fn a_worker_pays_within_its_daily_limit() {
    let town = Town::start().await;
    let (wanda, bert) = (town.rich("wanda", 10_000).await, town.person("bert").await);
    let grant = role_grant(town.issuer, &wanda, Role::Worker, Some(500), town.now());
    town.grant(&grant, &town.owner.key).await.ok();
    town.pay(&wanda, &bert, 450).await;
    assert_eq!(town.order(&wanda, &bert, 51).await.1.refusal(), "limit_exceeded");
    town.pay(&wanda, &bert, 50).await;
}

#[tokio::test]
async fn payer_and_payee_are_two_and_known() {
    let town = Town::start().await;
    let anna = town.rich("anna", 1_000).await;
    assert_eq!(town.order(&anna, &anna, 1).await.1.refusal(), "same_account");
    assert_eq!(town.order(&anna, &Person::new("nobody"), 1).await.1.refusal(), "unknown_payee");
    assert_eq!(town.order(&Person::new("nobody"), &anna, 1).await.1.code(), "unknown_account");
}

#[tokio::test]
async fn a_request_is_paid_as_it_asks() {
    let town = Town::start().await;
    let (anna, shop) = (town.rich("anna", 100_000).await, town.person("shop").await);
    let asked = sign_request(&request(town.issuer, &shop, 450, town.now()), &shop.key);
    let pay = async |amount: i64, tip: Option<i64>, asked: &Signed<tallystick::artefact::Request>| {
        let order = order(town.issuer, &anna, &shop, amount, town.now());
        let order = Order { tip: tip.map(Amount::new), ..paying(&order, asked) };
        submit_with(&town, &sign(&order, &anna.key), Some(asked.bytes()), None).await
    };
    assert_eq!(pay(449, None, &asked).await.refusal(), "wrong_amount");
    assert_eq!(pay(495, Some(45), &asked).await.refusal(), "wrong_amount", "no tip was offered");
    let paid = pay(450, None, &asked).await;
    assert!(paid.has("receipt"));
    let twice = pay(450, None, &asked).await;
    assert_eq!(twice.refusal(), "already_paid");
    assert_eq!(twice.bytes("receipt"), paid.bytes("receipt"), "the same payer is shown the receipt");
    let carl = town.rich("carl", 1_000).await;
    let by_carl = paying(&order(town.issuer, &carl, &shop, 450, town.now()), &asked);
    let refused = submit_with(&town, &sign(&by_carl, &carl.key), Some(asked.bytes()), None).await;
    assert_eq!((refused.refusal().as_str(), refused.has("receipt")), ("already_paid", false));

    let mut tipped = request(town.issuer, &shop, 450, town.now());
    tipped.tip = Some(tips(&[10, 15]));
    tipped.reusable = true;
    let tipped = sign_request(&tipped, &shop.key);
    for (amount, tip) in [(450, None), (495, Some(45)), (518, Some(68))] {
        assert!(pay(amount, tip, &tipped).await.has("receipt"), "{tip:?}");
    }
    assert_eq!(pay(470, Some(20), &tipped).await.refusal(), "wrong_amount");

    let mut open = request(town.issuer, &shop, 0, town.now());
    (open.reusable, open.not_after) = (true, None);
    let open = sign_request(&open, &shop.key);
    assert!(pay(7, None, &open).await.has("receipt"));
    assert!(pay(8, None, &open).await.has("receipt"));
}

#[tokio::test]
async fn a_request_must_come_along_and_be_the_payees() {
    let town = Town::start().await;
    let (anna, shop) = (town.rich("anna", 100_000).await, town.person("shop").await);
    let pay = async |asked: &Signed<tallystick::artefact::Request>, bytes: Option<&[u8]>, payee: &Person| {
        let order = paying(&order(town.issuer, &anna, payee, 450, town.now()), asked);
        submit_with(&town, &sign(&order, &anna.key), bytes, None).await
    };
    let asked = || request(town.issuer, &shop, 450, town.now());
    let good = sign_request(&asked(), &shop.key);
    assert_eq!(pay(&good, None, &shop).await.refusal(), "request_missing");
    assert_eq!(pay(&good, Some(b"another request"), &shop).await.refusal(), "request_missing");

    let forged = sign_request(&asked(), &key("stranger"));
    assert_eq!(pay(&forged, Some(forged.bytes()), &shop).await.refusal(), "request_invalid");

    let mut late = asked();
    late.not_after = Some(town.now() - 2);
    let late = sign_request(&late, &shop.key);
    assert_eq!(pay(&late, Some(late.bytes()), &shop).await.refusal(), "request_expired");

    let bert = town.person("bert").await;
    assert_eq!(pay(&good, Some(good.bytes()), &bert).await.refusal(), "wrong_payee");

    let mut elsewhere = asked();
    elsewhere.prices = vec![price(tallystick::keys::IssuerId::new([9; 16]), 450)];
    let elsewhere = sign_request(&elsewhere, &shop.key);
    assert_eq!(pay(&elsewhere, Some(elsewhere.bytes()), &shop).await.refusal(), "no_price");

    let void = sign_request(&asked(), &shop.key);
    let word = sign(&cancel(town.issuer, shop.account, void.hash(), town.now()), &shop.key);
    town.post("cancels", json!({ "cancel": art(&word), "request": art(&void) })).await.ok();
    assert_eq!(pay(&void, Some(void.bytes()), &shop).await.refusal(), "request_cancelled");

    // A till that may receive signs as well as the shop itself.
    let till = key("till");
    let by_till = sign_request(&asked(), &till);
    assert_eq!(pay(&by_till, Some(by_till.bytes()), &shop).await.refusal(), "request_invalid");
    town.grant(&key_grant(town.issuer, &shop, &till, Capabilities::RECEIVE, None, town.now()), &shop.key)
        .await
        .ok();
    let by_till = sign_request(&asked(), &till);
    assert!(pay(&by_till, Some(by_till.bytes()), &shop).await.has("receipt"));
    // The payee sees what was paid for.
    let page = town.entries(&shop, 0, 0).await;
    assert_eq!(page.json["entries"][0]["request"].as_str(), Some(art(&by_till).as_str()));
}

#[tokio::test]
async fn refunds_go_back_and_no_further() {
    let town = Town::start().await;
    let (anna, shop) = (town.rich("anna", 1_000).await, town.rich("shop", 1_000).await);
    let sale = town.pay(&anna, &shop, 300).await;
    let carl = town.person("carl").await;
    let refund = async |from: &Person, to: &Person, amount: i64, repays: Digest| {
        let order = Order { repays: Some(repays), ..order(town.issuer, from, to, amount, town.now()) };
        town.submit(&sign(&order, &from.key)).await
    };
    assert_eq!(refund(&shop, &carl, 100, sale.hash()).await.refusal(), "refund_mismatch");
    assert_eq!(refund(&anna, &shop, 100, sale.hash()).await.refusal(), "refund_mismatch");
    assert_eq!(refund(&shop, &anna, 100, Digest::new([5; 32])).await.refusal(), "refund_mismatch");
    assert_eq!(refund(&shop, &anna, 301, sale.hash()).await.refusal(), "refund_exceeds");
    assert!(refund(&shop, &anna, 200, sale.hash()).await.has("receipt"));
    assert_eq!(refund(&shop, &anna, 101, sale.hash()).await.refusal(), "refund_exceeds");
    assert!(refund(&shop, &anna, 100, sale.hash()).await.has("receipt"));
    assert_eq!(refund(&shop, &anna, 1, sale.hash()).await.refusal(), "refund_exceeds");
    assert_eq!(town.balance(&anna).await, 1_000);
}

#[tokio::test]
async fn a_memo_comes_along_and_reaches_the_payee() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let pay = async |memo: Option<&[u8]>, named: Option<&[u8]>| {
        let order = order(town.issuer, &anna, &bert, 1, town.now());
        let order = Order { memo: named.map(|memo| Digest::of(&[memo])), ..order };
        submit_with(&town, &sign(&order, &anna.key), None, memo).await
    };
    assert_eq!(pay(None, Some(b"sealed")).await.refusal(), "memo_missing");
    assert_eq!(pay(Some(b"other"), Some(b"sealed")).await.refusal(), "memo_missing");
    assert_eq!(pay(Some(&[0; 1_101]), Some(&[0; 1_101])).await.refusal(), "memo_missing");
    assert!(pay(Some(b"sealed"), Some(b"sealed")).await.has("receipt"));
    let page = town.entries(&bert, 0, 0).await;
    assert_eq!(page.json["entries"][0]["memo"].as_str(), Some(text(b"sealed").as_str()));
}

#[tokio::test]
async fn nobody_but_an_owner_goes_below_zero() {
    let town = Town::start().await;
    let anna = town.rich("anna", 100).await;
    let bert = town.person("bert").await;
    assert_eq!(town.order(&anna, &bert, 101).await.1.refusal(), "insufficient_funds");
    town.pay(&anna, &bert, 100).await;
    assert_eq!(town.order(&anna, &bert, 1).await.1.refusal(), "insufficient_funds");
    // The owner's limit is a million, a hundred of which is spent.
    assert_eq!(town.order(&town.owner, &bert, 999_901).await.1.refusal(), "insufficient_funds");
    town.pay(&town.owner, &bert, 999_900).await;
    assert_eq!(town.order(&town.owner, &bert, 1).await.1.refusal(), "insufficient_funds");
    assert_eq!(town.balance(&town.owner).await, -1_000_000);
    town.assert_sums_to_zero().await;
}

#[tokio::test]
async fn an_order_is_looked_up_by_its_parties_alone() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let (order, answer) = town.order(&anna, &bert, 300).await;
    let rest = format!("orders/{}", order.hash());
    let by_payer = town.signed("GET", &rest, None, &anna.key).await.ok();
    assert_eq!(by_payer.bytes("receipt"), answer.bytes("receipt"));
    assert_eq!(by_payer.bytes("entry"), answer.bytes("entry"));
    let by_payee = town.signed("GET", &rest, None, &bert.key).await.ok();
    assert_eq!(by_payee.receipt().body().account, bert.account);
    assert_eq!(Entry::read(&by_payee.bytes("entry")).unwrap().balance.minor(), 300);
    assert_eq!(town.signed("GET", &rest, None, &town.owner.key).await.code(), "unknown_order");
    let unknown = format!("orders/{}", Digest::new([3; 32]));
    assert_eq!(town.signed("GET", &unknown, None, &anna.key).await.code(), "unknown_order");
    let (refused, _) = town.order(&anna, &bert, 5_000).await;
    let rest = format!("orders/{}", refused.hash());
    assert_eq!(town.signed("GET", &rest, None, &anna.key).await.refusal(), "insufficient_funds");
    assert_eq!(town.signed("GET", &rest, None, &bert.key).await.code(), "unknown_order");
}

#[tokio::test]
async fn a_thief_with_the_old_key_can_do_nothing_after_a_rekey() {
    let town = Town::start().await;
    let (mut anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    let (old, phone) = (key("anna"), key("phone"));
    town.grant(&key_grant(town.issuer, &anna, &phone, Capabilities::PAY, None, town.now()), &anna.key)
        .await
        .ok();
    let rekey = anna.rekey_account();
    town.post("rekeys", json!({ "rekey": art(&rekey) })).await.ok();
    for thief in [&old, &phone] {
        let theft = order(town.issuer, &anna, &bert, 1, town.now());
        assert_eq!(town.submit(&sign(&theft, thief)).await.refusal(), "not_allowed");
    }
    let rest = format!("accounts/{}/head", anna.account);
    assert_eq!(town.signed("GET", &rest, None, &old).await.code(), "not_authorised");
    town.pay(&anna, &bert, 1_000).await;
}

#[tokio::test]
async fn amounts_outside_their_range_are_no_orders() {
    let town = Town::start().await;
    let anna = town.rich("anna", 10).await;
    // Nobody can sign such a body by our library, so the bytes are made by hand.
    for amount in [vec![0], vec![0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0], vec![0x20]] {
        let bytes = super::bad_input::order_with_amount(&town, &anna, &amount);
        let answer = town.post("orders", json!({ "order": text(&bytes) })).await;
        assert_eq!((answer.status, answer.code()), (400, "bad_artefact"), "{amount:?}");
    }
    let most = order(town.issuer, &anna, &Person::new("x"), i64::MAX, town.now());
    let most = Order { payee: town.owner.account, ..most };
    assert_eq!(town.submit(&sign(&most, &anna.key)).await.refusal(), "insufficient_funds");
    let _: AccountId = anna.account;
}
