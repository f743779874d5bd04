//! Tests of drawn codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod forms;
mod masks;
mod naive;
mod vectors;

use proptest::prelude::*;
use qrcode::QrCode;
use qrcode::types::Color;

use rxing::common::BitMatrix;
use rxing::qrcode::cpp_port::decoder::Decode;

use super::*;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::request::{CardLink, GrantLink, ReceiptLink, RequestLink};

pub const LEVELS: [CodeLevel; 2] = [CodeLevel::Screen, CodeLevel::Paper];

pub fn levels() -> impl Strategy<Value = CodeLevel> {
    prop::sample::select(LEVELS.as_slice())
}

/// Two segments of which most fit.
pub fn links() -> impl Strategy<Value = LinkText> {
    ("[!-~]{0,60}", "[A-Z2-7]{0,260}").prop_map(|(start, code)| LinkText { start, code })
}

pub fn of_qrcode(code: &QrCode) -> naive::Symbol {
    of_colours(&code.to_colors())
}

pub fn of_colours(colours: &[Color]) -> naive::Symbol {
    let dark: Vec<bool> = colours.iter().map(|colour| *colour == Color::Dark).collect();
    dark.chunks(colours.len().isqrt()).map(<[bool]>::to_vec).collect()
}

pub fn symbol(grid: &Grid) -> naive::Symbol {
    let side = 0..grid.width();
    side.clone().map(|y| side.clone().map(|x| grid.is_dark(x, y)).collect()).collect()
}

/// What a decoder that shares no code with the drawing reads: version and bytes.
fn read(code: &Code) -> (u32, Vec<u8>) {
    let modules = BitMatrix::parse_bools(&symbol(&code.grid));
    let read = Decode(&modules).unwrap();
    assert!(read.isValid());
    (read.versionNumber(), read.content().bytes().to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn links_are_drawn_as_large_as_was_said(link in links(), level in levels()) {
        match (Code::of_link(&link, level), link.code_version(level)) {
            (Ok(code), Ok(version)) => {
                prop_assert_eq!(code.version(), version);
                prop_assert_eq!(code.level(), level);
                prop_assert_eq!(code.width(), 17 + 4 * version);
                prop_assert_eq!(read(&code), (version.into(), link.to_string().into_bytes()));
            }
            (drawn, said) => prop_assert_eq!(drawn.map(|_| 0), said),
        }
    }

    /// No version below the one that was said holds the two segments.
    #[test]
    fn no_smaller_version_holds_a_link(link in links(), level in levels()) {
        let fits = |version| Code::encode(version, level, |bits| {
            bits.push_byte_data(link.start.as_bytes())?;
            bits.push_alphanumeric_data(link.code.as_bytes())
        });
        let smallest = (1..=MAX_CODE_VERSION).find(|version| fits(*version).is_ok());
        prop_assert_eq!(link.code_version(level).ok(), smallest);
    }

    #[test]
    fn any_text_is_read_back(text in prop_oneof!["\\PC{0,120}", "[ -~]{0,300}", "[0-9]{0,610}"], level in levels()) {
        match Code::of_text(&text, level) {
            Ok(code) => prop_assert_eq!(read(&code).1, text.into_bytes()),
            Err(error) => {
                prop_assert_eq!(error, LinkError::TooMuchForACode);
                let held = if level == CodeLevel::Paper { 176 } else { 250 };
                prop_assert!(text.len() > held);
            }
        }
    }
}

#[test]
fn what_is_too_much_is_said() {
    let link = |start: usize, code: usize| LinkText { start: "x".repeat(start), code: "A".repeat(code) };
    for level in LEVELS {
        assert_eq!(Code::of_link(&link(300, 0), level), Err(LinkError::TooMuchForACode));
        assert_eq!(Code::of_link(&link(0, 1_000_000), level), Err(LinkError::TooMuchForACode));
        assert_eq!(Code::of_text(&"7".repeat(10_000_000), level), Err(LinkError::TooMuchForACode));
    }
    // Table 7 of the standard: 11-M holds 604 digits, 366 characters or 251 bytes, and 11-Q 427, 259 or 177.
    let fits = |text: &str, level| Code::of_text(text, level).is_ok();
    for (level, capacities) in [(CodeLevel::Screen, [604, 366, 251]), (CodeLevel::Paper, [427, 259, 177])] {
        for (character, capacity) in ["7", "A", "a"].into_iter().zip(capacities) {
            assert!(fits(&character.repeat(capacity), level), "{capacity} × {character}");
            assert!(!fits(&character.repeat(capacity + 1), level), "{capacity} + 1 × {character}");
        }
    }
}

#[test]
fn characters_that_no_link_has_are_refused() {
    let link = |start: &str, code: &str| LinkText { start: start.to_owned(), code: code.to_owned() };
    let drawn = |start, code| Code::of_link(&link(start, code), CodeLevel::Screen);
    assert!(drawn("https://pay.a.example/p/", "ABC").is_ok());
    assert_eq!(drawn("https://pay.bäcker.example/p/", "ABC"), Err(LinkError::Damaged { found: 'ä' }));
    assert_eq!(drawn("https://pay a.example/p/", "ABC"), Err(LinkError::Damaged { found: ' ' }));
    assert_eq!(drawn("https://pay.a.example/p/", "ABc"), Err(LinkError::Damaged { found: 'c' }));
    assert_eq!(drawn("https://pay.a.example/p/", "AÅ"), Err(LinkError::Damaged { found: 'Å' }));
}

#[test]
fn links_of_every_kind_are_read_back() {
    let issuer = IssuerId::new([7; 16]);
    let payment = Digest::of(&[b"payment"]);
    let texts = [
        RequestLink::by_reference(payment, "pay.a.example").unwrap().segments(),
        CardLink::new("pay.a.example", issuer).unwrap().segments(),
        ReceiptLink::new("pay.a.example:8443", payment).unwrap().segments(),
        GrantLink { host: "pay.a.example".to_owned(), issuer, account: AccountId::new([8; 16]) }.segments(),
    ];
    for text in texts {
        let code = Code::of_link(&text, CodeLevel::Screen).unwrap();
        assert_eq!(read(&code).1, text.to_string().into_bytes());
    }
}

#[test]
fn modules_are_packed_from_the_left() {
    let code = Code::of_text("tallystick", CodeLevel::Paper).unwrap();
    let modules = code.modules();
    assert_eq!((modules.width, modules.rows.len()), (21, 3 * 21));
    for (row, bytes) in (0..).zip(modules.rows.chunks(3)) {
        for column in 0..24 {
            let dark = bytes[usize::from(column / 8)] << (column % 8) & 0x80 != 0;
            assert_eq!(dark, code.is_dark(column, row));
        }
    }
    // The upper edge of the upper left finder, and light beside it.
    assert_eq!(modules.rows[0], 0b1111_1110);
}
