//! Digital coins: `<https locator>#<debtor's URI>` (`digital-coin-urls.rst`).

use url::Url;

use super::uri::debtor;

/// Where a currency of Swaptacular is described. The description is not fetched here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SwaptacularCoin {
    /// Leads to the newest description of the currency.
    pub locator: String,
    /// Names the currency: `swpt:` and a number.
    pub debtor_uri: String,
}

impl SwaptacularCoin {
    /// The most characters of a locator.
    const MAX_LOCATOR: usize = 200;

    /// Takes a coin apart; nothing if the text is none.
    pub(in super::super) fn of(text: &str) -> Option<Self> {
        let (locator, debtor_uri) = text.rsplit_once('#')?;
        debtor(debtor_uri)?;
        let url = Url::parse(locator).ok()?;
        let secure = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
        // What is read must be what was written, or two wallets would name one coin differently.
        let normal = url.as_str() == locator && url.fragment().is_none();
        (secure && normal && locator.len() <= Self::MAX_LOCATOR)
            .then(|| Self { locator: locator.to_owned(), debtor_uri: debtor_uri.to_owned() })
    }
}
