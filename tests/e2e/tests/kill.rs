//! A wallet that is killed with −9 in the middle of a payment: the payment is made once.
//!
//! The wallet runs in a process of its own: this test's binary, started again with a role. Where it is killed is decided
//! by the host, which says when an order has reached it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tallystick::clock::SystemEntropy;
use tallystick::event::Event;
use tallystick::keys::{AccountId, IssuerId, PassphraseCost, PassphraseFileStore};
use tallystick::money::Amount;
use tallystick::wallet::{AccountKind, PayTo, PaymentState, PaymentWish, Wallet, WalletOptions};
use tallystick_e2e::{TestClock, Town, backend};
use tallystick_issuer::faults::Fault;

const ROLE: &str = "TALLYSTICK_TEST_PAYER";

fn options(folder: &Path) -> WalletOptions {
    let file = folder.join("secrets");
    let passphrase = "correct horse";
    let entropy = Arc::new(SystemEntropy);
    let secrets = if file.exists() {
        PassphraseFileStore::open(&file, passphrase, entropy).unwrap()
    } else {
        PassphraseFileStore::create(&file, passphrase, PassphraseCost::LEAST, entropy).unwrap()
    };
    WalletOptions::new(folder.join("wallet"), Arc::new(secrets), backend(Arc::new(TestClock::default())))
}

fn wish(issuer: IssuerId, payee: AccountId) -> PaymentWish {
    PaymentWish {
        to: PayTo::Account { issuer, account: payee },
        issuer: Some(issuer),
        amount: Some(Amount::new(250)),
        tip: None,
        memo: None,
        idempotency_key: Some("the one payment".into()),
    }
}

/// The child: opens the wallet, pays, says so. In the parent's run this is a test that does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_payer_in_a_process_of_its_own() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let [folder, issuer, payee] = role.split('|').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let (issuer, payee) = (issuer.parse().unwrap(), payee.parse().unwrap());
    let wallet = Wallet::open(&options(Path::new(folder))).await.unwrap();
    let plan = wallet.plan(wish(issuer, payee)).await.unwrap();
    println!("paying");
    let paid = wallet.pay(plan, None).await.unwrap();
    println!("paid {:?}", paid.state);
}

fn start_payer(folder: &Path, issuer: IssuerId, payee: AccountId) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["the_payer_in_a_process_of_its_own", "--exact", "--nocapture"])
        .env(ROLE, format!("{}|{issuer}|{payee}", folder.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Where the payer dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// Right after it said that it pays: before, in or after the transaction that confirms.
    WhileConfirming,
    /// The order has reached the host, and has not been decided.
    OrderOnItsWay,
    /// The order has been executed, and the answer is being held back.
    AnswerOnItsWay,
}

async fn one_life(death: Death) {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let payee = town.holder(issuer).await;
    let folder = tempfile::TempDir::new().unwrap();

    let (wallet, _) = Wallet::create(&options(folder.path())).await.unwrap();
    let link = format!("{}/c/{issuer}", town.host.origin());
    let payer = wallet.add_currency(&link, AccountKind::Private).await.unwrap().account;
    let mut given = owner.wallet.plan(wish(issuer, payer)).await.unwrap();
    (given.total, given.idempotency_key) = (Amount::new(1_000), "given".into());
    owner.wallet.pay(given, None).await.unwrap();
    wallet.sync(issuer).await.unwrap();
    wallet.close().await.unwrap();

    // Long enough that the process is always dead before its answer comes; nothing waits for it.
    let held_back = Duration::from_secs(25);
    match death {
        Death::WhileConfirming => {}
        Death::OrderOnItsWay => town.host.faults.once("POST", "/orders", Fault::FailBefore),
        Death::AnswerOnItsWay => town.host.faults.once("POST", "/orders", Fault::Delay(held_back)),
    }
    payee.wallet.listen().await.unwrap();
    let mut child = start_payer(folder.path(), issuer, payee.account(issuer).await);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("paying")), "the child began to pay");
    match death {
        Death::WhileConfirming => {}
        Death::OrderOnItsWay => town.host.faults.all_spent().await,
        Death::AnswerOnItsWay => {
            payee.next(|event| matches!(event, Event::PaymentReceived { .. }).then_some(())).await;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let wallet = Wallet::open(&options(folder.path())).await.unwrap();
    // The same key: whatever became of the first confirmation, this finds it or is it.
    let plan = wallet.plan(wish(issuer, payee.account(issuer).await)).await.unwrap();
    let paid = wallet.pay(plan, None).await.unwrap();
    assert_eq!(paid.state, PaymentState::Settled, "{death:?}");
    wallet.sync(issuer).await.unwrap();
    let balance = wallet.balance(issuer).await.unwrap();
    assert_eq!((balance.balance.minor(), balance.held.minor()), (750, 0), "{death:?}");
    payee.wallet.sync(issuer).await.unwrap();
    assert_eq!(payee.balance(issuer).await, 250, "{death:?}");
    assert_eq!(town.host.server().inside().sums(issuer).await.unwrap(), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_confirming() {
    one_life(Death::WhileConfirming).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_order_is_on_its_way() {
    one_life(Death::OrderOnItsWay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_answer_is_on_its_way() {
    one_life(Death::AnswerOnItsWay).await;
}
