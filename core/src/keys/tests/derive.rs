use std::collections::HashSet;

use super::issuer;
use crate::keys::{
    AccountId, Founding, IssuerId, KeyError, RECOVERY_KEYS, RecoveryKeys, RecoveryPhrase, Seed, WalletSeed,
    recovery_commitment,
};

fn seed() -> Seed {
    RecoveryPhrase::generate(&super::Sequence::default()).seed()
}

#[test]
fn every_purpose_has_a_key_of_its_own() {
    let seed = seed();
    let mut secrets = HashSet::new();
    for generation in 0..3 {
        let wallet = seed.wallet_seed(generation);
        assert_eq!(wallet.generation(), generation);
        for k in 0..3 {
            for which in [
                Founding::Issuer { k },
                Founding::Account { issuer: issuer(), k },
                Founding::Account { issuer: IssuerId::new([0x12; 16]), k },
                Founding::Public { k },
            ] {
                let key = wallet.founding_key(which);
                assert!(secrets.insert(*key.public_key().as_bytes()));
                assert!(secrets.insert(*wallet.sealing_secret(&key.public_key()).public_key().as_bytes()));
            }
        }
    }
    for generation in 0..3 {
        assert!(secrets.insert(*seed.wallet_seed(generation).device_key().public_key().as_bytes()));
    }
    for number in 0..3 {
        assert!(secrets.insert(*seed.recovery_key(number).public_key().as_bytes()));
    }
    assert_eq!(secrets.len(), 3 * 3 * 4 * 2 + 3 + 3);
}

#[test]
fn a_wallet_seed_comes_back_from_its_sealed_form() {
    let wallet = seed().wallet_seed(7);
    let secret = wallet.to_secret();
    assert_eq!(secret.expose().len(), WalletSeed::SECRET_LENGTH);
    let again = WalletSeed::from_secret(secret.expose()).ok().unwrap();
    assert_eq!(again.generation(), 7);
    let which = Founding::Public { k: 0 };
    assert_eq!(again.founding_key(which).public_key(), wallet.founding_key(which).public_key());

    for length in [0, 3, 4, 35, 37] {
        assert_eq!(
            WalletSeed::from_secret(&vec![0; length]).err(),
            Some(KeyError::Length { what: "wallet seed", expected: 36, found: length })
        );
    }
}

#[test]
fn an_issuer_and_an_account_of_the_same_keys_have_different_ids() {
    let seed = seed();
    let founding = seed.wallet_seed(0).founding_key(Founding::Public { k: 0 }).public_key();
    let commitment = recovery_commitment(&seed.recovery_key(0).public_key());
    let account = AccountId::derive(&founding, &commitment);
    assert_ne!(account.as_bytes(), IssuerId::derive(&founding, &commitment).as_bytes());
    let other = recovery_commitment(&seed.recovery_key(1).public_key());
    assert_ne!(account, AccountId::derive(&founding, &other));
}

#[test]
fn the_public_recovery_keys_are_those_of_the_phrase() {
    let seed = seed();
    let keys = RecoveryKeys::derive(&seed);
    for number in [0, 1, 512, RECOVERY_KEYS - 1] {
        let key = seed.recovery_key(number).public_key();
        assert_eq!(keys.get(number), Some(&key));
        let commitment = keys.commitment(number).unwrap();
        assert_eq!(commitment, recovery_commitment(&key));
        assert_eq!(keys.number_of(&commitment), Some(number));
    }
    assert_eq!(keys.get(RECOVERY_KEYS), None);
    assert_eq!(keys.commitment(u32::MAX), None);
    let beyond = recovery_commitment(&seed.recovery_key(RECOVERY_KEYS).public_key());
    assert_eq!(keys.number_of(&beyond), None);

    let bytes = keys.to_bytes();
    assert_eq!(RecoveryKeys::from_bytes(&bytes), Ok(keys));
    assert_eq!(
        RecoveryKeys::from_bytes(&bytes[1..]),
        Err(KeyError::Length { what: "recovery keys", expected: 32_768, found: 32_767 })
    );
}
