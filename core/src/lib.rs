//! A wallet for money that businesses issue.
//!
//! Every business issues its own currency; a positive balance is credit that its holder gave to that business. This
//! crate holds all the rules of the wallet side: it derives and guards keys, makes and checks signed artefacts,
//! verifies the ledgers of issuers, keeps the wallet's state in an encrypted file, and pays in a way that survives
//! crashes, lost replies and double taps. It knows no platform and no foreign language.
//!
//! Modules depend downward only; the list below is in that order, from the top.

pub mod wallet;

pub mod operation;

pub mod issuer;

pub mod store;

pub mod request;

pub mod ledger;

pub mod audit;

pub mod artefact;

pub mod keys;

pub mod money;

pub mod clock;
pub mod error;
pub mod event;

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("tallystick_core");

/// The README's example, kept true.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
