//! What a client says to a server: its address, its header fields, its signature, its body. The server is real, with a
//! database; only the network is missing.

mod town;

use data_encoding::BASE64URL_NOPAD;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::json;
use tallystick::artefact::{
    Attestation, Cancel, Capabilities, GrantGiven, Kind, Price, Request as Asked, Role, Signed, Unproven,
};
use tallystick::issuer::http_signature;
use tallystick::keys::{Digest, SigningKey};
use tallystick::money::Amount;

use self::town::{HOST, NOW, TOWN, Town};
use crate::cbor as any;
use crate::input::{Input, part};

/// The first byte: 0: a request of any address, fields and body; 1: any JSON to a place that takes some; 2: a payload of
/// any kind, signed by somebody, to the place that takes it; 3: a signed read of any address, its fields changed.
pub fn run(input: &[u8]) {
    let town = &*TOWN;
    let mut input = Input::new(input);
    match input.byte() % 4 {
        0 => plain(town, &mut input),
        1 => {
            let (method, place) = input.choice(&PLACES);
            let body = input.rest().to_vec();
            send(town, method, &town.place(place), &[], body);
        }
        2 => artefact(town, &mut input),
        _ => signed(town, &mut input),
    }
}

/// Places that take a body.
const PLACES: [(&str, &str); 12] = [
    ("POST", "accounts"),
    ("POST", "orders"),
    ("POST", "grants"),
    ("POST", "attestations"),
    ("POST", "cancels"),
    ("POST", "requests"),
    ("POST", "rekeys"),
    ("POST", "replays"),
    ("POST", "heads"),
    ("PUT", "card"),
    ("POST", "signing-keys"),
    ("GET", "statements/latest"),
];

/// The kind that each of them takes, and the member that holds it.
const KINDS: [(usize, &str, Kind); 11] = [
    (0, "opening", Kind::Opening),
    (1, "order", Kind::Order),
    (2, "grant", Kind::Grant),
    (3, "attestation", Kind::Attestation),
    (4, "cancel", Kind::Cancel),
    (5, "request", Kind::Request),
    (6, "rekey", Kind::Rekey),
    (7, "receipt", Kind::Receipt),
    (8, "head", Kind::Head),
    (9, "card", Kind::Card),
    (7, "order", Kind::Order),
];

const FIELDS: [&str; 12] = [
    "host",
    "signature-input",
    "signature",
    "content-digest",
    "content-type",
    "authorization",
    "last-event-id",
    "accept-language",
    "accept",
    "if-none-match",
    "content-length",
    "transfer-encoding",
];

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let town = &*TOWN;
    let anna = town.anna.account();
    let places = [
        "/healthz".to_owned(),
        "/metrics".to_owned(),
        "/p/AEBAGBAFAYDQQCIKBMGA2DQPCA".to_owned(),
        format!("/c/{}?x=1", town.issuer),
        town.place("card"),
        town.place(&format!("payees/{anna}")),
        town.place(&format!("accounts/{anna}/entries?epoch=0&after=0&limit=10")),
        town.place(&format!("accounts/{anna}/head")),
        town.place(&format!("accounts/{anna}/proof/0")),
        town.place(&format!("accounts/{anna}/events")),
        town.place(&format!("accounts/{anna}/list")),
        town.place(&format!("keys/{}", town.anna.key.public_key())),
        town.place("statements/0"),
    ];
    let mut seeds = Vec::new();
    for place in &places {
        seeds.push([&[0, 0], &part(place)[..], &[1, 7], &part("de, en;q=0.5"), b"x"].concat());
        seeds.push([&[3, 0, 0, 0], &part(place)[..], &[9; 16], &[0, 0]].concat());
    }
    let list = json!({ "list": BASE64URL_NOPAD.encode(&[0; 4_096]) }).to_string();
    let place = town.place(&format!("accounts/{anna}/list"));
    seeds.push([&[3, 2, 0, 0], &part(&place)[..], &[8; 16], &part(list), &[0]].concat());
    let mut with = |index: u8, signer: u8, artefact: &[u8]| {
        seeds.push([&[2, index, signer], &any::payload_of(artefact)[..]].concat());
    };
    with(0, 2, town.anna.opening(town.issuer).bytes());
    for (id, amount) in [(2, 5), (3, 1 << 40), (4, 7)] {
        let order = Signed::sign(&town.order(&town.anna, &town.bert, amount, id), &town.anna.key);
        with(1, 2, order.expect("an order").bytes());
    }
    let worker = town.grant(&town.bert, GrantGiven::Role(Role::Worker), Some(10));
    with(2, 1, Signed::sign(&worker, &town.owner.key).expect("a grant").bytes());
    let key = town.grant(&town.anna, GrantGiven::Key(town.till.public_key(), Capabilities::VIEW), None);
    with(2, 2, Signed::sign(&key, &town.anna.key).expect("a grant").bytes());
    let name = Attestation {
        issuer: town.issuer,
        account: anna,
        name: "Anna's café".to_owned(),
        role: Role::Customer,
        not_after: NOW + 1_000,
        signed_at: NOW,
    };
    with(3, 0, Signed::sign(&name, &town.business.key).expect("a name").bytes());
    let cancel = Cancel { issuer: town.issuer, target: Digest::new([5; 32]), signed_at: NOW, account: anna };
    with(4, 2, Signed::sign(&cancel, &town.anna.key).expect("a cancel").bytes());
    let asked = Asked {
        payee: town.bert.account(),
        not_after: Some(NOW + 600),
        prices: vec![Price {
            issuer_prefix: town.issuer.as_bytes()[..8].try_into().expect("8 bytes"),
            amount: Some(Amount::new(350)),
        }],
        nonce: [1; 8],
        reference: None,
        tip: None,
        reusable: false,
        lines: Vec::new(),
        note: None,
    };
    with(5, 3, Unproven::sign(&asked, &town.bert.key).expect("a request").bytes());
    with(9, 0, town.card(town.till.public_key(), 2).bytes());
    for (_, member, _) in KINDS {
        let body = json!({ member: "hEOhASegWQ", "rekeys": ["hEOh"], "memo": null }).to_string();
        seeds.push([&[1, 1], body.as_bytes()].concat());
    }
    seeds.push([&[1, 0], "[".repeat(400).as_bytes()].concat());
    seeds
}

