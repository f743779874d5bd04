//! A payment and a crash between any two of its steps: paid once or not at all, and everybody agrees which.
//!
//! A payment is made once without a crash, and all points between its steps are written down. Then the phone dies at each
//! of them in turn, in a payment of its own. Twice: it is found again at once, and after the order's expiry.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::{Arc, Mutex};

use tallystick::issuer::IssuerBackend;
use tallystick::keys::{Digest, IssuerId};
use tallystick::money::Amount;
use tallystick::wallet::{
    Direction, HistoryQuery, PayTo, Payment, PaymentPlan, PaymentState, PaymentWish, PriceWish, RequestWish,
    TipWish, Wallet,
};
use tallystick_e2e::{Crashing, Person, Phone, Point, Side, Step, Town, backend};
use tallystick_issuer::faults::Fault;

/// What every payment here moves.
const PRICE: i64 = 7;
/// Longer than any order is valid.
const LATE_SECONDS: i64 = 300;
/// Longer than what is known of a payee without a name serves.
const UNTIL_FORGOTTEN_SECONDS: i64 = 120;

/// What is done, and what goes wrong beside the crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    PayAnAccount,
    PayARequest,
    Refund,
    /// The first answer is lost, so that the entry is only found by following the chain.
    PayDespiteALostAnswer,
    /// Somebody else has paid the request: the order is refused.
    PayWhatIsPaid,
}

/// When the phone is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    AtOnce,
    Late,
}

/// A payment that is to be made, and how things stood before.
struct Deal {
    ask: Ask,
    balance: i64,
    executed: i64,
    shown: Vec<Digest>,
}

#[derive(Clone)]
enum Ask {
    Wish(PaymentWish),
    Refund(Digest),
}

impl Ask {
    async fn plan(&self, wallet: &Wallet) -> Result<PaymentPlan, tallystick::error::WalletError> {
        match self {
            Self::Wish(wish) => wallet.plan(wish.clone()).await,
            Self::Refund(payment) => wallet.plan_refund(*payment, None, None).await,
        }
    }
}

struct Scene {
    town: Town,
    issuer: IssuerId,
    owner: Person,
    payer: Person,
    payee: Person,
    network: Arc<Crashing>,
    deals: usize,
}

async fn scene() -> Scene {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let payer = town.holder_of(&owner, issuer, 10_000).await;
    let payee = town.holder(issuer).await;
    let network = Crashing::on(&Phone::sound(), backend(Arc::clone(&town.clock)));
    let mut scene = Scene { town, issuer, owner, payer, payee, network, deals: 0 };
    scene.reopen().await;
    scene
}

impl Scene {
    /// The payer's wallet again, on a sound phone.
    async fn reopen(&mut self) {
        self.payer.wallet.close().await.unwrap();
        self.network = Crashing::on(&Phone::sound(), backend(Arc::clone(&self.town.clock)));
        self.payer.options.backend = Arc::clone(&self.network) as Arc<dyn IssuerBackend>;
        self.payer.wallet = Wallet::open(&self.payer.options).await.unwrap();
    }

    /// A reason to pay the payee, whom the payer has to look up again.
    async fn deal(&mut self, deed: Deed) -> Deal {
        self.deals += 1;
        self.town.clock.move_by(UNTIL_FORGOTTEN_SECONDS);
        let payee = &self.payee;
        let wish = |to| {
            Ask::Wish(PaymentWish {
                to,
                issuer: Some(self.issuer),
                amount: matches!(deed, Deed::PayAnAccount | Deed::PayDespiteALostAnswer)
                    .then(|| Amount::new(PRICE)),
                tip: None,
                memo: None,
                idempotency_key: Some(format!("deal {}", self.deals)),
            })
        };
        let ask = match deed {
            Deed::PayAnAccount | Deed::PayDespiteALostAnswer => {
                wish(PayTo::Account { issuer: self.issuer, account: payee.account(self.issuer).await })
            }
            Deed::PayARequest | Deed::PayWhatIsPaid => {
                let asked = RequestWish {
                    prices: vec![PriceWish { issuer: self.issuer, amount: Some(Amount::new(PRICE)) }],
                    seconds: Some(86_400),
                    reusable: false,
                    reference: None,
                    tip: TipWish::NoTip,
                    lines: Vec::new(),
                    note: None,
                };
                wish(PayTo::Request { link: payee.wallet.request_payment(asked).await.unwrap().link })
            }
            Deed::Refund => {
                self.owner.give(payee, self.issuer, PRICE).await;
                Ask::Refund(payee.give(&self.payer, self.issuer, PRICE).await.payment)
            }
        };
        if deed == Deed::PayWhatIsPaid {
            let plan = ask.plan(&self.owner.wallet).await.unwrap();
            assert_eq!(self.owner.wallet.pay(plan, None).await.unwrap().state, PaymentState::Settled);
        }
        if deed == Deed::PayDespiteALostAnswer {
            self.town.host.faults.once("POST", "/orders", Fault::LoseReply);
        }
        self.payer.wallet.sync(self.issuer).await.unwrap();
        Deal {
            ask,
            balance: self.payer.balance(self.issuer).await,
            executed: self.executed().await,
            shown: self.shown().await.iter().map(|shown| shown.payment).collect(),
        }
    }

