//! Our own vectors, which `tests/vectors/check_artefacts.py` checks with a COSE library of another language.
//!
//! `UPDATE_VECTORS=1 cargo test -p tallystick --lib artefact::tests::vectors` writes them anew: a change here is a change
//! of the protocol.

mod describe;
mod invalid;

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};

use self::describe::Described;
use super::draft::{Draft, SECRET, item, to_be_signed};
use super::{Artefact, samples};
use crate::artefact::*;
use crate::keys::{PublicKey, SigningKey};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/artefact").join(name)
}

fn kept(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
}

/// Compares with the file, or writes it.
fn pinned(name: &str, made: &Value) {
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::create_dir_all(path("")).unwrap();
        std::fs::write(path(name), serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    assert!(kept(name) == *made, "{name} differs from what is made now:\n{made:#}");
}

/// A good artefact, with fields that no version of it knows yet.
fn with_unknown<T: Artefact + Described>(
    name: &str,
    body: &T,
    secret: &[u8; 32],
    unknown: &[(i64, Vec<u8>)],
) -> Value {
    let mut draft = Draft::of(body);
    let signer = SigningKey::from_bytes(secret).public_key();
    draft.secret = *secret;
    if T::KIND != Kind::Request {
        draft = draft.bytes(3, signer.as_ref());
    }
    for (key, value) in unknown {
        draft = draft.raw(*key, value);
    }
    let (payload, bytes) = (draft.payload(), draft.signed());
    let signed = T::proven(&bytes, &signer).unwrap();
    if unknown.is_empty() {
        assert_eq!(signed, body.signed_by(&SigningKey::from_bytes(secret)).unwrap());
    }
    let mut vector = json!({
        "name": name,
        "kind": T::KIND.name(),
        "secret": HEXLOWER.encode(secret),
        "signer": signer,
        "fields": signed.body().fields(),
        "payload": HEXLOWER.encode(&payload),
        "to_be_signed": HEXLOWER.encode(&to_be_signed(&payload)),
        "artefact": HEXLOWER.encode(&bytes),
        "hash": signed.hash(),
    });
    if !unknown.is_empty() {
        let unknown: Map<String, Value> =
            unknown.iter().map(|(key, value)| (key.to_string(), HEXLOWER.encode(value).into())).collect();
        vector["unknown_fields"] = unknown.into();
    }
    vector
}

fn valid<T: Artefact + Described>(name: &str, body: &T) -> Value {
    with_unknown(name, body, &SECRET, &[])
}

#[test]
fn valid_artefacts() {
    let later = [
        (16, item(|item| drop(item.str("from a later version")))),
        // Seven arrays in the payload's map: as deep as it goes.
        (4_294_967_296, vec![0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0xf6]),
    ];
    let vectors = json!({
        "about": "Protocol section 3. Secrets, payloads and artefacts in hexadecimal, as are byte strings of fields for which section 1.1 names no form in JSON.",
        "artefacts": [
            valid("card with everything", &samples::card()),
            valid("card with as little as possible", &samples::plain_card()),
            valid("opening", &samples::opening()),
            valid("rekey of an account", &samples::rekey()),
            valid("rekey of an issuer", &samples::issuer_rekey()),
            valid("grant to a key", &samples::grant()),
            valid("grant of the owner role", &samples::role_grant()),
            valid("attestation", &samples::attestation()),
            valid("request with everything", &samples::request()),
            valid("request for one payment", &samples::short_request()),
            valid("request without amount", &samples::open_request()),
            valid("order with everything", &samples::order()),
            valid("order with as little as possible", &samples::plain_order()),
            with_unknown("order by another key", &samples::order(), &[200; 32], &[]),
            with_unknown("order with unknown fields", &samples::order(), &SECRET, &later),
            valid("receipt", &samples::receipt()),
            valid("refusal", &samples::refusal()),
            valid("head of an owner's account", &samples::head()),
            valid("statement", &samples::statement()),
            valid("statement 0", &samples::first_statement()),
            valid("cancel", &samples::cancel()),
        ],
    });
    pinned("valid.json", &vectors);
}

#[test]
fn invalid_artefacts() {
    let vectors = json!({
        "about": "What must be refused when an artefact of `kind` is expected. `problem` is the code of protocol section 6; `code` is finer, this implementation's own.",
        "artefacts": invalid::all(),
    });
    pinned("invalid.json", &vectors);
}

/// Reads the files as anybody would, without what made them.
#[test]
fn the_files_say_what_they_claim() {
    let hex = |value: &Value| HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap();
    let all = kept("valid.json");
    let all = all["artefacts"].as_array().unwrap();
    for kind in Kind::ALL {
        assert!(all.iter().any(|vector| vector["kind"] == kind.name()), "no {}", kind.name());
    }
    for vector in all {
        let signer: PublicKey = vector["signer"].as_str().unwrap().parse().unwrap();
        let read = read(vector["kind"].as_str().unwrap(), &hex(&vector["artefact"]), &signer);
        let (fields, hash) = read.unwrap();
        assert_eq!(fields, vector["fields"]);
        assert_eq!(hash, vector["hash"]);
    }
    let invalid = kept("invalid.json");
    for vector in invalid["artefacts"].as_array().unwrap() {
        let signer: PublicKey = vector["signer"].as_str().unwrap().parse().unwrap();
        let error = read(vector["kind"].as_str().unwrap(), &hex(&vector["artefact"]), &signer).unwrap_err();
        assert_eq!(vector["code"], error.code(), "{}", vector["name"]);
        assert_eq!(vector["problem"], error.problem_code(), "{}", vector["name"]);
    }
}

/// Fields and hash of an artefact of a kind that is named.
fn read(kind: &str, bytes: &[u8], signer: &PublicKey) -> Result<(Value, Value), ArtefactError> {
    fn one<T: Artefact + Described>(
        bytes: &[u8],
        signer: &PublicKey,
    ) -> Result<(Value, Value), ArtefactError> {
        T::proven(bytes, signer).map(|signed| (signed.body().fields(), json!(signed.hash())))
    }
    match kind {
        "card" => one::<Card>(bytes, signer),
        "opening" => one::<Opening>(bytes, signer),
        "rekey" => one::<Rekey>(bytes, signer),
        "grant" => one::<Grant>(bytes, signer),
        "attestation" => one::<Attestation>(bytes, signer),
        "request" => one::<Request>(bytes, signer),
        "order" => one::<Order>(bytes, signer),
        "receipt" => one::<Receipt>(bytes, signer),
        "refusal" => one::<Refusal>(bytes, signer),
        "head" => one::<Head>(bytes, signer),
        "statement" => one::<Statement>(bytes, signer),
        "cancel" => one::<Cancel>(bytes, signer),
        other => panic!("no kind {other}"),
    }
}
