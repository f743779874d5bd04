//! What is checked of an issuer's ledger: entries, chains, statements, proofs, evidence.

use tallystick::artefact::{Head, Kind, Signed, Statement};
use tallystick::keys::Digest;
use tallystick::ledger::evidence::{Evidence, Finding};
use tallystick::ledger::follow::{Base, FollowError, Follower, Item, NoPast};
use tallystick::ledger::{ChainState, Entry, InclusionProof, statement};

use crate::cbor as any;
use crate::input::Input;
use crate::world::{HONEST, artefacts};

/// The first byte chooses what the rest is: an entry, evidence (each as it came, or made deterministic; of evidence the
/// short byte strings then stand for artefacts of an honest issuer), a proof, a statement or a chain that the issuer's key
/// has signed.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 7 {
        0 => entry(input.rest()),
        1 => entry(&any::deterministic(input.rest())),
        2 => evidence(input.rest()),
        3 => evidence(&any::filled(input.rest(), &pool())),
        4 => proof(&mut input),
        5 => signed_statement(&mut input),
        _ => follow(&mut input),
    }
}

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let issuer = &*HONEST;
    let mut seeds = Vec::new();
    for holding in &issuer.accounts {
        for record in holding.chains.iter().flat_map(|chain| &chain.records) {
            seeds.push([&[0], &record.entry[..]].concat());
            seeds.push([&[1], &record.entry[..]].concat());
        }
    }
    // {0: 1, 1: kind, 2: issuer, 3: [artefact 0, 1, …], 4: {…}}: what is short is filled in.
    let ids = Digest::of(&[b"previous"]);
    for kind in 1..=9_u8 {
        let point = [0xa1, 0x00, 0x41, kind];
        let mut text = vec![0xa5, 0, 1, 1, kind, 2, 0x50];
        text.extend_from_slice(issuer.id.as_bytes());
        text.extend_from_slice(&[3, 0x84, 0x41, 0, 0x41, 1, 0x41, 2, 0x41, 9, 4]);
        match kind {
            1 => text.extend([&[0xa2, 0][..], &point, &[1], &point].concat()),
            2 | 7 => {
                let run = [&[0xa3, 0, 0x58, 32], ids.as_bytes().as_slice(), &[1, 0x81, 0x41, 30, 2], &point]
                    .concat();
                text.extend([&[0xa2, 0][..], &point, &[1], &run].concat());
            }
            _ => text.extend([0xa2, 0, 0x41, kind, 1, 0x41, kind + 1]),
        }
        seeds.push([&[3], &text[..]].concat());
    }
    for vector in ["bad_entry", "two_states"] {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../../vectors/ledger/evidence.json")).expect("JSON");
        for example in file[vector].as_array().into_iter().flatten() {
            let text = example["evidence"].as_str().expect("evidence in base64url");
            let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url");
            seeds.push([&[2], &bytes[..]].concat());
            seeds.push([&[3], &bytes[..]].concat());
        }
    }
    for number in 0..issuer.statements.len() {
        let number = u8::try_from(number).expect("few statements");
        let proof = issuer.proof(number.into(), 1).map(|proof| serde_json::to_vec(&proof).expect("JSON"));
        seeds.push([&[4, number, 1], &proof.unwrap_or_default()[..]].concat());
        let payload = any::payload_of(issuer.statements[usize::from(number)].statement.bytes());
        seeds.push([&[5, number], &payload[..]].concat());
    }
    for account in 0..3 {
        seeds.push(vec![6, account, 0, 0, 0, 0, 0]);
        seeds.push(vec![6, account, 1, 0, 40, 1, 7, 1, 1, 3, 3]);
    }
    seeds
}

/// Artefacts, and entries after them.
fn pool() -> Vec<Vec<u8>> {
    let chains = HONEST.accounts.iter().flat_map(|holding| &holding.chains);
    let entries = chains.flat_map(|chain| chain.records.iter().map(|record| record.entry.clone()));
    artefacts().into_iter().chain(entries).collect()
}

fn entry(bytes: &[u8]) {
    let Ok(entry) = Entry::read(bytes) else { return };
    assert_eq!(entry.encode(), bytes, "two encodings of one entry");
    let issuer = &*HONEST;
    for account in &issuer.accounts {
        let state = *account.state();
        if let Ok((next, _)) = state.advance(bytes) {
            assert_eq!(next.sequence, state.sequence + 1);
            assert_eq!(Ok(next.balance), state.balance.checked_add(entry.amount));
        }
    }
    let _ = ChainState::genesis(issuer.id, issuer.accounts[0].id, 0).advance(bytes);
}

