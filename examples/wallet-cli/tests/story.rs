//! From nothing to a refund, by the built program against the reference issuer over TLS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Town, text};

#[test]
fn a_town_from_nothing_to_a_refund() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    assert!(link.starts_with(&town.origin()));
    assert_eq!(owner.json(["issuer"])["issuers"][0]["waiting"], 0);

    // A customer, and a bakery whose name the owner vouches for.
    let anna = town.holder("anna", &owner, &link, "50");
    let bakery = town.with_wallet("bakery");
    let account = text(&bakery.json(["add", &link]), "account");
    let attested = owner.json(["attest", &account, "Bakery", "--role", "worker"]);
    assert_eq!((text(&attested, "name"), text(&attested, "state")), ("Bakery".into(), "accepted".into()));
    assert_eq!(anna.balance(), "50.00");
    assert_eq!(owner.balance(), "-50.00");

    // The bakery asks, the customer pays with a tip and a word; paying again finds the same payment.
    let asked = bakery.json(["request", "3.50", "--tip", "5,10", "--reference", "T4"]);
    let request = text(&asked, "link");
    let ran = anna.run(["pay", &request, "--yes", "--tip", "10%", "--memo", "two rolls"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("Bakery, says Old Town"), "{}", ran.err);
    assert!(ran.err.contains("You have never paid this account before."), "{}", ran.err);
    assert!(ran.out.contains("Paid 3.85\u{a0}BREAD to Bakery."), "{}", ran.out);
    let again = anna.json(["pay", &request, "--yes"]);
    assert_eq!(text(&again["amount"], "decimal"), "3.85");
    assert_eq!(anna.balance(), "46.15");

    // Both see it, with its proof.
    let paid = &anna.json(["history"])["payments"][0];
    let came = &bakery.json(["history", "--search", "rolls"])["payments"][0];
    assert_eq!(text(paid, "payment"), text(came, "payment"));
    assert_eq!((text(paid, "counterpart_name"), text(came, "memo")), ("Bakery".into(), "two rolls".into()));
    let payment = text(paid, "payment");
    let details = anna.json(["history", &payment[..8]]);
    assert!(details["proof"]["receipt"].is_string() && details["proof"]["entry"].is_string());
    let listed = &bakery.json(["request", "--list"])["requests"][0];
    assert_eq!(listed["paid_by"][0], payment.as_str());

    // Part of it goes back, then the rest, and no more.
    let refund = bakery.json(["refund", &payment[..8], "1", "--yes", "--unnamed-ok"]);
    assert_eq!(text(&refund, "repays"), payment);
    let rest = bakery.json(["refund", &payment, "--yes", "--unnamed-ok"]);
    assert_eq!(text(&rest["amount"], "decimal"), "2.85");
    assert_eq!(
        bakery.json_error(["refund", &payment, "--yes", "--unnamed-ok"], 1)["code"],
        "already_refunded"
    );
    assert_eq!((anna.balance().as_str(), bakery.balance().as_str()), ("50.00", "0.00"));

    // The statement is true, nothing is open, everybody is well.
    let statement = owner.json(["issuer", "statement"]);
    assert_eq!(statement["faults"].as_array().map(Vec::len), Some(0));
    for person in [&owner, &anna, &bakery] {
        let examined = person.json(["doctor"]);
        let findings = examined["findings"].as_array().unwrap();
        assert!(findings.iter().all(|finding| finding["state"] == "ok"), "{examined}");
    }
}

#[test]
fn the_history_leaves_as_a_file() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "12.34");
    anna.json(["sync"]);

    let csv = anna.run(["export"]);
    assert_eq!(csv.code, 0);
    assert!(csv.out.starts_with("payment,issuer,"), "{}", csv.out);
    assert_eq!(csv.out.lines().count(), 2);
    assert!(csv.out.contains(",12.34,"));

    let file = anna.wallet.with_file_name("history.json");
    // Somebody guesses the name of the draft, and lets it lead to a file of ours.
    let (other, trap) = (town.folder().join("ours.txt"), town.folder().join("history.json.part"));
    std::fs::write(&other, "ours").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&other, &trap).unwrap();
    let written = anna.json(["export", file.to_str().unwrap()]);
    assert_eq!(written["payments"], 1);
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(read["format"], "tallystick-history-1");
    // A second time it would overwrite: it does not, and leaves nothing else behind.
    let again = anna.json_error(["export", "src"], 1);
    assert_eq!(
        (text(&again, "code"), text(&again, "text")),
        ("file_exists".into(), "There is src already.".into())
    );
    assert_eq!(anna.json_error(["export", file.to_str().unwrap()], 1)["code"], "file_exists");
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "ours");
    assert!(!std::fs::symlink_metadata(&file).unwrap().is_symlink());
    let _ = std::fs::remove_file(trap);
    let left = std::fs::read_dir(town.folder()).unwrap().map(|entry| entry.unwrap().path());
    assert!(left.into_iter().all(|path| path.extension().is_none_or(|end| end != "part")));
}

