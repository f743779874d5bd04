//! What is refused: with a stable code and the right exit code, and nothing half done.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{PASSPHRASE, Person, Town, file, text};

#[test]
fn a_wallet_is_made_once_and_whole() {
    let town = Town::new();
    let anna = town.person("anna");
    for command in [&["balance"][..], &["history"], &["doctor"], &["sync"], &["passphrase"]] {
        let error = anna.json_error_or_report(command);
        assert_eq!(error.code, 1, "{command:?} {error:?}");
        assert!(error.out.contains("wallet_absent") || error.out.contains("no wallet"), "{error:?}");
    }
    assert!(anna.files().is_empty());

    // No passphrase, or one that protects nothing: nothing is made.
    let silent = anna.command(["init"]).env_remove("TALLY_PASSPHRASE").output().unwrap();
    assert_eq!(silent.status.code(), Some(1));
    assert!(String::from_utf8(silent.stderr).unwrap().contains("passphrase_missing"));
    let short = anna.command(["init"]).env("TALLY_PASSPHRASE", "seven77").output().unwrap();
    assert!(String::from_utf8(short.stderr).unwrap().contains("passphrase_short"));
    assert!(anna.files().is_empty());

    let made = anna.json(["init"]);
    assert_eq!(made["recovery_phrase"].as_array().map(Vec::len), Some(24));
    assert_eq!(anna.json_error(["init"], 1)["code"], "wallet_exists");
    let wrong = anna.command(["balance"]).env("TALLY_PASSPHRASE", "another one").output().unwrap();
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("authentication_failed"));
    assert_eq!(anna.json(["balance"])["balances"], serde_json::json!([]));

    // A key file that an interrupted start left behind is taken up with its passphrase, and never replaced.
    let bella = town.person("bella");
    bella.cheap_key();
    let key = std::fs::read(bella.wallet.join("passphrase.key")).unwrap();
    let wrong = bella.command(["init"]).env("TALLY_PASSPHRASE", "another one").output().unwrap();
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("authentication_failed"));
    bella.json(["init"]);
    assert_eq!(std::fs::read(bella.wallet.join("passphrase.key")).unwrap(), key);
}

impl Person {
    fn json_error_or_report(&self, command: &[&str]) -> common::Ran {
        self.run([command, &["--json"]].concat())
    }
}

