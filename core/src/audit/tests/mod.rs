pub(crate) mod agreement;
mod alone;
