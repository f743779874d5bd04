use std::cell::Cell;
use std::fs;

use super::Cache;
use crate::shell::Failure;

fn empty() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache(folder.path().to_owned());
    (folder, cache)
}

#[test]
fn a_thing_is_made_once_for_each_recipe() {
    let (_folder, cache) = empty();
    let made = Cell::new(0);
    let keep = |recipe| {
        cache.keep("thing", recipe, |folder| {
            made.set(made.get() + 1);
            fs::write(folder.join(recipe), "").map_err(Failure::at(folder))
        })
    };
    keep("first").unwrap();
    let thing = keep("first").unwrap();
    assert_eq!(made.get(), 1);
    assert!(thing.join("first").exists());

    keep("second").unwrap();
    assert_eq!(made.get(), 2);
    assert!(thing.join("second").exists());
    assert!(!thing.join("first").exists(), "what the older recipe made must be gone");
}

#[test]
fn what_was_left_half_made_is_removed_and_made_again() {
    let (_folder, cache) = empty();
    let broken = cache.keep("thing", "recipe", |folder| {
        fs::write(folder.join("half"), "").map_err(Failure::at(folder))?;
        Err(Failure::new("interrupted"))
    });
    assert!(broken.is_err());

    let thing = cache.keep("thing", "recipe", |folder| {
        assert!(!folder.join("half").exists());
        Ok(())
    });
    assert!(thing.unwrap().is_dir());
}
