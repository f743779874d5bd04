//! What was paid.

use tallystick::error::WalletError;
use tallystick::keys::Digest;
use tallystick::wallet::{ExportChunk, ExportQuery, HistoryPage, HistoryQuery, PaymentDetails};

use super::Wallet;

#[uniffi::export]
impl Wallet {
    /// A page of the history, newest first. Needs no network.
    pub async fn history(&self, query: HistoryQuery) -> Result<HistoryPage, WalletError> {
        self.run(|wallet| async move { wallet.history(query).await }).await
    }

    /// A payment with everything that proves it. Needs no network.
    pub async fn payment(&self, payment: Digest) -> Result<PaymentDetails, WalletError> {
        self.run(|wallet| async move { wallet.payment(payment).await }).await
    }

    /// The next part of an export as CSV or JSON; at most 200 payments are read at a time. All parts one after another
    /// are the file. Needs no network.
    pub async fn export_chunk(&self, query: ExportQuery) -> Result<ExportChunk, WalletError> {
        self.run(|wallet| async move { wallet.export_chunk(query).await }).await
    }
}
