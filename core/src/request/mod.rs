//! Payment requests and links: the model, and its forms as text.
//!
//! - `card_link`: where a currency is found.

mod card_link;

pub use card_link::{CardLink, LinkError};
