//! Files that only their owner can read, written whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Makes a folder that only its owner can look into, if it is not there.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file durably in place of the one before: readable to its owner alone from the first byte on.
pub(crate) fn write_private(file: &Path, content: &[u8]) -> io::Result<()> {
    let fresh = file.with_extension("new");
    if fresh.exists() {
        // Left by a till that was killed just here.
        fs::remove_file(&fresh)?;
    }
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut target = options.open(&fresh)?;
    target.write_all(content)?;
    target.sync_all()?;
    drop(target);
    fs::rename(&fresh, file)?;
    // The name itself is durable only once the folder is. Windows opens no folder as a file.
    #[cfg(unix)]
    fs::File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// What stands in a file; none if there is none.
pub(crate) fn read_if_there(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(file) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_written_is_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let private = folder.path().join("a/b");
        make_private(&private).unwrap();
        make_private(&private).unwrap();
        let file = private.join("secret.txt");
        assert_eq!(read_if_there(&file).unwrap(), None);
        fs::write(file.with_extension("new"), "half").unwrap();
        for content in ["one", "another"] {
            write_private(&file, content.as_bytes()).unwrap();
            assert_eq!(read_if_there(&file).unwrap().unwrap(), content.as_bytes());
        }
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
