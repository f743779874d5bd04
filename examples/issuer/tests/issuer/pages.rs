//! The pages that links lead to for people without a wallet: what they tell of a request, and what they never do.

use data_encoding::{BASE32_NOPAD, BASE64};
use serde_json::json;
use tallystick::artefact::{Capabilities, Line, Price, Request, Signed, TipPolicy};
use tallystick::keys::Digest;
use tallystick::money::Amount;
use tallystick::request::GrantLink;

use super::people::{Person, attestation, cancel, key, key_grant, price, request, sign, sign_request, tips};
use super::town::{Answer, Town, art};

async fn open(town: &Town, path: &str, language: &str) -> Answer {
    let call = town.request("GET", path, None).header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    town.send(call.header("accept-language", language)).await.unwrap()
}

async fn page(town: &Town, request: &Signed<Request>) -> String {
    open(town, &format!("/p/{}", BASE32_NOPAD.encode(request.bytes())), "").await.ok().text
}

async fn keep(town: &Town, request: &Signed<Request>) {
    town.post("requests", json!({ "request": art(request) })).await.ok();
}

async fn name(town: &Town, person: &Person, name: &str) {
    let word = sign(&attestation(town.issuer, person, name, town.now()), &town.business.key);
    town.post("attestations", json!({ "attestation": art(&word) })).await.ok();
}

/// What a page offers to a wallet.
fn offers(page: &str) -> bool {
    page.contains("href=\"tallystick:")
}

#[tokio::test]
async fn a_good_request_is_checked_named_and_offered() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let mut asked = request(town.issuer, &shop, 450, town.now());
    (asked.tip, asked.reference) = (Some(tips(&[5, 10])), Some(b"T4".to_vec()));
    let signed = sign_request(&asked, &shop.key);
    let unnamed = page(&town, &signed).await;
    assert!(unnamed.contains("<h1>Unnamed account</h1>") && unnamed.contains("Nobody vouches for a name"));
    name(&town, &shop, "Corner Shop").await;
    let named = page(&town, &signed).await;
    for part in [
        "the payee signed it",
        "<h1><bdi>Corner Shop</bdi></h1>",
        "says <bdi>Bread &amp; Sons</bdi>",
        "4.50 <small>BREAD</small>",
        "<bdi>5 %</bdi>, <bdi>10 %</bdi>",
        "once",
        "<bdi>T4</bdi>",
        "ask the shop",
    ] {
        assert!(named.to_lowercase().contains(&part.to_lowercase()), "{part} in {named}");
    }
    // Whole minutes that are left: nine as soon as a second has passed.
    assert!(named.contains("10 min left") || named.contains("9 min left"), "{named}");
    assert!(named.contains(&format!("\"tallystick:p/{}\"", BASE32_NOPAD.encode(signed.bytes()))));
    assert!(named.contains("<path fill=\"#000\" d=\"m"), "the code, for whoever opened it on a computer");
    // A granted till asks in the shop's name.
    let till = key("till");
    let grant = key_grant(town.issuer, &shop, &till, Capabilities::RECEIVE, None, town.now());
    town.grant(&grant, &shop.key).await.ok();
    let by_till = page(&town, &sign_request(&request(town.issuer, &shop, 450, town.now()), &till)).await;
    assert!(by_till.contains("Corner Shop") && offers(&by_till));
}

#[tokio::test]
async fn what_cannot_be_paid_is_said_and_not_offered() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    name(&town, &shop, "Corner Shop").await;
    let asked = request(town.issuer, &shop, 450, town.now());

    // Signed by somebody else: the shop's name must not stand on it.
    let forged = page(&town, &sign_request(&asked, &key("thief"))).await;
    assert!(forged.contains("Do not pay this") && !forged.contains("Corner Shop") && !offers(&forged));
    // For an account that nobody knows here.
    let nobody = Person::new("nobody");
    let unknown =
        page(&town, &sign_request(&request(town.issuer, &nobody, 450, town.now()), &nobody.key)).await;
    assert!(unknown.contains("Do not pay this") && !offers(&unknown));
    // By a key whose grant was taken back.
    let till = key("till");
    let grant = key_grant(town.issuer, &shop, &till, Capabilities::RECEIVE, None, town.now());
    let grant = town.grant(&grant, &shop.key).await.ok().artefact::<tallystick::artefact::Grant>("grant");
    let by_till = sign_request(&asked, &till);
    assert!(offers(&page(&town, &by_till).await));
    let word = sign(&cancel(town.issuer, shop.account, grant.hash(), town.now()), &shop.key);
    town.post("cancels", json!({ "cancel": art(&word) })).await.ok();
    assert!(page(&town, &by_till).await.contains("Do not pay this"));

    // Withdrawn.
    let taken_back = sign_request(&asked, &shop.key);
    let word = sign(&cancel(town.issuer, shop.account, taken_back.hash(), town.now()), &shop.key);
    town.post("cancels", json!({ "cancel": art(&word), "request": art(&taken_back) })).await.ok();
    let withdrawn = page(&town, &taken_back).await;
    assert!(withdrawn.contains("withdrawn") && withdrawn.contains("Corner Shop") && !offers(&withdrawn));

    // Ended.
    let ended = sign_request(&request(town.issuer, &shop, 450, town.now()), &shop.key);
    town.clock.advance(1_000);
    let ended = page(&town, &ended).await;
    assert!(ended.contains("This request has ended") && !offers(&ended));
}

