//! Names coming into force.

use tallystick::artefact::{Attestation, Signed};
use tallystick::keys::IssuerId;
use tallystick::ledger::authority::{CLOCK_TOLERANCE_SECONDS, Right, Tense, attestation as judge};

use super::{authority, sign};
use crate::access;
use crate::db::issuers::IssuerRow;
use crate::db::{WriteCx, attestations, grants};
use crate::decide::name::looks;
use crate::problem::{Code, Problem};

/// Takes an attestation; the one in force is answered as before.
pub(crate) fn take(
    cx: &WriteCx<'_>,
    id: &IssuerId,
    attestation: &Signed<Attestation>,
) -> Result<(), Problem> {
    let (issuer, _) = sign::writable(cx, id)?;
    let body = attestation.body();
    let wrong = |field: &'static str, detail: &'static str| {
        Err(Problem::bad_request(detail).field(field).now(cx.now))
    };
    if body.issuer != issuer.id {
        return Err(Problem::new(Code::WrongIssuer, "The attestation is for another issuer.")
            .field("attestation.issuer"));
    }
    let grant = right(cx, &issuer, attestation)?;
    let account = access::account(cx.db, &issuer, &body.account)?;
    if attestations::of(cx.db, account.no, cx.now)?.is_some_and(|known| known.bytes == attestation.bytes()) {
        return Ok(());
    }
    if body.not_after < cx.now {
        return wrong("attestation.not_after", "It has ended already.");
    }
    if body.signed_at.saturating_sub(cx.now) > CLOCK_TOLERANCE_SECONDS {
        return wrong("attestation.signed_at", "It is from the future.");
    }
    if body.signed_at < account.attested_at {
        return wrong("attestation.signed_at", "A newer one is in force, or the name was removed since.");
    }
    let looks = looks(&body.name);
    if looks.iter().any(String::is_empty) {
        return wrong("attestation.name", "A name cannot be empty to the eye.");
    }
    if attestations::is_taken(cx.db, issuer.no, account.no, &looks, cx.now)? {
        return Err(Problem::new(Code::NameTaken, "Choose another name.").field("attestation.name"));
    }
    Ok(attestations::set(cx.db, issuer.no, account.no, attestation, grant, &looks)?)
}

/// Row of the grant by which the signer attests; `None` for the issuer's founding key.
fn right(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    attestation: &Signed<Attestation>,
) -> Result<Option<i64>, Problem> {
    let mut rows = grants::of_key(cx.db, issuer.no, attestation.signer())?;
    rows.retain(|grant| !grant.void);
    let known = rows.iter().map(authority::known).collect::<Result<Vec<_>, _>>()?;
    let keys = authority::issuer_keys(cx.db, issuer)?;
    match judge(&keys, attestation, &known, cx.now, Tense::Now) {
        Ok(Right::Founding { .. }) => Ok(None),
        Ok(Right::Granted { grant, .. }) => {
            let row = known.iter().position(|known| known.grant.hash() == grant);
            Ok(row.and_then(|row| rows.get(row)).map(|row| row.no))
        }
        Err(error) => Err(Problem::not_authorised(format!("Its signer may not attest names here: {error}."))),
    }
}
