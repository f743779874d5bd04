//! A till that acts for a shop's account with a granted key: what it can do, what it cannot, and where it ends.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bounds;
mod ends;
mod scene;
mod taken_over;
