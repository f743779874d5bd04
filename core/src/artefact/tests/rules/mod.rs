//! Every rule of every field, by artefacts that a free-handed writer signed.

mod kinds;

use super::draft::{Draft, SECRET, item};
use super::{Artefact, samples};
use crate::artefact::*;
use crate::keys::{PublicKey, SigningKey};
use crate::money::Amount;

fn read<T: Artefact>(draft: &Draft) -> Result<Signed<T>, ArtefactError> {
    T::proven(&draft.signed(), &signer())
}

fn signer() -> PublicKey {
    SigningKey::from_bytes(&SECRET).public_key()
}

/// The artefact with one field changed is refused for this reason.
#[track_caller]
fn refused<T: Artefact>(body: &T, key: i64, value: &[u8], field: &'static str, reason: &'static str) {
    let found = read::<T>(&Draft::of(body).raw(key, value)).err();
    assert_eq!(found, Some(ArtefactError::Field { field, reason }), "key {key}");
}

#[track_caller]
fn accepted<T: Artefact>(body: &T, key: i64, value: &[u8]) -> T {
    read::<T>(&Draft::of(body).raw(key, value)).unwrap().body().clone()
}

fn uint(value: u64) -> Vec<u8> {
    item(|item| drop(item.u64(value)))
}

fn int(value: i64) -> Vec<u8> {
    item(|item| drop(item.i64(value)))
}

fn text(value: &str) -> Vec<u8> {
    item(|item| drop(item.str(value)))
}

fn bytes(value: &[u8]) -> Vec<u8> {
    item(|item| drop(item.bytes(value)))
}

/// An array of these items.
fn array(items: &[Vec<u8>]) -> Vec<u8> {
    item(|item| {
        item.array(items.len() as u64).unwrap();
        item.writer_mut().extend(items.concat());
    })
}

/// A map with keys from 0 on.
fn map(items: &[Vec<u8>]) -> Vec<u8> {
    item(|item| {
        item.map(items.len() as u64).unwrap();
        for (key, value) in items.iter().enumerate() {
            item.u64(key as u64).unwrap();
            item.writer_mut().extend(value);
        }
    })
}

const NULL: [u8; 1] = [0xf6];

fn samples_of_all_types() -> Vec<Vec<u8>> {
    let [map, array, minus_one, yes] = [0xa0, 0x80, 0x20, 0xf5].map(|byte| vec![byte]);
    vec![map, array, minus_one, yes, NULL.to_vec(), text("?"), bytes(&[0; 5]), bytes(&[0; 33])]
}

/// Fields that are missing, of another type or of another length, for every field of a kind.
fn every_field_is_read<T: Artefact>(body: &T, optional: &[i64]) {
    let draft = Draft::of(body);
    for key in draft.keys().into_iter().filter(|key| *key > 1) {
        match read::<T>(&draft.clone().without(key)) {
            Ok(_) => assert!(optional.contains(&key), "key {key} could be left out"),
            Err(ArtefactError::Missing { .. }) => {
                assert!(!optional.contains(&key), "key {key} could not be left out");
            }
            // The request without key 3 has no signer to be missed; a grant without one of three makes no sense.
            Err(ArtefactError::Field { .. }) => assert!(optional.contains(&-key), "key {key}"),
            Err(error) => panic!("key {key}: {error:?}"),
        }
        for wrong in samples_of_all_types().iter().filter(|wrong| *wrong != draft.value(key)) {
            match read::<T>(&draft.clone().raw(key, wrong)) {
                Err(ArtefactError::Field { .. }) => {}
                // Any text is a note, any number a balance: but then the body says so.
                Ok(signed) => assert_ne!(signed.body(), body, "key {key} is not read"),
                // A map without its fields.
                Err(ArtefactError::Missing { .. }) if *wrong == [0xa0] => {}
                Err(error) => panic!("key {key}: {error:?}"),
            }
        }
        // Absent is absent: `null` stands for nothing.
        assert!(
            matches!(read::<T>(&draft.clone().raw(key, &NULL)), Err(ArtefactError::Field { .. })),
            "key {key}"
        );
    }
}

#[test]
fn every_field_of_every_kind_is_read() {
    // A minus sign: the field cannot be left out, and the refusal names another.
    every_field_is_read(&samples::card(), &[16, 17]);
    every_field_is_read(&samples::opening(), &[]);
    every_field_is_read(&samples::rekey(), &[]);
    every_field_is_read(&samples::issuer_rekey(), &[]);
    every_field_is_read(&samples::grant(), &[8, -5, -7]);
    every_field_is_read(&samples::role_grant(), &[-6]);
    every_field_is_read(&samples::attestation(), &[]);
    every_field_is_read(&samples::request(), &[4, 7, 8, 9, 10, 11]);
    every_field_is_read(&samples::short_request(), &[-4]);
    every_field_is_read(&samples::open_request(), &[8, -9]);
    every_field_is_read(&samples::order(), &[9, 10, 11, 15]);
    every_field_is_read(&samples::receipt(), &[]);
    every_field_is_read(&samples::refusal(), &[]);
    every_field_is_read(&samples::head(), &[]);
    every_field_is_read(&samples::statement(), &[-5]);
    every_field_is_read(&samples::cancel(), &[]);
}

