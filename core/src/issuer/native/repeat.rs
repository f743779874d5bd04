//! Sending a call until it is answered, within limits.
//!
//! A round tries the issuer's endpoints in order. What is repeated is always the same call; one that must not be done
//! twice, only if it surely was not done. When all rounds fail, the error that leaves the most doubt is reported, so
//! that the caller never takes "perhaps" for "no".

use std::time::Duration;

use bytes::Bytes;

use super::Session;
use super::call::{Call, Repeat};
use super::peers::{NO_ADDRESS, Peer};
use crate::clock::Entropy;
use crate::issuer::{Certainty, IssuerError};

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The same at the next server, and then in another round.
    Again,
    /// The same at the next server; this one would answer the same again.
    Elsewhere,
    /// The same, but only after a pause.
    Later,
    /// Nothing: this is the result.
    Stop,
}

/// What follows a failure of a call.
pub(super) fn next(error: &IssuerError, repeat: Repeat) -> Next {
    match error {
        IssuerError::Untrusted { .. } => Next::Elsewhere,
        error if !error.is_passing() => Next::Stop,
        error if repeat == Repeat::IfNotDone && error.certainty() == Certainty::Unknown => Next::Stop,
        // The limit is the issuer's, and its other doors lead to the same room.
        IssuerError::Problem(problem) if problem.status == 429 => Next::Later,
        _ => Next::Again,
    }
}

/// The pause before a round, the first repeated one being 1: doubling up to the longest, of which `random` takes away
/// up to a half, so that many wallets that failed together do not come back together.
pub(super) fn pause(first: Duration, longest: Duration, round: u32, random: u16) -> Duration {
    let factor = 1_u32.checked_shl(round.saturating_sub(1)).unwrap_or(u32::MAX);
    let whole = first.saturating_mul(factor).min(longest);
    let share = f64::from(random) / f64::from(u16::MAX);
    whole.saturating_sub((whole / 2).mul_f64(share))
}

impl Session {
    /// Sends a call to the first of the servers that answers it.
    pub(super) async fn send(&self, peers: &[Peer], call: &Call<'_>) -> Result<Bytes, IssuerError> {
        let mut failure: Option<IssuerError> = None;
        let mut clock_was_set = false;
        let mut round = 0;
        loop {
            let mut another_round = false;
            let mut retry_after = Duration::ZERO;
            for peer in peers {
                let mut answer = self.exchange(peer, call).await;
                if matches!(answer, Err(IssuerError::ClockSkew { .. })) && !clock_was_set {
                    clock_was_set = true;
                    answer = self.exchange(peer, call).await;
                }
                let error = match answer {
                    Ok(body) => return Ok(body),
                    Err(error) => error,
                };
                tracing::debug!(host = %peer.host, code = error.code(), round, "a call to an issuer failed");
                let next = next(&error, call.repeat);
                if next == Next::Stop {
                    return Err(error);
                }
                let seconds = error.retry_after_seconds().unwrap_or(0);
                retry_after = retry_after.max(Duration::from_secs(seconds.unsigned_abs()));
                another_round |= next != Next::Elsewhere;
                failure = Some(more_doubtful(failure, error));
                if next == Next::Later {
                    break;
                }
            }
            round += 1;
            if !another_round || round >= self.config.rounds || retry_after > self.config.patience {
                return Err(failure.unwrap_or(NO_ADDRESS));
            }
            tokio::time::sleep(self.pause(round).max(retry_after)).await;
        }
    }

    /// The pause before a round.
    pub(super) fn pause(&self, round: u32) -> Duration {
        let random = u16::from_be_bytes(<dyn Entropy>::bytes(&*self.entropy));
        pause(self.config.first_pause, self.config.longest_pause, round, random)
    }
}

/// Of two failures of one call, the one that leaves more doubt whether it was done; of equals, the later.
fn more_doubtful(known: Option<IssuerError>, error: IssuerError) -> IssuerError {
    match known {
        Some(known) if known.certainty() > error.certainty() => known,
        _ => error,
    }
}
