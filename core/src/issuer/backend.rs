//! The port: what a wallet asks of an issuer.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::answer::{
    AccountState, CardBundle, EntriesPage, FoundAccount, Founding, NextSigningKey, OpenedAccount, PayeeInfo,
    StatedBalance, StatedMovements, StatementProof,
};
use super::{BackendCapabilities, ChainPosition, IssuerError, LiveEvents, OrderAnswer};
use crate::artefact::{
    Attestation, Cancel, Card, Endpoint, Grant, Head, Opening, Order, Receipt, Refusal, Rekey, Request,
    Signed, Statement, Unproven,
};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey, SigningKey};

/// An account at an issuer. One session may serve many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct AccountRef {
    /// The issuer.
    pub issuer: IssuerId,
    /// The account there.
    pub account: AccountId,
}

/// Who reads an account: its founding key, or a key that was granted what the call needs.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The account that is read.
    pub account: AccountRef,
    /// The key that signs the request. Backends with sessions of their own pass it over.
    pub key: &'a SigningKey,
}

/// A PIN of the backend's own.
#[derive(Clone)]
pub struct Pin(pub Zeroizing<String>);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

/// What a host asks for before it takes a new issuer.
#[derive(Clone)]
pub struct HostToken(pub Zeroizing<String>);

impl fmt::Debug for HostToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostToken")
    }
}

/// An order and what travels beside it. Sending the same again is harmless.
#[derive(Debug, Clone, Copy)]
pub struct OrderSubmission<'a> {
    /// The order.
    pub order: &'a Signed<Order>,
    /// The request that it names, as bytes.
    pub request: Option<&'a [u8]>,
    /// The memo whose hash it names: sealed, or UTF-8 where the backend takes plain ones.
    pub memo: Option<&'a [u8]>,
    /// For backends that ask for one with each payment.
    pub pin: Option<&'a Pin>,
}

/// Which entries to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntriesQuery {
    /// Those after this place, of its epoch.
    pub after: ChainPosition,
    /// How many at most, 1 to 500.
    pub limit: u16,
}

/// What a wallet asks of an issuer.
///
/// A session may serve many issuers and accounts, so every call names its own. Calls may be dropped at any time: what
/// they sent may still take effect, as with any lost reply. Whatever a backend lacks answers
/// [`IssuerError::Unsupported`] without touching the network.
#[async_trait]
pub trait IssuerBackend: Send + Sync + fmt::Debug {
    /// What the backend of this issuer can do.
    fn capabilities(&self, issuer: &IssuerId) -> BackendCapabilities;

    /// The time by the issuer's clock, as far as it is known; our own until the issuer has answered once.
    fn issuer_now(&self, issuer: &IssuerId) -> UnixSeconds;

    /// How far the issuer's clock is ahead of ours, in seconds, once it is known. Kept by the wallet between two runs.
    fn clock_offset_seconds(&self, issuer: &IssuerId) -> Option<i64> {
        let _ = issuer;
        None
    }

    /// Takes up an offset that was kept.
    fn set_clock_offset_seconds(&self, issuer: &IssuerId, offset: i64) {
        let _ = (issuer, offset);
    }

    /// From now on the issuer is reached as this card says. The caller has checked the card and its rank.
    fn use_card(&self, card: &Card);

    // Cards

    /// The issuer's card. `host` (with its port if it is not 443) is where it was heard of, for an issuer that has no
    /// card yet.
    async fn card(&self, issuer: &IssuerId, host: Option<&str>) -> Result<CardBundle, IssuerError>;

    // Accounts

