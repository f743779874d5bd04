//! Which three corners may belong to one code.

use rxing::Point;
use rxing::common::cpp_essentials::ConcentricPattern;

/// Three corners of a code, as places in the list of all corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Triple {
    pub(super) bottom_left: usize,
    pub(super) top_left: usize,
    pub(super) top_right: usize,
    /// How far the three are from a square seen from the front; 0 is perfect.
    bend: f32,
}

/// All triples that a code could have, even if strongly slanted; those most like a square first.
///
/// Every three of at most 64 corners are looked at: ZXing's own search looks at the nearest fifteen of each, which a crowd
/// of false corners beside a code fills. Its tolerances are kept.
pub(super) fn triples(corners: &[ConcentricPattern]) -> Vec<Triple> {
    let mut triples = Vec::new();
    for (c, third) in corners.iter().enumerate() {
        for (b, second) in corners[..c].iter().enumerate() {
            if !alike(third, second) {
                continue;
            }
            for (a, first) in corners[..b].iter().enumerate() {
                if alike(first, second) && alike(first, third) {
                    // Any of the three may be the one between the others.
                    triples.extend(
                        [(a, b, c), (b, c, a), (c, a, b)].iter().filter_map(|ends| triple(corners, *ends)),
                    );
                }
            }
        }
    }
    triples.sort_by(|one, other| one.bend.total_cmp(&other.bend));
    triples
}

/// One of two corners of a code looks twice as large as the other at most.
fn alike(one: &ConcentricPattern, other: &ConcentricPattern) -> bool {
    one.size <= other.size.saturating_mul(2) && other.size <= one.size.saturating_mul(2)
}

/// Two corners and the one between them, if their distances and angle can be a code's.
fn triple(corners: &[ConcentricPattern], (end, middle, other_end): (usize, usize, usize)) -> Option<Triple> {
    /// Of a side in modules, for the size of a corner is only a rough measure: from version 1 to version 40.
    const MODULES: std::ops::RangeInclusive<f32> = 21.0 * 0.9..=177.0 * 1.5;
    let [one, between, other] = [end, middle, other_end].map(|corner| &corners[corner]);
    let (left, right) = (one.p - between.p, other.p - between.p);
    let (left_length, right_length) = (left.length(), right.length());
    let legs = left_length.min(right_length) / left_length.max(right_length);
    let cosine = Point::dot(left, right) / (left_length * right_length);
    let sizes = [one, between, other].map(|corner| u16::try_from(corner.size).map_or(f32::MAX, f32::from));
    let modules = f32::midpoint(left_length, right_length) / (sizes.iter().sum::<f32>() / 21.0) + 7.0;
    // Written so that no number at all (two corners in one place) fails.
    if !(legs >= 0.5 && cosine.abs() <= 0.5 && MODULES.contains(&modules)) {
        return None;
    }
    let (smallest, largest) =
        (sizes.iter().copied().fold(f32::MAX, f32::min), sizes.iter().copied().fold(0.0, f32::max));
    let bend = cosine.abs() + (1.0 - legs) + (1.0 - smallest / largest);
    // Seen from the corner between them, the top right is a right turn from the bottom left; y grows downwards.
    let (bottom_left, top_right) =
        if Point::cross(right, left) < 0.0 { (other_end, end) } else { (end, other_end) };
    Some(Triple { bottom_left, top_left: middle, top_right, bend })
}
