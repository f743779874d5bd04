//! An honest issuer with some history, and what the vectors hold: what seeds are made of.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use tallystick::artefact::{Capabilities, Signed};
use tallystick::keys::SigningKey;
use tallystick::ledger::testing::Issuer;

/// The key that signs what is fuzzed.
pub fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// An honest issuer: an owner, two customers and a till; a rekey, a new signing key, a restore and three statements.
pub static HONEST: LazyLock<Issuer> = LazyLock::new(|| {
    let mut issuer = Issuer::found("fuzz");
    let (anna, bert) = (issuer.open(), issuer.open());
    issuer.grant_key(bert, 0, Capabilities::RECEIVE);
    let pay = |issuer: &mut Issuer, payer, payee, amount| {
        issuer.wait(5);
        issuer.pay(payer, payee, amount).expect("an honest payment");
    };
    pay(&mut issuer, 0, anna, 5_000);
    pay(&mut issuer, anna, bert, 1_250);
    issuer.head(anna);
    issuer.publish();
    let copy = issuer.clone();
    issuer.rekey(bert);
    pay(&mut issuer, bert, anna, 50);
    issuer.rotate();
    issuer.publish();
    issuer.restore(&copy);
    pay(&mut issuer, anna, bert, 7);
    issuer.head(bert);
    issuer.publish();
    issuer
});

/// Everything that the honest issuer and its holders ever signed.
pub fn artefacts() -> Vec<Vec<u8>> {
    let world = &HONEST.world;
    let mut all = world.support();
    all.extend(world.heads.iter().map(|head| head.bytes().to_vec()));
    all.extend(world.receipts.iter().flat_map(|(receipt, order, _)| [bytes(receipt), bytes(order)]));
    all.extend(world.refusals.iter().flat_map(|(refusal, order)| [bytes(refusal), bytes(order)]));
    all
}

fn bytes<T>(artefact: &Signed<T>) -> Vec<u8> {
    artefact.bytes().to_vec()
}

/// The artefacts of the vectors: of every kind, good ones and such as must be refused.
pub fn vectors() -> Vec<Vec<u8>> {
    let files = [
        include_str!("../../vectors/artefact/valid.json"),
        include_str!("../../vectors/artefact/invalid.json"),
    ];
    files.into_iter().flat_map(|file| read(file, |_| true)).collect()
}

/// The good ones, without those that hold fields that nobody knows.
pub fn valid() -> Vec<Vec<u8>> {
    read(include_str!("../../vectors/artefact/valid.json"), |vector| vector["unknown_fields"].is_null())
}

fn read(file: &str, wanted: impl Fn(&serde_json::Value) -> bool) -> Vec<Vec<u8>> {
    let file: serde_json::Value = serde_json::from_str(file).expect("vectors are JSON");
    let list = file["artefacts"].as_array().expect("a list of artefacts");
    let bytes = |vector: &serde_json::Value| HEXLOWER.decode(vector["artefact"].as_str()?.as_bytes()).ok();
    list.iter()
        .filter(|vector| wanted(vector))
        .filter_map(bytes)
        .filter(|bytes| bytes.len() <= 4_096)
        .collect()
}
