//! What links point to (protocol §7): cards and requests, for wallets and for people.

use axum::Json;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use data_encoding::BASE32_NOPAD;
use http::{HeaderValue, header};
use tallystick::artefact::{Card, Kind, Request, Signed, Unproven};
use tallystick::keys::{Digest, IssuerId};

use super::cards::{CardBundle, card};
use super::page;
use super::requests::{RequestOnly, unknown};
use crate::db::{issuers, requests};
use crate::http::{Base64Url, Call, Place};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// A card, by its link.
#[utoipa::path(get, path = "/c/{issuer}", tag = "links", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    responses((status = 200, description = "The card in force.", body = CardBundle),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn card_link(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
) -> Result<Json<CardBundle>, Problem> {
    card(&app, issuer).await.map(Json)
}

/// A payment request, by its link: by value, or by the hash of one kept here. JSON for `Accept: application/json`,
/// otherwise a page.
#[utoipa::path(get, path = "/p/{code}", tag = "links",
    params(("code" = String, Path, description = "BASE32 of a request, or of the 32-byte hash of one kept here")),
    responses((status = 200, description = "The request.", body = RequestOnly),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn request_link(
    State(app): State<Shared>,
    Place(code): Place<String>,
    call: Call,
) -> Result<Response, Problem> {
    let wrong = || Problem::bad_request("The link is neither a request nor the hash of one.").field("code");
    // Two thirds more characters than bytes, generously.
    if code.len() > Kind::Request.size_limit() * 2 {
        return Err(wrong());
    }
    let bytes = BASE32_NOPAD.decode(code.to_ascii_uppercase().as_bytes()).map_err(|_| wrong())?;
    let by_reference = bytes.len() == Digest::LENGTH;
    let bytes = match Digest::from_slice(&bytes) {
        Ok(hash) => app.readers.read(move |db| requests::find_posted(db, &hash)?.ok_or_else(unknown)).await?,
        Err(_) => bytes,
    };
    let request = Unproven::<Request>::parse(&bytes).map_err(|error| Problem::artefact("code", &error))?;
    if wants_json(&call) {
        return Ok(Json(RequestOnly { request: Base64Url(bytes) }).into_response());
    }
    let prefixes: Vec<_> = request.body().prices.iter().map(|price| price.issuer_prefix).collect();
    let cards = app.readers.read(move |db| {
        let cards = prefixes.iter().map(|prefix| issuers::cards_by_prefix(db, *prefix));
        Ok(cards.collect::<Result<Vec<_>, _>>()?.concat())
    });
    let cards: Vec<Signed<Card>> = cards.await?.iter().filter_map(|card| Signed::parse(card).ok()).collect();
    let host = app.origins.first().and_then(|origin| issuers::host(origin)).filter(|_| by_reference);
    let mut response = Html(page::request(&code, host, request.body(), &cards)).into_response();
    // Nothing on the page runs or loads anything.
    let policy =
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn wants_json(call: &Call) -> bool {
    let accept = call.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let position = |kind: &str| accept.split(',').position(|part| part.trim().starts_with(kind));
    match (position("application/json"), position("text/html")) {
        (Some(json), Some(html)) => json < html,
        (json, _) => json.is_some(),
    }
}

/// The id in a card's link, for the page.
pub(super) fn card_path(issuer: &IssuerId) -> String {
    format!("/c/{issuer}")
}
