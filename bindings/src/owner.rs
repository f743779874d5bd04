//! For those who issue: their issuers, cards and grants.

use std::future::Future;
use std::sync::Arc;

use tallystick::artefact::Role;
use tallystick::clock::UnixSeconds;
use tallystick::error::WalletError;
use tallystick::keys::{AccountId, Digest, IssuerId, PublicKey};
use tallystick::money::Amount;
use tallystick::wallet::{
    self as core, AttestedName, CardChanges, CardUpdate, FoundingDraft, GrantInfo, IssuerCheck,
    KeyCapabilities, OwnedIssuer, UnfinishedFounding,
};

use crate::runtime;
use crate::wallet::Wallet;

/// What a wallet can do as the owner of issuers, and as the holder who lets other devices act for it.
///
/// The founding key of an issuer stays in this wallet; its host only gets a signing key of its own. New money is an
/// ordinary payment from the owner's account, which may go below zero.
#[derive(uniffi::Object)]
pub struct Owner {
    core: core::Wallet,
}

#[uniffi::export]
impl Wallet {
    /// What this wallet can do as the owner of issuers.
    pub fn owner(&self) -> Arc<Owner> {
        Arc::new(Owner { core: self.core().clone() })
    }
}

impl Owner {
    async fn run<T, F>(&self, call: impl FnOnce(core::Wallet) -> F) -> Result<T, WalletError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, WalletError>> + Send + 'static,
    {
        runtime::spawned(call(self.core.clone())).await
    }
}

#[uniffi::export]
impl Owner {
    /// Founds an issuer on a host, opens the owner's account there and lets it go below zero.
    ///
    /// `host_token` is what the host asks for, if it does. Survives anything: it goes on at every start, or when it is
    /// called again with the same draft, which never founds a second one. `Network` if it goes on later, `Refused` if the
    /// host declines; then nothing is left of it.
    #[uniffi::method(default(host_token))]
    pub async fn found_issuer(
        &self,
        draft: FoundingDraft,
        host_token: Option<String>,
    ) -> Result<OwnedIssuer, WalletError> {
        self.run(|wallet| async move { wallet.found_issuer(draft, host_token).await }).await
    }

    /// Foundings that are under way.
    pub async fn unfinished_foundings(&self) -> Result<Vec<UnfinishedFounding>, WalletError> {
        self.run(|wallet| async move { wallet.unfinished_foundings().await }).await
    }

