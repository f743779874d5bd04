//! The page of a currency.

use axum::response::Response;
use tallystick::artefact::Card;
use tallystick::request::CardLink;

use super::shell::{Reader, fill, open, quoted, text};

/// The page of a currency.
pub(crate) fn card(reader: &Reader<'_>, card: &Card, link: &CardLink) -> Response {
    let texts = reader.texts;
    let (issuer, currency) = (quoted(&card.name), &card.currency);
    let promise = if card.promise.is_empty() {
        texts.no_promise.to_owned()
    } else {
        format!("<blockquote dir=\"auto\">{}</blockquote>", quoted(&card.promise))
    };
    let code = reader.code(&link.segments());
    let body = format!(
        "<div><section><p class=\"eyebrow\">{}</p><h1>{}</h1><p>{}</p>\
         <dl><div><dt>{}</dt><dd class=\"id\"><bdi>{}</bdi></dd></div></dl></section>\
         <section><h2>{}</h2>{promise}</section>\
         <section>{}<p class=\"soft\">{}</p></section></div><div>{code}{}</div>",
        texts.currency,
        quoted(currency.name()),
        fill(texts.issued_by, &[("currency", &text(currency.code())), ("issuer", &issuer)]),
        texts.issuer_id,
        card.issuer,
        fill(texts.promise, &[("issuer", &issuer)]),
        open(texts.add, &link.app_text(), false),
        texts.card_advice,
        reader.wallets(),
    );
    reader.page(&text(currency.name()), &body, true)
}
