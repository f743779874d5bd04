use super::*;
use crate::artefact::tests::draft::Draft;
use crate::keys::IssuerId;

#[test]
fn card_rules() {
    let card = samples::card();
    let until = "is before its beginning or more than 400 days after it";
    let from = u64::try_from(samples::NOON).unwrap();
    refused(&card, 12, &uint(from - 1), "signing_key_until", until);
    refused(&card, 12, &uint(from + 400 * 86_400 + 1), "signing_key_until", until);
    refused(&card, 12, &uint(u64::try_from(i64::MAX).unwrap()), "signing_key_until", until);

    let currency = |code: &str, name: &str, symbol: &str, decimals: u64| {
        map(&[text(code), text(name), text(symbol), uint(decimals)])
    };
    accepted(&card, 8, &currency("ABCDEFGHIJ12", "N", "", 9));
    let code = "must be a letter A-Z and up to 11 more of A-Z and 0-9";
    for wrong in ["loaf", "1LOAF", "LÖAF"] {
        refused(&card, 8, &currency(wrong, "N", "", 9), "currency.code", code);
    }
    refused(&card, 8, &currency("", "N", "", 9), "currency.code", "is too short");
    refused(&card, 8, &currency("ABCDEFGHIJ123", "N", "", 9), "currency.code", "is too long");
    let name = "must be 1 to 64 visible characters in NFC, with no space at either end";
    refused(&card, 8, &currency("L", " N", "", 9), "currency.name", name);
    let symbol = "must be at most 8 visible characters in NFC, none a digit, sign or space";
    refused(&card, 8, &currency("L", "N", "-", 9), "currency.symbol", symbol);
    refused(&card, 8, &currency("L", "N", "LLLLLLLLL", 9), "currency.symbol", "is too long");
    refused(&card, 8, &currency("L", "N", "", 10), "currency.decimals", "must be 0 to 9");
    refused(&card, 8, &currency("L", "N", "", 256), "currency.decimals", "is too large");
    refused(&card, 8, &array(&[]), "currency", "is not a map with integer keys");
    let missing = read::<Card>(&Draft::of(&card).raw(8, &map(&[text("L")]))).err();
    assert_eq!(missing, Some(ArtefactError::Missing { field: "currency.name" }));

    let hash = bytes(&[1; 32]);
    let endpoint = |origin: &str, keys: usize| map(&[text(origin), array(&vec![hash.clone(); keys])]);
    accepted(&card, 9, &array(&vec![endpoint("https://a.example", 4); 4]));
    refused(&card, 9, &array(&[]), "endpoints", "names no server");
    refused(&card, 9, &array(&vec![endpoint("https://a.example", 0); 5]), "endpoints", "has too many items");
    refused(
        &card,
        9,
        &array(&[endpoint("https://a.example", 5)]),
        "endpoints.tls_keys",
        "has too many items",
    );
    let short = map(&[text("https://a.example"), array(&[bytes(&[1; 31])])]);
    refused(&card, 9, &array(&[short]), "endpoints.tls_keys", "has the wrong length");
    let form = "is not of the form https://host[:port]";
    for origin in [
        "http://a.example",
        "https://a.example/",
        "https://a.example/path",
        "https://a.example?x",
        "https://a.example#x",
        "https://u@a.example",
        "https://A.example",
        "https://a.example:443",
        "https://bücher.example",
        "HTTPS://a.example",
        " https://a.example",
        "tallystick:c",
    ] {
        refused(&card, 9, &array(&[endpoint(origin, 0)]), "endpoints.origin", form);
    }
    refused(&card, 9, &array(&[endpoint("a.example", 0)]), "endpoints.origin", "is not a URL");
    let long = format!("https://{}", ["x"; 128].join("."));
    refused(&card, 9, &array(&[endpoint(&long, 0)]), "endpoints.origin", "is too long");
    for origin in
        ["https://a.example:8443", "https://127.0.0.1", "https://[::1]:1", "https://xn--bcher-kva.example"]
    {
        assert_eq!(accepted(&card, 9, &array(&[endpoint(origin, 0)])).endpoints[0].origin, origin);
    }

    let last = |number: Vec<u8>, hash: Vec<u8>| map(&[number, hash]);
    refused(&card, 17, &last(int(-1), hash.clone()), "last_statement.number", "is not an unsigned integer");
    refused(&card, 17, &last(uint(1), bytes(&[1; 16])), "last_statement.hash", "has the wrong length");
}

