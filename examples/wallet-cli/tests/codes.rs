//! Codes as people meet them: on a screen, in a picture, through a pipe.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Town, text};
use tallystick::request::{Code, CodeLevel};

#[test]
fn a_request_is_scanned_and_paid_from_its_picture() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "50");
    let bakery = town.with_wallet("bakery");
    let account = text(&bakery.json(["add", &link]), "account");
    owner.json(["attest", &account, "Bakery", "--role", "worker"]);

    let picture = bakery.wallet.with_file_name("code.png");
    let picture = picture.to_str().unwrap();
    let asked = bakery.json(["request", "3.50", "--tip", "5,10", "--picture", picture]);

    // Looking pays nothing.
    let scanned = anna.json(["scan", picture]);
    assert_eq!((text(&scanned, "kind"), text(&scanned, "link")), ("request".into(), text(&asked, "link")));
    let plan = &scanned["plan"];
    assert_eq!((text(plan, "payee_name"), text(plan, "vouched_by")), ("Bakery".into(), "Old Town".into()));
    assert_eq!(text(&plan["total"], "decimal"), "3.50");
    assert_eq!(plan["warnings"], serde_json::json!(["first_payment"]));
    assert_eq!(anna.balance(), "50.00");

    let paid = anna.json(["pay", picture, "--yes", "--tip", "10%"]);
    assert_eq!(text(&paid["amount"], "decimal"), "3.85");
    // Both sides see the same mark.
    let came = &bakery.json(["history"])["payments"][0];
    assert_eq!(paid["mark"], came["mark"]);
    assert_eq!(paid["mark"]["words"].as_array().map(Vec::len), Some(2));
    let ran = bakery.run(["history", &text(&paid, "payment")]);
    let words = format!(
        "{} {}",
        paid["mark"]["words"][0].as_str().unwrap(),
        paid["mark"]["words"][1].as_str().unwrap()
    );
    assert!(ran.out.contains(&words), "{}", ran.out);

    // The payer shows the receipt, and the payee pays a part of it back.
    let details = anna.json(["history", &text(&paid, "payment")]);
    let receipt = text(&details, "receipt_link");
    assert_eq!(text(&bakery.json(["scan", &receipt])["known"], "payment"), text(&paid, "payment"));
    let refund = bakery.json(["refund", &receipt, "1", "--yes", "--unnamed-ok"]);
    assert_eq!(text(&refund, "repays"), text(&paid, "payment"));
    assert_eq!(anna.json_error(["refund", &receipt, "--yes"], 1)["code"], "own_payment");

    // Once more, by somebody else.
    let ben = town.holder("ben", &owner, &link, "50");
    assert_eq!(ben.json_error(["pay", picture, "--yes"], 1)["code"], "already_paid");
    assert_eq!(ben.balance(), "50.00");
}

#[test]
fn what_the_payee_writes_is_shown_as_its_own_words() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "50");
    let lines = ["--line", "2 loaf of rye 7.00", "--line", "0.35 cheese 1.40"];
    let more = ["--note", "Thank you!", "--reference", "table 4", "--tip", "5,10"];
    let asked = owner.json([&["request", "8.40"][..], &lines, &more].concat());

    let plan = &anna.json(["scan", &text(&asked, "link")])["plan"];
    let words = &plan["words"];
    assert_eq!((&words["note"], &words["reference"]), (&"Thank you!".into(), &"table 4".into()));
    assert_eq!(
        (text(&words["lines"][1], "text"), text(&words["lines"][1], "quantity")),
        ("cheese".into(), "0.35".into())
    );
    assert_eq!(text(&words["lines"][0]["amount"], "decimal"), "7.00");
    assert_eq!(text(&plan["tips"][1]["amount"], "decimal"), "0.84");

    let shown = anna.run(["scan", &text(&asked, "link")]).out;
    for said in ["own words", "2 ×", "loaf of rye", "“Thank you!”", "table 4", "--tip 10% (0.84"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let (vouched, own) = (shown.find("says Old Town"), shown.find("own words"));
    assert!(vouched.or(shown.find("Old Town")) < own, "{shown}");
}

#[test]
fn the_code_is_drawn_where_it_is_wanted() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    town.found(&owner, "Old Town", "BREAD");
    let drawn = owner.run(["request", "3", "--code"]);
    assert!(drawn.out.contains('▀') && drawn.out.contains("scan the code"), "{}", drawn.out);
    let plain = owner.run(["request", "3"]);
    assert!(!plain.out.contains('▀'), "{}", plain.out);
    let svg = owner.wallet.with_file_name("code.svg");
    owner.json(["request", "3", "--picture", svg.to_str().unwrap()]);
    assert!(std::fs::read_to_string(&svg).unwrap().starts_with("<svg"));
    // A form that nobody knows is said before anything is asked for.
    let before = owner.json(["request", "--list"])["requests"].as_array().map(Vec::len);
    assert_eq!(owner.run(["request", "3", "--picture", "code.gif"]).code, 2);
    assert_eq!(owner.json(["request", "--list"])["requests"].as_array().map(Vec::len), before);
}