#[test]
fn roles_keys_and_requests_are_given_and_taken_back() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let partner = town.with_wallet("partner");
    let account = text(&partner.json(["add", &link]), "account");

    // A partner may owe, until the owner takes it back. All owners together stay within the card.
    let too_much = owner.json_error(["grant", "owner", &account, "--limit", "500"], 1);
    assert_eq!(too_much["code"], "limit_exceeded");
    owner.json(["issuer", "card", "--limit", "1500"]);
    let grant = owner.json(["grant", "owner", &account, "--limit", "500", "--until", "30d"]);
    assert_eq!((text(&grant, "role"), text(&grant, "state")), ("owner".into(), "in_force".into()));
    let owner_account = owner.account();
    partner.json(["pay", &owner_account, "20", "--yes", "--unnamed-ok"]);
    assert_eq!(partner.balance(), "-20.00");
    let cancelled = owner.json(["cancel", &text(&grant, "grant")[..8]]);
    assert_eq!(text(&cancelled, "state"), "cancelled");
    let refused = partner.json_error(["pay", &owner_account, "1", "--yes", "--unnamed-ok"], 1);
    assert_eq!(refused["code"], "insufficient_funds");
    assert_eq!(partner.balance(), "-20.00");

    // A till's key.
    let key = "WRTTSE3QGFE55LD3QQMIVJ3FPKR2M76XITAO5HZWEVSKQYDUWMQA";
    let bad = owner.run(["grant", "key", &key[1..], "--may", "receive"]);
    assert_eq!(bad.code, 2, "{bad:?}");

    // A request that is withdrawn cannot be paid any more.
    let asked = partner.json(["request", "5"]);
    let withdrawn = partner.json(["cancel", &text(&asked, "request")[..8]]);
    assert_eq!(withdrawn["cancelled"], true);
    let refused = owner.json_error(["pay", &text(&asked, "link"), "--yes", "--unnamed-ok"], 1);
    assert_eq!(refused["code"], "request_cancelled");
    assert!(refused["payment"].is_string());

    // The host's key is replaced, and holders follow.
    let card = owner.json(["issuer", "rotate"]);
    assert_eq!(text(&card, "state"), "accepted");
    assert_eq!(partner.balance(), "-20.00");
}

#[test]
fn what_happens_is_told_once() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "5");

    // A script leaves the news for `watch`, which tells each once.
    anna.json(["balance"]);
    let told = anna.run(["watch", "--once", "--json"]);
    let events: Vec<serde_json::Value> =
        told.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.iter().any(|event| event["event"] == "payment_received"), "{told:?}");
    assert_eq!(anna.run(["watch", "--once", "--json"]).out, "");

    // A person is told at the end of whatever comes next.
    owner.json(["issue", &anna.account(), "6", "--yes", "--unnamed-ok"]);
    let balance = anna.run(["balance"]);
    assert!(balance.err.contains("6.00\u{a0}BREAD came in at Old Town"), "{balance:?}");
    assert!(!anna.run(["balance"]).err.contains("came in"));
}

#[cfg(unix)]
#[test]
fn whoever_watches_sees_money_come_in_and_ends_it_with_ctrl_c() {
    use std::io::BufRead as _;
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.with_wallet("anna");
    let account = text(&anna.json(["add", &link]), "account");
    let mut watching =
        anna.command(["watch", "--json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(watching.stdout.take().unwrap()).lines();
    owner.json(["issue", &account, "2.50", "--yes", "--unnamed-ok"]);
    let came = lines
        .by_ref()
        .map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap())
        .find(|event| event["event"] == "payment_received")
        .unwrap();
    assert_eq!(came["amount"], "250");
    let interrupted = std::process::Command::new("kill").args(["-INT", &watching.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    assert_eq!(watching.wait().unwrap().code(), Some(0));
    assert_eq!(anna.balance(), "2.50");
}
