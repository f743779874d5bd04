//! The history, newest first, with search.
