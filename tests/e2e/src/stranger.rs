//! Somebody without a wallet, who signs whatever suits.

use std::sync::Arc;

use tallystick::artefact::{Opening, Order, Price, Request, Seen, Signed, Unproven};
use tallystick::clock::{Clock as _, Entropy, SystemEntropy};
use tallystick::issuer::{IssuerBackend, OrderAnswer, OrderSubmission, Rejection};
use tallystick::keys::{AccountId, Digest, IssuerId, OrderId, RequestId, SealingKey, SigningKey};
use tallystick::money::Amount;
use tallystick::request::RequestLink;
use tallystick::wallet::{PaymentState, PaymentWish};

use crate::{Person, TestClock, Town, backend};

/// An account at an issuer, and its key: its orders pass no wallet's checks.
pub struct Stranger {
    /// The account.
    pub account: AccountId,
    issuer: IssuerId,
    key: SigningKey,
    clock: Arc<TestClock>,
    backend: Arc<dyn IssuerBackend>,
}

impl Stranger {
    /// Opens an account at an issuer of the town's host.
    pub async fn open(town: &Town, issuer: IssuerId) -> Self {
        let backend = backend(Arc::clone(&town.clock));
        let origin = town.host.origin();
        let bundle = backend.card(&issuer, origin.strip_prefix("https://")).await.expect("a card");
        backend.use_card(bundle.card.body());
        let key = SigningKey::generate(&SystemEntropy);
        let opening = Opening {
            issuer,
            commitment: Digest::new(bytes()),
            sealing_key: SealingKey::new([7; 32]),
            signed_at: town.clock.now(),
        };
        let opening = Signed::sign(&opening, &key).expect("an opening");
        let account = backend.open_account(&opening, &[]).await.expect("an account").account;
        Self { account, issuer, key, clock: Arc::clone(&town.clock), backend }
    }

    /// Is given money by the issuer's owner.
    pub async fn fund(&self, owner: &Person, minor: i64) {
        let wish = PaymentWish::of_account(self.issuer, self.account, Amount::new(minor));
        let plan = owner.wallet.plan(wish).await.expect("a plan");
        let payment = owner.wallet.pay(plan, None).await.expect("a payment");
        assert_eq!(payment.state, PaymentState::Settled, "refused: {:?}", payment.refusal);
    }

    /// A link that asks for money, by value, with this account as payee.
    pub fn ask(&self, prices: &[Price]) -> String {
        let request = Request {
            payee: self.account,
            not_after: Some(self.clock.now() + 300),
            prices: prices.to_vec(),
            nonce: bytes(),
            reference: None,
            tip: None,
            reusable: false,
            lines: Vec::new(),
            note: None,
        };
        let signed = Unproven::sign(&request, &self.key).expect("a request");
        let request = Unproven::parse(signed.bytes()).expect("a request");
        RequestLink::by_value(request, Some("pay.example")).expect("a link").text()
    }

    /// Pays any amount to a request's payee, in the request's name; the code of the refusal if it is refused.
    pub async fn pay(&self, request: &Unproven<Request>, minor: i64) -> Result<(), String> {
        self.pay_to(request.body().payee, request, minor).await
    }

    /// Pays any amount to anybody in a request's name; the code of the refusal if it is refused.
    pub async fn pay_to(
        &self,
        payee: AccountId,
        request: &Unproven<Request>,
        minor: i64,
    ) -> Result<(), String> {
        let order = Order {
            issuer: self.issuer,
            payer: self.account,
            payee,
            amount: Amount::new(minor),
            order_id: OrderId::new(bytes()),
            not_after: self.clock.now() + 60,
            request: Some(RequestId::of(&request.hash())),
            repays: None,
            memo: None,
            seen: Seen { head: Digest::new([1; 32]), statement_number: 0, statement: Digest::new([2; 32]) },
            tip: None,
        };
        let order = Signed::sign(&order, &self.key).expect("an order");
        let submission =
            OrderSubmission { order: &order, request: Some(request.bytes()), memo: None, pin: None };
        match self.backend.submit_order(submission).await.expect("an answer") {
            OrderAnswer::Executed(_) => Ok(()),
            OrderAnswer::Refused(Rejection::Signed { refusal, .. }) => Err(refusal.body().code.clone()),
            OrderAnswer::Refused(Rejection::Stated { code, .. }) => Err(code),
            OrderAnswer::Pending { .. } => Err("pending".to_owned()),
        }
    }
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemEntropy.fill(&mut bytes);
    bytes
}
