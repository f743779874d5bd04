//! The book: what the issuer does once it is decided. Each function here is one piece of work in the writer's
//! transaction: it gathers facts, asks [`crate::decide`], writes, and gives what is to be answered.

pub(crate) mod accounts;
pub(crate) mod attestations;
pub(crate) mod authority;
pub(crate) mod cancels;
pub(crate) mod cards;
pub(crate) mod founding;
pub(crate) mod grants;
pub(crate) mod heads;
pub(crate) mod orders;
mod post;
pub(crate) mod rekeys;
pub(crate) mod replays;
pub(crate) mod requests;
mod restore;
mod sign;
pub(crate) mod standing;
pub(crate) mod statements;

pub(crate) use sign::{signing_key, writable};
