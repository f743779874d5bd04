//! Why the demo stopped.

use tallystick::error::WalletError;
use tallystick::issuer::IssuerError;
use tallystick::keys::SecretStoreError;
use tallystick::request::PictureError;
use tallystick_issuer::StartError;
use tallystick_till::place::PlaceError;

/// Why the demo stopped.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A claim of the story is not true.
    #[error("this is not so: {0}")]
    NotSo(String),
    /// The folder that was named holds something.
    #[error("{0} is not empty: name another folder, or none")]
    FolderInUse(String),
    /// A wallet failed.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// The driver could not be set up.
    #[error(transparent)]
    Driver(#[from] IssuerError),
    /// A key file could not be made.
    #[error(transparent)]
    Secrets(#[from] SecretStoreError),
    /// The till, or the way to it, failed.
    #[error("the till: {0}")]
    Till(String),
    /// The till's folder could not be made.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The till did not start.
    #[error(transparent)]
    TillStart(#[from] tallystick_till::StartError),
    /// A code was not read.
    #[error(transparent)]
    Picture(PictureError),
    /// The host did not start.
    #[error(transparent)]
    Host(#[from] StartError),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] std::io::Error),
}

impl DemoError {
    /// A stable name for this error.
    pub fn code(&self) -> &str {
        match self {
            Self::NotSo(_) => "not_so",
            Self::FolderInUse(_) => "folder_in_use",
            Self::Wallet(error) => error.code(),
            Self::Driver(error) => error.code(),
            Self::Secrets(error) => error.code(),
            Self::Till(_) => "till",
            Self::Place(error) => error.code(),
            Self::TillStart(error) => error.code(),
            Self::Picture(error) => error.code(),
            Self::Host(error) => error.code(),
            Self::Disk(_) => "io",
        }
    }
}

impl From<tallystick::money::MoneyError> for DemoError {
    fn from(error: tallystick::money::MoneyError) -> Self {
        Self::Wallet(error.into())
    }
}
