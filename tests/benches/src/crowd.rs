//! Many accounts without wallets: they sign and send orders as wallets do, and keep nothing, so that the issuer is what
//! works.

use std::sync::Arc;

use tallystick::artefact::{Opening, Order, Request, Seen, Signed};
use tallystick::clock::{Clock as _, Entropy, SystemClock, SystemEntropy};
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::issuer::{AccountRef, IssuerBackend, OrderAnswer, OrderSubmission, Settlement};
use tallystick::keys::{
    AccountId, Digest, IssuerId, MemoContext, OrderId, RequestId, SealingKey, SigningKey,
};
use tallystick::money::Amount;
use tallystick::request::PaymentRequest;
use tallystick::wallet::{PaymentState, PaymentWish};

use crate::people::Village;

/// One account.
pub struct Member {
    /// Its id.
    pub account: AccountId,
    key: SigningKey,
    seen: Seen,
}

/// Everybody, and their way to the issuer.
pub struct Crowd {
    issuer: IssuerId,
    backend: Arc<dyn IssuerBackend>,
    /// All accounts.
    pub members: Vec<Member>,
}

/// An order that is signed, with what travels beside it.
pub struct Ready {
    order: Signed<Order>,
    request: Option<Signed<Request>>,
    memo: Option<Vec<u8>>,
}

impl Crowd {
    /// So many accounts, each with so much.
    pub async fn new(village: &Village, members: usize, each: i64) -> Self {
        let backend =
            NativeBackend::new(NativeConfig::default(), Arc::new(SystemClock), Arc::new(SystemEntropy));
        let mut crowd = Self {
            issuer: village.issuer,
            backend: Arc::new(backend.expect("a driver")),
            members: Vec::new(),
        };
        let host = village.host.origin.trim_start_matches("https://").to_owned();
        let card = crowd.backend.card(&crowd.issuer, Some(&host)).await.expect("a card");
        crowd.backend.use_card(card.card.body());
        let statement = crowd.backend.statement(&crowd.issuer, None).await.expect("a statement");
        for _ in 0..members {
            crowd.open((statement.body().number, statement.hash())).await;
        }
        // The owner pays one, and that one all others: each of them has signed before.
        let total = each * i64::try_from(members).expect("a few accounts");
        let first = crowd.members.first().expect("at least one").account;
        let plan =
            village.owner.wallet.plan(PaymentWish::of_account(crowd.issuer, first, Amount::new(total))).await;
        let paid = village.owner.wallet.pay(plan.expect("a plan"), None).await.expect("the owner pays");
        assert_eq!(paid.state, PaymentState::Settled);
        for place in 1..members {
            let ready = crowd.order(0, crowd.members[place].account, each, None, None);
            crowd.send(&ready).await;
        }
        crowd
    }

    async fn open(&mut self, (statement_number, statement): (i64, Digest)) {
        let key = SigningKey::generate(&SystemEntropy);
        let commitment = Digest::new(<dyn Entropy>::bytes(&SystemEntropy));
        let opening = Opening {
            issuer: self.issuer,
            commitment,
            sealing_key: SealingKey::new(<dyn Entropy>::bytes(&SystemEntropy)),
            signed_at: SystemClock.now(),
        };
        let opening = Signed::sign(&opening, &key).expect("an opening");
        let opened = self.backend.open_account(&opening, &[]).await.expect("the account is opened");
        let head = opened.head.expect("a head").hash();
        let seen = Seen { head, statement_number, statement };
        self.members.push(Member { account: opened.account, key, seen });
    }

    /// The key to which memos to an account are sealed.
    pub async fn sealing_key_of(village: &Village, account: AccountId) -> SealingKey {
        let backend = &village.owner.options.backend;
        let payee = backend.payee(AccountRef { issuer: village.issuer, account }).await.expect("a payee");
        payee.opening.body().sealing_key
    }

    /// An order of a member.
    pub fn order(
        &self,
        payer: usize,
        payee: AccountId,
        minor: i64,
        request: Option<Signed<Request>>,
        memo: Option<(&str, &SealingKey)>,
    ) -> Ready {
        let member = &self.members[payer % self.members.len()];
        let order_id = OrderId::new(<dyn Entropy>::bytes(&SystemEntropy));
        let memo = memo.map(|(memo, sealing_key)| {
            let place = MemoContext { issuer: self.issuer, payee, order: order_id };
            sealing_key.seal_memo(memo, &place, &SystemEntropy).expect("a memo")
        });
        let order = Order {
            issuer: self.issuer,
            payer: member.account,
            payee,
            amount: Amount::new(minor),
            order_id,
            not_after: SystemClock.now() + 90,
            request: request.as_ref().map(|request| RequestId::of(&request.hash())),
            repays: None,
            memo: memo.as_ref().map(|memo| Digest::of(&[memo])),
            seen: member.seen,
            tip: None,
        };
        Ready { order: Signed::sign(&order, &member.key).expect("an order"), request, memo }
    }

    /// A member asks to be paid, once.
    pub fn request(&self, payee: usize, minor: i64) -> Signed<Request> {
        let member = &self.members[payee % self.members.len()];
        PaymentRequest::new(member.account)
            .price(self.issuer, Amount::new(minor))
            .until(SystemClock.now() + 600)
            .sign(&member.key, &SystemEntropy)
            .expect("a request")
    }

    /// An order of one member to the next, who has asked for it.
    pub fn asked_order(&self, payer: usize) -> Ready {
        let payee = payer + 1;
        let request = self.request(payee, 1);
        self.order(payer, self.members[payee % self.members.len()].account, 1, Some(request), None)
    }

    /// Sends an order, and sees it executed.
    pub async fn send(&self, ready: &Ready) {
        let submission = OrderSubmission {
            order: &ready.order,
            request: ready.request.as_ref().map(Signed::bytes),
            memo: ready.memo.as_deref(),
            pin: None,
        };
        match self.backend.submit_order(submission).await.expect("an answer") {
            OrderAnswer::Executed(Settlement::Signed { .. }) => {}
            other => panic!("not executed: {other:?}"),
        }
    }

    /// Sends all, so many at a time.
    pub async fn send_all(self: &Arc<Self>, ready: Vec<Ready>, at_a_time: usize) {
        let queue = Arc::new(std::sync::Mutex::new(ready));
        let senders = (0..at_a_time).map(|_| {
            let (crowd, queue) = (Arc::clone(self), Arc::clone(&queue));
            tokio::spawn(async move {
                loop {
                    let next = queue.lock().expect("nobody panics with it").pop();
                    let Some(ready) = next else { break };
                    crowd.send(&ready).await;
                }
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.expect("a sender");
        }
    }
}