#[test]
fn numbers_have_their_ranges() {
    let max = u64::try_from(i64::MAX).unwrap();
    let order = samples::order();
    refused(&order, 6, &uint(0), "amount", "must be at least 1");
    refused(&order, 6, &uint(max + 1), "amount", "is too large");
    refused(&order, 6, &int(-1), "amount", "is not an unsigned integer");
    assert_eq!(accepted(&order, 6, &uint(max)).amount, Amount::MAX);
    refused(&order, 8, &uint(max + 1), "not_after", "is too large");
    refused(&order, 8, &int(-1), "not_after", "is not an unsigned integer");
    refused(&order, 13, &uint(max + 1), "seen.statement_number", "is too large");
    refused(&order, 15, &uint(0), "tip", "must be at least 1");
    refused(&order, 15, &uint(495), "tip", "is not less than the amount");
    assert_eq!(accepted(&order, 15, &uint(494)).tip, Some(Amount::new(494)));

    let card = samples::card();
    refused(&card, 5, &uint(0), "serial", "must be at least 1");
    refused(&card, 5, &uint(1 << 32), "serial", "is too large");
    refused(&card, 6, &uint(1 << 32), "rekey_number", "is too large");
    refused(&card, 13, &uint(1 << 32), "epoch", "is too large");
    assert_eq!(accepted(&card, 13, &uint((1 << 32) - 1)).epoch, u32::MAX);

    let head = samples::head();
    assert_eq!(accepted(&head, 8, &int(i64::MIN)).balance, Amount::MIN);
    refused(&head, 8, &uint(max + 1), "balance", "is not an integer of 64 bits");
    // −2^63 − 1.
    refused(&head, 8, &[0x3b, 0x80, 0, 0, 0, 0, 0, 0, 0], "balance", "is not an integer of 64 bits");
    refused(&head, 9, &int(-1), "held", "is not an unsigned integer");
    refused(&samples::receipt(), 6, &uint(0), "sequence", "must be at least 1");
    refused(&samples::rekey(), 6, &uint(0), "number", "must be at least 1");
}

#[test]
fn texts_show_as_they_read() {
    let request = samples::request();
    let wrong_text = |value: &str, reason| refused(&request, 11, &text(value), "note", reason);
    wrong_text("", "is too short");
    wrong_text(&"x".repeat(201), "is too long");
    // Characters count, not bytes.
    assert_eq!(accepted(&request, 11, &text(&"界".repeat(200))).note, Some("界".repeat(200)));
    for control in [
        '\0', '\n', '\t', '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}', '\u{202A}', '\u{202E}', '\u{2066}',
        '\u{2069}',
    ] {
        wrong_text(
            &format!("pay {control} me"),
            "has line breaks, or characters that control the text around them",
        );
    }
    wrong_text("Zoe\u{308}", "is not composed text (Unicode NFC)");
    // NFC says nothing of compatibility: the ligature stays.
    for fine in ["Zoë", "ﬁne", "שלום", "\u{200F}שלום", "👩‍🌾", " padded "] {
        assert_eq!(accepted(&request, 11, &text(fine)).note.as_deref(), Some(fine));
    }

    let card = samples::card();
    refused(&card, 14, &text(&"x".repeat(501)), "promise", "is too long");
    assert_eq!(accepted(&card, 14, &text("")).promise, "");
    let rule = "must be 1 to 64 visible characters in NFC, with no space at either end";
    for name in
        ["", " x", "x ", "a\u{200B}b", "a\u{202E}b", "\u{301}x", "Zoe\u{308}", "a\nb", &"x".repeat(65)]
    {
        refused(&card, 7, &text(name), "name", rule);
        refused(&samples::attestation(), 5, &text(name), "name", rule);
    }
    assert_eq!(accepted(&card, 7, &text(&"界".repeat(64))).name, "界".repeat(64));

    let code = "must be 1 to 32 characters of a-z, 0-9 and _";
    for wrong in ["", "Expired", "no price", "é", &"x".repeat(33)] {
        refused(&samples::refusal(), 5, &text(wrong), "code", code);
    }
    // A code that nobody knows yet is read all the same.
    assert_eq!(accepted(&samples::refusal(), 5, &text("too_late_42")).code, "too_late_42");
}

#[test]
fn what_nobody_would_read_is_not_signed() {
    let key = SigningKey::from_bytes(&SECRET);
    let field = |field, reason| Some(ArtefactError::Field { field, reason });
    let order = Order { amount: Amount::new(-5), ..samples::order() };
    assert_eq!(order.signed_by(&key).err(), field("amount", "is not an unsigned integer"));
    let note = Request { note: Some("Zoe\u{308}".into()), ..samples::request() };
    assert_eq!(note.signed_by(&key).err(), field("note", "is not composed text (Unicode NFC)"));
    // Zero would say that the payer chooses; a line of nothing else says the same as none.
    let zero = Request { prices: vec![samples::price(1, Some(0))], ..samples::open_request() };
    assert_eq!(zero.signed_by(&key).err(), field("payload", "cannot express what was to be signed"));
    let empty =
        Grant { given: GrantGiven::Key(samples::public_key(1), Capabilities::default()), ..samples::grant() };
    assert_eq!(empty.signed_by(&key).err(), field("capabilities", "is empty or unknown"));
}
