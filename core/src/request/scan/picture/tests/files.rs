//! PNG and JPEG files: every kind, and those that are cut, damaged or too large.

use ::png::{BitDepth, ColorType, Encoder};

use super::super::png::MAGIC;
use super::jpeg_writer::jpeg;
use super::*;

fn small() -> Picture {
    Modules::of(b"https://a.example/").drawn(4)
}

/// A PNG file of given size, palette and bytes.
fn png_file(size: (usize, usize), kind: (ColorType, BitDepth), palette: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let side = |side: usize| u32::try_from(side).unwrap();
    let mut encoder = Encoder::new(&mut file, side(size.0), side(size.1));
    encoder.set_color(kind.0);
    encoder.set_depth(kind.1);
    if kind.0 == ColorType::Indexed {
        encoder.set_palette(palette);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(bytes).unwrap();
    writer.finish().unwrap();
    file
}

/// The picture in a kind of PNG, light and dark as given, samples of each point.
fn png_of(picture: &Picture, kind: (ColorType, BitDepth), light: &[u8], dark: &[u8]) -> Vec<u8> {
    let bits = kind.1 as usize;
    let mut bytes = Vec::new();
    for row in picture.luma.chunks(picture.width) {
        let samples = row.iter().flat_map(|point| if *point < 128 { dark } else { light });
        if bits >= 8 {
            bytes.extend(samples);
        } else {
            let samples: Vec<u8> = samples.copied().collect();
            let packed = samples.chunks(8 / bits).map(|group| {
                group.iter().enumerate().fold(0, |byte, (at, sample)| byte | sample << (8 - bits * (at + 1)))
            });
            bytes.extend(packed);
        }
    }
    png_file((picture.width, picture.height), kind, &[250, 240, 230, 40, 20, 60], &bytes)
}

fn gray_png(picture: &Picture) -> Vec<u8> {
    let size = (picture.width, picture.height);
    png_file(size, (ColorType::Grayscale, BitDepth::Eight), &[], &picture.luma)
}

#[test]
fn every_kind_of_png_is_read() {
    use BitDepth::{Eight, Four, One, Sixteen, Two};
    use ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
    type Kind<'a> = ((ColorType, BitDepth), &'a [u8], &'a [u8]);
    let kinds: [Kind<'_>; 18] = [
        ((Grayscale, One), &[1], &[0]),
        ((Grayscale, Two), &[3], &[1]),
        ((Grayscale, Four), &[14], &[3]),
        ((Grayscale, Eight), &[200], &[20]),
        ((Grayscale, Sixteen), &[200, 7], &[20, 7]),
        ((GrayscaleAlpha, Eight), &[200, 255], &[20, 255]),
        ((GrayscaleAlpha, Sixteen), &[200, 0, 255, 255], &[20, 0, 255, 255]),
        // Dark on nothing: over white.
        ((GrayscaleAlpha, Eight), &[0, 0], &[0, 255]),
        ((GrayscaleAlpha, Eight), &[0, 10], &[0, 200]),
        ((Rgb, Eight), &[255, 240, 200], &[0, 30, 90]),
        ((Rgb, Sixteen), &[255, 0, 240, 0, 200, 0], &[0, 0, 30, 0, 90, 0]),
        ((Rgba, Eight), &[255, 240, 200, 255], &[0, 30, 90, 255]),
        ((Rgba, Eight), &[9, 9, 9, 0], &[0, 0, 90, 255]),
        ((Rgba, Sixteen), &[9, 0, 9, 0, 9, 0, 0, 0], &[0, 0, 0, 0, 90, 0, 255, 255]),
        ((Indexed, One), &[0], &[1]),
        ((Indexed, Two), &[0], &[1]),
        ((Indexed, Four), &[0], &[1]),
        ((Indexed, Eight), &[0], &[1]),
    ];
    for (kind, light, dark) in kinds {
        let reading = read_picture(&png_of(&small(), kind, light, dark)).unwrap();
        assert_eq!(texts(&reading), ["https://a.example/"], "{kind:?}");
    }
}

#[test]
fn jpegs_are_read_also_coarse_ones() {
    for (step, colour) in [(1, false), (1, true), (20, true), (50, false)] {
        let reading = read_picture(&jpeg(&small(), step, colour)).unwrap();
        assert_eq!(texts(&reading), ["https://a.example/"], "{step} {colour}");
    }
    let held = Scene { angle: 12.0, noise: 6.0, ..Scene::plain() }.of(&Modules::of(TEXT.as_bytes()));
    for step in [10, 40] {
        assert_eq!(texts(&read_picture(&jpeg(&held, step, false)).unwrap()), [TEXT], "{step}");
    }
}

#[test]
fn other_files_are_told_apart() {
    for other in
        [&b""[..], b"x", b"GIF89a", b"RIFF....WEBPVP8 ", b"<svg/>", b"\x89PNG", b"\xff\xd8", b"%PDF-1.7"]
    {
        assert_eq!(read_picture(other), Err(PictureError::UnknownFormat), "{other:?}");
    }
    let long = vec![0xff; MAX_PICTURE_BYTES + 1];
    assert_eq!(read_picture(&long), Err(PictureError::TooManyBytes { bytes: 16_777_217, most: 16_777_216 }));
}

#[test]
fn a_file_that_is_cut_is_damaged_or_shows_less() {
    let picture = Modules::of(b"cut").drawn(3);
    for (name, file) in [("png", gray_png(&picture)), ("jpeg", jpeg(&picture, 8, false))] {
        for end in (0..file.len()).step_by(file.len() / 40 + 1) {
            match read_picture(&file[..end]) {
                Ok(reading) => assert!(texts(&reading).iter().all(|text| *text == "cut"), "{name} {end}"),
                Err(PictureError::Damaged { reason }) => assert!(!reason.is_empty()),
                Err(PictureError::UnknownFormat) => assert!(end < 8),
                Err(other) => panic!("{name} {end}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_file_with_changed_bytes_is_read_or_refused() {
    let picture = Modules::of(b"changed").drawn(2);
    let mut dice = Dice(5);
    for file in [gray_png(&picture), jpeg(&picture, 8, false), jpeg(&picture, 8, true)] {
        for _ in 0..60 {
            let mut changed = file.clone();
            for _ in 0..=dice.below(4) {
                let at = usize::try_from(dice.below(changed.len() as u64)).unwrap();
                changed[at] = u8::try_from(dice.below(256)).unwrap();
            }
            if let Ok(reading) = read_picture(&changed) {
                check_bounds(&reading.work, Stage::ALL.len());
            }
        }
    }
}

/// A PNG chunk with a right checksum.
fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let crc = !kind.iter().chain(body).fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes()[..], &kind, body, &crc.to_be_bytes()].concat()
}

fn header(width: u32, height: u32) -> Vec<u8> {
    let body = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [MAGIC, &chunk(*b"IHDR", &body)].concat()
}

#[test]
fn what_would_unpack_large_is_refused_by_its_header() {
    // Nothing follows the header: had it been decoded, it would be damaged.
    for (width, height) in [(4_097, 21), (21, 4_097), (60_000, 60_000), (0x7fff_ffff, 0x7fff_ffff)] {
        assert_eq!(
            read_picture(&header(width, height)),
            Err(PictureError::TooLarge { width, height, most: 4_096 })
        );
    }
    assert_eq!(read_picture(&header(20, 20)), Err(PictureError::TooSmall { width: 20, height: 20 }));
    for broken in [header(0, 5), header(4_096, 4_096), header(100, 100)] {
        assert!(matches!(read_picture(&broken), Err(PictureError::Damaged { .. })));
    }
    let end_first = [MAGIC, &chunk(*b"IEND", &[])].concat();
    assert!(matches!(read_picture(&end_first), Err(PictureError::Damaged { .. })));

    let mut huge = jpeg(&small(), 8, false);
    let frame = huge.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    huge[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(
        read_picture(&huge),
        Err(PictureError::TooLarge { width: 65_535, height: 65_535, most: 4_096 })
    );
    huge[frame + 5..frame + 9].copy_from_slice(&[0, 1, 0x10, 0]);
    assert_eq!(read_picture(&huge), Err(PictureError::TooSmall { width: 4_096, height: 1 }));
    huge[frame + 5..frame + 9].copy_from_slice(&[0, 0, 0, 0]);
    assert!(matches!(read_picture(&huge), Err(PictureError::Damaged { .. })));
}

#[test]
fn what_is_packed_beside_the_picture_is_not_unpacked() {
    // A text of a gigabyte in zlib blocks is a megabyte; here a block that is none: unpacking it would fail.
    let packed = |kind: [u8; 4], head: &[u8]| chunk(kind, &[head, &[0x78, 0x9c, 0xff, 0xff]].concat());
    let file = gray_png(&small());
    // After the magic and the header.
    let (start, rest) = file.split_at(33);
    let extra = [packed(*b"zTXt", b"a\0\0"), packed(*b"iCCP", b"a\0\0")].concat();
    let reading = read_picture(&[start, &extra, rest].concat()).unwrap();
    assert_eq!(texts(&reading), ["https://a.example/"]);
}

#[test]
fn every_error_has_its_code_and_sentence() {
    let errors = [
        PictureError::UnknownFormat,
        PictureError::TooManyBytes { bytes: 2, most: 1 },
        PictureError::TooLarge { width: 5_000, height: 9, most: 4_096 },
        PictureError::TooSmall { width: 1, height: 1 },
        PictureError::FrameShape { bytes: 1, needed: 2 },
        PictureError::Damaged { reason: "cut".into() },
        PictureError::NoCode,
        PictureError::SeveralCodes { count: 2 },
        PictureError::NotText,
    ];
    let lines: Vec<_> = errors.iter().map(|error| format!("{}: {error}", error.code())).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    picture_format: this is neither a PNG nor a JPEG picture
    picture_bytes: the picture has 2 bytes, at most 1 are looked at
    picture_too_large: the picture has 5000 by 9 points, at most 4096 by 4096 are looked at
    picture_too_small: the picture has 1 by 1 points: too few for a code
    frame_shape: the frame has 1 bytes, its rows need 2
    picture_damaged: the picture cannot be opened: cut
    no_code: no code was found in the picture
    several_codes: the picture shows 2 codes; show only one
    code_not_text: the code in the picture holds no text
    ");
}
