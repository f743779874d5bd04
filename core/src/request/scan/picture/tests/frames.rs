//! Frames, several codes in one picture, codes without text, and a camera's preview.

use super::*;

/// Pictures beside each other, on white.
fn beside(pictures: &[Picture]) -> Picture {
    let width = pictures.iter().map(|picture| picture.width + 20).sum();
    let height = pictures.iter().map(|picture| picture.height).max().unwrap();
    let mut luma = vec![255; width * height];
    let mut left = 0;
    for picture in pictures {
        for (y, row) in picture.luma.chunks(picture.width).enumerate() {
            luma[y * width + left..][..picture.width].copy_from_slice(row);
        }
        left += picture.width + 20;
    }
    Picture { width, height, luma }
}

fn drawn(text: &str) -> Picture {
    Modules::of(text.as_bytes()).drawn(4)
}

fn request(number: u8) -> String {
    format!("tallystick:p/{}?h=shop.example", crate::keys::Digest::new([number; 32]))
}

#[test]
fn rows_may_have_gaps_but_must_be_there() {
    let drawn = drawn("gaps");
    let stride = drawn.width + 13;
    let mut luma: Vec<u8> = drawn
        .luma
        .chunks(drawn.width)
        .flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(0x55, 13)))
        .collect();
    let frame = |luma: &[u8], row_stride: usize| {
        let row_stride = u32::try_from(row_stride).unwrap();
        read_frame(&LumaFrame { row_stride, luma, ..drawn.frame() })
    };
    assert_eq!(texts(&frame(&luma, stride).unwrap()), ["gaps"]);
    // The last gap may be missing, as some cameras have it.
    luma.truncate(luma.len() - 13);
    assert_eq!(texts(&frame(&luma, stride).unwrap()), ["gaps"]);
    luma.pop();
    let (bytes, needed) = (u32::try_from(luma.len()).unwrap(), u32::try_from(luma.len() + 1).unwrap());
    assert_eq!(frame(&luma, stride), Err(PictureError::FrameShape { bytes, needed }));
    assert!(matches!(frame(&luma, drawn.width - 1), Err(PictureError::FrameShape { .. })));
    assert!(matches!(frame(&luma, 0), Err(PictureError::FrameShape { .. })));
    let huge = LumaFrame { row_stride: u32::MAX, ..drawn.frame() };
    assert!(matches!(read_frame(&huge), Err(PictureError::FrameShape { .. })));
}

#[test]
fn sizes_are_bounded_before_a_byte_is_read() {
    let empty = |width, height| read_frame(&LumaFrame { width, height, row_stride: width, luma: &[] });
    for (width, height) in [(0, 0), (0, 100), (100, 0), (20, 4_096), (4_096, 1)] {
        assert_eq!(empty(width, height), Err(PictureError::TooSmall { width, height }));
    }
    for (width, height) in [(4_097, 100), (100, 4_097), (65_536, 3), (u32::MAX, u32::MAX), (0, u32::MAX)] {
        assert_eq!(empty(width, height), Err(PictureError::TooLarge { width, height, most: 4_096 }));
    }
    assert!(matches!(empty(4_096, 4_096), Err(PictureError::FrameShape { bytes: 0, needed: 16_777_216 })));
    for (width, height) in [(21, 21), (21, 4_096), (4_096, 21), (22, 333), (41, 40), (64, 65)] {
        let luma = vec![128; width as usize * height as usize];
        let reading = read_frame(&LumaFrame { width, height, row_stride: width, luma: &luma }).unwrap();
        assert_eq!(reading.codes, []);
        check_bounds(&reading.work, Stage::ALL.len());
        assert_eq!(reading.scanned(), Err(PictureError::NoCode));
    }
}

#[test]
fn several_codes_are_all_told_and_never_chosen_between() {
    let (one, two) = (request(1), request(2));
    let wifi = "WIFI:T:WPA;S:shop;P:secret;;";
    let read = |all: &[&str]| beside(&all.iter().map(|text| drawn(text)).collect::<Vec<_>>()).read();

    let both = read(&[&one, &two]);
    let mut found = texts(&both);
    found.sort_unstable();
    assert_eq!(found, [one.as_str(), two.as_str()]);
    assert_eq!(both.scanned(), Err(PictureError::SeveralCodes { count: 2 }));

    // The same text twice is one.
    assert_eq!(read(&[&one, &one]).scanned(), Ok(scan(&one)));
    // Ours among others is what was meant; a damaged one of ours counts too.
    assert_eq!(read(&[wifi, &one]).scanned(), Ok(scan(&one)));
    assert_eq!(read(&["https://a.example/", &one, wifi]).scanned(), Ok(scan(&one)));
    assert_eq!(read(&[&one, "tallystick:p/AA"]).scanned(), Err(PictureError::SeveralCodes { count: 2 }));
    // Of strangers none is meant more than the other.
    assert_eq!(read(&[wifi, "https://a.example/"]).scanned(), Err(PictureError::SeveralCodes { count: 2 }));
    assert_eq!(read(&[wifi]).scanned(), Ok(Scanned::Foreign { system: CodeSystem::Wifi }));
}

