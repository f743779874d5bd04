//! The charges that a till made, in a small file beside the wallet.
//!
//! The wallet keeps the requests themselves, and what was paid for them. This file adds what only the till knows: which of
//! them are its charges, and the page's key of each, so that a call that is repeated makes no second one. It holds no
//! secret. If it is lost, no money is: codes that are out can still be paid, and show in the day's list.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tallystick::keys::RequestId;

use crate::folder;

const FILE: &str = "charges.json";
const VERSION: u32 = 1;

/// A charge that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Names it, and the request in the wallet.
    pub(crate) request: RequestId,
    /// The page's key of the call that made it.
    pub(crate) key: String,
}

#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    charges: Vec<Kept>,
}

/// All charges that are remembered, oldest first.
pub(crate) struct Book {
    file: PathBuf,
    most: usize,
    charges: Arc<Mutex<Vec<Kept>>>,
    /// One at a time makes a charge, so that two calls with one key make one.
    pub(crate) making: tokio::sync::Mutex<()>,
}

impl Book {
    /// Reads the book of a folder; an empty one if there is none.
    pub(crate) fn open(folder: &Path, most: usize) -> io::Result<Self> {
        let file = folder.join(FILE);
        let charges = match folder::read_if_there(&file)? {
            None => Vec::new(),
            Some(content) => {
                let content: Content = serde_json::from_slice(&content).map_err(io::Error::other)?;
                if content.version != VERSION {
                    let text = format!("{} is of another version of the till", file.display());
                    return Err(io::Error::other(text));
                }
                content.charges
            }
        };
        Ok(Self {
            file,
            most: most.max(1),
            charges: Arc::new(Mutex::new(charges)),
            making: tokio::sync::Mutex::default(),
        })
    }

    /// The charge with this id.
    pub(crate) fn get(&self, request: &RequestId) -> Option<Kept> {
        self.find(|kept| kept.request == *request)
    }

    /// The charge that a call with this key made.
    pub(crate) fn with_key(&self, key: &str) -> Option<Kept> {
        self.find(|kept| kept.key == key)
    }

    /// All charges, newest first.
    pub(crate) fn newest_first(&self) -> Vec<Kept> {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    /// Adds a charge, durably, and forgets the oldest if there are too many.
    pub(crate) async fn add(&self, kept: Kept) -> io::Result<()> {
        let (file, charges, most) = (self.file.clone(), Arc::clone(&self.charges), self.most);
        let writing = tokio::task::spawn_blocking(move || {
            let mut charges = charges.lock().unwrap_or_else(PoisonError::into_inner);
            let surplus = (charges.len() + 1).saturating_sub(most);
            let mut content =
                Content { version: VERSION, charges: charges.get(surplus..).unwrap_or_default().to_vec() };
            content.charges.push(kept);
            let bytes = serde_json::to_vec(&content).map_err(io::Error::other)?;
            folder::write_private(&file, &bytes)?;
            *charges = content.charges;
            Ok(())
        });
        writing.await.map_err(io::Error::other)?
    }

    fn find(&self, fits: impl Fn(&Kept) -> bool) -> Option<Kept> {
        let charges = self.charges.lock().unwrap_or_else(PoisonError::into_inner);
        charges.iter().rev().find(|kept| fits(kept)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(number: u8) -> Kept {
        Kept { request: RequestId::new([number; RequestId::LENGTH]), key: format!("key-{number}") }
    }

    #[tokio::test]
    async fn the_book_outlives_the_till() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::open(folder.path(), 2).unwrap();
        for number in 1..=3 {
            book.add(kept(number)).await.unwrap();
        }
        let again = Book::open(folder.path(), 2).unwrap();
        assert_eq!(again.newest_first(), [kept(3), kept(2)]);
        assert_eq!(again.with_key("key-2"), Some(kept(2)));
        assert_eq!(again.get(&kept(1).request), None, "the oldest is forgotten");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["", "{", r#"{"version":2,"charges":[]}"#] {
            std::fs::write(folder.path().join(FILE), content).unwrap();
            assert!(Book::open(folder.path(), 2).is_err(), "{content}");
        }
    }
}
