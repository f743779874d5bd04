//! A camera's frames: read live and as stills, with bounded work.

use tallystick::request::{Code, CodeLevel, LiveReader, LumaFrame, Reading, Work, read_frame};

use crate::input::Input;

/// Stages of a still picture.
const STAGES: u32 = 8;
/// Passes of a stage: dark on light, and light on dark.
const PASSES: u32 = 2;
/// What may be looked at in one pass (`work.rs` of the reader).
const CANDIDATES: u32 = 4_096;
const CORNERS: u32 = 64;
const ATTEMPTS: u32 = 128;

/// The first byte: even: a frame of any shape whose points repeat the rest; odd: a code of some text, drawn with a scale,
/// an offset, contrast and noise.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    if input.byte().is_multiple_of(2) { any_shape(&mut input) } else { drawn(&mut input) }
}

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let storm: Vec<u8> =
        (0..64 * 64).map(|at| if (at % 8 == 1) || (at / 64 % 8 == 5) { 0 } else { 255 }).collect();
    vec![
        [&[0, 64, 64, 0, 0], &storm[..]].concat(),
        [&[0, 40, 40, 3, 0], &storm[..400]].concat(),
        vec![0, 200, 30, 0, 1, 0, 255, 255, 0, 0, 0, 255],
        [&[1, 2, 20, 0, 0, 0, 0], b"https://bread.example/c/AEBAGBAFAYDQQCIKBMGA2DQPCA".as_slice()].concat(),
        [&[1, 3, 90, 9, 7, 1, 0], b"tallystick:c/AEBAGBAFAYDQQCIKBMGA2DQPCA".as_slice()].concat(),
        [&[1, 1, 90, 3, 0, 0, 3, 5, 9, 200, 31, 7, 90, 2], b"12345".as_slice()].concat(),
    ]
}

fn any_shape(input: &mut Input<'_>) {
    let (width, height) = (u32::from(input.byte()), u32::from(input.byte()));
    let (more, scale) = (u32::from(input.byte() % 8), 1 + u32::from(input.byte() % 2));
    let (width, height) = (width * scale, height * scale);
    let points = input.rest();
    let needed = (width + more) as usize * height as usize;
    let luma: Vec<u8> =
        points.iter().copied().cycle().take(if points.is_empty() { 0 } else { needed }).collect();
    read(&LumaFrame { width, height, row_stride: width + more, luma: &luma });
    // Less than the shape asks for, and a stride below the width.
    let half = &luma[..luma.len() / 2];
    let _ = read_frame(&LumaFrame { width, height, row_stride: width.saturating_sub(more), luma: half });
}

fn drawn(input: &mut Input<'_>) {
    let scale = 1 + usize::from(input.byte() % 4);
    let light = 255 - input.byte() % 128;
    let (left, top) = (usize::from(input.byte() % 16), usize::from(input.byte() % 16));
    let (inverted, changes) = (input.byte() % 2 == 1, input.byte() % 32);
    let noise: Vec<[u8; 3]> = (0..changes).map(|_| [input.byte(), input.byte(), input.byte()]).collect();
    let text = input.text();
    let Ok(code) = Code::of(&text, CodeLevel::Screen) else { return };
    let quiet = 4;
    let modules = usize::from(code.width()) + 2 * quiet;
    let (width, height) = (modules * scale + left, modules * scale + top);
    let mut luma = vec![light; width * height];
    for row in 0..code.width() {
        for column in (0..code.width()).filter(|column| code.is_dark(*column, row)) {
            for at in 0..scale * scale {
                let x = left + (usize::from(column) + quiet) * scale + at % scale;
                let y = top + (usize::from(row) + quiet) * scale + at / scale;
                luma[y * width + x] = 0;
            }
        }
    }
    for [x, y, value] in &noise {
        luma[usize::from(*y) % height * width + usize::from(*x) % width] ^= value;
    }
    if inverted {
        for point in &mut luma {
            *point = 255 - *point;
        }
    }
    let side = |points: usize| u32::try_from(points).expect("a small frame");
    let frame = LumaFrame { width: side(width), height: side(height), row_stride: side(width), luma: &luma };
    let reading = read(&frame);
    if noise.is_empty() && scale > 1 {
        let texts: Vec<&str> = reading
            .iter()
            .flat_map(|reading| &reading.codes)
            .filter_map(|code| code.text.as_deref())
            .collect();
        let meant = tallystick::request::parse_link(&text).map_or(text, |link| link.segments().to_string());
        assert_eq!(texts, [meant], "a clean code is not read");
    }
}

fn read(frame: &LumaFrame<'_>) -> Option<Reading> {
    let mut live = LiveReader::new();
    for _ in 0..3 {
        if let Ok(reading) = live.read(frame) {
            bounded(&reading.work, 1);
        }
    }
    let reading = read_frame(frame).ok()?;
    bounded(&reading.work, STAGES);
    for code in &reading.codes {
        assert!(code.centre_x < frame.width + 64 && code.centre_y < frame.height + 64, "{code:?} is outside");
        assert!(code.text.as_ref().is_none_or(|text| text.as_bytes() == code.bytes));
    }
    let _ = reading.scanned();
    Some(reading)
}

pub(super) fn bounded(work: &Work, stages: u32) {
    let passes = stages * PASSES;
    assert!(
        work.stages <= stages
            && work.candidates <= passes * CANDIDATES
            && work.corners <= passes * CORNERS
            && work.attempts <= passes * ATTEMPTS,
        "{work:?}"
    );
}
