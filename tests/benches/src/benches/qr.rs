//! Reading codes from pictures, beside zxing-cpp.

use std::io;
use std::time::Duration;

use tallystick::request::{LumaFrame, read_frame};

use super::Size;
use crate::clocks::thread_cpu;
use crate::frames::{Class, Recipe, corpus, samples};
use crate::report::{Figure, Section, number};
use crate::scene::Picture;
use crate::stats::{Times, median, ms, ratio};
use crate::yardstick::Yardstick;

/// What became of one picture.
struct Seen {
    recipe: Recipe,
    ours: Reading,
    theirs: Option<Reading>,
}

/// What one reader made of it.
struct Reading {
    right: bool,
    wrong: bool,
    took: Duration,
}

pub(super) fn run(size: Size) -> io::Result<Section> {
    let recipes = size.pick(corpus(2), samples());
    let mut yardstick = Yardstick::start()?;
    let mut seen = Vec::new();
    for recipe in recipes {
        let (picture, text) = (recipe.draw(), recipe.text());
        let (read, took) = ours(&picture);
        let ours = judge(text.as_deref(), &read, took);
        let theirs = match &mut yardstick {
            Some(yardstick) => {
                let (read, took) = yardstick.read(&picture)?;
                Some(judge(text.as_deref(), &Vec::from_iter(read), took))
            }
            None => None,
        };
        seen.push(Seen { recipe, ours, theirs });
    }
    Ok(section(&seen))
}

/// All that we read, and the CPU time of the faster of two readings.
fn ours(picture: &Picture) -> (Vec<Vec<u8>>, Duration) {
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let (width, height) = (side(picture.width), side(picture.height));
    let frame = LumaFrame { width, height, row_stride: width, luma: &picture.luma };
    let mut best = Duration::MAX;
    let mut read = Vec::new();
    for _ in 0..2 {
        let begun = thread_cpu();
        let reading = read_frame(&frame).expect("a picture of a fair size");
        best = best.min(thread_cpu().saturating_sub(begun));
        read = reading.codes.into_iter().map(|code| code.bytes).collect();
    }
    (read, best)
}

fn judge(text: Option<&str>, read: &[Vec<u8>], took: Duration) -> Reading {
    let is_it = |bytes: &Vec<u8>| text.is_some_and(|text| text.as_bytes() == bytes);
    Reading { right: read.iter().any(is_it), wrong: !read.iter().all(is_it), took }
}

fn section(seen: &[Seen]) -> Section {
    let with_code = || seen.iter().filter(|seen| seen.recipe.class != Class::Nothing);
    let codes = with_code().count();
    let right = with_code().filter(|seen| seen.ours.right).count();
    let ours: Times = seen.iter().map(|seen| seen.ours.took).collect();
    let wrong = seen.iter().filter(|seen| seen.ours.wrong).count();
    let share = |right: usize| 100.0 * right as f64 / codes as f64;
    let mut figures = vec![
        Figure::at_most("false readings", wrong as f64, 0.0, ""),
        Figure::at_most("slowest picture", ms(ours.longest()), 250.0, " ms"),
        Figure::told(
            "median / p95",
            format!("{} / {} ms", number(ms(ours.median())), number(ms(ours.percentile(95)))),
        ),
    ];
    let theirs: Vec<&Reading> = seen.iter().filter_map(|seen| seen.theirs.as_ref()).collect();
    if theirs.is_empty() {
        figures.insert(0, Figure::told("read", format!("{}%", number(share(right)))));
        figures.push(Figure::told("zxing-cpp", "not on this machine"));
    } else {
        let theirs_right =
            with_code().filter(|seen| seen.theirs.as_ref().is_some_and(|read| read.right)).count();
        let times: Times = theirs.iter().map(|reading| reading.took).collect();
        figures
            .insert(0, Figure::at_least("read, beside zxing-cpp's", share(right), share(theirs_right), "%"));
        figures.insert(
            1,
            Figure::at_most("median time, in zxing-cpp's", ratio(ours.median(), times.median()), 2.0, " ×"),
        );
        figures.push(Figure::told(
            "zxing-cpp: median / p95 / slowest",
            format!(
                "{} / {} / {} ms",
                number(ms(times.median())),
                number(ms(times.percentile(95))),
                number(ms(times.longest()))
            ),
        ));
        figures.push(Figure::told("median of the ratios, picture by picture", number(paired(seen))));
    }
    figures.extend(
        Class::ALL.into_iter().filter(|class| *class != Class::Nothing).map(|class| by_class(class, seen)),
    );
    Section {
        name: "qr",
        title: "Codes in pictures",
        about: format!(
            "{} drawn pictures of 1280 by 720 and 1920 by 1080 points, {codes} of them with a code, in 14 classes of \
             distortion and three severities, each read as a still by all stages, and by zxing-cpp (Python's, with its \
             defaults, QR codes only) right after. CPU time, the faster of two readings.",
            seen.len()
        ),
        figures,
    }
}

fn paired(seen: &[Seen]) -> f64 {
    let ratios = seen.iter().filter_map(|seen| Some(ratio(seen.ours.took, seen.theirs.as_ref()?.took)));
    median(&ratios.collect::<Vec<_>>())
}

fn by_class(class: Class, seen: &[Seen]) -> Figure {
    let of_class: Vec<&Seen> = seen.iter().filter(|seen| seen.recipe.class == class).collect();
    let count = |right: fn(&Seen) -> bool| of_class.iter().filter(|seen| right(seen)).count();
    let ours = count(|seen| seen.ours.right);
    let theirs = match of_class.first().and_then(|seen| seen.theirs.as_ref()) {
        Some(_) => {
            format!(", zxing-cpp {}", count(|seen| seen.theirs.as_ref().is_some_and(|read| read.right)))
        }
        None => String::new(),
    };
    Figure::told(format!("read: {}", class.name()), format!("{ours} of {}{theirs}", of_class.len()))
}
