use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem, OpModeS, Serializable as _};
use proptest::prelude::*;

use super::{Sequence, account, hex_array, issuer, order};
use crate::clock::{Entropy, SystemEntropy};
use crate::keys::{
    AccountId, IssuerId, MAX_MEMO_LENGTH, MAX_SEALED_MEMO_LENGTH, MemoContext, MemoError, OrderId,
    SealingKey, SealingSecret,
};

fn context() -> MemoContext {
    MemoContext { issuer: issuer(), payee: account(), order: order() }
}

fn secret() -> SealingSecret {
    SealingSecret::from_bytes(&[5; 32])
}

fn seal(text: &str) -> Vec<u8> {
    secret().public_key().seal_memo(text, &context(), &Sequence::default()).unwrap()
}

/// Seals bytes as they are, as a careless or hostile sender might.
fn seal_padded(padded: &[u8]) -> Vec<u8> {
    struct Rng;
    impl hpke::rand_core::TryRng for Rng {
        type Error = std::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Ok(4)
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Ok(4)
        }
        fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Self::Error> {
            SystemEntropy.fill(target);
            Ok(())
        }
    }
    impl hpke::rand_core::TryCryptoRng for Rng {}

    let aad = [[0x11; 16], [0x22; 16], [0x33; 16]].concat();
    let recipient =
        <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(secret().public_key().as_bytes()).unwrap();
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &recipient,
            b"tallystick-memo-1",
            padded,
            &aad,
            &mut Rng,
        )
        .unwrap();
    [encapsulated.to_bytes().as_slice(), &ciphertext].concat()
}

#[test]
fn the_length_tells_one_of_three_classes() {
    for (length, padded) in [(0, 64), (62, 64), (63, 256), (254, 256), (255, 1024), (1022, 1024)] {
        let text = "x".repeat(length);
        let sealed = seal(&text);
        assert_eq!(sealed.len(), 32 + padded + 16);
        assert_eq!(secret().open_memo(&sealed, &context()), Ok(text));
    }
    assert_eq!((MAX_MEMO_LENGTH, MAX_SEALED_MEMO_LENGTH), (1022, 1072));
}

#[test]
fn a_longer_text_is_refused() {
    for length in [1023, 65_535, 65_536, 70_000] {
        let result = secret().public_key().seal_memo(&"x".repeat(length), &context(), &Sequence::default());
        assert_eq!(result, Err(MemoError::TooLong { length, limit: 1022 }));
    }
    // 512 letters, but 1,024 bytes.
    let result = secret().public_key().seal_memo(&"é".repeat(512), &context(), &Sequence::default());
    assert_eq!(result, Err(MemoError::TooLong { length: 1024, limit: 1022 }));
}

#[test]
fn a_memo_opens_with_its_key_for_its_order_only() {
    let sealed = seal("two loaves");
    let not_opened = Err(MemoError::NotOpened);
    assert_eq!(SealingSecret::from_bytes(&[6; 32]).open_memo(&sealed, &context()), not_opened);
    for other in [
        MemoContext { issuer: IssuerId::new([0; 16]), ..context() },
        MemoContext { payee: AccountId::new([0; 16]), ..context() },
        MemoContext { order: OrderId::new([0; 16]), ..context() },
    ] {
        assert_eq!(secret().open_memo(&sealed, &other), not_opened);
    }
    for length in [0, 31, 32, 47, sealed.len() - 1] {
        assert_eq!(secret().open_memo(&sealed[..length], &context()), not_opened);
    }
}

#[test]
fn the_same_text_is_never_sealed_alike() {
    let entropy = Sequence::default();
    let key = secret().public_key();
    assert_ne!(
        key.seal_memo("same", &context(), &entropy).unwrap(),
        key.seal_memo("same", &context(), &entropy).unwrap()
    );
}

#[test]
fn nothing_is_sealed_to_a_key_of_small_order() {
    // RFC 7748 §6.1 warns of these: the shared secret is zero, whatever the private key.
    for point in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        let key = SealingKey::new(hex_array(point));
        assert_eq!(
            key.seal_memo("text", &context(), &Sequence::default()),
            Err(MemoError::UnusableKey),
            "{point}"
        );
        let sealed = [key.as_bytes().as_slice(), &[0; 80]].concat();
        assert_eq!(secret().open_memo(&sealed, &context()), Err(MemoError::NotOpened));
    }
}

#[test]
fn what_is_inside_must_be_a_padded_text() {
    let mut good = vec![0; 64];
    good[1] = 2;
    good[2..4].copy_from_slice(b"ok");
    assert_eq!(secret().open_memo(&seal_padded(&good), &context()), Ok("ok".to_owned()));

    let change = |at: usize, byte: u8| {
        let mut padded = good.clone();
        padded[at] = byte;
        padded
    };
    let no_class = [good.as_slice(), &[0]].concat();
    for (what, padded) in [
        ("longer than there is", change(1, 63)),
        ("not UTF-8", change(2, 0xff)),
        ("something behind the text", change(63, 1)),
        ("no class", no_class),
        ("nothing", Vec::new()),
        ("one byte", vec![0]),
    ] {
        assert_eq!(
            secret().open_memo(&seal_padded(&padded), &context()),
            Err(MemoError::Malformed),
            "{what}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_comes_back(text in "\\PC{0,250}") {
        prop_assert_eq!(secret().open_memo(&seal(&text), &context()), Ok(text));
    }

    #[test]
    fn no_bit_can_change(text in "[a-z ]{0,62}", at in 0_usize..112, bit in 0..8) {
        let mut sealed = seal(&text);
        sealed[at] ^= 1_u8 << bit;
        let opened = secret().open_memo(&sealed, &context());
        // X25519 ignores the topmost bit of a key, but the key schedule does not.
        prop_assert_eq!(opened, Err(MemoError::NotOpened));
    }

    #[test]
    fn any_bytes_are_a_memo_or_a_typed_error(sealed: Vec<u8>) {
        prop_assert!(secret().open_memo(&sealed, &context()).is_err());
    }
}
