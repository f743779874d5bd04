//! Fraud at the till: for each, what the wallet shows before anybody confirms, and what becomes of the money.

#![allow(clippy::unwrap_used, clippy::panic)]

use tallystick::artefact::{Price, Request, Unproven};
use tallystick::clock::{Clock as _, SystemEntropy};
use tallystick::keys::{IssuerId, SigningKey};
use tallystick::money::Amount;
use tallystick::request::RequestLink;
use tallystick::wallet::{
    AccountKind, KeyCapabilities, Payment, PaymentPlan, PaymentState, PaymentWish, PlanWarning, PriceWish,
    RequestInfo, RequestWish, TipWish,
};
use tallystick_e2e::{Person, Stranger, Town};

const WARNED: [PlanWarning; 2] = [PlanWarning::UnnamedPayee, PlanWarning::FirstPayment];

/// A bakery with its shop, a customer who has 100.00 of its money, and a thief who has an account like anybody.
struct Scene {
    town: Town,
    issuer: IssuerId,
    owner: Person,
    shop: Person,
    customer: Person,
    thief: Person,
}

async fn scene() -> Scene {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let shop = town.holder(issuer).await;
    let customer = town.holder_of(&owner, issuer, 10_000).await;
    let thief = town.person().await;
    add_public(&thief, &town, issuer).await;
    owner.attest(&shop, issuer, "Corner Shop").await;
    Scene { town, issuer, owner, shop, customer, thief }
}

/// Adds a currency with the account that is the same everywhere.
async fn add_public(person: &Person, town: &Town, issuer: IssuerId) {
    let link = format!("{}/c/{issuer}", town.host.origin());
    person.wallet.add_currency(&link, AccountKind::Public).await.unwrap();
    person.wallet.sync(issuer).await.unwrap();
}

fn asked(issuer: IssuerId, minor: Option<i64>) -> RequestWish {
    RequestWish {
        prices: vec![PriceWish { issuer, amount: minor.map(Amount::new) }],
        seconds: Some(300),
        reusable: minor.is_none(),
        reference: None,
        tip: TipWish::NoTip,
        lines: Vec::new(),
        note: None,
    }
}

impl Scene {
    /// A request of the shop.
    async fn request(&self, minor: i64) -> RequestInfo {
        self.shop.wallet.request_payment(asked(self.issuer, Some(minor))).await.unwrap()
    }

    async fn plan(&self, link: &str) -> PaymentPlan {
        self.customer.wallet.plan(PaymentWish::of_link(link)).await.unwrap()
    }

    /// The code of the error with which the customer's wallet declines to plan.
    async fn declined(&self, link: &str) -> String {
        let error = self.customer.wallet.plan(PaymentWish::of_link(link)).await.unwrap_err();
        error.code().to_owned()
    }

    async fn pay(&self, plan: PaymentPlan) -> Payment {
        self.customer.wallet.pay(plan, None).await.unwrap()
    }

    /// By verified chains, customer, shop and thief have this much, and nothing is held.
    async fn assert_money(&self, customer: i64, shop: i64, thief: i64) {
        for (who, expected) in [(&self.customer, customer), (&self.shop, shop), (&self.thief, thief)] {
            who.wallet.sync(self.issuer).await.unwrap();
            assert_eq!(who.balance(self.issuer).await, expected);
            assert_eq!(who.available(self.issuer).await, expected);
        }
        assert_eq!(self.town.host.server().inside().sums(self.issuer).await.unwrap(), (0, 0));
    }
}

fn prefix(issuer: IssuerId) -> [u8; 8] {
    issuer.as_bytes()[..8].try_into().unwrap()
}

/// The request in a link by value.
fn request_in(link: &str) -> Unproven<Request> {
    match RequestLink::parse(link).unwrap() {
        RequestLink::ByValue { request, .. } => request,
        RequestLink::ByReference { .. } => panic!("by reference: {link}"),
    }
}

