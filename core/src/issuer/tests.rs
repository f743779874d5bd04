#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use super::*;
use crate::artefact::Card;
use crate::artefact::{Opening, Order, Rekey, Signed};
use crate::clock::UnixSeconds;
use crate::issuer::answer::OpenedAccount;
use crate::keys::{Digest, IssuerId};

fn problem(status: u16, code: &str) -> IssuerError {
    IssuerError::Problem(Problem {
        status,
        code: code.to_owned(),
        detail: None,
        field: None,
        retry_after_seconds: None,
    })
}

fn every_error() -> Vec<(IssuerError, Certainty, bool)> {
    let host = || "bread.example".to_owned();
    vec![
        (IssuerError::Unsupported { operation: "x" }, Certainty::NotSent, false),
        (IssuerError::NoRoute { issuer: IssuerId::new([1; 16]) }, Certainty::NotSent, false),
        (IssuerError::Unsendable { reason: "x" }, Certainty::NotSent, false),
        (IssuerError::Unreachable { host: host(), fault: ConnectFault::Name }, Certainty::NotSent, true),
        (
            IssuerError::Untrusted { host: host(), fault: TrustFault::WrongHost, tls_key: None },
            Certainty::NotSent,
            false,
        ),
        (IssuerError::Interrupted { host: host() }, Certainty::Unknown, true),
        (IssuerError::Timeout { host: host() }, Certainty::Unknown, true),
        (IssuerError::Malformed { what: "body", reason: "x".to_owned() }, Certainty::Unknown, false),
        (problem(400, "bad_request"), Certainty::Declined, false),
        (problem(401, "not_authorised"), Certainty::Declined, false),
        (problem(404, "unknown_account"), Certainty::Declined, false),
        (problem(408, "http_error"), Certainty::Unknown, true),
        (problem(429, "rate_limited"), Certainty::Declined, true),
        (problem(500, "internal"), Certainty::Unknown, true),
        (problem(503, "unavailable"), Certainty::Unknown, true),
        (problem(503, "ledger_behind"), Certainty::Unknown, false),
        (problem(302, "http_error"), Certainty::Unknown, false),
        (IssuerError::ClockSkew { issuer_now: 1 }, Certainty::Declined, false),
    ]
}

#[test]
fn certainty_and_patience_of_every_error() {
    for (error, certainty, passing) in every_error() {
        assert_eq!(error.certainty(), certainty, "{error}");
        assert_eq!(error.is_passing(), passing, "{error}");
        assert!(!error.code().is_empty());
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn no_error_settles_an_order() {
    for (error, _, _) in every_error() {
        assert_eq!(Outcome::of(Err(error.clone())), Outcome::Unknown(Undecided::Failed(error.clone())));
        assert_eq!(Outcome::of_lookup(Err(error.clone())), Outcome::Unknown(Undecided::Failed(error)));
    }
    assert_eq!(Outcome::of_lookup(Ok(None)), Outcome::Unknown(Undecided::NotSeen));
    let pending = OrderAnswer::Pending { check_at: Some(5) };
    assert_eq!(Outcome::of(Ok(pending)), Outcome::Unknown(Undecided::Pending { check_at: Some(5) }));
}

#[test]
fn positions_have_one_spelling() {
    let position = ChainPosition { epoch: 2, sequence: 41 };
    assert_eq!(position.to_string(), "2.41");
    assert_eq!("2.41".parse(), Ok(position));
    for text in
        ["", "2", "2.", ".41", "2.-1", "+2.41", "02.41", "2.041", "2.41.0", "2.9223372036854775808", "a.b"]
    {
        assert_eq!(text.parse::<ChainPosition>(), Err(()), "{text}");
    }
}

/// A system that pays later and signs nothing.
#[derive(Debug)]
struct Foreign;

#[async_trait::async_trait]
impl IssuerBackend for Foreign {
    fn capabilities(&self, _: &IssuerId) -> BackendCapabilities {
        BackendCapabilities {
            signed_receipts: false,
            asynchronous_orders: true,
            pin_per_payment: true,
            memos: MemoSupport::Plain,
            ..BackendCapabilities::NATIVE
        }
    }

    fn issuer_now(&self, _: &IssuerId) -> UnixSeconds {
        7
    }

    fn use_card(&self, _: &Card) {}

    async fn card(&self, _: &IssuerId, _: Option<&str>) -> Result<answer::CardBundle, IssuerError> {
        Err(IssuerError::Unsupported { operation: "show a card" })
    }

    async fn open_account(
        &self,
        opening: &Signed<Opening>,
        _: &[Signed<Rekey>],
    ) -> Result<OpenedAccount, IssuerError> {
        Err(IssuerError::NoRoute { issuer: opening.body().issuer })
    }

    async fn submit_order(&self, submission: OrderSubmission<'_>) -> Result<OrderAnswer, IssuerError> {
        match submission.pin {
            Some(_) => Ok(OrderAnswer::Pending { check_at: Some(27) }),
            None => Err(problem(403, "pin_required")),
        }
    }

    async fn order_outcome(
        &self,
        _: Reader<'_>,
        order: &Signed<Order>,
    ) -> Result<Option<OrderAnswer>, IssuerError> {
        let reference = order.body().order_id.to_string();
        Ok(Some(OrderAnswer::Executed(Settlement::Stated { at: 30, reference })))
    }
}

#[tokio::test]
async fn a_foreign_system_fits_the_port() {
    use crate::artefact::Seen;
    use crate::keys::{AccountId, OrderId, SigningKey};
    use crate::money::Amount;

    let backend: Arc<dyn IssuerBackend> = Arc::new(Foreign);
    let key = SigningKey::from_bytes(&[1; 32]);
    let issuer = IssuerId::new([1; 16]);
    let seen = Seen { head: Digest::of(&[]), statement_number: 0, statement: Digest::of(&[]) };
    let order = Signed::sign(
        &Order {
            issuer,
            payer: AccountId::new([2; 16]),
            payee: AccountId::new([3; 16]),
            amount: Amount::new(5),
            order_id: OrderId::new([4; 16]),
            not_after: 100,
            request: None,
            repays: None,
            memo: None,
            seen,
            tip: None,
        },
        &key,
    )
    .unwrap();
    let pin = Pin(zeroize::Zeroizing::new("4711".to_owned()));
    assert_eq!(format!("{pin:?}"), "Pin");

    let mut submission = OrderSubmission { order: &order, request: None, memo: None, pin: None };
    assert!(matches!(
        Outcome::of(backend.submit_order(submission).await),
        Outcome::Unknown(Undecided::Failed(_))
    ));
    submission.pin = Some(&pin);
    assert!(matches!(
        Outcome::of(backend.submit_order(submission).await),
        Outcome::Unknown(Undecided::Pending { check_at: Some(27) })
    ));
    let reader = Reader { account: AccountRef { issuer, account: order.body().payer }, key: &key };
    assert!(matches!(
        Outcome::of_lookup(backend.order_outcome(reader, &order).await),
        Outcome::Settled(Settlement::Stated { at: 30, .. })
    ));
    assert_eq!(
        backend.head(reader).await,
        Err(IssuerError::Unsupported { operation: "sign the state of an account" })
    );
    let position = ChainPosition { epoch: 0, sequence: 0 };
    assert!(backend.live_events(reader.account, Arc::new(key), position).is_err());
}
