//! What is read of codes that are held badly.

use super::*;

/// The stage that reads a scene first; the text must be right, and its place near the middle.
fn stage(name: &str, scene: Scene) -> Stage {
    let reading = scene.of(&Modules::of(TEXT.as_bytes())).read();
    let code = reading.codes.first().unwrap_or_else(|| panic!("{name}: nothing read, {:?}", reading.work));
    assert_eq!(code.text.as_deref(), Some(TEXT), "{name}");
    assert_eq!(reading.codes.len(), 1, "{name}");
    let (x, y) = (code.centre_x.abs_diff(240), code.centre_y.abs_diff(180));
    assert!(x < 16 && y < 16, "{name}: {code:?}");
    assert_eq!(code.inverted, scene.dark > scene.light, "{name}");
    check_bounds(&reading.work, Stage::ALL.len());
    code.stage
}

#[test]
fn codes_are_read_as_they_are_held() {
    let plain = Scene::plain();
    for (name, scene) in [
        ("plain", plain),
        ("upside down", Scene { angle: 180.0, ..plain }),
        ("turned by 33 degrees", Scene { angle: 33.0, ..plain }),
        ("turned by 75 degrees", Scene { angle: -75.0, ..plain }),
        ("from the side", Scene { slant: (35.0, 0.0), ..plain }),
        ("from the side and below", Scene { slant: (25.0, 25.0), ..plain }),
        ("small", Scene { module: 2.5, blur: 0.4, ..plain }),
        ("large", Scene { module: 7.0, ..plain }),
        ("inverted", Scene { light: 30.0, dark: 220.0, ..plain }),
        ("lit from the left", Scene { shade: 0.8, ..plain }),
    ] {
        assert_eq!(stage(name, scene), Stage::Full, "{name}");
    }
}

#[test]
fn what_the_first_stage_misses_another_reads() {
    let plain = Scene::plain();
    for (name, scene) in [
        ("out of focus", Scene { blur: 2.4, ..plain }),
        ("shaken", Scene { shake: 6, ..plain }),
        ("by candlelight", Scene { noise: 40.0, ..plain }),
        ("nearly without contrast", Scene { light: 130.0, dark: 112.0, noise: 1.0, ..plain }),
        ("faint, inverted", Scene { light: 112.0, dark: 130.0, noise: 1.0, ..plain }),
        (
            "all at once",
            Scene {
                light: 160.0,
                dark: 60.0,
                noise: 10.0,
                blur: 1.6,
                shade: 0.4,
                slant: (20.0, 10.0),
                ..plain
            },
        ),
    ] {
        stage(name, scene);
    }
    assert_ne!(stage("by candlelight", Scene { noise: 40.0, ..plain }), Stage::Full);
}

#[test]
fn drawings_are_read_at_every_scale() {
    for text in ["1", "https://a.example/", TEXT, &TEXT.repeat(4)] {
        let modules = Modules::of(text.as_bytes());
        for scale in [1, 2, 3, 5, 8] {
            let picture = modules.drawn(scale);
            let reading = picture.read();
            assert_eq!(texts(&reading), [text], "{scale} points a module, {} modules", modules.side);
            let middle = u32::try_from(picture.width / 2).unwrap();
            assert!(
                reading.codes[0].centre_x.abs_diff(middle) <= middle / 20 + 1,
                "{scale}: {:?}",
                reading.codes[0]
            );
        }
    }
}

#[test]
fn large_pictures_are_shrunk_first() {
    let modules = Modules::of(b"large");
    let drawn = modules.drawn(140);
    assert!(drawn.width > 4_000 && drawn.width <= 4_096);
    let reading = drawn.read();
    assert_eq!(texts(&reading), ["large"]);
    assert!(reading.work.points <= 2_048 * 2_048 * reading.work.stages);
    let middle = u32::try_from(drawn.width / 2).unwrap();
    assert!(reading.codes[0].centre_x.abs_diff(middle) < 40, "{:?}", reading.codes[0]);
}
