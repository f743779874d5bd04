//! What must be refused.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::super::draft::{Draft, SECRET, envelope, item, map_of, sign_payload, to_be_signed};
use super::super::samples;
use super::read;
use crate::artefact::Kind;
use crate::keys::{PublicKey, SigningKey};

/// All vectors: of the envelope, of the encoding within, of the fields, of the signature.
pub fn all() -> Vec<Value> {
    let mut all = Vec::new();
    outside(&mut all);
    inside(&mut all);
    fields(&mut all);
    requests_and_statements(&mut all);
    signatures(&mut all);
    all
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&SECRET)
}

fn order() -> Draft {
    Draft::of(&samples::order())
}

fn add(all: &mut Vec<Value>, kind: Kind, name: &str, bytes: &[u8]) {
    let signer: PublicKey = key().public_key();
    let error = read(kind.name(), bytes, &signer).expect_err(name);
    all.push(json!({
        "name": name,
        "kind": kind.name(),
        "signer": signer,
        "artefact": HEXLOWER.encode(bytes),
        "code": error.code(),
        "problem": error.problem_code(),
    }));
}

fn outside(all: &mut Vec<Value>) {
    let mut add = |name: &str, bytes: &[u8]| add(all, Kind::Order, name, bytes);
    let good = order().signed();
    let payload = order().payload();
    let signature = key().sign(&to_be_signed(&payload));
    let written = |write: &dyn Fn(&mut minicbor::Encoder<Vec<u8>>)| item(|item| write(item));
    let header: &[u8] = &[0xa1, 0x01, 0x27];

    add("nothing", &[]);
    add("cut by a byte", &good[..good.len() - 1]);
    add("cut within the payload", &good[..40]);
    add("a byte after the end", &[&good[..], &[0]].concat());
    add("tagged as COSE_Sign1", &[&[0xd2], &good[..]].concat());
    add("an array of indefinite length", &[&[0x9f], &good[1..], &[0xff]].concat());
    add(
        "a payload whose length is not in the shortest form",
        &[&good[..6], &[0x5a, 0, 0], &good[7..]].concat(),
    );
    add(
        "another algorithm in the protected header",
        &written(&|item| {
            item.array(4).unwrap().bytes(&[0xa1, 0x01, 0x26]).unwrap().map(0).unwrap();
            item.bytes(&payload).unwrap().bytes(&signature).unwrap();
        }),
    );
    add(
        "the algorithm in the unprotected header",
        &written(&|item| {
            item.array(4).unwrap().bytes(&[]).unwrap().map(1).unwrap().u8(1).unwrap().i8(-8).unwrap();
            item.bytes(&payload).unwrap().bytes(&signature).unwrap();
        }),
    );
    add(
        "a key id in the unprotected header",
        &written(&|item| {
            item.array(4)
                .unwrap()
                .bytes(header)
                .unwrap()
                .map(1)
                .unwrap()
                .u8(4)
                .unwrap()
                .bytes(b"key")
                .unwrap();
            item.bytes(&payload).unwrap().bytes(&signature).unwrap();
        }),
    );
    add(
        "a detached payload",
        &written(&|item| {
            item.array(4).unwrap().bytes(header).unwrap().map(0).unwrap().null().unwrap();
            item.bytes(&signature).unwrap();
        }),
    );
    add("a signature of 63 bytes", &envelope(&payload, &signature[..63]));
    add(
        "a longer string that ends as the signature does",
        &envelope(&payload, &[&[0, 0x58, 0x40], &signature[..]].concat()),
    );
}

