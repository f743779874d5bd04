//! Payees that the wallet has looked up: the second visit needs no network.

use serde::{Deserialize, Serialize};

use super::{Blob, Keyed};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, IssuerId, PublicKey};

/// Payees by issuer and account.
pub const PAYEES: Keyed<PayeeRecord> = Keyed::new("payee");

/// All that is kept of a payee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeRecord {
    /// The issuer at which it is paid.
    pub issuer: IssuerId,
    /// The account.
    pub account: AccountId,
    /// Its opening.
    pub opening: Blob,
    /// Its rekeys.
    pub rekeys: Vec<Blob>,
    /// Its attested name.
    pub attestation: Option<Blob>,
    /// Keys that may sign requests for it.
    pub grants: Vec<Blob>,
    /// When it was last looked up.
    pub fetched_at: UnixSeconds,
    /// When this wallet first paid it.
    pub first_paid_at: Option<UnixSeconds>,
    /// The founding key that was in force when it was last paid: another one now is an alarm.
    pub key_when_paid: Option<PublicKey>,
    /// The name that it had then.
    pub name_when_paid: Option<String>,
}

/// The id of a payee's row.
pub fn id(issuer: &IssuerId, account: &AccountId) -> [u8; 32] {
    let mut id = [0; 32];
    id[..16].copy_from_slice(issuer.as_bytes());
    id[16..].copy_from_slice(account.as_bytes());
    id
}
