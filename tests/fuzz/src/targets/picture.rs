//! Files of pictures: PNG and JPEG.

use tallystick::request::{Code, CodeLevel, PictureError, read_picture};

use super::frame::bounded;
use crate::input::{Input, part};

/// The first byte: 0: the rest is the file; 1: a PNG of any chunks, with their lengths and sums; 2: a PNG whose header and
/// rows are given; 3: a JPEG of any segments, with their lengths.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 4 {
        0 => read(input.rest()),
        1 => {
            let mut file = SIGNATURE.to_vec();
            while !input.is_empty() {
                let kind = input.choice(&CHUNKS);
                file.extend(chunk(*kind, input.part()));
            }
            read(&file);
        }
        2 => {
            let header = [
                &[0, 0, input.byte() % 4, input.byte(), 0, 0, input.byte() % 4, input.byte()][..],
                &[input.choice(&[1, 2, 4, 8, 16]), input.choice(&[0, 2, 3, 4, 6]), 0, 0, input.byte() % 2],
            ];
            let palette = input.part();
            let rows = stored(input.rest());
            let parts = [chunk(*b"IHDR", &header.concat()), chunk(*b"PLTE", palette), chunk(*b"IDAT", &rows)];
            read(&[SIGNATURE, &parts.concat(), &chunk(*b"IEND", &[])].concat());
        }
        _ => read(&segments(&mut input)),
    }
}

/// A JPEG of these segments; after the head of a scan come its bits.
fn segments(input: &mut Input<'_>) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    while !input.is_empty() {
        let marker = input.byte();
        let body = input.part();
        let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX).to_be_bytes();
        file.extend([&[0xff, marker][..], &length, body].concat());
        if marker == SCAN {
            file.extend_from_slice(input.part());
        }
    }
    file
}

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let code = Code::of("tallystick:c/AEBAGBAFAYDQQCIKBMGA2DQPCA", CodeLevel::Screen).expect("it fits");
    let png = code.png(1).expect("a picture");
    let header = part([0, 0, 0, 41, 0, 0, 0, 41, 8, 0, 0, 0, 0]);
    vec![
        [&[0], &png[..]].concat(),
        [&[0], &segments(&mut Input::new(&grey()))[..]].concat(),
        [&[1, 0], &header[..], &[1], &part(stored(&[0; 42 * 41])), &[2], &part([])].concat(),
        [&[1, 0], &header[..], &[4], &part(b"gAMA"), &[5], &part([0, 1]), &[2], &part([])].concat(),
        [&[2, 0, 41, 0, 41, 3, 0, 0], &part([])[..], &[9; 42 * 41]].concat(),
        [&[2, 0, 41, 0, 41, 0, 2, 1], &part([1, 2, 3, 250, 251, 252])[..], &[1; 7 * 41]].concat(),
        [&[3], &grey()[..]].concat(),
    ]
}

const SCAN: u8 = 0xda;

/// Segments of a picture of 24 by 24 points of one grey: a table to divide by, the frame, the codes for "no difference"
/// and "no more", a scan of nine blocks.
fn grey() -> Vec<u8> {
    let frame = part([8, 0, 24, 0, 24, 1, 1, 0x11, 0]);
    let codes = |class: u8| part([&[class, 1][..], &[0; 15], &[0]].concat());
    [
        &[0xdb][..],
        &part([&[0][..], &[1; 64]].concat()),
        &[0xc0],
        &frame,
        &[0xc4],
        &codes(0x00),
        &[0xc4],
        &codes(0x10),
        &[SCAN],
        &part([1, 1, 0, 0, 63, 0]),
        &part([0, 0, 0x3f]),
        &[0xd9],
        &part([]),
    ]
    .concat()
}

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const CHUNKS: [&[u8; 4]; 10] =
    [b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS", b"gAMA", b"acTL", b"fcTL", b"fdAT", b"iCCP"];

fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a small chunk").to_be_bytes();
    let summed = [&kind[..], body].concat();
    [&length[..], &summed, &crc(&summed).to_be_bytes()].concat()
}

/// The bytes as a zlib stream (RFC 1950) of stored blocks.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks: Vec<&[u8]> = if bytes.is_empty() { vec![&[]] } else { bytes.chunks(0xffff).collect() };
    for (number, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).expect("a small block");
        stream.push(u8::from(number + 1 == blocks.len()));
        stream.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        stream.extend_from_slice(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

fn read(file: &[u8]) {
    match read_picture(file) {
        Ok(reading) => {
            bounded(&reading.work, 8);
            let _ = reading.scanned();
        }
        Err(PictureError::Damaged { reason }) => {
            assert!(reason.len() < 2_000, "{} bytes of reason", reason.len());
        }
        Err(error) => assert!(!error.code().is_empty()),
    }
}
