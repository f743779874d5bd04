//! Tests of money, one file an idea.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::money::{Currency, MoneyFormat};

mod amount;
mod currency;
mod format;
mod parse;
mod rate;
mod rounding;

fn currency(code: &str, symbol: &str, decimals: u8) -> Currency {
    Currency::new(code, "A currency", symbol, decimals).unwrap()
}

/// Places whose ways of writing numbers differ: a cross-section of what the locale data (CLDR) holds.
const LOCALES: &str = "\
    und en en-AT en-CH en-IN en-ZA af ar ar-AE ar-EG ar-EG-u-nu-latn ar-LB ar-MA as ast az be bg bho bn \
    bo bs ca ccp ckb cs da de de-AT de-CH de-LI dz el es es-AR es-CR es-ES es-MX es-US et eu fa ff-Adlm \
    fi fr fr-CA fr-CH fr-MA gsw gu he hi hi-Latn hi-u-nu-deva hr hu hy id it it-CH ja ja-u-nu-fullwide \
    ka kab km kn ko ks ks-Deva lo lt lv mai ml mni mr ms-BN my mzn nb ne nl nqo pa pa-Arab pl ps pt \
    pt-AO pt-PT rm ro ru sa sat sd sd-Deva sl sr sv sw sw-CD ta ta-u-nu-tamldec te th th-u-nu-thai tr uk \
    ur ur-IN uz uz-Arab vi wae yue-u-nu-hanidec zh zh-Hant-TW zh-u-nu-hanidec";

fn locales() -> impl Iterator<Item = (&'static str, MoneyFormat)> {
    LOCALES.split_whitespace().map(|tag| (tag, MoneyFormat::for_locale(tag).unwrap()))
}
