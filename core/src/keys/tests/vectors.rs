//! Our own vectors, which `tests/vectors/check_keys.py` checks with an implementation of its own.
//!
//! `UPDATE_VECTORS=1 cargo test -p tallystick --lib keys::tests::vectors` writes them anew: a change here is a change of
//! the protocol.

use std::path::Path;
use std::sync::Arc;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Script, account, hex, hex_array, issuer, order};
use crate::keys::derive::derive;
use crate::keys::{
    AccountId, Founding, IssuerId, LIST_CAPACITY, ListKey, MemoContext, PassphraseCost, PassphraseFileStore,
    RecoveryPhrase, SealingSecret, SecretStore as _, Seed, WalletSeed, recovery_commitment,
};

const PHRASES: [&str; 2] = [
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
     abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art",
    "void come effort suffer camp survey warrior heavy shoot primary clutch crush \
     open amazing screen patrol group space point ten exist slush involve unfold",
];

/// Compares with the file, or writes it.
fn pinned(name: &str, made: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/keys").join(name);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert!(kept == *made, "{name} differs from what is made now:\n{made:#}");
}

fn secret_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

#[test]
fn derivation() {
    let cases: Vec<Value> = PHRASES
        .iter()
        .map(|text| {
            let seed = RecoveryPhrase::parse(text).ok().unwrap().seed();
            json!({
                "phrase": text,
                "seed": secret_hex(seed.as_bytes()),
                "wallets": [wallet(&seed.wallet_seed(0)), wallet(&seed.wallet_seed(1))],
                "recovery": [recovery(&seed, 0), recovery(&seed, 1), recovery(&seed, 1023)],
                "ids": ids(&seed),
            })
        })
        .collect();
    pinned(
        "derivation.json",
        &json!({
            "about": "Protocol section 2, from the phrase on. Secrets in hexadecimal, public values in BASE32.",
            "cases": cases,
        }),
    );
}

fn wallet(wallet: &WalletSeed) -> Value {
    let secret = wallet.to_secret();
    let (generation, key) = secret.expose().split_at(4);
    assert_eq!(generation, wallet.generation().to_be_bytes());
    let founding = |which: Founding| {
        let key = wallet.founding_key(which);
        let mut case = match which {
            Founding::Issuer { k } => json!({"kind": "issuer", "k": k}),
            Founding::Account { issuer, k } => json!({"kind": "account", "issuer": issuer, "k": k}),
            Founding::Public { k } => json!({"kind": "public", "k": k}),
        };
        case["secret"] = secret_hex(key.to_secret().expose()).into();
        case["public"] = key.public_key().to_string().into();
        case
    };
    let founding_key = wallet.founding_key(Founding::Account { issuer: issuer(), k: 0 }).public_key();
    let sealing_secret = derive(key, &[b"sealing", founding_key.as_bytes()]);
    assert_eq!(
        SealingSecret::from_bytes(&sealing_secret).public_key(),
        wallet.sealing_secret(&founding_key).public_key()
    );
    json!({
        "generation": wallet.generation(),
        "wallet_seed": secret_hex(key),
        "founding": [
            founding(Founding::Issuer { k: 0 }),
            founding(Founding::Issuer { k: 1 }),
            founding(Founding::Account { issuer: issuer(), k: 0 }),
            founding(Founding::Account { issuer: issuer(), k: 0x0102_0304 }),
            founding(Founding::Public { k: 1 }),
            founding(Founding::Public { k: u32::MAX }),
        ],
        "sealing": {
            "founding": founding_key,
            "secret": secret_hex(sealing_secret.as_slice()),
            "public": wallet.sealing_secret(&founding_key).public_key(),
        },
        "list_key": secret_hex(derive(key, &[b"list"]).as_slice()),
        "device": {
            "secret": secret_hex(wallet.device_key().to_secret().expose()),
            "public": wallet.device_key().public_key(),
        },
    })
}

fn recovery(seed: &Seed, number: u32) -> Value {
    let key = seed.recovery_key(number);
    json!({
        "number": number,
        "secret": secret_hex(key.to_secret().expose()),
        "public": key.public_key(),
        "commitment": recovery_commitment(&key.public_key()),
    })
}

fn ids(seed: &Seed) -> Value {
    let wallet = seed.wallet_seed(0);
    let issuer_key = wallet.founding_key(Founding::Issuer { k: 0 }).public_key();
    let account_key = wallet.founding_key(Founding::Public { k: 0 }).public_key();
    let commitment = |number| recovery_commitment(&seed.recovery_key(number).public_key());
    json!([
        {
            "kind": "issuer", "founding": issuer_key, "commitment": commitment(0),
            "id": IssuerId::derive(&issuer_key, &commitment(0)),
        },
        {
            "kind": "account", "founding": account_key, "commitment": commitment(1),
            "id": AccountId::derive(&account_key, &commitment(1)),
        },
    ])
}

#[test]
fn memos() {
    let secret: [u8; 32] = hex_array("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    let recipient = SealingSecret::from_bytes(&secret);
    let context = MemoContext { issuer: issuer(), payee: account(), order: order() };
    let texts = [
        String::new(),
        "two loaves, one rye".to_owned(),
        "x".repeat(62),
        "x".repeat(63),
        "Käse für 4,50 € 🧀".to_owned(),
        "é".repeat(127),
        "é".repeat(128),
        "x".repeat(1022),
    ];
    let cases: Vec<Value> = (1_u8..)
        .zip(texts)
        .map(|(number, text)| {
            let ephemeral = [number; 32];
            let sealed =
                recipient.public_key().seal_memo(&text, &context, &Script::new(&[&ephemeral])).unwrap();
            assert_eq!(recipient.open_memo(&sealed, &context).as_ref(), Ok(&text));
            json!({
                "ephemeral_ikm": secret_hex(&ephemeral),
                "text": text,
                "sealed": BASE64URL_NOPAD.encode(&sealed),
            })
        })
        .collect();
    pinned(
        "memo.json",
        &json!({
            "about": "Protocol section 5.3. The ephemeral key pair is HPKE's DeriveKeyPair(ephemeral_ikm).",
            "recipient_secret": secret_hex(&secret),
            "recipient_public": recipient.public_key(),
            "issuer": issuer(),
            "payee": account(),
            "order": order(),
            "cases": cases,
        }),
    );
}

#[test]
fn lists() {
    let key: [u8; 32] = [0x5a; 32];
    let list_key = ListKey::new(Zeroizing::new(key));
    let cases: Vec<Value> = (1_u8..)
        .zip([Vec::new(), hex("80"), vec![0xc3; LIST_CAPACITY]])
        .map(|(number, content)| {
            let nonce = [number; 24];
            let sealed = list_key.seal(&issuer(), &account(), &content, &Script::new(&[&nonce])).unwrap();
            assert_eq!(list_key.open(&issuer(), &account(), &sealed).as_ref(), Ok(&content));
            json!({
                "nonce": secret_hex(&nonce),
                "content": secret_hex(&content),
                "sealed": BASE64URL_NOPAD.encode(&sealed),
            })
        })
        .collect();
    pinned(
        "list.json",
        &json!({
            "about": "The encrypted list of protocol section 2; content is any bytes here.",
            "list_key": secret_hex(&key),
            "issuer": issuer(),
            "account": account(),
            "cases": cases,
        }),
    );
}

#[test]
fn passphrase_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wallet.key");
    // Decomposed, so that a reader who forgets NFC fails.
    let passphrase = "cafe\u{301} au lait";
    let cost = PassphraseCost { memory_kib: 64, passes: 2, lanes: 2 };
    let (master, salt, nonce, draft) = ([0x4d; 32], [0x53; 16], [0x4e; 24], [0; 8]);
    let names = ["wallet/seed", "database"];
    let secrets = [b"a secret".as_slice(), &[]];
    let nonces = [[0x61; 24], [0x62; 24]];
    let entropy = Arc::new(Script::new(&[&master, &salt, &nonce, &draft, nonces.concat().as_slice()]));

    let store = PassphraseFileStore::create(&path, passphrase, cost, entropy).ok().unwrap();
    let sealed: Vec<Value> = names
        .into_iter()
        .zip(secrets)
        .map(|(name, secret)| {
            let sealed = store.seal(name.to_owned(), secret.to_vec()).unwrap();
            assert_eq!(store.unseal(name.to_owned(), sealed.clone()).unwrap(), secret);
            json!({
                "name": name,
                "secret": secret_hex(secret),
                "sealed": BASE64URL_NOPAD.encode(&sealed),
            })
        })
        .collect();
    pinned(
        "passphrase_file.json",
        &json!({
            "about": "The file that keeps a wallet's secrets behind a passphrase, and what is sealed with it.",
            "passphrase": passphrase,
            "memory_kib": cost.memory_kib,
            "passes": cost.passes,
            "lanes": cost.lanes,
            "master": secret_hex(&master),
            "file": BASE64URL_NOPAD.encode(&std::fs::read(&path).unwrap()),
            "sealed": sealed,
        }),
    );
}
