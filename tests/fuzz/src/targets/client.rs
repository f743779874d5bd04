//! What a server says to a client: answers, problems, news.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderName, HeaderValue, Response};
use serde_json::json;
use tallystick::clock::{SystemClock, SystemEntropy};
use tallystick::issuer::native::testing::{AnswerTo, read_events};
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::issuer::{AccountRef, ChainPosition, IssuerError};
use tallystick::ledger::testing::{Decided, Issuer};
use tokio::runtime::{Builder, Runtime};

use crate::input::{Input, part};
use crate::world::HONEST;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

static BACKEND: LazyLock<NativeBackend> = LazyLock::new(|| {
    NativeBackend::new(NativeConfig::default(), Arc::new(SystemClock), Arc::new(SystemEntropy))
        .expect("a driver")
});

/// The first byte: even: an answer: which call it is to, a status, a few header fields, a body; odd: news, in two halves
/// and whole.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    if input.byte().is_multiple_of(2) { answer(&mut input) } else { news(&mut input) }
}

const FIELDS: [&str; 8] = [
    "date",
    "retry-after",
    "content-type",
    "content-length",
    "content-encoding",
    "location",
    "transfer-encoding",
    "x-other",
];
const STATUSES: [u16; 14] = [200, 201, 204, 206, 301, 304, 307, 400, 401, 404, 409, 413, 429, 503];

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = AnswerTo::ALL
        .iter()
        .enumerate()
        .map(|(number, to)| {
            let number = u8::try_from(number).expect("few calls");
            [&[0, number, 0, 0], &serde_json::to_vec(&honest_answer(*to)).expect("JSON")[..]].concat()
        })
        .collect();
    let problem = json!({
        "code": "clock_skew", "detail": "Its clock is wrong.", "field": "created", "now": 1_700_000_000,
        "status": 401, "title": "x", "type": "about:blank" });
    let fields = [&[0][..], &part("Sun, 06 Nov 1994 08:49:37 GMT"), &[1], &part("120")].concat();
    for status in [8, 11, 12, 13] {
        let body = serde_json::to_vec(&problem).expect("JSON");
        seeds.push([&[0, 0, status, 2], &fields[..], &body].concat());
    }
    let account = HONEST.accounts[1].id;
    let event = format!(
        "event: entry\nid: 0.3\ndata: {{\"account\":\"{account}\",\"epoch\":0,\"sequence\":3}}\n\n: keep\r\n\r\nevent: \
         other\ndata: x\n\nevent: entry\r\nid: 1.4\r\ndata: {{\"account\":\"{account}\",\ndata: \
         \"epoch\":1,\"sequence\":4}}\r\n\r\n"
    );
    for at in [0, 5, 90, 140] {
        seeds.push([&[1, at, 0], event.as_bytes()].concat());
    }
    seeds.push([&[1, 3, 0], "\u{feff}data:x\n\n".as_bytes()].concat());
    seeds
}