    /// Pays on this phone, until it is done or the phone has died.
    async fn pay_on(&self, phone: &Arc<Phone>, deal: &Deal) -> Option<PaymentPlan> {
        self.network.move_to(phone);
        self.payer.wallet.guard_commits(Arc::clone(phone) as _);
        let kept: Arc<Mutex<Option<PaymentPlan>>> = Arc::default();
        let paying = tokio::spawn({
            let (wallet, ask, kept) = (self.payer.wallet.clone(), deal.ask.clone(), Arc::clone(&kept));
            async move {
                let plan = ask.plan(&wallet).await?;
                *kept.lock().unwrap() = Some(plan.clone());
                wallet.pay(plan, None).await
            }
        });
        let abort = paying.abort_handle();
        tokio::select! {
            paid = paying => {
                assert!(phone.is_dead() || paid.unwrap().is_ok());
            }
            () = phone.died() => abort.abort(),
        }
        kept.lock().unwrap().take()
    }

    /// What the payer's history says of payments to the payee.
    async fn shown(&self) -> Vec<Payment> {
        let query = HistoryQuery { issuer: Some(self.issuer), limit: 200, ..HistoryQuery::default() };
        let counterpart = self.payee.account(self.issuer).await;
        let page = self.payer.wallet.history(query).await.unwrap();
        let to_payee =
            |shown: &Payment| shown.counterpart == counterpart && shown.direction == Direction::Out;
        page.payments.into_iter().filter(to_payee).collect()
    }

    /// How often the issuer has moved money from the payer to the payee, by its own ledger.
    async fn executed(&self) -> i64 {
        let (payer, payee) = (self.payer.account(self.issuer).await, self.payee.account(self.issuer).await);
        let inside = self.town.host.server().inside();
        let executed = inside.with_database(move |db| {
            db.query_row(
                "SELECT count(*) FROM entry debit JOIN entry credit ON credit.decision = debit.decision
                   JOIN account payer ON payer.no = debit.account JOIN account payee ON payee.no = credit.account
                 WHERE payer.id = ?1 AND payee.id = ?2 AND debit.amount < 0",
                [payer.as_bytes().as_slice(), payee.as_bytes().as_slice()],
                |row| row.get(0),
            )
        });
        executed.await.unwrap()
    }

    /// Wallets and issuer say the same of this deal. Gives what the history says, once nothing is pending.
    async fn assert_agreed(&self, deal: &Deal, point: &str) -> Vec<Payment> {
        for open in self.payer.wallet.pending_payments().await.unwrap() {
            self.payer.wallet.wait_for_payment(open.payment, 20_000).await.unwrap();
        }
        self.payer.wallet.sync(self.issuer).await.unwrap();
        self.payee.wallet.sync(self.issuer).await.unwrap();
        let mut shown = self.shown().await;
        shown.retain(|shown| !deal.shown.contains(&shown.payment));
        let settled: Vec<_> = shown
            .iter()
            .filter(|shown| shown.state == PaymentState::Settled)
            .map(|shown| shown.payment)
            .collect();
        let executed = self.executed().await - deal.executed;
        assert!(executed <= 1, "{point}: paid {executed} times");
        assert_eq!(i64::try_from(settled.len()).unwrap(), executed, "{point}: {shown:?}");

        let balance = self.payer.wallet.balance(self.issuer).await.unwrap();
        assert_eq!(balance.balance.minor(), deal.balance - executed * PRICE, "{point}");
        assert_eq!((balance.held.minor(), balance.available), (0, balance.balance), "{point}");
        for payment in settled {
            let proved = self.payer.wallet.payment(payment).await.unwrap();
            assert!(proved.entry.is_some() && proved.receipt.is_some(), "{point}: it is in the chain");
        }
        assert!(self.payer.wallet.evidence(self.issuer).await.unwrap().is_empty(), "{point}");
        assert_eq!(self.town.host.server().inside().sums(self.issuer).await.unwrap(), (0, 0), "{point}");
        shown
    }
}

