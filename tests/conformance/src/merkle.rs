//! Proofs in statements (protocol §4.4), checked by hand.

use serde_json::Value;
use tallystick::artefact::Statement;
use tallystick::keys::{AccountId, Digest};

use crate::outcome::{Check, broken, hold};

/// What a proof says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// How many entries its chain had.
    pub sequence: u64,
    /// The hash of that chain.
    pub chain_hash: Digest,
    /// Its balance.
    pub balance: u64,
    /// The leaf's blind, BASE32.
    pub blind: String,
}

fn text<'a>(value: &'a Value, member: &str) -> Check<&'a str> {
    value[member].as_str().map_or_else(|| broken(format!("`{member}` is no string")), Ok)
}

fn hash(value: &Value, member: &str) -> Check<Digest> {
    text(value, member)?.parse().or_else(|_| broken(format!("`{member}` is no hash")))
}

/// Checks the proof of an account against a statement.
pub fn check(account: &AccountId, proof: &Value, statement: &Statement) -> Check<Place> {
    let sequence = proof["sequence"].as_u64().map_or_else(|| broken("`sequence` is no number"), Ok)?;
    let balance: u64 =
        text(proof, "balance")?.parse().or_else(|_| broken("`balance` is no decimal string"))?;
    let (chain_hash, blind) = (hash(proof, "chain_hash")?, text(proof, "blind")?);
    let blind_bytes = data_encoding::BASE32_NOPAD
        .decode(blind.as_bytes())
        .or_else(|_| broken("`blind` is not BASE32 in upper case"))?;
    hold(blind_bytes.len() == 16, || "`blind` has not 16 bytes".into())?;
    let mut node = Digest::of(&[
        &[0],
        account.as_bytes(),
        &sequence.to_be_bytes(),
        chain_hash.as_bytes(),
        &balance.to_be_bytes(),
        &blind_bytes,
    ]);
    let mut sum = u128::from(balance);
    for step in proof["path"].as_array().map_or_else(|| broken("`path` is no list"), Ok)? {
        let sibling = hash(step, "hash")?;
        let beside: u128 = text(step, "sum")?.parse().or_else(|_| broken("`sum` is no decimal string"))?;
        let own = (sum.to_be_bytes(), node);
        let other = (beside.to_be_bytes(), sibling);
        let (left, right) = match text(step, "side")? {
            "left" => (other, own),
            "right" => (own, other),
            side => return broken(format!("`side` is {side:?}")),
        };
        node = Digest::of(&[&[1], &left.0, left.1.as_bytes(), &right.0, right.1.as_bytes()]);
        sum = sum.checked_add(beside).map_or_else(|| broken("the sums overflow"), Ok)?;
    }
    hold(node == statement.root && sum == statement.sum, || {
        format!("the proof leads to {node} with the sum {sum}, not to the statement's root")
    })?;
    Ok(Place { sequence, chain_hash, balance, blind: blind.to_owned() })
}
