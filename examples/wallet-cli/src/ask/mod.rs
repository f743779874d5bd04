//! What a person is asked, and where secrets come from. A secret is never an argument: others could read those.

mod confirm;
mod passphrase;
mod pin;

pub use confirm::{confirm, is_terminal};
pub use passphrase::{existing, fresh, token_file, typed};
pub use pin::{new_pin, pin};
