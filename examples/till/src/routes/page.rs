//! The page's files. They stand in the program itself, so that a till is one file to copy.

use ::http::{HeaderValue, header};
use axum::Router;
use axum::routing::get;

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

/// Adds the page's files.
pub(super) fn files(mut routes: Router<Shared>) -> Router<Shared> {
    for file in FILES {
        let answer =
            || async { ([(header::CONTENT_TYPE, HeaderValue::from_static(file.kind))], file.content) };
        routes = routes.route(file.path, get(answer));
    }
    routes
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
}
