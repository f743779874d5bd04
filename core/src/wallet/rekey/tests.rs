#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::super::testing::{TestWallet, bread};
use super::tell;
use crate::artefact::{Rekey, Signed};
use crate::keys::{RecoveryPhrase, recovery_commitment};
use crate::operation::trust;
use crate::store::tables::account::ACCOUNTS;

async fn rekeys(test: &TestWallet) -> Vec<Signed<Rekey>> {
    let jobs = test.wallet.context.read(tell::load).await.unwrap();
    jobs.iter().map(|job| job.rekey().unwrap()).collect()
}

/// A wallet with two currencies whose issuers cannot be reached.
async fn wallet() -> (TestWallet, RecoveryPhrase) {
    let (test, phrase) = TestWallet::with_phrase().await;
    for number in [1, 2] {
        let issuer = test.currency(number, "Bakery", bread(), 0).await;
        let recovery = test.wallet.context.keys().unwrap().recovery().clone();
        let commitment = recovery.commitment(u32::from(number)).unwrap();
        let account = test.account(issuer, commitment, 0);
        test.wallet
            .context
            .write(move |write| {
                ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
                super::super::currency::reserve_recovery_keys(write, 10)
            })
            .await
            .unwrap();
    }
    (test, phrase)
}

#[tokio::test]
async fn each_account_has_a_rekey_by_the_key_that_was_promised() {
    let (mut test, phrase) = wallet().await;
    let report = test.wallet.rekey(&phrase).await.unwrap();
    assert_eq!((report.generation, report.to_tell.len(), report.complete), (1, 2, false));
    assert!(report.to_tell.iter().all(|fault| fault.fault == "unreachable"));
    let first = rekeys(&test).await;
    assert_eq!(first.len(), 2);
    for rekey in &first {
        let account = test
            .wallet
            .context
            .read(|connection, cipher| Ok(ACCOUNTS.all(connection, cipher)?))
            .await
            .unwrap()
            .into_iter()
            .find(|account| account.founding_key == rekey.body().previous)
            .unwrap();
        let keys = trust::account_keys(&account).unwrap();
        assert_eq!(keys.current().commitment, recovery_commitment(rekey.signer()));
        let after = keys.with(std::slice::from_ref(rekey)).unwrap();
        assert_eq!(after.number(), 1);
        assert_ne!(after.current().commitment, keys.current().commitment);
    }
    assert_ne!(first[0].body().commitment, first[1].body().commitment, "each promises another key");

    // Until the issuers know, the old keys are those that sign there; after a restart too.
    test.reopen().await;
    let keys = test.wallet.context.keys().unwrap();
    assert_eq!(keys.newest().unwrap().generation(), 1);
    let accounts =
        test.wallet.context.read(|connection, cipher| Ok(ACCOUNTS.all(connection, cipher)?)).await.unwrap();
    assert!(accounts.iter().all(|account| keys.founding_key(account).is_ok()));
    assert_eq!(rekeys(&test).await, first);

    // A second loss follows the first, told or not.
    assert_eq!(test.wallet.rekey(&phrase).await.unwrap().generation, 2);
    let all = rekeys(&test).await;
    assert_eq!(all.len(), 4);
    for (one, other) in first.iter().zip(&all[2..]) {
        assert_eq!((other.body().number, other.body().previous), (2, one.body().founding_key));
        assert_eq!(recovery_commitment(other.signer()), one.body().commitment);
    }
}

#[tokio::test]
async fn other_words_replace_nothing() {
    let (test, _) = wallet().await;
    let stranger = RecoveryPhrase::generate(test.options.entropy.as_ref());
    assert_eq!(test.wallet.rekey(&stranger).await.unwrap_err().code(), "wrong_phrase");
    assert_eq!(test.wallet.rekey_behind(&stranger).await.unwrap_err().code(), "wrong_phrase");
    assert_eq!(test.wallet.continue_restore_with(&stranger).await.unwrap_err().code(), "wrong_phrase");
    assert!(rekeys(&test).await.is_empty());
    assert_eq!(test.wallet.context.keys().unwrap().seeds().len(), 1);
}

#[tokio::test]
async fn accounts_that_are_up_to_date_are_left_alone() {
    let (test, phrase) = wallet().await;
    let report = test.wallet.rekey_behind(&phrase).await.unwrap();
    assert_eq!((report.generation, report.complete), (0, true));
    assert!(rekeys(&test).await.is_empty());
    test.wallet.rekey(&phrase).await.unwrap();
    // Behind, but on its way.
    test.wallet.rekey_behind(&phrase).await.unwrap();
    assert_eq!(rekeys(&test).await.len(), 2);
}

#[tokio::test]
async fn two_calls_at_once_do_not_share_a_generation() {
    let (test, phrase) = wallet().await;
    let (one, other) = tokio::join!(test.wallet.rekey(&phrase), test.wallet.rekey(&phrase));
    let mut generations = [one.unwrap().generation, other.unwrap().generation];
    generations.sort_unstable();
    assert_eq!(generations[1], 2);
    let all = rekeys(&test).await;
    assert_eq!(all.len(), 4);
    let mut commitments: Vec<_> = all.iter().map(|rekey| rekey.body().commitment).collect();
    commitments.sort_unstable();
    commitments.dedup();
    assert_eq!(commitments.len(), 4);
}

/// What is stored must be readable for ever.
#[test]
fn the_stored_form_is_pinned() {
    let stored = r#"[{"rekey":"AQID","generation":2,"to_tell":["AEAQCAIBAEAQCAIBAEAQCAIBAE"],"told":[],
        "refused":[["AIBAEAQCAIBAEAQCAIBAEAQCAI","rekey_conflict"]]}]"#;
    let jobs: Vec<tell::Job> = serde_json::from_str(stored).unwrap();
    let again = serde_json::to_value(&jobs).unwrap();
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(stored).unwrap());
}
