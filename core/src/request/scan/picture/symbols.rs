//! Codes among the dark points, with a bound on every search.
//!
//! The corners are looked for here, row by row, so that a picture full of them costs no more than any other; rxing's parts
//! then confirm a corner, sample the modules of three and correct errors. Its own reader does the same without
//! bounds: seconds to minutes for a picture drawn to keep it busy. Only the bytes of a code are asked for: rxing is built
//! without character sets, and would panic if asked for text.

use rxing::common::cpp_essentials::{ConcentricPattern, LocateConcentricPattern};
use rxing::common::{BIT_FIELD_BASE_BITS, BitMatrix, DetectorRXingResult};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FinderPatternSet, SampleQR};
use rxing::{Point, point};

use super::triples::triples;
use super::work::{MAX_ATTEMPTS, MAX_ATTEMPTS_A_CORNER, MAX_CANDIDATES, MAX_CORNERS, Work};

/// A code that was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Symbol {
    /// What it says.
    pub(super) bytes: Vec<u8>,
    /// Its middle, in points.
    pub(super) centre: (f32, f32),
}

/// All codes that are found in one pass, each text once.
pub(super) fn symbols(dark: &BitMatrix, work: &mut Work) -> Vec<Symbol> {
    let corners = corners(dark, work);
    let mut found: Vec<Symbol> = Vec::new();
    let mut attempts = 0;
    // How often each corner was tried; the corners of a code that was read are not tried again.
    let mut tried = vec![0; corners.len()];
    for triple in triples(&corners) {
        let members = [triple.bottom_left, triple.top_left, triple.top_right];
        if members.iter().any(|member| tried[*member] >= MAX_ATTEMPTS_A_CORNER) {
            continue;
        }
        if attempts == MAX_ATTEMPTS {
            break;
        }
        attempts += 1;
        for member in members {
            tried[member] += 1;
        }
        let [bl, tl, tr] = members.map(|member| corners[member]);
        let Some(symbol) = read(dark, &FinderPatternSet { bl, tl, tr }) else { continue };
        for member in members {
            tried[member] = MAX_ATTEMPTS_A_CORNER;
        }
        if found.iter().all(|other| other.bytes != symbol.bytes) {
            found.push(symbol);
        }
    }
    work.attempts += attempts;
    found
}

fn read(dark: &BitMatrix, set: &FinderPatternSet) -> Option<Symbol> {
    let sampled = SampleQR(dark, set).ok()?;
    let decoded = Decode(sampled.getBits()).ok().filter(|decoded| decoded.isValid())?;
    Some(Symbol {
        bytes: decoded.content().bytes().to_vec(),
        centre: (f32::midpoint(set.bl.p.x, set.tr.p.x), f32::midpoint(set.bl.p.y, set.tr.p.y)),
    })
}

/// Corners of codes: 1:1:3:1:1 in a row, and round about.
fn corners(dark: &BitMatrix, work: &mut Work) -> Vec<ConcentricPattern> {
    /// The core of a corner is three modules high, and a module has at least one point.
    const ROW_STEP: usize = 3;
    let height = u16::try_from(dark.height()).unwrap_or(u16::MAX);
    let mut corners: Vec<ConcentricPattern> = Vec::new();
    let mut candidates = 0;
    let mut edges = Vec::new();
    'rows: for y in (2..height).step_by(ROW_STEP) {
        edges_of_row(dark, y, &mut edges);
        let mut at = 0;
        while let Some(window) = edges.get(at..).and_then(|rest| rest.first_chunk::<6>()) {
            at += 2;
            let Some(middle) = middle_of_corner(window) else { continue };
            // What is part of this window begins no other.
            at += 2;
            let place = point(middle, f32::from(y) + 0.5);
            if corners.iter().any(|corner| Point::distance(place, corner.p) * 2.0 < narrow(corner.size)) {
                continue;
            }
            if candidates == MAX_CANDIDATES || corners.len() == MAX_CORNERS {
                break 'rows;
            }
            candidates += 1;
            // Three times the width, for strong slants.
            let range = i32::from(window[5] - window[0]) * 3;
            corners.extend(LocateConcentricPattern::<true, 5, 7>(dark, &[1, 1, 3, 1, 1], place, range));
        }
    }
    work.candidates += candidates;
    work.corners += u32::try_from(corners.len()).unwrap_or(u32::MAX);
    corners
}

fn narrow(size: i32) -> f32 {
    u16::try_from(size).map_or(f32::MAX, f32::from)
}

/// Where a row turns from light to dark and back, beginning with the first dark point.
fn edges_of_row(dark: &BitMatrix, y: u16, edges: &mut Vec<u16>) {
    edges.clear();
    let row = dark.getRow(u32::from(y));
    let mut was_dark = false;
    for (at, word) in row.getBitArray().iter().enumerate() {
        // From here on every bit that is set is an edge.
        let mut turns = word ^ (word << 1 | usize::from(was_dark));
        while turns != 0 {
            let x = at * BIT_FIELD_BASE_BITS + turns.trailing_zeros() as usize;
            edges.extend(u16::try_from(x));
            turns &= turns - 1;
        }
        was_dark = word >> (BIT_FIELD_BASE_BITS - 1) == 1;
    }
    if was_dark {
        edges.extend(u16::try_from(dark.width()));
    }
}

/// The middle of five runs that are 1:1:3:1:1, dark and light judged apart, for ink spreads; the tolerances are ZXing's.
fn middle_of_corner(edges: &[u16; 6]) -> Option<f32> {
    let run = |n: usize| edges[n + 1] - edges[n];
    let core = run(2);
    if core < 3 || core / 2 < run(0).max(run(4)) || core < run(1).max(run(3)) {
        return None;
    }
    let dark = f32::from(run(0) + core + run(4)) / 5.0;
    let light = f32::from(run(1) + run(3)) / 2.0;
    if dark.max(light) > 4.0 * dark.min(light) {
        return None;
    }
    let fits =
        |n: usize, modules: f32, size: f32, slack: f32| (f32::from(run(n)) - modules * size).abs() <= slack;
    let (dark_slack, light_slack) = (dark * 0.75 + 0.5, light / 3.0 + 0.5);
    let all = fits(0, 1.0, dark, dark_slack)
        && fits(1, 1.0, light, light_slack)
        && fits(2, 3.0, dark, dark_slack)
        && fits(3, 1.0, light, light_slack)
        && fits(4, 1.0, dark, dark_slack);
    all.then(|| f32::from(edges[2]) + f32::from(core) / 2.0)
}
