//! What the wallet holds, currency by currency.
