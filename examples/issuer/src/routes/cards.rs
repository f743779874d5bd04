//! Issuers: taking them up, their cards, their next signing keys.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::keys::{Digest, IssuerId, PublicKey};

use crate::access;
use crate::book;
use crate::db::issuers;
use crate::http::{Base64Url, Call, Place, artefact, artefacts};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// Who is to become an issuer here.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct NewIssuer {
    /// The founding key, BASE32.
    #[schema(value_type = String)]
    founding_key: PublicKey,
    /// The recovery commitment, BASE32.
    #[schema(value_type = String)]
    commitment: Digest,
}

/// What the first card must say.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TakenUp {
    /// The issuer's id, BASE32.
    #[schema(value_type = String)]
    issuer: IssuerId,
    /// The key with which this host signs for it, BASE32.
    #[schema(value_type = String)]
    signing_key: PublicKey,
    /// Where it is reached.
    endpoint: String,
    /// SHA-256 of each TLS key's SubjectPublicKeyInfo, BASE32.
    #[schema(value_type = Vec<String>)]
    tls_keys: Vec<Digest>,
}

/// Takes up an issuer; the same again for the same keys.
#[utoipa::path(post, path = "/v1/issuers", tag = "issuer", request_body = NewIssuer,
    responses((status = 200, description = "What the first card must say.", body = TakenUp),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn take_up(State(app): State<Shared>, call: Call) -> Result<Json<TakenUp>, Problem> {
    call.check_token(app.admission_token.as_ref())?;
    let new: NewIssuer = call.json()?;
    let (issuer, signing_key) =
        app.writer.write(move |cx| book::founding::take_up(cx, &new.founding_key, &new.commitment)).await?;
    let endpoint = app.origins.first().cloned().ok_or_else(Problem::internal)?;
    Ok(Json(TakenUp { issuer, signing_key, endpoint, tls_keys: vec![app.tls_key] }))
}

/// A card, with the rekeys that lead to its signer.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct CardBundle {
    /// The card.
    card: Base64Url,
    /// All rekeys of the issuer, in order.
    #[serde(default)]
    rekeys: Vec<Base64Url>,
}

/// The card in force.
#[utoipa::path(get, path = "/v1/{issuer}/card", tag = "issuer", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    responses((status = 200, description = "The card in force.", body = CardBundle),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
) -> Result<Json<CardBundle>, Problem> {
    card(&app, issuer).await.map(Json)
}

pub(super) async fn card(app: &Shared, issuer: IssuerId) -> Result<CardBundle, Problem> {
    app.readers
        .read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            let rekeys = issuers::rekeys(db, issuer.no, issuer.id.as_bytes())?;
            let card = issuer.card.ok_or_else(Problem::internal)?;
            Ok(CardBundle {
                card: card.bytes.into(),
                rekeys: rekeys.into_iter().map(Base64Url::from).collect(),
            })
        })
        .await
}

/// Publishes a card. The first one founds the ledger.
#[utoipa::path(put, path = "/v1/{issuer}/card", tag = "issuer", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = CardBundle,
    responses((status = 200, description = "The card in force.", body = CardBundle),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn publish(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<CardBundle>, Problem> {
    let bundle: CardBundle = call.json()?;
    let new = artefact("card", &bundle.card)?;
    let rekeys = artefacts("rekeys", &bundle.rekeys)?;
    app.rates.key(new.signer())?;
    let origins = app.origins.clone();
    app.writer.write(move |cx| book::cards::publish(cx, &issuer, &new, rekeys, &origins)).await?;
    card(&app, issuer).await.map(Json)
}

/// What the card of a new signing key must say.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NextSigningKey {
    /// The next signing key, BASE32.
    #[schema(value_type = String)]
    signing_key: PublicKey,
    /// The last statement of the present one.
    statement: Base64Url,
}

/// Makes the next signing key. Signed by the issuer's founding key.
#[utoipa::path(post, path = "/v1/{issuer}/signing-keys", tag = "issuer", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    security(("signature" = [])),
    responses((status = 200, description = "What the card of a new signing key must say.", body = NextSigningKey),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn next_signing_key(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<NextSigningKey>, Problem> {
    let caller = call.caller(&app)?;
    let nonces = Shared::clone(&app);
    let (signing_key, statement) = app
        .writer
        .write(move |cx| {
            let issuer = access::founded(cx.db, &issuer)?;
            access::check_host(&issuer, &caller)?;
            if *caller.key() != issuer.founding_key {
                return Err(Problem::not_authorised("Only the issuer's founding key may do that."));
            }
            nonces.nonces.take(&caller.signature)?;
            book::founding::next_signing_key(cx, &issuer)
        })
        .await?;
    Ok(Json(NextSigningKey { signing_key, statement: statement.bytes.into() }))
}
