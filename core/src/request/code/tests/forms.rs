//! Every form shows every module, and four light ones around.

use super::*;

/// With the quiet zone.
fn framed(code: &Code) -> naive::Symbol {
    let side = code.width() + 8;
    let dark = |x: u8, y: u8| x >= 4 && y >= 4 && code.is_dark(x - 4, y - 4);
    (0..side).map(|y| (0..side).map(|x| dark(x, y)).collect()).collect()
}

fn codes() -> impl Strategy<Value = Code> {
    ("[ -~]{0,170}", levels()).prop_map(|(text, level)| Code::of_text(&text, level).unwrap())
}

/// Black pixels are true.
pub fn decoded(file: &[u8]) -> naive::Symbol {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    assert_eq!(reader.info().color_type, png::ColorType::Grayscale);
    assert_eq!(reader.info().bit_depth, png::BitDepth::One);
    let width = usize::try_from(reader.info().width).unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
        .chunks(width.div_ceil(8))
        .map(|row| (0..width).map(|x| row[x / 8] << (x % 8) & 0x80 == 0).collect())
        .collect()
}

/// Each module as so many pixels each way.
fn enlarged(symbol: &naive::Symbol, scale: usize) -> naive::Symbol {
    let wide = |row: &Vec<bool>| row.iter().flat_map(|dark| vec![*dark; scale]).collect::<Vec<_>>();
    symbol.iter().flat_map(|row| vec![wide(row); scale]).collect()
}

/// The bars of a path of ours.
fn rasterised(svg: &str, side: usize) -> naive::Symbol {
    let path = svg.split_once("fill=\"#000\" d=\"").unwrap().1.split_once('"').unwrap().0;
    let mut symbol = vec![vec![false; side]; side];
    let (mut x, mut y) = (0_i32, 0_i32);
    for bar in path.strip_suffix('z').unwrap().split('z') {
        let (moved, bar) = bar.strip_prefix('m').unwrap().split_once('h').unwrap();
        let (right, down) = moved.split_once(' ').unwrap();
        (x, y) = (x + right.parse::<i32>().unwrap(), y + down.parse::<i32>().unwrap());
        let (length, back) = bar.split_once("v1h-").unwrap();
        assert_eq!(length, back);
        for column in x..x + length.parse::<i32>().unwrap() {
            symbol[usize::try_from(y).unwrap()][usize::try_from(column).unwrap()] = true;
        }
    }
    symbol
}

/// Ink above and below, of each character.
fn inked(text: &str, side: usize) -> naive::Symbol {
    let rows = text.lines().flat_map(|line| {
        let halves = |character| match character {
            ' ' => [false, false],
            '▀' => [true, false],
            '▄' => [false, true],
            '█' => [true, true],
            _ => panic!("{character:?} is no half block"),
        };
        let cells: Vec<[bool; 2]> = line.chars().map(halves).collect();
        [0, 1].map(|half| cells.iter().map(|cell| cell[half]).collect())
    });
    let mut rows: Vec<Vec<bool>> = rows.collect();
    assert_eq!(rows.len(), side + 1);
    // Below the last row is nothing.
    assert!(rows.pop().unwrap().iter().all(|ink| !ink));
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn png_shows_every_module(code in codes(), scale in 1..=9_u8) {
        prop_assert_eq!(decoded(&code.png(scale).unwrap()), enlarged(&framed(&code), scale.into()));
    }

    #[test]
    fn svg_shows_every_module(code in codes()) {
        let framed = framed(&code);
        prop_assert_eq!(rasterised(&code.svg("a code"), framed.len()), framed);
    }

    #[test]
    fn terminal_shows_every_module(code in codes()) {
        let framed = framed(&code);
        let side = framed.len();
        prop_assert_eq!(&inked(&code.terminal(TerminalStyle::LightGround), side), &framed);
        let light: naive::Symbol = framed.iter().map(|row| row.iter().map(|dark| !dark).collect()).collect();
        prop_assert_eq!(inked(&code.terminal(TerminalStyle::DarkGround), side), light);
        let coloured = code.terminal(TerminalStyle::Colours);
        let plain: Vec<&str> = coloured
            .lines()
            .map(|line| line.strip_prefix("\u{1b}[38;5;16;48;5;231m").unwrap().strip_suffix("\u{1b}[0m").unwrap())
            .collect();
        prop_assert_eq!(inked(&plain.join("\n"), side), framed);
    }

    /// No title breaks out of its element, or makes the file unreadable.
    #[test]
    fn titles_stay_titles(title in any::<String>()) {
        let svg = Code::of_text("1", CodeLevel::Screen).unwrap().svg(&title);
        let inside = svg.split_once("<title>").unwrap().1.split_once("</title><path ").unwrap().0;
        let broken = inside.contains(['<', '>', '\0', '\u{b}', '\u{ffff}']);
        prop_assert!(!broken);
        let unescaped = inside.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let kept = |text: &str| text.chars().filter(|c| !c.is_control() && *c < '\u{fff0}').collect::<String>();
        prop_assert_eq!(kept(&unescaped), kept(&title));
    }
}

#[test]
fn svg_is_an_image_with_a_name() {
    let svg = Code::of_text("tallystick", CodeLevel::Screen).unwrap().svg("4,50 € & <mehr>");
    assert!(svg.starts_with(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\" role=\"img\" shape-rendering=\"crispEdges\">\
         <title>4,50 € &amp; &lt;mehr&gt;</title><path fill=\"#fff\" d=\"M0 0h29v29H0z\"/><path fill=\"#000\" d=\"m4 4h7v1h-7z"
    ));
    assert!(svg.ends_with("z\"/></svg>"));
}

#[test]
fn pixels_are_bounded() {
    let code = Code::of_text(&"x".repeat(250), CodeLevel::Screen).unwrap();
    assert_eq!(code.version(), MAX_CODE_VERSION);
    let largest = code.png(MAX_PIXELS_PER_MODULE).unwrap();
    assert_eq!(decoded(&largest).len(), 2208);
    assert!(largest.len() < 10_000, "{}", largest.len());
    assert!(code.png(1).unwrap().len() < 800);
    assert!(code.png(8).unwrap().len() < 3_000, "{}", code.png(8).unwrap().len());
    for given in [0, 33, 255] {
        assert_eq!(code.png(given), Err(CodeError::PixelsPerModule { given, most: 32 }));
    }
    assert_eq!(code.png(0).unwrap_err().code(), "bad_pixels_per_module");
}

#[test]
fn nothing_grows_beyond_what_a_page_carries() {
    let code = Code::of_text(&"x".repeat(250), CodeLevel::Screen).unwrap();
    assert!(code.svg("").len() < 16_000, "{}", code.svg("").len());
}
