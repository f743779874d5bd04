//! What the issuer decides, as pure functions: facts in, verdict out. Nothing here knows of a database or a clock.

pub(crate) mod card;
pub(crate) mod grant;
pub(crate) mod name;
pub(crate) mod order;

#[cfg(test)]
mod tests;
