//! Refunds: bound to who paid, and to what was paid.

use tallystick::artefact::{Capabilities, Order, Signed};
use tallystick::keys::Digest;

use crate::case::{Case, executed};
use crate::outcome::Check;
use crate::people::Person;
use crate::scene::random;

rules! {
    Together "refund.executed" "5.1.7" is_executed: "A payee gives back what it was paid, at once or in parts.";
    Together "refund.mismatch" "5.1.7" mismatch: "A refund goes from the payee to the payer of an executed order, else `refund_mismatch`.";
    Together "refund.exceeds" "5.1.7" exceeds: "All refunds of an order together are at most its amount, else `refund_exceeds`.";
    Together "refund.key" "3.4" key: "A key with `refund` alone gives back, and pays nothing else.";
}

struct Sale {
    customer: Person,
    shop: Person,
    order: Signed<Order>,
}

impl Sale {
    async fn new(case: &Case) -> Check<Self> {
        let (customer, shop) = (case.rich(30).await?, case.rich(100).await?);
        let order = case.pay(&customer, &shop, 20).await?;
        Ok(Self { customer, shop, order })
    }

    fn refund(&self, case: &Case, amount: i64) -> Order {
        Order { repays: Some(self.order.hash()), ..case.order(&self.shop, &self.customer, amount) }
    }
}

async fn is_executed(case: &Case) -> Check {
    let sale = Sale::new(case).await?;
    for amount in [5, 15] {
        executed(&case.try_order(&sale.refund(case, amount), &sale.shop.key).await?)?;
    }
    case.has(&sale.customer, 30).await
}

async fn mismatch(case: &Case) -> Check {
    let sale = Sale::new(case).await?;
    let friend = case.person().await?;
    let elsewhere = Order { payee: friend.account, ..sale.refund(case, 5) };
    case.try_order(&elsewhere, &sale.shop.key).await?.refusal("refund_mismatch")?;
    let of_another = Order { payer: sale.customer.account, payee: sale.shop.account, ..sale.refund(case, 5) };
    case.try_order(&of_another, &sale.customer.key).await?.refusal("refund_mismatch")?;
    let of_nothing = Order { repays: Some(Digest::new(random())), ..sale.refund(case, 5) };
    case.try_order(&of_nothing, &sale.shop.key).await?.refusal("refund_mismatch")?;
    case.has(&sale.shop, 120).await
}

async fn exceeds(case: &Case) -> Check {
    let sale = Sale::new(case).await?;
    case.try_order(&sale.refund(case, 21), &sale.shop.key).await?.refusal("refund_exceeds")?;
    executed(&case.try_order(&sale.refund(case, 12), &sale.shop.key).await?)?;
    case.try_order(&sale.refund(case, 9), &sale.shop.key).await?.refusal("refund_exceeds")?;
    executed(&case.try_order(&sale.refund(case, 8), &sale.shop.key).await?)?;
    case.has(&sale.shop, 100).await
}

async fn key(case: &Case) -> Check {
    let sale = Sale::new(case).await?;
    let (till, _) = case.till(&sale.shop, Capabilities::REFUND).await?;
    let plain = case.order(&sale.shop, &sale.customer, 5);
    case.try_order(&plain, &till).await?.refusal("not_allowed")?;
    executed(&case.try_order(&sale.refund(case, 5), &till).await?).map(drop)
}
