//! Tables that map an id to one sealed value.

use std::marker::PhantomData;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// The keyed hash under which a row is found.
pub type RowKey = [u8; 16];

/// A table with the columns `key` and `value`, and nothing else that an insert must give.
#[derive(Debug, Clone, Copy)]
pub struct Keyed<T> {
    table: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> Keyed<T> {
    /// The table of this name.
    pub const fn new(table: &'static str) -> Self {
        Self { table, value: PhantomData }
    }

    /// The key of the row for an id.
    pub fn key(&self, cipher: &Cipher, id: impl AsRef<[u8]>) -> RowKey {
        cipher.blind_index(self.table, "key", id.as_ref())
    }

    /// Where the value of a row stands.
    pub fn place<'a>(&self, key: &'a RowKey) -> Place<'a> {
        Place { table: self.table, key, column: "value" }
    }
}

impl<T: Serialize + DeserializeOwned> Keyed<T> {
    /// The value for an id, if there is one.
    pub fn get(
        &self,
        connection: &Connection,
        cipher: &Cipher,
        id: impl AsRef<[u8]>,
    ) -> Result<Option<T>, StoreError> {
        self.at(connection, cipher, &self.key(cipher, id))
    }

    /// The value in a row, if there is one.
    pub fn at(
        &self,
        connection: &Connection,
        cipher: &Cipher,
        key: &RowKey,
    ) -> Result<Option<T>, StoreError> {
        let blob: Option<Vec<u8>> = connection
            .prepare_cached(&format!("SELECT value FROM {} WHERE key = ?1", self.table))?
            .query_row([key.as_slice()], |row| row.get(0))
            .optional()?;
        blob.map(|blob| cipher.open_value(self.place(key), &blob)).transpose()
    }

    /// All values, in no particular order.
    pub fn all(&self, connection: &Connection, cipher: &Cipher) -> Result<Vec<T>, StoreError> {
        let mut select = connection.prepare_cached(&format!("SELECT key, value FROM {}", self.table))?;
        let rows = select.query_map([], |row| Ok((row.get::<_, RowKey>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        rows.map(|row| {
            let (key, blob) = row?;
            cipher.open_value(self.place(&key), &blob)
        })
        .collect()
    }

    /// Stores the value for an id, in place of an older one.
    pub fn put(
        &self,
        transaction: &Transaction<'_>,
        cipher: &Cipher,
        id: impl AsRef<[u8]>,
        value: &T,
    ) -> Result<RowKey, StoreError> {
        let key = self.key(cipher, id);
        let blob = cipher.seal_value(self.place(&key), value)?;
        transaction
            .prepare_cached(&format!(
                "INSERT INTO {} (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                self.table
            ))?
            .execute(params![key.as_slice(), blob])?;
        Ok(key)
    }

    /// Forgets an id; says whether it was there.
    pub fn remove(
        &self,
        transaction: &Transaction<'_>,
        cipher: &Cipher,
        id: impl AsRef<[u8]>,
    ) -> Result<bool, StoreError> {
        let key = self.key(cipher, id);
        let gone = transaction
            .prepare_cached(&format!("DELETE FROM {} WHERE key = ?1", self.table))?
            .execute([key.as_slice()])?;
        Ok(gone > 0)
    }
}
