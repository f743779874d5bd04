//! Who signs for an issuer, and whether it may.

use std::sync::Arc;

use tallystick::artefact::ArtefactError;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{IssuerId, SigningKey};

use crate::access;
use crate::db::WriteCx;
use crate::db::issuers::IssuerRow;
use crate::keys::KeyRing;
use crate::problem::{Code, Problem};

/// The key with which the issuer signs at `now`. A ledger that lacks something signs nothing: its heads would lack what
/// others hold receipts of.
pub(crate) fn signing_key(
    keys: &KeyRing,
    issuer: &IssuerRow,
    now: UnixSeconds,
) -> Result<Arc<SigningKey>, Problem> {
    let Some(card) = &issuer.card else {
        return Err(Problem::new(Code::UnknownIssuer, "It has not published its first card yet."));
    };
    if issuer.behind {
        return Err(Problem::new(
            Code::LedgerBehind,
            "The owner must publish a card with a new epoch before anything is written or signed.",
        )
        .retry_after(3_600));
    }
    if !(card.signing_key_from..=card.signing_key_until).contains(&now) {
        return Err(Problem::unavailable(
            "The issuer's signing key is past its time: its owner must publish a card with a new one.",
            3_600,
        ));
    }
    keys.get(&card.signing_key)
}

/// The issuer, founded and able to write, with its signing key.
pub(crate) fn writable(cx: &WriteCx<'_>, issuer: &IssuerId) -> Result<(IssuerRow, Arc<SigningKey>), Problem> {
    let issuer = access::founded(cx.db, issuer)?;
    let key = signing_key(&cx.services.keys, &issuer, cx.now)?;
    Ok((issuer, key))
}

/// What the server itself writes always keeps to the rules; should it not, that is its own fault.
pub(super) fn own_fault(error: &ArtefactError) -> Problem {
    tracing::error!(%error, "an artefact of our own breaks the rules");
    Problem::internal()
}