fn plain(town: &Town, input: &mut Input<'_>) {
    let method = input.choice(&["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "NONSENSE"]);
    let path = input.text_part();
    let fields: Vec<(&str, &[u8])> =
        (0..input.byte() % 5).map(|_| (input.choice(&FIELDS), input.part())).collect();
    send(town, method, &path, &fields, input.rest().to_vec());
}

fn key(town: &Town, number: u8) -> &SigningKey {
    match number % 6 {
        0 => &town.business.key,
        1 => &town.owner.key,
        2 => &town.anna.key,
        3 => &town.bert.key,
        4 => &town.till,
        _ => &town.anna.recovery,
    }
}

fn artefact(town: &Town, input: &mut Input<'_>) {
    let (place, member, kind) = input.choice(&KINDS);
    let key = key(town, input.byte());
    let public = key.public_key();
    let signer = (kind != Kind::Request).then_some(public.as_ref());
    let signed = any::sign(&any::payload(input.rest(), kind.value(), signer), key);
    let body = json!({ member: BASE64URL_NOPAD.encode(&signed) });
    let (method, place) = PLACES[place];
    let answer = send(town, method, &town.place(place), &[], body.to_string().into_bytes());
    if answer.status().is_success() {
        assert_eq!(town.sums(), (0, 0), "the ledger does not sum to zero");
    }
}

/// A call that is signed as it should be, and then changed. Whatever of it is changed, the signature must not count.
fn signed(town: &Town, input: &mut Input<'_>) {
    let method: Method = input.choice(&["GET", "POST", "PUT", "DELETE"]).parse().expect("a method");
    let key = key(town, input.byte());
    let changes = input.byte() % 4;
    let path = input.text_part();
    let mut nonce = [0; 16];
    let taken = input.take(16);
    nonce[..taken.len()].copy_from_slice(taken);
    let body = input.part();
    let good = town.signature(&method, &path, body, nonce, key);
    let mut fields: Vec<(String, Vec<u8>)> =
        good.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    let mut changed = body.to_vec();
    for _ in 0..changes {
        let (which, at, by) = (input.byte(), input.byte(), input.byte());
        let count = fields.len() + 1;
        let target = match fields.get_mut(usize::from(which) % count) {
            Some((_, value)) => value,
            None => &mut changed,
        };
        let length = target.len().max(1);
        if let Some(byte) = target.get_mut(usize::from(at) % length) {
            *byte ^= by;
        }
    }
    let pairs: Vec<(&str, &[u8])> = fields.iter().map(|(name, value)| (name.as_str(), &value[..])).collect();
    verified_only_as_signed(&method, &path, &changed, body, &pairs, key);
    send(town, method.as_str(), &path, &pairs, changed);
}

fn verified_only_as_signed(
    method: &Method,
    path: &str,
    body: &[u8],
    was: &[u8],
    fields: &[(&str, &[u8])],
    key: &SigningKey,
) {
    let mut headers = http::HeaderMap::new();
    for (name, value) in fields {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(*name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let target = http_signature::target_uri(HOST, path);
    match http_signature::verify(method.as_str(), &target, &headers, Some(body)) {
        Ok(reader) => {
            assert_eq!(reader.key, key.public_key(), "signed by another key");
            assert_eq!(reader.created, NOW);
            assert_eq!(body, was, "another body than was signed");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn send(
    town: &Town,
    method: &str,
    path: &str,
    fields: &[(&str, &[u8])],
    body: Vec<u8>,
) -> Response<bytes::Bytes> {
    let mut request = Request::builder().method(method).uri(path);
    if !fields.iter().any(|(name, _)| *name == "host") {
        request = request.header(header::HOST, HOST);
    }
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            request = request.header(*name, value);
        }
    }
    // What is no request in the eyes of HTTP never reaches the server's own code.
    let Ok(request) = request.body(body) else { return Response::default() };
    let answer = town.answer(request);
    judge(town, &answer);
    answer
}

/// Whatever is asked, the server answers in form, and tells no secret.
fn judge(town: &Town, answer: &Response<bytes::Bytes>) {
    let (status, body) = (answer.status(), String::from_utf8_lossy(answer.body()));
    assert!(!status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE, "{status}: {body}");
    assert!(body.len() < 1 << 20, "{} bytes", body.len());
    assert!(town.secrets.iter().all(|secret| !body.contains(secret.as_str())), "it tells its key");
    let kind = answer.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind == Some(b"application/problem+json") {
        let problem: serde_json::Value = serde_json::from_slice(answer.body()).expect("a problem is JSON");
        assert!(problem["code"].is_string() && problem["status"] == status.as_u16(), "{problem}");
        assert!(body.len() < 4_096, "a problem of {} bytes", body.len());
        if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
            assert!(answer.headers().contains_key(header::RETRY_AFTER), "{problem}");
        }
    }
}
