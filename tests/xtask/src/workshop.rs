//! Where the chores work: the repository, the cache for downloads.

use std::path::{Path, PathBuf};

use crate::cache::Cache;
use crate::shell::Failure;

/// One run of xtask.
pub struct Workshop {
    root: PathBuf,
    cache: Cache,
}

impl Workshop {
    /// Finds the repository and the cache.
    pub fn open() -> Result<Self, Failure> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).filter(|root| root.join("Cargo.lock").is_file());
        let root =
            root.ok_or_else(|| Failure::new(format!("no workspace two folders above {}", here.display())))?;
        Ok(Self { root: root.to_owned(), cache: Cache::open()? })
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
