//! Payment requests (protocol §3.6, §5.1.6).

use data_encoding::BASE32_NOPAD;
use serde_json::json;
use tallystick::artefact::{Cancel, Capabilities, Line, Order, Request};
use tallystick::keys::{Digest, RequestId};
use tallystick::money::Amount;

use crate::case::{Case, art, executed, sign, sign_request};
use crate::client::Call;
use crate::outcome::{Check, SetUp as _, hold, same};
use crate::people::{Person, new_key};
use crate::scene::random;

rules! {
    Together "request.paid" "5.1.6" paid: "A request is paid by an order that names it, and reaches the payee with it.";
    Together "request.already_paid" "5.1.6" already_paid: "A single-use request is paid once: `already_paid`, with the receipt for the same payer alone.";
    Together "request.reusable" "3.6" reusable: "A reusable request is paid as often as anyone likes.";
    Together "request.missing" "5.1.6" missing: "A request that did not come along, or another, is refused as `request_missing`.";
    Together "request.invalid" "5.1.6" invalid: "A request that nobody signed who may receive is refused as `request_invalid`.";
    Together "request.expired" "5.1.6" expired: "A request that has ended is refused as `request_expired`.";
    Together "request.cancelled" "3.12, 5.1.6" cancelled: "A request that was cancelled is refused as `request_cancelled`.";
    Together "request.wrong_payee" "5.1.6" wrong_payee: "A request for somebody else is refused as `wrong_payee`.";
    Together "request.no_price" "5.1.6" no_price: "A request without a price for this issuer is refused as `no_price`.";
    Together "request.wrong_amount" "5.1.6" wrong_amount: "Another amount than the price is refused as `wrong_amount`.";
    Together "request.open_amount" "3.6" open_amount: "Where the price is 0, the payer chooses.";
    Together "request.granted_key" "3.4" granted_key: "A key granted `receive` signs requests; one granted something else does not.";
    Together "request.cancel_paid" "5" cancel_paid: "A request that was paid cannot be cancelled: `409 already_paid`.";
    Together "request.by_reference" "5" by_reference: "A request is kept by its hash and given to anyone.";
    Together "request.by_reference_refused" "5" by_reference_refused: "A request that nobody signed who may receive is not kept.";
    Together "request.link" "5, 7" link: "`/p/{code}` gives a request by value and by reference, and a page to a browser.";
}

struct Shop {
    payer: Person,
    payee: Person,
}

impl Shop {
    async fn new(case: &Case) -> Check<Self> {
        Ok(Self { payer: case.rich(100).await?, payee: case.person().await? })
    }

    fn order(&self, case: &Case, amount: i64) -> Order {
        case.order(&self.payer, &self.payee, amount)
    }

    /// Refuses to pay this request, signed by the payee, with this amount.
    async fn refuse(&self, case: &Case, request: &Request, amount: i64, code: &str) -> Check {
        let request = sign_request(request, &self.payee.key)?;
        let (_, answer) = case.pay_request(&self.payer, &self.order(case, amount), &request).await?;
        answer.refusal(code)?;
        case.has(&self.payer, 100).await
    }
}

async fn paid(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let request = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    let (_, answer) = case.pay_request(&shop.payer, &shop.order(case, 30), &request).await?;
    executed(&answer)?;
    let page = case.entries(&shop.payee, case.scene.card().body().epoch, 0, 10).await?;
    same(
        "the request beside the entry",
        &page.json["entries"][0]["request"].as_str(),
        &Some(art(&request).as_str()),
    )
}

async fn already_paid(case: &Case) -> Check {
    let (shop, other) = (Shop::new(case).await?, case.rich(100).await?);
    let request = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    let (order, answer) = case.pay_request(&shop.payer, &shop.order(case, 30), &request).await?;
    executed(&answer).set_up("a request could not be paid")?;
    let (_, again) = case.pay_request(&shop.payer, &shop.order(case, 30), &request).await?;
    again.refusal("already_paid")?;
    let receipt = again.artefact::<tallystick::artefact::Receipt>("receipt")?;
    same("the order of the receipt beside the refusal", &receipt.body().order, &order.hash())?;
    let (_, others) = case.pay_request(&other, &case.order(&other, &shop.payee, 30), &request).await?;
    others.refusal("already_paid")?;
    hold(!others.has("receipt"), || "somebody else is shown the receipt".into())?;
    case.has(&shop.payee, 30).await
}

async fn reusable(case: &Case) -> Check {
    let (shop, other) = (Shop::new(case).await?, case.rich(100).await?);
    let request = Request { reusable: true, not_after: None, ..case.request(shop.payee.account, 30) };
    let request = sign_request(&request, &shop.payee.key)?;
    for payer in [&shop.payer, &shop.payer, &other] {
        let (_, answer) = case.pay_request(payer, &case.order(payer, &shop.payee, 30), &request).await?;
        executed(&answer)?;
    }
    case.has(&shop.payee, 90).await
}

async fn missing(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let request = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    let other = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    for along in [None, Some(other.bytes())] {
        let order = Order { request: Some(RequestId::of(&request.hash())), ..shop.order(case, 30) };
        let order = sign(&order, &shop.payer.key)?;
        case.submit_with(&order, along, None).await?.refusal("request_missing")?;
    }
    case.has(&shop.payer, 100).await
}

async fn invalid(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    for key in [&new_key(), &shop.payer.key] {
        let request = sign_request(&case.request(shop.payee.account, 30), key)?;
        let (_, answer) = case.pay_request(&shop.payer, &shop.order(case, 30), &request).await?;
        answer.refusal("request_invalid")?;
    }
    case.has(&shop.payer, 100).await
}

