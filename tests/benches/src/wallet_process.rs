//! A wallet in a process of its own, so that its memory and CPU time are its own.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tallystick::clock::{SystemClock, SystemEntropy};
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::wallet::{HistoryQuery, Wallet, WalletOptions};

use crate::clocks::process_cpu;
use crate::secrets::OpenSecrets;

/// The word by which the program is told to be a wallet.
pub const WALLET: &str = "be-wallet";

/// How a wallet is opened here.
pub fn options(folder: &Path) -> WalletOptions {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let backend = NativeBackend::new(NativeConfig::default(), clock, entropy).expect("a driver");
    WalletOptions::new(folder, Arc::new(OpenSecrets), Arc::new(backend))
}

/// What it did, and what that took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    /// From the folder to a wallet that can pay.
    pub open: Duration,
    /// The first fifty payments.
    pub page: Duration,
    /// The first page of a search.
    pub search: Duration,
    /// How many payments the search gave.
    pub found: usize,
    /// Following the chain to the head of now, the CPU time of the whole process.
    pub sync_cpu: Duration,
    /// The same, by the clock on the wall.
    pub sync: Duration,
    /// How many entries came.
    pub came: i64,
    /// The most memory that the process ever had, in KiB.
    pub peak_kib: u64,
}

/// Starts one that opens this folder, looks, and follows its chain; gives what it tells.
pub fn ask(folder: &Path, text: &str) -> io::Result<Told> {
    let answer = Command::new(std::env::current_exe()?).arg(WALLET).arg(folder).arg(text).output()?;
    if !answer.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&answer.stderr).into_owned()));
    }
    Ok(serde_json::from_slice(&answer.stdout)?)
}

/// Is one.
pub async fn be_wallet(folder: &Path, text: &str) -> io::Result<()> {
    let told = look(folder, text).await.map_err(io::Error::other)?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&told)?)
}

async fn look(folder: &Path, text: &str) -> Result<Told, tallystick::error::WalletError> {
    let options = options(folder);
    let begun = Instant::now();
    let wallet = Wallet::open(&options).await?;
    let open = begun.elapsed();

    let begun = Instant::now();
    let page = wallet.history(HistoryQuery { limit: 50, ..HistoryQuery::default() }).await?;
    let page_time = begun.elapsed();

    let query = HistoryQuery { text: Some(text.to_owned()), limit: 50, ..HistoryQuery::default() };
    let begun = Instant::now();
    let found = wallet.history(query).await?;
    let search = begun.elapsed();

    let newest =
        |page: &tallystick::wallet::HistoryPage| page.payments.first().and_then(|payment| payment.sequence);
    let issuer = wallet.balances().await?.first().map(|balance| balance.issuer);
    let (cpu, begun) = (process_cpu(), Instant::now());
    if let Some(issuer) = issuer {
        wallet.sync(issuer).await?;
    }
    let (sync_cpu, sync) = (process_cpu().saturating_sub(cpu), begun.elapsed());
    let after = wallet.history(HistoryQuery { limit: 1, ..HistoryQuery::default() }).await?;
    let came = newest(&after).unwrap_or(0) - newest(&page).unwrap_or(0);
    wallet.close().await?;
    let found = found.payments.len();
    Ok(Told { open, page: page_time, search, found, sync_cpu, sync, came, peak_kib: peak_kib() })
}

/// The high-water mark of resident memory.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
