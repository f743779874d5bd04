//! What a shop decides about its till.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use tallystick::wallet::WalletOptions;

use crate::addresses;

/// Everything that a shop decides about its till.
#[derive(Clone)]
pub struct Config {
    /// The till's wallet. The till keeps its own small files in the same folder. A PIN must be set.
    pub wallet: WalletOptions,
    /// Where to listen. Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// How the page travels.
    pub transport: Transport,
    /// Names by which tablets call the till, beside `localhost` and the address that it listens on. Calls by any other
    /// name are refused: a page on the web could have its name point here (DNS rebinding).
    pub names: Vec<String>,
    /// What the page calls the shop. Absent: as the first issuer is called.
    pub shop: Option<String>,
    /// In which language the page begins, such as `de-CH`. Absent: as the tablet says.
    pub locale: Option<String>,
    /// When a day begins and ends.
    pub time_zone: TimeZone,
    /// How long a code can be paid.
    pub charge_lifetime: Duration,
    /// How long a graceful stop waits for calls in flight.
    pub stop_within: Duration,
    /// Where the till's bounds lie.
    pub limits: Limits,
}

/// How the page travels between till and tablet.
#[derive(Debug, Clone)]
pub enum Transport {
    /// TLS with a certificate that the till makes for itself and keeps.
    SelfMade,
    /// TLS with a certificate of the shop's.
    Files(TlsFiles),
    /// In the open: on the loopback interface only, where nobody else listens.
    PlainHttp,
}

/// PEM files of a certificate chain and its private key.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, the till's own certificate first.
    pub certificates: PathBuf,
    /// The private key of the first certificate.
    pub key: PathBuf,
}

/// Where the till's bounds lie.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest body of a call, in bytes.
    pub body_bytes: usize,
    /// The longest that a call may take, event streams apart.
    pub request_timeout: Duration,
    /// Calls a second that one client address may make in the long run.
    pub address_per_second: u32,
    /// Calls that one client address may make at once after a rest.
    pub address_burst: u32,
    /// Tries of the PIN a minute that one client address may make in the long run. The wallet bounds the wrong ones of all
    /// addresses together.
    pub unlocks_per_minute: u32,
    /// Tries of the PIN that one client address may make at once after a rest.
    pub unlock_burst: u32,
    /// Sessions at a time; the oldest ends for a new one.
    pub sessions: usize,
    /// How long a session lasts.
    pub session_lifetime: Duration,
    /// Event streams that one session may hold open.
    pub streams_per_session: usize,
    /// Charges that are remembered, the newest ones.
    pub charges: usize,
    /// Payments that a day's list shows.
    pub day_entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 << 10,
            request_timeout: Duration::from_secs(40),
            address_per_second: 50,
            address_burst: 300,
            unlocks_per_minute: 20,
            unlock_burst: 10,
            sessions: 16,
            session_lifetime: Duration::from_hours(12),
            streams_per_session: 8,
            charges: 1_000,
            day_entries: 5_000,
        }
    }
}

impl Config {
    /// A till on the loopback interface, on a free port, over TLS with a certificate of its own.
    pub fn on_loopback(wallet: WalletOptions) -> Self {
        Self {
            wallet,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            transport: Transport::SelfMade,
            names: Vec::new(),
            shop: None,
            locale: None,
            time_zone: TimeZone::system(),
            charge_lifetime: Duration::from_mins(10),
            stop_within: Duration::from_secs(5),
            limits: Limits::default(),
        }
    }
}

/// The names by which a till may be called.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    names: Vec<String>,
    listen: IpAddr,
    /// This machine's addresses, if the till listens on all of them.
    own: Vec<IpAddr>,
}

impl Hosts {
    pub(crate) fn new(config: &Config) -> Self {
        let listen = config.listen.ip();
        let own = if listen.is_unspecified() { addresses::of_this_machine() } else { Vec::new() };
        Self { names: config.names.iter().map(|name| normal(name)).collect(), listen, own }
    }

    /// What a tablet is told to open, with the port: the shop's own name, or an address that leads here.
    pub(crate) fn authority(&self, port: u16) -> String {
        let loopback = || match self.listen {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        match (self.names.first(), self.listen.is_unspecified()) {
            (Some(name), true) => format!("{name}:{port}"),
            (None, true) => {
                SocketAddr::new(self.own.first().copied().unwrap_or_else(loopback), port).to_string()
            }
            (_, false) => SocketAddr::new(self.listen, port).to_string(),
        }
    }

    /// Whether a call to this host, with or without a port, is meant for this till.
    pub(crate) fn allow(&self, host: &str) -> bool {
        let name = normal(without_port(host));
        if name == "localhost" || self.names.contains(&name) {
            return true;
        }
        match name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            // Who listens on all addresses may be called by each of them. No name server has a say in an address.
            Ok(address) => self.listen.is_unspecified() || address == self.listen,
            Err(_) => false,
        }
    }

    /// What a self-made certificate is for.
    pub(crate) fn for_certificate(&self) -> Vec<String> {
        let mut names = self.names.clone();
        names.push("localhost".to_owned());
        if self.listen.is_unspecified() {
            let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
            names.extend(self.own.iter().chain(&loopback).map(IpAddr::to_string));
        } else {
            names.push(self.listen.to_string());
        }
        names.sort();
        names.dedup();
        names
    }
}

fn normal(name: &str) -> String {
    name.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// `[::1]:7443` → `[::1]`, `till.local:7443` → `till.local`.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            // A bare IPv6 address has colons of its own.
            if name.contains(':') && !name.starts_with('[') { host } else { name }
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str, names: &[&str]) -> Hosts {
        let names = names.iter().map(|name| normal(name)).collect();
        Hosts { names, listen: listen.parse().unwrap(), own: vec!["192.168.1.20".parse().unwrap()] }
    }

    #[test]
    fn a_till_answers_to_its_own_names_only() {
        let loopback = hosts("127.0.0.1", &["Till.local"]);
        for host in
            ["localhost", "LOCALHOST:7443", "127.0.0.1", "127.0.0.1:1", "till.local.", "till.local:80"]
        {
            assert!(loopback.allow(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.0.0.2",
            "[::1]",
            "0x7f.1",
            "localhost:80:80",
            "till.local:x",
            ":80",
            "127.0.0.1@evil.example",
        ] {
            assert!(!loopback.allow(host), "{host}");
        }
    }

    #[test]
    fn addresses_cannot_be_rebound() {
        let everywhere = hosts("0.0.0.0", &[]);
        assert!(everywhere.allow("192.168.1.20:7443") && everywhere.allow("[fe80::1]:7443"));
        assert!(!everywhere.allow("till.local"));
        assert!(hosts("::1", &[]).allow("[::1]:7443"));
        assert_eq!(everywhere.for_certificate(), ["127.0.0.1", "192.168.1.20", "::1", "localhost"]);
        assert_eq!(hosts("127.0.0.1", &[]).for_certificate(), ["127.0.0.1", "localhost"]);
    }

    #[test]
    fn a_tablet_is_told_an_address_that_leads_to_the_till() {
        assert_eq!(hosts("127.0.0.1", &["till.local"]).authority(7443), "127.0.0.1:7443");
        assert_eq!(hosts("0.0.0.0", &[]).authority(7443), "192.168.1.20:7443");
        assert_eq!(hosts("0.0.0.0", &["till.local"]).authority(7443), "till.local:7443");
        let alone = Hosts { own: Vec::new(), ..hosts("::", &[]) };
        assert_eq!(alone.authority(7443), "[::1]:7443");
    }
}
