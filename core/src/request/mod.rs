//! Payment requests: the rules of paying them, and their forms as text.
//!
//! - `rules`: prices, tips and the amount that pays a request; shared by wallet and issuer.
//! - `link`: `/p/…`, by value and by reference. `card_link`: `/c/…`, where a currency is found.

mod card_link;
mod link;
mod rules;

pub use card_link::{CardLink, LinkError};
pub use link::RequestLink;
pub use rules::{RequestError, check_amount, check_tip, issuers_of, price};
