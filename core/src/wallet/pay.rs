//! Confirming a payment and waiting for its outcome.