#[test]
fn what_a_code_is_needs_no_wallet() {
    let town = Town::new();
    let nobody = town.person("nobody");
    let kind = |code: &str| text(&nobody.json(["scan", code]), "kind");
    let id = "AAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(kind(&format!("https://shop.example/c/{id}")), "currency");
    assert_eq!(kind("WIFI:T:WPA;S:shop;P:secret;;"), "other_system");
    assert_eq!(kind("https://shop.example/menu"), "web");
    assert_eq!(kind("two rolls"), "text");
    let wifi = nobody.run(["scan", "WIFI:T:WPA;S:shop;P:secret;;"]);
    assert!(!wifi.out.contains("secret"), "{}", wifi.out);
    assert_eq!(
        nobody.json_error(["scan", &format!("https://shop.example/c/{}", &id[..20])], 1)["code"],
        "link_incomplete"
    );
}

#[test]
fn pictures_without_a_code_say_so() {
    let town = Town::new();
    let nobody = town.person("nobody");
    let folder = town.folder();
    let save = |name: &str, bytes: &[u8]| {
        let file = folder.join(name);
        std::fs::write(&file, bytes).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let whole = Code::of_text("tallystick", CodeLevel::Screen).unwrap().png(4).unwrap();
    assert_eq!(text(&nobody.json(["scan", &save("whole.png", &whole)]), "kind"), "text");
    let code = |file: &str| text(&nobody.json_error(["scan", file], 1), "code");
    assert_eq!(code(&save("cut.png", &whole[..whole.len() / 2])), "picture_damaged");
    assert_eq!(code(&save("noise.bin", &[0xfe; 64])), "not_a_picture");
    assert_eq!(code("missing.png"), "no_such_file");
    assert_eq!(text(&nobody.json_error(["pay", "missing.png"], 1), "code"), "wallet_absent");
}

#[test]
fn of_several_currencies_the_payees_own_is_paid() {
    let town = Town::new();
    let (baker, grocer) = (town.with_wallet("baker"), town.with_wallet("grocer"));
    let crusts = town.found_as(&baker, "Bakery", "CRUST", &["--public"]);
    let apples = town.found(&grocer, "Greens", "APPLE");
    let account = text(&baker.json(["add", &apples, "--public"]), "account");
    baker.json(["attest", &account, "Bakery", "--role", "owner", "--currency", "CRUST"]);
    grocer.json(["attest", &account, "Bakery", "--role", "customer"]);
    let anna = town.holder("anna", &grocer, &apples, "50");
    let own = text(&anna.json(["add", &crusts]), "account");
    baker.json(["issue", &own, "50", "--currency", "CRUST", "--yes", "--unnamed-ok"]);
    anna.json(["sync"]);

    // Whoever prefers nothing is asked; a reserve makes way for other money.
    let link = text(&baker.json(["request", "3", "--currency", "APPLE", "--or", "4 CRUST"]), "link");
    assert_eq!(anna.json(["policy", "--ask"])["preferences"], serde_json::json!([]));
    assert_eq!(anna.json_error(["pay", &link, "--yes"], 1)["code"], "choose_currency");
    anna.json(["policy", "--prefer", "own-shop,riskiest"]);
    assert_eq!(text(&anna.json(["scan", &link])["plan"]["total"], "currency"), "CRUST");
    let kept = anna.json(["policy", "--keep", "47", "--currency", "CRUST"]);
    assert_eq!(text(&kept["reserves"][0]["keep"], "decimal"), "47.00");
    assert_eq!(kept["preferences"], serde_json::json!(["own_shop_first", "riskiest_first"]));
    assert_eq!(text(&anna.json(["scan", &link])["plan"]["total"], "currency"), "APPLE");
    assert_eq!(
        anna.json(["policy", "--keep", "none", "--currency", "CRUST"])["reserves"],
        serde_json::json!([])
    );
    assert_eq!(text(&anna.json(["scan", &link])["plan"]["total"], "currency"), "CRUST");
    for (wrong, code) in [
        (&["policy", "--prefer", "own-shop,own-shop"][..], "preference_twice"),
        (&["policy", "--keep", "-1", "--currency", "CRUST"], "amount_negative"),
        (&["policy", "--keep", "1e3", "--currency", "CRUST"], "amount_not_a_number"),
        (&["policy", "--keep", "1", "--currency", "TEA"], "unknown_currency"),
    ] {
        assert_eq!(anna.json_error(wrong, 1)["code"], code, "{wrong:?}");
    }

    let asked = baker.json(["request", "3", "--currency", "APPLE", "--or", "4 CRUST", "--tip", "10"]);
    let paid = anna.json(["pay", &text(&asked, "link"), "--tip", "10%", "--yes"]);
    assert_eq!(
        (text(&paid["amount"], "decimal"), text(&paid["amount"], "currency")),
        ("4.40".into(), "CRUST".into())
    );
    // A second time it is found, also by who would rather pay otherwise.
    let again = anna.json(["pay", &text(&asked, "link"), "--currency", "APPLE", "--yes"]);
    assert_eq!(again["payment"], paid["payment"]);
}
