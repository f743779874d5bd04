//! What happened, pulled from the persisted outbox, and which issuers can be reached.

use tallystick::error::WalletError;
use tallystick::event::NumberedEvent;
use tallystick::wallet::IssuerConnection;

use super::Wallet;

#[uniffi::export]
impl Wallet {
    /// Waits for the first event with a number above `after`; 0 begins with the oldest that was not acknowledged.
    ///
    /// Every event is given at least once, in order, across restarts too, until it is acknowledged. Gives none when
    /// the wallet is paused or closed, now or while waiting. Fails with `locked` when the wallet is locked, now or
    /// while waiting: events are sealed like everything else, and none happens until it is unlocked.
    pub async fn next_event(&self, after: i64) -> Result<Option<NumberedEvent>, WalletError> {
        self.watch(|wallet| async move { wallet.next_event(after).await }).await
    }

    /// The first event with a number above `after`, if there is one already.
    pub async fn try_next_event(&self, after: i64) -> Result<Option<NumberedEvent>, WalletError> {
        self.run(|wallet| async move { wallet.try_next_event(after).await }).await
    }

    /// Forgets all events up to and including this number: the app has dealt with them. May be repeated. Fails with
    /// `unknown_event` if no event has had that number yet.
    pub async fn ack(&self, sequence: i64) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.ack(sequence).await }).await
    }

    /// Listens to all issuers until the wallet is paused, locked or closed: money that comes in shows at once.
    pub async fn listen(&self) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.listen().await }).await
    }

    /// The issuers that the wallet listens to, and whether each line is up. An issuer that is missing is not listened
    /// to: nobody asked for it, its system sends no news, or it will not serve this key. Needs no network.
    pub async fn connections(&self) -> Result<Vec<IssuerConnection>, WalletError> {
        self.run(|wallet| async move { Ok(wallet.connections()) }).await
    }

    /// Waits until the connections are others than these, and gives them. Gives none when the wallet is paused or closed,
    /// now or while waiting.
    pub async fn connections_after(
        &self,
        known: Vec<IssuerConnection>,
    ) -> Result<Option<Vec<IssuerConnection>>, WalletError> {
        self.watch(|wallet| async move { Ok(wallet.connections_after(known).await) }).await
    }
}
