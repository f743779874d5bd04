//! What holds for every artefact of every kind.

use proptest::prelude::*;

use super::draft::{Draft, SECRET, sign_payload};
use super::{Artefact, read_as_any_kind};
use crate::artefact::*;
use crate::keys::{Digest, SigningKey};

fn comes_back<T: Artefact>(body: &T, secret: &[u8; 32]) {
    let key = SigningKey::from_bytes(secret);
    let signed = body.signed_by(&key).unwrap();
    assert_eq!(signed.body(), body);
    let read = T::proven(signed.bytes(), &key.public_key()).unwrap();
    assert_eq!(read, signed);
    assert_eq!(read.body(), body);
    assert_eq!(read.signer(), &key.public_key());
    assert_eq!(read.hash(), Digest::of(&[read.bytes()]));
    assert_eq!(kind_of(read.bytes()), Ok(T::KIND));
    // Writing what was read gives the same bytes, as does a writer that shares no code.
    assert_eq!(read.body().signed_by(&key).unwrap().bytes(), signed.bytes());
    let mut again = Draft::of(body);
    again.secret = *secret;
    if T::KIND == Kind::Request {
        assert_eq!(again.signed(), signed.bytes());
    } else {
        let named = again.bytes(3, key.public_key().as_ref());
        assert_eq!(named.signed(), signed.bytes());
    }
}

macro_rules! every_kind_comes_back {
    ($($kind:ident),*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(24))]
            $(
                #[test]
                fn $kind(body in crate::artefact::testing::$kind(), secret: [u8; 32]) {
                    comes_back(&body, &secret);
                }
            )*
        }
    };
}

fn flipped(bytes: &[u8], at: prop::sample::Index, bit: u8) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at.index(bytes.len())] ^= 1 << bit;
    changed
}

mod comes_back {
    use super::*;

    every_kind_comes_back!(
        card,
        opening,
        rekey,
        grant,
        attestation,
        request,
        order,
        receipt,
        refusal,
        head,
        statement,
        cancel
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_bit_can_change((kind, bytes) in testing::artefact(), at: prop::sample::Index, bit in 0_u8..8) {
        prop_assume!(kind != Kind::Request);
        prop_assert!(!read_as_any_kind(&flipped(&bytes, at, bit)));
    }

    #[test]
    fn no_bit_of_a_request_can_change(
        body in testing::request(),
        secret: [u8; 32],
        at: prop::sample::Index,
        bit in 0_u8..8,
    ) {
        let signed = body.signed_by(&SigningKey::from_bytes(&secret)).unwrap();
        // It may have become another request, but nobody signed that one.
        prop_assert!(Request::proven(&flipped(signed.bytes(), at, bit), signed.signer()).is_err());
    }

    #[test]
    fn no_byte_can_be_cut_or_added((_, bytes) in testing::artefact(), at: prop::sample::Index, more: u8) {
        prop_assert!(!read_as_any_kind(&bytes[..at.index(bytes.len())]));
        let mut longer = bytes.clone();
        longer.insert(at.index(bytes.len() + 1), more);
        prop_assert!(!read_as_any_kind(&longer));
        longer = bytes.clone();
        longer.push(more);
        prop_assert!(!read_as_any_kind(&longer));
    }

    #[test]
    fn no_kind_passes_for_another((kind, bytes) in testing::artefact()) {
        prop_assert_eq!(kind_of(&bytes), Ok(kind));
        let as_order = Signed::<Order>::parse(&bytes).err();
        let expected = ArtefactError::WrongKind { expected: Some(Kind::Order), found: kind.value() };
        prop_assert_eq!(as_order, (kind != Kind::Order).then_some(expected));
    }

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(!read_as_any_kind(&bytes));
        prop_assert!(kind_of(&bytes).is_err());
        // The same within a good envelope, where the readers of fields see them.
        let signed = sign_payload(&bytes, &SECRET);
        prop_assert!(!read_as_any_kind(&signed));
        prop_assert!(kind_of(&signed).is_err());
    }

    #[test]
    fn changed_payloads_do_not_panic(
        (_, bytes) in testing::artefact(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut artefact = minicbor::Decoder::new(&bytes[6..]);
        let mut payload = artefact.bytes().unwrap().to_vec();
        for (at, byte) in changes {
            let at = at.index(payload.len());
            payload[at] = byte;
        }
        // Signed anew, so that nothing but the fields can be at fault.
        let signed = sign_payload(&payload, &SECRET);
        let _ = read_as_any_kind(&signed);
        let _ = kind_of(&signed);
    }
}
