//! The page of a currency.

use axum::response::Response;
use tallystick::artefact::Card;

use super::shell::{Reader, fill, open, quoted, text};

/// The page of a currency. `app_link` is the app's own link.
pub(crate) fn card(reader: &Reader<'_>, card: &Card, app_link: &str, code: Option<&str>) -> Response {
    let texts = reader.texts;
    let (issuer, currency) = (quoted(&card.name), &card.currency);
    let promise = if card.promise.is_empty() {
        texts.no_promise.to_owned()
    } else {
        format!("<blockquote dir=\"auto\">{}</blockquote>", quoted(&card.promise))
    };
    let code = code.map_or_else(String::new, |svg| {
        format!(
            "<section class=\"code\"><h2>{}</h2><p class=\"soft\">{}</p>{svg}</section>",
            texts.code, texts.code_advice
        )
    });
    let body = format!(
        "<div><section><p class=\"eyebrow\">{}</p><h1>{}</h1><p>{}</p>\
         <dl><div><dt>{}</dt><dd>{}</dd></div></dl></section>\
         <section><h2>{}</h2>{promise}</section>\
         <section>{}<p class=\"soft\">{}</p><p class=\"id\">{}<br><bdi>{}</bdi></p></section></div><div>{code}{}</div>",
        texts.currency,
        quoted(currency.name()),
        fill(texts.issued_by, &[("currency", &text(currency.code())), ("issuer", &issuer)]),
        texts.currency,
        text(currency.code()),
        fill(texts.promise, &[("issuer", &issuer)]),
        open(texts.add, app_link, false),
        texts.card_advice,
        texts.issuer_id,
        card.issuer,
        reader.wallets(),
    );
    reader.page(&text(currency.name()), &body, true)
}
