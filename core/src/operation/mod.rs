//! Payments as persisted sagas.
//!
//! ```text
//!            one transaction                       one transaction
//! confirm ──────────────────> Submitted ──receipt──> Settled ──entry in the chain──> hold gone
//!   (order signed, stored,        │ ├──refusal─────> Refused   (hold gone)
//!    money held, event)           │ └─signed absence─> Lapsed  (hold gone)
//!                                 └─anything else: the same bytes again
//! ```
//!
//! | what happens | what is known after it | what follows |
//! | --- | --- | --- |
//! | crash before the confirmation is durable | nothing was signed | the user confirms again |
//! | crash after it, reply lost, bad reply, 5xx | Submitted | the same bytes are sent at the next start, on resume, or by back-off |
//! | receipt comes twice, or late | Settled | `finish` changes a row in state Submitted only: the second changes nothing |
//! | refusal comes after the receipt | Settled | nothing; both together are evidence, which synchronisation finds |
//! | double tap, two threads | one row | the idempotency key is the row's key; the second finds the first |
//!
//! - `confirm`: the transaction that begins a payment; `funds`, [`limits`] and `acting`: what it checks.
//! - `deliver`: one try; `chain`: the stored chain, as the ledger follows it; `apply`: a verified entry enters; `drive`: until it is decided.
//! - `card`: what the issuer says of itself, and whose signatures count.
//! - `trust`: stored records as proven things. `context`, `keyslot`, `tasks`: what all of this stands on.

pub(crate) mod acting;
pub(crate) mod apply;
pub(crate) mod card;
pub(crate) mod chain;
pub(crate) mod confirm;
pub(crate) mod context;
pub(crate) mod deliver;
pub(crate) mod drive;
pub(crate) mod funds;
pub(crate) mod keyslot;
pub mod limits;
mod tasks;
pub(crate) mod trust;

pub use limits::SpendingLimits;
