//! Every target over its seeds, and over what was once found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use tallystick_fuzz::{TARGETS, target};

/// A little mutation of our own, the same each time, so that a plain test goes beyond the seeds.
fn changed(seed: &[u8], round: u64) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    let mut state = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed.len() as u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    for _ in 0..=next() % 3 {
        let at = next() % bytes.len().max(1);
        match next() % 4 {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, u8::try_from(next() % 256).unwrap()),
            _ if bytes.is_empty() => {}
            2 => bytes[at] ^= 1 << (next() % 8),
            _ => bytes[at] = u8::try_from(next() % 256).unwrap(),
        }
    }
    bytes
}

fn seeds_and_changes(name: &str, rounds: u64) {
    let target = target(name).unwrap();
    let seeds = (target.seeds)();
    assert!(seeds.len() > 3, "{name} begins with nothing");
    for seed in &seeds {
        (target.run)(seed);
        for round in 0..rounds {
            (target.run)(&changed(seed, round));
        }
    }
    (target.run)(&[]);
}

macro_rules! seeds {
    ($($name:ident: $rounds:literal),* $(,)?) => {
        $(#[test]
        fn $name() {
            seeds_and_changes(stringify!($name), $rounds);
        })*

        #[test]
        fn every_target_is_here() {
            let here = [$(stringify!($name)),*];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(here.as_slice(), all);
        }
    };
}

seeds! {
    artefact: 20, client: 20, command_line: 5, frame: 3, ledger: 20, link: 50, money: 50, picture: 10, server: 10,
    store: 20,
}

#[test]
fn what_was_found_once_is_found_no_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    for target in TARGETS {
        let Ok(entries) = std::fs::read_dir(folder.join(target.name)) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            (target.run)(&std::fs::read(&path).unwrap());
        }
    }
}