#[tokio::test]
async fn a_paid_request_says_so_and_a_reusable_one_goes_on() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let anna = town.rich("anna", 1_000).await;
    for (reusable, expected) in [(false, "Already paid"), (true, "any number of times")] {
        let asked = Request { reusable, ..request(town.issuer, &shop, 100, town.now()) };
        let signed = sign_request(&asked, &shop.key);
        let order =
            super::people::paying(&super::people::order(town.issuer, &anna, &shop, 100, town.now()), &signed);
        let body = json!({ "order": art(&sign(&order, &anna.key)), "request": art(&signed) });
        town.post("orders", body).await.ok().receipt();
        let shown = page(&town, &signed).await;
        assert!(shown.contains(expected), "{shown}");
        assert_eq!(shown.contains("Already paid"), !reusable);
    }
}

#[tokio::test]
async fn prices_of_other_hosts_are_not_judged() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let elsewhere = Price { issuer_prefix: [7; 8], amount: Some(Amount::new(100)) };
    let mut asked = request(town.issuer, &shop, 450, town.now());
    asked.prices = vec![elsewhere, price(town.issuer, 450)];
    let both = page(&town, &sign_request(&asked, &shop.key)).await;
    assert!(both.contains("does not know and cannot check") && both.contains("4.50") && offers(&both));
    asked.prices = vec![elsewhere];
    let neither = page(&town, &sign_request(&asked, &shop.key)).await;
    assert!(neither.contains("This server cannot check it") && neither.contains("<h1>Not known</h1>"));
    assert!(offers(&neither), "the wallet can check it");
}

#[tokio::test]
async fn a_prefix_that_fits_two_issuers_is_not_offered() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    name(&town, &shop, "Corner Shop").await;
    let signed = sign_request(&request(town.issuer, &shop, 450, town.now()), &shop.key);
    assert!(offers(&page(&town, &signed).await));
    let mut twin = *town.issuer.as_bytes();
    twin[15] ^= 1;
    let sql = "INSERT INTO issuer (id, founding_key, commitment, card, signing_key, signing_key_from, signing_key_until,
          owners_limit, hosts) SELECT ?2, founding_key, commitment, card, signing_key, signing_key_from, signing_key_until,
          owners_limit, hosts FROM issuer WHERE id = ?1";
    let issuer = town.issuer;
    let insert = move |db: &rusqlite::Connection| db.execute(sql, rusqlite::params![issuer.as_bytes(), twin]);
    assert_eq!(town.inside().with_database(insert).await.unwrap(), 1);
    let shown = page(&town, &signed).await;
    assert!(shown.contains("fits two currencies") && !shown.contains("Corner Shop") && !offers(&shown));
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    name(&town, &shop, "<script>alert('x')</script>\"&").await;
    let long = "W".repeat(100);
    let mut asked = request(town.issuer, &shop, i64::MAX, town.now());
    (asked.tip, asked.not_after) = (Some(TipPolicy::Free), Some(i64::MAX));
    asked.reference = Some(b"<b>\"&'\x01".to_vec());
    asked.note =
        Some("</blockquote><h1>Town Bank</h1>\u{200f}\u{61c}\u{200b}<img src=x onerror=alert(1)>".into());
    asked.lines = vec![
        Line { text: "<style>*{}</style>".into(), quantity_thousandths: 1_500, amount: Amount::new(450) },
        Line { text: long.clone(), quantity_thousandths: i64::MAX, amount: Amount::MAX },
    ];
    let signed = sign_request(&asked, &shop.key);
    keep(&town, &signed).await;
    let shown = open(&town, &format!("/p/{}", signed.hash()), "en").await.ok().text;
    assert!(shown.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"));
    assert!(shown.contains("1.5 ×") && shown.contains(&long) && shown.contains("In the payee’s own words"));
    assert!(shown.contains("<bdi>3C623E22262701</bdi>"), "a reference that is no text is shown as bytes");
    assert!(shown.contains("<span class=\"amount long\">") && shown.contains("without end"));
    // Of all that they wrote no element came to be.
    for element in ["<script", "<img", "<h1>Town", "<style>*", "<b>"] {
        assert!(!shown.contains(element), "{element}");
    }
    assert!(!shown.contains(['\u{200f}', '\u{61c}', '\u{200b}']));
    assert_eq!(shown.matches("<h1").count(), 1, "the payee stands in the only headline");
}

