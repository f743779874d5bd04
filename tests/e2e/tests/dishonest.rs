//! What a wallet does about an issuer that cheats: it notices, keeps evidence that anyone can check, and says so.

#![allow(clippy::unwrap_used, clippy::panic)]

use data_encoding::BASE64URL_NOPAD;
use tallystick::artefact::{Head, Signed};
use tallystick::audit::{self, Opinion};
use tallystick::clock::SystemEntropy;
use tallystick::event::Event;
use tallystick::keys::{IssuerId, SigningKey};
use tallystick::ledger::evidence::Finding;
use tallystick::money::Amount;
use tallystick::wallet::{
    KeyCapabilities, PaymentWish, PlanWarning, PriceWish, RequestWish, TipWish, verify_evidence,
};
use tallystick_e2e::{Person, Town};

struct Scene {
    town: Town,
    issuer: IssuerId,
    owner: Person,
    holder: Person,
}

/// An owner, and a holder who was given 300 and 200.
async fn scene() -> Scene {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let holder = town.holder_of(&owner, issuer, 300).await;
    owner.give(&holder, issuer, 200).await;
    Scene { town, issuer, owner, holder }
}

impl Scene {
    /// The holder's next synchronisation finds fraud: the evidence is kept, convinces a stranger, and is told.
    async fn assert_caught(&self, code: &str, finding: Finding) {
        let error = self.holder.wallet.sync(self.issuer).await.unwrap_err();
        assert_eq!(error.code(), if finding == Finding::Fraud { "fraud" } else { "unanswered" }, "{error:?}");
        let kept = self.holder.wallet.evidence(self.issuer).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].code, code);
        let judged = verify_evidence(&kept[0].bytes).unwrap();
        assert_eq!(judged.finding, finding, "{}", judged.words);
        // A file, and a reader that shares nothing with this wallet's rules.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &kept[0].bytes).unwrap();
        let opinion = audit::judge(&std::fs::read(file.path()).unwrap());
        let expected = if finding == Finding::Fraud { Opinion::Proven } else { Opinion::Unanswered };
        assert_eq!(opinion, expected, "{}", judged.words);
        assert!(judged.words.contains(&self.issuer.to_string()), "{}", judged.words);

        // Once more, with a head that was signed later: it is the same case.
        self.town.clock.move_by(2);
        self.holder.wallet.sync(self.issuer).await.unwrap_err();
        assert_eq!(self.holder.wallet.evidence(self.issuer).await.unwrap().len(), 1);
        assert!(self.told().await, "the app is told");
        let plan = self.holder.plan(&self.owner, self.issuer, 1).await;
        assert!(plan.warnings.contains(&PlanWarning::IssuerDistrusted));
    }

    async fn told(&self) -> bool {
        let mut after = 0;
        while let Some(event) = self.holder.wallet.try_next_event(after).await.unwrap() {
            after = event.sequence;
            if matches!(event.event, Event::FraudFound { issuer, .. } if issuer == self.issuer) {
                return true;
            }
        }
        false
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_entry() {
    let scene = scene().await;
    let account = scene.holder.account(scene.issuer).await;
    let inside = scene.town.host.server().inside();
    inside.rewrite_entry(scene.issuer, account, 1, Amount::new(30)).await.unwrap();
    scene.assert_caught("two_states", Finding::Fraud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_entry() {
    let scene = scene().await;
    let account = scene.holder.account(scene.issuer).await;
    let inside = scene.town.host.server().inside();
    inside.drop_entry(scene.issuer, account, 2).await.unwrap();
    // Fewer entries than were signed for: by itself that may be an old copy of the ledger, so it is told, not accused.
    let error = scene.holder.wallet.sync(scene.issuer).await.unwrap_err();
    assert_eq!(error.code(), "behind");
    // Shown its own head, it has to stop.
    let error = scene.owner.wallet.sync(scene.issuer).await.unwrap_err();
    assert_eq!(error.code(), "ledger_behind");
    assert!(scene.holder.wallet.evidence(scene.issuer).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_entry_and_a_new_one_in_its_place() {
    let scene = scene().await;
    let account = scene.holder.account(scene.issuer).await;
    let inside = scene.town.host.server().inside();
    inside.drop_entry(scene.issuer, account, 2).await.unwrap();
    // Another payment takes the place of the one that was dropped; the holder does not look until then.
    let plan = scene.owner.plan(&scene.holder, scene.issuer, 70).await;
    scene.owner.wallet.pay(plan, None).await.unwrap();
    scene.assert_caught("two_states", Finding::Fraud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_entry_and_more_than_were_there_before() {
    let scene = scene().await;
    let account = scene.holder.account(scene.issuer).await;
    let inside = scene.town.host.server().inside();
    inside.drop_entry(scene.issuer, account, 2).await.unwrap();
    for minor in [70, 80] {
        let plan = scene.owner.plan(&scene.holder, scene.issuer, minor).await;
        scene.owner.wallet.pay(plan, None).await.unwrap();
    }
    // What comes after the holder's chain does not follow from it. From the beginning, it passes by its receipts.
    scene.assert_caught("rewritten", Finding::Fraud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debit_that_nobody_signed() {
    let scene = scene().await;
    let inside = scene.town.host.server().inside();
    let (payer, payee) = (scene.holder.account(scene.issuer).await, scene.owner.account(scene.issuer).await);
    let stranger = SigningKey::generate(&SystemEntropy);
    inside.post_unsigned_debit(scene.issuer, payer, payee, Amount::new(100), stranger).await.unwrap();
    // A stranger cannot know that the holder never granted the key. The holder does.
    scene.assert_caught("bad_entry", Finding::Unanswered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debit_by_a_key_that_the_holder_had_cancelled() {
    let scene = scene().await;
    let inside = scene.town.host.server().inside();
    let (payer, payee) = (scene.holder.account(scene.issuer).await, scene.owner.account(scene.issuer).await);
    let till = SigningKey::generate(&SystemEntropy);
    let may = KeyCapabilities { pay: true, ..KeyCapabilities::default() };
    let until = inside.now() + 86_400;
    let grant =
        scene.holder.wallet.grant_key(scene.issuer, till.public_key(), may, None, until).await.unwrap();
    scene.holder.wallet.cancel_grant(scene.issuer, grant.grant).await.unwrap();
    scene.town.clock.move_by(2);
    // The issuer says that the key may pay again, and lets it.
    inside
        .with_database(|db| db.execute_batch("DELETE FROM cancelled; UPDATE grants SET void = 0"))
        .await
        .unwrap();
    inside.post_unsigned_debit(scene.issuer, payer, payee, Amount::new(100), till).await.unwrap();
    scene.assert_caught("bad_entry", Finding::Unanswered).await;
    let kept = scene.holder.wallet.evidence(scene.issuer).await.unwrap();
    let words = verify_evidence(&kept[0].bytes).unwrap().words;
    assert!(words.contains("was cancelled"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_that_is_hidden_from_a_statement() {
    let scene = scene().await;
    let inside = scene.town.host.server().inside();
    // The owner's debt is hidden: the statement's debts do not sum up to what holders hold.
    let debtor = scene.owner.account(scene.issuer).await;
    inside.hide_balance(scene.issuer, debtor).await.unwrap();
    scene.assert_caught("bad_statement", Finding::Fraud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_is_hidden_from_a_statement() {
    let scene = scene().await;
    let inside = scene.town.host.server().inside();
    let account = scene.holder.account(scene.issuer).await;
    inside.hide_balance(scene.issuer, account).await.unwrap();
    // The sums do not agree: anyone sees it.
    scene.assert_caught("bad_statement", Finding::Fraud).await;
}

/// The issuer signs the balance that it keeps, and shows the holder another head of the same place.
#[tokio::test(flavor = "multi_thread")]
async fn two_heads_of_one_place() {
    let scene = scene().await;
    scene.holder.wallet.sync(scene.issuer).await.unwrap();
    let key = scene.town.host.server().inside().signing_key(scene.issuer).await.unwrap();
    scene.town.host.liar.tell(move |_, answer| {
        let head = answer["head"].as_str().map(|head| BASE64URL_NOPAD.decode(head.as_bytes()).unwrap());
        let Some(head) = head.and_then(|head| Signed::<Head>::parse(&head).ok()) else { return };
        let less = Head { balance: Amount::new(head.body().balance.minor() - 100), ..head.body().clone() };
        let less = Signed::sign(&less, &key).unwrap();
        answer["head"] = BASE64URL_NOPAD.encode(less.bytes()).into();
    });
    scene.assert_caught("two_states", Finding::Fraud).await;
}

/// A till of the holder's overspends, and the issuer lets the account go below zero.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_below_zero() {
    let scene = scene().await;
    let inside = scene.town.host.server().inside();
    let (payer, payee) = (scene.holder.account(scene.issuer).await, scene.owner.account(scene.issuer).await);
    let till = SigningKey::generate(&SystemEntropy);
    let may = KeyCapabilities { pay: true, ..KeyCapabilities::default() };
    let until = inside.now() + 86_400;
    scene.holder.wallet.grant_key(scene.issuer, till.public_key(), may, None, until).await.unwrap();
    inside.post_unsigned_debit(scene.issuer, payer, payee, Amount::new(700), till).await.unwrap();
    scene.assert_caught("bad_entry", Finding::Unanswered).await;
    let kept = scene.holder.wallet.evidence(scene.issuer).await.unwrap();
    assert!(kept[0].words.contains("below zero"), "{}", kept[0].words);
}

/// The head and the entries of another account are true, and no answer. They prove nothing against the issuer, and are
/// taken for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_for_another_account() {
    let scene = scene().await;
    let other = scene.town.holder_of(&scene.owner, scene.issuer, 5_000).await;
    let account = other.account(scene.issuer).await;
    let inside = scene.town.host.server().inside();
    let head = inside.sign_other_head(scene.issuer, account, |_| {}).await.unwrap();
    let head = BASE64URL_NOPAD.encode(head.bytes());
    scene.town.host.liar.tell(move |_, answer| {
        if answer["head"].is_string() {
            answer["head"] = head.clone().into();
        }
    });
    let error = scene.holder.wallet.sync(scene.issuer).await.unwrap_err();
    assert!(!error.to_string().is_empty());
    assert!(scene.holder.wallet.evidence(scene.issuer).await.unwrap().is_empty(), "{error:?}");
    assert_eq!(scene.holder.balance(scene.issuer).await, 500, "another's money is not the holder's");
    scene.town.host.liar.stop();
    scene.holder.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(scene.holder.balance(scene.issuer).await, 500);
}

/// The payee was shown the payment of a request; then the issuer forgets it, and lets somebody else pay the request.
#[tokio::test(flavor = "multi_thread")]
async fn a_paid_request_that_is_forgotten() {
    let scene = scene().await;
    let wish = RequestWish {
        prices: vec![PriceWish { issuer: scene.issuer, amount: Some(Amount::new(40)) }],
        seconds: Some(600),
        reusable: false,
        reference: None,
        tip: TipWish::NoTip,
        lines: Vec::new(),
        note: None,
    };
    let request = scene.holder.wallet.request_payment(wish).await.unwrap();
    let (first, second) = (
        scene.town.holder_of(&scene.owner, scene.issuer, 100).await,
        scene.town.holder_of(&scene.owner, scene.issuer, 100).await,
    );
    let plan = first.wallet.plan(PaymentWish::of_link(&request.link)).await.unwrap();
    first.wallet.pay(plan, None).await.unwrap();
    scene.holder.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(scene.holder.balance(scene.issuer).await, 540);

    let inside = scene.town.host.server().inside();
    let account = scene.holder.account(scene.issuer).await;
    inside.drop_entry(scene.issuer, account, 3).await.unwrap();
    inside
        .with_database(|db| db.execute_batch("UPDATE decision SET request = NULL, request_id = NULL"))
        .await
        .unwrap();
    let plan = second.wallet.plan(PaymentWish::of_link(&request.link)).await.unwrap();
    second.wallet.pay(plan, None).await.unwrap();
    scene.assert_caught("two_states", Finding::Fraud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_issuer_is_never_accused() {
    let scene = scene().await;
    let inside = scene.town.host.server().inside();
    for round in 1..4 {
        scene.holder.give(&scene.owner, scene.issuer, 10 * round).await;
        inside.make_statement(scene.issuer).await.unwrap();
        scene.owner.give(&scene.holder, scene.issuer, 5).await;
        for person in [&scene.holder, &scene.owner] {
            person.wallet.sync(scene.issuer).await.unwrap();
            assert!(person.wallet.evidence(scene.issuer).await.unwrap().is_empty());
        }
    }
    assert_eq!(scene.holder.balance(scene.issuer).await, 500 - 60 + 15);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_histories_meet_when_their_camps_pay_each_other() {
    let scene = scene().await;
    let other = scene.town.holder(scene.issuer).await;
    let inside = scene.town.host.server().inside();
    // One statement is shown to the one who pays …
    let shown = inside.make_statement(scene.issuer).await.unwrap();
    scene.holder.wallet.sync(scene.issuer).await.unwrap();
    // … and another of the same number to the one who is paid.
    inside
        .with_database(move |database| {
            database.execute("DELETE FROM statement WHERE number = ?1", [shown.number]).map(drop)
        })
        .await
        .unwrap();
    let instead = inside.make_statement(scene.issuer).await.unwrap();
    assert_eq!((instead.number, instead.hash == shown.hash), (shown.number, false));
    other.wallet.sync(scene.issuer).await.unwrap();

    let plan = scene.holder.plan(&other, scene.issuer, 10).await;
    let paid = scene.holder.wallet.pay(plan, None).await.unwrap();
    other.wallet.sync(scene.issuer).await.unwrap();
    let alarmed = other
        .next(|event| match event {
            Event::HistoriesDiffer { payment, .. } => Some(*payment),
            _ => None,
        })
        .await;
    assert_eq!(alarmed, paid.payment);
}
