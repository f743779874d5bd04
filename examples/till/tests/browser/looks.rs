//! Every state in every look: phone and tablet, by day and by night, from left to right and from right to left.

use crate::checks::good;
use crate::counter::{Counter, pay};
use crate::screen::{Look, Screen, link};

const LOOKS: [Look; 6] = [
    Look::TABLET,
    Look { name: "tablet-dark", language: "de", dark: true, ..Look::TABLET },
    Look { name: "tablet-light", language: "ar", ..Look::TABLET },
    Look { language: "fr", ..Look::PHONE },
    Look { name: "phone-dark", language: "es", dark: true, ..Look::PHONE },
    Look { name: "phone-dark", language: "ar", dark: true, ..Look::PHONE },
];

#[tokio::test(flavor = "multi_thread")]
async fn every_state_can_be_read_in_every_look() {
    let mut counter = Counter::with(2).await;
    counter.down().await;
    counter.config.shop = Some("Sunrise Bakery".to_owned());
    counter.up().await;
    let customer = counter.customer(100_000).await;
    for look in LOOKS {
        let screen = Screen::open(counter.till.as_ref().unwrap(), look).await;
        good(&screen).await;
        screen.save("pin").await;
        screen.unlock().await;
        screen.until_view("sell").await;
        screen.keys("12.5").await;
        good(&screen).await;
        screen.save("sell").await;
        screen.enter().await;
        screen.until_view("charge").await;
        good(&screen).await;
        screen.save("waiting").await;
        pay(&customer, &link(&screen).await).await;
        screen.until_view("result").await;
        settle(&screen).await;
        good(&screen).await;
        screen.save("paid").await;
        screen.enter().await;
        screen.until_view("sell").await;
        screen.click("nav a[href='#day']").await;
        screen.until("document.querySelector('#entries button')").await;
        good(&screen).await;
        screen.save("day").await;
        screen.click("#entries button").await;
        screen.until("document.getElementById('refund').open").await;
        good(&screen).await;
        screen.save("refund").await;
        screen.is_calm().await;
        screen.close().await;
    }
    counter.till.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_switched_and_remembered_and_text_of_any_size_fits() {
    let counter = Counter::with(2).await;
    let screen = Screen::unlocked(counter.till.as_ref().unwrap(), Look::TABLET).await;
    for (language, title) in [
        ("de", "Neuer Verkauf"),
        ("fr", "Nouvelle vente"),
        ("es", "Nueva venta"),
        ("pt", "Nova venda"),
        ("ar", "عملية بيع جديدة"),
        ("en", "New sale"),
    ] {
        // A tablet and a phone at 200 %, and as narrow as WCAG 2.2 §1.4.10 asks for.
        for (width, height) in [(1024, 768), (512, 384), (320, 512)] {
            screen.resize(width, height).await;
            let choose = format!(
                "const menu = document.getElementById('language');
                menu.value = '{language}'; menu.dispatchEvent(new Event('change'));"
            );
            screen.script(&choose).await;
            screen.until(&format!("document.documentElement.lang === '{language}'")).await;
            assert_eq!(screen.text("#sell-title").await, title);
            good(&screen).await;
        }
        screen.resize(1024, 768).await;
        screen.reload().await;
        screen.until_view("sell").await;
        assert_eq!(screen.text("#sell-title").await, title, "remembered");
        let right_to_left = screen.script("return document.documentElement.dir").await == "rtl";
        assert_eq!(right_to_left, language == "ar");
        // Every language's own decimal sign, and any other.
        screen.keys("1,5").await;
        let typed = screen.script("return document.getElementById('amount').value").await;
        let sign = if matches!(language, "en" | "ar") { "1.5" } else { "1,5" };
        assert_eq!(typed, sign, "{language}");
    }
    screen.is_calm().await;
    screen.close().await;
    counter.till.unwrap().shutdown().await;
}

/// Until what moves has come to rest.
async fn settle(screen: &Screen) {
    let rest = "const done = arguments[0]; Promise.all(document.getAnimations().filter((a) => a.effect.getTiming().iterations !== Infinity).map((a) => a.finished)).then(() => done(0))";
    screen.call(rest, vec![]).await;
}
