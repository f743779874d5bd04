//! Keys: rekeys, and finding an account by a founding key.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::keys::{AccountId, IssuerId, PublicKey};

use crate::access;
use crate::book;
use crate::db::accounts;
use crate::http::{Base64Url, Call, Place, artefact};
use crate::problem::{Code, Problem, ProblemBody};
use crate::services::Shared;

/// A rekey.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct NewRekey {
    /// The rekey.
    rekey: Base64Url,
}

/// All rekeys of an id.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Rekeys {
    /// In order.
    rekeys: Vec<Base64Url>,
}

/// Takes a rekey, of the issuer or of an account.
#[utoipa::path(post, path = "/v1/{issuer}/rekeys", tag = "account", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = NewRekey,
    responses((status = 200, description = "All rekeys of the id.", body = Rekeys),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn take_rekey(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<Rekeys>, Problem> {
    let new: NewRekey = call.json()?;
    let rekey = artefact("rekey", &new.rekey)?;
    app.rates.key(rekey.signer())?;
    let rekeys = app.writer.write(move |cx| book::rekeys::take(cx, &issuer, rekey)).await?;
    Ok(Json(Rekeys { rekeys: rekeys.into_iter().map(Base64Url::from).collect() }))
}

/// An account that was found by one of its founding keys.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct FoundAccount {
    /// Its id, BASE32.
    #[schema(value_type = String)]
    account: AccountId,
    /// Its opening.
    opening: Base64Url,
    /// All its rekeys, in order.
    rekeys: Vec<Base64Url>,
}

/// Finds the account that has or had this founding key. Signed by that key.
#[utoipa::path(get, path = "/v1/{issuer}/keys/{founding_key}", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("founding_key" = String, Path, description = "the key, BASE32")),
    responses((status = 200, description = "The account.", body = FoundAccount),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn find(
    State(app): State<Shared>,
    Place((issuer, key)): Place<(IssuerId, PublicKey)>,
    call: Call,
) -> Result<Json<FoundAccount>, Problem> {
    let caller = call.caller(&app)?;
    if *caller.key() != key {
        return Err(Problem::not_authorised("Only the key itself may ask for its account."));
    }
    let shared = Shared::clone(&app);
    app.readers
        .read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            access::check_host(&issuer, &caller)?;
            let account = accounts::find_by_key(db, issuer.no, &key)?.ok_or_else(|| {
                Problem::new(Code::UnknownAccount, "No account here has or had this founding key.")
            })?;
            shared.nonces.take(&caller.signature)?;
            let proof = book::accounts::proof(db, &issuer, &account)?;
            Ok(Json(FoundAccount {
                account: account.id,
                opening: proof.opening.into(),
                rekeys: proof.rekeys.into_iter().map(Base64Url::from).collect(),
            }))
        })
        .await
}
