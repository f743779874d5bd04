//! Links, and whatever else is scanned or pasted.

use std::str::FromStr as _;

use data_encoding::BASE32_NOPAD;
use tallystick::issuer::ChainPosition;
use tallystick::keys::{AccountId, Digest, IssuerId, PublicKey};
use tallystick::request::{
    CodeLevel, Link, MAX_SCANNED_LENGTH, Pr0, RequestCode, RequestLink, Scanned, parse_link, scan,
};

use crate::input::{Input, part};
use crate::world;

/// The first byte: even: the rest is the text; odd: a link is made of a kind, a host and bytes; of three a document of
/// Swaptacular, with its checksum, is made of lines.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 4 {
        0 | 2 => read(&input.text()),
        1 => {
            let start = input.choice(&["https://", "HTTPS://", "http://", "tallystick:", "TALLYSTICK:", ""]);
            let kind = input.choice(&["p", "c", "g", "r", "k", "P", "C", "x"]);
            let host = input.text_part();
            let after = input.text_part();
            let code = BASE32_NOPAD.encode(input.rest());
            if start.ends_with(':') {
                read(&format!("{start}{kind}/{code}?h={host}{after}"));
            } else {
                read(&format!("{start}{host}/{kind}/{code}{after}"));
            }
        }
        _ => {
            let text = input.text();
            read(&format!("PR0\n{:08x}\n{text}", crc32(text.as_bytes())));
            read(&format!("PR0\n\n{text}"));
        }
    }
}

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let issuer = "AEBAGBAFAYDQQCIKBMGA2DQPCA";
    let texts = [
        format!("https://bread.example/c/{issuer}"),
        format!("tallystick:c/{issuer}?h=bread.example:8443"),
        format!("tallystick:p/{}?h=%5B2001:db8::7%5D", Digest::of(&[b"request"])),
        format!("https://bread.example/r/{}?x#y", Digest::of(&[b"order"])),
        format!("https://b\u{fc}cher.example/g/{issuer}{issuer}"),
        format!("tallystick:k/{}", Digest::of(&[b"key"])),
        "https://coins.example/usd/1#swpt:1234".to_owned(),
        "WIFI:T:WPA;S:shop;P:secret;;".to_owned(),
        "SPC\r\n0200\r\n1".to_owned(),
        "00020101021226".to_owned(),
    ];
    let mut seeds: Vec<Vec<u8>> = texts.iter().map(|text| [&[0], text.as_bytes()].concat()).collect();
    for artefact in world::vectors().iter().filter(|bytes| bytes.len() < 400) {
        seeds.push([&[1, 0, 0], &part("shop.example")[..], &part(""), artefact].concat());
        seeds.push([&[1, 3, 0], &part("shop.example")[..], &part("&x"), artefact].concat());
    }
    seeds.push([&[1, 0, 1], &part("shop.example")[..], &part("?"), &[7; 16]].concat());
    let lines = "swpt:112233445566778899/998877665544332211\nPayee Name\n1000\n2001-01-01\n\
                 12d3a45642665544\n.\nhttp://example.com";
    seeds.push([&[3], lines.as_bytes()].concat());
    seeds
}

fn read(text: &str) {
    let link = parse_link(text);
    match &link {
        Ok(link) => round(link),
        Err(error) => assert!(!error.code().is_empty() && error.to_string().len() < 500, "{error}"),
    }
    let scanned = scan(text);
    if link.is_ok() && text.len() <= MAX_SCANNED_LENGTH {
        assert!(scanned.is_ours(), "{text:?} is a link, but {scanned:?}");
    }
    match &scanned {
        Scanned::Web { url, host } => {
            assert!(!host.is_empty() && host.is_ascii() && !host.contains(['/', '@', '#', '?']), "{host:?}");
            assert!(text.contains(url.as_str()));
        }
        Scanned::Text { text: found } => assert_eq!(found, text.trim()),
        Scanned::SwaptacularRequest { request } => {
            assert!(request.amount >= 0 && request.account_uri.starts_with(&request.debtor_uri));
        }
        Scanned::SwaptacularCoin { coin } => {
            assert_eq!(scan(&format!("{}#{}", coin.locator, coin.debtor_uri)), scanned);
        }
        _ => {}
    }
    let _ = (Pr0::parse(text), RequestLink::parse(text));
    if let Ok(code) = RequestCode::parse(text) {
        assert_eq!(RequestCode::parse(&code.to_string()), Ok(code));
    }
    ids(text);
}

/// A link read, written and read again is the same, in each of its forms.
fn round(link: &Link) {
    let written = link.segments().to_string();
    assert_eq!(parse_link(&written).as_ref(), Ok(link), "{written}");
    let app = match link {
        Link::Request(link) => link.app_text(),
        Link::Card(link) => link.app_text(),
        Link::Grant(link) => link.app_text(),
        Link::Receipt(link) => link.app_text(),
        Link::Key(link) => link.text(),
        _ => return,
    };
    match (parse_link(&app), link) {
        // The app's own form of a request names no host: it is not needed.
        (Ok(Link::Request(_)), Link::Request(link)) if matches!(**link, RequestLink::ByValue { .. }) => {}
        (again, _) => assert_eq!(again.as_ref(), Ok(link), "{app}"),
    }
    for level in [CodeLevel::Screen, CodeLevel::Paper] {
        if let Ok(version) = link.segments().code_version(level) {
            let code = tallystick::request::Code::of_link(&link.segments(), level).expect("it fits a code");
            assert_eq!(code.version(), version);
        }
    }
}

fn ids(text: &str) {
    macro_rules! same {
        ($($id:ty),*) => {
            $(if let Ok(id) = <$id>::from_str(text) {
                assert!(id.to_string().eq_ignore_ascii_case(text), "{text:?} is {id}");
            })*
        };
    }
    same!(IssuerId, AccountId, Digest, PublicKey);
    if let Ok(position) = ChainPosition::from_str(text) {
        assert_eq!(ChainPosition::from_str(&position.to_string()), Ok(position));
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}