async fn expired(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let request = Request { not_after: Some(case.now() - 10), ..case.request(shop.payee.account, 30) };
    shop.refuse(case, &request, 30, "request_expired").await
}

/// A cancel of a request by a key, and its answer.
async fn cancel(
    case: &Case,
    request: &tallystick::artefact::Signed<Request>,
    key: &tallystick::keys::SigningKey,
    along: bool,
) -> Check<crate::client::Answer> {
    let cancel = Cancel {
        issuer: case.issuer(),
        target: request.hash(),
        signed_at: case.now(),
        account: request.body().payee,
    };
    let request = along.then(|| art(request));
    case.post("cancels", json!({ "cancel": art(&sign(&cancel, key)?), "request": request })).await
}

async fn cancelled(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let request = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    cancel(case, &request, &shop.payee.key, false).await?.problem_with(404, "unknown_request")?;
    cancel(case, &request, &shop.payer.key, true).await?.refuses()?;
    let refusal = cancel(case, &request, &shop.payee.key, true).await?.refusal("cancelled")?;
    same("what was cancelled", &refusal.body().subject, &request.hash())?;
    let (_, answer) = case.pay_request(&shop.payer, &shop.order(case, 30), &request).await?;
    answer.refusal("request_cancelled")?;
    case.has(&shop.payer, 100).await
}

async fn cancel_paid(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let request = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    let (_, answer) = case.pay_request(&shop.payer, &shop.order(case, 30), &request).await?;
    executed(&answer).set_up("a request could not be paid")?;
    cancel(case, &request, &shop.payee.key, true).await?.problem_with(409, "already_paid")
}

async fn wrong_payee(case: &Case) -> Check {
    let (shop, thief) = (Shop::new(case).await?, case.person().await?);
    let request = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    let order = case.order(&shop.payer, &thief, 30);
    let (_, answer) = case.pay_request(&shop.payer, &order, &request).await?;
    answer.refusal("wrong_payee").map(drop)
}

async fn no_price(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let mut request = case.request(shop.payee.account, 30);
    for price in &mut request.prices {
        price.issuer_prefix = random();
    }
    shop.refuse(case, &request, 30, "no_price").await
}

async fn wrong_amount(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    for amount in [29, 31, 1] {
        shop.refuse(case, &case.request(shop.payee.account, 30), amount, "wrong_amount").await?;
    }
    // A tip where the request asks for none.
    let order = Order { tip: Some(Amount::new(5)), ..shop.order(case, 35) };
    let request = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    let (_, answer) = case.pay_request(&shop.payer, &order, &request).await?;
    answer.refusal("wrong_amount").map(drop)
}

async fn open_amount(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let request = sign_request(&case.request(shop.payee.account, 0), &shop.payee.key)?;
    for amount in [7, 23] {
        let (_, answer) = case.pay_request(&shop.payer, &shop.order(case, amount), &request).await?;
        executed(&answer)?;
    }
    case.has(&shop.payee, 30).await
}

async fn granted_key(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    for (may, receives) in [(Capabilities::RECEIVE, true), (Capabilities::VIEW.and(Capabilities::PAY), false)]
    {
        let (till, _) = case.till(&shop.payee, may).await?;
        let request = sign_request(&case.request(shop.payee.account, 30), &till)?;
        let (_, answer) = case.pay_request(&shop.payer, &shop.order(case, 30), &request).await?;
        if receives {
            executed(&answer)?;
        } else {
            answer.refusal("request_invalid")?;
        }
    }
    Ok(())
}

async fn by_reference(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let line = Line { text: "Bread".into(), quantity_thousandths: 2_000, amount: Amount::new(30) };
    let request =
        Request { lines: vec![line], note: Some("Thank you".into()), ..case.request(shop.payee.account, 30) };
    let request = sign_request(&request, &shop.payee.key)?;
    let kept = case.post("requests", json!({ "request": art(&request) })).await?.ok()?;
    same("`hash`", &kept.json["hash"].as_str(), &Some(request.hash().to_string().as_str()))?;
    let given = case.get(&format!("requests/{}", request.hash())).await?.ok()?;
    same("the request", &given.bytes("request")?, &request.bytes().to_vec())?;
    let (_, answer) = case.pay_request(&shop.payer, &shop.order(case, 30), &request).await?;
    executed(&answer)?;
    let nobody = format!("requests/{}", Digest::new(random()));
    case.get(&nobody).await?.problem_with(404, "unknown_request")
}

async fn by_reference_refused(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let request = sign_request(&case.request(shop.payee.account, 30), &new_key())?;
    case.post("requests", json!({ "request": art(&request) })).await?.refuses()?;
    case.get(&format!("requests/{}", request.hash())).await?.problem_with(404, "unknown_request")
}

async fn link(case: &Case) -> Check {
    let shop = Shop::new(case).await?;
    let request = sign_request(&case.request(shop.payee.account, 30), &shop.payee.key)?;
    case.post("requests", json!({ "request": art(&request) }))
        .await?
        .ok()
        .set_up("a request was not kept")?;
    for code in [BASE32_NOPAD.encode(request.bytes()), request.hash().to_string()] {
        let call = |accept: &str| Call {
            method: "GET".into(),
            path: format!("/p/{code}"),
            headers: vec![("accept".into(), accept.into())],
            body: None,
        };
        let given = case.send(call("application/json")).await?.ok()?;
        same("the request", &given.bytes("request")?, &request.bytes().to_vec())?;
        let page = case.send(call("text/html")).await?.ok()?;
        let kind = page.headers.get("content-type").and_then(|value| value.to_str().ok());
        hold(kind.is_some_and(|kind| kind.starts_with("text/html")), || format!("the page is {kind:?}"))?;
        hold(!page.text.contains("<script"), || "the page runs something".into())?;
    }
    Ok(())
}
