use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;

use super::{Sequence, hex};
use crate::keys::{
    Digest, MemorySecretStore, PassphraseCost, PassphraseFileStore, SecretBytes, SecretStore,
    SecretStoreError,
};

struct Place {
    directory: TempDir,
    entropy: Arc<Sequence>,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), entropy: Arc::default() }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("wallet.key")
    }

    fn create(&self, passphrase: &str) -> Result<PassphraseFileStore, SecretStoreError> {
        PassphraseFileStore::create(&self.path(), passphrase, PassphraseCost::LEAST, self.entropy.clone())
    }

    fn open(&self, passphrase: &str) -> Result<PassphraseFileStore, SecretStoreError> {
        PassphraseFileStore::open(&self.path(), passphrase, self.entropy.clone())
    }

    fn opens(&self, passphrase: &str) -> Option<SecretStoreError> {
        self.open(passphrase).err()
    }
}

/// What every store must do, a platform's too.
fn keeps_secrets(store: &dyn SecretStore) {
    for secret in [b"".as_slice(), b"x", &[0xa5; 4096]] {
        let sealed = store.seal("wallet/seed".into(), secret.to_vec()).unwrap();
        assert_eq!(store.unseal("wallet/seed".into(), sealed).unwrap(), secret);
    }

    let secret = SecretBytes::from(b"something to find".as_slice());
    let sealed = store.seal_secret("wallet/seed", &secret).unwrap();
    assert_eq!(store.unseal_secret("wallet/seed", &sealed).unwrap().expose(), secret.expose());
    assert!(!sealed.windows(9).any(|window| window == b"something"));
    assert_ne!(store.seal_secret("wallet/seed", &secret).unwrap(), sealed);

    store.seal("other".into(), vec![1]).unwrap();
    assert_eq!(store.unseal_secret("other", &sealed).err(), Some(SecretStoreError::Corrupt));

    for at in 0..sealed.len() {
        let mut damaged = sealed.clone();
        damaged[at] ^= 1;
        let error = store.unseal_secret("wallet/seed", &damaged).err().unwrap();
        assert!(matches!(error, SecretStoreError::Corrupt | SecretStoreError::KeyInvalidated), "{at}");
        assert!(store.unseal_secret("wallet/seed", &sealed[..at]).is_err());
    }

    store.delete("never used".into()).unwrap();
    store.delete("other".into()).unwrap();
    assert_eq!(store.unseal_secret("wallet/seed", &sealed).unwrap().expose(), secret.expose());
}

#[test]
fn memory_keeps_secrets() {
    let store: Arc<dyn SecretStore> = Arc::new(MemorySecretStore::new(Arc::new(Sequence::default())));
    keeps_secrets(&*store);
}

#[test]
fn a_passphrase_keeps_secrets() {
    let place = Place::new();
    let store: Arc<dyn SecretStore> = Arc::new(place.create("correct horse").ok().unwrap());
    keeps_secrets(&*store);
}

#[test]
fn secret_bytes_do_not_show_themselves() {
    let secret = SecretBytes::new(b"hunter2".to_vec());
    assert_eq!(format!("{secret:?} {secret:#?}"), "SecretBytes(…) SecretBytes(…)");
}

#[test]
fn memory_forgets_what_is_deleted_and_fails_when_told() {
    let store = MemorySecretStore::new(Arc::new(Sequence::default()));
    let sealed = store.seal("seed".into(), vec![1, 2]).unwrap();
    store.fail_with(Some(SecretStoreError::UserCancelled));
    assert_eq!(store.unseal("seed".into(), sealed.clone()), Err(SecretStoreError::UserCancelled));
    assert_eq!(store.seal("seed".into(), vec![]), Err(SecretStoreError::UserCancelled));
    assert_eq!(store.delete("seed".into()), Err(SecretStoreError::UserCancelled));
    store.fail_with(None);
    assert_eq!(store.unseal("seed".into(), sealed.clone()), Ok(vec![1, 2]));

    store.delete("seed".into()).unwrap();
    assert_eq!(store.unseal("seed".into(), sealed.clone()), Err(SecretStoreError::KeyInvalidated));
    store.seal("seed".into(), vec![3]).unwrap();
    assert_eq!(store.unseal("seed".into(), sealed), Err(SecretStoreError::Corrupt));
}

