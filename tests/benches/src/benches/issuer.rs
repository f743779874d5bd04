//! What an order costs the issuer: beside two signatures checked, two made, and its share of a grouped commit. How that
//! grows with accounts, with issuers on the host, and with the length of a chain.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::Size;
use crate::clocks::thread_cpu;
use crate::crowd::{Crowd, Ready};
use crate::filling::{self, Grouped};
use crate::host::HostProcess;
use crate::people::Village;
use crate::report::{Figure, Section, number};
use crate::signatures::Signatures;
use crate::stats::{median, ratio};

/// Accounts that sign; each has signed before.
const MEMBERS: usize = 64;
/// Orders in flight.
const AT_A_TIME: usize = 32;

struct Round {
    order: Duration,
    floor: Duration,
}

pub(super) async fn run(size: Size) -> io::Result<Section> {
    let (rounds, orders) = (size.pick(5, 1), size.pick(2_000, 10));
    let folder = TempDir::new()?;
    let small = size.pick(1_000, 10);
    let large = size.pick(1_000_000, 100);
    let mut places = [
        Place::new(&folder.path().join("small"), size, small).await?,
        Place::new(&folder.path().join("large"), size, large).await?,
        Place::new(&folder.path().join("crowded"), size, small).await?,
        Place::new(&folder.path().join("long"), size, small).await?,
    ];
    let (issuers, entries) = (size.pick(200, 2), size.pick(1_000_000, 100));
    places[2].found(issuers).await;
    places[3].restart_with(|database| filling::entries(database, entries))?;
    let mut measured: Vec<Vec<Round>> = places.iter().map(|_| Vec::new()).collect();
    // The first round of each fills caches.
    for round in 0..=rounds {
        for (place, measured) in places.iter_mut().zip(&mut measured) {
            let told = place.round(folder.path(), orders).await?;
            if round > 0 {
                measured.push(told);
            }
        }
    }
    Ok(section(rounds, orders, (small, large, issuers, entries), &measured))
}

/// A host with an issuer, and a crowd that sends to it.
struct Place {
    folder: std::path::PathBuf,
    host: Option<HostProcess>,
    crowd: Arc<Crowd>,
}

impl Place {
    async fn new(folder: &Path, size: Size, accounts: u32) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let host = HostProcess::start(folder)?;
        let village = Village::found(&host.address).await;
        let crowd = Arc::new(Crowd::new(&village, size.pick(MEMBERS, 3), 1_000_000).await);
        let mut place = Self { folder: folder.to_owned(), host: Some(host), crowd };
        place.restart_with(|database| filling::accounts(database, accounts))?;
        Ok(place)
    }

    /// Founds more issuers on the host.
    async fn found(&self, issuers: u32) {
        let Some(host) = &self.host else { return };
        for _ in 0..issuers {
            drop(Village::found(&host.address).await);
        }
    }

    /// Stops the host, changes its database, and starts it where it was.
    fn restart_with(&mut self, fill: impl FnOnce(&Path) -> rusqlite::Result<()>) -> io::Result<()> {
        let port = self.host.take().map_or(0, |host| host.address.port());
        fill(&self.folder.join(filling::DATABASE)).map_err(io::Error::other)?;
        self.host = Some(HostProcess::start_on(&self.folder, port)?);
        Ok(())
    }

    async fn round(&mut self, folder: &Path, orders: usize) -> io::Result<Round> {
        let ready: Vec<Ready> = (0..orders).map(|number| self.crowd.asked_order(number)).collect();
        let host = self.host.as_mut().ok_or_else(|| io::Error::other("no host"))?;
        let before = host.cpu()?;
        self.crowd.send_all(ready, AT_A_TIME).await;
        let used = host.cpu()?.saturating_sub(before);
        let count = u32::try_from(orders).unwrap_or(u32::MAX);
        Ok(Round { order: used / count, floor: floor(folder, orders)? })
    }
}

/// What an order cannot do without, in this minute.
fn floor(folder: &Path, orders: usize) -> io::Result<Duration> {
    /// Half of what is in flight is decided together.
    const GROUP: usize = AT_A_TIME / 2;
    let (signatures, grouped) = (Signatures::default(), Grouped::new(folder).map_err(io::Error::other)?);
    let count = u32::try_from(orders).unwrap_or(u32::MAX);
    let before = thread_cpu();
    for _ in 0..orders {
        signatures.time(2, 2);
    }
    for _ in 0..orders.div_ceil(GROUP) {
        grouped.commit(GROUP).map_err(io::Error::other)?;
    }
    Ok(thread_cpu().saturating_sub(before) / count)
}

fn section(
    rounds: usize,
    orders: usize,
    (small, large, issuers, entries): (u32, u32, u32, u32),
    measured: &[Vec<Round>],
) -> Section {
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let order =
        |place: usize| median(&measured[place].iter().map(|round| micros(round.order)).collect::<Vec<_>>());
    let floor = median(&measured.iter().flatten().map(|round| micros(round.floor)).collect::<Vec<_>>());
    let in_floor =
        median(&measured[0].iter().map(|round| ratio(round.order, round.floor)).collect::<Vec<_>>());
    // Rounds of all places take turns, so that what disturbs one disturbs all.
    let grows = |place: usize| {
        let pairs = measured[place].iter().zip(&measured[0]);
        median(&pairs.map(|(round, small)| ratio(round.order, small.order)).collect::<Vec<_>>())
    };
    Section {
        name: "issuer",
        title: "What an order costs the issuer",
        about: format!(
            "The CPU time of the issuer's process, in the kernel too, for an order that pays a request, over TLS on \
             loopback: {AT_A_TIME} in flight, from {MEMBERS} accounts that have signed before. Beside it, what it cannot do \
             without: two signatures checked, two made, and a share of a durable commit of sixteen orders' rows. Medians \
             of {rounds} rounds of {orders} orders. Accounts that take no part, and older entries, were written into the \
             database."
        ),
        figures: vec![
            Figure::at_most("CPU an order, in what it cannot do without", in_floor, 2.0, " ×"),
            Figure::told(format!("CPU an order, {small} accounts"), format!("{} µs", number(order(0)))),
            Figure::told("what it cannot do without", format!("{} µs", number(floor))),
            Figure::at_most(format!("with {large} accounts, in the cost with {small}"), grows(1), 1.1, " ×"),
            Figure::at_most(format!("with {issuers} issuers on the host"), grows(2), 1.1, " ×"),
            Figure::at_most(
                format!("with {entries} entries in the chains of those accounts"),
                grows(3),
                1.1,
                " ×",
            ),
        ],
    }
}