#[test]
fn passphrases_come_from_files_and_change() {
    let town = Town::new();
    let anna = town.with_wallet("anna");
    let folder = anna.wallet.parent().unwrap().to_owned();
    let old = file(&folder, "old", format!("{PASSPHRASE}\n"));
    let new = file(&folder, "new", "quite another phrase\n");
    let run = |arguments: &[&str]| {
        let output = anna.command(arguments).env_remove("TALLY_PASSPHRASE").output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    assert_eq!(run(&["balance", "--passphrase-file", old]).0, 0);
    assert_eq!(run(&["passphrase", "--passphrase-file", old, "--new-passphrase-file", new]).0, 0);
    let (code, text) = run(&["balance", "--passphrase-file", old]);
    assert!(code == 1 && text.contains("authentication_failed"), "{text}");
    assert_eq!(run(&["balance", "--passphrase-file", new]).0, 0);
    let (code, text) = run(&["balance", "--passphrase-file", "no/such/file"]);
    assert!(code == 1 && text.contains("passphrase_file"), "{text}");
}

#[test]
fn what_is_not_understood_ends_with_two() {
    let town = Town::new();
    let anna = town.with_wallet("anna");
    for command in [
        &["frobnicate"][..],
        &["pay"],
        &["add"],
        &["add", "one", "two"],
        &["history", "-n", "0"],
        &["history", "-n", "201"],
        &["issuer", "create"],
        &["grant", "owner", "notanaccount", "--limit", "5"],
        &["attest", "notanaccount", "Bakery"],
        &["balance", "--locale", "???"],
        &["request", "5", "--until", "yesterday"],
        &["exposure", "--in", "EUR"],
        &["sync", "--offline"],
    ] {
        let ran = anna.run(command);
        assert_eq!(ran.code, 2, "{command:?} {ran:?}");
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{command:?} {ran:?}");
        let error = anna.json_error(command, 2);
        assert!(error["code"].is_string() && error["text"].is_string(), "{error}");
    }
    for asked in [&["--help"][..], &["--version"], &["help", "pay"], &["pay", "-h"]] {
        let ran = anna.run(asked);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{asked:?}");
    }
}

#[test]
fn links_that_are_none() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.with_wallet("anna");
    let id = link.rsplit('/').next().unwrap();
    for (bad, code) in [
        ("", "not_a_link"),
        ("hello", "not_a_link"),
        ("http://bread.example/c/AAAAAAAAAAAAAAAAAAAAAAAAAA", "not_secure"),
        ("https://bread.example/p/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "not_a_card"),
        ("https://bread.example/c/AAAA", "link_incomplete"),
        (&format!("tallystick:c/{id}"), "host_missing"),
        (&format!("{}/c/AAAAAAAAAAAAAAAAAAAAAAAAAA", town.origin()), "not_found"),
        (&format!("https://127.0.0.1:9/c/{id}"), "unreachable"),
    ] {
        let error = anna.json_error(["add", bad], 1);
        assert_eq!(error["code"], code, "{bad}");
        assert!(code != "not_found" || text(&error, "do").starts_with("Scan or copy"), "{error}");
    }
    assert_eq!(anna.json(["balance"])["balances"], serde_json::json!([]));

    anna.json(["add", &link]);
    // Again changes nothing, in either form.
    let host = town.origin().replace("https://", "");
    anna.json(["add", &format!("tallystick:c/{id}?h={host}")]);
    assert_eq!(anna.json(["balance"])["balances"].as_array().map(Vec::len), Some(1));

    for (bad, code) in [
        ("hello", "not_a_link"),
        (link.as_str(), "not_a_request"),
        ("https://bread.example/p/", "link_incomplete"),
        ("https://bread.example/p/AA~A", "link_damaged"),
        ("tallystick:p/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "host_missing"),
    ] {
        let error = anna.json_error(["pay", bad, "--yes"], 1);
        assert_eq!(error["code"], code, "{bad} {error}");
    }
    assert_eq!(anna.json(["history"])["payments"], serde_json::json!([]));
}

#[test]
fn payments_that_cannot_be() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "50");
    let bella = town.holder("bella", &owner, &link, "1");
    let (anna_account, bella_account) = (anna.account(), bella.account());
    owner.json(["attest", &bella_account, "Bella"]);

    let asked = text(&bella.json(["request", "3"]), "link");
    let open = text(&bella.json(["request", "--reusable", "--tip", "free"]), "link");
    for (arguments, code) in [
        (vec!["pay", &bella_account, "0", "--yes"], "amount_not_positive"),
        (vec!["pay", &bella_account, "1.234", "--yes"], "amount_too_many_decimals"),
        (vec!["pay", &bella_account, "92233720368547758.08", "--yes"], "amount_too_large"),
        (vec!["pay", &bella_account, "much", "--yes"], "amount_not_a_number"),
        (vec!["pay", &bella_account, "1,5", "--yes"], "amount_grouping"),
        (vec!["pay", &bella_account, "--yes"], "amount_missing"),
        (vec!["pay", &bella_account, "50.01", "--yes"], "insufficient_funds"),
        (vec!["pay", &anna_account, "1", "--yes"], "same_account"),
        (vec!["pay", &bella_account, "1", "--yes", "--currency", "TEA"], "unknown_currency"),
        (vec!["pay", "AAAAAAAAAAAAAAAAAAAAAAAAAA", "1", "--yes"], "not_found"),
        (vec!["pay", &asked, "4", "--yes"], "wrong_amount"),
        (vec!["pay", &asked, "--tip", "1", "--yes"], "no_tip"),
        (vec!["pay", &open, "--yes"], "amount_missing"),
        (vec!["pay", &open, "2", "--tip", "2.01", "--yes"], "tip_too_large"),
        (vec!["pay", &open, "2", "--tip", "0%", "--yes"], "tip_percent_invalid"),
        (vec!["pay", &asked], "no_terminal"),
        (vec!["refund", "AAAAAAAA", "--yes"], "unknown_payment"),
        (vec!["issue", &bella_account, "1", "--yes"], "not_owner"),
        (vec!["issuer", "statement"], "not_owner"),
        (vec!["request", "-1"], "amount_not_positive"),
        (vec!["request", "1", "--or", "1 TEA"], "unknown_currency"),
        (vec!["request"], "bad_field"),
        (vec!["request", "1", "--reference", "far too long"], "bad_field"),
        (vec!["request", "1", "--tip", "200"], "bad_field"),
        (vec!["evidence", "1"], "unknown_evidence"),
        (vec!["limits", "--payment", "-1"], "amount_negative"),
    ] {
        let error = anna.json_error(arguments.clone(), 1);
        assert_eq!(error["code"], code, "{arguments:?} {error}");
    }
    // Her own payment, not one that came in.
    let paid = text(&anna.json(["pay", &bella_account, "1", "--yes"]), "payment");
    assert_eq!(anna.json_error(["refund", &paid, "--yes"], 1)["code"], "not_received");
    assert_eq!(anna.balance(), "49.00");
    assert_eq!(anna.json(["history"])["payments"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_script_judges_nobody() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "50");
    let stranger = town.with_wallet("stranger");
    let account = text(&stranger.json(["add", &link]), "account");

    let error = anna.json_error(["pay", &account, "1", "--yes"], 1);
    assert_eq!(error["code"], "unnamed_payee");
    assert_eq!(anna.balance(), "50.00");
    anna.json(["pay", &account, "1", "--yes", "--unnamed-ok"]);
    assert_eq!(anna.balance(), "49.00");
}

#[test]
fn the_same_key_pays_once() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "50");
    let account = owner.account();
    let pay = |amount: &'static str| {
        ["pay", account.as_str(), amount, "--yes", "--unnamed-ok", "--key", "invoice 7"].map(str::to_owned)
    };
    let first = text(&anna.json(pay("2")), "payment");
    assert_eq!(text(&anna.json(pay("2")), "payment"), first);
    assert_eq!(anna.json_error(pay("3"), 1)["code"], "conflict");
    assert_eq!(anna.balance(), "48.00");
}

