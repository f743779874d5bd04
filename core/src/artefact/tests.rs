#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::keys::{AccountId, Digest, IssuerId, OrderId, SigningKey};
use crate::money::Amount;

fn order() -> Order {
    Order {
        issuer: IssuerId::new([1; 16]),
        payer: AccountId::new([2; 16]),
        payee: AccountId::new([3; 16]),
        amount: Amount::new(450),
        order_id: OrderId::new([4; 16]),
        not_after: 1_800_000_000,
        request: None,
        repays: None,
        memo: None,
        seen: Seen {
            head: Digest::of(&[b"head"]),
            statement_number: 7,
            statement: Digest::of(&[b"statement"]),
        },
        tip: None,
    }
}

#[test]
fn what_was_signed_is_read_again() {
    let key = SigningKey::from_bytes(&[9; 32]);
    let signed = Signed::sign(&order(), &key).unwrap();
    let read = Signed::<Order>::parse(signed.bytes()).unwrap();
    assert_eq!(read, signed);
    assert_eq!(read.signer(), &key.public_key());
    assert_eq!(kind_of(signed.bytes()).unwrap(), Kind::Order);
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let signed = Signed::sign(&order(), &SigningKey::from_bytes(&[9; 32])).unwrap();
    for at in 0..signed.bytes().len() {
        let mut bytes = signed.bytes().to_vec();
        bytes[at] ^= 1;
        assert!(Signed::<Order>::parse(&bytes).is_err(), "byte {at}");
        assert!(Signed::<Order>::parse(&signed.bytes()[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn a_signature_covers_every_byte() {
    // The fourth element is a longer byte string that ends as the signature does: the same signed payload, other bytes.
    let signed = Signed::sign(&order(), &SigningKey::from_bytes(&[9; 32])).unwrap();
    let (body, signature) = signed.bytes().split_at(signed.bytes().len() - 66);
    let bytes = [body, &[0x58, 0x43, 0], signature].concat();
    let error = ArtefactError::Envelope { reason: "has no signature of 64 bytes" };
    assert_eq!(Signed::<Order>::parse(&bytes), Err(error));
}
