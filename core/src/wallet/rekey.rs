//! Replacing founding keys after a loss.
