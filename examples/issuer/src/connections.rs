//! How many connections there may be: in all, and from one client address. Whoever is one too many is hung up on before a
//! byte is read, so that idle connections cost files, but never all of them.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::config::Limits;
use crate::rates;

/// Files that the server needs beside its connections: the database, its log, the keys.
const RESERVE: u64 = 256;

/// Counts connections.
#[derive(Clone)]
pub(crate) struct Counted {
    open: Arc<Mutex<HashMap<IpAddr, u32>>>,
    most: usize,
    most_per_address: u32,
}

impl Counted {
    /// With these limits; a limit of 0 counts as 1.
    pub fn new(limits: &Limits) -> Self {
        let most = u64::from(limits.connections).min(files().saturating_sub(RESERVE)).max(1);
        Self {
            open: Arc::default(),
            most: usize::try_from(most).unwrap_or(usize::MAX),
            most_per_address: limits.connections_per_address.max(1),
        }
    }

    fn take(&self, address: IpAddr) -> Option<Place> {
        let address = rates::network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().map(|count| *count as usize).sum();
        let here = open.get(&address).copied().unwrap_or(0);
        if all >= self.most || here >= self.most_per_address {
            return None;
        }
        open.insert(address, here + 1);
        drop(open);
        Some(Place { open: Arc::clone(&self.open), address })
    }
}

/// How many files the process may open, where the system tells (Linux).
fn files() -> u64 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    limits.lines().find_map(open_files).unwrap_or(u64::MAX)
}

/// `Max open files   <soft>   <hard>   files`.
fn open_files(line: &str) -> Option<u64> {
    line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok()
}

/// One of the connections, until it is dropped.
struct Place {
    open: Arc<Mutex<HashMap<IpAddr, u32>>>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open.remove(&self.address)),
        }
    }
}

/// A connection that is counted.
pub(crate) struct CountedStream {
    stream: TcpStream,
    _place: Place,
}

impl<S> Accept<TcpStream, S> for Counted {
    type Stream = CountedStream;
    type Service = S;
    type Future = std::future::Ready<io::Result<(CountedStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = || {
            // News are small and must not wait for the next: without this each comes 40 ms late.
            stream.set_nodelay(true)?;
            let place = self.take(stream.peer_addr()?.ip());
            let place = place.ok_or_else(|| io::Error::other("too many connections"))?;
            Ok((CountedStream { stream, _place: place }, service))
        };
        std::future::ready(accepted())
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, into)
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_all_together_theirs() {
        let limits = Limits { connections: 3, connections_per_address: 2, ..Limits::default() };
        let counted = Counted::new(&limits);
        let address = |last: u8| IpAddr::from([192, 0, 2, last]);
        let first = counted.take(address(1));
        let second = counted.take(address(1));
        assert!(first.is_some() && second.is_some());
        assert!(counted.take(address(1)).is_none(), "a third of one address");
        let other = counted.take(address(2));
        assert!(other.is_some());
        assert!(counted.take(address(3)).is_none(), "a fourth of all");
        drop(first);
        assert!(counted.take(address(3)).is_some(), "a place that is free again");
        drop((second, other));
        assert!(counted.open.lock().unwrap_or_else(PoisonError::into_inner).is_empty());
    }

    #[test]
    fn the_systems_limit_is_read() {
        assert_eq!(
            open_files("Max open files            1024                 524288               files     "),
            Some(1_024)
        );
        assert_eq!(
            open_files("Max open files            unlimited            unlimited            files     "),
            None
        );
        assert_eq!(
            open_files("Max processes             7                    7                    processes "),
            None
        );
    }

    #[test]
    fn of_the_new_addresses_the_network_counts() {
        let counted = Counted::new(&Limits { connections_per_address: 1, ..Limits::default() });
        let address = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        let first = counted.take(address(1));
        assert!(first.is_some() && counted.take(address(2)).is_none());
    }
}
