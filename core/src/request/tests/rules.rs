use proptest::prelude::*;

use super::*;
use crate::artefact::{Price, TipPolicy, testing};
use crate::money::tip;

fn open() -> Request {
    sign(PaymentRequest::new(payee()).any_amount(issuer(1)).tip(TipPolicy::Free).reusable()).body().clone()
}

fn tipped(policy: TipPolicy) -> Request {
    sign(one_price().tip(policy)).body().clone()
}

#[test]
fn prices_are_found_among_known_issuers() {
    let request = sign(one_price().price(issuer(2), amount(9)).price(issuer(3), amount(8))).body().clone();
    let found = |known: &[IssuerId]| issuers_of(&request, known);
    assert_eq!(found(&[]), Ok(vec![]));
    // In the request's order.
    assert_eq!(found(&[issuer(3), issuer(9), issuer(1)]), Ok(vec![issuer(1), issuer(3)]));
    // The same issuer twice is one.
    assert_eq!(found(&[issuer(1), issuer(1)]), Ok(vec![issuer(1)]));
    let mut twin = *issuer(3).as_bytes();
    twin[15] = 0;
    let twin = IssuerId::new(twin);
    assert_eq!(found(&[issuer(3), twin]), Err(RequestError::AmbiguousIssuer));
    assert_eq!(found(&[twin]), Ok(vec![twin]));
}

#[test]
fn a_request_counts_until_its_end() {
    let request = sign(one_price()).body().clone();
    let end = NOON + 600;
    assert_eq!(check_end(&request, end), Ok(()));
    assert_eq!(check_end(&request, end + 1), Err(RequestError::Expired { ended_at: end }));
    assert_eq!(check_end(&open(), i64::MAX), Ok(()));
}

#[test]
fn the_price_is_asked_or_chosen() {
    let fixed = sign(one_price()).body().clone();
    assert_eq!(price(&fixed, &issuer(1), None), Ok(amount(450)));
    assert_eq!(price(&fixed, &issuer(1), Some(amount(450))), Ok(amount(450)));
    let wrong = RequestError::WrongAmount { asked: amount(450), given: amount(449) };
    assert_eq!(price(&fixed, &issuer(1), Some(amount(449))), Err(wrong));
    assert_eq!(price(&fixed, &issuer(2), None), Err(RequestError::NoPrice));
    assert_eq!(price(&open(), &issuer(1), None), Err(RequestError::AmountMissing));
    assert_eq!(price(&open(), &issuer(1), Some(amount(3))), Ok(amount(3)));
    for none in [0, -1, i64::MIN] {
        assert_eq!(price(&open(), &issuer(1), Some(amount(none))), Err(RequestError::AmountNotPositive));
    }
}

#[test]
fn tips_follow_the_policy() {
    let allowed = |policy: Option<&TipPolicy>, tip| check_tip(policy, amount(450), amount(tip));
    let free = TipPolicy::Free;
    assert_eq!(allowed(None, 0), Ok(()));
    assert_eq!(allowed(None, 1), Err(RequestError::NoTip));
    assert_eq!(allowed(Some(&free), 0), Ok(()));
    assert_eq!(allowed(Some(&free), 450), Ok(()));
    assert_eq!(allowed(Some(&free), 451), Err(RequestError::TipTooLarge { most: amount(450) }));
    assert_eq!(allowed(Some(&free), -1), Err(RequestError::TipNegative));
    // 5 % of 450 is 22.5: half up.
    let some = TipPolicy::Percentages(vec![5, 10, 100]);
    for (tip, allowed_tip) in [(0, true), (22, false), (23, true), (45, true), (46, false), (450, true)] {
        assert_eq!(allowed(Some(&some), tip).is_ok(), allowed_tip, "{tip}");
    }
    assert_eq!(allowed(Some(&some), 22), Err(RequestError::TipNotOffered));
    assert_eq!(allowed(Some(&some), -23), Err(RequestError::TipNegative));

    let choices = tip_choices(Some(&some), amount(450)).unwrap();
    let pairs: Vec<_> = choices.iter().map(|choice| (choice.percent, choice.amount.minor())).collect();
    assert_eq!(pairs, [(5, 23), (10, 45), (100, 450)]);
    assert_eq!(tip_choices(Some(&free), amount(450)), Ok(vec![]));
    assert_eq!(tip_choices(None, amount(450)), Ok(vec![]));
    assert_eq!(tip_choices(Some(&some), amount(0)), Err(RequestError::AmountNotPositive));
}

#[test]
fn price_and_tip_make_the_amount() {
    let request = tipped(TipPolicy::Percentages(vec![10]));
    let total = |given, tip| amount_for(&request, &issuer(1), given, tip);
    assert_eq!(total(None, None), Ok(amount(450)));
    assert_eq!(total(None, Some(amount(45))), Ok(amount(495)));
    assert_eq!(total(None, Some(amount(44))), Err(RequestError::TipNotOffered));
    assert_eq!(amount_for(&open(), &issuer(1), Some(amount(5)), Some(amount(5))), Ok(amount(10)));
    let most = Some(Amount::MAX);
    assert_eq!(amount_for(&open(), &issuer(1), most, most), Err(RequestError::TooLarge));
}

