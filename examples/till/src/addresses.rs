//! By which addresses this machine is reached: what a till that listens on all of them is called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Addresses for documentation (RFC 5737, RFC 3849): no machine has them, and every route but a machine's own leads there.
const ELSEWHERE: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))];

/// The addresses from which this machine speaks to others, IPv4 first; those of no network are none. Nothing is sent: to
/// connect a datagram socket only asks the table of routes.
pub(crate) fn of_this_machine() -> Vec<IpAddr> {
    let address = |elsewhere: &IpAddr| {
        let any: IpAddr = match elsewhere {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.connect((*elsewhere, 9)).ok()?;
        socket.local_addr().ok().map(|address: SocketAddr| address.ip())
    };
    let found = ELSEWHERE.iter().filter_map(address);
    found.filter(|address| !address.is_unspecified() && !address.is_loopback()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_can_be_listened_on() {
        for address in of_this_machine() {
            assert!(std::net::TcpListener::bind((address, 0)).is_ok(), "{address}");
        }
    }
}
