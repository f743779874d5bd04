//! Paying back from a receipt.
