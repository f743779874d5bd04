//! The data folder: one server at a time, secrets in files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::faults::{CrashPoint, Faults};

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

/// Makes a folder that only its owner can read, and those above it, unless they are there. Durably: what is flushed into a
/// folder whose own name is lost is lost with it.
fn create_private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_private_folder(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.and_then(|()| flush_parent(path)),
    }
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
pub(crate) fn write_secret(file: &Path, secret: &[u8], faults: &dyn Faults) -> io::Result<()> {
    let fresh = file.with_extension("new");
    // Left by a server that was killed just here.
    remove_if_there(&fresh)?;
    let mut target = create_private(&fresh)?;
    target.write_all(secret)?;
    target.sync_all()?;
    faults.reach(CrashPoint::SecretWritten);
    fs::rename(&fresh, file)?;
    faults.reach(CrashPoint::SecretNamed);
    flush_parent(file)
}

/// Makes the name of a file durable: it is only once its folder is.
#[cfg_attr(
    not(unix),
    allow(unused_variables, clippy::unnecessary_wraps, reason = "only Unix flushes folders")
)]
pub(crate) fn flush_parent(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// Removes a file, and does not mind if there is none.
pub(crate) fn remove_if_there(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
