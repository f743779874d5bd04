//! The page that a person sees who opens a payment link without a wallet. It shows prices, never who asks: the request's
//! own word proves nothing (protocol §5 of the decisions); the wallet looks the payee up.

use std::fmt::Write as _;

use tallystick::artefact::{Card, Price, Request, Signed};

use super::links::card_path;

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}\
a.pay{display:block;padding:1rem;border-radius:.5rem;background:#1b5e3f;color:#fff;text-align:center;text-decoration:none}\
ul{padding-left:1.2rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#111}a{color:#9cd}}";

/// The page of a request. `host` is named in the app's own link if that holds only a hash.
pub(super) fn request(code: &str, host: Option<&str>, request: &Request, cards: &[Signed<Card>]) -> String {
    let mut prices = String::new();
    for price in &request.prices {
        let known = cards.iter().map(Signed::body).find(|card| price.is_of(&card.issuer));
        // Writing to a string cannot fail.
        let _ = match known {
            Some(card) => write!(
                prices,
                "<li>{} <a href=\"{}\">{}</a></li>",
                escape(&amount(price, card)),
                card_path(&card.issuer),
                escape(&card.name)
            ),
            None => write!(prices, "<li>a currency that this server does not issue</li>"),
        };
    }
    let query = host.map(|host| format!("?h={}", escape(host))).unwrap_or_default();
    let code = escape(&code.to_ascii_uppercase());
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>Payment request</title><style>{STYLE}</style></head>\
         <body><h1>Payment request</h1><p>Pay one of:</p><ul>{prices}</ul>\
         <p><a class=\"pay\" href=\"tallystick:p/{code}{query}\">Open in your wallet</a></p>\
         <p>Your wallet tells you who asks, and whether an issuer that you hold vouches for the name. If nothing opens, \
         you need a Tallystick wallet: ask the shop which one it recommends, then scan the code again.</p></body></html>"
    )
}

fn amount(price: &Price, card: &Card) -> String {
    let code = card.currency.code();
    match price.amount {
        Some(amount) => format!("{} {code} of", amount.to_decimal_string(card.currency.decimals())),
        None => format!("any amount of {code} of"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