/// A link to a request that this key has signed.
fn signed_by(key: &SigningKey, request: &Request) -> String {
    let signed = Unproven::sign(request, key).unwrap();
    let unproven = Unproven::parse(signed.bytes()).unwrap();
    RequestLink::by_value(unproven, Some("pay.example")).unwrap().text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_over_the_shops_code_does_not_bear_the_shops_name() {
    let scene = scene().await;
    // The customer is a regular: the shop's own code shows its name, and nothing to look at twice.
    let regular = scene.request(450).await;
    scene.pay(scene.plan(&regular.link).await).await;
    let known = scene.plan(&scene.request(450).await.link).await;
    assert_eq!((known.payee.name.as_deref(), known.warnings.as_slice()), (Some("Corner Shop"), &[][..]));

    // The thief's code asks the same, and says in its own words that it is the shop.
    let mut wish = asked(scene.issuer, Some(450));
    wish.note = Some("Corner Shop, says Bakery".into());
    let sticker = scene.thief.wallet.request_payment(wish).await.unwrap();
    let plan = scene.plan(&sticker.link).await;
    assert_eq!((plan.payee.name.as_deref(), plan.warnings.as_slice()), (None, &WARNED[..]));
    assert_eq!(plan.words.unwrap().note.as_deref(), Some("Corner Shop, says Bakery"));
    scene.assert_money(9_550, 450, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_looks_like_the_shops_is_not_given() {
    let scene = scene().await;
    let account = scene.thief.account(scene.issuer).await;
    let until = scene.town.clock.now() + 86_400;
    let role = tallystick::artefact::Role::Customer;
    // Cyrillic letters, Greek ones, digits, full width, and another case.
    for name in ["Соrner Shop", "Cοrner Shop", "C0rner Shop", "Corner Shop", "CORNER SHOP"] {
        let error = scene.owner.wallet.attest(scene.issuer, account, name, role, until).await.unwrap_err();
        assert_eq!(error.code(), "name_taken", "{name}");
    }
    let theirs = scene.thief.wallet.request_payment(asked(scene.issuer, Some(450))).await.unwrap();
    let plan = scene.plan(&theirs.link).await;
    assert_eq!((plan.payee.name.as_deref(), plan.warnings.as_slice()), (None, &WARNED[..]));
    scene.assert_money(10_000, 0, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shops_name_by_another_issuers_word_is_shown_as_that_issuers_word() {
    let scene = scene().await;
    let other_owner = scene.town.person().await;
    let other = scene.town.found(&other_owner, "Den of Thieves").await;
    add_public(&scene.thief, &scene.town, other).await;
    other_owner.attest(&scene.thief, other, "Corner Shop").await;
    scene.customer.add(&scene.town.host, other).await;
    let wish = RequestWish {
        prices: [scene.issuer, other]
            .map(|issuer| PriceWish { issuer, amount: Some(Amount::new(450)) })
            .into(),
        ..asked(other, Some(450))
    };
    let theirs = scene.thief.wallet.request_payment(wish).await.unwrap();
    let plan = |issuer| PaymentWish { issuer: Some(issuer), ..PaymentWish::of_link(&theirs.link) };

    // In the other issuer's money, it is the other issuer that says so.
    let there = scene.customer.wallet.plan(plan(other)).await.unwrap();
    assert_eq!(there.payee.name.as_deref(), Some("Corner Shop"));
    assert_eq!(there.payee.vouched_by, "Den of Thieves");
    assert!(there.warnings.contains(&PlanWarning::FirstPayment));
    // In the bakery's money, which is what can be stolen, nobody says so.
    let here = scene.customer.wallet.plan(plan(scene.issuer)).await.unwrap();
    assert_eq!((here.payee.name.as_deref(), here.warnings.as_slice()), (None, &WARNED[..]));
    scene.assert_money(10_000, 0, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_amount_is_not_the_payees_request() {
    let scene = scene().await;
    let link = scene.request(450).await.link;
    let request = request_in(&link);
    // Signed anew by a key that is not the payee's.
    let thief = SigningKey::generate(&SystemEntropy);
    for minor in [1, 449, 451, 45_000] {
        let mut changed = request.body().clone();
        changed.prices[0].amount = Some(Amount::new(minor));
        assert_eq!(scene.declined(&signed_by(&thief, &changed)).await, "request_invalid", "{minor}");
    }
    // Other bytes under the payee's signature: 450 is 0x19 0x01 0xC2 in CBOR.
    let mut bytes = request.bytes().to_vec();
    let at = bytes.windows(3).position(|three| three == [0x19, 0x01, 0xc2]).unwrap();
    bytes[at + 2] = 0xc1;
    let changed = Unproven::<Request>::parse(&bytes).unwrap();
    assert_eq!(changed.body().prices[0].amount, Some(Amount::new(449)));
    let changed = RequestLink::by_value(changed, None).unwrap().text();
    assert_eq!(scene.declined(&changed).await, "request_invalid");
    // Nor can a plan be changed on its way to the confirmation.
    let plan = scene.plan(&link).await;
    for minor in [1, 451] {
        let changed = PaymentPlan { total: Amount::new(minor), ..plan.clone() };
        let error = scene.customer.wallet.pay(changed, None).await.unwrap_err();
        assert_eq!(error.code(), "wrong_amount");
    }
    scene.assert_money(10_000, 0, 0).await;
    // The request itself can still be paid.
    assert_eq!(scene.pay(plan).await.state, PaymentState::Settled);
    scene.assert_money(9_550, 450, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_of_an_issuer_that_the_wallet_does_not_hold_is_not_asked_of_it() {
    let scene = scene().await;
    let other_owner = scene.town.person().await;
    let other = scene.town.found(&other_owner, "Den of Thieves").await;
    add_public(&scene.thief, &scene.town, other).await;
    let theirs = scene.thief.wallet.request_payment(asked(other, Some(450))).await.unwrap();
    assert_eq!(scene.declined(&theirs.link).await, "not_found");
    // The same with a price that bears no issuer's name at all.
    let stranger = Stranger::open(&scene.town, scene.issuer).await;
    let unheard_of = Price { issuer_prefix: [7; 8], amount: Some(Amount::new(1)) };
    let in_bakery = Price { issuer_prefix: prefix(scene.issuer), amount: Some(Amount::new(450)) };
    assert_eq!(scene.declined(&stranger.ask(&[unheard_of])).await, "not_found");
    // Beside a price that the wallet can pay, it changes nothing: only the latter is planned.
    let plan = scene.plan(&stranger.ask(&[unheard_of, in_bakery])).await;
    assert_eq!((plan.issuer, plan.total, plan.warnings), (scene.issuer, Amount::new(450), WARNED.to_vec()));
    scene.assert_money(10_000, 0, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_request_is_shown_as_such_and_not_paid() {
    let scene = scene().await;
    let request = scene.request(450).await;
    let before = scene.plan(&request.link).await;
    assert!(!before.warnings.contains(&PlanWarning::Expired));
    scene.town.clock.move_by(301);
    let after = scene.plan(&request.link).await;
    assert!(after.warnings.contains(&PlanWarning::Expired));
    for plan in [before, after] {
        assert_eq!(scene.customer.wallet.pay(plan, None).await.unwrap_err().code(), "expired");
    }
    // Whoever does not ask a wallet is refused by the issuer.
    let stranger = Stranger::open(&scene.town, scene.issuer).await;
    stranger.fund(&scene.owner, 450).await;
    assert_eq!(stranger.pay(&request_in(&request.link), 450).await, Err("request_expired".to_owned()));
    scene.assert_money(10_000, 0, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_paid_is_not_paid_again() {
    let scene = scene().await;
    let request = scene.request(450).await;
    let paid = scene.pay(scene.plan(&request.link).await).await;
    // The thief shows the same code to the next customer.
    let next = scene.town.holder_of(&scene.owner, scene.issuer, 1_000).await;
    let plan = next.wallet.plan(PaymentWish::of_link(&request.link)).await.unwrap();
    let refused = next.wallet.pay(plan, None).await.unwrap();
    assert_eq!((refused.state, refused.refusal.as_deref()), (PaymentState::Refused, Some("already_paid")));
    next.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!((next.balance(scene.issuer).await, next.available(scene.issuer).await), (1_000, 1_000));
    // Whoever has paid finds the payment, also by a new plan, and can show its receipt.
    let again = scene.pay(scene.plan(&request.link).await).await;
    assert_eq!((again.payment, again.state), (paid.payment, PaymentState::Settled));
    let receipt = scene.customer.wallet.receipt_link(again.payment).await.unwrap();
    let seen = scene.shop.wallet.find_receipt(&receipt.text()).await.unwrap();
    assert_eq!((seen.payment, seen.amount), (paid.payment, Amount::new(450)));
    scene.assert_money(9_550, 450, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_pays_one_for_a_request_leaves_it_to_be_paid() {
    let scene = scene().await;
    let request = scene.request(450).await;
    let stranger = Stranger::open(&scene.town, scene.issuer).await;
    stranger.fund(&scene.owner, 1_000).await;
    let bytes = request_in(&request.link);
    for minor in [1, 449, 451] {
        assert_eq!(stranger.pay(&bytes, minor).await, Err("wrong_amount".to_owned()), "{minor}");
    }
    // Nor does it help to pay somebody else in the request's name.
    let thief = scene.thief.account(scene.issuer).await;
    assert_eq!(stranger.pay_to(thief, &bytes, 450).await, Err("wrong_payee".to_owned()));
    scene.assert_money(10_000, 0, 0).await;
    assert_eq!(scene.pay(scene.plan(&request.link).await).await.state, PaymentState::Settled);
    let seen = scene.shop.wallet.wait_for_request(request.request, 20_000).await.unwrap();
    assert_eq!(seen.amount, Amount::new(450));
    scene.assert_money(9_550, 450, 0).await;
}

/// A till's key that the shop has granted `receive` for a time, and a link to a request that it has signed.
async fn till(scene: &Scene, seconds: i64) -> (tallystick::keys::Digest, String) {
    let key = SigningKey::generate(&SystemEntropy);
    let receive = KeyCapabilities { receive: true, ..KeyCapabilities::default() };
    let until = scene.town.clock.now() + seconds;
    let shop = &scene.shop.wallet;
    let grant = shop.grant_key(scene.issuer, key.public_key(), receive, None, until).await.unwrap();
    let mut request = request_in(&scene.request(450).await.link).body().clone();
    request.not_after = Some(scene.town.clock.now() + 86_400);
    (grant.grant, signed_by(&key, &request))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_whose_grant_was_cancelled_asks_in_vain() {
    let scene = scene().await;
    let (grant, link) = till(&scene, 3_600).await;
    let planned = scene.plan(&link).await;
    assert_eq!(planned.payee.name.as_deref(), Some("Corner Shop"), "a granted key asks for the shop");
    scene.shop.wallet.cancel_grant(scene.issuer, grant).await.unwrap();
    // A wallet that knew the grant finds out from the issuer, one that asks anew before that.
    let refused = scene.pay(planned).await;
    let outcome = (refused.state, refused.refusal.as_deref());
    assert_eq!(outcome, (PaymentState::Refused, Some("request_invalid")));
    // From then on it knows, and plans no second try.
    assert_eq!(scene.declined(&link).await, "request_invalid");
    let next = scene.town.holder(scene.issuer).await;
    let error = next.wallet.plan(PaymentWish::of_link(&link)).await.unwrap_err();
    assert_eq!(error.code(), "request_invalid");
    scene.assert_money(10_000, 0, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_whose_grant_has_ended_asks_in_vain() {
    let scene = scene().await;
    let (_, link) = till(&scene, 600).await;
    let planned = scene.plan(&link).await;
    scene.town.clock.move_by(601);
    assert_eq!(scene.customer.wallet.pay(planned, None).await.unwrap_err().code(), "request_invalid");
    assert_eq!(scene.declined(&link).await, "request_invalid");
    let stranger = Stranger::open(&scene.town, scene.issuer).await;
    stranger.fund(&scene.owner, 450).await;
    assert_eq!(stranger.pay(&request_in(&link), 450).await, Err("request_invalid".to_owned()));
    scene.assert_money(10_000, 0, 0).await;
}
