//! The encrypted list of issuers that a wallet leaves at each of them.
