//! Drawn codes as files, which `tests/vectors/check_codes.py` reads with zxing-cpp.
//!
//! `UPDATE_VECTORS=1 cargo test -p tallystick --lib request::code::tests::vectors` draws them anew. Any code that is read is as
//! good as another, so that a change here is no change of the protocol.

use std::path::PathBuf;

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};

use super::forms::decoded;
use super::*;

/// Compares what is drawn with the file, or writes it.
fn pinned(name: &str, drawn: &[u8], same: impl Fn(&[u8], &[u8]) -> bool) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/request/codes").join(name);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, drawn).unwrap();
    }
    assert!(same(&std::fs::read(&path).unwrap(), drawn), "{name} differs from what is drawn now");
}

fn pinned_text(name: &str, drawn: &str) {
    pinned(name, drawn.as_bytes(), |kept, drawn| kept == drawn);
}

/// Pixel for pixel: another release of a compressor may write other bytes.
fn pinned_png(name: &str, drawn: &[u8]) {
    pinned(name, drawn, |kept, drawn| decoded(kept) == decoded(drawn));
}

fn level_name(level: CodeLevel) -> &'static str {
    match level {
        CodeLevel::Screen => "screen",
        CodeLevel::Paper => "paper",
    }
}

fn case(file: &str, text: &str, code: &Code) -> Value {
    json!({"file": file, "text": text, "level": level_name(code.level()), "version": code.version()})
}

/// A link that fills a version.
fn link(version: u8, level: CodeLevel) -> LinkText {
    let digits: Vec<String> =
        (0..10_u8).map(|number| BASE32_NOPAD.encode(Digest::of(&[&[version, number]]).as_bytes())).collect();
    let digits = digits.concat();
    let longest = |start: &&str| {
        let link = |length| LinkText { start: (*start).to_owned(), code: digits[..length].to_owned() };
        (4..digits.len()).rev().map(link).find(|link| link.code_version(level) == Ok(version))
    };
    ["https://pay.bakery77.example/p/", "tallystick:p/", "https:"].iter().find_map(longest).unwrap()
}

const TEXTS: [(&str, &str, u8); 6] = [
    ("digits", "0044 20 7946 0958", 1),
    ("mixed", "https://pay.a.example/12345678901234567890/ABCDEFGHIJKLMNOP/abcdef", 2),
    ("upper", "HTTPS://PAY.A.EXAMPLE/P/$%*+-./:", 8),
    ("latin", "4,50 € für Käse", 4),
    // Pairs of bytes that Shift JIS would take for Kanji, and bytes beyond the basic plane.
    ("beyond", "点茗 ψ 🧀 Ω", 4),
    (
        "long",
        "A purse with two holes holds what one with none would, until it is carried. 0123456789 01234567890",
        5,
    ),
];

#[test]
fn pictures() {
    let mut cases = Vec::new();
    for level in LEVELS {
        for version in 1..=MAX_CODE_VERSION {
            let link = link(version, level);
            let code = Code::of_link(&link, level).unwrap();
            let file = format!("{}-{version:02}.png", level_name(level));
            pinned_png(&file, &code.png(3).unwrap());
            cases.push(case(&file, &link.to_string(), &code));
        }
    }
    for (name, text, scale) in TEXTS {
        let code = Code::of_text(text, CodeLevel::Screen).unwrap();
        let file = format!("text-{name}.png");
        pinned_png(&file, &code.png(scale).unwrap());
        cases.push(case(&file, text, &code));
    }
    for (level, version) in [(CodeLevel::Paper, 1), (CodeLevel::Screen, 4), (CodeLevel::Screen, 11)] {
        let link = link(version, level);
        let code = Code::of_link(&link, level).unwrap();
        let file = format!("{}-{version:02}.svg", level_name(level));
        pinned_text(&file, &code.svg("Pay 4,50 € & <tip>"));
        cases.push(case(&file, &link.to_string(), &code));
    }
    let styles = [TerminalStyle::Colours, TerminalStyle::DarkGround, TerminalStyle::LightGround];
    for (style, name) in styles.into_iter().zip(["colours", "dark", "light"]) {
        let link = link(5, CodeLevel::Screen);
        let code = Code::of_link(&link, CodeLevel::Screen).unwrap();
        let file = format!("terminal-{name}.txt");
        pinned_text(&file, &code.terminal(style));
        cases.push(case(&file, &link.to_string(), &code));
    }
    let about = "Codes that we draw. Screen is level M, paper is level Q.";
    let mut index = json!({"about": about, "cases": cases});
    // Whether objects keep their order depends on what else the build holds.
    index.sort_all_objects();
    let index = serde_json::to_string_pretty(&index).unwrap();
    pinned_text("codes.json", &(index + "\n"));
}
