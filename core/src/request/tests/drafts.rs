use super::*;
use crate::artefact::{ArtefactError, Price, TipPolicy};

#[test]
fn everything_that_was_asked_is_signed() {
    let draft = PaymentRequest::new(payee())
        .price(issuer(1), amount(450))
        .price(issuer(2), amount(1_000))
        .until(NOON)
        .reusable()
        .tip(TipPolicy::Free)
        .reference(b"table 12")
        .line("Cafe\u{301}", 2_000, amount(450))
        .note("Merci a\u{300} bientôt");
    assert!(draft.must_be_kept() && !one_price().must_be_kept());
    let signed = sign(draft);
    assert_eq!(signed.signer(), &key().public_key());
    let body = signed.body();
    let price = |number, minor| Price { issuer_prefix: [number; 8], amount: Some(amount(minor)) };
    assert_eq!(body.payee, payee());
    assert_eq!(body.prices, [price(1, 450), price(2, 1_000)]);
    assert_eq!((body.not_after, body.reusable, body.nonce), (Some(NOON), true, [7; 8]));
    assert_eq!(body.tip, Some(TipPolicy::Free));
    assert_eq!(body.reference.as_deref(), Some(&b"table 12"[..]));
    // Typed in parts, signed as composed text.
    assert_eq!(body.lines[0].text, "Café");
    assert_eq!(body.note.as_deref(), Some("Merci à bientôt"));
}

#[test]
fn an_open_amount_is_for_many_payments() {
    let signed = sign(PaymentRequest::new(payee()).any_amount(issuer(1)).any_amount(issuer(2)).reusable());
    assert!(signed.body().prices.iter().all(|price| price.amount.is_none()));
    assert_eq!(signed.body().not_after, None);
}

#[test]
fn two_requests_for_the_same_differ() {
    let sign = |byte| one_price().sign(&key(), &Constant(byte)).unwrap().hash();
    assert_ne!(sign(1), sign(2));
}

#[test]
fn what_cannot_be_asked_says_why() {
    let refused = |draft: PaymentRequest| draft.sign(&key(), &Constant(7)).unwrap_err().to_string();
    let new = || PaymentRequest::new(payee()).until(NOON);
    let priced = |count: u8| (1..=count).fold(new(), |draft, number| draft.price(issuer(number), amount(1)));
    let texts = [
        refused(new()),
        refused(new().price(issuer(1), amount(0))),
        refused(new().price(issuer(1), amount(-5))),
        refused(priced(4)),
        refused(new().price(issuer(1), amount(1)).price(issuer(1), amount(2))),
        refused(new().reusable().price(issuer(1), amount(1)).any_amount(issuer(2))),
        refused(new().any_amount(issuer(1))),
        refused(PaymentRequest::new(payee()).price(issuer(1), amount(1))),
        refused(one_price().reference(b"123456789")),
        refused(one_price().tip(TipPolicy::Percentages(vec![5, 10, 15, 20]))),
        refused(one_price().tip(TipPolicy::Percentages(vec![0]))),
        refused(one_price().note("two\nlines")),
        refused(one_price().note(&"x".repeat(201))),
        refused((0..41).fold(one_price(), |draft, _| draft.line("x", 1_000, amount(1)))),
        refused((0..40).fold(one_price(), |draft, _| draft.line(&"x".repeat(100), 1_000, amount(1)))),
    ];
    insta::assert_snapshot!(texts.join("\n"), @r"
    the request asks for nothing: add a price, or a currency in which the payer chooses
    the amount must be at least the smallest unit
    the amount must be at least the smallest unit
    the request has a field `prices` that has more than three currencies
    the request has a field `prices` that names one issuer twice
    the request has a field `prices` that has an amount in some and none in others
    the request has a field `reusable` that must be true for a request without amount
    the request has a field `not_after` that may only be missing from a reusable request
    the request has a field `reference` that must have 1 to 8 bytes
    the request has a field `tip` that has too many items
    the request has a field `tip` that must be one to three percentages from 1 to 100
    the request has a field `note` that has line breaks, or characters that control the text around them
    the request has a field `note` that is too long
    the request has a field `lines` that has too many items
    the request has 4411 bytes, where at most 2048 are allowed
    ");
    let error = priced(4).sign(&key(), &Constant(7)).unwrap_err();
    assert_eq!(error.code(), "bad_field");
    assert!(matches!(error, RequestError::Unsignable(ArtefactError::Field { field: "prices", .. })));
}
