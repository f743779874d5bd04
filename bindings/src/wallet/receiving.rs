//! Money that comes.

use tallystick::error::WalletError;
use tallystick::keys::{Digest, RequestId};
use tallystick::request::ReceiptLink;
use tallystick::wallet::{Payment, RequestInfo, RequestWish};

use super::Wallet;

#[uniffi::export]
impl Wallet {
    /// Makes a request for payment; show its link as a code. Several currencies need an account that is the same at all
    /// their issuers: a public one. Needs the network only for lines or a note.
    pub async fn request_payment(&self, wish: RequestWish) -> Result<RequestInfo, WalletError> {
        self.run(|wallet| async move { wallet.request_payment(wish).await }).await
    }

    /// A request that this wallet made. Needs no network.
    pub async fn request(&self, request: RequestId) -> Result<RequestInfo, WalletError> {
        self.run(|wallet| async move { wallet.request(request).await }).await
    }

    /// The newest requests that this wallet made. Needs no network.
    pub async fn requests(&self, limit: u32) -> Result<Vec<RequestInfo>, WalletError> {
        self.run(|wallet| async move { wallet.requests(limit).await }).await
    }

    /// Waits until a request is paid, and gives the first payment. The money is in the verified balance then. Listens
    /// to the request's issuers meanwhile. `Pending` is never said; without payment within `patience_ms` milliseconds it
    /// fails with `not_found`.
    pub async fn wait_for_request(
        &self,
        request: RequestId,
        patience_ms: u32,
    ) -> Result<Payment, WalletError> {
        self.run(|wallet| async move { wallet.wait_for_request(request, patience_ms).await }).await
    }

    /// Voids a request at all its issuers. Fails if one of them has been paid for it, or cannot be asked; what the
    /// others were told stands.
    pub async fn cancel_request(&self, request: RequestId) -> Result<RequestInfo, WalletError> {
        self.run(|wallet| async move { wallet.cancel_request(request).await }).await
    }

    /// The link to show when a payment is asked about at the till: whoever was part of the payment finds it by this. It
    /// proves nothing by itself. Fails with `not_settled` if the money has not moved. Needs no network.
    pub async fn receipt_link(&self, payment: Digest) -> Result<ReceiptLink, WalletError> {
        self.run(|wallet| async move { wallet.receipt_link(payment).await }).await
    }

    /// The payment that came in here and that a receipt's link names, `https://…/r/…`; see `plan_refund` to pay it back.
    ///
    /// It is looked up in the history, which follows the verified chains. Only a payment that is not there yet takes the
    /// network: then each issuer of the link's host is asked once for what is new. Fails with `not_found` if nobody paid
    /// this wallet so, with `own_payment` if this wallet is the one who paid, and with a `Network` error if the payment
    /// is not known and an issuer of that host could not be asked.
    pub async fn find_receipt(&self, link: String) -> Result<Payment, WalletError> {
        self.run(|wallet| async move { wallet.find_receipt(&link).await }).await
    }
}
