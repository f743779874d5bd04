//! Our own vectors, which `tests/vectors/check_ledger.py` checks with an implementation of its own.
//!
//! `UPDATE_VECTORS=1 cargo test -p tallystick --lib ledger::tests::vectors` writes them anew: a change here is a change of
//! the protocol.

use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::evil::forge_head;
use crate::artefact::fields::MapWriter;
use crate::artefact::{Head, Signed};
use crate::keys::{AccountId, Digest, IssuerId};
use crate::ledger::evidence::{Contradiction, Evidence, Finding, Point, Run};
use crate::ledger::testing::Issuer;
use crate::ledger::{Authority, ChainState, Entry, InclusionProof, Leaf, Side, Tree};
use crate::money::Amount;

/// Compares with the file, or writes it.
fn pinned(name: &str, made: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/ledger").join(name);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert!(kept == *made, "{name} differs from what is made now:\n{made:#}");
}

fn b64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn issuer() -> IssuerId {
    IssuerId::new(Digest::of(&[b"issuer"]).prefix())
}

fn account() -> AccountId {
    AccountId::new(Digest::of(&[b"account"]).prefix())
}

fn order(text: &str) -> Authority {
    Authority::Order {
        counterpart: AccountId::new(Digest::of(&[b"counterpart"]).prefix()),
        hash: Digest::of(&[text.as_bytes()]),
    }
}

fn described(entry: &Entry, bytes: &[u8], after: &ChainState) -> Value {
    let mut value = json!({
        "sequence": entry.sequence,
        "amount": entry.amount,
        "balance": entry.balance,
        "blind": data_encoding::BASE32_NOPAD.encode(&entry.blind),
        "time": entry.time,
        "entry": b64(bytes),
        "hash_after": after.hash,
    });
    let more = match entry.authority {
        Authority::Order { counterpart, hash } => {
            json!({ "kind": 1, "counterpart": counterpart, "authority": hash })
        }
        Authority::Acceptance { counterpart, hash } => {
            json!({ "kind": 2, "counterpart": counterpart, "authority": hash })
        }
        Authority::Mandate { counterpart, hash } => {
            json!({ "kind": 3, "counterpart": counterpart, "authority": hash })
        }
        Authority::Carried { epoch, sequence, chain_hash } => {
            json!({ "kind": 4, "epoch": epoch, "old_sequence": sequence, "chain_hash": chain_hash })
        }
    };
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn chain(mut state: ChainState, steps: &[(i64, i64, Authority)]) -> (ChainState, Value) {
    let first = state;
    let entries: Vec<Value> = steps
        .iter()
        .map(|(amount, time, authority)| {
            let blind = Digest::of(&[b"blind", &state.sequence.to_be_bytes()]).prefix();
            let (next, entry, bytes) = state.append(Amount::new(*amount), *time, blind, *authority).unwrap();
            state = next;
            described(&entry, &bytes, &next)
        })
        .collect();
    let chain = json!({
        "issuer": first.issuer,
        "account": first.account,
        "epoch": first.epoch,
        "empty_hash": first.hash,
        "entries": entries,
    });
    (state, chain)
}

/// What is not an entry, each a little beside one.
fn refused() -> Vec<Value> {
    let good = |change: &dyn Fn(&mut MapWriter) -> &mut MapWriter| {
        let mut map = MapWriter::default();
        map.int(0, 1).uint(1, 1_u8).int(3, 5).bytes(4, [7; 16]).int(5, 9).bytes(6, [1; 16]).bytes(7, [2; 32]);
        change(&mut map);
        map.finish()
    };
    let plain = good(&|map| map.int(2, 5));
    assert!(Entry::read(&plain).is_ok());
    let mut long = plain.clone();
    // The sequence 1 in two bytes.
    long.splice(2..3, [0x18, 0x01]);
    let cases = [
        ("moves nothing", good(&|map| map.int(2, 0))),
        ("an unknown field", good(&|map| map.int(2, 5).uint(11, 1_u8))),
        ("fields of what is carried beside those of an order", good(&|map| map.int(2, 5).uint(8, 0_u8))),
        ("a field is missing", good(&|map| map)),
        ("not the shortest form", long),
        ("bytes after the end", [plain.as_slice(), &[0]].concat()),
        ("cut short", plain[..plain.len() - 1].to_vec()),
    ];
    cases
        .map(|(why, bytes)| {
            assert!(Entry::read(&bytes).is_err(), "{why}");
            json!({ "why": why, "entry": b64(&bytes) })
        })
        .to_vec()
}

#[test]
fn chains() {
    let empty = ChainState::genesis(issuer(), account(), 0);
    let steps = [
        (100_000, 1_800_000_000, order("one")),
        (-450, 1_800_000_060, order("two")),
        (7, 1_800_000_060, order("three")),
    ];
    let (end, first) = chain(empty, &steps);
    let carried = Authority::Carried { epoch: 0, sequence: end.sequence, chain_hash: end.hash };
    let steps = [(end.balance.minor(), 1_800_001_000, carried), (-99_557, 1_800_001_001, order("four"))];
    let (_, second) = chain(ChainState::genesis(issuer(), account(), 1), &steps);
    let vectors = json!({
        "about": "Protocol section 4.2: chains of an account in two epochs, and what is no entry.",
        "chains": [first, second],
        "refused": refused(),
    });
    pinned("chains.json", &vectors);
}

fn leaf(index: u8, balance: i64) -> Leaf {
    let seed = Digest::of(&[b"leaf", &[index]]);
    Leaf {
        account: AccountId::new(seed.prefix()),
        sequence: i64::from(index) * 1000 + 1,
        chain_hash: seed,
        balance: Amount::new(balance),
        blind: Digest::of(&[b"blind", &[index]]).prefix(),
    }
}

fn tree(leaves: Vec<Leaf>) -> Value {
    let tree = Tree::build(leaves).unwrap();
    let leaves: Vec<Value> = tree
        .leaves()
        .iter()
        .enumerate()
        .map(|(index, leaf)| {
            let proof = tree.proof(index).unwrap();
            assert_eq!(proof.verify(leaf.account, &tree.root()), Ok(()));
            json!({
                "account": leaf.account,
                "hash": leaf.node().unwrap().hash,
                "proof": serde_json::to_value(proof).unwrap(),
            })
        })
        .collect();
    let root = tree.root();
    json!({ "leaves": leaves, "root": { "hash": root.hash, "sum": root.sum.to_string() } })
}

/// Proofs that lead to the root of none but a dishonest tree.
fn bad_proofs() -> Vec<Value> {
    let tree = Tree::build((0..5).map(|index| leaf(index, 100)).collect()).unwrap();
    let (root, account) = (tree.root(), tree.leaves()[1].account);
    let changed = |why: &str, change: &dyn Fn(&mut InclusionProof)| {
        let mut proof = tree.proof(1).unwrap();
        change(&mut proof);
        assert!(proof.verify(account, &root).is_err(), "{why}");
        json!({
            "why": why,
            "account": account,
            "root": { "hash": root.hash, "sum": root.sum.to_string() },
            "proof": serde_json::to_value(proof).unwrap(),
        })
    };
    vec![
        changed("another balance", &|proof| proof.balance = Amount::new(101)),
        changed("no balance", &|proof| proof.balance = Amount::ZERO),
        changed("a negative balance", &|proof| proof.balance = Amount::new(-100)),
        changed("the other side", &|proof| proof.path[0].side = Side::Right),
        changed("another sum beside it", &|proof| proof.path[1].sum += 1),
        changed("a sum that overflows", &|proof| proof.path[1].sum = u128::MAX),
        changed("a step too few", &|proof| proof.path.truncate(2)),
        changed("steps without end", &|proof| proof.path = vec![proof.path[0]; 65]),
    ]
}

#[test]
fn trees() {
    let large = i64::MAX;
    let five = [5, 1, large, large, large - 1];
    let five = (0..).zip(five).map(|(index, balance)| leaf(index, balance)).collect();
    let vectors = json!({
        "about": "Protocol section 4.4: Merkle-sum trees with a proof for each leaf, and proofs that do not hold.",
        "trees": [tree(Vec::new()), tree(vec![leaf(0, 1)]), tree(vec![leaf(0, 1), leaf(1, 2)]), tree(five)],
        "refused": bad_proofs(),
    });
    pinned("trees.json", &vectors);
}

#[test]
fn identities() {
    let mut town = Issuer::found("bakery");
    let anna = town.open();
    town.rekey(anna);
    town.rekey(anna);
    town.rekey_issuer();
    let keys = town.knowledge(anna);
    let rekeys = |rekeys: &[Signed<crate::artefact::Rekey>]| {
        rekeys.iter().map(|rekey| b64(rekey.bytes())).collect::<Vec<String>>()
    };
    let vectors = json!({
        "about": "Protocol section 2, \"Who speaks for an id\": first-hand artefact and rekeys lead to the key in force.",
        "account": {
            "id": town.accounts[anna].id,
            "opening": b64(town.accounts[anna].opening.bytes()),
            "rekeys": rekeys(&town.accounts[anna].rekeys),
            "keys": keys.account.all().map(|known| known.key).collect::<Vec<_>>(),
            "sealing_key": keys.account.current().sealing_key,
            "commitment": keys.account.current().commitment,
        },
        "issuer": {
            "id": town.id,
            "cards": town.world.cards.iter().map(|card| b64(card.bytes())).collect::<Vec<_>>(),
            "rekeys": rekeys(&town.world.rekeys),
            "keys": keys.issuer.all().map(|known| known.key).collect::<Vec<_>>(),
            "commitment": keys.issuer.current().commitment,
        },
    });
    pinned("identities.json", &vectors);
}

fn judged(evidence: &Evidence, finding: Finding) -> Value {
    let verdict = evidence.verify();
    assert_eq!(verdict.finding, finding, "{}", verdict.words);
    assert_eq!(Evidence::decode(&evidence.encode()).as_ref(), Ok(evidence));
    let finding = match finding {
        Finding::Fraud => "fraud",
        Finding::Unanswered => "unanswered",
        Finding::Nothing => "nothing",
    };
    json!({ "evidence": b64(&evidence.encode()), "finding": finding })
}

#[test]
fn evidence() {
    let mut town = Issuer::found("bakery");
    let anna = town.open();
    town.pay(0, anna, 1000).unwrap();
    town.wait(10);
    let one = town.head(anna);
    let states = |one: &Signed<Head>, other: &Signed<Head>| Evidence {
        issuer: town.id,
        contradiction: Contradiction::TwoStates {
            one: Point::signed(one.bytes()),
            other: Point::signed(other.bytes()),
        },
        support: vec![town.world.cards[0].bytes().to_vec()],
    };
    let mut other = town.clone();
    let poorer = forge_head(&mut other, anna, |head| head.balance = Amount::new(999));
    let elsewhere = forge_head(&mut other, anna, |head| head.chain_hash = Digest::of(&[b"elsewhere"]));
    let longer = forge_head(&mut other, anna, |head| head.sequence = 2);
    let chain = town.accounts[anna].chain();
    let unfounded = forge_head(&mut other, anna, |head| head.balance = Amount::new(1));
    let entry = Evidence {
        contradiction: Contradiction::BadEntry {
            run: Run {
                previous: chain.states[0].hash,
                entries: vec![chain.records[0].entry.clone()],
                anchor: Point::signed(unfounded.bytes()),
            },
            base: None,
            order: None,
            newer_key: None,
        },
        ..states(&one, &one)
    };
    let vectors = json!({
        "about": "Protocol section 4.3: two heads of one place, and a head that its last entry belies.",
        "two_states": [
            judged(&states(&one, &poorer), Finding::Fraud),
            judged(&states(&one, &elsewhere), Finding::Fraud),
            judged(&states(&one, &one), Finding::Nothing),
            judged(&states(&one, &longer), Finding::Nothing),
        ],
        "bad_entry": [judged(&entry, Finding::Fraud)],
    });
    pinned("evidence.json", &vectors);
}