#[test]
fn the_file_opens_with_its_passphrase_only() {
    let place = Place::new();
    let sealed = place.create("correct horse").ok().unwrap().seal("seed".into(), vec![1, 2]).unwrap();
    let again = place.open("correct horse").ok().unwrap();
    assert_eq!(again.unseal("seed".into(), sealed), Ok(vec![1, 2]));
    for wrong in ["", "correct", "Correct horse", "correct horse "] {
        assert_eq!(place.opens(wrong), Some(SecretStoreError::AuthenticationFailed));
    }
}

#[test]
fn a_passphrase_is_the_same_from_every_keyboard() {
    let place = Place::new();
    place.create("caf\u{e9} \u{1100}\u{1161}").ok().unwrap();
    assert_eq!(place.opens("cafe\u{301} \u{ac00}"), None);
    assert_eq!(place.opens("cafe \u{ac00}"), Some(SecretStoreError::AuthenticationFailed));
}

#[test]
fn a_damaged_file_is_never_taken_for_a_wrong_passphrase() {
    let place = Place::new();
    place.create("pass").ok().unwrap();
    let good = fs::read(place.path()).unwrap();
    assert_eq!(good.len(), 148);
    for at in 0..good.len() {
        let mut damaged = good.clone();
        damaged[at] ^= 0x10;
        fs::write(place.path(), &damaged).unwrap();
        assert_eq!(place.opens("pass"), Some(SecretStoreError::Corrupt), "byte {at}");
        fs::write(place.path(), &good[..at]).unwrap();
        assert_eq!(place.opens("pass"), Some(SecretStoreError::Corrupt), "{at} bytes");
    }
    fs::write(place.path(), [good.as_slice(), &[0]].concat()).unwrap();
    assert_eq!(place.opens("pass"), Some(SecretStoreError::Corrupt));
}

#[test]
fn a_forged_file_cannot_ask_for_the_moon() {
    let place = Place::new();
    place.create("pass").ok().unwrap();
    let good = fs::read(place.path()).unwrap();
    // Memory, passes, lanes: too many, or none.
    for (at, number) in [(16, u32::MAX), (16, 0), (20, u32::MAX), (20, 0), (24, 0x00ff_ffff), (24, 0)] {
        let mut forged = good.clone();
        forged[at..at + 4].copy_from_slice(&number.to_be_bytes());
        let content = forged.len() - 32;
        let checksum = Digest::of(&[&forged[..content]]);
        forged[content..].copy_from_slice(checksum.as_bytes());
        fs::write(place.path(), &forged).unwrap();
        assert_eq!(place.opens("pass"), Some(SecretStoreError::Corrupt), "{number} at {at}");
    }
    // A cost that is possible, but not the one that the key was made with.
    let mut forged = good.clone();
    forged[23] = 2;
    let checksum = Digest::of(&[&forged[..116]]);
    forged[116..].copy_from_slice(checksum.as_bytes());
    fs::write(place.path(), &forged).unwrap();
    assert_eq!(place.opens("pass"), Some(SecretStoreError::AuthenticationFailed));
}

#[test]
fn no_file_is_not_a_damaged_file() {
    assert_eq!(Place::new().opens("pass"), Some(SecretStoreError::Unavailable));
}

#[test]
fn an_existing_file_is_never_replaced_by_a_new_one() {
    let place = Place::new();
    place.create("first").ok().unwrap();
    let before = fs::read(place.path()).unwrap();
    assert!(matches!(place.create("second").err(), Some(SecretStoreError::Other { .. })));
    assert_eq!(fs::read(place.path()).unwrap(), before);
    assert_eq!(fs::read_dir(place.directory.path()).unwrap().count(), 1);
}

