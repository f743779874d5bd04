//! What links point to (protocol §7): requests, cards, accounts to act for and receipts, for wallets and for people.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use tallystick::artefact::{Request, Signed, Unproven};
use tallystick::keys::IssuerId;
use tallystick::request::{CardLink, GrantLink, LinkError, ReceiptLink, RequestCode, RequestLink};

use super::cards::{CardBundle, card};
use super::requests::{RequestOnly, unknown};
use crate::access;
use crate::book::{founding, standing};
use crate::db::requests;
use crate::http::{Base64Url, Call, Place};
use crate::pages::{self, Reader, RequestPage};
use crate::problem::{Problem, ProblemBody};
use crate::services::{App, Shared};

/// A card, by its link. A page for `Accept: text/html`, otherwise JSON.
#[utoipa::path(get, path = "/c/{issuer}", tag = "links", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    responses((status = 200, description = "The card in force.", content((CardBundle = "application/json"), (String = "text/html"))),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn card_link(
    State(app): State<Shared>,
    Place(issuer): Place<String>,
    call: Call,
) -> Result<Response, Problem> {
    let page = async {
        let link = CardLink::parse(&web(&app, 'c', &issuer)?).map_err(|error| wrong(&error))?;
        if !is_for_people(&call, false) {
            return Ok(Json(card(&app, link.issuer).await?).into_response());
        }
        let card = card_in_force(&app, link.issuer).await?;
        Ok(pages::card(&reader(&app, &call), card.body(), &link))
    };
    answer(&app, &call, false, page.await)
}

/// A payment request, by its link: by value, or by the hash of one kept here. JSON for `Accept: application/json`,
/// otherwise a page, which tells how the request stands.
#[utoipa::path(get, path = "/p/{code}", tag = "links",
    params(("code" = String, Path, description = "BASE32 of a request, or of the 32-byte hash of one kept here")),
    responses((status = 200, description = "The request.", content((RequestOnly = "application/json"), (String = "text/html"))),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn request_link(
    State(app): State<Shared>,
    Place(code): Place<String>,
    call: Call,
) -> Result<Response, Problem> {
    let page = async {
        let code = RequestCode::parse(&code).map_err(|error| wrong(&error))?;
        let host = host(&app)?;
        let (request, link) = match code {
            RequestCode::ByValue(request) => {
                let link = RequestLink::by_value(request.clone(), Some(host));
                (request, link)
            }
            RequestCode::ByReference(hash) => {
                let kept = app.readers.read(move |db| requests::find_posted(db, &hash)?.ok_or_else(unknown));
                let kept = Unproven::<Request>::parse(&kept.await?).map_err(|_| Problem::internal())?;
                (kept, RequestLink::by_reference(hash, host))
            }
        };
        if !is_for_people(&call, true) {
            return Ok(Json(RequestOnly { request: Base64Url(request.bytes().to_vec()) }).into_response());
        }
        let link = link.map_err(|error| wrong(&error))?;
        let now = app.services.time.now();
        let (request, standing) = app
            .readers
            .read(move |db| {
                let standing = standing::of(db, &request, now)?;
                Ok((request, standing))
            })
            .await?;
        let page = RequestPage { request: request.body(), standing: &standing, link: &link, now };
        Ok(pages::request(&reader(&app, &call), &page))
    };
    answer(&app, &call, true, page.await)
}

/// An account to act for: a page for whoever opens the link without a wallet.
#[utoipa::path(get, path = "/g/{ids}", tag = "links",
    params(("ids" = String, Path, description = "BASE32 of IssuerId and AccountId")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html"),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn grant_link(
    State(app): State<Shared>,
    Place(ids): Place<String>,
    call: Call,
) -> Result<Response, Problem> {
    let page = async {
        let link = GrantLink::parse(&web(&app, 'g', &ids)?).map_err(|error| wrong(&error))?;
        let card = card_in_force(&app, link.issuer).await?;
        let (issuer, account, now) = (link.issuer, link.account, app.services.time.now());
        let name = app.readers.read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            access::account(db, &issuer, &account)?;
            standing::name_of(db, &issuer, &account, now)
        });
        let name = name.await?;
        Ok(pages::grant(&reader(&app, &call), card.body(), name.as_deref(), &link))
    };
    answer(&app, &call, true, page.await)
}

/// A receipt: a page that tells nothing of the payment, not even whether there is one.
#[utoipa::path(get, path = "/r/{hash}", tag = "links",
    params(("hash" = String, Path, description = "BASE32 of the hash of an order")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html"),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn receipt_link(
    State(app): State<Shared>,
    Place(hash): Place<String>,
    call: Call,
) -> Result<Response, Problem> {
    let page = web(&app, 'r', &hash)
        .and_then(|link| ReceiptLink::parse(&link).map_err(|error| wrong(&error)))
        .map(|link| pages::receipt(&reader(&app, &call), &link));
    answer(&app, &call, true, page)
}

async fn card_in_force(app: &App, issuer: IssuerId) -> Result<Signed<tallystick::artefact::Card>, Problem> {
    let card = app.readers.read(move |db| founding::card_in_force(&access::founded(db, &issuer)?));
    card.await?.ok_or_else(Problem::internal)
}

fn reader<'a>(app: &'a App, call: &Call) -> Reader<'a> {
    Reader::of(call.headers(), &app.apps.wallets)
}

/// Problems are pages for people.
fn answer(
    app: &App,
    call: &Call,
    usually: bool,
    answered: Result<Response, Problem>,
) -> Result<Response, Problem> {
    match answered {
        Err(problem) if is_for_people(call, usually) => {
            let mut response = pages::problem(&reader(app, call), &problem);
            response.extensions_mut().insert(problem.code);
            Ok(response)
        }
        other => other,
    }
}

fn wrong(error: &LinkError) -> Problem {
    match error {
        LinkError::Request(error) => Problem::artefact("code", error),
        error => Problem::bad_request(error.to_string()).field("code"),
    }
}

/// The host that apps are told to ask.
fn host(app: &App) -> Result<&str, Problem> {
    app.origins.first().and_then(|origin| origin.strip_prefix("https://")).ok_or_else(Problem::internal)
}

/// The link that was opened, as it is written.
fn web(app: &App, kind: char, code: &str) -> Result<String, Problem> {
    // Whatever ends a path would make it another link.
    if code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(format!("https://{}/{kind}/{code}", host(app)?))
    } else {
        Err(Problem::bad_request("The link is damaged.").field("code"))
    }
}

/// Whether a page is wanted rather than JSON; `usually`: also by who does not say.
fn is_for_people(call: &Call, usually: bool) -> bool {
    let accept = call.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let position = |kind: &str| accept.split(',').position(|part| part.trim().starts_with(kind));
    match (position("application/json"), position("text/html")) {
        (Some(json), Some(html)) => html < json,
        (None, Some(_)) => true,
        (Some(_), None) => false,
        (None, None) => usually,
    }
}
