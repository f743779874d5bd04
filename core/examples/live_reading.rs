//! How many frames a second are read live, and how that compares with rxing's own search on the same frames.
//!
//! `cargo run --release -p tallystick --example live_reading`
//!
//! Frames of 1280 by 720 are drawn, then read by both, one after the other, so that a busy machine slows both alike: the
//! ratio of the medians is the result, the milliseconds are those of this machine.

use std::time::{Duration, Instant};

use rxing::common::{DetectorRXingResult, HybridBinarizer};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::{Binarizer, Luma8Source};
use tallystick::request::{LiveReader, LumaFrame};

#[path = "../src/request/scan/picture/tests/scene.rs"]
#[allow(
    dead_code,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::unwrap_used
)]
mod scene;

use scene::{Modules, Picture, Scene};

/// How often each frame is shown: once for every turn of a live reader.
const ROUNDS: usize = 12;

fn main() {
    let modules =
        Modules::of(b"https://pay.bakery77.example/p/IAVRYS4DZLUPKYN42KRRT3IWDSSKWDAB7INW2HCPAUOQXR24GUQQ");
    let plain = Scene { width: 1280, height: 720, module: 7.0, ..Scene::plain() };
    let scenes = [
        ("plain", plain),
        ("turned", Scene { angle: 33.0, ..plain }),
        ("from the side", Scene { slant: (30.0, 15.0), ..plain }),
        ("small", Scene { module: 3.0, ..plain }),
        ("lit from the left", Scene { shade: 0.8, ..plain }),
        ("inverted", Scene { light: 30.0, dark: 220.0, ..plain }),
        ("shaken", Scene { shake: 9, ..plain }),
        ("out of focus", Scene { blur: 3.4, ..plain }),
        ("by candlelight", Scene { noise: 35.0, ..plain }),
        ("little contrast", Scene { light: 130.0, dark: 112.0, noise: 1.0, ..plain }),
        ("no code", Scene { module: 0.01, ..plain }),
    ];
    let (mut ours, mut theirs, mut theirs_harder) = (Vec::new(), Vec::new(), Vec::new());
    for (name, scene) in scenes {
        let picture = scene.of(&modules);
        let mut reader = LiveReader::new();
        let (mut read_in, mut raw, mut raw_harder) = (None, false, false);
        for round in 1..=ROUNDS {
            ours.push(timed(|| {
                if !look(&mut reader, &picture) {
                    return;
                }
                read_in.get_or_insert(round);
            }));
            theirs.push(timed(|| raw |= rxing_reads(&picture, false)));
            theirs_harder.push(timed(|| raw_harder |= rxing_reads(&picture, true)));
        }
        let found = |yes: bool| if yes { "read" } else { "not read" };
        let ours = read_in.map_or_else(|| "not read".to_owned(), |frames| format!("frame {frames}"));
        println!(
            "{name:>18}  ours: {ours:<9}  rxing: {:<9} trying harder: {}",
            found(raw),
            found(raw_harder)
        );
    }
    let medians = [&mut ours, &mut theirs, &mut theirs_harder].map(|times| median(times));
    let [ours, theirs, harder] = medians.map(|time| time.as_secs_f64() * 1_000.0);
    println!("median of a frame: ours {ours:.1} ms, rxing {theirs:.1} ms, trying harder {harder:.1} ms");
    println!("ours is {:.0} frames a second", 1_000.0 / ours);
    println!("time of ours in that of rxing: {:.2}, trying harder: {:.2}", ours / theirs, ours / harder);
}

fn timed(act: impl FnOnce()) -> Duration {
    let start = Instant::now();
    act();
    start.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Whether a code is in view.
fn look(reader: &mut LiveReader, picture: &Picture) -> bool {
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let (width, height) = (side(picture.width), side(picture.height));
    let frame = LumaFrame { width, height, row_stride: width, luma: &picture.luma };
    reader.read(&frame).is_ok_and(|reading| !reading.fresh.is_empty() || reading.known > 0)
}

/// The loop of rxing's `QrReader`, which itself cannot be asked: built without character sets, it has no text to give.
fn rxing_reads(picture: &Picture, harder: bool) -> bool {
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let Ok(source) = Luma8Source::new_with_slice(&picture.luma, side(picture.width), side(picture.height))
    else {
        return false;
    };
    let binarizer = HybridBinarizer::new(source);
    let Ok(dark) = binarizer.get_black_matrix() else { return false };
    let mut corners = FindFinderPatterns(dark, harder, 0);
    GenerateFinderPatternSets(&mut corners).iter().any(|set| {
        SampleQR(dark, set)
            .and_then(|sampled| Decode(sampled.getBits()))
            .is_ok_and(|decoded| decoded.isValid())
    })
}
