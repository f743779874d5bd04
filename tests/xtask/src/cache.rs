//! What is expensive to fetch or build is kept outside the tree, from run to run and from clone to clone.
//!
//! The folder is `$TALLYSTICK_CACHE`, else `tallystick` in the user's cache folder. A thing in it counts only with its
//! stamp, which is written last and holds the recipe by which it was made: what an interrupted run left half made, or an
//! older recipe made, is removed and made again.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::shell::{self, Failure, Outcome};

/// The folder of kept downloads.
pub struct Cache(PathBuf);

impl Cache {
    /// Finds the folder and makes it if need be.
    pub fn open() -> Result<Self, Failure> {
        let given = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = given("TALLYSTICK_CACHE")
            .or_else(|| given("XDG_CACHE_HOME").map(|cache| cache.join("tallystick")))
            .or_else(|| given("HOME").map(|home| home.join(".cache/tallystick")))
            .ok_or_else(|| Failure::new("no place for downloads: set TALLYSTICK_CACHE or HOME"))?;
        fs::create_dir_all(&folder).map_err(Failure::at(&folder))?;
        folder.canonicalize().map(Self).map_err(Failure::at(&folder))
    }

    /// The folder called `name`, made by `make` unless it stands there already by the same `recipe`.
    ///
    /// A second xtask that wants the same thing waits for the first.
    pub fn keep(
        &self,
        name: &str,
        recipe: &str,
        make: impl FnOnce(&Path) -> Outcome,
    ) -> Result<PathBuf, Failure> {
        let path = |suffix| self.0.join(format!("{name}{suffix}"));
        let (thing, stamp, lock) = (path(""), path(".made"), path(".lock"));
        let lock_file = File::create(&lock).map_err(Failure::at(&lock))?;
        lock_file.lock().map_err(Failure::at(&lock))?;
        if fs::read_to_string(&stamp).is_ok_and(|made| made == recipe) && thing.is_dir() {
            return Ok(thing);
        }
        if stamp.exists() {
            fs::remove_file(&stamp).map_err(Failure::at(&stamp))?;
        }
        if thing.exists() {
            remove(&thing)?;
        }
        fs::create_dir_all(&thing).map_err(Failure::at(&thing))?;
        make(&thing)?;
        fs::write(&stamp, recipe).map_err(Failure::at(&stamp))?;
        Ok(thing)
    }
}

/// Removes a half-made folder; first undoes what may still be mounted inside, so that nothing else is emptied with it.
fn remove(folder: &Path) -> Outcome {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let inside = mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .filter(|place| Path::new(place).starts_with(folder));
    for place in inside.collect::<Vec<_>>().into_iter().rev() {
        shell::run(shell::as_root("umount")?.arg(place))?;
    }
    if fs::remove_dir_all(folder).is_ok() {
        return Ok(());
    }
    shell::run(shell::as_root("rm")?.arg("-rf").arg(folder))
}

#[cfg(test)]
mod tests;
