//! A shop lets a till act for its account, by the built program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Town, text};

#[test]
fn a_till_is_let_act_and_is_stopped_again() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "50");
    let bakery = town.with_wallet("bakery");
    let account = text(&bakery.json(["add", &link]), "account");
    owner.json(["attest", &account, "Bakery"]);

    // The till shows its key; the bakery says what it may, and hands over the link to its account.
    let till = town.with_wallet("till");
    let key = till.run(["key"]);
    assert!(key.out.starts_with("tallystick:k/"), "{key:?}");
    let shown = till.json(["key"]);
    let may = ["--may", "receive,refund,view", "--limit", "2", "--until", "30d"];
    let granted = bakery.json([&["grant", "key", &text(&shown, "link")][..], &may].concat());
    let takeover = text(&granted, "link");
    assert!(takeover.starts_with(&format!("{}/g/", town.origin())), "{takeover}");
    let told = bakery.run([&["grant", "key", &text(&shown, "key")][..], &may].concat());
    assert!(told.out.contains(&takeover), "{told:?}");
    let acts = till.run(["act", &takeover]);
    assert_eq!(acts.code, 0, "{acts:?}");
    assert!(acts.out.contains("receive, refund, view") && acts.out.contains("2.00"), "{acts:?}");

    // It asks, is paid, and pays back as much as it may.
    let asked = text(&till.json(["request", "3.50"]), "link");
    let paid = text(&anna.json(["pay", &asked, "--yes"]), "payment");
    assert_eq!(till.balance(), "3.50");
    assert!(till.run(["balance"]).out.contains("somebody else's: you act for it"));
    let listed = till.run(["history"]);
    assert!(listed.out.contains("acting for"), "{listed:?}");
    till.json(["refund", &paid, "1.50", "--yes", "--unnamed-ok"]);
    let over = till.json_error(["refund", &paid, "1", "--yes", "--unnamed-ok"], 1);
    assert_eq!(over["code"], "limit_exceeded");
    assert!(text(&over, "text").contains("0.50"), "{over}");
    let one = &till.json(["balance", "BREAD"])["about"]["acting"];
    assert_eq!((text(&one["left_today"], "decimal"), text(one, "state")), ("0.50".into(), "in_force".into()));
    assert_eq!((anna.balance().as_str(), bakery.balance().as_str()), ("48.00", "2.00"));

    // What it may not.
    for (command, code) in [
        (vec!["pay", &account, "1", "--yes", "--unnamed-ok"], "not_granted"),
        (vec!["grant", "key", &text(&shown, "key"), "--may", "view"], "not_holder"),
        (vec!["add", &link], "conflict"),
        (vec!["act", &link], "not_a_grant"),
    ] {
        let error = till.json_error(command.clone(), 1);
        assert_eq!(error["code"], code, "{command:?} {error}");
        assert!(error["do"].is_string(), "{error}");
    }
    assert_eq!(till.json_error(["grant", "key", "tallystick:k/AAAA", "--may", "view"], 2)["code"], "usage");

    // Taken back: what was read is shown, and nothing can be done.
    for grant in bakery.json(["grant"])["grants"].as_array().unwrap() {
        bakery.json(["cancel", &text(grant, "grant")]);
    }
    let synced = till.run(["sync", "--json"]);
    assert!(synced.out.contains("grant_cancelled"), "{synced:?}");
    assert_eq!(till.json_error(["request", "1"], 1)["code"], "grant_cancelled");
    let shown = till.run(["balance", "--offline"]);
    assert!(shown.out.contains("2.00") && shown.out.contains("took this device's rights back"), "{shown:?}");
}

#[test]
fn nobody_acts_who_was_not_let() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    town.found(&owner, "Old Town", "BREAD");
    let stranger = town.with_wallet("stranger");
    let other = text(&town.with_wallet("device").json(["key"]), "link");
    let takeover = text(&owner.json(["grant", "key", &other, "--may", "view"]), "link");
    let error = stranger.json_error(["act", &takeover], 1);
    assert_eq!(error["code"], "no_grant");
    assert!(text(&error, "do").contains("tally key"));
    assert_eq!(stranger.json(["balance"])["balances"], serde_json::json!([]));
    let own = owner.json_error(["act", &takeover], 1);
    assert_eq!(own["code"], "conflict");
    assert!(text(&own, "do").contains("--wallet"), "{own}");
    // Without `view` there is nothing to take over, so no link either.
    let blind = owner.json(["grant", "key", &other, "--may", "receive"]);
    assert!(blind.get("link").is_none(), "{blind}");
}
