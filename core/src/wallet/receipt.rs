//! Receipts: how a payment is named to somebody who was part of it, and found again by its payee.

use futures_util::future::join_all;

use super::Wallet;
use super::sync::Depth;
use crate::error::WalletError;
use crate::keys::{Digest, IssuerId};
use crate::request::ReceiptLink;
use crate::store::tables::account::ACCOUNTS;
use crate::store::tables::payment::{self, Direction, Payment, PaymentState};

impl Wallet {
    /// The link to show when a payment is asked about at the till: whoever was part of the payment finds it by this. It
    /// proves nothing by itself. Fails with `not_settled` if the money has not moved. Needs no network.
    pub async fn receipt_link(&self, payment: Digest) -> Result<ReceiptLink, WalletError> {
        let payment = self.stored_payment(payment).await?;
        if payment.state != PaymentState::Settled {
            return Err(WalletError::invalid(
                "payment",
                "not_settled",
                "there is no receipt: no money moved",
            ));
        }
        self.receipt_of(&payment).await
    }

    /// The payment that came in here and that a receipt's link names, `https://…/r/…`; see
    /// [`plan_refund`](Self::plan_refund) to pay it back.
    ///
    /// It is looked up in the history, which follows the verified chains. Only a payment that is not there yet takes the
    /// network: then each issuer of the link's host is asked once for what is new. Fails with `not_found` if nobody paid
    /// this wallet so, with `own_payment` if this wallet is the one who paid, and with a `Network` error if the payment
    /// is not known and an issuer of that host could not be asked.
    pub async fn find_receipt(&self, link: &str) -> Result<Payment, WalletError> {
        let link = ReceiptLink::parse(link)?;
        let mut found = self.known_payment(link.payment).await?;
        let mut unasked = None;
        if found.is_none() {
            let issuers = self.issuers_at(&link).await?;
            let asked = join_all(issuers.into_iter().map(|issuer| self.sync_to(issuer, Depth::News))).await;
            unasked = asked.into_iter().find_map(Result::err);
            found = self.known_payment(link.payment).await?;
        }
        let Some(payment) = found else {
            return Err(unasked.unwrap_or_else(|| WalletError::not_found("payment to this wallet")));
        };
        match (payment.direction, payment.state) {
            (Direction::In, PaymentState::Settled) => Ok(payment),
            (Direction::In, _) => Err(WalletError::not_found("payment to this wallet")),
            (Direction::Out, _) => Err(WalletError::invalid(
                "link",
                "own_payment",
                "this receipt is of a payment that this wallet made",
            )),
        }
    }

    /// The link that names a payment, at its issuer's host.
    pub(super) async fn receipt_of(&self, payment: &Payment) -> Result<ReceiptLink, WalletError> {
        let host = self.host_of(payment.issuer).await?;
        ReceiptLink::new(&host, payment.payment)
            .map_err(|error| WalletError::invalid("host", error.code(), error))
    }

    async fn known_payment(&self, payment: Digest) -> Result<Option<Payment>, WalletError> {
        self.context.read(move |connection, cipher| Ok(payment::get(connection, cipher, &payment)?)).await
    }

    /// The issuers of this wallet that the receipt may be of: those at its host.
    async fn issuers_at(&self, link: &ReceiptLink) -> Result<Vec<IssuerId>, WalletError> {
        let accounts = self.context.read(|connection, cipher| Ok(ACCOUNTS.all(connection, cipher)?)).await?;
        let mut there = Vec::new();
        for account in accounts {
            let host = self.host_of(account.issuer).await?;
            if ReceiptLink::new(&host, link.payment).is_ok_and(|theirs| theirs == *link) {
                there.push(account.issuer);
            }
        }
        Ok(there)
    }
}