#[test]
fn nothing_is_left_behind_where_nothing_can_be_written() {
    let place = Place::new();
    let store = PassphraseFileStore::create(
        &place.directory.path().join("missing/wallet.key"),
        "pass",
        PassphraseCost::LEAST,
        place.entropy.clone(),
    );
    assert!(matches!(store.err(), Some(SecretStoreError::Other { .. })));
    assert_eq!(fs::read_dir(place.directory.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let store = place.create("pass").ok().unwrap();
    let mode = || fs::metadata(place.path()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    store.change_passphrase("pass", "other", PassphraseCost::LEAST).unwrap();
    assert_eq!(mode(), 0o600);
}

#[test]
fn a_new_passphrase_opens_what_was_sealed_before() {
    let place = Place::new();
    let store = place.create("old").ok().unwrap();
    let sealed = store.seal("seed".into(), vec![1, 2]).unwrap();

    let before = fs::read(place.path()).unwrap();
    let refused = store.change_passphrase("wrong", "new", PassphraseCost::LEAST);
    assert_eq!(refused, Err(SecretStoreError::AuthenticationFailed));
    let impossible = PassphraseCost { memory_kib: 0, ..PassphraseCost::LEAST };
    let refused = store.change_passphrase("old", "new", impossible);
    assert!(matches!(refused, Err(SecretStoreError::Other { .. })));
    assert_eq!(fs::read(place.path()).unwrap(), before);

    let dearer = PassphraseCost { memory_kib: 16, passes: 2, lanes: 2 };
    store.change_passphrase("old", "new", dearer).unwrap();
    assert_eq!(place.opens("old"), Some(SecretStoreError::AuthenticationFailed));
    let again = place.open("new").ok().unwrap();
    assert_eq!(again.unseal("seed".into(), sealed.clone()), Ok(vec![1, 2]));
    assert_eq!(store.unseal("seed".into(), sealed), Ok(vec![1, 2]));
    assert_eq!(fs::read_dir(place.directory.path()).unwrap().count(), 1);
}

#[test]
fn the_file_of_another_store_is_told_apart() {
    let (here, there) = (Place::new(), Place::new());
    let store = here.create("pass").ok().unwrap();
    // Different randomness there.
    there.entropy.0.lock().unwrap().clone_from(&1000);
    let other = there.create("pass").ok().unwrap();

    let sealed = other.seal("seed".into(), vec![1]).unwrap();
    assert_eq!(store.unseal("seed".into(), sealed), Err(SecretStoreError::KeyInvalidated));

    fs::copy(there.path(), here.path()).unwrap();
    let refused = store.change_passphrase("pass", "new", PassphraseCost::LEAST);
    assert_eq!(refused, Err(SecretStoreError::KeyInvalidated));
}

#[test]
fn the_default_cost_is_the_documented_one() {
    let cost = PassphraseCost::default();
    assert_eq!((cost.memory_kib, cost.passes, cost.lanes), (65_536, 3, 1));
}

/// RFC 9106 §5.3 has a secret and associated data, which we never use; this is the reference implementation's own
/// vector without them (`argon2id`, "password", "somesalt", t 2, m 2^16, p 1).
#[test]
fn argon2id_as_its_reference() {
    let params = argon2::Params::new(1 << 16, 2, 1, Some(32)).unwrap();
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = [0; 32];
    argon2.hash_password_into(b"password", b"somesalt", &mut key).unwrap();
    assert_eq!(key.to_vec(), hex("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_bytes_are_a_key_file_or_corrupt(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let place = Place::new();
        fs::write(place.path(), &bytes).unwrap();
        prop_assert_eq!(place.opens("pass"), Some(SecretStoreError::Corrupt));
    }

    #[test]
    fn any_passphrase_opens_what_it_closed(passphrase in "\\PC{0,40}", secret: Vec<u8>) {
        let place = Place::new();
        let sealed = place.create(&passphrase).ok().unwrap().seal("s".into(), secret.clone()).unwrap();
        prop_assert_eq!(place.open(&passphrase).ok().unwrap().unseal("s".into(), sealed), Ok(secret));
    }
}