#[test]
fn cards_rank_and_their_keys_have_a_time() {
    let card = samples::card();
    assert!(samples::plain_card().rank() < card.rank());
    assert!(Card { serial: 9, rekey_number: 0, ..card.clone() }.rank() < card.rank());
    let valid = |time| card.signing_key_valid_at(time);
    let (from, until) = (card.signing_key_from, card.signing_key_until);
    assert_eq!([from - 1, from, until, until + 1].map(valid), [false, true, true, false]);
}

#[test]
fn rekey_rules() {
    refused(&samples::rekey(), 4, &uint(2), "subject", "is neither an issuer nor an account");
    let key = bytes(&[1; 32]);
    refused(&samples::issuer_rekey(), 10, &key, "sealing_key", "belongs to accounts only");
    let named = "is named, in a kind that counts at every issuer";
    refused(&samples::rekey(), 2, &bytes(&[1; 16]), "issuer", named);
    let missing = read::<Rekey>(&Draft::of(&samples::rekey()).without(10)).err();
    assert_eq!(missing, Some(ArtefactError::Missing { field: "sealing_key" }));
}

#[test]
fn grant_rules() {
    let (key, role) = (samples::grant(), samples::role_grant());
    let both = "must be there alone, or else key and capabilities";
    refused(&key, 6, &uint(1), "role", both);
    refused(&role, 5, &bytes(&[1; 32]), "role", both);
    refused(&role, 7, &uint(1), "role", both);
    refused(&role, 6, &uint(0), "role", "gives nothing");
    refused(&role, 6, &uint(3), "role", "is not a known role");
    refused(&key, 7, &uint(0), "capabilities", "is empty or unknown");
    refused(&key, 7, &uint(32), "capabilities", "is empty or unknown");
    let unlimited = Draft::of(&role).without(8);
    assert_eq!(read::<Grant>(&unlimited).err(), Some(ArtefactError::Missing { field: "limit" }));
    let worker = read::<Grant>(&unlimited.uint(6, 2)).unwrap();
    assert_eq!((worker.body().role(), worker.body().limit), (Some(Role::Worker), None));
    refused(&key, 11, &bytes(&[1; 7]), "nonce", "has the wrong length");

    assert_eq!(key.key(), Some((&samples::public_key(23), Capabilities::RECEIVE.and(Capabilities::REFUND))));
    assert_eq!((key.role(), role.key()), (None, None));
    assert!(key.in_time(key.not_after) && !key.in_time(key.not_after + 1));
}

#[test]
fn capabilities_are_sums() {
    let all = [
        (Capabilities::PAY, 1),
        (Capabilities::RECEIVE, 2),
        (Capabilities::REFUND, 4),
        (Capabilities::VIEW, 8),
        (Capabilities::ATTEST, 16),
    ];
    for (one, bits) in all {
        assert_eq!(one.bits(), bits);
        for (other, _) in all {
            assert_eq!(one.allows(other), one == other);
            assert!(one.and(other).allows(one));
        }
    }
    assert!(!Capabilities::PAY.allows(Capabilities::PAY.and(Capabilities::VIEW)));
    assert_eq!(serde_json::to_string(&Capabilities::VIEW).unwrap(), "8");
    assert_eq!(serde_json::from_str::<Capabilities>("31").unwrap().bits(), 31);
    assert!(serde_json::from_str::<Capabilities>("0").is_err());
    assert!(serde_json::from_str::<Capabilities>("32").is_err());
}

