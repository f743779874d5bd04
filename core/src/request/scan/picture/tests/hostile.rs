//! Pictures drawn to keep a reader busy, and noise. What is asserted is the work, never the time.

use super::*;

fn picture(width: usize, height: usize, point: impl FnMut(usize, usize) -> u8) -> Picture {
    let mut point = point;
    let luma = (0..width * height).map(|at| point(at % width, at / width)).collect();
    Picture { width, height, luma }
}

/// Reads nothing, within bounds; also as frames of a camera.
fn nothing_in(name: &str, picture: &Picture) -> Work {
    let reading = picture.read();
    assert_eq!(reading.codes, [], "{name}");
    check_bounds(&reading.work, Stage::ALL.len());
    let mut reader = LiveReader::new();
    for _ in 0..3 {
        let frame = reader.read(&picture.frame()).unwrap();
        assert_eq!(frame.fresh, [], "{name}");
        check_bounds(&frame.work, 1);
    }
    reading.work
}

/// The corner of a code, as seven times seven modules.
fn corner(x: usize, y: usize) -> bool {
    let ring = x.abs_diff(3).max(y.abs_diff(3));
    ring != 2
}

#[test]
fn a_storm_of_corners_costs_no_more_than_any_picture() {
    for module in [1, 2, 3] {
        let pitch = 9 * module;
        let storm = picture(640, 480, |x, y| {
            let (x, y) = (x % pitch / module, y % pitch / module);
            if x < 7 && y < 7 && corner(x, y) { 10 } else { 240 }
        });
        let work = nothing_in("storm", &storm);
        assert!(module == 1 || work.attempts > 0, "{module}: {work:?}");
    }
}

#[test]
fn fake_codes_cost_no_more_than_any_picture() {
    let mut dice = Dice(7);
    let noise: Vec<bool> = (0..640 * 480).map(|_| dice.below(2) == 0).collect();
    for side in [21, 25, 33] {
        let pitch = (side + 4) * 3;
        let fakes = picture(640, 480, |x, y| {
            let (column, row) = (x % pitch / 3, y % pitch / 3);
            let inside = column < side && row < side;
            let at = |left: usize, top: usize| {
                let near = column + 1 >= left && column < left + 8 && row + 1 >= top && row < top + 8;
                near.then(|| {
                    column >= left
                        && row >= top
                        && column < left + 7
                        && row < top + 7
                        && corner(column - left, row - top)
                })
            };
            let dark = at(0, 0).or(at(side - 7, 0)).or(at(0, side - 7)).unwrap_or(noise[y / 3 * 640 + x / 3]);
            if inside && dark { 10 } else { 240 }
        });
        let work = nothing_in("fakes", &fakes);
        assert!(work.attempts > 10, "{work:?}");
    }
}

#[test]
fn noise_and_random_modules_are_no_codes() {
    let mut dice = Dice(3);
    let noise: Vec<u8> = (0..480 * 360).map(|_| u8::try_from(dice.below(256)).unwrap()).collect();
    nothing_in("noise", &picture(480, 360, |x, y| noise[y * 480 + x]));
    for module in [1, 2, 4, 7] {
        let work = nothing_in(
            "modules",
            &picture(480, 360, |x, y| if noise[y / module * 480 + x / module] < 128 { 0 } else { 255 }),
        );
        assert!(work.candidates > 0);
    }
}

#[test]
fn patterns_of_all_kinds_are_no_codes() {
    nothing_in("black", &picture(320, 240, |_, _| 0));
    nothing_in("white", &picture(320, 240, |_, _| 255));
    nothing_in("slope", &picture(320, 240, |x, y| u8::try_from((x + y) * 255 / 560).unwrap()));
    nothing_in("1:1:3:1:1", &picture(320, 240, |x, _| if matches!(x % 8, 0 | 2..=4 | 6) { 0 } else { 255 }));
    nothing_in(
        "rings",
        &picture(320, 240, |x, y| {
            let (x, y) = (x.abs_diff(160), y.abs_diff(120));
            if (x * x + y * y).isqrt() / 4 % 2 == 0 { 0 } else { 255 }
        }),
    );
    nothing_in("chequered", &picture(320, 240, |x, y| if (x + y) % 2 == 0 { 0 } else { 255 }));
}

#[test]
fn a_code_among_fakes_is_still_read() {
    let code = Modules::of(b"https://a.example/").drawn(4);
    let mut dice = Dice(11);
    let busy = picture(480, 360, |x, y| {
        if x >= 150 && y >= 100 && x < 150 + code.width && y < 100 + code.height {
            code.luma[(y - 100) * code.width + x - 150]
        } else if y < 60 {
            let (x, y) = (x % 27 / 3, y % 27 / 3);
            if x < 7 && y < 7 && corner(x, y) { 10 } else { 240 }
        } else if dice.below(40) == 0 {
            0
        } else {
            200
        }
    });
    assert_eq!(texts(&busy.read()), ["https://a.example/"]);
}

/// A code of version 2 whose data are these 28 bytes, whatever they mean.
fn code_of(data: &[u8]) -> Modules {
    use qrcode::canvas::Canvas;
    let (version, level) = (qrcode::Version::Normal(2), qrcode::EcLevel::M);
    let (data, correction) = qrcode::ec::construct_codewords(data, version, level).unwrap();
    let mut canvas = Canvas::new(version, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    let dark = canvas
        .apply_best_mask()
        .into_colors()
        .into_iter()
        .map(|color| color == qrcode::Color::Dark)
        .collect();
    Modules { side: 25, dark }
}

#[test]
fn whatever_a_code_says_is_taken_or_left() {
    let mut dice = Dice(17);
    let mut read = 0;
    for mode in (0..16_u8).cycle().take(160) {
        let mut data: Vec<u8> = (0..28).map(|_| u8::try_from(dice.below(256)).unwrap()).collect();
        // Every mode of the standard, and those that it does not have; short lengths, so that more follows.
        data[0] = mode << 4 | data[0] & 1;
        let drawn = code_of(&data).drawn(4);
        let views = Views::of(drawn.frame().plane().unwrap());
        let codes = views.read(Stage::Full, &mut Work::default());
        assert!(codes.len() <= 1);
        read += codes.len();
    }
    assert!(read > 10, "{read}");
    // The same by the book, so that the drawing is known to be right: four bytes.
    let mut data = vec![0x40, 0x47, 0x07, 0x16, 0x97, 0x20, 0xec];
    data.extend([0x11, 0xec].iter().cycle().take(21));
    assert_eq!(texts(&code_of(&data).drawn(4).read()), ["pqir"]);
}