    /// Gives up a founding that is under way. What the host may have made of it already stays without money and owner.
    pub async fn abandon_founding(&self, issuer: IssuerId) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.abandon_founding(issuer).await }).await
    }

    /// The issuers that this wallet owns, by name. Needs no network.
    pub async fn issuers(&self) -> Result<Vec<OwnedIssuer>, WalletError> {
        self.run(|wallet| async move { wallet.owned_issuers().await }).await
    }

    /// An issuer that this wallet owns. Needs no network.
    pub async fn issuer(&self, issuer: IssuerId) -> Result<OwnedIssuer, WalletError> {
        self.run(|wallet| async move { wallet.owned_issuer(issuer).await }).await
    }

    /// Fetches the newest statement of an issuer that this wallet owns and holds it against the owner's chain, the grants
    /// and the card. Do this daily: credit that no owner issued shows here first.
    pub async fn check_issuer(&self, issuer: IssuerId) -> Result<IssuerCheck, WalletError> {
        self.run(|wallet| async move { wallet.check_issuer(issuer).await }).await
    }

    /// Signs a new card with these changes and publishes it. Without a network it waits, and is published later.
    ///
    /// Fails with `Refused` if the host does not take it, for instance because the owners owe more already than a lower
    /// limit would allow (`limit_exceeded`).
    pub async fn update_card(
        &self,
        issuer: IssuerId,
        changes: CardChanges,
    ) -> Result<CardUpdate, WalletError> {
        self.run(|wallet| async move { wallet.update_card(issuer, changes).await }).await
    }

    /// Replaces the key with which the host signs. Do this at least once a year, and whenever the host may have lost
    /// its key: what the old key signs later counts only if the ledger of the new one contains it.
    ///
    /// The last statement of the old key is checked first, for the new card stands for it. Needs the network.
    pub async fn rotate_signing_key(&self, issuer: IssuerId) -> Result<CardUpdate, WalletError> {
        self.run(|wallet| async move { wallet.rotate_signing_key(issuer).await }).await
    }

    /// Declares that the host's ledger was restored from a copy: a new epoch begins, and all chains with it. What the
    /// copy lacks is handed back by the wallets; shortages fall on the owner. Only for a ledger that did lose something.
    ///
    /// `ending_epoch` is the epoch that ends, as in the card in force, so that a second call does not end another one.
    /// Without a network the declaration waits. It counts for ten minutes: later it is signed anew when it is sent, as
    /// long as that epoch still is the one in force.
    pub async fn declare_restore(
        &self,
        issuer: IssuerId,
        ending_epoch: u32,
    ) -> Result<CardUpdate, WalletError> {
        self.run(|wallet| async move { wallet.declare_restore(issuer, ending_epoch).await }).await
    }

    /// Gives an account a role. Only for the owner of the issuer.
    ///
    /// `Owner` needs a limit: how far below zero the account may go. All owners' limits together stay within the card's.
    /// For a worker the limit is what the account may pay in a UTC day. A role replaces the account's earlier one.
    /// `not_after` is Unix time in seconds. Without a network the grant waits, and is sent later; `Refused` if the host
    /// does not take it.
    #[uniffi::method(default(limit))]
    pub async fn grant_role(
        &self,
        issuer: IssuerId,
        account: AccountId,
        role: Role,
        not_after: UnixSeconds,
        limit: Option<Amount>,
    ) -> Result<GrantInfo, WalletError> {
        self.run(|wallet| async move { wallet.grant_role(issuer, account, role, limit, not_after).await })
            .await
    }

    /// Lets another key act for this wallet's account at an issuer: a till, a second phone. Granted keys grant nothing.
    ///
    /// With `attest`, which must stand alone, the key may give names for an issuer that this wallet owns. The limit is
    /// the most that the key may pay in a UTC day, in smallest units; `not_after` is Unix time in seconds.
    #[uniffi::method(default(limit))]
    pub async fn grant_key(
        &self,
        issuer: IssuerId,
        key: PublicKey,
        capabilities: KeyCapabilities,
        not_after: UnixSeconds,
        limit: Option<Amount>,
    ) -> Result<GrantInfo, WalletError> {
        self.run(|wallet| async move { wallet.grant_key(issuer, key, capabilities, limit, not_after).await })
            .await
    }

    /// Gives an account its public name, which payers are shown. Names are unique at an issuer: another account with one
    /// that looks alike makes it `Refused` (`name_taken`). `not_after` is Unix time in seconds. Without a network it
    /// waits, and is sent later.
    pub async fn attest(
        &self,
        issuer: IssuerId,
        account: AccountId,
        name: String,
        role: Role,
        not_after: UnixSeconds,
    ) -> Result<AttestedName, WalletError> {
        self.run(|wallet| async move { wallet.attest(issuer, account, &name, role, not_after).await }).await
    }

    /// Takes a grant back. It is void as soon as the issuer knows of it; without a network that is later.
    pub async fn cancel_grant(&self, issuer: IssuerId, grant: Digest) -> Result<GrantInfo, WalletError> {
        self.run(|wallet| async move { wallet.cancel_grant(issuer, grant).await }).await
    }

    /// All grants of this wallet at an issuer, newest first: those signed here, and those of its own account.
    pub async fn grants(&self, issuer: IssuerId) -> Result<Vec<GrantInfo>, WalletError> {
        self.run(|wallet| async move { wallet.grants(issuer).await }).await
    }

    /// A grant of this wallet.
    pub async fn grant(&self, issuer: IssuerId, grant: Digest) -> Result<GrantInfo, WalletError> {
        self.run(|wallet| async move { wallet.grant(issuer, grant).await }).await
    }

    /// Sends whatever was signed for an issuer and not answered yet. Does nothing if nothing waits.
    pub async fn send_waiting(&self, issuer: IssuerId) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.send_waiting(issuer).await }).await
    }
}
