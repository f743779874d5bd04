//! A wallet with many payments: a shop's, filled as a shop's is, by following its chain.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use tallystick::artefact::Role;
use tallystick::clock::Clock as _;
use tallystick::keys::SealingKey;
use tallystick::money::Amount;
use tallystick::wallet::{AccountKind, PaymentWish, Wallet};
use tempfile::TempDir;

use super::Size;
use crate::crowd::{Crowd, Ready};
use crate::host::HostProcess;
use crate::people::Village;
use crate::report::{Figure, Section, number};
use crate::stats::{median, ms};
use crate::wallet_process::{self, Told, options};

const CUSTOMERS: usize = 200;
/// One payment in so many has a memo.
const MEMO_EVERY: usize = 10;
/// A word of one memo in fifty.
const RARE_WORD: &str = "marzipan";

struct Counts {
    /// In the wallet already.
    held: usize,
    /// That come anew.
    fresh: usize,
    /// That a wallet makes itself.
    made: usize,
    rounds: usize,
}

pub(super) async fn run(size: Size) -> io::Result<Section> {
    let counts = size.pick(
        Counts { held: 90_000, fresh: 10_000, made: 1_000, rounds: 5 },
        Counts { held: 60, fresh: 20, made: 3, rounds: 1 },
    );
    let folder = TempDir::new()?;
    let host = HostProcess::start(&folder.path().join("host"))?;
    let village = Village::found(&host.address).await;
    let customers = size.pick(CUSTOMERS, 5);
    let crowd = Arc::new(Crowd::new(&village, customers, 1_000_000).await);
    let shop_folder = folder.path().join("shop");
    let (shop, sealing_key) = new_wallet(&village, &shop_folder).await.map_err(io::Error::other)?;
    let account = shop.currency(village.issuer).await.map_err(io::Error::other)?.account;

    send(&crowd, account, &sealing_key, 0..counts.held).await;
    shop.sync(village.issuer).await.map_err(io::Error::other)?;
    shop.close().await.map_err(io::Error::other)?;
    let bytes_received = size_of(&shop_folder)?;
    send(&crowd, account, &sealing_key, counts.held..counts.held + counts.fresh).await;

    let mut told = Vec::new();
    for _ in 0..counts.rounds {
        // Each round follows the same entries, in a copy.
        let copy = folder.path().join("copy");
        copy_folder(&shop_folder, &copy)?;
        let round = wallet_process::ask(&copy, RARE_WORD)?;
        fs::remove_dir_all(&copy)?;
        assert_eq!(usize::try_from(round.came), Ok(counts.fresh), "all that was paid came");
        assert!(round.found > 0, "the word is found");
        told.push(round);
    }
    let made = bytes_made(&village, folder.path(), counts.made).await.map_err(io::Error::other)?;
    let empty = bytes_made(&village, &folder.path().join("other"), 0).await.map_err(io::Error::other)?;
    let each = |bytes: u64, payments: usize| bytes as f64 / payments as f64 / 1_000.0;
    let sizes = (
        each(bytes_received.saturating_sub(empty), counts.held),
        each(made.saturating_sub(empty), counts.made),
    );
    Ok(section(&counts, &told, sizes))
}

/// A wallet without money, and the key to which memos to it are sealed.
async fn new_wallet(
    village: &Village,
    folder: &Path,
) -> Result<(Wallet, SealingKey), tallystick::error::WalletError> {
    let (wallet, _) = Wallet::create(&options(folder)).await?;
    let link = format!("{}/c/{}", village.host.origin, village.issuer);
    wallet.add_currency(&link, AccountKind::Private).await?;
    wallet.sync(village.issuer).await?;
    let account = wallet.currency(village.issuer).await?.account;
    let key = Crowd::sealing_key_of(village, account).await;
    Ok((wallet, key))
}

