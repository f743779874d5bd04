//! Yesterday still: a payment by link, one through a bad network, and a refund.

use tallystick::artefact::{Order, Receipt, Signed};
use tallystick::error::WalletError;
use tallystick::keys::Digest;
use tallystick::money::Amount;
use tallystick::wallet::{
    HistoryQuery, MAX_PAGE, PayTo, Payment, PaymentDetails, PaymentWish, PriceWish, RequestWish, TipWish,
};
use tallystick_issuer::faults::Fault;

use crate::error::DemoError;
use crate::opening::People;
use crate::tell::{self, Teller};
use crate::town::{Shop, Town};

/// How many replies the network loses.
const LOST_REPLIES: usize = 2;

/// Anna pays what the bakery's till asks for.
pub async fn by_request(teller: &mut Teller, shops: &[Shop], people: &People) -> Result<Payment, DemoError> {
    teller.chapter("Anna buys a loaf: Ida asks, she pays by the link");
    let bakery = bakery(shops)?;
    let wish = RequestWish {
        prices: vec![PriceWish { issuer: bakery.issuer, amount: Some(Amount::new(350)) }],
        seconds: Some(900),
        reusable: false,
        reference: None,
        tip: TipWish::Percentages { percentages: vec![5, 10] },
        lines: Vec::new(),
        note: None,
    };
    let asked = people.seller.wallet.request_payment(wish).await?;
    tell::fact("link", &asked.link);

    let wish = PaymentWish {
        to: PayTo::Request { link: asked.link },
        issuer: None,
        amount: None,
        tip: Some(Amount::new(35)),
        memo: Some("the dark one, please".into()),
        idempotency_key: None,
    };
    let plan = people.anna.wallet.plan(wish).await?;
    let payee = plan.payee.name.clone().unwrap_or_default();
    tell::fact("she sees", &format!("{payee}, says {}", plan.payee.vouched_by));
    teller.prove(
        "she pays whom she thinks she pays",
        "the name that the bakery's owner signed for; another's link would show no name, or another",
        payee == "Ida at the bakery",
    )?;
    let paid = people.anna.confirm(plan).await?;
    tell::fact("she pays", &format!("{}, tip included", bakery.amount(paid.amount)));

    let came = people.seller.wallet.wait_for_request(asked.request, 15_000).await?;
    let proof = people.anna.wallet.payment(paid.payment).await?;
    let (order, receipt) = artefacts(&proof)?;
    receipt_of(bakery, &receipt);
    teller.prove(
        "the bakery must stand by it",
        "a receipt that names the hash of Anna's order, signed by the key that the bakery's card names",
        receipt.body().order == order.hash()
            && order.hash() == paid.payment
            && *receipt.signer() == bakery.owner.wallet.owned_issuer(bakery.issuer).await?.card.signing_key,
    )?;
    teller.prove(
        "only Ida can read what she wrote",
        "the order, which holds a hash of the sealed words and nothing else of them",
        came.memo.as_deref() == Some("the dark one, please")
            && order.body().memo == proof.sealed_memo.as_ref().map(|sealed| Digest::of(&[sealed])),
    )?;
    Ok(paid)
}

