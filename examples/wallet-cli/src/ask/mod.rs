//! What a person is asked, and where secrets come from. A secret is never an argument: others could read those.

mod confirm;
mod passphrase;
mod phrase;
mod pin;

use crate::failure::Failure;

pub use confirm::{confirm, is_terminal};
pub use passphrase::{existing, fresh, token_file, typed};
pub use phrase::{phrase_apart, recovery_phrase};
pub use pin::{new_pin, pin};

/// Waits for a person on a thread of its own, so that Ctrl-C is heard meanwhile.
async fn apart<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(ask)
        .await
        .unwrap_or_else(|_| Err(Failure::new("internal", "A question was ended")))
}
