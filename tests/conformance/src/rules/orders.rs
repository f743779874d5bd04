//! How orders are decided (protocol §5.1).

use serde_json::json;
use tallystick::artefact::{Capabilities, Head, Order, Receipt};
use tallystick::keys::{AccountId, Digest};
use tallystick::ledger::{Authority, Entry};

use crate::case::{Case, art, executed, sign};
use crate::client::base64;
use crate::outcome::{Check, broken, hold, same};
use crate::people::{Person, new_key};
use crate::scene::random;

rules! {
    Together "order.executed" "5.1" is_executed: "An order moves its amount, and is answered by a receipt and the payer's entry.";
    Together "order.receipt_payee" "3.8, 5" receipt_payee: "The payee gets the order and a receipt of its own side.";
    Together "order.same_bytes" "5.1.2" same_bytes: "The same bytes get the same receipt, and move nothing again.";
    Together "order.entry_once" "5" entry_once: "The payer's entry, which names a balance, comes only with the answer that executed the order.";
    Together "order.same_refusal" "5.1.2" same_refusal: "A refusal is final: the same bytes get the same refusal.";
    Together "order.conflict" "5.1.2" conflict: "Other bytes with the same order id are refused as `order_conflict`.";
    Together "order.id_per_payer" "3.7" id_per_payer: "Order ids are unique per payer, not in all.";
    Together "order.id_of_stranger" "5.1.2" id_of_stranger: "Who may not pay cannot use up an order id.";
    Together "order.expired" "5.1.3" expired: "An order whose expiry has passed is refused as `expired`.";
    Together "order.expiry_too_far" "5.1.3" too_far: "An expiry more than 120 seconds ahead is refused as `expiry_too_far`.";
    Together "order.expiry_days" "5.1.3" days: "An expiry more than a day ahead is the problem `bad_request`, which is not kept.";
    Together "order.expiry_near" "5.1.3" near: "An expiry up to 120 seconds ahead is good.";
    Together "order.not_allowed" "5.1.4" not_allowed: "An order that the payer's key did not sign is refused as `not_allowed`.";
    Together "order.same_account" "5.1.5" same_account: "Nobody pays to the same account: `same_account`.";
    Together "order.unknown_payee" "5.1.5" unknown_payee: "A payee that is not known is refused as `unknown_payee`.";
    Together "order.insufficient_funds" "4.1, 5.1.9" insufficient: "More than there is is refused as `insufficient_funds`; all there is can be paid.";
    Together "order.owner_limit" "4.1" owner_limit: "An owner goes below zero as far as the grant's limit and no further.";
    Together "order.largest_amount" "1.1, 5.1.9" largest: "The largest amount there is overflows nothing.";
    Together "order.memo" "5.1.8" memo: "A memo that is named comes along, and reaches the payee.";
    Together "order.memo_missing" "5.1.8" memo_missing: "A memo that is missing, another or too long is refused as `memo_missing`.";
    Together "order.first_rule" "5.1" first_rule: "Of several rules that an order breaks, the first is the answer.";
    Together "order.refusal" "3.9" refusal: "A refusal names the order's hash and is signed by the signing key.";
    Together "order.outcome" "5" outcome: "`GET orders/{hash}` tells payer and payee, each the receipt of its side.";
    Together "order.outcome_private" "5" outcome_private: "`GET orders/{hash}` tells nobody else.";
    Together "order.problem_decides_nothing" "1.4" decides_nothing: "After a problem the same order can still be executed.";
}

