//! How fast everything is, beside a limit or a peer that is measured in the same run: `cargo xtask bench`.
//!
//! Nothing here is asserted but behaviour: a busy machine makes a figure worse, not a test fail. Figures that hang on the
//! machine are taken as ratios to what the same machine did in the same run, in several rounds whose median counts.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "what cannot be set up cannot be measured"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pictures and averages"
)]

pub mod benches;
pub mod clocks;
pub mod crowd;
pub mod disk;
pub mod filling;
pub mod frames;
pub mod host;
pub mod network;
pub mod paths;
pub mod people;
pub mod report;
pub mod secrets;
pub mod signatures;
pub mod stats;
pub mod wallet_process;
pub mod yardstick;

/// Scenes in front of a camera, as the core's own tests draw them.
#[path = "../../../core/src/request/scan/picture/tests/scene.rs"]
#[allow(missing_docs, clippy::unwrap_used, clippy::cast_possible_wrap)]
pub mod scene;
