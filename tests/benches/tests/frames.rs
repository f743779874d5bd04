//! The pictures that lie in the repository are read, every one: `UPDATE_FRAMES=1` draws them anew.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use tallystick::request::read_picture;
use tallystick_benches::frames::{Recipe, samples};

fn file_of(recipe: &Recipe) -> PathBuf {
    let name = format!("{}.png", recipe.class.name());
    Path::new(env!("CARGO_MANIFEST_DIR")).join("frames").join(name)
}

fn update(recipe: &Recipe) {
    let picture = recipe.draw();
    let side = |side: usize| u32::try_from(side).expect("a small picture");
    let file = fs::File::create(file_of(recipe)).expect("a file");
    let mut encoder = png::Encoder::new(file, side(picture.width), side(picture.height));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&picture.luma).expect("a picture");
}

#[test]
fn the_pictures_in_the_repository_are_read() {
    for recipe in samples() {
        if std::env::var_os("UPDATE_FRAMES").is_some() {
            update(&recipe);
        }
        let file = file_of(&recipe);
        let bytes = fs::read(&file).expect("a picture for each class");
        let reading = read_picture(&bytes).expect("a picture");
        let texts: Vec<_> = reading.codes.into_iter().filter_map(|code| code.text).collect();
        assert_eq!(texts, Vec::from_iter(recipe.text()), "{}", file.display());
    }
}