async fn is_executed(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let order = sign(&case.order(&payer, &payee, 30), &payer.key)?;
    let answer = case.submit(&order).await?;
    same("the status", &answer.status, &200)?;
    let receipt = executed(&answer)?;
    same("the receipt's signer", receipt.signer(), &case.scene.card().body().signing_key)?;
    let body = receipt.body();
    same("the receipt's order", &body.order, &order.hash())?;
    same(
        "the receipt's issuer, account and place",
        &(body.issuer, body.account, body.sequence),
        &(case.issuer(), payer.account, 2),
    )?;
    let entry =
        Entry::read(&answer.bytes("entry")?).or_else(|error| broken(format!("the entry: {error}")))?;
    let facts = (entry.sequence, entry.amount.minor(), entry.balance.minor());
    same("the entry's place, amount and balance", &facts, &(2, -30, 70))?;
    let authority = Authority::Order { counterpart: payee.account, hash: order.hash() };
    same("what the entry says allows it", &entry.authority, &authority)?;
    case.has(&payer, 70).await?;
    case.has(&payee, 30).await
}

async fn receipt_payee(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let order = case.pay(&payer, &payee, 30).await?;
    let page = case.entries(&payee, case.scene.card().body().epoch, 0, 10).await?;
    let bundle = crate::client::Answer { json: page.json["entries"][0].clone(), ..page };
    same("the order beside the entry", &bundle.bytes("order")?, &order.bytes().to_vec())?;
    let receipt = bundle.artefact::<Receipt>("receipt")?;
    let facts = (receipt.body().order, receipt.body().account, receipt.body().sequence);
    same("the receipt beside the entry", &facts, &(order.hash(), payee.account, 1))
}

async fn same_bytes(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let order = sign(&case.order(&payer, &payee, 30), &payer.key)?;
    let first = executed(&case.submit(&order).await?)?;
    for _ in 0..2 {
        let again = case.submit(&order).await?;
        hold(executed(&again)?.bytes() == first.bytes(), || "the second receipt is another".into())?;
    }
    case.has(&payer, 70).await
}

async fn entry_once(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let order = case.pay(&payer, &payee, 30).await?;
    let again = case.submit(&order).await?;
    hold(!again.has("entry"), || "whoever has the order's bytes learns the payer's balance".into())
}

async fn same_refusal(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let order = sign(&case.order(&payer, &payee, 11), &payer.key)?;
    let first = case.submit(&order).await?.refusal("insufficient_funds")?;
    case.pay(&case.scene.owner, &payer, 10).await?;
    let again = case.submit(&order).await?.refusal("insufficient_funds")?;
    hold(again.bytes() == first.bytes(), || "the second refusal is another".into())
}

async fn conflict(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let order = case.order(&payer, &payee, 30);
    executed(&case.try_order(&order, &payer.key).await?)?;
    let mut other = order.clone();
    other.not_after += 1;
    case.try_order(&other, &payer.key).await?.refusal("order_conflict")?;
    case.has(&payer, 70).await?;
    // A refused order holds its id, too.
    let refused = case.order(&payer, &payee, 71);
    case.try_order(&refused, &payer.key).await?.refusal("insufficient_funds")?;
    let smaller = Order { amount: tallystick::money::Amount::new(1), ..refused };
    case.try_order(&smaller, &payer.key).await?.refusal("order_conflict").map(drop)
}

async fn id_per_payer(case: &Case) -> Check {
    let (anna, bert, payee) = (case.rich(10).await?, case.rich(10).await?, case.person().await?);
    let order = case.order(&anna, &payee, 5);
    executed(&case.try_order(&order, &anna.key).await?)?;
    let other = Order { payer: bert.account, ..order };
    executed(&case.try_order(&other, &bert.key).await?).map(drop)
}

async fn id_of_stranger(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let order = case.order(&payer, &payee, 5);
    case.try_order(&order, &new_key()).await?.refusal("not_allowed")?;
    executed(&case.try_order(&order, &payer.key).await?).map(drop)
}

/// An order with another expiry.
async fn expiring(case: &Case, ahead: i64) -> Check<(Person, crate::client::Answer)> {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let order = Order { not_after: case.now() + ahead, ..case.order(&payer, &payee, 5) };
    let answer = case.try_order(&order, &payer.key).await?;
    Ok((payer, answer))
}