#[test]
fn limits_need_the_pin() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "50");
    let account = owner.account();
    let pay = |extra: &[&str]| {
        let mut arguments = vec!["pay", account.as_str(), "6", "--yes", "--unnamed-ok"];
        arguments.extend(extra);
        arguments.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let limits = anna.json(["limits", "--payment", "5"]);
    assert_eq!(text(&limits["limits"][0]["per_payment"], "decimal"), "5.00");
    assert_eq!(anna.json_error(pay(&[]), 1)["code"], "over_limit");

    let with_pin = |pin: &str, arguments: Vec<String>| {
        let output = anna.command(arguments).arg("--json").env("TALLY_PIN", pin).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let set = anna.command(["lock-pin", "set", "--json"]).env("TALLY_NEW_PIN", "4711").output().unwrap();
    assert_eq!(set.status.code(), Some(0), "{set:?}");
    // From now on the wallet asks for it, and a wrong one opens nothing.
    assert_eq!(anna.json_error(["balance"], 1)["code"], "pin_needed");
    let (code, out) = with_pin("0815", vec!["balance".into()]);
    assert!(code == 1 && out.contains("pin_wrong"), "{out}");
    // Who did not mean to go over the limit does not, PIN or not.
    let (code, out) = with_pin("4711", pay(&[]));
    assert!(code == 1 && out.contains("over_limit"), "{out}");
    let (code, out) = with_pin("4711", pay(&["--over-limit"]));
    assert_eq!(code, 0, "{out}");
    let removed = with_pin("4711", vec!["lock-pin".into(), "remove".into()]);
    assert_eq!(removed.0, 0, "{removed:?}");
    assert_eq!(anna.balance(), "44.00");
}

#[test]
fn one_program_at_a_time() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.with_wallet("anna");
    anna.json(["add", &link]);

    // One that waits for money has the wallet open; its first line says that it has begun.
    let mut waiting = anna
        .command(["request", "1", "--wait", "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = std::io::BufReader::new(waiting.stdout.take().unwrap());
    let mut asked = String::new();
    std::io::BufRead::read_line(&mut out, &mut asked).unwrap();
    assert_eq!(anna.json_error(["balance"], 1)["code"], "wallet_in_use");
    let examined = anna.run(["doctor"]);
    assert!(examined.code == 1 && examined.out.contains("wallet_in_use"), "{examined:?}");

    // Paid, it tells by whom, and ends.
    let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
    owner.json(["pay", &text(&asked, "link"), "--yes", "--unnamed-ok"]);
    let mut paid = String::new();
    std::io::BufRead::read_line(&mut out, &mut paid).unwrap();
    assert!(paid.contains("\"settled\""), "{paid}");
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
    assert_eq!(anna.balance(), "1.00");
}

#[test]
fn a_host_that_does_not_prove_itself() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let create = |extra: &[&str]| {
        let origin = town.origin();
        let mut arguments =
            vec!["issuer", "create", "--host", &origin, "--name", "Old Town", "--code", "BREAD"];
        arguments.extend(["--limit", "10"]);
        arguments.extend(extra);
        arguments.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let error = owner.json_error(create(&[]), 1);
    assert_eq!(error["code"], "untrusted");
    assert!(text(&error, "do").contains("--host-tls-key"));
    assert_eq!(owner.json(["issuer"]), serde_json::json!({ "issuers": [], "unfinished": [] }));

    // Its certificate, or its key, is enough.
    let certificate = town.certificate();
    owner.json(create(&["--trust-cert", certificate.to_str().unwrap()]));
    for (arguments, code) in [
        (create(&["--decimals", "10"]), "currency_invalid"),
        (create(&["--own-limit", "11"]), "own_limit"),
        (create(&["--trust-cert", "no/such/file"]), "bad_certificate_file"),
        (create(&["--host-token-file", "no/such/file"]), "passphrase_file"),
    ] {
        let error = owner.json_error(arguments, 1);
        assert!(error["code"] == code || code == "own_limit", "{error}");
    }
    assert_eq!(owner.json(["issuer"])["issuers"].as_array().map(Vec::len), Some(1));
}

#[test]
fn without_a_network_the_known_is_shown_and_a_payment_stays_pending() {
    let mut town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.holder("anna", &owner, &link, "50");
    owner.json(["attest", &owner.account(), "Town hall"]);
    let asked = text(&owner.json(["request", "--reusable"]), "link");
    anna.json(["pay", &asked, "1", "--yes"]);
    town.down();

    let shown = anna.run(["balance"]);
    assert_eq!(shown.code, 0);
    assert!(shown.out.contains("49.00") && shown.err.contains("This shows what is known."), "{shown:?}");
    assert_eq!(anna.run(["balance", "--offline"]).err, "");
    let synced = anna.run(["sync", "--json"]);
    assert_eq!(synced.code, 1);
    assert!(synced.out.contains("\"unreachable\""), "{synced:?}");

    // Confirmed, signed and on its way: exit code 3, and whoever asks is told not to pay again.
    let pending = anna.json_error(["pay", &asked, "2", "--yes"], 3);
    assert_eq!(pending["code"], "pending");
    assert!(text(&pending, "text").contains("Do not pay again"));
    let balance = &anna.json(["balance", "--offline"])["balances"][0];
    assert_eq!(balance["held"]["minor"], "200");
    let listed = anna.run(["history", "--offline"]);
    assert!(listed.out.contains("on its way: do not pay again"), "{listed:?}");
    let examined = anna.run(["doctor"]);
    assert_eq!(examined.code, 1);
    assert!(examined.out.contains("Do not pay again"), "{examined:?}");
}

#[test]
fn files_that_are_damaged_or_newer_are_kept() {
    let town = Town::new();
    let newer = town.with_wallet("newer");
    let file = newer.wallet.join("wallet.db");
    // The user version stands at offset 60 of an SQLite file, big endian.
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    std::fs::write(&file, &bytes).unwrap();
    let error = newer.json_error(["balance"], 1);
    assert_eq!(error["code"], "incompatible_database");
    assert!(text(&error, "do").contains("Update"));
    assert_eq!(newer.run(["doctor"]).code, 1);
    assert_eq!(std::fs::read(&file).unwrap(), bytes);

    let damaged = town.with_wallet("damaged");
    let file = damaged.wallet.join("wallet.db");
    std::fs::write(&file, "this was a wallet").unwrap();
    assert_eq!(damaged.json_error(["balance"], 1)["code"], "storage_corrupt");
    // Set aside and kept; nothing is made in its place, however often one tries.
    let kept = damaged.files().into_iter().find(|name| name.starts_with("corrupt-")).unwrap();
    assert_eq!(
        std::fs::read_to_string(damaged.wallet.join(kept).join("wallet.db")).unwrap(),
        "this was a wallet"
    );
    assert_eq!(damaged.json_error(["balance"], 1)["code"], "storage_corrupt");
    assert_eq!(damaged.json_error(["init"], 1)["code"], "storage_corrupt");
    assert!(damaged.files().contains(&"passphrase.key".to_owned()));
}

#[test]
fn secrets_are_never_told() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let link = town.found(&owner, "Old Town", "BREAD");
    let anna = town.person("anna");
    anna.cheap_key();
    let loud = |arguments: &[&str]| {
        let output = anna.command(arguments).env("TALLY_LOG", "trace").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (made, mut log) = loud(&["init", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let words: Vec<String> = made["recovery_phrase"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap().into())
        .collect();
    log += &loud(&["add", &link]).1;
    owner.json(["issue", &anna.account(), "5", "--yes", "--unnamed-ok"]);
    let account = owner.account();
    log += &loud(&["balance", "--json"]).1;
    log += &loud(&["pay", &account, "1", "--yes", "--unnamed-ok", "--json", "--memo", "for the abacus"]).1;
    assert!(log.contains("DEBUG") || log.contains("TRACE"), "there is a log: {log}");
    assert!(!log.contains(PASSPHRASE));
    assert!(!log.contains("abacus"));
    let in_a_row = words.windows(2).any(|pair| log.contains(&pair.join(" ")));
    assert!(!in_a_row);
}
