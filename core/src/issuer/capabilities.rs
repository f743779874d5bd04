//! What a backend can do.

/// What a backend can do. The wallet shows less where there is less; it never pretends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[allow(clippy::struct_excessive_bools)] // A list of independent yes or no, not a state.
pub struct BackendCapabilities {
    /// Outcomes are signed, and accounts are chains with signed heads: history can be proved.
    pub signed_receipts: bool,
    /// An order may stay pending after it was taken; ask for its outcome later.
    pub asynchronous_orders: bool,
    /// Balances are published in statements that holders can check.
    pub statements: bool,
    /// News of an account arrive by themselves.
    pub live_events: bool,
    /// Money can be held for a plan until it is decided.
    pub holds: bool,
    /// Gives firm prices for other currencies by itself.
    pub quotes: bool,
    /// Accounts can be owners or workers, and further keys can be granted.
    pub roles: bool,
    /// A lost founding key can be replaced.
    pub rekeys: bool,
    /// Payees can be looked up and can have attested names.
    pub attested_names: bool,
    /// A payment can name the payment that it repays.
    pub refunds: bool,
    /// Requests for payment are checked and marked as paid.
    pub requests: bool,
    /// Keeps the wallet's own encrypted list of its issuers.
    pub wallet_list: bool,
    /// New issuers can be founded here.
    pub founding: bool,
    /// Each payment needs a PIN of the backend's own.
    pub pin_per_payment: bool,
    /// How a payment can carry words.
    pub memos: MemoSupport,
}

/// How a payment can carry words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum MemoSupport {
    /// Not at all.
    None,
    /// Readable by the backend.
    Plain,
    /// Sealed to the payee.
    Sealed,
}

impl BackendCapabilities {
    /// Everything of protocol version 1, but for what comes with the exchange.
    pub const NATIVE: Self = Self {
        signed_receipts: true,
        asynchronous_orders: false,
        statements: true,
        live_events: true,
        holds: false,
        quotes: false,
        roles: true,
        rekeys: true,
        attested_names: true,
        refunds: true,
        requests: true,
        wallet_list: true,
        founding: true,
        pin_per_payment: false,
        memos: MemoSupport::Sealed,
    };
}
