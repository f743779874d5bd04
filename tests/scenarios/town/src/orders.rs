//! What a scenario can have the town do.

use serde::Deserialize;
use tallystick::keys::{AccountId, Digest};
use tallystick_issuer::faults::Fault;

/// One order. A shop is named as it was opened; amounts are exact decimal text in whole units of its currency.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// A shop that issues its own currency opens, and its name is attested.
    Shop {
        name: String,
        code: String,
        #[serde(default = "two")]
        decimals: u8,
        #[serde(default)]
        symbol: String,
    },
    /// The owner of a shop gives an account some of its money.
    Fund { shop: String, account: AccountId, amount: String },
    /// The shop asks for money: in its own currency, and in those of other shops at the same price.
    Ask {
        shop: String,
        amount: Option<String>,
        #[serde(default)]
        also: Vec<String>,
        seconds: Option<i64>,
        #[serde(default)]
        reusable: bool,
        #[serde(default)]
        free_tip: bool,
        #[serde(default)]
        lines: Vec<String>,
    },
    /// A link to a request whose signature is not the payee's.
    Forge { link: String },
    /// A customer of the town, who has money of this shop, pays a link. Gives the payment, or the refusal's code.
    Pay { shop: String, link: String },
    /// The shop pays a payment back.
    Refund { shop: String, payment: Digest, amount: Option<String> },
    /// What the shop's own verified books say, and whether the issuer's statement holds against them.
    Books { shop: String },
    /// What goes wrong with the next requests with this method whose path ends so.
    Fault {
        what: Wrong,
        method: String,
        path: String,
        #[serde(default = "once")]
        times: u32,
    },
    /// Waits until every fault has happened.
    FaultsSpent,
    /// The host is cut off, or is back.
    Host { up: bool },
    /// The host's clock goes on by so much, and the shops' with it.
    Clock { seconds: i64 },
}

/// What goes wrong.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    LoseReply,
    HandleTwice,
    FailBefore,
    FailAfter,
}

impl From<Wrong> for Fault {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::LoseReply => Self::LoseReply,
            Wrong::HandleTwice => Self::HandleTwice,
            Wrong::FailBefore => Self::FailBefore,
            Wrong::FailAfter => Self::FailAfter,
        }
    }
}

fn two() -> u8 {
    2
}

fn once() -> u32 {
    1
}
