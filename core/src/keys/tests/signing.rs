use proptest::prelude::*;

use super::{hex, hex_array};
use crate::keys::{KeyError, PublicKey, SigningKey};

/// RFC 8032 §7.1: secret key, public key, message, signature.
const RFC_8032: [[&str; 4]; 4] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ],
];

/// Every point whose order divides 8, in its canonical encoding.
const SMALL_ORDER: [&str; 8] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

#[test]
fn signs_and_checks_as_rfc_8032() {
    for [secret, public, message, signature] in RFC_8032 {
        let key = SigningKey::from_bytes(&hex_array(secret));
        assert_eq!(key.public_key(), PublicKey::new(hex_array(public)));
        assert_eq!(key.sign(&hex(message)), hex_array(signature));
        assert_eq!(key.public_key().verify(&hex(message), &hex_array(signature)), Ok(()));
    }
}

#[test]
fn a_weak_key_accepts_nothing() {
    for point in SMALL_ORDER {
        let key = PublicKey::new(hex_array(point));
        assert_eq!(key.check(), Err(KeyError::WeakKey));
        // R = identity, s = 0: "good" for any message under the identity.
        let mut signature = [0; 64];
        signature[0] = 1;
        assert_eq!(key.verify(b"anything", &signature), Err(KeyError::WeakKey));
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "shows what the lenient check would let through")]
fn r_of_small_order_is_refused() {
    // Made with the key of the second vector: R is the identity, s = H(R, A, "pay") times the private scalar.
    let key: [u8; 32] = hex_array(RFC_8032[1][1]);
    let signature: [u8; 64] = hex_array(
        "0100000000000000000000000000000000000000000000000000000000000000a4578b3e67e75c838b800ab450aa9a8866ad1eb43b72eb83ac47c0f9c3580b0e",
    );
    let lenient = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
    let parsed = ed25519_dalek::Signature::from_bytes(&signature);
    assert!(ed25519_dalek::Verifier::verify(&lenient, b"pay", &parsed).is_ok());
    assert_eq!(PublicKey::new(key).verify(b"pay", &signature), Err(KeyError::BadSignature));
}

#[test]
fn a_point_has_one_encoding() {
    // y = p + n for a small n: the library reads it as y = n.
    let mut refused = 0;
    for n in 2..19 {
        let mut bytes = [0xff; 32];
        bytes[0] = 0xed + n;
        bytes[31] = 0x7f;
        if ed25519_dalek::VerifyingKey::from_bytes(&bytes).is_ok_and(|key| !key.is_weak()) {
            assert_eq!(PublicKey::new(bytes).check(), Err(KeyError::NotAKey));
            refused += 1;
        }
    }
    assert!(refused > 0);
}

#[test]
fn what_is_no_point_is_no_key() {
    // y = 2 is on no point of the curve.
    let mut bytes = [0; 32];
    bytes[0] = 2;
    assert_eq!(PublicKey::new(bytes).check(), Err(KeyError::NotAKey));
    assert_eq!(PublicKey::new(bytes).verify(b"", &[0; 64]), Err(KeyError::NotAKey));
}

#[test]
fn s_must_be_reduced() {
    let [_, public, message, signature] = RFC_8032[1];
    let mut signature: [u8; 64] = hex_array(signature);
    // s + L solves the same equation.
    let order: [u8; 32] = hex_array("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut carry = 0;
    for (byte, add) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(
        PublicKey::new(hex_array(public)).verify(&hex(message), &signature),
        Err(KeyError::BadSignature)
    );
}

#[test]
fn a_secret_of_another_length_is_no_key() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let again = SigningKey::from_secret(key.to_secret().expose()).unwrap();
    assert_eq!(again.public_key(), key.public_key());
    let error = SigningKey::from_secret(&[7; 31]).err();
    assert_eq!(error, Some(KeyError::Length { what: "signing key", expected: 32, found: 31 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bit_of_a_signed_message_can_change(
        secret: [u8; 32],
        message in prop::collection::vec(any::<u8>(), 1..80),
        bit in 0_usize..8 * 64,
    ) {
        let key = SigningKey::from_bytes(&secret);
        let signature = key.sign(&message);
        prop_assert_eq!(key.public_key().verify(&message, &signature), Ok(()));

        let mut other = signature;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(key.public_key().verify(&message, &other), Err(KeyError::BadSignature));

        let mut other = message.clone();
        let at = bit / 8 % message.len();
        other[at] ^= 1 << (bit % 8);
        prop_assert_eq!(key.public_key().verify(&other, &signature), Err(KeyError::BadSignature));

        let mut other = *key.public_key().as_bytes();
        other[bit / 8 % 32] ^= 1 << (bit % 8);
        prop_assert!(PublicKey::new(other).verify(&message, &signature).is_err());
    }

    #[test]
    fn checking_never_panics(key: [u8; 32], signature in prop::array::uniform32(any::<[u8; 2]>()), message: Vec<u8>) {
        let signature: Vec<u8> = signature.concat();
        prop_assert!(PublicKey::new(key).verify(&message, &signature.try_into().unwrap()).is_err());
    }
}