#[tokio::test]
async fn nothing_runs_and_the_style_is_named_by_its_hash() {
    let town = Town::start().await;
    for path in [format!("/c/{}", town.issuer), format!("/r/{}", Digest::new([3; 32])), "/p/AAAA".to_owned()]
    {
        let answer = open(&town, &path, "en").await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        let style = answer.text.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = BASE64.encode(Digest::of(&[style.as_bytes()]).as_bytes());
        assert!(policy.starts_with("default-src 'none'") && policy.contains(&format!("'sha256-{hash}'")));
        assert!(
            !policy.contains("unsafe") && !answer.text.contains("style=") && !answer.text.contains("<script")
        );
    }
}

#[tokio::test]
async fn cards_accounts_and_receipts_have_pages() {
    let town = Town::start_with(|config, _| {
        config.apps.wallets = vec!["Pocket=https://pocket.example/get".parse().unwrap()];
    })
    .await;
    let host = town.server().origin().strip_prefix("https://").unwrap().to_owned();
    let shop = town.person("shop").await;
    name(&town, &shop, "Corner Shop").await;

    let card = open(&town, &format!("/c/{}", town.issuer), "en").await.ok();
    assert!(card.text.contains(&format!("\"tallystick:c/{}?h={host}\"", town.issuer)));
    assert!(card.text.contains("Bread &amp; Sons") && card.text.contains("https://pocket.example/get"));
    assert!(
        town.call("GET", &format!("/c/{}", town.issuer), None).await.ok().has("card"),
        "wallets get JSON"
    );

    let link = GrantLink::new(&host, town.issuer, shop.account).unwrap();
    let path = link.text().replace(&format!("https://{host}"), "");
    let grant = open(&town, &path, "en").await.ok();
    assert!(grant.text.contains(&link.app_text()) && grant.text.contains("Corner Shop"));
    let nobody = GrantLink::new(&host, town.issuer, Person::new("nobody").account).unwrap();
    assert_eq!(open(&town, &nobody.text().replace(&format!("https://{host}"), ""), "en").await.status, 404);

    // A receipt's page is the same whether or not there is such a payment.
    let anna = town.rich("anna", 1_000).await;
    let (order, answer) = town.order(&anna, &shop, 100).await;
    answer.ok().receipt();
    let paid = order.hash();
    let shown = |hash: Digest, page: String| page.replace(&hash.to_string(), "");
    let real = open(&town, &format!("/r/{paid}"), "en").await.ok();
    let other = Digest::new([9; 32]);
    let none = open(&town, &format!("/r/{other}"), "en").await.ok();
    assert!(real.text.contains(&format!("\"tallystick:r/{paid}?h={host}\"")));
    assert_eq!(shown(paid, real.text), shown(other, none.text));

    for path in ["/c/AAAA", "/g/AAAA", "/r/AAAA", "/p/A%2FB", "/c/..%3F", "/p/not-base32"] {
        let answer = open(&town, path, "en").await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text.contains("This link is damaged") && !offers(&answer.text));
    }
}

#[tokio::test]
async fn readers_are_spoken_to_in_their_language() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let signed = sign_request(&request(town.issuer, &shop, 123_450, town.now()), &shop.key);
    let path = format!("/p/{}", BASE32_NOPAD.encode(signed.bytes()));
    for (language, tag, number) in [
        ("de-CH,de;q=0.9,en;q=0.8", "de", "1.234,50"),
        ("xx, pt-BR;q=0.5, fr;q=0", "pt", "1.234,50"),
        ("*", "en", "1,234.50"),
    ] {
        let answer = open(&town, &path, language).await.ok();
        assert_eq!(answer.headers["content-language"].to_str().unwrap(), tag);
        assert!(answer.text.contains(&format!("<html lang=\"{tag}\" dir=\"ltr\">")), "{language}");
        assert!(answer.text.contains(number), "{number} in {}", answer.text);
    }
    let arabic = open(&town, &path, "ar").await.ok();
    assert!(arabic.text.contains("<html lang=\"ar\" dir=\"rtl\">"));
}

#[tokio::test]
async fn systems_are_told_which_apps_may_open_links() {
    let none = Town::start().await;
    let places = ["/.well-known/assetlinks.json", "/.well-known/apple-app-site-association"];
    for place in places {
        assert_eq!(none.call("GET", place, None).await.status, 404);
    }
    let town = Town::start_with(|config, _| {
        let print = "AB".repeat(32);
        config.apps.android = vec![format!("org.example.wallet={print}").parse().unwrap()];
        config.apps.apple = vec!["ABCDE12345.org.example.wallet".parse().unwrap()];
    })
    .await;
    for place in places {
        let answer = town.call("GET", place, None).await.ok();
        assert_eq!(answer.headers["content-type"].to_str().unwrap(), "application/json");
        assert!(answer.text.contains("org.example.wallet"), "{}", answer.text);
    }
}
