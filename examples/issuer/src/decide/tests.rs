#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use tallystick::artefact::{Order, Price, Request, Seen};
use tallystick::keys::{AccountId, Digest, IssuerId, OrderId, RequestId};
use tallystick::money::Amount;

use super::order::{
    Balances, Daily, Facts, Payee, Payer, Repaid, RequestFacts, SignerRight, Verdict, Why, decide,
};

const ISSUER: IssuerId = IssuerId::new([1; 16]);
const PAYER: AccountId = AccountId::new([2; 16]);
const PAYEE: AccountId = AccountId::new([3; 16]);
const NOW: i64 = 1_000_000;

fn order(amount: i64) -> Order {
    Order {
        issuer: ISSUER,
        payer: PAYER,
        payee: PAYEE,
        amount: Amount::new(amount),
        order_id: OrderId::new([4; 16]),
        not_after: NOW + 60,
        request: None,
        repays: None,
        memo: None,
        seen: Seen { head: Digest::new([0; 32]), statement_number: 0, statement: Digest::new([0; 32]) },
        tip: None,
    }
}

fn request(price: i64) -> Request {
    Request {
        payee: PAYEE,
        not_after: Some(NOW + 60),
        prices: vec![Price { issuer_prefix: [1; 8], amount: Some(Amount::new(price)) }],
        nonce: [0; 8],
        reference: None,
        tip: None,
        reusable: false,
        lines: Vec::new(),
        note: None,
    }
}

fn founding() -> Vec<SignerRight> {
    vec![SignerRight { grant: None, daily: None }]
}

/// Facts by which an order is executed.
fn facts(order: &Order) -> Facts<'_> {
    Facts {
        issuer: &ISSUER,
        order,
        now: NOW,
        id_is_taken: false,
        lost_until: None,
        payer: Payer { balance: 1_000, held: 0, floor: 0, daily: None, signer_rights: founding() },
        payee: Some(Payee { balance: 50 }),
        request: None,
        repaid: None,
        memo: None,
    }
}

