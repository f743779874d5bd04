//! A receipt is shown at the till: what was paid is found, and goes back to who paid, once.

#![allow(clippy::unwrap_used, clippy::panic)]

use tallystick::keys::Digest;
use tallystick::money::Amount;
use tallystick::request::ReceiptLink;
use tallystick::wallet::{Payment, PaymentState};
use tallystick_e2e::{Person, Street};

/// The customer has paid 450 crusts for a request.
async fn scene() -> (Street, Payment, ReceiptLink) {
    let street = Street::new(1_000, 0).await;
    let request = street.ask(street.both(450, 300)).await;
    let plan = street.customer.wallet.plan(Street::wish(&request)).await.unwrap();
    let paid = street.customer.wallet.pay(plan, None).await.unwrap();
    assert_eq!(paid.state, PaymentState::Settled);
    let receipt = street.customer.wallet.receipt_link(paid.payment).await.unwrap();
    (street, paid, receipt)
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_show_the_same_receipt_and_the_payee_finds_it() {
    let (street, paid, receipt) = scene().await;
    assert_eq!(receipt.text(), format!("{}/r/{}", street.town.host.origin(), paid.payment));
    let details = street.customer.wallet.payment(paid.payment).await.unwrap();
    assert_eq!(details.receipt_link, Some(receipt.text()));

    // Shown before the payee's wallet heard of the payment, it asks.
    for link in [receipt.text(), receipt.app_text()] {
        let found = street.baker.wallet.find_receipt(&link).await.unwrap();
        assert_eq!((found.payment, found.amount.minor()), (paid.payment, 450));
        assert_eq!(found.refundable(), Amount::new(450));
    }
    assert_eq!(street.baker.wallet.receipt_link(paid.payment).await.unwrap(), receipt);

    // What is known needs no network.
    let mut street = street;
    street.town.host.down().await;
    street.baker.wallet.find_receipt(&receipt.text()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_nobody_here_is_not_found() {
    let (mut street, paid, receipt) = scene().await;
    let code =
        async |who: &Person, link: &str| who.wallet.find_receipt(link).await.unwrap_err().code().to_owned();

    assert_eq!(code(&street.customer, &receipt.text()).await, "own_payment");
    let bystander = street.town.holder(street.bakery).await;
    assert_eq!(code(&bystander, &receipt.text()).await, "not_found");
    let stranger = street.town.person().await;
    assert_eq!(code(&stranger, &receipt.text()).await, "not_found");
    let other_host = ReceiptLink::new("elsewhere.example", Digest::new([1; 32])).unwrap();
    assert_eq!(code(&street.baker, &other_host.text()).await, "not_found");
    let unknown = ReceiptLink::new(&receipt.host, Digest::new([1; 32])).unwrap();
    assert_eq!(code(&street.baker, &unknown.text()).await, "not_found");
    for (link, expected) in [
        ("", "not_a_link"),
        ("https://shop.example/", "not_a_link"),
        ("https://shop.example/r/AAAA", "link_incomplete"),
        (&format!("https://shop.example/c/{}", street.bakery), "not_a_receipt"),
    ] {
        assert_eq!(code(&street.baker, link).await, expected, "{link}");
    }

    // An issuer that cannot be asked has not said no.
    street.town.host.down().await;
    let error = street.baker.wallet.find_receipt(&unknown.text()).await.unwrap_err();
    assert!(matches!(error, tallystick::error::WalletError::Network { .. }), "{error:?}");
    assert_eq!(code(&street.baker, &other_host.text()).await, "not_found", "nobody there to ask");
    assert_eq!(street.customer.wallet.receipt_link(paid.payment).await.unwrap(), receipt);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moved_no_money_has_no_receipt() {
    let (street, ..) = scene().await;
    let request = street.ask(street.both(450, 300)).await;
    let plan = street.customer.wallet.plan(Street::wish(&request)).await.unwrap();
    street.baker.wallet.cancel_request(request.request).await.unwrap();
    let refused = street.customer.wallet.pay(plan, None).await.unwrap();
    assert_eq!(refused.state, PaymentState::Refused);
    let error = street.customer.wallet.receipt_link(refused.payment).await.unwrap_err();
    assert_eq!(error.code(), "not_settled");
    let details = street.customer.wallet.payment(refused.payment).await.unwrap();
    assert_eq!(details.receipt_link, None);
    let error = street.baker.wallet.receipt_link(Digest::new([1; 32])).await.unwrap_err();
    assert_eq!(error.code(), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_of_a_receipt_end_where_the_payment_ends() {
    let (street, paid, receipt) = scene().await;
    let shop = &street.baker.wallet;
    let found = shop.find_receipt(&receipt.text()).await.unwrap();

    let error = shop.plan_refund(found.payment, Some(Amount::new(451)), None).await.unwrap_err();
    assert_eq!(error.code(), "refund_exceeds");
    assert_eq!(error.to_string(), "amount: at most 4.50 CRUST can be paid back");
    for amount in [0, -1] {
        let error = shop.plan_refund(found.payment, Some(Amount::new(amount)), None).await.unwrap_err();
        assert_eq!(error.code(), "amount_not_positive");
    }

    // Two plans for all of it: the second is refused once the first is paid, and the first finds itself again.
    let part = shop.plan_refund(found.payment, Some(Amount::new(150)), None).await.unwrap();
    let all = shop.plan_refund(found.payment, None, None).await.unwrap();
    let refund = shop.pay(part.clone(), None).await.unwrap();
    assert_eq!((refund.state, refund.repays), (PaymentState::Settled, Some(paid.payment)));
    assert_eq!(shop.pay(all, None).await.unwrap_err().code(), "refund_exceeds");
    assert_eq!(shop.pay(part, None).await.unwrap().payment, refund.payment);
    assert_eq!(shop.find_receipt(&receipt.text()).await.unwrap().refundable(), Amount::new(300));

    // Changed on its way through the app.
    let rest = shop.plan_refund(found.payment, None, None).await.unwrap();
    let mut more = rest.clone();
    more.total = Amount::new(301);
    assert_eq!(shop.pay(more, None).await.unwrap_err().code(), "refund_exceeds");
    let mut to_another = rest.clone();
    let bystander = street.town.holder(street.bakery).await;
    to_another.payee.account = bystander.account(street.bakery).await;
    assert_eq!(shop.pay(to_another, None).await.unwrap_err().code(), "wrong_payee");
    let mut of_another = rest.clone();
    of_another.repays = Some(Digest::new([1; 32]));
    assert_eq!(shop.pay(of_another, None).await.unwrap_err().code(), "not_found");

    assert_eq!(shop.pay(rest, None).await.unwrap().amount, Amount::new(300));
    let found = shop.find_receipt(&receipt.text()).await.unwrap();
    assert_eq!((found.refunded, found.refundable()), (Amount::new(450), Amount::ZERO));
    for amount in [None, Some(Amount::new(1))] {
        let error = shop.plan_refund(found.payment, amount, None).await.unwrap_err();
        assert_eq!(error.code(), "already_refunded");
    }

    // The refund has a receipt too; it is the customer's to find, and nothing to pay back.
    street.customer.wallet.sync(street.bakery).await.unwrap();
    assert_eq!(street.customer.balance(street.bakery).await, 1_000);
    let receipt = shop.receipt_link(refund.payment).await.unwrap();
    let found = street.customer.wallet.find_receipt(&receipt.text()).await.unwrap();
    assert_eq!((found.repays, found.refundable()), (Some(paid.payment), Amount::ZERO));
    let error = street.customer.wallet.plan_refund(found.payment, None, None).await.unwrap_err();
    assert_eq!(error.code(), "is_refund");
}