async fn expired(case: &Case) -> Check {
    for ahead in [-5, -100_000] {
        let (payer, answer) = expiring(case, ahead).await?;
        answer.refusal("expired")?;
        case.has(&payer, 10).await?;
    }
    Ok(())
}

async fn too_far(case: &Case) -> Check {
    for ahead in [150, 80_000] {
        let (payer, answer) = expiring(case, ahead).await?;
        answer.refusal("expiry_too_far")?;
        case.has(&payer, 10).await?;
    }
    Ok(())
}

async fn days(case: &Case) -> Check {
    for ahead in [90_000, 1 << 50] {
        let (payer, answer) = expiring(case, ahead).await?;
        answer.problem(&["bad_request"])?;
        case.has(&payer, 10).await?;
    }
    Ok(())
}

async fn near(case: &Case) -> Check {
    let (_, answer) = expiring(case, 110).await?;
    executed(&answer).map(drop)
}

async fn not_allowed(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    for key in [&new_key(), &payee.key] {
        case.try_order(&case.order(&payer, &payee, 5), key).await?.refusal("not_allowed")?;
    }
    case.has(&payer, 10).await
}

async fn same_account(case: &Case) -> Check {
    let payer = case.rich(10).await?;
    case.try_order(&case.order(&payer, &payer, 5), &payer.key).await?.refusal("same_account")?;
    case.has(&payer, 10).await
}

async fn unknown_payee(case: &Case) -> Check {
    let payer = case.rich(10).await?;
    let order = Order { payee: AccountId::new(random()), ..case.order(&payer, &payer, 5) };
    case.try_order(&order, &payer.key).await?.refusal("unknown_payee")?;
    case.has(&payer, 10).await
}

async fn insufficient(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    case.try_order(&case.order(&payer, &payee, 11), &payer.key).await?.refusal("insufficient_funds")?;
    executed(&case.try_order(&case.order(&payer, &payee, 10), &payer.key).await?)?;
    case.try_order(&case.order(&payer, &payee, 1), &payer.key).await?.refusal("insufficient_funds")?;
    case.has(&payer, 0).await
}

async fn owner_limit(case: &Case) -> Check {
    let (owner, payee) = (case.owner(20).await?, case.person().await?);
    case.try_order(&case.order(&owner, &payee, 21), &owner.key).await?.refusal("insufficient_funds")?;
    executed(&case.try_order(&case.order(&owner, &payee, 20), &owner.key).await?)?;
    case.try_order(&case.order(&owner, &payee, 1), &owner.key).await?.refusal("insufficient_funds")?;
    case.has(&owner, -20).await
}

async fn largest(case: &Case) -> Check {
    let (payer, payee, owner) = (case.rich(10).await?, case.rich(5).await?, case.owner(20).await?);
    for payer in [&payer, &owner] {
        let order = case.order(payer, &payee, i64::MAX);
        case.try_order(&order, &payer.key).await?.refusal("insufficient_funds")?;
    }
    case.has(&payee, 5).await
}

/// An order with a memo.
fn with_memo(case: &Case, payer: &Person, payee: &Person, memo: &[u8]) -> Order {
    Order { memo: Some(Digest::of(&[memo])), ..case.order(payer, payee, 5) }
}

async fn memo(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let memo = vec![6; 1_100];
    let order = sign(&with_memo(case, &payer, &payee, &memo), &payer.key)?;
    executed(&case.submit_with(&order, None, Some(&memo)).await?)?;
    let epoch = case.scene.card().body().epoch;
    let memo_of = |page: &crate::client::Answer| page.json["entries"][0]["memo"].as_str().map(str::to_owned);
    let page = case.entries(&payee, epoch, 0, 10).await?;
    same("the payee's memo", &memo_of(&page), &Some(base64(&memo)))?;
    let rest = format!("accounts/{}/memos/{}", payee.account, order.hash());
    let (till, _) = case.till(&payee, Capabilities::VIEW).await?;
    case.signed("DELETE", &rest, None, &till).await?.problem(&["not_authorised"])?;
    case.signed("DELETE", &rest, None, &payee.key).await?.ok()?;
    same("the memo after it was removed", &memo_of(&case.entries(&payee, epoch, 0, 10).await?), &None)
}

