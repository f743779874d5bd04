//! Marks of payments: pinned for ever, and colours that can be told apart.
//!
//! `UPDATE_VECTORS=1 cargo test -p tallystick --lib request::tests::marks` writes the vectors anew: a change here is a change
//! of the protocol, and two sides of a payment that differ.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::keys::Digest;

/// Linear red, green and blue.
type Light = [f64; 3];

/// Severity 1.0 of Machado, Oliveira and Fernandes (2009): without long, middle and short cones.
const BLINDNESS: [[Light; 3]; 3] = [
    [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ],
    [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ],
    [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ],
];

#[test]
fn vectors() {
    let payments = (0_u8..12).map(|number| Digest::of(&[b"payment", &[number]]));
    let cases: Vec<Value> = payments
        .map(|payment| {
            let mark = PaymentMark::of(&payment);
            json!({"payment": payment, "colour": mark.colour.name(), "hex": mark.hex, "words": mark.words})
        })
        .collect();
    let colours = MarkColour::ALL.map(|colour| json!([colour.name(), colour.hex()]));
    let made = json!({
        "about": "Protocol section 7.1. Payments are hashes of orders.",
        "colours": colours,
        "cases": cases,
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/request/marks.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert!(kept == made, "marks differ from what is made now:\n{made:#}");
}

#[test]
fn every_colour_and_many_words_occur() {
    let marks: Vec<PaymentMark> =
        (0_u16..600).map(|number| PaymentMark::of(&Digest::of(&[&number.to_be_bytes()]))).collect();
    assert_eq!(marks.iter().map(|mark| mark.colour).collect::<HashSet<_>>().len(), 8);
    assert_eq!(marks.iter().map(|mark| &mark.words).collect::<HashSet<_>>().len(), 600);
    assert!(marks.iter().all(|mark| mark.words.len() == 2 && mark.hex == mark.colour.hex()));
    let names: HashSet<&str> = MarkColour::ALL.iter().map(|colour| colour.name()).collect();
    assert_eq!(names.len(), 8);
}

#[test]
fn white_text_is_read_on_every_colour() {
    for colour in MarkColour::ALL {
        // WCAG 2.2, 1.4.3.
        let contrast = 1.05 / (luminance(light(colour)) + 0.05);
        assert!(contrast >= 4.5, "{}: {contrast:.2}", colour.name());
    }
}

/// A difference of about 2 is just noticed in samples side by side.
#[test]
fn colours_are_told_apart_by_people_who_see_two_kinds_of_colour() {
    let lights = MarkColour::ALL.map(light);
    assert!(least_difference(&lights) > 21.0);
    for blindness in BLINDNESS {
        let seen = lights.map(|light| blindness.map(|row| dot(row, light).clamp(0.0, 1.0)));
        let least = least_difference(&seen);
        assert!(least > 14.0, "{least}");
    }
}

fn light(colour: MarkColour) -> Light {
    [1, 3, 5].map(|at| {
        let value = f64::from(u8::from_str_radix(&colour.hex()[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

fn dot(a: Light, b: Light) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn luminance(light: Light) -> f64 {
    dot([0.212_67, 0.715_15, 0.072_18], light)
}

fn least_difference(lights: &[Light; 8]) -> f64 {
    let labs = lights.map(lab);
    let pairs = (0..8).flat_map(|a| (0..a).map(move |b| (a, b)));
    pairs.map(|(a, b)| difference(labs[a], labs[b])).fold(f64::INFINITY, f64::min)
}

/// CIE 1976 L*a*b*, white of D65.
fn lab(light: Light) -> [f64; 3] {
    let xyz = [
        dot([0.412_456, 0.357_576, 0.180_438], light) / 0.950_47,
        luminance(light),
        dot([0.019_334, 0.119_192, 0.950_304], light) / 1.088_83,
    ];
    let [x, y, z] =
        xyz.map(|value| if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIEDE2000 (Sharma, Wu and Dalal, 2005).
fn difference(one: [f64; 3], other: [f64; 3]) -> f64 {
    let flattened = |chroma: f64| (chroma.powi(7) / (chroma.powi(7) + 25_f64.powi(7))).sqrt();
    let mean_chroma = f64::midpoint(one[1].hypot(one[2]), other[1].hypot(other[2]));
    let stretch = 1.5 - 0.5 * flattened(mean_chroma);
    let polar = |lab: [f64; 3]| {
        let a = lab[1] * stretch;
        (lab[0], a.hypot(lab[2]), lab[2].atan2(a).to_degrees().rem_euclid(360.0))
    };
    let ((l1, c1, h1), (l2, c2, h2)) = (polar(one), polar(other));
    let turn = (h2 - h1 + 180.0).rem_euclid(360.0) - 180.0;
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let h = (h1 + turn / 2.0).rem_euclid(360.0);
    let cosine = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cosine(h - 30.0) + 0.24 * cosine(2.0 * h) + 0.32 * cosine(3.0 * h + 6.0)
        - 0.20 * cosine(4.0 * h - 63.0);
    let lightness = (l2 - l1) / (1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt());
    let chroma = (c2 - c1) / (1.0 + 0.045 * c);
    let hue = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin() / (1.0 + 0.015 * c * t);
    let rotation = -2.0 * flattened(c) * (60.0 * (-((h - 275.0) / 25.0).powi(2)).exp()).to_radians().sin();
    (lightness.powi(2) + chroma.powi(2) + hue.powi(2) + rotation * chroma * hue).sqrt()
}

/// A pair of Sharma, Wu and Dalal's test data.
#[test]
fn differences_are_those_of_the_paper() {
    let found = difference([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485]);
    assert!((found - 2.0425).abs() < 0.0001, "{found}");
    let found = difference([22.7233, 20.0904, -46.6940], [23.0331, 14.9730, -42.5619]);
    assert!((found - 2.0373).abs() < 0.0001, "{found}");
}