/// Whether the order was durable at this point, and whether it had reached the issuer.
fn stage(all: &[Point], point: &Point) -> (bool, bool) {
    let at =
        |step: &Step| all.iter().position(|point| point.step == *step && point.side == Side::After).unwrap();
    let here = all.iter().position(|other| other == point).unwrap();
    let confirmed = here >= at(&Step::Write("confirm::confirm".into()));
    (confirmed, here >= at(&Step::Call("submit_order".into())))
}

async fn one_crash(scene: &mut Scene, deed: Deed, all: &[Point], point: &Point, found: Found) {
    let name = format!("{deed:?}, {point}, found {found:?}");
    let deal = scene.deal(deed).await;
    let phone = Phone::dying_at(point.clone());
    let kept = scene.pay_on(&phone, &deal).await;
    assert!(phone.is_dead(), "{name}: never reached, but {:?}", phone.reached());

    if found == Found::Late {
        scene.town.clock.move_by(LATE_SECONDS);
    }
    scene.reopen().await;
    let shown = scene.assert_agreed(&deal, &name).await;
    let (confirmed, submitted) = stage(all, point);
    let expected = match deed {
        _ if !confirmed => None,
        Deed::PayWhatIsPaid => Some(PaymentState::Refused),
        _ if found == Found::AtOnce || submitted => Some(PaymentState::Settled),
        _ => Some(PaymentState::Refused),
    };
    let states: Vec<_> = shown.iter().map(|shown| shown.state).collect();
    assert_eq!(states, Vec::from_iter(expected), "{name}");

    // The same again: with the plan, if the app still has it, or by the same wish.
    let again = match (kept, deal.ask.plan(&scene.payer.wallet).await) {
        (Some(plan), _) | (None, Ok(plan)) => scene.payer.wallet.pay(plan, None).await.unwrap(),
        (None, Err(error)) => panic!("{name}: {error:?}"),
    };
    let first = shown.first();
    let finds_the_first = match (first, deed) {
        // A request whose order was refused may be paid by another.
        (Some(first), Deed::PayARequest | Deed::PayWhatIsPaid) => first.state == PaymentState::Settled,
        (first, _) => first.is_some(),
    };
    match first {
        Some(first) if finds_the_first => {
            assert_eq!((&again.payment, again.state), (&first.payment, first.state));
        }
        Some(first) => assert_ne!(again.payment, first.payment, "{name}"),
        None => {}
    }
    let paid = deed != Deed::PayWhatIsPaid && (!finds_the_first || expected == Some(PaymentState::Settled));
    scene.assert_agreed(&deal, &name).await;
    assert_eq!(scene.executed().await - deal.executed == 1, paid, "{name}");
    if deed == Deed::Refund && paid {
        let more = deal.ask.plan(&scene.payer.wallet).await.unwrap_err();
        assert_eq!(more.code(), "already_refunded", "{name}");
    }
}

/// The steps up to the answer.
const TO_THE_ANSWER: [&str; 4] =
    ["call payee", "write payee::look_up", "write confirm::confirm", "call submit_order"];

/// Dies at every point of this deed. The points are these: a step that is added to payments is added here.
async fn sweep(deed: Deed, after_the_answer: &[&str]) {
    let mut scene = scene().await;
    let deal = scene.deal(deed).await;
    let phone = Phone::sound();
    scene.pay_on(&phone, &deal).await;
    let all = phone.reached();
    let names: Vec<_> = all.iter().map(ToString::to_string).collect();
    let both_sides: Vec<_> = TO_THE_ANSWER
        .iter()
        .chain(after_the_answer)
        .flat_map(|step| [format!("before {step}"), format!("after {step}")])
        .collect();
    assert_eq!(names, both_sides, "the steps of {deed:?}");
    for point in &all {
        one_crash(&mut scene, deed, &all, point, Found::AtOnce).await;
        if stage(&all, point).0 {
            one_crash(&mut scene, deed, &all, point, Found::Late).await;
        }
    }
    assert_eq!(scene.town.host.faults.remaining(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_an_account() {
    sweep(Deed::PayAnAccount, &["write deliver::executed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_a_request() {
    sweep(Deed::PayARequest, &["write deliver::executed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_back() {
    sweep(Deed::Refund, &["write deliver::executed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_when_the_answer_is_lost() {
    sweep(
        Deed::PayDespiteALostAnswer,
        &["write deliver::executed", "call statement", "call entries", "write take::take"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_what_is_paid_already() {
    sweep(Deed::PayWhatIsPaid, &["write deliver::refused"]).await;
}
