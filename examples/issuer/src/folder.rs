//! The data folder: one server at a time, secrets in files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The data folder of a running server. The lock ends with it, even if the process is killed.
pub(crate) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens the folder, makes it if absent, and keeps every other server out of it. A second one gets
    /// [`io::ErrorKind::WouldBlock`].
    pub fn open(path: &Path) -> io::Result<Self> {
        create_private_folder(path)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"))?;
        lock.try_lock().map_err(io::Error::from)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        database(&self.path)
    }

    /// Where the signing keys are kept.
    pub fn keys(&self) -> io::Result<PathBuf> {
        let keys = self.path.join("keys");
        create_private_folder(&keys)?;
        Ok(keys)
    }
}

/// The database in a data folder.
pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("issuer.sqlite")
}

fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a file that only its owner can read. It must not exist.
pub(crate) fn create_private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Writes a secret durably: readable to its owner alone from the first byte on, whole or not there at all.
pub(crate) fn write_secret(file: &Path, secret: &[u8]) -> io::Result<()> {
    let fresh = file.with_extension("new");
    if fresh.exists() {
        // Left by a server that was killed just here.
        fs::remove_file(&fresh)?;
    }
    let mut target = create_private(&fresh)?;
    target.write_all(secret)?;
    target.sync_all()?;
    fs::rename(&fresh, file)?;
    // The name itself is durable only once the folder is.
    File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()
}
