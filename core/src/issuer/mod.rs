//! Issuers: the port that the wallet speaks through, and the drivers behind it.
//!
//! - [`http_signature`]: signed reads, for client and server.

pub mod http_signature;