/// Nothing proves that an honest issuer cheats.
fn evidence(bytes: &[u8]) {
    let evidence = match Evidence::decode(bytes) {
        Ok(evidence) => evidence,
        Err(error) => {
            assert!(!error.code().is_empty() && error.to_string().len() < 300, "{error}");
            return;
        }
    };
    assert_eq!(evidence.encode(), bytes, "two encodings of one piece of evidence");
    let verdict = evidence.verify();
    assert!(verdict.words.len() < 1_000, "{}", verdict.words);
    assert!(evidence.issuer != HONEST.id || verdict.finding != Finding::Fraud, "{}", verdict.words);
}

fn proof(input: &mut Input<'_>) {
    let issuer = &*HONEST;
    let published = &issuer.statements[usize::from(input.byte()) % issuer.statements.len()];
    let index = usize::from(input.byte()) % issuer.accounts.len();
    let Ok(proof) = serde_json::from_slice::<InclusionProof>(input.rest()) else { return };
    let root = statement::root(published.statement.body());
    if proof.verify(issuer.accounts[index].id, &root).is_ok() {
        let leaf = proof.leaf(issuer.accounts[index].id);
        assert!(published.tree.leaves().contains(&leaf), "a leaf that is not in the tree: {leaf:?}");
    }
}

/// What the issuer's own key signs is still judged.
fn signed_statement(input: &mut Input<'_>) {
    let issuer = &*HONEST;
    let previous = &issuer.statements[usize::from(input.byte()) % issuer.statements.len()].statement;
    let key = issuer.signing_key();
    let public = key.public_key();
    let payload = any::payload(input.rest(), Kind::Statement.value(), Some(public.as_ref()));
    let Ok(statement) = Signed::<Statement>::parse(&any::sign(&payload, &key)) else { return };
    let knowledge = issuer.knowledge(0);
    if statement::check(&statement, Some(previous), &knowledge.issuer, &knowledge.signing).is_ok() {
        let debts: i128 =
            statement.body().debtors.iter().map(|debtor| i128::from(debtor.balance.minor())).sum();
        assert_eq!(i128::try_from(statement.body().sum), Ok(-debts), "it does not sum to zero");
    }
}

/// Follows an account's chain, with bytes of its entries changed, to a head that the issuer's own key signs. What the
/// wallet takes for fraud must convince others too.
fn follow(input: &mut Input<'_>) {
    let issuer = &*HONEST;
    let account = usize::from(input.byte()) % issuer.accounts.len();
    let chain = issuer.accounts[account].chain();
    let lies = input.byte() % 2 == 1;
    let mut entries: Vec<Vec<u8>> = chain.records.iter().map(|record| record.entry.clone()).collect();
    for _ in 0..input.byte() % 4 {
        let (which, at, change) = (input.byte(), input.byte(), input.byte());
        let count = entries.len().max(1);
        if let Some(entry) = entries.get_mut(usize::from(which) % count) {
            let length = entry.len();
            entry[usize::from(at) % length] ^= change;
        }
    }
    let items: Vec<Item<'_>> =
        chain.records.iter().zip(&entries).map(|(record, entry)| Item { entry, ..record.item() }).collect();
    let items = &items[..items.len().saturating_sub(usize::from(input.byte() % 3))];
    let mut head = issuer
        .world
        .heads
        .iter()
        .rfind(|head| {
            head.body().account == chain.state().account && head.body().epoch == chain.state().epoch
        })
        .cloned();
    if lies {
        // The head says what the changed entries lead to, as a dishonest issuer's would.
        let mut state = chain.states[0];
        for entry in items {
            match state.advance(entry.entry) {
                Ok((next, _)) => state = next,
                Err(_) => return,
            }
        }
        let Some(honest) = &head else { return };
        let body = Head {
            sequence: state.sequence,
            chain_hash: state.hash,
            balance: state.balance,
            time: issuer.time,
            ..honest.body().clone()
        };
        head = Signed::sign(&body, &issuer.signing_key()).ok();
    }
    let Some(head) = head else { return };
    let knowledge = issuer.knowledge(account);
    let base = Base::empty(issuer.id, chain.state().account, chain.state().epoch);
    let mut follower = Follower::new(knowledge.known(), &NoPast, base);
    let followed = follower.page(items).and_then(|_| follower.finish(&head));
    if let Err(FollowError::Fraud { evidence, finding, .. }) = followed {
        assert!(lies, "an honest issuer is accused");
        assert_eq!(Evidence::decode(&evidence.encode()).as_ref(), Ok(&*evidence));
        assert_eq!(evidence.verify().finding, finding);
        assert_ne!(finding, Finding::Nothing);
    }
}
