//! What happens to a damaged wallet file: it is moved aside whole, kept for ever, and reported.
//!
//! The database and the files beside it move together into a folder of their own, under their own names, so that
//! tools can open them there. The database moves first: from then on nothing can be opened, or made, as if it had
//! never been, and a move that was interrupted is finished at the next opening. Until the user decides to begin
//! anew, a folder that holds only damaged wallets opens as `StorageCorrupt`, however often it is tried.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::folder::{COMPANIONS, DATABASE, Folder, companion};
use crate::clock::UnixSeconds;

const PREFIX: &str = "corrupt-";

/// Moves the database and its companions aside; returns the folder that keeps them.
pub(super) fn set_aside(folder: &Folder, now: UnixSeconds) -> io::Result<PathBuf> {
    let kept = new_folder(folder, now)?;
    let database = folder.database();
    move_into(&database, &kept)?;
    folder.flush()?;
    for ending in COMPANIONS {
        move_into(&companion(&database, ending), &kept)?;
    }
    folder.flush()?;
    tracing::error!("a damaged wallet file was set aside");
    Ok(kept)
}

/// Finishes a move that was interrupted after the database itself, so that its log is kept with it and is never
/// taken for the log of a new database.
pub(super) fn finish(folder: &Folder, now: UnixSeconds) -> Result<(), StoreError> {
    let database = folder.database();
    if database.try_exists()? {
        return Ok(());
    }
    let mut strays = Vec::new();
    for ending in COMPANIONS {
        let stray = companion(&database, ending);
        if stray.try_exists()? {
            strays.push(stray);
        }
    }
    if strays.is_empty() {
        return Ok(());
    }
    let kept = match newest(folder)? {
        Some(kept) if !any_in(&strays, &kept)? => kept,
        _ => new_folder(folder, now)?,
    };
    for stray in strays {
        move_into(&stray, &kept)?;
    }
    Ok(folder.flush()?)
}

/// The newest damaged wallet that is kept in this folder.
pub(super) fn newest(folder: &Folder) -> io::Result<Option<PathBuf>> {
    Ok(kept(folder)?.pop())
}

/// All damaged wallets that are kept in this folder, oldest first. A folder made for one that was then not moved
/// into it does not count.
pub(super) fn kept(folder: &Folder) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.path())? {
        let entry = entry?;
        let Some(order) = entry.file_name().to_str().and_then(order_of) else { continue };
        if entry.path().join(DATABASE).try_exists()? {
            found.push((order, entry.path()));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// `corrupt-<seconds>` and `corrupt-<seconds>-<n>` in the order they were made.
fn order_of(name: &str) -> Option<(UnixSeconds, u32)> {
    let (seconds, count) = match name.strip_prefix(PREFIX)?.split_once('-') {
        Some((seconds, count)) => (seconds, count.parse().ok()?),
        None => (name.strip_prefix(PREFIX)?, 0),
    };
    Some((seconds.parse().ok()?, count))
}

fn new_folder(folder: &Folder, now: UnixSeconds) -> io::Result<PathBuf> {
    let seconds = now.max(0);
    let mut count = 0_u32;
    loop {
        let name =
            if count == 0 { format!("{PREFIX}{seconds}") } else { format!("{PREFIX}{seconds}-{count}") };
        let path = folder.path().join(name);
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && count < u32::MAX => count += 1,
            Err(error) => return Err(error),
        }
    }
}

fn move_into(file: &Path, kept: &Path) -> io::Result<()> {
    let Some(name) = file.file_name() else { return Ok(()) };
    match fs::rename(file, kept.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn any_in(files: &[PathBuf], kept: &Path) -> io::Result<bool> {
    for file in files {
        if let Some(name) = file.file_name()
            && kept.join(name).try_exists()?
        {
            return Ok(true);
        }
    }
    Ok(false)
}