/// Anna pays the café, and the network loses the replies.
pub async fn despite_lost_replies(
    teller: &mut Teller,
    town: &Town,
    shops: &[Shop],
    people: &People,
) -> Result<(), DemoError> {
    teller.chapter("Anna pays for coffee, and the network loses the answer, twice");
    let [_, cafe, _] = shops else { return Err(DemoError::NotSo("there are three shops".into())) };
    let before = people.anna.balance(cafe).await?;
    for _ in 0..LOST_REPLIES {
        town.faults.once("POST", "/orders", Fault::LoseReply);
    }
    let paid = people.anna.give(&cafe.owner, cafe, 400).await?;
    tell::say(
        "The café's issuer executed her order at once; twice the connection broke before she heard of it.",
    );
    tell::say("Her wallet sent the same bytes again, and got the same receipt.");
    let proof = people.anna.wallet.payment(paid.payment).await?;
    let (order, receipt) = artefacts(&proof)?;
    receipt_of(cafe, &receipt);
    teller.prove(
        "every reply was lost that was to be lost",
        "the host's own list of faults, which is used up",
        town.faults.remaining() == 0,
    )?;
    let after = people.anna.balance(cafe).await?;
    teller.prove(
        "she paid once",
        "her chain, which has one entry for the order, and her balance after it",
        after == before.checked_sub(Amount::new(400))?
            && receipt.body().order == order.hash()
            && payments_of(people, cafe, paid.amount).await? == 1,
    )?;
    // A second confirmation of the very same plan finds the first payment.
    let wish = PaymentWish {
        to: PayTo::Account { issuer: cafe.issuer, account: cafe.owner.account(cafe).await? },
        issuer: Some(cafe.issuer),
        amount: Some(Amount::new(100)),
        tip: None,
        memo: None,
        idempotency_key: Some("the second cup".into()),
    };
    let plan = people.anna.wallet.plan(wish).await?;
    let (one, other) = tokio::join!(people.anna.confirm(plan.clone()), people.anna.confirm(plan));
    let (one, other) = (one?, other?);
    teller.prove(
        "an impatient double tap on the next cup pays once, too",
        "both taps, which found the same payment",
        one.payment == other.payment
            && people.anna.balance(cafe).await? == after.checked_sub(Amount::new(100))?,
    )?;
    Ok(cafe.owner.wallet.sync(cafe.issuer).await?)
}

/// Ida gives part of it back.
pub async fn refund(
    teller: &mut Teller,
    shops: &[Shop],
    people: &People,
    paid: &Payment,
) -> Result<(), DemoError> {
    teller.chapter("The loaf was yesterday's: Ida pays a part back");
    let bakery = bakery(shops)?;
    let ida = &people.seller.wallet;
    let plan = ida.plan_refund(paid.payment, Some(Amount::new(150)), Some("sorry!".into())).await?;
    let refund = people.seller.confirm(plan).await?;
    people.anna.wallet.sync(bakery.issuer).await?;
    let (order, _) = artefacts(&ida.payment(refund.payment).await?)?;
    tell::fact("Ida", &format!("pays {} back to whoever paid", bakery.amount(refund.amount)));
    teller.prove(
        "the money went back to Anna, and to nobody else",
        "the order, which names the payment that it repays: the issuer takes it for that payer only",
        order.body().repays == Some(paid.payment)
            && order.body().payee == people.anna.account(bakery).await?,
    )?;
    let too_much = ida.plan_refund(paid.payment, Some(Amount::new(300)), None).await;
    teller.prove(
        "no more can go back than was paid",
        "a try: with what was paid back already, it would be more",
        matches!(too_much, Err(WalletError::InvalidInput { rule, .. }) if rule == "refund_exceeds"),
    )
}

/// How many payments of this amount Anna made there.
async fn payments_of(people: &People, shop: &Shop, amount: Amount) -> Result<usize, DemoError> {
    let query = HistoryQuery { issuer: Some(shop.issuer), limit: MAX_PAGE, ..HistoryQuery::default() };
    let payments = people.anna.wallet.history(query).await?.payments;
    Ok(payments.iter().filter(|payment| payment.amount == amount).count())
}

fn bakery(shops: &[Shop]) -> Result<&Shop, DemoError> {
    shops.first().ok_or_else(|| DemoError::NotSo("there is a bakery".into()))
}

/// Order and receipt of a payment, read from their bytes once more.
pub fn artefacts(details: &PaymentDetails) -> Result<(Signed<Order>, Signed<Receipt>), DemoError> {
    let missing = || DemoError::NotSo("the wallet keeps order and receipt".into());
    let order = details.order.as_deref().ok_or_else(missing)?;
    let receipt = details.receipt.as_deref().ok_or_else(missing)?;
    let order = Signed::parse(order).map_err(|error| WalletError::artefact("order", &error))?;
    let receipt = Signed::parse(receipt).map_err(|error| WalletError::artefact("receipt", &error))?;
    Ok((order, receipt))
}

/// Tells of a receipt.
pub fn receipt_of(shop: &Shop, receipt: &Signed<Receipt>) {
    let body = receipt.body();
    tell::fact("receipt", &format!("entry {} of her account at {}", body.sequence, shop.name));
    tell::fact("  of order", &body.order.to_string());
    tell::fact("  chain hash", &body.chain_hash.to_string());
    tell::fact("  signed by", &receipt.signer().to_string());
}
