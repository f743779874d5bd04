//! Asking for money, and watching for it.
