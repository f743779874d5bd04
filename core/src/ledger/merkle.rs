//! The Merkle-sum tree of a statement (protocol §4.4).
//!
//! Every node commits to the sums of both its children, so a proof shows not only that a balance is under the root but
//! also that nothing negative was hidden beside it: sums are unsigned, and no addition may overflow.

use serde::{Deserialize, Serialize};

use crate::keys::{AccountId, Digest};
use crate::money::Amount;

/// More levels than any tree of up to 2^64 leaves has.
const MAX_DEPTH: usize = 64;

/// The positive balance of an account, as it stands in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The account.
    pub account: AccountId,
    /// How many entries its chain had.
    pub sequence: i64,
    /// Hash of that chain.
    pub chain_hash: Digest,
    /// Its balance, above zero.
    pub balance: Amount,
    /// Random, fresh for each statement: without it, whoever is shown a sibling could guess its balance.
    pub blind: [u8; 16],
}

/// A node of the tree; the top one is the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its hash.
    pub hash: Digest,
    /// The sum of all balances below it.
    pub sum: u128,
}

/// Leads from a leaf to the root of a statement. Its JSON is what an issuer serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// How many entries the account's chain had.
    pub sequence: i64,
    /// Hash of that chain.
    pub chain_hash: Digest,
    /// The account's balance, above zero.
    pub balance: Amount,
    /// The leaf's blind.
    #[serde(with = "blind_text")]
    pub blind: [u8; 16],
    /// From the leaf up.
    pub path: Vec<PathStep>,
}

/// A sibling on the way to the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathStep {
    /// On which side the sibling is.
    pub side: Side,
    /// The sum of all balances below it.
    #[serde(with = "sum_text")]
    pub sum: u128,
    /// Its hash.
    pub hash: Digest,
}

/// On which side a sibling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Before ours.
    Left,
    /// After ours.
    Right,
}

/// Why a tree cannot be built, or a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MerkleError {
    /// A leaf whose balance is not above zero, or whose sequence is below zero.
    #[error("a leaf needs a balance above zero")]
    NotPositive,
    /// The sum of the balances is beyond 128 bits.
    #[error("the sum is too large")]
    Overflow,
    /// A path with more steps than any tree has.
    #[error("the path is longer than any tree is high")]
    TooDeep,
    /// The path leads to another root: to another hash or another sum.
    #[error("the path does not lead to the root")]
    OtherRoot,
}

impl MerkleError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotPositive => "leaf_not_positive",
            Self::Overflow => "sum_overflow",
            Self::TooDeep => "path_too_deep",
            Self::OtherRoot => "other_root",
        }
    }
}

/// The whole tree, for whoever makes statements.
#[derive(Debug, Clone)]
pub struct Tree {
    leaves: Vec<Leaf>,
    /// From the leaves' nodes up to the root alone; empty without leaves.
    levels: Vec<Vec<Node>>,
}

impl Tree {
    /// Builds the tree over these leaves, in this order. Their order says where to look, so it must be random and another
    /// for each statement.
    pub fn build(leaves: Vec<Leaf>) -> Result<Self, MerkleError> {
        let mut levels = Vec::new();
        let mut level = leaves.iter().map(Leaf::node).collect::<Result<Vec<Node>, _>>()?;
        while level.len() > 1 {
            let above = level.chunks(2).map(parent).collect::<Result<Vec<Node>, _>>()?;
            levels.push(std::mem::replace(&mut level, above));
        }
        if !level.is_empty() {
            levels.push(level);
        }
        Ok(Self { leaves, levels })
    }

    /// The root.
    pub fn root(&self) -> Node {
        self.levels.last().and_then(|top| top.first()).copied().unwrap_or(Node::EMPTY)
    }

    /// The leaves, in order.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// The proof for the leaf at this index.
    pub fn proof(&self, index: usize) -> Option<InclusionProof> {
        let leaf = self.leaves.get(index)?;
        let step = |(height, level): (usize, &Vec<Node>)| {
            let at = index >> height;
            let (side, sibling) = if at.is_multiple_of(2) {
                (Side::Right, level.get(at + 1)?)
            } else {
                (Side::Left, &level[at - 1])
            };
            Some(PathStep { side, sum: sibling.sum, hash: sibling.hash })
        };
        Some(InclusionProof {
            sequence: leaf.sequence,
            chain_hash: leaf.chain_hash,
            balance: leaf.balance,
            blind: leaf.blind,
            path: self.levels.iter().enumerate().filter_map(step).collect(),
        })
    }
}

impl Leaf {
    /// Its node in the tree.
    pub fn node(&self) -> Result<Node, MerkleError> {
        let sequence = u64::try_from(self.sequence).map_err(|_| MerkleError::NotPositive)?;
        let balance = match u64::try_from(self.balance.minor()) {
            Ok(0) | Err(_) => return Err(MerkleError::NotPositive),
            Ok(balance) => balance,
        };
        let hash = Digest::of(&[
            &[0],
            self.account.as_ref(),
            &sequence.to_be_bytes(),
            self.chain_hash.as_ref(),
            &balance.to_be_bytes(),
            &self.blind,
        ]);
        Ok(Node { hash, sum: u128::from(balance) })
    }
}

impl Node {
    /// The root of a tree without leaves.
    pub const EMPTY: Self = Self { hash: Digest::new([0; 32]), sum: 0 };

    /// The node above two, the left one first.
    fn above(left: &Self, right: &Self) -> Result<Self, MerkleError> {
        let sum = left.sum.checked_add(right.sum).ok_or(MerkleError::Overflow)?;
        let hash = Digest::of(&[
            &[1],
            &left.sum.to_be_bytes(),
            left.hash.as_ref(),
            &right.sum.to_be_bytes(),
            right.hash.as_ref(),
        ]);
        Ok(Self { hash, sum })
    }
}

impl InclusionProof {
    /// The leaf that it is about.
    pub fn leaf(&self, account: AccountId) -> Leaf {
        Leaf {
            account,
            sequence: self.sequence,
            chain_hash: self.chain_hash,
            balance: self.balance,
            blind: self.blind,
        }
    }

    /// Checks that it leads from the leaf of this account to this root.
    pub fn verify(&self, account: AccountId, root: &Node) -> Result<(), MerkleError> {
        if self.path.len() > MAX_DEPTH {
            return Err(MerkleError::TooDeep);
        }
        let mut node = self.leaf(account).node()?;
        for step in &self.path {
            let sibling = Node { hash: step.hash, sum: step.sum };
            node = match step.side {
                Side::Left => Node::above(&sibling, &node)?,
                Side::Right => Node::above(&node, &sibling)?,
            };
        }
        if node == *root { Ok(()) } else { Err(MerkleError::OtherRoot) }
    }
}

/// The node above a pair; an odd one at the end rises unchanged.
fn parent(pair: &[Node]) -> Result<Node, MerkleError> {
    match pair {
        [left, right] => Node::above(left, right),
        [odd] => Ok(*odd),
        _ => Ok(Node::EMPTY),
    }
}

/// 16 bytes as BASE32, like every value of that length.
mod blind_text {
    use data_encoding::BASE32_NOPAD;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(blind: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE32_NOPAD.encode(blind))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| D::Error::custom("a blind is 16 bytes in BASE32"))
    }
}

/// A sum as a decimal string: readers of JSON lose digits of large numbers.
mod sum_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    // serde hands fields over by reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub fn serialize<S: Serializer>(sum: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(sum)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let sum = digits.then(|| text.parse().ok()).flatten();
        sum.ok_or_else(|| D::Error::custom("a sum is a decimal string of up to 128 bits"))
    }
}
