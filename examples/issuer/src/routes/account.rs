//! The state of an account.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use tallystick::keys::{AccountId, IssuerId};

use super::view::{Whom, view};
use crate::book::{accounts, authority};
use crate::db::{attestations, grants};
use crate::http::{Base64Url, Call, Place};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// Everything about an account but its entries.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AccountState {
    /// Its id, BASE32.
    #[schema(value_type = String)]
    account: AccountId,
    /// Its opening.
    opening: Base64Url,
    /// All its rekeys, in order.
    rekeys: Vec<Base64Url>,
    /// Its head, signed now.
    head: Base64Url,
    /// The grant of its role, unless it was cancelled.
    role_grant: Option<Base64Url>,
    /// Its name, if it has one.
    attestation: Option<Base64Url>,
    /// The key grants for it that are in force.
    grants: Vec<Base64Url>,
}

/// Everything about an account but its entries. Signed by a key that may view.
#[utoipa::path(get, path = "/v1/{issuer}/accounts/{account}", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32")),
    responses((status = 200, description = "The account.", body = AccountState),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    Place(place): Place<(IssuerId, AccountId)>,
    call: Call,
) -> Result<Json<AccountState>, Problem> {
    view(&app, place, &call, Whom::Viewers, |view| {
        let proof = accounts::proof(view.db, &view.issuer, &view.account)?;
        let keys = authority::keys(view.db, &view.account, view.now)?;
        let role = grants::role_of(view.db, view.account.no)?.filter(|role| !role.void);
        Ok(Json(AccountState {
            account: view.account.id,
            opening: proof.opening.into(),
            rekeys: proof.rekeys.into_iter().map(Base64Url::from).collect(),
            head: view.head()?.bytes().into(),
            role_grant: role.map(|grant| grant.bytes.into()),
            attestation: attestations::of(view.db, view.account.no, view.now)?.map(|name| name.bytes.into()),
            grants: keys.into_iter().map(|grant| grant.bytes.into()).collect(),
        }))
    })
    .await
}

/// The head of an account.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HeadOnly {
    /// Signed now.
    head: Base64Url,
}

/// The head of an account, signed now. Signed by a key that may view.
#[utoipa::path(get, path = "/v1/{issuer}/accounts/{account}/head", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32")),
    responses((status = 200, description = "The head.", body = HeadOnly),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn read_head(
    State(app): State<Shared>,
    Place(place): Place<(IssuerId, AccountId)>,
    call: Call,
) -> Result<Json<HeadOnly>, Problem> {
    view(&app, place, &call, Whom::Viewers, |view| Ok(Json(HeadOnly { head: view.head()?.bytes().into() })))
        .await
}
