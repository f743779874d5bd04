//! The standards' own vectors, through the code that we use. Ed25519's are in `signing`.

use hkdf::Hkdf;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use sha2::Sha256;

use super::{hex, hex_array};
use crate::keys::{RecoveryPhrase, aead};

/// RFC 5869 A.1 to A.3: input key material, salt, info, output.
const RFC_5869: [[&str; 4]; 3] = [
    [
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ],
    [
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
        "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ],
    [
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "",
        "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ],
];

#[test]
fn hkdf_as_rfc_5869() {
    for [material, salt, info, output] in RFC_5869 {
        let mut made = vec![0; output.len() / 2];
        Hkdf::<Sha256>::new(Some(&hex(salt)), &hex(material)).expand(&hex(info), &mut made).unwrap();
        assert_eq!(made, hex(output));
    }
}

/// RFC 9180 A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode.
#[test]
fn hpke_as_rfc_9180() {
    struct Ephemeral([u8; 32]);
    impl TryRng for Ephemeral {
        type Error = std::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            unreachable!()
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            unreachable!()
        }
        fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Self::Error> {
            target.copy_from_slice(&self.0);
            Ok(())
        }
    }
    impl TryCryptoRng for Ephemeral {}

    let info = hex("4f6465206f6e2061204772656369616e2055726e");
    let mut ephemeral =
        Ephemeral(hex_array("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"));
    let (secret, public) = X25519HkdfSha256::derive_keypair(&hex(
        "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
    ));
    let secret_bytes = hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    assert!(secret == <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&secret_bytes).unwrap());
    assert_eq!(
        public.to_bytes().as_slice(),
        hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
    );

    let (encapsulated, mut sender) = hpke::setup_sender_with_rng::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &public, &info, &mut ephemeral)
    .unwrap();
    assert_eq!(
        encapsulated.to_bytes().as_slice(),
        hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
    );
    let mut receiver = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &encapsulated,
        &info,
    )
    .unwrap();
    let plaintext = hex("4265617574792069732074727574682c20747275746820626561757479");
    for (aad, ciphertext) in [
        (
            "Count-0",
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
        ),
        (
            "Count-1",
            "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c",
        ),
        (
            "Count-2",
            "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02b4f10ecac6f48c32f878fae86b",
        ),
    ] {
        assert_eq!(sender.seal(&plaintext, aad.as_bytes()).unwrap(), hex(ciphertext));
        assert_eq!(receiver.open(&hex(ciphertext), aad.as_bytes()).unwrap(), plaintext);
    }
}

/// draft-irtf-cfrg-xchacha-03 A.3.1.
#[test]
fn xchacha20_poly1305_as_its_draft() {
    let key = hex_array("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    let nonce: [u8; 24] = hex_array("404142434445464748494a4b4c4d4e4f5051525354555657");
    let aad = hex("50515253c0c1c2c3c4c5c6c7");
    let plaintext = b"Ladies and Gentlemen of the class of '99: \
        If I could offer you only one tip for the future, sunscreen would be it.";
    let expected = "404142434445464748494a4b4c4d4e4f5051525354555657\
        bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
        2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e\
        c0875924c1c7987947deafd8780acf49";
    let sealed = aead::seal(&key, nonce, &aad, plaintext);
    assert_eq!(sealed, hex(expected));
    assert_eq!(aead::open(&key, &aad, &sealed).unwrap().expose(), plaintext);
    assert!(aead::open(&key, b"", &sealed).is_none());
    assert!(aead::open(&key, &aad, &sealed[..23]).is_none());
}

/// BIP 39's own English vectors of 24 words, and their seeds with the empty passphrase that we use.
#[test]
fn phrases_as_bip_39() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/keys/bip39.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let text = |name: &str| case[name].as_str().unwrap();
        let phrase = RecoveryPhrase::parse(text("phrase")).ok().unwrap();
        assert_eq!(phrase.reveal().collect::<Vec<_>>().join(" "), text("phrase"));
        let made = RecoveryPhrase::generate(&super::Script::new(&[&hex(text("entropy"))]));
        assert_eq!(made.reveal().collect::<Vec<_>>().join(" "), text("phrase"));
        assert_eq!(phrase.seed_with("TREZOR").as_bytes(), &hex_array(text("seed_with_passphrase_trezor")));
        assert_eq!(phrase.seed().as_bytes(), &hex_array(text("seed")));
    }
}