fn honest_answer(to: AnswerTo) -> serde_json::Value {
    let issuer: &Issuer = &HONEST;
    let b64 = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let (world, account) = (&issuer.world, &issuer.accounts[1]);
    let card = b64(world.cards.last().expect("a card").bytes());
    let head = b64(world.heads.last().expect("a head").bytes());
    let opening = b64(account.opening.bytes());
    let grant = world.grants.last().map(|known| b64(known.grant.bytes()));
    let rekeys: Vec<String> = world.account_rekeys.iter().map(|rekey| b64(rekey.bytes())).collect();
    let statement = b64(issuer.statements.last().expect("a statement").statement.bytes());
    let receipt = world.receipts.first().map(|(receipt, ..)| b64(receipt.bytes()));
    match to {
        AnswerTo::Card => json!({ "card": card, "rekeys": [] }),
        AnswerTo::Opening => json!({ "account": account.id, "head": head }),
        AnswerTo::Key => json!({ "account": account.id, "opening": opening, "rekeys": rekeys }),
        AnswerTo::Account => json!({
            "account": account.id, "opening": opening, "rekeys": rekeys, "head": head, "role_grant": grant,
            "attestation": null, "grants": [grant] }),
        AnswerTo::Head => json!({ "head": head }),
        AnswerTo::Entries => {
            let entries: Vec<_> = account
                .chain()
                .records
                .iter()
                .map(|record| {
                    json!({ "entry": b64(&record.entry), "receipt": receipt,
                            "order": record.order.as_ref().map(|order| b64(order.bytes())) })
                })
                .collect();
            json!({ "entries": entries, "head": head, "more": false })
        }
        AnswerTo::Order => json!({ "receipt": receipt, "entry": b64(&account.chain().records[0].entry) }),
        AnswerTo::Payee => {
            json!({ "opening": opening, "rekeys": rekeys, "attestation": null, "grants": [grant] })
        }
        AnswerTo::NewRequest => json!({ "hash": order() }),
        AnswerTo::Request => json!({ "request": b64(&[0x84, 0x43]) }),
        AnswerTo::Statement => json!({ "statement": statement }),
        AnswerTo::Proof => serde_json::to_value(issuer.proof(0, 1)).expect("JSON"),
        AnswerTo::List => json!({ "list": b64(&[0; 64]) }),
        AnswerTo::Rekey => json!({ "rekeys": rekeys }),
        AnswerTo::Grant => json!({ "grant": grant }),
        AnswerTo::Attestation => json!({ "attestation": card }),
        AnswerTo::Cancel => json!({ "refusal": receipt }),
        AnswerTo::Founding => json!({
            "issuer": issuer.id, "signing_key": issuer.signing_key().public_key(), "endpoint": "https://a.example",
            "tls_keys": [order()] }),
        AnswerTo::SigningKey => {
            json!({ "signing_key": issuer.signing_key().public_key(), "statement": statement })
        }
    }
}

/// The hash of an order that was executed.
fn order() -> tallystick::keys::Digest {
    let executed = |(hash, decided): (&_, &Decided)| matches!(decided, Decided::Executed(_)).then_some(*hash);
    HONEST.decided.iter().find_map(executed).expect("an executed order")
}

fn answer(input: &mut Input<'_>) {
    let to = input.choice(&AnswerTo::ALL);
    let mut answer = Response::builder().status(input.choice(&STATUSES));
    for _ in 0..input.byte() % 4 {
        let name = HeaderName::from_static(input.choice(&FIELDS));
        if let Ok(value) = HeaderValue::from_bytes(input.part()) {
            answer = answer.header(name, value);
        }
    }
    let answer = answer.body(input.rest().to_vec()).expect("an answer");
    let read = RUNTIME.block_on(BACKEND.read_answer(to, &HONEST.id, &order(), answer));
    if let Err(error) = read {
        judge(&error);
    }
}

/// What a server says is cut short, on one line, and asks for no absurd wait.
fn judge(error: &IssuerError) {
    let text = error.to_string();
    assert!(text.chars().count() < 1_000 && !text.contains(char::is_control), "{text:?}");
    assert!(!error.code().is_empty() && error.code().len() <= 40);
    assert!(error.retry_after_seconds().is_none_or(|seconds| seconds >= 0), "{error:?}");
    let _ = error.certainty();
}

fn news(input: &mut Input<'_>) {
    let cut = usize::from(input.byte());
    let from = ChainPosition { epoch: u32::from(input.byte() % 3), sequence: 0 };
    let bytes = input.rest();
    let account = AccountRef { issuer: HONEST.id, account: HONEST.accounts[1].id };
    let read = |pieces: Vec<Bytes>| RUNTIME.block_on(read_events(&account, from, pieces));
    let piece = Bytes::copy_from_slice;
    let whole = read(vec![piece(bytes)]);
    for pair in whole.0.windows(2) {
        assert!(pair[0].position < pair[1].position, "news of the past: {pair:?}");
    }
    assert!(whole.0.iter().all(|event| event.position > from && event.account == account.account));
    whole.1.iter().for_each(judge);
    // How the bytes come must not matter.
    let (first, second) = bytes.split_at(cut.min(bytes.len()));
    assert_eq!(read(vec![piece(first), piece(second)]).0, whole.0, "cut at {cut}");
    if bytes.len() < 600 {
        assert_eq!(read(bytes.iter().map(|byte| piece(&[*byte])).collect()).0, whole.0, "byte by byte");
    }
}
