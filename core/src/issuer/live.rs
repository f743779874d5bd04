//! News of an account, as they happen.

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;

use futures_util::Stream;

use super::IssuerError;
use crate::keys::AccountId;

/// A place in an account's chain. As text `{epoch}.{sequence}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ChainPosition {
    /// The ledger's epoch.
    pub epoch: u32,
    /// The entry's sequence number; 0 before the first entry.
    pub sequence: i64,
}

impl fmt::Display for ChainPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.sequence)
    }
}

impl FromStr for ChainPosition {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (epoch, sequence) = text.split_once('.').ok_or(())?;
        let position = Self {
            epoch: epoch.parse().map_err(|_| ())?,
            sequence: sequence.parse().ok().filter(|sequence| *sequence >= 0).ok_or(())?,
        };
        // One spelling only: no signs, no zeros in front.
        if position.to_string() == text { Ok(position) } else { Err(()) }
    }
}

/// An account's chain has grown to this entry. It says no more; what happened is read from the chain, and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct AccountEvent {
    /// The account.
    pub account: AccountId,
    /// The entry's place.
    pub position: ChainPosition,
}

/// What a live connection tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveEvent {
    /// The connection is up, also after an interruption. Whatever happened meanwhile comes next.
    Connected,
    /// The account's chain has grown.
    Entry(AccountEvent),
    /// The connection is down and will be made again by itself.
    Interrupted(IssuerError),
    /// The issuer will not serve this reader any more. The last event of a stream.
    Ended(IssuerError),
}

/// A live connection. It works only while it is polled, makes itself again after interruptions, and closes when it is
/// dropped.
pub type LiveEvents = Pin<Box<dyn Stream<Item = LiveEvent> + Send>>;