fn inside(all: &mut Vec<Value>) {
    let mut add = |name: &str, payload: &[u8]| add(all, Kind::Order, name, &sign_payload(payload, &SECRET));
    let with = |key, raw: &[u8]| order().raw(key, raw).payload();
    let good = order().payload();
    let entries = order().entries();

    add("an empty payload", &[]);
    add("a payload that is an array", &[0x80]);
    add("a byte after the payload's map", &[&good[..], &[0]].concat());
    add("an amount not in the shortest form", &with(6, &[0x1a, 0, 0, 0x01, 0xef]));
    add("an amount as a big number", &with(6, &[0xc2, 0x42, 0x01, 0xef]));
    add("an amount as floating point", &with(6, &[0xf9, 0x5f, 0xbc]));
    add("a hash of indefinite length", &with(11, &[&[0x5f, 0x58, 0x20][..], &[1; 32], &[0xff]].concat()));
    add("a length not in the shortest form", &with(11, &[&[0x59, 0x00, 0x20][..], &[1; 32]].concat()));
    add("a map of indefinite length", &[&[0xbf], &good[1..], &[0xff]].concat());
    let mut twice = entries.clone();
    twice.push(entries[entries.len() - 1].clone());
    add("a key twice", &map_of(&twice));
    let mut unsorted = entries.clone();
    unsorted.swap(8, 9);
    add("keys out of order", &map_of(&unsorted));
    add("an undefined value", &with(99, &[0xf7]));
    add("text that is not UTF-8", &with(99, &[0x62, 0xc3, 0x28]));
    add("arrays and maps nine deep", &with(99, &[0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x80]));
    let mut text_key = [&[good[0] + 1], &good[1..]].concat();
    text_key.extend([0x61, b'a', 0]);
    add("a key that is text", &text_key);
    add("no kind", &order().without(0).payload());
    add("an unknown kind", &order().uint(0, 19).payload());
    add("version 2", &order().uint(1, 2).payload());
    add("version 2 with a critical field", &order().uint(1, 2).uint(-1, 0).payload());
    add("a critical field", &order().uint(-1, 0).payload());
}

