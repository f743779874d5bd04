//! The paths that everything else goes through, each to be walked so many times: their instructions are counted.

use std::hint::black_box;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tallystick::artefact::{Order, Seen, Signed};
use tallystick::clock::SystemEntropy;
use tallystick::keys::{AccountId, Digest, IssuerId, OrderId, SigningKey};
use tallystick::ledger::{Authority, ChainState};
use tallystick::money::Amount;
use tallystick::request::{LumaFrame, read_frame};
use tallystick::store::{Cipher, DataKey, Place};

use crate::frames::samples;

/// The word by which the program is told to walk a path.
pub const PATH: &str = "walk-path";

/// A path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HotPath {
    /// An artefact is read, and its signature checked.
    ReadOrder,
    /// An order is signed.
    SignOrder,
    /// An entry is followed.
    FollowEntry,
    /// A value is sealed to its row.
    SealRow,
    /// A value is opened from its row.
    OpenRow,
    /// A code is read from a clean picture.
    ReadCode,
}

impl HotPath {
    /// How often it is walked to be counted; a picture is large.
    pub fn times(self) -> u32 {
        if self == Self::ReadCode { 10 } else { 200 }
    }

    /// Sets out, and walks it so many times. What comes before the walk is the same for any number.
    pub fn walk(self, times: u32) {
        match self {
            Self::ReadOrder => {
                let order = signed(&key());
                repeat(times, || Signed::<Order>::parse(black_box(order.bytes())).expect("an order"));
            }
            Self::SignOrder => {
                let key = key();
                repeat(times, || signed(black_box(&key)));
            }
            Self::FollowEntry => {
                let start = ChainState::genesis(IssuerId::new([1; 16]), AccountId::new([2; 16]), 0);
                let by =
                    Authority::Order { counterpart: AccountId::new([3; 16]), hash: Digest::new([4; 32]) };
                let (_, _, entry) =
                    start.append(Amount::new(450), 1_800_000_000, [5; 16], by).expect("an entry");
                repeat(times, || start.advance(black_box(&entry)).expect("it follows"));
            }
            Self::SealRow => {
                let cipher = cipher();
                repeat(times, || cipher.seal(PLACE, black_box(&[7; 600])).expect("it seals"));
            }
            Self::OpenRow => {
                let cipher = cipher();
                let sealed = cipher.seal(PLACE, &[7; 600]).expect("it seals");
                repeat(times, || cipher.open(PLACE, black_box(&sealed)).expect("it opens"));
            }
            Self::ReadCode => {
                let recipe = samples().into_iter().next().expect("a clean one");
                let (picture, text) = (recipe.draw(), recipe.text());
                let side = |side: usize| u32::try_from(side).expect("a small picture");
                let (width, height) = (side(picture.width), side(picture.height));
                let frame = LumaFrame { width, height, row_stride: width, luma: &picture.luma };
                repeat(times, || {
                    let reading = read_frame(black_box(&frame)).expect("a picture");
                    assert_eq!(reading.codes.first().and_then(|code| code.text.clone()), text);
                });
            }
        }
    }
}

const PLACE: Place<'static> = Place { table: "payment", key: &[1; 16], column: "value" };

fn repeat<T>(times: u32, mut step: impl FnMut() -> T) {
    for _ in 0..times {
        black_box(step());
    }
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn cipher() -> Cipher {
    let key = DataKey::from_slice(&[6; 32]).expect("32 bytes");
    Cipher::new(&key, Arc::new(SystemEntropy)).expect("a cipher")
}

fn signed(key: &SigningKey) -> Signed<Order> {
    let order = Order {
        issuer: IssuerId::new([1; 16]),
        payer: AccountId::new([2; 16]),
        payee: AccountId::new([3; 16]),
        amount: Amount::new(450),
        order_id: OrderId::new([4; 16]),
        not_after: 1_800_000_090,
        request: None,
        repays: None,
        memo: None,
        seen: Seen { head: Digest::new([5; 32]), statement_number: 3, statement: Digest::new([6; 32]) },
        tip: None,
    };
    Signed::sign(&order, key).expect("an order")
}