/// Customers in turn pay the shop.
async fn send(
    crowd: &Arc<Crowd>,
    shop: tallystick::keys::AccountId,
    sealing_key: &SealingKey,
    payments: std::ops::Range<usize>,
) {
    const AT_A_TIME: usize = 64;
    // Signed in parts: an order is good for ninety seconds.
    for part in payments.collect::<Vec<_>>().chunks(2_000) {
        let ready: Vec<Ready> = part
            .iter()
            .map(|number| {
                let rare = if number % (50 * MEMO_EVERY) == 0 { RARE_WORD } else { "rye" };
                let memo = format!("Order {number}, {rare} bread for Saturday");
                let memo = (number % MEMO_EVERY == 0).then_some((memo.as_str(), sealing_key));
                crowd.order(*number, shop, 1, None, memo)
            })
            .collect();
        crowd.send_all(ready, AT_A_TIME).await;
    }
}

/// How large a wallet is that has made so many payments itself, to a shop with a name.
async fn bytes_made(
    village: &Village,
    folder: &Path,
    payments: usize,
) -> Result<u64, tallystick::error::WalletError> {
    let folder = folder.join("payer");
    let (payer, _) = new_wallet(village, &folder).await?;
    let shop = village.holder().await;
    let (issuer, shop_account) = (village.issuer, shop.account(village.issuer).await);
    let until = village.clock.now() + 86_400;
    village
        .owner
        .wallet
        .attest(issuer, shop_account, &format!("Corner Shop {payments}"), Role::Customer, until)
        .await?;
    let payer_account = payer.currency(issuer).await?.account;
    let money = Amount::new(i64::try_from(payments + 1).unwrap_or(i64::MAX));
    let gift = village.owner.wallet.plan(PaymentWish::of_account(issuer, payer_account, money)).await?;
    village.owner.wallet.pay(gift, None).await?;
    payer.sync(issuer).await?;
    for _ in 0..payments {
        let plan = payer.plan(PaymentWish::of_account(issuer, shop_account, Amount::new(1))).await?;
        payer.pay(plan, None).await?;
    }
    // An app deals with its events, and they are forgotten.
    let mut after = 0;
    while let Some(event) = payer.try_next_event(after).await? {
        after = event.sequence;
    }
    payer.ack(after).await?;
    payer.close().await?;
    Ok(size_of(&folder).unwrap_or(0))
}

fn size_of(folder: &Path) -> io::Result<u64> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    fs::read_dir(from)?.try_for_each(|entry| {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name())).map(drop)
    })
}

fn section(counts: &Counts, told: &[Told], (received, made): (f64, f64)) -> Section {
    let of = |what: fn(&Told) -> f64| median(&told.iter().map(what).collect::<Vec<_>>());
    // What was found for another number of entries says nothing of ten thousand.
    let per_ten_thousand = 10_000.0 / counts.fresh as f64;
    let Counts { held, fresh, rounds, .. } = counts;
    Section {
        name: "wallet",
        title: "A wallet with many payments",
        about: format!(
            "A shop's wallet follows its chain over TLS until it holds {held} payments of {CUSTOMERS} customers, one in \
             {MEMO_EVERY} with a memo. Another process opens it, shows the first page, searches, and follows {fresh} new \
             entries with every signature checked. Medians of {rounds} rounds, each in a copy of the file."
        ),
        figures: vec![
            Figure::at_most("open", of(|told| ms(told.open)), 50.0, " ms"),
            Figure::at_most("first page of 50", of(|told| ms(told.page)), 10.0, " ms"),
            Figure::at_most("search, first page", of(|told| ms(told.search)), 50.0, " ms"),
            Figure::at_most(
                "CPU to follow 10,000 new entries",
                of(|told| told.sync_cpu.as_secs_f64()) * per_ten_thousand,
                1.0,
                " s",
            ),
            Figure::told(
                "the same, by the clock",
                format!("{} s", number(of(|told| told.sync.as_secs_f64()) * per_ten_thousand)),
            ),
            Figure::at_most(
                "most memory through all of it",
                of(|told| told.peak_kib as f64 / 1024.0),
                30.0,
                " MiB",
            ),
            Figure::at_most("file, a payment received", received, 1.2, " KB"),
            Figure::at_most("file, a payment made", made, 1.2, " KB"),
        ],
    }
}
