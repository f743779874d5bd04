//! The wallet's folder: what stands where, and who may read it.
//!
//! ```text
//! wallet.db          the database (and wallet.db-wal, wallet.db-shm while it is open)
//! wallet.lock        locked while the wallet is open; not empty unless the last session ended well
//! wallet.new         a database being made; renamed to wallet.db when it is whole
//! corrupt-<seconds>  a damaged database, set aside and kept
//! ```
//!
//! On Unix the folder is made for its owner only (0700), and so is every file in it (0600). A folder that was there
//! before keeps its mode: it may not be ours alone.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// What SQLite appends to the name of a database for the files beside it.
pub(super) const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The name of the database.
pub(super) const DATABASE: &str = "wallet.db";

/// A wallet's folder, by its absolute path.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { path: std::path::absolute(path)? })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    pub(super) fn unfinished(&self) -> PathBuf {
        self.path.join("wallet.new")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.path.join("wallet.lock")
    }

    /// Makes the folder and those above it, if they are missing. Durably: what is flushed into a folder whose own name is
    /// lost is lost with it.
    pub(super) fn create(&self) -> io::Result<()> {
        create_durably(&self.path)
    }

    /// Makes renames in the folder durable. Only Unix can (and needs to) flush a folder.
    pub(super) fn flush(&self) -> io::Result<()> {
        flush(&self.path)
    }
}

fn create_durably(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let Some(parent) = path.parent() else { return Err(io::ErrorKind::NotADirectory.into()) };
    create_durably(parent)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        // A platform may keep the folder above from being looked into, as Android does with the one above an app's own.
        made => made.and_then(|()| match flush(parent) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            flushed => flushed,
        }),
    }
}

#[cfg_attr(
    not(unix),
    allow(unused_variables, clippy::unnecessary_wraps, reason = "only Unix flushes folders")
)]
fn flush(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// Opens a file for reading and writing, made if missing, for its owner only.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    restrict(&file)?;
    Ok(file)
}

/// Takes away what others may do with the file, if anything.
#[cfg(unix)]
fn restrict(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn restrict(_: &File) -> io::Result<()> {
    Ok(())
}

/// The file that SQLite keeps beside `database` under this ending.
pub(super) fn companion(database: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(ending);
    PathBuf::from(name)
}

/// Removes a file, and does not mind if there is none.
pub(super) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