fn refused(facts: &Facts<'_>) -> Why {
    match decide(facts) {
        Verdict::Refuse { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_that_keeps_all_rules_is_executed() {
    let order = order(400);
    let executed = Verdict::Execute { balances: Balances { payer: 600, payee: 450 }, grant: None };
    assert_eq!(decide(&facts(&order)), executed);
}

/// Everything is wrong; as each is mended, the next comes to light, in the order of the protocol.
#[test]
fn the_first_rule_that_fails_is_the_answer() {
    let memo = Digest::of(&[b"memo"]);
    let mut order = Order {
        payee: PAYER,
        not_after: NOW - 1,
        request: Some(RequestId::new([9; 16])),
        repays: Some(Digest::new([9; 32])),
        memo: Some(memo),
        ..order(5_000)
    };
    let mut asked = Request { payee: PAYER, not_after: Some(NOW - 1), ..request(1) };
    let mut found = Vec::new();
    for mended in 0..16 {
        let mut facts = facts(&order);
        facts.id_is_taken = mended < 1;
        facts.payer.signer_rights = if mended < 3 { Vec::new() } else { founding() };
        facts.payer.daily = (mended < 4).then_some(Daily { limit: 10, paid: 0 });
        facts.payee = (mended >= 6).then_some(Payee { balance: i64::MAX });
        facts.request = match mended {
            ..7 => None,
            7 => Some(RequestFacts { proven: None, cancelled: true, paid: true }),
            _ => Some(RequestFacts { proven: Some(&asked), cancelled: mended < 10, paid: mended < 14 }),
        };
        // A signer without a right cannot use an id up, so the conflict shows only for one that has one.
        if mended < 1 {
            facts.payer.signer_rights = founding();
        }
        found.push(refused(&facts));
        match mended {
            1 => order.not_after = NOW + 500,
            2 => order.not_after = NOW + 120,
            4 => order.payee = PAYEE,
            8 => asked.not_after = Some(NOW),
            10 => asked.payee = PAYEE,
            11 => asked.prices[0].issuer_prefix = [1; 8],
            12 => asked.prices[0].amount = Some(Amount::new(5_000)),
            _ => {}
        }
        if mended == 10 {
            asked.prices[0].issuer_prefix = [7; 8];
        }
    }
    let all = [
        Why::OrderConflict,
        Why::Expired,
        Why::ExpiryTooFar,
        Why::LimitExceeded,
        Why::SameAccount,
        Why::UnknownPayee,
        Why::RequestMissing,
        Why::RequestInvalid,
        Why::RequestExpired,
        Why::RequestCancelled,
        Why::WrongPayee,
        Why::NoPrice,
        Why::WrongAmount,
        Why::AlreadyPaid,
        Why::RefundMismatch,
        Why::RefundMismatch,
    ];
    assert_eq!(found, all);

    let mut facts = facts(&order);
    let paid = RequestFacts { proven: Some(&asked), cancelled: false, paid: false };
    facts.request = Some(paid);
    facts.payee = Some(Payee { balance: i64::MAX });
    facts.repaid = Some(Repaid { payer: PAYEE, payee: PAYER, amount: 5_000, refunded: 1 });
    assert_eq!(refused(&facts), Why::RefundExceeds);
    facts.repaid = Some(Repaid { payer: PAYEE, payee: PAYER, amount: 5_000, refunded: 0 });
    assert_eq!(refused(&facts), Why::MemoMissing);
    facts.memo = Some(b"memo");
    assert_eq!(refused(&facts), Why::InsufficientFunds);
    facts.payer.floor = 4_000;
    assert_eq!(refused(&facts), Why::BalanceOverflow);
    facts.payee = Some(Payee { balance: 0 });
    assert!(matches!(decide(&facts), Verdict::Execute { .. }));
}

#[test]
fn a_stranger_is_refused_and_uses_up_no_id() {
    let order = order(1);
    let mut facts = facts(&order);
    facts.payer.signer_rights = Vec::new();
    for id_is_taken in [false, true] {
        facts.id_is_taken = id_is_taken;
        assert_eq!(decide(&facts), Verdict::Refuse { why: Why::NotAllowed, claims_id: false });
    }
    facts.payer.signer_rights = founding();
    assert_eq!(decide(&facts), Verdict::Refuse { why: Why::OrderConflict, claims_id: false });
    facts.id_is_taken = false;
    facts.payer.balance = 0;
    assert_eq!(decide(&facts), Verdict::Refuse { why: Why::InsufficientFunds, claims_id: true });
}

#[test]
fn of_several_grants_one_that_suffices_is_enough() {
    let order = order(100);
    let right = |byte, limit, paid| SignerRight {
        grant: Some(Digest::new([byte; 32])),
        daily: Some(Daily { limit, paid }),
    };
    let mut facts = facts(&order);
    facts.payer.signer_rights = vec![right(1, 99, 0), right(2, 500, 401), right(3, 500, 400)];
    let Verdict::Execute { grant, .. } = decide(&facts) else { panic!("not executed") };
    assert_eq!(grant, Some(Digest::new([3; 32])));
    facts.payer.signer_rights.pop();
    assert_eq!(refused(&facts), Why::LimitExceeded);
    facts.payer.signer_rights = vec![right(1, i64::MAX, i64::MAX)];
    assert_eq!(refused(&facts), Why::LimitExceeded, "nothing overflows");
}

#[test]
fn what_is_held_cannot_be_spent() {
    let order = order(100);
    let mut facts = facts(&order);
    facts.payer.held = 900;
    assert!(matches!(decide(&facts), Verdict::Execute { .. }));
    facts.payer.held = 901;
    assert_eq!(refused(&facts), Why::InsufficientFunds);
    facts.payer.held = i64::MAX;
    assert_eq!(refused(&facts), Why::InsufficientFunds);
}

#[test]
fn after_a_restore_what_may_be_lost_is_executed_or_left_open() {
    let order = order(100);
    let mut facts = facts(&order);
    facts.lost_until = Some(order.not_after);
    assert!(matches!(decide(&facts), Verdict::Execute { .. }));
    facts.payer.balance = 99;
    assert_eq!(decide(&facts), Verdict::Undecidable);
    facts.lost_until = Some(order.not_after - 1);
    assert_eq!(refused(&facts), Why::InsufficientFunds);
}

#[test]
fn an_expiry_years_ahead_is_not_even_refused() {
    let order = Order { not_after: i64::MAX, ..order(100) };
    assert_eq!(decide(&facts(&order)), Verdict::TooFarAhead);
}

/// A ledger of four accounts, the first of which may go below zero.
const FLOORS: [i64; 4] = [1_000, 0, 0, i64::MAX];

proptest! {
    /// Whatever is ordered: all balances sum to zero, and none is below its floor.
    #[test]
    fn any_history_keeps_the_sum_and_the_floors(
        moves in proptest::collection::vec((0..4_usize, 0..4_usize, prop_oneof![1..2_000_i64, 1..=i64::MAX]), 1..200),
    ) {
        let mut balances = [0_i64; 4];
        for (from, to, amount) in moves {
            let order = Order { payee: if from == to { PAYER } else { PAYEE }, ..order(amount) };
            let mut facts = facts(&order);
            facts.payer.balance = balances[from];
            facts.payer.floor = FLOORS[from];
            facts.payee = Some(Payee { balance: balances[to] });
            if let Verdict::Execute { balances: after, .. } = decide(&facts) {
                prop_assert_ne!(from, to);
                (balances[from], balances[to]) = (after.payer, after.payee);
            }
            prop_assert_eq!(balances.iter().map(|balance| i128::from(*balance)).sum::<i128>(), 0);
            for (balance, floor) in balances.iter().zip(FLOORS) {
                prop_assert!(*balance >= -floor);
            }
        }
    }
}
