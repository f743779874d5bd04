//! Hosts, in the one form in which they are kept and written (protocol §7).

use url::Url;

use super::LinkError;

/// The most characters of a host with its port.
const MAX_HOST: usize = 253;

/// A host with an optional port in its one form: lower case, names of other scripts in Punycode, no port 443.
pub(super) fn normal(host: &str) -> Result<String, LinkError> {
    // Whatever ends a host in a URL, or is skipped by a reader of URLs, would make it mean another one.
    let foreign = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\' | '?' | '#' | '@');
    if host.is_empty() {
        return Err(LinkError::HostMissing);
    }
    if host.len() > MAX_HOST || host.contains(foreign) {
        return Err(LinkError::Host);
    }
    of_url(&Url::parse(&format!("https://{host}/")).map_err(|_| LinkError::Host)?)
}

/// The host of an `https` URL, in its one form.
pub(super) fn of_url(url: &Url) -> Result<String, LinkError> {
    // `https://pay.shop.example@evil.example` leads to the latter and looks like the former.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(LinkError::Host);
    }
    let host = with_port(url).ok_or(LinkError::HostMissing)?;
    if host.len() > MAX_HOST { Err(LinkError::Host) } else { Ok(host) }
}

/// The host of a URL with its port, if that is not the scheme's own.
pub(super) fn with_port(url: &Url) -> Option<String> {
    let name = url.host_str()?;
    Some(url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")))
}

/// The host as a value in the query of the app's own form, where the brackets of IPv6 may not stand (RFC 3986 §3.4).
pub(super) fn in_query(host: &str) -> String {
    host.replace('[', "%5B").replace(']', "%5D")
}
