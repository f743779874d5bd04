//! Where the wallet is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The file beside the wallet that holds its key, behind the passphrase.
const KEY_FILE: &str = "passphrase.key";
/// The wallet's own file, as the core names it.
const DATABASE: &str = "wallet.db";

/// The folder of a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(PathBuf);

impl Place {
    /// The folder that was named, or the one that this system keeps for such things.
    pub fn find(named: Option<PathBuf>) -> Result<Self, Failure> {
        match named.or_else(|| default_folder(|name| std::env::var_os(name))) {
            Some(folder) => Ok(Self(folder)),
            None => Err(Failure::usage("no_folder", "This system does not say where a wallet could be kept")),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The key file in it.
    pub fn key_file(&self) -> PathBuf {
        self.0.join(KEY_FILE)
    }

    /// Whether a wallet is there, or was.
    pub fn holds_wallet(&self) -> bool {
        self.0.join(DATABASE).exists()
    }
}

/// The per-user folder for data: by the XDG base directory specification, or as Apple and Microsoft have it.
fn default_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let variable = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(target_os = "macos") {
        return variable("HOME").map(|home| home.join("Library/Application Support/Tallystick/wallet"));
    }
    if cfg!(windows) {
        return variable("LOCALAPPDATA").map(|data| data.join("Tallystick").join("wallet"));
    }
    variable("XDG_DATA_HOME")
        .filter(|data| data.is_absolute())
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .map(|data| data.join("tallystick/wallet"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_users_own() {
        let with = |set: &'static [(&str, &str)]| {
            default_folder(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
        };
        assert_eq!(with(&[("HOME", "/h")]), Some("/h/.local/share/tallystick/wallet".into()));
        assert_eq!(with(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d")]), Some("/d/tallystick/wallet".into()));
        assert_eq!(
            with(&[("HOME", "/h"), ("XDG_DATA_HOME", "relative")]),
            Some("/h/.local/share/tallystick/wallet".into())
        );
        assert_eq!(with(&[("HOME", "")]), None);
    }
}
