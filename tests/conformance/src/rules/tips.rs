//! Tips (protocol §3.6).

use tallystick::artefact::{Order, Request, TipPolicy};
use tallystick::money::Amount;

use crate::case::{Case, executed, sign_request};
use crate::outcome::Check;

rules! {
    Together "tip.free" "3.6" free: "A free tip is at most the price.";
    Together "tip.percentages" "3.6" percentages: "Of percentages one is taken, rounded half up, or none.";
    Together "tip.stated" "3.7, 5.1.6" stated: "A tip is stated in the order: an amount above the price without one is refused.";
}

async fn pay(
    case: &Case,
    policy: TipPolicy,
    price: i64,
    tip: i64,
    stated: bool,
) -> Check<crate::client::Answer> {
    let (payer, payee) = (case.rich(200).await?, case.person().await?);
    let request = Request { tip: Some(policy), ..case.request(payee.account, price) };
    let request = sign_request(&request, &payee.key)?;
    let stated = (stated && tip != 0).then_some(Amount::new(tip));
    let order = Order { tip: stated, ..case.order(&payer, &payee, price + tip) };
    Ok(case.pay_request(&payer, &order, &request).await?.1)
}

async fn free(case: &Case) -> Check {
    for tip in [0, 1, 50] {
        executed(&pay(case, TipPolicy::Free, 50, tip, true).await?)?;
    }
    pay(case, TipPolicy::Free, 50, 51, true).await?.refusal("wrong_amount").map(drop)
}

async fn percentages(case: &Case) -> Check {
    let policy = || TipPolicy::Percentages(vec![5, 10]);
    // 5 % of 50 are 2.5: half up.
    for tip in [0, 3, 5] {
        executed(&pay(case, policy(), 50, tip, true).await?)?;
    }
    for tip in [2, 4, 6] {
        pay(case, policy(), 50, tip, true).await?.refusal("wrong_amount")?;
    }
    Ok(())
}

async fn stated(case: &Case) -> Check {
    pay(case, TipPolicy::Free, 50, 5, false).await?.refusal("wrong_amount").map(drop)
}
