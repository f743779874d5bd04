//! From the phrase and one shop\'s card back to everything.
