//! The targets, a file each. What a target's choices mean is told at its `run`.

pub mod artefact;
pub mod client;
pub mod command_line;
pub mod frame;
pub mod ledger;
pub mod link;
pub mod money;
pub mod picture;
pub mod server;
pub mod store;