#[test]
fn a_light_code_beside_a_dark_one_is_told_too() {
    let mut light = drawn(&request(2));
    light.luma.iter_mut().for_each(|point| *point = 255 - *point);
    let reading = beside(&[drawn(&request(1)), light]).read();
    assert_eq!(reading.codes.len(), 2);
    assert!(
        reading.codes.iter().any(|code| code.inverted) && reading.codes.iter().any(|code| !code.inverted)
    );
    assert_eq!(reading.scanned(), Err(PictureError::SeveralCodes { count: 2 }));
}

#[test]
fn codes_without_text_say_so() {
    let bytes = [0xff, 0xfe, 0x00, 0x80, 0x41];
    let picture = Modules::of(&bytes).drawn(4);
    let reading = picture.read();
    assert_eq!(reading.codes.len(), 1);
    assert_eq!((reading.codes[0].bytes.as_slice(), &reading.codes[0].text), (&bytes[..], &None));
    assert_eq!(reading.scanned(), Err(PictureError::NotText));
    // Beside one of ours it does not matter.
    let mixed = beside(&[picture, drawn(&request(1))]).read();
    assert_eq!(mixed.scanned(), Ok(scan(&request(1))));
    // Text is UTF-8, whatever alphabet.
    assert_eq!(texts(&drawn("Käse 4,50 € 日本").read()), ["Käse 4,50 € 日本"]);
}

#[test]
fn a_camera_tells_a_code_once() {
    let (one, two) = (drawn(&request(1)), drawn(&request(2)));
    let blank = Picture { width: 320, height: 240, luma: vec![200; 320 * 240] };
    let mut reader = LiveReader::new();
    let look = |reader: &mut LiveReader, picture: &Picture| {
        let reading = reader.read(&picture.frame()).unwrap();
        assert_eq!(reading.work.stages, 1);
        check_bounds(&reading.work, 1);
        (reading.fresh.into_iter().filter_map(|code| code.text).collect::<Vec<_>>(), reading.known)
    };
    assert_eq!(look(&mut reader, &blank), (vec![], 0));
    assert_eq!(look(&mut reader, &one), (vec![request(1)], 0));
    assert_eq!(look(&mut reader, &one), (vec![], 1));
    assert_eq!(look(&mut reader, &blank), (vec![], 0));
    assert_eq!(look(&mut reader, &one), (vec![], 1));
    assert_eq!(look(&mut reader, &two), (vec![request(2)], 0));
    assert_eq!(look(&mut reader, &beside(&[one.clone(), two.clone()])), (vec![], 2));
    reader.forget();
    assert_eq!(look(&mut reader, &one), (vec![request(1)], 0));
    assert_eq!(look(&mut reader, &two), (vec![request(2)], 0));

    // What was told long ago is told again.
    for number in 3..=18 {
        assert_eq!(look(&mut reader, &drawn(&request(number))).0, [request(number)]);
    }
    assert_eq!(look(&mut reader, &two).0, [request(2)]);
}

#[test]
fn a_camera_gives_every_stage_its_turn() {
    let blank = Picture { width: 96, height: 96, luma: vec![200; 96 * 96] };
    let mut reader = LiveReader::new();
    let stages: Vec<_> = (0..12).map(|_| reader.read(&blank.frame()).unwrap().stage).collect();
    assert_eq!(stages[0], Stage::Half);
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Third) {
        assert!(stages.contains(&stage), "{stage:?}");
    }
    // A code that only a dear stage reads is told within one round, and then at once.
    let hard = Scene { noise: 40.0, ..Scene::plain() }.of(&Modules::of(TEXT.as_bytes()));
    let mut reader = LiveReader::new();
    let first = (0..12).find(|_| !reader.read(&hard.frame()).unwrap().fresh.is_empty());
    assert!(first.is_some());
    assert_eq!(reader.read(&hard.frame()).unwrap().known, 1);
    assert!(reader.read(&LumaFrame { row_stride: 1, ..hard.frame() }).is_err());
}
