//! What comes at the same time is decided as if one had come after the other.

use futures_util::future::join_all;
use tallystick::artefact::Order;

use crate::case::{Case, executed, sign, sign_request};
use crate::outcome::{Check, hold, same};

rules! {
    Together "race.same_order" "5.1.2" same_order: "The same order many times at once is executed once, with one receipt.";
    Together "race.last_money" "5.1.9" last_money: "Of orders that together are more than there is, only what is covered is executed.";
    Together "race.order_id" "5.1.2" order_id: "Of orders with one id at once, one is executed.";
    Together "race.request" "5.1.6" request: "A single-use request is paid once, however many try at once.";
    Together "race.refunds" "5.1.7" refunds: "Refunds at once exceed nothing together.";
    Together "race.crossing" "4.1" crossing: "Payments to and fro at once lose nothing.";
}

async fn same_order(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let order = sign(&case.order(&payer, &payee, 10), &payer.key)?;
    let answers = join_all((0..8).map(|_| case.submit(&order))).await;
    let mut receipts = Vec::new();
    for answer in answers {
        receipts.push(executed(&answer?)?.bytes().to_vec());
    }
    receipts.dedup();
    same("different receipts", &receipts.len(), &1)?;
    case.has(&payer, 90).await
}

/// How many of these orders were executed; the others must be refused with one of these codes.
async fn executions(case: &Case, orders: &[(Order, &crate::people::Person)], codes: &[&str]) -> Check<usize> {
    let answers = join_all(orders.iter().map(|(order, payer)| case.try_order(order, &payer.key))).await;
    let mut count = 0;
    for answer in answers {
        let answer = answer?;
        if executed(&answer).is_ok() {
            count += 1;
        } else {
            let is_expected = codes.iter().any(|code| answer.refusal(code).is_ok());
            hold(is_expected, || {
                format!("expected a refusal {}, found {}", codes.join(" or "), answer.what())
            })?;
        }
    }
    Ok(count)
}

async fn last_money(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let orders: Vec<_> = (0..6).map(|_| (case.order(&payer, &payee, 40), &payer)).collect();
    same("executed orders", &executions(case, &orders, &["insufficient_funds"]).await?, &2)?;
    case.has(&payer, 20).await?;
    case.has(&payee, 80).await
}

async fn order_id(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let first = case.order(&payer, &payee, 10);
    let with = |more: i64| Order { not_after: first.not_after + more, ..first.clone() };
    let orders: Vec<_> = (0..6).map(|more| (with(more), &payer)).collect();
    same("executed orders", &executions(case, &orders, &["order_conflict"]).await?, &1)?;
    case.has(&payer, 90).await
}

async fn request(case: &Case) -> Check {
    let (anna, bert, payee) = (case.rich(100).await?, case.rich(100).await?, case.person().await?);
    let request = sign_request(&case.request(payee.account, 10), &payee.key)?;
    let pay = [&anna, &bert, &anna, &bert].map(|payer| {
        let order = case.order(payer, &payee, 10);
        let request = &request;
        async move { case.pay_request(payer, &order, request).await }
    });
    let mut count = 0;
    for answer in join_all(pay).await {
        let (_, answer) = answer?;
        if executed(&answer).is_ok() {
            count += 1;
        } else {
            answer.refusal("already_paid")?;
        }
    }
    same("payments of the request", &count, &1)?;
    case.has(&payee, 10).await
}

async fn refunds(case: &Case) -> Check {
    let (customer, shop) = (case.rich(100).await?, case.rich(100).await?);
    let order = case.pay(&customer, &shop, 50).await?;
    let refund = || Order { repays: Some(order.hash()), ..case.order(&shop, &customer, 20) };
    let orders: Vec<_> = (0..5).map(|_| (refund(), &shop)).collect();
    same("executed refunds", &executions(case, &orders, &["refund_exceeds"]).await?, &2)?;
    case.has(&shop, 110).await
}

async fn crossing(case: &Case) -> Check {
    let (anna, bert) = (case.rich(100).await?, case.rich(100).await?);
    let orders: Vec<_> = (0..6)
        .map(|round| {
            if round % 2 == 0 {
                (case.order(&anna, &bert, 7), &anna)
            } else {
                (case.order(&bert, &anna, 5), &bert)
            }
        })
        .collect();
    same("executed orders", &executions(case, &orders, &[]).await?, &6)?;
    case.has(&anna, 94).await?;
    case.has(&bert, 106).await
}
