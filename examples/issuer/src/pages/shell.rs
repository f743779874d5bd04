//! What all pages share: their frame, their icons, their way with what others wrote.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use data_encoding::BASE64;
use http::{HeaderMap, HeaderValue, header};
use tallystick::keys::Digest;
use tallystick::money::{Amount, Currency, MoneyFormat};
use tallystick::request::{Code, CodeLevel, LinkText};

use super::texts::{self, Texts};
use crate::apps::WalletSite;

const STYLE: &str = include_str!("style.css");

/// A stick, split in two.
const MARK: &str =
    "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M3 4h18v6.5H3zm0 9.5h18V20H3z\"/></svg>";

/// Nothing on a page runs or loads anything; its one style is named by its hash.
static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let hash = BASE64.encode(Digest::of(&[STYLE.as_bytes()]).as_bytes());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    HeaderValue::from_str(&policy).ok()
});

/// Who reads a page: the language, and what the operator recommends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub texts: &'static Texts,
    wallets: &'a [WalletSite],
}

impl<'a> Reader<'a> {
    /// By the fields of a call.
    pub fn of(headers: &HeaderMap, wallets: &'a [WalletSite]) -> Self {
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self { texts: texts::best(accept.unwrap_or("")), wallets }
    }

    /// A number as the reader's language writes it.
    pub(super) fn number(&self, amount: Amount, currency: &Currency) -> String {
        match MoneyFormat::for_locale(self.texts.tag) {
            Ok(format) => format.number(amount, currency.decimals()),
            Err(_) => amount.to_decimal_string(currency.decimals()),
        }
    }

    /// How to get a wallet.
    pub(super) fn wallets(&self) -> String {
        let texts = self.texts;
        if self.wallets.is_empty() {
            return format!("<section><h2>{}</h2><p>{}</p></section>", texts.no_wallet, texts.no_wallet_ask);
        }
        let mut sites = String::new();
        for site in self.wallets {
            let (url, name) = (text(site.url()), text(site.name()));
            // Writing to a string cannot fail, here and below.
            let _ = write!(sites, "<li><a rel=\"noreferrer\" href=\"{url}\">{name}</a></li>");
        }
        let (title, advice) = (texts.no_wallet, texts.no_wallet_links);
        format!("<section><h2>{title}</h2><p>{advice}</p><ul class=\"wallets\">{sites}</ul></section>")
    }

    /// The link as a code, for whoever opened it on a computer. Nothing if it takes too much for one.
    pub(super) fn code(&self, link: &LinkText) -> String {
        let texts = self.texts;
        let Ok(code) = Code::of_link(link, CodeLevel::Screen) else { return String::new() };
        let (title, advice) = (texts.code, texts.code_advice);
        let svg = code.svg(advice);
        format!("<section class=\"code\"><h2>{title}</h2><p class=\"soft\">{advice}</p>{svg}</section>")
    }

    /// A whole page. `body` is HTML; `is_wide` lays it out in two columns where there is room.
    pub(super) fn page(&self, title: &str, body: &str, is_wide: bool) -> Response {
        let texts = self.texts;
        let direction = if texts.right_to_left { "rtl" } else { "ltr" };
        let class = if is_wide { " class=\"wide\"" } else { "" };
        let html = format!(
            "<!doctype html><html lang=\"{}\" dir=\"{direction}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style></head>\
             <body><header>{MARK}<span>Tallystick</span></header><main{class}>{body}</main></body></html>",
            texts.tag
        );
        let mut response = Html(html).into_response();
        let headers = response.headers_mut();
        if let Some(policy) = &*POLICY {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(texts.tag));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    }
}

/// The button that opens a wallet.
pub(super) fn open(label: &str, link: &str, is_quiet: bool) -> String {
    let class = if is_quiet { "open quiet" } else { "open" };
    format!("<a class=\"{class}\" href=\"{}\">{label}</a>", text(link))
}

/// How good what a page tells is; each has its own sign, so that colour is not all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// All is well.
    Good,
    /// Look at it.
    Wait,
    /// Stay away.
    Bad,
}

/// What a page says first. `element`: `h1` if it is all that the page says, otherwise `strong`.
pub(super) fn status(tone: Tone, element: &str, title: &str, advice: &str) -> String {
    let (class, sign) = match tone {
        Tone::Good => ("good", "M4 12.5l5 5L20 6.5"),
        Tone::Wait => ("wait", "M12 3a9 9 0 100 18 9 9 0 000-18zm0 4.5V13m0 3.5v.01"),
        Tone::Bad => ("bad", "M5 5l14 14M19 5L5 19"),
    };
    format!(
        "<div class=\"status {class}\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{sign}\"/></svg>\
         <div><{element}>{title}</{element}><p>{advice}</p></div></div>"
    )
}

/// What somebody else wrote, as HTML: escaped, without what turns or hides the text around it, and apart from it.
pub(super) fn quoted(words: &str) -> String {
    format!("<bdi>{}</bdi>", text(words))
}

/// Text as HTML, in elements and in attributes.
pub(super) fn text(words: &str) -> String {
    let mut html = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c if is_disruptive(c) => html.push('\u{FFFD}'),
            c => html.push(c),
        }
    }
    html
}

/// Controls, and what changes the direction or the lines of a text.
fn is_disruptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// A template with what is put in, which is HTML already.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}