#[test]
fn request_rules() {
    let request = samples::request();
    let named = "is named, in a kind that names none";
    refused(&request, 3, &bytes(signer().as_ref()), "signer", named);

    let prefix = |number: u8| bytes(&[number; 8]);
    let prices = "is not a list of one to three prefixes and amounts";
    refused(&request, 5, &array(&[]), "prices", prices);
    refused(&request, 5, &array(&[prefix(1)]), "prices", prices);
    let four: Vec<_> = (1..=4).flat_map(|number| [prefix(number), uint(1)]).collect();
    refused(&request, 5, &array(&four), "prices", "has too many items");
    refused(&request, 5, &array(&[bytes(&[1; 7]), uint(1)]), "prices", "has the wrong length");
    refused(&request, 5, &array(&[prefix(1), int(-1)]), "prices", "is not an unsigned integer");
    let twice = array(&[prefix(1), uint(1), prefix(2), uint(1), prefix(1), uint(1)]);
    refused(&request, 5, &twice, "prices", "names one issuer twice");
    let mixed = array(&[prefix(1), uint(1), prefix(2), uint(0)]);
    refused(&request, 5, &mixed, "prices", "has an amount in some and none in others");

    let once = samples::short_request();
    refused(&once, 5, &array(&[prefix(1), uint(0)]), "reusable", "must be true for a request without amount");
    let endless = Draft::of(&once).without(4);
    let reason = "may only be missing from a reusable request";
    assert_eq!(read::<Request>(&endless).err(), Some(ArtefactError::Field { field: "not_after", reason }));
    refused(&request, 9, &[0xf4], "reusable", "is either true or absent");

    refused(&request, 7, &bytes(&[]), "reference", "must have 1 to 8 bytes");
    refused(&request, 7, &bytes(&[1; 9]), "reference", "must have 1 to 8 bytes");
    refused(&request, 6, &bytes(&[1; 9]), "nonce", "has the wrong length");

    refused(&request, 8, &uint(1), "tip", "is not a known policy");
    let range = "must be one to three percentages from 1 to 100";
    refused(&request, 8, &array(&[]), "tip", range);
    refused(&request, 8, &array(&[uint(0)]), "tip", range);
    refused(&request, 8, &array(&[uint(5), uint(101)]), "tip", range);
    refused(&request, 8, &array(&[uint(256)]), "tip", "is too large");
    refused(&request, 8, &array(&vec![uint(5); 4]), "tip", "has too many items");
    assert_eq!(accepted(&request, 8, &uint(0)).tip, Some(TipPolicy::Free));

    refused(&request, 10, &array(&[]), "lines", "is empty: leave it out");
    let line = array(&[text("x"), uint(0), uint(0)]);
    assert_eq!(accepted(&request, 10, &array(&vec![line.clone(); 40])).lines.len(), 40);
    refused(&request, 10, &array(&vec![line; 41]), "lines", "has too many items");
    refused(
        &request,
        10,
        &array(&[array(&[text("x"), uint(0)])]),
        "lines",
        "has a line that is not text, quantity and amount",
    );
    refused(&request, 10, &array(&[array(&vec![uint(0); 4])]), "lines", "has too many items");
    let with_text = |value: &str| array(&[array(&[text(value), uint(0), uint(0)])]);
    refused(&request, 10, &with_text(""), "lines", "is too short");
    refused(&request, 10, &with_text(&"x".repeat(101)), "lines", "is too long");
    let negative = array(&[array(&[text("x"), int(-1), uint(0)])]);
    refused(&request, 10, &negative, "lines", "is not an unsigned integer");
}

#[test]
fn statement_rules() {
    let statement = samples::statement();
    let before = "must be there in all statements but number 0";
    refused(&statement, 4, &uint(0), "previous", before);
    refused(&samples::first_statement(), 5, &bytes(&[1; 32]), "previous", before);
    refused(&statement, 9, &bytes(&[1; 15]), "sum", "has the wrong length");

    let debtor = |account: u8, balance: i64| array(&[bytes(&[account; 16]), int(balance), bytes(b"grant")]);
    let order = "is not in ascending order of accounts";
    refused(&statement, 10, &array(&[debtor(2, -1), debtor(1, -1)]), "debtors", order);
    refused(&statement, 10, &array(&[debtor(1, -1), debtor(1, -1)]), "debtors", order);
    refused(&statement, 10, &array(&[debtor(1, 0)]), "debtors", "lists an account that is not below zero");
    let shape = "has an item that is not account, balance and grant";
    refused(&statement, 10, &array(&[array(&[bytes(&[1; 16]), int(-1)])]), "debtors", shape);
}

#[test]
fn prices_are_found_by_prefix() {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&[2; 8]);
    let request = samples::request();
    assert_eq!(request.price_at(&IssuerId::new(id)), Some(&samples::price(2, Some(1_000))));
    id[7] = 3;
    assert_eq!(request.price_at(&IssuerId::new(id)), None);
    assert!(request.is_long() && !samples::short_request().is_long());
    assert!(Request { note: None, ..request }.is_long());
}

#[test]
fn a_map_within_may_hold_more() {
    let more = item(|item| {
        item.map(3).unwrap();
        item.u8(0).unwrap().u64(411).unwrap();
        item.u8(1).unwrap().bytes(samples::digest("statement 411").as_ref()).unwrap();
        item.u8(9).unwrap().str("later").unwrap();
    });
    assert_eq!(accepted(&samples::card(), 17, &more), samples::card());
}
