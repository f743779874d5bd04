//! The wallets that an operator recommends: where to get them, and the apps that may open this host's links by themselves.
//!
//! A system asks the host which apps may: Android for `asset_links` (Digital Asset Links), iOS for
//! `site_association` (Universal Links). An app counts only if it names this host as well.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

/// What an operator recommends. Nothing by default.
#[derive(Debug, Clone, Default)]
pub struct Apps {
    /// Where wallets are found, in the order in which pages name them.
    pub wallets: Vec<WalletSite>,
    /// Android apps that may open links.
    pub android: Vec<AndroidApp>,
    /// Apps of Apple's systems that may open links.
    pub apple: Vec<AppleApp>,
}

/// Where a wallet is found: its site, or its place in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletSite {
    name: String,
    url: url::Url,
}

/// An Android app, by its package and one certificate that signs it. Name an app with two certificates twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AndroidApp {
    package: String,
    fingerprint: [u8; 32],
}

/// An app of Apple's systems, by its team and bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppleApp {
    team: String,
    bundle: String,
}

/// Why an app cannot be named like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// Not of the form `NAME=https://…`.
    #[error("{0} is not of the form NAME=https://site, with a name of 1 to 40 characters")]
    WalletSite(String),
    /// Not of the form `PACKAGE=FINGERPRINT`.
    #[error("{0} is not of the form PACKAGE=FINGERPRINT")]
    Form(String),
    /// Not the name of an Android package.
    #[error("{0} is not the name of an Android package, such as org.example.wallet")]
    Package(String),
    /// Not the fingerprint of a certificate.
    #[error(
        "{0} is not the SHA-256 fingerprint of a certificate: 32 bytes in hexadecimal, with or without colons"
    )]
    Fingerprint(String),
    /// Not the id of a team.
    #[error("{0} does not begin with the id of an Apple team: 10 capital letters and digits, and a point")]
    Team(String),
    /// Not the id of a bundle.
    #[error("{0} does not go on with the id of a bundle, such as org.example.wallet")]
    Bundle(String),
}

impl AppError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WalletSite(_) => "bad_wallet_site",
            Self::Form(_) => "bad_android_app",
            Self::Package(_) => "bad_package",
            Self::Fingerprint(_) => "bad_fingerprint",
            Self::Team(_) => "bad_team",
            Self::Bundle(_) => "bad_bundle",
        }
    }
}

impl WalletSite {
    /// What people know it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

/// `NAME=https://…`.
impl FromStr for WalletSite {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let wrong = || AppError::WalletSite(text.to_owned());
        let (name, address) = text.split_once('=').ok_or_else(wrong)?;
        let url = url::Url::parse(address).map_err(|_| wrong())?;
        let is_site = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
        let is_name = (1..=40).contains(&name.chars().count()) && !name.contains(char::is_control);
        if is_site && is_name && name.trim() == name {
            Ok(Self { name: name.to_owned(), url })
        } else {
            Err(wrong())
        }
    }
}

/// `PACKAGE=FINGERPRINT`.
impl FromStr for AndroidApp {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let (package, fingerprint) = text.split_once('=').ok_or_else(|| AppError::Form(text.to_owned()))?;
        // https://developer.android.com/build/configure-app-module#set-application-id
        let is_part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if package.len() > 255 || !package.contains('.') || !package.split('.').all(is_part) {
            return Err(AppError::Package(package.to_owned()));
        }
        let hex = fingerprint.replace(':', "").to_ascii_uppercase();
        let bytes = data_encoding::HEXUPPER.decode(hex.as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let fingerprint = bytes.ok_or_else(|| AppError::Fingerprint(fingerprint.to_owned()))?;
        Ok(Self { package: package.to_owned(), fingerprint })
    }
}

/// `TEAM.BUNDLE`, as Apple writes the id of an app.
impl FromStr for AppleApp {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let wrong = || AppError::Team(text.to_owned());
        let (team, bundle) = text.split_once('.').ok_or_else(wrong)?;
        if team.len() != 10 || !team.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let is_part = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if bundle.len() > 155 || !bundle.split('.').all(is_part) {
            return Err(AppError::Bundle(text.to_owned()));
        }
        Ok(Self { team: team.to_owned(), bundle: bundle.to_owned() })
    }
}

/// Pairs of hexadecimal digits with colons between, as Android's tools write them.
struct Fingerprint<'a>(&'a [u8; 32]);

impl fmt::Display for Fingerprint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if index == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

/// `/.well-known/assetlinks.json`: <https://developers.google.com/digital-asset-links/v1/create-statement>. `None` without
/// an app.
pub(crate) fn asset_links(apps: &[AndroidApp]) -> Option<Value> {
    let mut packages: Vec<(&str, Vec<String>)> = Vec::new();
    for app in apps {
        let fingerprint = Fingerprint(&app.fingerprint).to_string();
        match packages.iter_mut().find(|(package, _)| *package == app.package) {
            Some((_, fingerprints)) if fingerprints.contains(&fingerprint) => {}
            Some((_, fingerprints)) => fingerprints.push(fingerprint),
            None => packages.push((&app.package, vec![fingerprint])),
        }
    }
    let statement = |(package, fingerprints): &(&str, Vec<String>)| {
        json!({
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {
                "namespace": "android_app", "package_name": package, "sha256_cert_fingerprints": fingerprints,
            },
        })
    };
    (!packages.is_empty()).then(|| packages.iter().map(statement).collect())
}

/// `/.well-known/apple-app-site-association`:
/// <https://developer.apple.com/documentation/bundleresources/applinks>. `None` without an app.
pub(crate) fn site_association(apps: &[AppleApp]) -> Option<Value> {
    let ids: Vec<String> = apps.iter().map(|app| format!("{}.{}", app.team, app.bundle)).collect();
    let components: Vec<Value> = ["/p/*", "/c/*", "/g/*", "/r/*"].map(|path| json!({ "/": path })).into();
    (!ids.is_empty())
        .then(|| json!({ "applinks": { "details": [{ "appIDs": ids, "components": components }] } }))
}

#[cfg(test)]
mod tests;
