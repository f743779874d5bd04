//! Codes as our own drawing and zxing-cpp's make them.

use std::path::{Path, PathBuf};

use super::*;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::request::{CardLink, Code, CodeLevel, GrantLink, ReceiptLink, RequestLink};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/request/codes")
}

#[test]
fn codes_of_zxing_are_read() {
    let folder = folder().join("theirs");
    let index: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("codes.json")).unwrap()).unwrap();
    let cases = index["cases"].as_array().unwrap();
    assert!(cases.len() > 10);
    for case in cases {
        let (file, text) = (case["file"].as_str().unwrap(), case["text"].as_str().unwrap());
        let reading = read_picture(&std::fs::read(folder.join(file)).unwrap()).unwrap();
        if text.contains('€') {
            // zxing writes it in ISO 8859-15, with a mark that says so; here only UTF-8 is text.
            assert_eq!(reading.codes[0].bytes, b"4,50 \xa4 f\xfcr K\xe4se", "{file}");
            assert_eq!(reading.scanned(), Err(PictureError::NotText));
            continue;
        }
        assert_eq!(texts(&reading), [text], "{file}");
    }
}

#[test]
fn codes_of_ours_are_read_and_known() {
    let host = "pay.bakery77.example";
    let hash = Digest::of(&[b"a request"]);
    let issuer = IssuerId::new([3; 16]);
    let links = [
        RequestLink::by_reference(hash, host).unwrap().segments(),
        CardLink::new(host, issuer).unwrap().segments(),
        GrantLink::new(host, issuer, AccountId::new([4; 16])).unwrap().segments(),
        ReceiptLink::new(host, hash).unwrap().segments(),
    ];
    for link in links {
        for (level, pixels) in [(CodeLevel::Screen, 1), (CodeLevel::Screen, 4), (CodeLevel::Paper, 3)] {
            let picture = Code::of_link(&link, level).unwrap().png(pixels).unwrap();
            let reading = read_picture(&picture).unwrap();
            assert_eq!(reading.codes[0].text.as_deref(), Some(link.to_string().as_str()), "{pixels}");
            assert_eq!(reading.codes[0].stage, Stage::Full);
            assert_eq!(reading.scanned(), Ok(scan(&link.to_string())));
            assert!(reading.scanned().unwrap().is_ours());
        }
    }
}

#[test]
fn codes_of_other_systems_are_named() {
    for (text, system) in [
        ("BCD\n002\n1\nSCT\nBFSWDE33BER\nShop\nDE33100205000001194700\nEUR10.00", CodeSystem::BankTransfer),
        ("00020101021129300012D156000000000510A93FO3230Q31280012D156000000010308", CodeSystem::CardScheme),
        ("BITCOIN:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", CodeSystem::Bitcoin),
        ("WIFI:T:WPA;S:shop;P:secret;;", CodeSystem::Wifi),
        ("BEGIN:VCARD\nVERSION:3.0\nN:Baker;Ann\nEND:VCARD", CodeSystem::Contact),
    ] {
        let reading = Modules::of(text.as_bytes()).drawn(3).read();
        assert_eq!(reading.scanned(), Ok(Scanned::Foreign { system }), "{text}");
    }
    let pr0 = "PR0\n61ea4c13\nswpt:124/456\nPayee name\n1000\n2021-07-20T09:19:07.643Z\npayeeReference\n\n\
        This is a multi-line\ndescription.";
    let reading = Modules::of(pr0.as_bytes()).drawn(3).read();
    assert!(matches!(reading.scanned(), Ok(Scanned::SwaptacularRequest { .. })));
    let cut = Modules::of(b"https://pay.bakery77.example/p/IAVRYS4DZLUPKYN42KRRT3IWDSSKWDAB7INW2HC")
        .drawn(3)
        .read();
    assert!(matches!(cut.scanned(), Ok(Scanned::Broken { .. })));
}
