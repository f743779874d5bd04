//! Artefacts of every kind: what can be read has one encoding.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::LazyLock;

use tallystick::artefact::{
    ArtefactError, Attestation, Cancel, Card, Grant, Head, Kind, NamesSigner, Opening, Order, Receipt,
    Refusal, Rekey, Request, Signed, Statement, Unproven, cbor, kind_of,
};
use tallystick::keys::Digest;

use crate::cbor as any;
use crate::input::Input;
use crate::world::{self, key};

/// The first byte: 0: the rest is an artefact as it came; 1: a payload, signed as it is; 2 and more: a payload of any
/// encoding, made deterministic, of the kind that the second byte names.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() {
        0 => read(input.rest()),
        1 => read(&any::sign(input.rest(), &key())),
        _ => {
            let kind = input.choice(&Kind::ALL);
            let public = key().public_key();
            let signer = (kind != Kind::Request).then_some(public.as_ref());
            read(&any::sign(&any::payload(input.rest(), kind.value(), signer), &key()));
        }
    }
}

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> =
        world::vectors().iter().map(|artefact| [&[0], &artefact[..]].concat()).collect();
    for artefact in world::vectors() {
        let payload = any::payload_of(&artefact);
        let kind = kind_of(&artefact).map_or(0, |kind| kind as u8);
        seeds.push([&[2, kind], &payload[..]].concat());
    }
    seeds.push([&[1], &any::deterministic(&[0xa2, 0, 1, 1, 1])[..]].concat());
    seeds
}

/// Reads an artefact as every kind.
fn read(bytes: &[u8]) {
    let kind = kind_of(bytes);
    if kind.is_ok() {
        cbor::check(bytes).expect("what has a kind is deterministic");
    }
    as_kind::<Card>(bytes);
    as_kind::<Opening>(bytes);
    as_kind::<Rekey>(bytes);
    as_kind::<Grant>(bytes);
    as_kind::<Attestation>(bytes);
    as_kind::<Order>(bytes);
    as_kind::<Receipt>(bytes);
    as_kind::<Refusal>(bytes);
    as_kind::<Head>(bytes);
    as_kind::<Statement>(bytes);
    as_kind::<Cancel>(bytes);
    let read = Unproven::<Request>::parse(bytes).and_then(|request| request.prove(&key().public_key()));
    judge(bytes, Kind::Request, read, Unproven::sign);
}

fn as_kind<T: NamesSigner + Clone + Debug>(bytes: &[u8]) {
    judge(bytes, T::KIND, Signed::<T>::parse(bytes), Signed::sign);
}

fn judge<T: Clone + Debug + PartialEq>(
    bytes: &[u8],
    kind: Kind,
    read: Result<Signed<T>, ArtefactError>,
    sign: impl Fn(&T, &tallystick::keys::SigningKey) -> Result<Signed<T>, ArtefactError>,
) {
    let signed = match read {
        Ok(signed) => signed,
        Err(error) => {
            assert!(!error.code().is_empty() && error.to_string().len() < 300, "{error}");
            return;
        }
    };
    assert_eq!(kind_of(bytes), Ok(kind));
    assert!(bytes.len() <= kind.size_limit());
    assert_eq!((signed.bytes(), signed.hash()), (bytes, Digest::of(&[bytes])));
    if *signed.signer() != key().public_key() {
        return;
    }
    let again = sign(signed.body(), &key()).expect("what was read can be signed");
    assert_eq!(again.body(), signed.body());
    // Keys that nobody knows are not written again. Without them there is one encoding.
    let (came, known) = (any::keys(&any::payload_of(bytes)), any::keys(&any::payload_of(again.bytes())));
    if came == known && again.bytes().len() == bytes.len() {
        assert_eq!(again.bytes(), bytes, "two encodings of one {}", kind.name());
    }
    let superfluous: Vec<_> = came.difference(&known).filter(|field| KNOWN[&kind].contains(*field)).collect();
    assert!(superfluous.is_empty(), "a {} says twice what it says: {superfluous:?}", kind.name());
}

/// The keys that artefacts of each kind have in the vectors, where every field is present at least once.
static KNOWN: LazyLock<BTreeMap<Kind, BTreeSet<Vec<u8>>>> = LazyLock::new(|| {
    let mut known: BTreeMap<Kind, BTreeSet<Vec<u8>>> = Kind::ALL.map(|kind| (kind, BTreeSet::new())).into();
    let valid = world::valid();
    for artefact in valid.iter().chain(&world::artefacts()) {
        let kind = kind_of(artefact).expect("a valid artefact");
        known.entry(kind).or_default().extend(any::keys(&any::payload_of(artefact)));
    }
    known
});
