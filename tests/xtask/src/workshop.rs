//! Where the chores work: the repository, the cache for downloads, and what this run has done already.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

use crate::bindings::Bindings;
use crate::cache::Cache;
use crate::shell::Failure;

/// One run of xtask.
pub struct Workshop {
    root: PathBuf,
    cache: Cache,
    /// Set once Debian's package lists are up to date.
    pub(crate) apt_updated: OnceCell<()>,
    /// The bindings, once they are generated or have failed to be.
    pub(crate) bindings: OnceCell<Result<Bindings, Failure>>,
    /// The languages whose scenarios were run, with their reports.
    pub(crate) languages: RefCell<Vec<(&'static str, PathBuf)>>,
}

impl Workshop {
    /// Finds the repository and the cache.
    pub fn open() -> Result<Self, Failure> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).filter(|root| root.join("Cargo.lock").is_file());
        let root =
            root.ok_or_else(|| Failure::new(format!("no workspace two folders above {}", here.display())))?;
        Ok(Self {
            root: root.to_owned(),
            cache: Cache::open()?,
            apt_updated: OnceCell::new(),
            bindings: OnceCell::new(),
            languages: RefCell::default(),
        })
    }

    /// The top folder of the repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where downloads are kept from run to run, outside the tree.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }
}
