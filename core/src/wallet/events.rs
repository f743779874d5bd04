//! Events, pulled by the app from the persisted outbox.
//!
//! ```text
//! after = the last number that the app has dealt with, or 0
//! loop:  event = next_event(after)   stop if there is none: the wallet was paused or closed
//!        deal with event.event
//!        ack(event.sequence)         now it may be forgotten
//!        after = event.sequence
//! ```
//!
//! The cursor is the caller's, so any number of readers may wait at once, and an event that arrives after its reader
//! has gone is read again by the next. An app that dies between dealing with an event and `ack` is told again.

use super::Wallet;
use crate::error::WalletError;
use crate::event::NumberedEvent;
use crate::operation::context::Context;
use crate::store::StoreError;
use crate::store::tables::outbox;

impl Wallet {
    /// Waits for the first event with a number above `after`; 0 begins with the oldest that was not acknowledged.
    ///
    /// Every event is given at least once, in order, across restarts too, until it is acknowledged. Gives none when
    /// the wallet is paused or closed, now or while waiting. Fails with `locked` when the wallet is locked, now or
    /// while waiting: events are sealed like everything else, and none happens until it is unlocked.
    pub async fn next_event(&self, after: i64) -> Result<Option<NumberedEvent>, WalletError> {
        let mut news = self.context.news();
        let session = news.borrow().session;
        if !session.is_open() {
            return Ok(None);
        }
        loop {
            // Marked as seen before the outbox is read: what is written meanwhile ends the wait below at once.
            let ended = news.borrow_and_update().session != session;
            if ended {
                return Ok(None);
            }
            match next(&self.context, after).await {
                Ok(None) => {}
                Ok(found) => return Ok(found),
                Err(_) if news.borrow().session != session => return Ok(None),
                Err(StoreError::Paused | StoreError::Closed) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
            if news.changed().await.is_err() {
                return Ok(None);
            }
        }
    }

    /// The first event with a number above `after`, if there is one already.
    pub async fn try_next_event(&self, after: i64) -> Result<Option<NumberedEvent>, WalletError> {
        Ok(next(&self.context, after).await?)
    }

    /// Forgets all events up to and including this number: the app has dealt with them. May be repeated. Fails with
    /// `unknown_event` if no event has had that number yet.
    pub async fn ack(&self, sequence: i64) -> Result<(), WalletError> {
        self.context
            .write(move |write| {
                if sequence > outbox::newest(write.transaction)? {
                    return Err(WalletError::invalid(
                        "sequence",
                        "unknown_event",
                        "no event has this number yet",
                    ));
                }
                Ok(outbox::acknowledge(write.transaction, sequence)?)
            })
            .await
    }
}

async fn next(context: &Context, after: i64) -> Result<Option<NumberedEvent>, StoreError> {
    let cipher = context.database.cipher()?;
    let found = context.database.read(move |connection| outbox::next(connection, &cipher, after)).await?;
    Ok(found.map(|(sequence, event)| NumberedEvent { sequence, event }))
}

#[cfg(test)]
mod tests;
