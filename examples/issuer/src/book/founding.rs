//! Taking up issuers, and making their signing keys.

use tallystick::artefact::Signed;
use tallystick::keys::{Digest, IssuerId, PublicKey};

use crate::access;
use crate::db::WriteCx;
use crate::db::issuers::{self, IssuerRow};
use crate::db::statements::{self, StatementRow};
use crate::problem::Problem;

/// Takes up an issuer, with a signing key made for its first card; the same again for the same keys.
pub(crate) fn take_up(
    cx: &WriteCx<'_>,
    founding_key: &PublicKey,
    commitment: &Digest,
) -> Result<(IssuerId, PublicKey), Problem> {
    let id = IssuerId::derive(founding_key, commitment);
    if issuers::find(cx.db, &id)?.is_none() {
        issuers::insert(cx.db, &id, founding_key, commitment)?;
        for key in issuers::forget_unfounded(cx.db, cx.services.limits.unfounded_issuers)? {
            // Should the transaction fail, the issuer is given another key when it asks again.
            cx.services.keys.forget(&key);
        }
    }
    let issuer = access::issuer(cx.db, &id)?;
    if let Some(card) = &issuer.card {
        return Ok((id, card.signing_key));
    }
    Ok((id, next_key(cx, &issuer)?))
}

/// The next signing key, and the last statement of the present one.
pub(crate) fn next_signing_key(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
) -> Result<(PublicKey, StatementRow), Problem> {
    let statement = statements::latest(cx.db, issuer.no)?.ok_or_else(Problem::internal)?;
    Ok((next_key(cx, issuer)?, statement))
}

fn next_key(cx: &WriteCx<'_>, issuer: &IssuerRow) -> Result<PublicKey, Problem> {
    if let Some(key) = issuer.next_signing_key.filter(|key| cx.services.keys.holds(key)) {
        return Ok(key);
    }
    // The file is durable before the row that names it.
    let made = cx.services.keys.make(&*cx.services.entropy, &*cx.services.faults);
    let key = made.map_err(|error| {
        tracing::error!(%error, "a signing key could not be kept");
        Problem::internal()
    })?;
    issuers::add_signing_key(cx.db, issuer.no, &key)?;
    Ok(key)
}

/// The card in force, whole.
pub(crate) fn card_in_force(
    issuer: &IssuerRow,
) -> Result<Option<Signed<tallystick::artefact::Card>>, Problem> {
    let parse = |bytes: &[u8]| Signed::parse(bytes).map_err(|_| Problem::internal());
    issuer.card.as_ref().map(|card| parse(&card.bytes)).transpose()
}