#[test]
fn an_order_pays_exactly() {
    let request = tipped(TipPolicy::Percentages(vec![10]));
    let check = |total, tip: Option<i64>| check_amount(&request, &issuer(1), amount(total), tip.map(amount));
    assert_eq!(check(450, None), Ok(()));
    assert_eq!(check(495, Some(45)), Ok(()));
    let wrong = |asked, given| Err(RequestError::WrongAmount { asked: amount(asked), given: amount(given) });
    assert_eq!(check(449, None), wrong(450, 449));
    assert_eq!(check(495, None), wrong(450, 495));
    // One unit cannot be paid "for" a request by calling the rest a tip, nor by a negative one.
    assert_eq!(check(1, Some(-449)), Err(RequestError::TipNegative));
    assert_eq!(check(495, Some(494)), wrong(944, 495));
    assert_eq!(check(i64::MIN, Some(1)), Err(RequestError::TooLarge));
    assert_eq!(
        check_amount(&open(), &issuer(1), amount(5), Some(amount(5))),
        Err(RequestError::AmountNotPositive)
    );
    assert_eq!(check_amount(&request, &issuer(2), amount(450), None), Err(RequestError::NoPrice));
}

#[test]
fn every_error_has_its_code_and_sentence() {
    let errors = [
        RequestError::NothingAsked,
        RequestError::NoPrice,
        RequestError::AmbiguousIssuer,
        RequestError::Expired { ended_at: NOON },
        RequestError::AmountMissing,
        RequestError::AmountNotPositive,
        RequestError::WrongAmount { asked: amount(1), given: amount(2) },
        RequestError::NoTip,
        RequestError::TipNegative,
        RequestError::TipTooLarge { most: amount(1) },
        RequestError::TipNotOffered,
        RequestError::TooLarge,
    ];
    let lines: Vec<_> = errors.iter().map(|error| format!("{}: {error}", error.code())).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    nothing_asked: the request asks for nothing: add a price, or a currency in which the payer chooses
    no_price: the request cannot be paid in this money
    ambiguous_issuer: the request names a currency in a way that fits two of this wallet; do not pay it
    request_expired: the request has expired; ask for a new one
    amount_missing: the request leaves the amount to you: give one
    amount_not_positive: the amount must be at least the smallest unit
    wrong_amount: the request asks for another amount
    no_tip: this payee takes no tips
    tip_negative: the tip is negative
    tip_too_large: the tip is more than the price
    tip_not_offered: the tip is none of those that the request offers
    amount_too_large: price and tip together are too large
    ");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_the_wallet_reckons_the_issuer_takes(
        request in testing::short_request(),
        given in testing::amount(),
        choice: prop::sample::Index,
        tips: bool,
    ) {
        let Some(Price { issuer_prefix, amount: asked }) = request.prices.first() else { unreachable!() };
        let issuer = IssuerId::new([*issuer_prefix, [0; 8]].concat().try_into().unwrap());
        let chosen = asked.is_none().then_some(given);
        let price = price(&request, &issuer, chosen).unwrap();
        let tip = match (tips, &request.tip) {
            (true, Some(TipPolicy::Free)) => Some(Amount::new(price.minor() / 3)),
            (true, Some(TipPolicy::Percentages(percentages))) => {
                Some(tip(price, percentages[choice.index(percentages.len())]).unwrap())
            }
            _ => None,
        };
        match amount_for(&request, &issuer, chosen, tip) {
            Ok(total) => {
                prop_assert!(total >= price);
                prop_assert_eq!(check_amount(&request, &issuer, total, tip), Ok(()));
                // Not a unit more, unless the payer chooses the amount.
                if let Ok(more) = total.checked_add(Amount::new(1)) && asked.is_some() {
                    prop_assert!(check_amount(&request, &issuer, more, tip).is_err());
                }
            }
            Err(error) => prop_assert_eq!(error, RequestError::TooLarge),
        }
    }

    #[test]
    fn checks_never_panic(
        request in testing::request(),
        total: i64,
        tip in prop::option::of(any::<i64>()),
        given in prop::option::of(any::<i64>()),
    ) {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&request.prices[0].issuer_prefix);
        let issuer = IssuerId::new(id);
        let (tip, given) = (tip.map(Amount::new), given.map(Amount::new));
        let checked = check_amount(&request, &issuer, Amount::new(total), tip);
        if checked.is_ok() {
            prop_assert!(total > 0 && tip.is_none_or(|tip| !tip.is_negative()));
        }
        if let Ok(total) = amount_for(&request, &issuer, given, tip) {
            prop_assert_eq!(check_amount(&request, &issuer, total, tip), Ok(()));
        }
    }
}
