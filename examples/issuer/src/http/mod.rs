//! What all routes share: reading calls, writing answers, and the layers around them.

mod call;
mod json;
mod layers;

pub(crate) use call::{Call, Place, Search};
pub(crate) use json::{Base64Url, MOST_AT_ONCE, artefact, artefacts};
pub(crate) use layers::{around, not_found, wrong_method};
