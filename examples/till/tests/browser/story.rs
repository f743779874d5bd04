//! A customer pays at the till.

use serde_json::json;
use tallystick::request::{PaymentMark, Scanned, read_picture};
use tallystick::wallet::PaymentState;

use crate::checks::{good, has, tree};
use crate::counter::{Counter, PIN, pay};
use crate::screen::{Look, Screen};

/// The link in the code on the screen, as a customer's wallet reads it from a picture of the whole page.
async fn seen(screen: &Screen) -> String {
    let picture = screen.picture().await;
    match read_picture(&picture).expect("a picture with a code").scanned().expect("one code") {
        Scanned::Request { link } => link.text(),
        other => panic!("not a request: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_pays_from_the_picture_of_the_code() {
    let counter = Counter::new().await;
    let customer = counter.customer(10_000).await;
    let second = counter.customer(10_000).await;
    let screen = Screen::open(counter.till.as_ref().unwrap(), Look::TABLET).await;

    screen.until_view("pin").await;
    good(&screen).await;
    screen.is_calm().await;
    screen.keys("1234").await;
    screen.enter().await;
    screen.until("document.getElementById('pin-error').textContent").await;
    assert_eq!(screen.text("#pin-error").await, "Wrong PIN. Tries left: 4");
    good(&screen).await;
    assert_eq!(screen.log().await.len(), 1, "the refused call, and nothing else");
    for digit in PIN.chars() {
        screen.click(&format!("#pin-pad [data-key='{digit}']")).await;
    }
    screen.click("#pin-form [type=submit]").await;
    screen.until_view("sell").await;
    good(&screen).await;
    let found = tree(&screen).await;
    has(&found, "textbox", "Amount, Bun", "focused");
    has(&found, "button", "Delete last digit", "");
    has(&found, "button", "Decimal sign", "");
    has(&found, "button", "Lock", "");
    has(&found, "button", "Charge", "");
    has(&found, "radio", "None", "");
    has(&found, "link", "Today", "");
    has(&found, "combobox", "Language", "");

    // Nothing typed: said, and the field has the focus.
    screen.enter().await;
    screen.until("document.getElementById('sale-error').textContent").await;
    assert_eq!(screen.text("#sale-error").await, "Enter an amount.");

    // The pad and the keyboard mixed.
    screen.click("#pad [data-key='4']").await;
    screen.click("#pad [data-key='.']").await;
    screen.keys("50").await;
    assert_eq!(screen.text("#go").await, "Charge 4.50 BUN");
    screen.enter().await;
    screen.until_view("charge").await;
    assert_eq!(screen.text("#charge-title").await, "4.50 BUN");
    good(&screen).await;
    let found = tree(&screen).await;
    has(&found, "image", "Payment code for 4.50\u{a0}BUN", "");
    has(&found, "heading", "4.50\u{a0}BUN", "focused");
    has(&found, "button", "Cancel", "");
    let link = seen(&screen).await;

    let paid = pay(&customer, &link).await;
    assert_eq!(paid.state, PaymentState::Settled, "{:?}", paid.refusal);
    screen.until_view("result").await;
    assert_eq!(screen.text("#result-title").await, "Paid");
    assert_eq!(screen.text("#result-amount").await, "4.50 BUN");
    let mark = PaymentMark::of(&paid.payment);
    assert_eq!(screen.text("#result-mark .words").await, mark.words.join(" "));
    let patch = "return getComputedStyle(document.querySelector('#result-mark .words')).backgroundColor";
    let shown = screen.script(patch).await;
    assert_eq!(shown, json!(rgb(&mark.hex)));
    assert_eq!(
        screen.text("#result-mark .colour").await.to_lowercase(),
        mark.colour.name(),
        "the colour has a name, for who does not see it"
    );
    good(&screen).await;
    has(&tree(&screen).await, "heading", "Paid", "focused");
    screen.until("document.getElementById('announce').textContent").await;
    let said = screen.text("#announce").await;
    assert!(said.starts_with("Paid, 4.50 BUN, ") && said.contains(&mark.words.join(" ")), "{said}");

    // Who comes second, with the same picture, is told.
    let refused = pay(&second, &link).await;
    assert_eq!((refused.state, refused.refusal.as_deref()), (PaymentState::Refused, Some("already_paid")));
    assert_eq!(screen.text("#result-title").await, "Paid");

    // Back to an empty keypad with one key.
    screen.enter().await;
    screen.until_view("sell").await;
    assert_eq!(screen.text("#go").await, "Charge");
    screen.is_calm().await;
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

fn rgb(hex: &str) -> String {
    let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    format!("rgb({}, {}, {})", channel(1), channel(3), channel(5))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_found_again_and_given_back() {
    let counter = Counter::new().await;
    let customer = counter.customer(10_000).await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::PHONE).await;
    screen.until_view("sell").await;
    screen.keys("4.50").await;
    screen.enter().await;
    screen.until_view("charge").await;
    pay(&customer, &seen(&screen).await).await;
    screen.until_view("result").await;
    screen.click("#again").await;
    screen.until_view("sell").await;

    screen.click("nav a[href='#day']").await;
    screen.until("document.querySelectorAll('#entries li').length === 1").await;
    assert_eq!(screen.text(".total .net").await.trim(), "Net 4.50 BUN");
    good(&screen).await;
    has(&tree(&screen).await, "button", "Refund the payment of 4.50\u{a0}BUN", "");

    // By the link of its receipt, as the customer shows it; then more than was paid, a wrong PIN, and a part of it.
    screen.click("#receipt").await;
    screen.keys("https://town.example/r/nothing").await;
    screen.enter().await;
    screen.until("document.getElementById('find-error').textContent").await;
    screen.log().await;
    let entries =
        "const done = arguments[0]; fetch('/api/day').then((a) => a.json()).then((d) => done(d.entries))";
    let link = screen.call(entries, vec![]).await[0]["receipt_link"].clone();
    screen.script("document.getElementById('receipt').value = ''").await;
    screen.click("#receipt").await;
    screen.keys(link.as_str().unwrap()).await;
    screen.enter().await;
    screen.until("document.getElementById('refund').open").await;
    good(&screen).await;
    let found = tree(&screen).await;
    has(&found, "dialog", "Refund", "modal");
    has(&found, "textbox", "PIN", "focused");
    has(&found, "textbox", "Amount, Bun", "");
    screen.script("document.getElementById('refund-amount').select()").await;
    screen.click("#refund-amount").await;
    screen.script("document.getElementById('refund-amount').select()").await;
    screen.keys("9").await;
    screen.enter().await;
    screen.until("document.getElementById('refund-error').textContent.startsWith('More than')").await;
    screen.script("document.getElementById('refund-amount').select()").await;
    screen.keys("1.25").await;
    assert_eq!(screen.text("#refund-go").await, "Refund 1.25 BUN");
    screen.click("#refund-pin").await;
    screen.is_calm().await;
    screen.keys("1111").await;
    screen.enter().await;
    screen.until("document.getElementById('refund-error').textContent.startsWith('Wrong PIN')").await;
    good(&screen).await;
    assert_eq!(screen.log().await.len(), 1, "the refused call, and nothing else");
    screen.keys(PIN).await;
    screen.enter().await;
    screen.until("document.getElementById('refund-done').textContent").await;
    assert_eq!(screen.text("#refund-done").await, "1.25 BUN refunded.");
    good(&screen).await;
    screen.enter().await;
    screen.until("!document.getElementById('refund').open").await;
    screen.until("document.querySelectorAll('#entries li').length === 2").await;
    screen.until("document.querySelector('.total .net').textContent.includes('3.25')").await;
    customer.wallet.sync(counter.issuer).await.unwrap();
    assert_eq!(customer.balance(counter.issuer).await, 10_000 - 450 + 125);
    good(&screen).await;
    screen.save("day").await;
    screen.is_calm().await;
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_currencies_a_tip_and_a_sticker() {
    let counter = Counter::with(2).await;
    let customer = counter.customer(10_000).await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::TABLET).await;
    screen.until("document.querySelectorAll('.currency').length === 2").await;
    screen.keys("3").await;
    screen.click(".currency:nth-child(2) label").await;
    screen.until("document.querySelectorAll('.price').length === 2").await;
    screen.keys(".5").await;
    assert_eq!(screen.text("#go").await, "Charge 3.00 BUN (Bakery 0) or 3.50 BUN (Bakery 1)");
    good(&screen).await;
    screen.click(".currency:nth-child(1) .price").await;
    has(&tree(&screen).await, "button", "Change amount: 3.00\u{a0}BUN (Bakery 0)", "pressed");
    screen.click("#tips label:nth-of-type(2)").await;
    has(&tree(&screen).await, "radio", "Customer decides", "");
    screen.enter().await;
    screen.until_view("charge").await;
    assert_eq!(screen.text("#charge-title").await, "3.00 BUN (Bakery 0) or 3.50 BUN (Bakery 1)");
    assert_eq!(screen.text("#charge-tip").await, "plus tip, if you like");
    good(&screen).await;
    screen.click("#cancel").await;
    screen.until_view("sell").await;

    // The same sale again is another charge; a cancelled one cannot be paid.
    screen.click("#more summary").await;
    screen.click("#note").await;
    screen.keys("Two rolls").await;
    good(&screen).await;
    screen.click("#sticker").await;
    screen.until_view("charge").await;
    assert_eq!(
        screen.text("#charge-title").await,
        "Any amount, Bun (Bakery 0) or Any amount, Bun (Bakery 1)"
    );
    assert_eq!(screen.text("#charge-note").await, "Two rolls");
    good(&screen).await;
    let found = tree(&screen).await;
    has(&found, "button", "Print", "");
    has(&found, "button", "Done", "");
    let link = seen(&screen).await;
    let wish = tallystick::wallet::PaymentWish {
        issuer: Some(counter.issuer),
        amount: Some(tallystick::money::Amount::new(275)),
        ..tallystick::wallet::PaymentWish::of_link(&link)
    };
    let plan = customer.wallet.plan(wish).await.unwrap();
    assert_eq!(customer.wallet.pay(plan, None).await.unwrap().state, PaymentState::Settled);
    screen.click("#done").await;
    screen.until_view("sell").await;
    screen.click("nav a[href='#day']").await;
    screen.until("document.querySelector('.total .net').textContent.includes('2.75')").await;
    // Two issuers call their money the same: lists say whose it is.
    assert_eq!(screen.text(".total h3").await, "Bun (Bakery 0)");
    assert!(screen.text("#entries .facts").await.contains("Bakery 0"));
    screen.is_calm().await;
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_paid_twice_is_told_and_pays_back() {
    let counter = Counter::with(2).await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::TABLET).await;
    let issuers = "const done = arguments[0];
        fetch('/api/state').then((a) => a.json()).then((s) => done(s.currencies.map((c) => c.issuer)))";
    let issuers = screen.call(issuers, vec![]).await;
    let other = issuers.as_array().unwrap().iter().map(|id| id.as_str().unwrap().parse().unwrap());
    let other = other.into_iter().find(|id| *id != counter.issuer).unwrap();
    let first = counter.customer(10_000).await;
    let second = counter.town.holder_of(&counter.owner, other, 10_000).await;
    screen.until("document.querySelectorAll('.currency').length === 2").await;
    screen.keys("3").await;
    screen.click(".currency:nth-child(2) label").await;
    screen.enter().await;
    screen.until_view("charge").await;
    let link = seen(&screen).await;
    pay(&first, &link).await;
    screen.until_view("result").await;
    pay(&second, &link).await;
    screen
        .until("document.getElementById('result-detail').textContent.includes('BUN (Bakery 1) refunded.')")
        .await;
    assert_eq!(screen.text("#result-title").await, "Paid");
    assert!(screen.text("#result-detail").await.starts_with("A second payment came in"));
    good(&screen).await;
    screen.save("paid-twice").await;
    second.wallet.sync(other).await.unwrap();
    assert_eq!(second.balance(other).await, 10_000);
    screen.is_calm().await;
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_reaches_everything_and_too_many_wrong_pins_make_wait() {
    let counter = Counter::new().await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::TABLET).await;
    screen.until_view("sell").await;
    let reached = screen.tabbed(40).await;
    let wanted = "return [...document.querySelectorAll('button, a, select, input:not([type=radio]), input:checked, summary')]
        .filter((node) => node.checkVisibility() && !node.disabled).map((node) => node.outerHTML)";
    for control in screen.script(wanted).await.as_array().unwrap() {
        assert!(reached.contains(control), "not reached: {control}");
    }
    // What is typed on a button goes to the amount all the same.
    screen.script("document.getElementById('lock').focus()").await;
    screen.keys("5").await;
    assert_eq!(screen.text("#go").await, "Charge 5.00 BUN");
    screen.script("document.getElementById('lock').focus()").await;
    screen.enter().await;
    screen.until_view("pin").await;
    for _ in 0..6 {
        let before = screen.text("#pin-error").await;
        screen.keys("0000").await;
        assert_eq!(screen.text("#pin-error").await, "", "typing takes the complaint away");
        screen.enter().await;
        screen.until("document.getElementById('pin-error').textContent").await;
        if screen.text("#pin-error").await.starts_with("Too many") {
            good(&screen).await;
            screen.close().await;
            return counter.till.unwrap().shutdown().await;
        }
        assert_ne!(screen.text("#pin-error").await, before);
    }
    panic!("nobody has to wait");
}
