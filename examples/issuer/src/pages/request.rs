//! The page of a payment request: who asks by whose word, for what, how it stands, and how to pay it.

use std::fmt::Write as _;

use axum::response::Response;
use tallystick::artefact::{Card, Line, Price, Request, TipPolicy};
use tallystick::clock::UnixSeconds;
use tallystick::money::Amount;
use tallystick::request::RequestLink;

use super::shell::{Reader, Tone, fill, open, quoted, status, text};
use super::texts::Texts;
use crate::book::standing::{Here, PriceStanding, Standing, Verdict};

/// What the page of a request shows.
pub(crate) struct RequestPage<'a> {
    pub request: &'a Request,
    pub standing: &'a Standing,
    pub link: &'a RequestLink,
    pub now: UnixSeconds,
}

/// The page of a request.
pub(crate) fn request(reader: &Reader<'_>, page: &RequestPage<'_>) -> Response {
    let texts = reader.texts;
    let (tone, title, advice) = verdict(texts, page.standing);
    let mut left = status(tone, "strong", title, advice);
    let _ = write!(
        left,
        "<section><p class=\"eyebrow\">{}</p>{}{}{}</section>",
        texts.asks,
        payee(texts, page.standing),
        prices(reader, page),
        details(page, texts)
    );
    left.push_str(&own_words(reader, page));
    let link = page.link.app_text();
    match page.standing.verdict {
        Verdict::Payable | Verdict::Elsewhere => {
            let button = open(texts.open, &link, page.standing.verdict == Verdict::Elsewhere);
            let advice = texts.confirm_there;
            let _ = write!(left, "<section>{button}<p class=\"soft\">{advice}</p></section>");
            let right = reader.code(&page.link.segments()) + &reader.wallets();
            reader.page(texts.request, &format!("<div>{left}</div><div>{right}</div>"), true)
        }
        // The payer's wallet shows the receipt.
        Verdict::Paid => {
            let _ = write!(left, "<section>{}</section>", open(texts.open, &link, true));
            reader.page(title, &left, false)
        }
        _ => reader.page(title, &left, false),
    }
}

fn verdict(texts: &Texts, standing: &Standing) -> (Tone, &'static str, &'static str) {
    match standing.verdict {
        Verdict::Payable if names(standing).next().is_none() => {
            (Tone::Wait, texts.payable_unnamed, texts.unnamed_advice)
        }
        Verdict::Payable => (Tone::Good, texts.payable, texts.payable_advice),
        Verdict::Paid => (Tone::Good, texts.paid, texts.paid_advice),
        Verdict::Expired => (Tone::Wait, texts.expired, texts.ask_again),
        Verdict::Cancelled => (Tone::Wait, texts.cancelled, texts.ask_again),
        Verdict::Untrusted => (Tone::Bad, texts.untrusted, texts.untrusted_advice),
        Verdict::Ambiguous => (Tone::Bad, texts.ambiguous, texts.ambiguous_advice),
        Verdict::Elsewhere => (Tone::Wait, texts.elsewhere, texts.elsewhere_advice),
        Verdict::Stopped => (Tone::Wait, texts.stopped, texts.stopped_advice),
    }
}

/// Who is paid, by the word of the issuers that say so; never by the request's own.
fn payee(texts: &Texts, standing: &Standing) -> String {
    let mut words = names(standing);
    let Some((name, issuer)) = words.next() else {
        let is_signed = matches!(
            standing.verdict,
            Verdict::Payable | Verdict::Paid | Verdict::Cancelled | Verdict::Stopped
        );
        return format!("<h1>{}</h1>", if is_signed { texts.unnamed } else { texts.unproven });
    };
    let mut html = format!("<h1>{}</h1>", quoted(name));
    let says = |template, name: &str, issuer: &str| {
        fill(template, &[("name", &quoted(name)), ("issuer", &quoted(issuer))])
    };
    let _ = write!(html, "<p class=\"soft\">{}</p>", says(texts.says, name, issuer));
    for (other, issuer) in words {
        let template = if other == name { texts.says } else { texts.says_other };
        let _ = write!(html, "<p class=\"soft\">{}</p>", says(template, other, issuer));
    }
    html
}

