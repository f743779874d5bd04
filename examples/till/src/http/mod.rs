//! What all routes share: reading calls, who may make them, and the layers around them.

mod call;
mod guard;

pub(crate) use call::{Call, Caller};
pub(crate) use guard::around;
