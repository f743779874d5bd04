//! Smaller, smoother and sharper versions of a picture, against the plainest way to reckon them.

use std::borrow::Cow;

use proptest::prelude::*;

use super::super::plane::Plane;
use super::*;

fn plane(width: usize, height: usize, seed: u64) -> Plane<'static> {
    let mut dice = Dice(seed);
    let luma = (0..width * height).map(|_| u8::try_from(dice.below(256)).unwrap()).collect();
    Plane { width, height, luma: Cow::Owned(luma) }
}

/// The points of the square around a point.
fn around(plane: &Plane<'_>, x: usize, y: usize, reach: usize) -> Vec<u32> {
    let span = |at: usize, end: usize| at.saturating_sub(reach)..=(at + reach).min(end - 1);
    span(y, plane.height)
        .flat_map(|y| span(x, plane.width).map(move |x| (x, y)))
        .map(|(x, y)| u32::from(plane.luma[y * plane.width + x]))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn squares_are_those_around_each_point(width in 1_usize..40, height in 1_usize..20, reach in 0_usize..24, seed: u64) {
        let plane = plane(width, height, seed);
        let mut y = 0;
        plane.for_each_square(reach, |row, squares| {
            assert_eq!(row, &plane.luma[y * width..(y + 1) * width]);
            for x in 0..width {
                let points = around(&plane, x, y, reach);
                assert_eq!(squares.sums[x], points.iter().sum::<u32>());
                assert_eq!(squares.counts[x] as usize, points.len());
            }
            y += 1;
        });
        prop_assert_eq!(y, height);
        let sharp = plane.sharpened(reach);
        for (at, point) in sharp.luma.iter().enumerate() {
            let points = around(&plane, at % width, at / width, reach);
            let mean = i64::from(points.iter().sum::<u32>()) / i64::try_from(points.len()).unwrap();
            let expected = (3 * i64::from(plane.luma[at]) - 2 * mean).clamp(0, 255);
            prop_assert!((i64::from(*point) - expected).abs() <= 2, "{} {}", point, expected);
        }
    }

    #[test]
    fn sizes_are_right_for_every_factor(width in 1_usize..50, height in 1_usize..50, factor in 1_usize..9, seed: u64) {
        let plane = plane(width, height, seed);
        let large = plane.enlarged(factor);
        prop_assert_eq!((large.width, large.height), (width * factor, height * factor));
        prop_assert_eq!(&large.shrunk(factor), &plane);
        let smooth = plane.smoothed();
        prop_assert_eq!(smooth.luma.len(), plane.luma.len());
        let (least, most) = (plane.luma.iter().min(), plane.luma.iter().max());
        prop_assert!(smooth.luma.iter().min() >= least && smooth.luma.iter().max() <= most);
    }
}