/// The payee's names, each with the name of the issuer that says so.
fn names(standing: &Standing) -> impl Iterator<Item = (&str, &str)> {
    let here = standing.prices.iter().filter_map(here);
    here.filter_map(|here| Some((here.name.as_deref()?, here.card.name.as_str())))
}

fn here(price: &PriceStanding) -> Option<&Here> {
    match price {
        PriceStanding::Here(here) => Some(here),
        _ => None,
    }
}

fn prices(reader: &Reader<'_>, page: &RequestPage<'_>) -> String {
    let texts = reader.texts;
    let several = page.request.prices.len() > 1;
    let mut html = String::new();
    if several {
        let _ = write!(html, "<p class=\"or\">{}</p>", texts.one_of);
    }
    let is_off = !matches!(page.standing.verdict, Verdict::Payable | Verdict::Paid | Verdict::Elsewhere);
    let class = if is_off {
        " off"
    } else if several {
        " several"
    } else {
        ""
    };
    let _ = write!(html, "<ul class=\"prices{class}\">");
    for (price, standing) in page.request.prices.iter().zip(&page.standing.prices) {
        let _ = match standing {
            PriceStanding::Elsewhere => write!(html, "<li class=\"off soft\">{}</li>", texts.elsewhere_price),
            PriceStanding::Ambiguous => write!(html, "<li class=\"off soft\">{}</li>", texts.ambiguous_price),
            PriceStanding::Here(here) => {
                let (amount, issued) = (amount(reader, price, &here.card), issued(texts, &here.card));
                // What goes for the whole request stands above it.
                let why = match here.verdict {
                    own if own == page.standing.verdict => None,
                    Verdict::Untrusted => Some(texts.untrusted_price),
                    Verdict::Cancelled => Some(texts.cancelled_price),
                    Verdict::Stopped => Some(texts.stopped_price),
                    _ => None,
                };
                let why = why.map(|why| fill(why, &[("issuer", &quoted(&here.card.name))]));
                let class = if why.is_some() { " class=\"off\"" } else { "" };
                let why = why.map(|why| format!("<strong>{why}</strong>")).unwrap_or_default();
                write!(html, "<li{class}>{amount}<span class=\"soft\">{issued}</span> {why}</li>")
            }
        };
    }
    html.push_str("</ul>");
    html
}

fn amount(reader: &Reader<'_>, price: &Price, card: &Card) -> String {
    let code = text(card.currency.code());
    match price.amount {
        Some(amount) => {
            let number = reader.number(amount, &card.currency);
            // A number that is broken between two lines could be taken for a smaller one.
            let class = if number.chars().count() > 11 { "amount long" } else { "amount" };
            format!("<span class=\"{class}\"><bdi>{number} <small>{code}</small></bdi></span>")
        }
        None => format!(
            "<span class=\"amount\"><small>{}</small> <bdi><small>{code}</small></bdi></span>",
            reader.texts.any_amount
        ),
    }
}

fn issued(texts: &Texts, card: &Card) -> String {
    let issuer = format!("<a href=\"/c/{}\">{}</a>", card.issuer, quoted(&card.name));
    fill(texts.issued_by, &[("currency", &quoted(card.currency.name())), ("issuer", &issuer)])
}

