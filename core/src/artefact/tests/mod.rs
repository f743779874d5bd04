#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cbor;
mod draft;
mod envelope;
mod oracle;
mod properties;
mod rules;
mod samples;
mod vectors;

use std::fmt::Debug;

use super::*;
use crate::keys::{PublicKey, SigningKey};

/// What all kinds have in common, whether or not they name their signer.
trait Artefact: Body + Debug + Clone {
    fn signed_by(&self, key: &SigningKey) -> Result<Signed<Self>, ArtefactError>;

    fn proven(bytes: &[u8], signer: &PublicKey) -> Result<Signed<Self>, ArtefactError>;
}

macro_rules! artefacts {
    ($($kind:ident),*) => {$(
        impl Artefact for $kind {
            fn signed_by(&self, key: &SigningKey) -> Result<Signed<Self>, ArtefactError> {
                Signed::sign(self, key)
            }

            fn proven(bytes: &[u8], _: &PublicKey) -> Result<Signed<Self>, ArtefactError> {
                Signed::parse(bytes)
            }
        }
    )*};
}
artefacts!(Card, Opening, Rekey, Grant, Attestation, Order, Receipt, Refusal, Head, Statement, Cancel);

impl Artefact for Request {
    fn signed_by(&self, key: &SigningKey) -> Result<Signed<Self>, ArtefactError> {
        Unproven::sign(self, key)
    }

    fn proven(bytes: &[u8], signer: &PublicKey) -> Result<Signed<Self>, ArtefactError> {
        Unproven::parse(bytes)?.prove(signer)
    }
}

/// Reads bytes as each kind; whether one of them took it.
fn read_as_any_kind(bytes: &[u8]) -> bool {
    let signer = PublicKey::new([1; 32]);
    [
        Card::proven(bytes, &signer).is_ok(),
        Opening::proven(bytes, &signer).is_ok(),
        Rekey::proven(bytes, &signer).is_ok(),
        Grant::proven(bytes, &signer).is_ok(),
        Attestation::proven(bytes, &signer).is_ok(),
        Unproven::<Request>::parse(bytes).is_ok(),
        Order::proven(bytes, &signer).is_ok(),
        Receipt::proven(bytes, &signer).is_ok(),
        Refusal::proven(bytes, &signer).is_ok(),
        Head::proven(bytes, &signer).is_ok(),
        Statement::proven(bytes, &signer).is_ok(),
        Cancel::proven(bytes, &signer).is_ok(),
    ]
    .contains(&true)
}
