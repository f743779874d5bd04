#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const OWN: PaymentPreference = PaymentPreference::OwnShopFirst;
const RISK: PaymentPreference = PaymentPreference::RiskiestFirst;

fn merits(number: u8) -> Merits {
    Merits {
        issuer: IssuerId::new([number; 16]),
        taken: false,
        works: true,
        keeps_reserve: true,
        needs_care: false,
        own_shop: false,
        risk: IssuerRisk::Proven,
        place: 0,
    }
}

fn ranked(preferences: &[PaymentPreference], ways: &[Merits]) -> Vec<Merits> {
    let mut ways = ways.to_vec();
    ways.sort_by(|one, other| compare(preferences, one, other));
    ways
}

fn any_preferences() -> impl Strategy<Value = Vec<PaymentPreference>> {
    prop::sample::select(vec![vec![], vec![OWN], vec![RISK], vec![OWN, RISK], vec![RISK, OWN]])
}

fn any_merits(number: u8) -> impl Strategy<Value = Merits> {
    let risks = vec![IssuerRisk::Caught, IssuerRisk::Withholding, IssuerRisk::Stale, IssuerRisk::Proven];
    let facts = (any::<[bool; 4]>(), prop::bool::weighted(0.1), prop::sample::select(risks), 0_usize..3);
    facts.prop_map(move |([works, keeps_reserve, needs_care, own_shop], taken, risk, place)| Merits {
        taken,
        works,
        keeps_reserve,
        needs_care,
        own_shop,
        risk,
        place,
        ..merits(number)
    })
}

/// Up to six ways, in any order.
fn any_ways() -> impl Strategy<Value = Vec<Merits>> {
    (0_u8..6)
        .prop_flat_map(|count| (0..count).map(any_merits).collect::<Vec<_>>())
        .prop_flat_map(|ways| Just(ways).prop_shuffle())
}

proptest! {
    #[test]
    fn the_order_in_which_ways_are_found_makes_no_difference(
        preferences in any_preferences(),
        (ways, shuffled) in any_ways().prop_flat_map(|ways| (Just(ways.clone()), Just(ways).prop_shuffle())),
    ) {
        let ranked_ways = ranked(&preferences, &ways);
        prop_assert_eq!(&ranked_ways, &ranked(&preferences, &shuffled));
        prop_assert_eq!(ranked_ways.len(), ways.len());
        prop_assert!(ways.iter().all(|way| ranked_ways.contains(way)));
    }

    #[test]
    fn it_is_a_total_order(
        preferences in any_preferences(),
        one in any_merits(1),
        two in any_merits(2),
        three in any_merits(3),
    ) {
        let cmp = |a: &Merits, b: &Merits| compare(&preferences, a, b);
        prop_assert_eq!(cmp(&one, &one), Ordering::Equal);
        prop_assert_ne!(cmp(&one, &two), Ordering::Equal);
        prop_assert_eq!(cmp(&one, &two), cmp(&two, &one).reverse());
        if cmp(&one, &two).is_lt() && cmp(&two, &three).is_lt() {
            prop_assert!(cmp(&one, &three).is_lt());
        }
    }

    #[test]
    fn no_preference_outweighs_what_fails_breaks_a_reserve_or_needs_care(
        preferences in any_preferences(),
        ways in any_ways(),
    ) {
        let ways = ranked(&preferences, &ways);
        let standing = |way: &Merits| (!way.taken, !way.works, !way.keeps_reserve, way.needs_care);
        prop_assert!(ways.is_sorted_by_key(standing), "{ways:?}");
    }

    #[test]
    fn preferences_decide_in_their_order_between_ways_that_stand_alike(ways in any_ways()) {
        let alike = |way: &Merits| Merits {
            own_shop: way.own_shop,
            risk: way.risk,
            place: way.place,
            ..merits(way.issuer.as_bytes()[0])
        };
        let ways: Vec<Merits> = ways.iter().map(alike).collect();
        let by = |preferences: &[PaymentPreference]| ranked(preferences, &ways);
        prop_assert!(by(&[OWN, RISK]).is_sorted_by_key(|way| (!way.own_shop, way.risk, way.place, way.issuer)));
        prop_assert!(by(&[RISK, OWN]).is_sorted_by_key(|way| (way.risk, !way.own_shop, way.place, way.issuer)));
        prop_assert!(by(&[RISK]).is_sorted_by_key(|way| (way.risk, way.place, way.issuer)));
        prop_assert!(by(&[]).is_sorted_by_key(|way| (way.place, way.issuer)));
    }

    #[test]
    fn a_way_that_gets_worse_never_rises(
        preferences in any_preferences(),
        ways in any_ways().prop_filter("some", |ways| !ways.is_empty()),
        which in any::<prop::sample::Index>(),
        fault in 0_u8..3,
    ) {
        let at = which.index(ways.len());
        let mut worse = ways.clone();
        match fault {
            0 => worse[at].works = false,
            1 => worse[at].keeps_reserve = false,
            _ => worse[at].needs_care = true,
        }
        let place = |ways: &[Merits]| {
            ranked(&preferences, ways).iter().position(|way| way.issuer == ways[at].issuer).unwrap()
        };
        prop_assert!(place(&worse) >= place(&ways));
    }
}

#[test]
fn who_asks_for_no_preference_is_asked_unless_one_way_alone_works() {
    let (works, fails) = (merits(1), Merits { works: false, ..merits(2) });
    let other = merits(3);
    assert!(is_decided(&[], &[works]));
    assert!(is_decided(&[], &[works, fails]));
    assert!(is_decided(&[], &[fails]));
    assert!(!is_decided(&[], &[works, other]));
    assert!(is_decided(&[OWN], &[works, other]));
    // What was paid already is not asked about again.
    assert!(is_decided(&[], &[Merits { taken: true, ..works }, other]));
}
