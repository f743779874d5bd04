//! The page's files. They stand in the program itself, so that a till is one file to copy.
//!
//! A browser asks each time whether a file is still the one that it has (`no-cache`), so that a new till never meets an old
//! page; what it has is not sent again, and the rest is sent packed, a quarter as large.

use std::io::Write as _;
use std::sync::LazyLock;

use ::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use tallystick::keys::Digest;

use crate::app::Shared;

/// A file of the page: where it is served, what it is, and its bytes.
struct File {
    path: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const WORDS: &str = "application/json";
const PICTURE: &str = "image/svg+xml";
const MANIFEST: &str = "application/manifest+json";

macro_rules! page {
    ($($path:literal = $kind:ident $file:literal,)*) => {
        const FILES: &[File] = &[
            $(File { path: $path, kind: $kind, content: include_bytes!(concat!("../../page/", $file)) },)*
        ];
    };
}

page! {
    "/" = HTML "index.html",
    "/style.css" = STYLE "style.css",
    "/amount.js" = SCRIPT "amount.js",
    "/api.js" = SCRIPT "api.js",
    "/charge.js" = SCRIPT "charge.js",
    "/day.js" = SCRIPT "day.js",
    "/dom.js" = SCRIPT "dom.js",
    "/i18n.js" = SCRIPT "i18n.js",
    "/lock.js" = SCRIPT "lock.js",
    "/main.js" = SCRIPT "main.js",
    "/refund.js" = SCRIPT "refund.js",
    "/sell.js" = SCRIPT "sell.js",
    "/store.js" = SCRIPT "store.js",
    "/locales/ar.json" = WORDS "locales/ar.json",
    "/locales/de.json" = WORDS "locales/de.json",
    "/locales/en.json" = WORDS "locales/en.json",
    "/locales/es.json" = WORDS "locales/es.json",
    "/locales/fr.json" = WORDS "locales/fr.json",
    "/locales/pt.json" = WORDS "locales/pt.json",
    "/icon.svg" = PICTURE "icon.svg",
    "/manifest.webmanifest" = MANIFEST "manifest.webmanifest",
}

/// What is sent of a file beside the file itself.
struct Prepared {
    file: &'static File,
    packed: Vec<u8>,
    /// Names the content, packed or not, and so is a weak one (RFC 9110 §8.8.1).
    tag: HeaderValue,
}

static PREPARED: LazyLock<Vec<Prepared>> = LazyLock::new(|| FILES.iter().map(Prepared::of).collect());

/// Adds the page's files.
pub(super) fn files(mut routes: Router<Shared>) -> Router<Shared> {
    for prepared in PREPARED.iter() {
        let answer = move |headers: HeaderMap| async move { prepared.answer(&headers) };
        routes = routes.route(prepared.file.path, get(answer));
    }
    routes
}

impl Prepared {
    fn of(file: &'static File) -> Self {
        let mut packing = GzEncoder::new(Vec::new(), Compression::best());
        // Writing into memory does not fail. If it did, nothing would be sent packed.
        let packed = packing.write_all(file.content).and_then(|()| packing.finish()).unwrap_or_default();
        let hash = Digest::of(&[file.content]).to_string();
        let tag = HeaderValue::try_from(format!("W/\"{hash}\""));
        Self { file, packed, tag: tag.unwrap_or(HeaderValue::from_static("W/\"\"")) }
    }

    fn answer(&'static self, headers: &HeaderMap) -> Response {
        let vary = (header::VARY, HeaderValue::from_static("accept-encoding"));
        let named = [(header::ETAG, self.tag.clone()), vary];
        if lists(headers, &header::IF_NONE_MATCH, |one| one.as_bytes() == self.tag.as_bytes()) {
            return (StatusCode::NOT_MODIFIED, named).into_response();
        }
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(self.file.kind))];
        if !self.packed.is_empty() && lists(headers, &header::ACCEPT_ENCODING, is_gzip) {
            let packed = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
            return (named, kind, packed, self.packed.as_slice()).into_response();
        }
        (named, kind, self.file.content).into_response()
    }
}

/// Whether a field that is a list has such a member.
fn lists(headers: &HeaderMap, name: &header::HeaderName, fits: impl Fn(&str) -> bool) -> bool {
    let fields = headers.get_all(name).iter().filter_map(|field| field.to_str().ok());
    fields.flat_map(|field| field.split(',')).any(|member| fits(member.trim()))
}

/// `gzip`, unless its weight is nought (RFC 9110 §12.5.3).
fn is_gzip(member: &str) -> bool {
    let (coding, weight) = member.split_once(';').unwrap_or((member, ""));
    let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
    coding.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn collect(folder: &Path, found: &mut Vec<Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.push(std::fs::read(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_file_of_the_page_is_served() {
        let mut found = Vec::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("page"), &mut found);
        for content in &found {
            assert!(FILES.iter().any(|file| file.content == content.as_slice()));
        }
        assert_eq!(found.len(), FILES.len());
    }

    #[test]
    fn only_who_takes_gzip_gets_it() {
        for (accept, takes) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5, br", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("gzip;q=x", false),
            ("br, zgzip", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, accept.parse().unwrap())]);
            assert_eq!(lists(&headers, &header::ACCEPT_ENCODING, is_gzip), takes, "{accept}");
        }
    }
}