    /// Opens an account, or finds it open.
    async fn open_account(
        &self,
        opening: &Signed<Opening>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<OpenedAccount, IssuerError>;

    /// The account that this key founded or was given by a rekey; `None` if the issuer knows of none.
    async fn find_account(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
    ) -> Result<Option<FoundAccount>, IssuerError> {
        let _ = (issuer, key);
        unsupported("find accounts by their key")
    }

    /// Everything about an account but its entries.
    async fn account(&self, reader: Reader<'_>) -> Result<AccountState, IssuerError> {
        let _ = reader;
        unsupported("sign the state of an account")
    }

    /// The account's head, signed now.
    async fn head(&self, reader: Reader<'_>) -> Result<Signed<Head>, IssuerError> {
        let _ = reader;
        unsupported("sign the state of an account")
    }

    /// A stretch of the account's chain.
    async fn entries(&self, reader: Reader<'_>, query: EntriesQuery) -> Result<EntriesPage, IssuerError> {
        let _ = (reader, query);
        unsupported("prove its history")
    }

    /// The balance by the word of a backend that does not sign.
    async fn stated_balance(&self, reader: Reader<'_>) -> Result<StatedBalance, IssuerError> {
        let _ = reader;
        unsupported("state a balance that it does not sign")
    }

    /// Movements after the one with this reference, oldest first, by the word of a backend that does not sign.
    async fn stated_movements(
        &self,
        reader: Reader<'_>,
        after: Option<&str>,
    ) -> Result<StatedMovements, IssuerError> {
        let _ = (reader, after);
        unsupported("state movements that it does not sign")
    }

    /// News of the account from a place in its chain on. The stream holds the key until it is dropped.
    fn live_events(
        &self,
        account: AccountRef,
        key: Arc<SigningKey>,
        after: ChainPosition,
    ) -> Result<LiveEvents, IssuerError> {
        let _ = (account, key, after);
        unsupported("send news by itself")
    }

    // Orders

    /// Sends an order. What the answer means is decided by [`super::Outcome::of`].
    async fn submit_order(&self, submission: OrderSubmission<'_>) -> Result<OrderAnswer, IssuerError>;

    /// What became of an order; `None` if the issuer does not know it, which decides nothing.
    async fn order_outcome(
        &self,
        reader: Reader<'_>,
        order: &Signed<Order>,
    ) -> Result<Option<OrderAnswer>, IssuerError>;

    /// Hands back what the old epoch of a restored ledger had promised.
    async fn replay(
        &self,
        submission: OrderSubmission<'_>,
        receipt: &Signed<Receipt>,
    ) -> Result<OrderAnswer, IssuerError> {
        let _ = (submission, receipt);
        unsupported("take back lost payments")
    }

    // Payees and requests

    /// What a payer may know of a payee.
    async fn payee(&self, payee: AccountRef) -> Result<PayeeInfo, IssuerError> {
        let _ = payee;
        unsupported("look up payees")
    }

    /// Leaves a request with the issuer, for payment by reference; gives its hash.
    async fn keep_request(
        &self,
        issuer: &IssuerId,
        request: &Signed<Request>,
    ) -> Result<Digest, IssuerError> {
        let _ = (issuer, request);
        unsupported("keep requests")
    }

    /// The request with this hash, from a host that keeps it.
    async fn request(&self, host: &str, hash: &Digest) -> Result<Unproven<Request>, IssuerError> {
        let _ = (host, hash);
        unsupported("keep requests")
    }

    // Statements

    /// A statement by its number, or the latest.
    async fn statement(
        &self,
        issuer: &IssuerId,
        number: Option<i64>,
    ) -> Result<Signed<Statement>, IssuerError> {
        let _ = (issuer, number);
        unsupported("publish statements")
    }

    /// The account's place in a statement.
    async fn proof(&self, reader: Reader<'_>, statement: i64) -> Result<StatementProof, IssuerError> {
        let _ = (reader, statement);
        unsupported("prove balances")
    }

    /// Shows the issuer a head of its own, so that a ledger that fell behind stops.
    async fn show_head(&self, head: &Signed<Head>) -> Result<(), IssuerError> {
        let _ = head;
        unsupported("check its own past")
    }

    // The wallet's list

    /// The encrypted list that the wallet left here.
    async fn wallet_list(&self, reader: Reader<'_>) -> Result<Option<Vec<u8>>, IssuerError> {
        let _ = reader;
        unsupported("keep the wallet's list")
    }

    /// Leaves the wallet's encrypted list here.
    async fn put_wallet_list(&self, reader: Reader<'_>, list: &[u8]) -> Result<(), IssuerError> {
        let _ = (reader, list);
        unsupported("keep the wallet's list")
    }

    // Keys, roles and names

    /// Replaces a founding key; gives all rekeys of that id, in order.
    async fn post_rekey(
        &self,
        issuer: &IssuerId,
        rekey: &Signed<Rekey>,
    ) -> Result<Vec<Signed<Rekey>>, IssuerError> {
        let _ = (issuer, rekey);
        unsupported("replace keys")
    }

    /// Gives a role or capabilities.
    async fn post_grant(&self, grant: &Signed<Grant>) -> Result<Signed<Grant>, IssuerError> {
        let _ = grant;
        unsupported("grant roles or keys")
    }

    /// Gives an account its public name.
    async fn post_attestation(
        &self,
        attestation: &Signed<Attestation>,
    ) -> Result<Signed<Attestation>, IssuerError> {
        let _ = attestation;
        unsupported("attest names")
    }

    /// Voids a grant, request, mandate or acceptance; gives the refusal of it. `request` is the request that is voided,
    /// as bytes, if the issuer may not have it.
    async fn post_cancel(
        &self,
        cancel: &Signed<Cancel>,
        request: Option<&[u8]>,
    ) -> Result<Signed<Refusal>, IssuerError> {
        let _ = (cancel, request);
        unsupported("cancel")
    }

    /// Removes the account's public name.
    async fn delete_name(&self, reader: Reader<'_>) -> Result<(), IssuerError> {
        let _ = reader;
        unsupported("remove names")
    }

    /// Removes the memo of an order.
    async fn delete_memo(&self, reader: Reader<'_>, order: &Digest) -> Result<(), IssuerError> {
        let _ = (reader, order);
        unsupported("remove memos")
    }

    // For the owner of an issuer

    /// Asks a host to take a new issuer. Again, for the same keys, the same answer.
    async fn found_issuer(
        &self,
        host: &Endpoint,
        token: Option<&HostToken>,
        founding_key: &PublicKey,
        commitment: &Digest,
    ) -> Result<Founding, IssuerError> {
        let _ = (host, token, founding_key, commitment);
        unsupported("take new issuers")
    }

    /// Publishes a card; the first one founds the ledger. It goes where the issuer is reached now, or, if no card of it
    /// is in use yet, where this card says.
    async fn put_card(
        &self,
        card: &Signed<Card>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<CardBundle, IssuerError> {
        let _ = (card, rekeys);
        unsupported("publish cards")
    }

    /// Prepares the next signing key. The key is the issuer's founding key.
    async fn next_signing_key(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
    ) -> Result<NextSigningKey, IssuerError> {
        let _ = (issuer, key);
        unsupported("change signing keys")
    }
}

fn unsupported<T>(operation: &'static str) -> Result<T, IssuerError> {
    Err(IssuerError::Unsupported { operation })
}
