//! `tally key`: the key to which others grant something.

use clap::Args;
use serde::Serialize;
use tallystick::keys::PublicKey;
use tallystick::request::KeyLink;

use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Page, Report};

/// Show this device's key, for somebody who lets it act for their account: a till for its shop, a second phone.
///
/// The key is public, and the same at every issuer. Whoever has the account gives it to `tally grant key` and says what it
/// may do; `tally act LINK` begins with what they hand over then.
#[derive(Debug, Args)]
pub struct Key {}

/// Carries it out.
pub fn run(session: &Session<'_>, _: &Key) -> Result<(), Failure> {
    let key = session.wallet.device_key()?;
    let link = KeyLink::new(key).map_err(|error| Failure::new(error.code(), error))?.text();
    session.print(&Device { key, link })
}

#[derive(Serialize)]
struct Device {
    key: PublicKey,
    link: String,
}

impl Report for Device {
    fn show(&self, page: &mut Page<'_>) {
        page.line(&self.link);
        page.note(
            "Who has the account lets this key act for it: `tally grant key LINK --may receive,refund,view`.",
        );
    }
}
