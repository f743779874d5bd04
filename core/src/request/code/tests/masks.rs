//! The chosen mask is the standard's: the score of every symbol under every mask equals that of a naive reading.

use qrcode::canvas::MaskPattern;

use super::*;
use crate::request::code::mask::{self, Drawn, MASKS};

const PATTERNS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// Bits of a version: as much of a payload as it takes, as bytes.
fn bits(version: u8, level: CodeLevel, payload: &[u8]) -> Bits {
    let mut bits = Bits::new(Version::Normal(version.into()));
    // Mode and length take 12 or 20 bits.
    let room = bits.max_len(qr_level(level)).unwrap() / 8 - 3;
    bits.push_byte_data(&payload[..payload.len().min(room)]).unwrap();
    bits.push_terminator(qr_level(level)).unwrap();
    bits
}

fn canvas(bits: Bits, level: CodeLevel) -> Canvas {
    let version = bits.version();
    let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, qr_level(level)).unwrap();
    let mut canvas = Canvas::new(version, qr_level(level));
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    canvas
}

/// Under each mask.
fn candidates(version: u8, level: CodeLevel, payload: &[u8]) -> Vec<Grid> {
    let drawn = Drawn::of(&canvas(bits(version, level, payload), level), version);
    MASKS.map(|mask| drawn.under(mask, level)).collect()
}

/// The first of those with the lowest score.
fn lowest(grids: &[Grid], score: impl Fn(&naive::Symbol) -> u32) -> usize {
    let scores: Vec<u32> = grids.iter().map(|grid| score(&symbol(grid))).collect();
    scores.iter().position(|score| score == scores.iter().min().unwrap()).unwrap()
}

/// Text, noise, and much of the same, which makes long runs.
fn payloads() -> impl Strategy<Value = Vec<u8>> {
    let same = (any::<u8>(), 0..250_usize).prop_map(|(byte, length)| vec![byte; length]);
    prop_oneof![prop::collection::vec(any::<u8>(), 0..250), "[ -~]{0,250}".prop_map(String::into_bytes), same]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn scores_are_those_of_a_naive_reading(version in 1..=11_u8, level in levels(), payload in payloads()) {
        let grids = candidates(version, level, &payload);
        for grid in &grids {
            let (symbol, columns) = (symbol(grid), grid.transposed());
            prop_assert_eq!(mask::runs(grid) + mask::runs(&columns), naive::runs(&symbol));
            prop_assert_eq!(mask::blocks(grid), naive::blocks(&symbol));
            prop_assert_eq!(mask::finders(grid) + mask::finders(&columns), naive::finders(&symbol));
            prop_assert_eq!(mask::balance(grid), naive::balance(&symbol));
            prop_assert_eq!(mask::penalty(grid), naive::penalty(&symbol));
        }
        let drawn = canvas(bits(version, level, &payload), level);
        prop_assert_eq!(mask::best(&drawn, version, level), grids[lowest(&grids, naive::penalty)]);
    }

    /// Any modules at all, also such as no code has: a symbol of 61 fills a row but for three bits.
    #[test]
    fn scores_of_any_modules(version in 1..=11_u8, rows in prop::collection::vec(any::<u64>(), 61), dense in any::<bool>()) {
        let mut grid = Grid::light(version);
        let inside = (1 << grid.width()) - 1;
        for (row, random) in grid.rows_mut().iter_mut().zip(&rows) {
            *row = if dense { random | random >> 7 | random >> 19 } else { *random } & inside;
        }
        prop_assert_eq!(mask::penalty(&grid), naive::penalty(&symbol(&grid)));
        prop_assert_eq!(grid.transposed().transposed(), grid);
    }

    /// `qrcode` agrees on everything but the balance, which it takes smoothly. Its choice therefore differs at times.
    #[test]
    fn qrcode_chooses_alike_but_for_the_balance(version in 1..=11_u8, level in levels(), payload in payloads()) {
        let grids = candidates(version, level, &payload);
        let theirs = QrCode::with_bits(bits(version, level, &payload), qr_level(level)).unwrap();
        let smooth = |symbol: &naive::Symbol| {
            naive::penalty(symbol) - naive::balance(symbol) + naive::smooth_balance(symbol)
        };
        prop_assert!(symbol(&grids[lowest(&grids, smooth)]) == of_qrcode(&theirs));
    }
}

#[test]
fn masks_and_format_are_those_of_qrcode() {
    for version in 1..=11 {
        for level in LEVELS {
            let drawn = canvas(bits(version, level, b"tallystick"), level);
            for (mask, pattern) in MASKS.zip(PATTERNS) {
                let mut theirs = drawn.clone();
                theirs.apply_mask(pattern);
                let ours = Drawn::of(&drawn, version).under(mask, level);
                let theirs = of_colours(&theirs.into_colors());
                assert!(symbol(&ours) == theirs, "version {version}, mask {mask}");
            }
        }
    }
}

/// Of a hundred payloads in version 6-M, two get another mask from `qrcode`.
#[test]
fn steps_of_the_balance_decide_at_times() {
    let chosen_otherwise = |number: u8| {
        let payload = [number; 90];
        let ours = candidates(6, CodeLevel::Screen, &payload);
        let theirs = QrCode::with_bits(bits(6, CodeLevel::Screen, &payload), EcLevel::M).unwrap();
        symbol(&ours[lowest(&ours, naive::penalty)]) != of_qrcode(&theirs)
    };
    assert_eq!((0..100).filter(|number| chosen_otherwise(*number)).count(), 2);
}

/// The symbol of the standard's annex I: 01234567 in version 1-M.
#[test]
fn example_of_the_standard() {
    let code = Code::of_text("01234567", CodeLevel::Screen).unwrap();
    let drawn = "\
        #######..#.##.#######
        #.....#..####.#.....#
        #.###.#.#.....#.###.#
        #.###.#.##....#.###.#
        #.###.#.#.###.#.###.#
        #.....#.#...#.#.....#
        #######.#.#.#.#######
        ........#..##........
        #.#####..#..#.#####..
        ...#.#.##.#.#..#.##..
        ..#...##.#.#.#..#####
        ....#....#.....####..
        ...######..#.#..#....
        ........#.#####..##..
        #######..##.#.##.....
        #.....#.#.#####...#.#
        #.###.#.#...#..#.##..
        #.###.#.##..#..#.....
        #.###.#.#.##.#..#.#..
        #.....#........##.##.
        #######.####.#..#.#..";
    let rows: Vec<String> = symbol(&code.grid)
        .iter()
        .map(|row| row.iter().map(|dark| if *dark { '#' } else { '.' }).collect())
        .collect();
    assert_eq!(rows, drawn.split_whitespace().collect::<Vec<_>>());
}
