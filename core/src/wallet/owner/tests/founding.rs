use super::super::FoundingDraft;
use crate::keys::Digest;
use crate::money::{Amount, Currency};
use crate::wallet::AccountKind;
use crate::wallet::testing::{TestWallet, bread};

fn draft() -> FoundingDraft {
    FoundingDraft {
        host: "https://bread.example:8443".into(),
        host_tls_keys: vec![Digest::new([3; 32])],
        name: "Bakery".into(),
        currency: bread(),
        promise: "Bread for paper.".into(),
        owners_limit: Amount::new(10_000),
        own_limit: None,
        logo: None,
        account: AccountKind::Private,
    }
}

#[tokio::test]
async fn a_founding_outlives_a_missing_network_and_a_restart() {
    let mut test = TestWallet::new().await;
    let error = test.wallet.found_issuer(draft(), Some("token".into())).await.unwrap_err();
    assert_eq!(error.code(), "unreachable");
    let begun = test.wallet.unfinished_foundings().await.unwrap();
    assert_eq!(begun.len(), 1);
    assert!(!begun[0].card_signed);

    test.reopen().await;
    assert_eq!(test.wallet.found_issuer(draft(), None).await.unwrap_err().code(), "unreachable");
    // The same draft goes on with the same keys, another takes others.
    assert_eq!(test.wallet.unfinished_foundings().await.unwrap(), begun);
    let other = FoundingDraft { name: "Brewery".into(), ..draft() };
    assert_eq!(test.wallet.found_issuer(other, None).await.unwrap_err().code(), "unreachable");
    let both = test.wallet.unfinished_foundings().await.unwrap();
    assert_eq!(both.len(), 2);
    assert_ne!(both[0].issuer, both[1].issuer);

    test.wallet.abandon_founding(begun[0].issuer).await.unwrap();
    assert_eq!(test.wallet.unfinished_foundings().await.unwrap(), both[1..]);
}

#[tokio::test]
async fn a_draft_that_no_card_can_say_takes_no_keys() {
    let test = TestWallet::new().await;
    let broken = [
        FoundingDraft { name: String::new(), ..draft() },
        FoundingDraft { name: "x".repeat(65), ..draft() },
        FoundingDraft { promise: "x".repeat(501), ..draft() },
        FoundingDraft { host: "http://bread.example".into(), ..draft() },
        FoundingDraft { host: "bread.example".into(), ..draft() },
        FoundingDraft { host: "https://bread.example/path".into(), ..draft() },
        FoundingDraft { owners_limit: Amount::new(-1), ..draft() },
        FoundingDraft { own_limit: Some(Amount::new(10_001)), ..draft() },
        FoundingDraft { own_limit: Some(Amount::new(-1)), ..draft() },
    ];
    for draft in broken {
        let error = test.wallet.found_issuer(draft.clone(), None).await.unwrap_err();
        assert!(matches!(error, crate::error::WalletError::InvalidInput { .. }), "{draft:?}: {error:?}");
    }
    assert!(test.wallet.unfinished_foundings().await.unwrap().is_empty());
}

#[tokio::test]
async fn text_is_composed_and_an_origin_loses_its_slash() {
    let test = TestWallet::new().await;
    let draft = FoundingDraft {
        name: "Ba\u{308}cker".into(),
        host: "https://bread.example/".into(),
        currency: Currency::new("B", "B", "", 0).unwrap(),
        ..draft()
    };
    assert_eq!(test.wallet.found_issuer(draft, None).await.unwrap_err().code(), "unreachable");
    let begun = test.wallet.unfinished_foundings().await.unwrap().remove(0).draft;
    assert_eq!((begun.name.as_str(), begun.host.as_str()), ("B\u{e4}cker", "https://bread.example"));
}

/// What is stored must be readable for ever.
#[tokio::test]
async fn the_stored_form_is_pinned() {
    let test = TestWallet::new().await;
    assert_eq!(
        test.wallet.found_issuer(draft(), Some("token".into())).await.unwrap_err().code(),
        "unreachable"
    );
    let mut stored = super::super::founding::stored(&test.wallet.context).await;
    // What follows from the phrase differs each time.
    for founding in stored.as_array_mut().unwrap() {
        for field in ["issuer", "commitment"] {
            assert!(founding[field].is_string());
            founding[field] = "…".into();
        }
    }
    // Whether objects keep their order depends on what else the build holds.
    stored.sort_all_objects();
    insta::assert_json_snapshot!(stored);
}
