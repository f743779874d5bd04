//! Pages of links that say little by themselves, and of links that lead nowhere.

use axum::response::Response;
use http::StatusCode;
use tallystick::artefact::Card;
use tallystick::request::{GrantLink, ReceiptLink};

use super::shell::{Reader, Tone, fill, open, quoted, status};
use crate::problem::{Code, Problem};

/// The page of an account to act for. `name`: by its issuer's word.
pub(crate) fn grant(reader: &Reader<'_>, card: &Card, name: Option<&str>, link: &GrantLink) -> Response {
    let texts = reader.texts;
    let issuer = quoted(&card.name);
    let who = match name {
        Some(name) => {
            format!("{}, {}", quoted(name), fill(texts.says, &[("issuer", &issuer)]))
        }
        None => format!("{} · {issuer}", texts.unnamed),
    };
    let body = format!(
        "<section><p class=\"eyebrow\">{}</p><h1>{}</h1><p>{who}</p></section>\
         <section>{}<p class=\"soft\">{}</p></section>{}",
        texts.grant_account,
        texts.grant,
        open(texts.open, &link.app_text(), false),
        texts.grant_advice,
        reader.wallets(),
    );
    reader.page(texts.grant, &body, false)
}

/// The page of a receipt, which is nobody's business but the two wallets'.
pub(crate) fn receipt(reader: &Reader<'_>, link: &ReceiptLink) -> Response {
    let texts = reader.texts;
    let body = format!(
        "<section><h1>{}</h1><p>{}</p></section><section>{}</section>{}",
        texts.receipt,
        texts.receipt_advice,
        open(texts.open, &link.app_text(), false),
        reader.wallets(),
    );
    reader.page(texts.receipt, &body, false)
}

/// The page of a link that leads nowhere.
pub(crate) fn problem(reader: &Reader<'_>, problem: &Problem) -> Response {
    let texts = reader.texts;
    let (tone, title, advice) = match problem.code {
        Code::UnknownRequest => (Tone::Wait, texts.gone, texts.ask_again),
        Code::UnknownIssuer | Code::UnknownAccount => {
            (Tone::Wait, texts.unknown_issuer, texts.unknown_issuer_advice)
        }
        code if code.status() >= StatusCode::INTERNAL_SERVER_ERROR => {
            (Tone::Wait, texts.broken, texts.broken_advice)
        }
        _ => (Tone::Bad, texts.damaged, texts.damaged_advice),
    };
    let mut response = reader.page(title, &status(tone, "h1", title, advice), false);
    *response.status_mut() = problem.code.status();
    response
}
