//! What a payer may know of a payee.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use tallystick::artefact::Capabilities;
use tallystick::keys::{AccountId, IssuerId};

use crate::access;
use crate::book::{accounts, authority};
use crate::db::attestations;
use crate::http::{Base64Url, Place};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// What a payer may know of a payee.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Payee {
    /// Its opening.
    opening: Base64Url,
    /// All its rekeys, in order.
    rekeys: Vec<Base64Url>,
    /// Its name, if it has one.
    attestation: Option<Base64Url>,
    /// The keys that may sign its requests, beside its founding key: at most 8; and the grant by which its name was
    /// attested, if it was by a granted key.
    grants: Vec<Base64Url>,
}

/// Looks up a payee.
#[utoipa::path(get, path = "/v1/{issuer}/payees/{account}", tag = "account",
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32")),
    responses((status = 200, description = "The payee.", body = Payee),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    Place((issuer, account)): Place<(IssuerId, AccountId)>,
) -> Result<Json<Payee>, Problem> {
    let now = app.services.time.now();
    app.readers
        .read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            let account = access::account(db, &issuer, &account)?;
            let mut grants: Vec<_> = authority::keys(db, &account, now)?
                .into_iter()
                .filter(|grant| grant.may(Capabilities::RECEIVE))
                .map(|grant| Base64Url::from(grant.bytes))
                .collect();
            let attestation = attestations::of(db, account.no, now)?;
            let attestation = attestation.map(|attestation| {
                grants.extend(attestation.grant.map(Base64Url::from));
                attestation.bytes.into()
            });
            let proof = accounts::proof(db, &issuer, &account)?;
            Ok(Json(Payee {
                opening: proof.opening.into(),
                rekeys: proof.rekeys.into_iter().map(Base64Url::from).collect(),
                attestation,
                grants,
            }))
        })
        .await
}
