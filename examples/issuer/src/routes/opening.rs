//! Opening accounts.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::keys::{AccountId, IssuerId};

use crate::book;
use crate::http::{Base64Url, Call, Place, artefact, artefacts};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// What opens an account.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct NewAccount {
    /// The opening.
    opening: Base64Url,
    /// All rekeys of the account, in order.
    #[serde(default)]
    rekeys: Vec<Base64Url>,
}

/// An account that is open.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OpenAccount {
    /// Its id, BASE32.
    #[schema(value_type = String)]
    account: AccountId,
    /// Its head of now.
    head: Base64Url,
}

/// Opens an account; again: the same account, its head of now.
#[utoipa::path(post, path = "/v1/{issuer}/accounts", tag = "account", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = NewAccount,
    responses((status = 200, description = "The account is open.", body = OpenAccount),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn open(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<OpenAccount>, Problem> {
    let new: NewAccount = call.json()?;
    let opening = artefact("opening", &new.opening)?;
    let rekeys = artefacts("rekeys", &new.rekeys)?;
    app.rates.key(opening.signer())?;
    let (account, head) =
        app.writer.write(move |cx| book::accounts::open(cx, &issuer, &opening, rekeys)).await?;
    Ok(Json(OpenAccount { account, head: head.bytes().into() }))
}
