use proptest::prelude::*;

use crate::keys::{AccountId, Digest};
use crate::ledger::{InclusionProof, Leaf, MerkleError, Node, PathStep, Side, Tree};
use crate::money::Amount;

fn leaf(index: usize, balance: i64) -> Leaf {
    let seed = Digest::of(&[&index.to_be_bytes()]);
    Leaf {
        account: AccountId::new(seed.prefix()),
        sequence: i64::try_from(index).unwrap(),
        chain_hash: seed,
        balance: Amount::new(balance),
        blind: Digest::of(&[seed.as_ref()]).prefix(),
    }
}

fn tree(count: usize) -> Tree {
    Tree::build((0..count).map(|index| leaf(index, i64::try_from(index).unwrap() + 1)).collect()).unwrap()
}

#[test]
fn every_leaf_of_trees_up_to_200_is_proven() {
    for count in 0..=200 {
        let tree = tree(count);
        let root = tree.root();
        assert_eq!(root.sum, (count * (count + 1) / 2) as u128);
        for (index, leaf) in tree.leaves().iter().enumerate() {
            let proof = tree.proof(index).unwrap();
            assert_eq!(proof.verify(leaf.account, &root), Ok(()), "leaf {index} of {count}");
            assert!(proof.path.len() <= 8);
        }
        assert_eq!(tree.proof(count), None);
    }
}

#[test]
fn no_leaves_and_one_leaf() {
    assert_eq!(tree(0).root(), Node { hash: Digest::new([0; 32]), sum: 0 });
    let one = tree(1);
    assert_eq!(one.root(), leaf(0, 1).node().unwrap());
    assert_eq!(one.proof(0).unwrap().path, []);
}

#[test]
fn only_positive_balances_are_leaves() {
    for balance in [0, -1, i64::MIN] {
        assert_eq!(Tree::build(vec![leaf(0, 5), leaf(1, balance)]).unwrap_err(), MerkleError::NotPositive);
        let mut proof = tree(2).proof(0).unwrap();
        proof.balance = Amount::new(balance);
        assert_eq!(proof.verify(leaf(0, 1).account, &tree(2).root()), Err(MerkleError::NotPositive));
    }
}

/// An issuer that wants to hide a debt of 10 would have to place a "negative" sum beside a holder, so that the root
/// stays small: in unsigned arithmetic, a huge one that wraps around.
#[test]
fn a_sum_that_wraps_around_is_refused() {
    let victim = leaf(0, 10);
    let wrapping = Node { hash: Digest::of(&[b"debt"]), sum: 0_u128.wrapping_sub(10) };
    let node = victim.node().unwrap();
    let forged_root = Node {
        hash: Digest::of(&[
            &[1],
            &node.sum.to_be_bytes(),
            node.hash.as_ref(),
            &wrapping.sum.to_be_bytes(),
            wrapping.hash.as_ref(),
        ]),
        sum: 0,
    };
    let proof = InclusionProof {
        sequence: victim.sequence,
        chain_hash: victim.chain_hash,
        balance: victim.balance,
        blind: victim.blind,
        path: vec![PathStep { side: Side::Right, sum: wrapping.sum, hash: wrapping.hash }],
    };
    assert_eq!(proof.verify(victim.account, &forged_root), Err(MerkleError::Overflow));
}

#[test]
fn a_path_without_end_is_refused_before_it_is_walked() {
    let mut proof = tree(1).proof(0).unwrap();
    proof.path = vec![PathStep { side: Side::Left, sum: 0, hash: Digest::new([0; 32]) }; 65];
    assert_eq!(proof.verify(leaf(0, 1).account, &tree(1).root()), Err(MerkleError::TooDeep));
}

/// Each way to change one thing in a proof.
fn tampered(proof: &InclusionProof, way: usize, at: usize, flip: u8) -> InclusionProof {
    let mut proof = proof.clone();
    let change = |hash: &Digest| {
        let mut bytes = *hash.as_bytes();
        bytes[at % 32] ^= flip;
        Digest::new(bytes)
    };
    let steps = proof.path.len();
    match way {
        0 => proof.sequence += i64::from(flip),
        1 => proof.chain_hash = change(&proof.chain_hash),
        2 => proof.balance = Amount::new(proof.balance.minor() + i64::from(flip)),
        3 => proof.blind[at % 16] ^= flip,
        4 => proof.path.truncate(at % steps),
        5 => proof.path.push(proof.path[at % steps]),
        6 => proof.path[at % steps].sum ^= u128::from(flip) << (at % 120),
        7 => proof.path[at % steps].hash = change(&proof.path[at % steps].hash),
        _ => {
            let step = &mut proof.path[at % steps];
            step.side = if step.side == Side::Left { Side::Right } else { Side::Left };
        }
    }
    proof
}

proptest! {
    #[test]
    fn whatever_is_changed_leads_elsewhere(
        count in 2_usize..200,
        index in any::<prop::sample::Index>(),
        way in 0_usize..9,
        at in any::<usize>(),
        flip in 1_u8..=255,
    ) {
        let tree = tree(count);
        let index = index.index(count);
        let proof = tampered(&tree.proof(index).unwrap(), way, at, flip);
        prop_assert!(proof.verify(tree.leaves()[index].account, &tree.root()).is_err());
    }

    #[test]
    fn a_proof_is_for_one_account_and_one_root(count in 2_usize..50, index in any::<prop::sample::Index>()) {
        let tree = tree(count);
        let index = index.index(count);
        let proof = tree.proof(index).unwrap();
        let account = tree.leaves()[index].account;
        let other = tree.leaves()[(index + 1) % count].account;
        prop_assert_eq!(proof.verify(other, &tree.root()), Err(MerkleError::OtherRoot));
        let more = Node { sum: tree.root().sum + 1, ..tree.root() };
        prop_assert_eq!(proof.verify(account, &more), Err(MerkleError::OtherRoot));
    }

    #[test]
    fn json_is_read_again(count in 1_usize..50, index in any::<prop::sample::Index>()) {
        let proof = tree(count).proof(index.index(count)).unwrap();
        let text = serde_json::to_string(&proof).unwrap();
        prop_assert_eq!(serde_json::from_str::<InclusionProof>(&text).unwrap(), proof);
    }
}

#[test]
fn json_keeps_sums_and_balances_as_text() {
    let leaves = vec![leaf(0, i64::MAX), leaf(1, i64::MAX), leaf(2, i64::MAX)];
    let json = serde_json::to_value(Tree::build(leaves).unwrap().proof(2).unwrap()).unwrap();
    assert_eq!(json["balance"], "9223372036854775807");
    assert_eq!(json["path"][0]["sum"], "18446744073709551614");
    assert_eq!(json["path"][0]["side"], "left");
    assert_eq!(json["blind"].as_str().unwrap().len(), 26);
    for bad in [serde_json::json!("-1"), serde_json::json!("+1"), serde_json::json!(""), serde_json::json!(1)]
    {
        let mut json = json.clone();
        json["path"][0]["sum"] = bad;
        assert!(serde_json::from_value::<InclusionProof>(json).is_err());
    }
}