async fn memo_missing(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let long = vec![6; 1_101];
    for (named, along) in
        [(&[6_u8; 40][..], None), (&[6; 40], Some(&[7_u8; 40][..])), (&long, Some(&long[..]))]
    {
        let order = sign(&with_memo(case, &payer, &payee, named), &payer.key)?;
        case.submit_with(&order, None, along).await?.refusal("memo_missing")?;
    }
    case.has(&payer, 10).await
}

async fn first_rule(case: &Case) -> Check {
    let (payer, payee) = (case.rich(50).await?, case.person().await?);
    let stranger = new_key();
    let late = Order { not_after: case.now() - 10, ..case.order(&payer, &payee, 5) };
    case.try_order(&late, &stranger).await?.refusal("expired")?;
    let to_self = Order { payee: payer.account, ..case.order(&payer, &payee, 5) };
    case.try_order(&to_self, &stranger).await?.refusal("not_allowed")?;
    case.try_order(&to_self, &payer.key).await?.refusal("same_account")?;
    let refund = Order { repays: Some(Digest::new(random())), ..case.order(&payer, &payee, 5) };
    let with_memo = Order { memo: Some(Digest::new(random())), ..refund };
    case.try_order(&with_memo, &payer.key).await?.refusal("refund_mismatch").map(drop)
}

async fn refusal(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let order = sign(&case.order(&payer, &payee, 11), &payer.key)?;
    let answer = case.submit(&order).await?;
    same("the status", &answer.status, &200)?;
    let refusal = answer.refusal("insufficient_funds")?;
    same("the refusal's subject", &refusal.body().subject, &order.hash())?;
    same("the refusal's signer", refusal.signer(), &case.scene.card().body().signing_key)?;
    hold(!answer.has("receipt"), || "a receipt beside a refusal".into())
}

async fn outcome(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let order = case.pay(&payer, &payee, 5).await?;
    let rest = format!("orders/{}", order.hash());
    for side in [&payer, &payee] {
        let answer = case.signed("GET", &rest, None, &side.key).await?.ok()?;
        same("the receipt's account", &executed(&answer)?.body().account, &side.account)?;
        Entry::read(&answer.bytes("entry")?).or_else(|error| broken(format!("the entry: {error}")))?;
    }
    let refused = sign(&case.order(&payer, &payee, 500), &payer.key)?;
    let answer = case.submit(&refused).await?.refusal("insufficient_funds")?;
    let told = case.signed("GET", &format!("orders/{}", refused.hash()), None, &payer.key).await?;
    hold(told.refusal("insufficient_funds")?.bytes() == answer.bytes(), || "another refusal".into())?;
    let unheard_of = format!("orders/{}", Digest::new(random()));
    case.signed("GET", &unheard_of, None, &payer.key).await?.problem_with(404, "unknown_order")
}

async fn outcome_private(case: &Case) -> Check {
    let (payer, payee, stranger) = (case.rich(10).await?, case.person().await?, case.person().await?);
    let order = case.pay(&payer, &payee, 5).await?;
    let rest = format!("orders/{}", order.hash());
    case.signed("GET", &rest, None, &stranger.key).await?.refuses()?;
    case.get(&rest).await?.problem_with(401, "not_authorised")
}

async fn decides_nothing(case: &Case) -> Check {
    let (payer, payee) = (case.rich(10).await?, case.person().await?);
    let order = sign(&case.order(&payer, &payee, 5), &payer.key)?;
    // The same bytes, but no order where an order should be.
    let body = json!({ "order": format!("{}=", art(&order)) });
    case.post("orders", body).await?.problem(&["bad_request"])?;
    executed(&case.submit(&order).await?)?;
    let head: Head = case.head(&payer).await?.body().clone();
    same("the payer's balance", &head.balance.minor(), &5)
}