fn details(page: &RequestPage<'_>, texts: &Texts) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    match &page.request.tip {
        None => {}
        Some(TipPolicy::Free) => rows.push((texts.tip, texts.tip_free.to_owned())),
        Some(TipPolicy::Percentages(choices)) => {
            let choices: Vec<_> = choices.iter().map(|choice| format!("<bdi>{choice} %</bdi>")).collect();
            rows.push((texts.tip, fill(texts.tip_choices, &[("choices", &choices.join(", "))])));
        }
    }
    match page.request.not_after {
        None => rows.push((texts.until, texts.no_end.to_owned())),
        Some(end) if end > YEAR_9999 => rows.push((texts.until, texts.no_end.to_owned())),
        Some(end) if end < page.now => rows.push((texts.ended, time(end))),
        Some(end) => {
            let left = left(texts, end.saturating_sub(page.now));
            let left = fill(texts.until_left, &[("left", &left)]);
            rows.push((texts.until, format!("{left} <small>{}</small>", time(end))));
        }
    }
    let uses = if page.request.reusable { texts.reusable } else { texts.once };
    rows.push((texts.uses, uses.to_owned()));
    let mut html = "<dl>".to_owned();
    for (name, value) in rows {
        let _ = write!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    }
    html + "</dl>"
}

/// How long it still is, in the largest unit of which there are two.
fn left(texts: &Texts, seconds: i64) -> String {
    let (template, n) = match seconds {
        172_800.. => (texts.days, seconds / 86_400),
        7_200.. => (texts.hours, seconds / 3_600),
        _ => (texts.minutes, (seconds / 60).max(1)),
    };
    fill(template, &[("n", &n.to_string())])
}

/// What ends after this has no date that people could read.
const YEAR_9999: UnixSeconds = 253_402_207_200;

/// Servers do not know where their readers are: UTC.
fn time(at: UnixSeconds) -> String {
    let at = jiff::Timestamp::from_second(at).unwrap_or(jiff::Timestamp::MAX);
    format!(
        "<time datetime=\"{}\"><bdi>{}</bdi></time>",
        at.strftime("%Y-%m-%dT%H:%MZ"),
        at.strftime("%Y-%m-%d %H:%M UTC")
    )
}

/// Lines, note and reference: what the payee wrote, marked as such.
fn own_words(reader: &Reader<'_>, page: &RequestPage<'_>) -> String {
    let (texts, request) = (reader.texts, page.request);
    let mut html = String::new();
    if !request.lines.is_empty() {
        let card = page.standing.prices.first().and_then(here).map(|here| &here.card);
        html.push_str("<table>");
        for line in &request.lines {
            let _ =
                write!(html, "<tr><td>{}</td><td>{}</td></tr>", item(line), cost(reader, line.amount, card));
        }
        html.push_str("</table>");
    }
    if let Some(note) = &request.note {
        let _ = write!(html, "<blockquote dir=\"auto\">{}</blockquote>", quoted(note));
    }
    if let Some(reference) = &request.reference {
        let words = std::str::from_utf8(reference).ok().filter(|words| !words.contains(char::is_control));
        let words = words.map_or_else(|| data_encoding::HEXUPPER.encode(reference), str::to_owned);
        let _ = write!(html, "<p class=\"soft\">{}: {}</p>", texts.reference, quoted(&words));
    }
    if html.is_empty() { html } else { format!("<section><h2>{}</h2>{html}</section>", texts.own_words) }
}

fn item(line: &Line) -> String {
    let (whole, rest) = (line.quantity_thousandths / 1_000, line.quantity_thousandths % 1_000);
    let rest = format!("{rest:03}");
    let quantity = match rest.trim_end_matches('0') {
        "" => whole.to_string(),
        rest => format!("{whole}.{rest}"),
    };
    let item = quoted(&line.text);
    if quantity == "1" { item } else { format!("<bdi>{quantity} ×</bdi> {item}") }
}

/// In the currency of the first price, if this host knows it.
fn cost(reader: &Reader<'_>, amount: Amount, card: Option<&Card>) -> String {
    card.map_or_else(String::new, |card| {
        format!("<bdi>{} {}</bdi>", reader.number(amount, &card.currency), text(card.currency.code()))
    })
}