fn fields(all: &mut Vec<Value>) {
    let mut of = |kind: Kind, name: &str, draft: Draft| add(all, kind, name, &draft.signed());
    of(Kind::Order, "a receipt where an order is expected", Draft::of(&samples::receipt()));
    of(Kind::Order, "no amount", order().without(6));
    of(Kind::Order, "no signer", order().without(3));
    of(Kind::Order, "an amount of zero", order().uint(6, 0));
    of(Kind::Order, "an amount of 2^63", order().uint(6, 1 << 63));
    of(Kind::Order, "a negative amount", order().with(6, |item| drop(item.i8(-1))));
    of(Kind::Order, "an amount as text", order().text(6, "495"));
    of(Kind::Order, "an account of 15 bytes", order().bytes(4, &[1; 15]));
    of(Kind::Order, "null for an absent field", order().raw(11, &[0xf6]));
    of(Kind::Order, "a tip that is the whole amount", order().uint(15, 495));

    let card = || Draft::of(&samples::card());
    of(Kind::Card, "a card of serial 0", card().uint(5, 0));
    of(Kind::Card, "a serial of 2^32", card().uint(5, 1 << 32));
    of(Kind::Card, "a name that is not in NFC", card().text(7, "Zoe\u{308}'s bakery"));
    of(Kind::Card, "a name with an override of the writing direction", card().text(7, "Zo\u{202e}\u{eb}"));
    of(Kind::Card, "a name with an invisible character", card().text(7, "Zo\u{200b}\u{eb}"));
    of(Kind::Card, "a name that ends with a space", card().text(7, "Zo\u{eb} "));
    of(Kind::Card, "a name of 65 characters", card().text(7, &"x".repeat(65)));
    of(Kind::Card, "a promise of two lines", card().text(14, "A loaf\na day"));
    of(
        Kind::Card,
        "a signing key for 401 days",
        card().uint(12, u64::try_from(samples::NOON + 401 * 86_400).unwrap()),
    );
    of(Kind::Card, "a signing key that ends before it begins", card().uint(12, 0));
    let currency = |code: &'static str, symbol: &'static str, decimals: u8| {
        card().with(8, |item| {
            item.map(4).unwrap().u8(0).unwrap().str(code).unwrap().u8(1).unwrap().str("Loaves").unwrap();
            item.u8(2).unwrap().str(symbol).unwrap().u8(3).unwrap().u8(decimals).unwrap();
        })
    };
    of(Kind::Card, "a currency code in lower case", currency("loaf", "", 2));
    of(Kind::Card, "a currency symbol that is a minus sign", currency("LOAF", "-", 2));
    of(Kind::Card, "a currency of ten decimals", currency("LOAF", "", 10));
    let endpoint = |origin: &'static str| {
        card().with(9, |item| {
            item.array(1).unwrap().map(2).unwrap().u8(0).unwrap().str(origin).unwrap();
            item.u8(1).unwrap().array(0).unwrap();
        })
    };
    of(Kind::Card, "no endpoint", card().with(9, |item| drop(item.array(0))));
    of(Kind::Card, "an endpoint without TLS", endpoint("http://bakery.example"));
    of(Kind::Card, "an endpoint with a path", endpoint("https://bakery.example/pay"));
    of(Kind::Card, "an endpoint with a user", endpoint("https://zoe@bakery.example"));
    let critical = card().with(17, |item| {
        item.map(3).unwrap().u8(0).unwrap().u8(1).unwrap().u8(1).unwrap().bytes(&[1; 32]).unwrap();
        item.i8(-1).unwrap().u8(0).unwrap();
    });
    of(Kind::Card, "a critical field in a map within", critical);

    of(Kind::Rekey, "rekey 0", Draft::of(&samples::rekey()).uint(6, 0));
    of(Kind::Rekey, "a rekey of neither issuer nor account", Draft::of(&samples::rekey()).uint(4, 2));
    of(Kind::Rekey, "a rekey of an account without sealing key", Draft::of(&samples::rekey()).without(10));
    of(
        Kind::Rekey,
        "a rekey of an issuer with sealing key",
        Draft::of(&samples::issuer_rekey()).bytes(10, &[1; 32]),
    );
    of(Kind::Rekey, "a rekey that names an issuer in key 2", Draft::of(&samples::rekey()).bytes(2, &[1; 16]));
    of(Kind::Grant, "a grant of role and capabilities", Draft::of(&samples::grant()).uint(6, 1));
    of(Kind::Grant, "a grant of the customer role", Draft::of(&samples::role_grant()).uint(6, 0));
    of(Kind::Grant, "a grant of no capability", Draft::of(&samples::grant()).uint(7, 0));
    of(Kind::Grant, "a grant of an unknown capability", Draft::of(&samples::grant()).uint(7, 32));
    of(Kind::Grant, "an owner without limit", Draft::of(&samples::role_grant()).without(8));
    of(Kind::Attestation, "an unknown role", Draft::of(&samples::attestation()).uint(6, 3));
    of(Kind::Attestation, "an empty name", Draft::of(&samples::attestation()).text(5, ""));
    of(Kind::Receipt, "a receipt for entry 0", Draft::of(&samples::receipt()).uint(6, 0));
    of(
        Kind::Refusal,
        "a refusal whose code is a sentence",
        Draft::of(&samples::refusal()).text(5, "Not enough"),
    );
    of(Kind::Head, "a negative hold", Draft::of(&samples::head()).with(9, |item| drop(item.i8(-1))));
    of(
        Kind::Head,
        "a balance below -2^63",
        Draft::of(&samples::head()).raw(8, &[0x3b, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    );
}

fn requests_and_statements(all: &mut Vec<Value>) {
    let mut of = |kind: Kind, name: &str, draft: Draft| add(all, kind, name, &draft.signed());
    let request = || Draft::of(&samples::request());
    let prices = |draft: Draft, prices: &[(u8, u64)]| {
        draft.with(5, |item| {
            item.array(prices.len() as u64 * 2).unwrap();
            for (prefix, amount) in prices {
                item.bytes(&[*prefix; 8]).unwrap().u64(*amount).unwrap();
            }
        })
    };
    of(Kind::Request, "a request of more than 2,048 bytes", request().bytes(900, &[0; 2_048]));
    of(Kind::Request, "a request that names a signer", request().bytes(3, key().public_key().as_ref()));
    of(Kind::Request, "no price", prices(request(), &[]));
    of(Kind::Request, "four prices", prices(request(), &[(1, 1), (2, 1), (3, 1), (4, 1)]));
    of(Kind::Request, "two prices of one issuer", prices(request(), &[(1, 1), (1, 2)]));
    of(Kind::Request, "prices with and without amount", prices(request(), &[(1, 1), (2, 0)]));
    let once = || Draft::of(&samples::short_request());
    of(Kind::Request, "a request without amount, for one payment", prices(once(), &[(1, 0)]));
    of(Kind::Request, "a request for one payment without end", once().without(4));
    of(Kind::Request, "reusable: false", once().raw(9, &[0xf4]));
    of(Kind::Request, "a reference of 9 bytes", request().bytes(7, &[1; 9]));
    of(Kind::Request, "a tip of 101 percent", request().with(8, |item| drop(item.array(1).unwrap().u8(101))));
    of(Kind::Request, "four percentages", request().raw(8, &[0x84, 1, 2, 3, 4]));
    of(Kind::Request, "an unknown tip policy", request().uint(8, 1));
    of(Kind::Request, "lines that are none", request().raw(10, &[0x80]));

    let statement = || Draft::of(&samples::statement());
    let debtors = |debtors: &[(u8, i64)]| {
        statement().with(10, |item| {
            item.array(debtors.len() as u64).unwrap();
            for (account, balance) in debtors {
                item.array(3)
                    .unwrap()
                    .bytes(&[*account; 16])
                    .unwrap()
                    .i64(*balance)
                    .unwrap()
                    .bytes(b"grant")
                    .unwrap();
            }
        })
    };
    of(Kind::Statement, "a statement 0 with a predecessor", statement().uint(4, 0));
    of(Kind::Statement, "a statement 412 without predecessor", statement().without(5));
    of(Kind::Statement, "debtors out of order", debtors(&[(2, -1), (1, -1)]));
    of(Kind::Statement, "a debtor twice", debtors(&[(1, -1), (1, -1)]));
    of(Kind::Statement, "a debtor who owes nothing", debtors(&[(1, 0)]));
}

fn signatures(all: &mut Vec<Value>) {
    let payload = order().payload();
    let good = key().sign(&to_be_signed(&payload));
    let mut add_as = |kind: Kind, name: &str, payload: &[u8], signature: &[u8]| {
        add(all, kind, name, &envelope(payload, signature));
    };
    let mut changed = order().uint(6, 496).payload();
    add_as(Kind::Order, "another amount than was signed", &changed, &good);
    changed = order().bytes(3, SigningKey::from_bytes(&[8; 32]).public_key().as_ref()).payload();
    add_as(Kind::Order, "another signer than signed", &changed, &good);
    add_as(Kind::Order, "a signature over the payload alone", &payload, &key().sign(&payload));
    let without_aad = item(|item| {
        item.array(4).unwrap().str("Signature1").unwrap().bytes(&[0xa1, 0x01, 0x27]).unwrap();
        item.bytes(&[]).unwrap().bytes(&payload).unwrap();
    });
    add_as(Kind::Order, "a signature without external_aad", &payload, &key().sign(&without_aad));
    let mut reduced_no_more = good;
    let mut carry = 0;
    for (byte, add) in reduced_no_more[32..].iter_mut().zip(super::super::envelope::GROUP_ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    add_as(Kind::Order, "s not reduced", &payload, &reduced_no_more);
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let forged = [neutral, [0; 32]].concat();
    add_as(Kind::Order, "a signer of small order", &order().bytes(3, &neutral).payload(), &forged);
    let mut long = [0xff; 32];
    (long[0], long[31]) = (0xee, 0x7f);
    add_as(Kind::Order, "a signer whose key is not canonical", &order().bytes(3, &long).payload(), &forged);
    let request = Draft::of(&samples::request()).payload();
    let other = SigningKey::from_bytes(&[8; 32]).sign(&to_be_signed(&request));
    add_as(Kind::Request, "a request by another key", &request, &other);
}
