//! What is held, at which issuers, and whether they are honest.

use tallystick::error::WalletError;
use tallystick::keys::IssuerId;
use tallystick::wallet::{
    self as core, AccountKind, Balance, CurrencyInfo, DisplayPrices, EvidenceInfo, ExposureReport,
};

use super::Wallet;

#[uniffi::export]
impl Wallet {
    /// Adds a currency from a card's link (`https://host/c/…` or `tallystick:c/…`), and opens an account there. The
    /// card is checked against the link, and its founding key pinned. Adding it again changes nothing.
    ///
    /// `Private` gives the account a key of its own, which nobody can link to others: for people. `Public` gives it the
    /// same at every issuer: for shops. Without a network the first time, it fails; once the card is known, the account
    /// is opened when there is one.
    pub async fn add_currency(&self, link: String, kind: AccountKind) -> Result<CurrencyInfo, WalletError> {
        self.run(|wallet| async move { wallet.add_currency(&link, kind).await }).await
    }

    /// All currencies in the wallet, by name. Needs no network.
    pub async fn currencies(&self) -> Result<Vec<CurrencyInfo>, WalletError> {
        self.run(|wallet| async move { wallet.currencies().await }).await
    }

    /// A currency in the wallet. Needs no network.
    pub async fn currency(&self, issuer: IssuerId) -> Result<CurrencyInfo, WalletError> {
        self.run(|wallet| async move { wallet.currency(issuer).await }).await
    }

    /// The time by an issuer's clock, in Unix seconds, as far as it has been heard; by ours, as long as it has not. Ends
    /// of requests and grants are told by that clock: take this away to show how much time is left. Needs no network.
    pub async fn issuer_time(&self, issuer: IssuerId) -> Result<i64, WalletError> {
        self.run(|wallet| async move { Ok(wallet.issuer_time(issuer)) }).await
    }

    /// The balances of all currencies, in the order of their codes. Needs no network.
    pub async fn balances(&self) -> Result<Vec<Balance>, WalletError> {
        self.run(|wallet| async move { wallet.balances().await }).await
    }

    /// The balance of one currency. Needs no network.
    pub async fn balance(&self, issuer: IssuerId) -> Result<Balance, WalletError> {
        self.run(|wallet| async move { wallet.balance(issuer).await }).await
    }

    /// What the holder stands to lose, issuer by issuer, most worrying first. With prices, also about how much that is
    /// altogether. Needs no network: it says what is known now.
    #[uniffi::method(default(prices))]
    pub async fn exposure(&self, prices: Option<DisplayPrices>) -> Result<ExposureReport, WalletError> {
        self.run(|wallet| async move { wallet.exposure(prices).await }).await
    }

    /// Asks an issuer for whatever is new, and checks all of it. An issuer that is caught contradicting itself is an
    /// `Untrusted` error with the rule `fraud`, one that has broken its rules unless it shows something that it has not
    /// shown, `unanswered`. The evidence is kept.
    pub async fn sync(&self, issuer: IssuerId) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.sync(issuer).await }).await
    }

    /// All evidence against an issuer that this wallet has found. It is never deleted.
    pub async fn evidence(&self, issuer: IssuerId) -> Result<Vec<EvidenceInfo>, WalletError> {
        self.run(|wallet| async move { wallet.evidence(issuer).await }).await
    }
}

/// Judges evidence that somebody shows, without any wallet and without a network.
#[uniffi::export]
#[allow(
    clippy::needless_pass_by_value,
    reason = "Kotlin would have to give borrowed bytes in a direct buffer"
)]
pub fn verify_evidence(evidence: Vec<u8>) -> Result<EvidenceInfo, WalletError> {
    core::verify_evidence(&evidence)
}
