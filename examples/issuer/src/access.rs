//! Who may read: signed calls (protocol §1.3), and what their keys were granted.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use rusqlite::Connection;
use tallystick::artefact::Capabilities;
use tallystick::clock::UnixSeconds;
use tallystick::issuer::http_signature::{HttpSignatureError, MAX_SKEW_SECONDS, Nonce, VerifiedReader};
use tallystick::keys::{AccountId, IssuerId, PublicKey};
use tallystick::ledger::authority::Right;

use crate::book::authority;
use crate::db::accounts::{self, AccountRow};
use crate::db::issuers::{self, IssuerRow};
use crate::problem::{Code, Problem};

/// A call whose signature is good and fresh. What its key may do is still to be asked.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub signature: VerifiedReader,
    /// The host that it addressed.
    pub host: String,
}

impl Caller {
    /// The key that signed.
    pub fn key(&self) -> &PublicKey {
        &self.signature.key
    }
}

impl From<HttpSignatureError> for Problem {
    fn from(error: HttpSignatureError) -> Self {
        let (status, code) = error.problem();
        let code = Code::named(code).unwrap_or(Code::BadRequest);
        let problem = Self::new(code, error.to_string());
        let problem = match StatusCode::from_u16(status) {
            Ok(status) => problem.status(status),
            Err(_) => problem,
        };
        match error {
            HttpSignatureError::ClockSkew { now, .. } => problem.now(now),
            _ => problem,
        }
    }
}

/// The nonces seen within the time that a signature is fresh. They are not kept over a restart; instead nothing that was
/// signed before it counts, by the machine's clock: the issuer's time may be ahead of it after a crash.
pub(crate) struct Nonces {
    since: UnixSeconds,
    seen: Mutex<HashMap<(PublicKey, Nonce), UnixSeconds>>,
}

impl Nonces {
    /// For signatures made since then.
    pub fn new(since: UnixSeconds) -> Self {
        Self { since, seen: Mutex::default() }
    }

    /// Whether a signature is not from before the start: its nonce could have been seen then.
    pub fn check_since_start(&self, signature: &VerifiedReader, now: UnixSeconds) -> Result<(), Problem> {
        if signature.created >= self.since {
            return Ok(());
        }
        let error = HttpSignatureError::ClockSkew { created: signature.created, now };
        Err(error.into())
    }

    /// Takes a nonce; a second time it is refused. Only for keys that may do something here, so that strangers cannot
    /// fill the memory.
    pub fn take(&self, signature: &VerifiedReader) -> Result<(), Problem> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.insert((signature.key, signature.nonce), signature.created) {
            None => Ok(()),
            Some(_) => Err(Problem::new(Code::SignatureReplayed, "Sign each call anew, with a fresh nonce.")),
        }
    }

    /// Forgets nonces of signatures that are no longer fresh.
    pub fn tidy(&self, now: UnixSeconds) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, created| *created >= now.saturating_sub(MAX_SKEW_SECONDS));
    }
}

/// The issuer with this id, founded or not.
pub(crate) fn issuer(db: &Connection, id: &IssuerId) -> Result<IssuerRow, Problem> {
    issuers::find(db, id)?
        .ok_or_else(|| Problem::new(Code::UnknownIssuer, format!("{id} is not served here.")))
}

/// The issuer with this id, which must be founded.
pub(crate) fn founded(db: &Connection, id: &IssuerId) -> Result<IssuerRow, Problem> {
    let issuer = issuer(db, id)?;
    match issuer.card {
        Some(_) => Ok(issuer),
        None => Err(Problem::new(Code::UnknownIssuer, format!("{id} has not published its first card yet."))),
    }
}

/// The account with this id.
pub(crate) fn account(db: &Connection, issuer: &IssuerRow, id: &AccountId) -> Result<AccountRow, Problem> {
    accounts::find(db, issuer.no, id)?
        .ok_or_else(|| Problem::new(Code::UnknownAccount, format!("{id} is not known here.")))
}

/// Checks that the caller addressed a host that the card names.
pub(crate) fn check_host(issuer: &IssuerRow, caller: &Caller) -> Result<(), Problem> {
    match &issuer.card {
        Some(card) if !card.hosts.iter().any(|host| host.eq_ignore_ascii_case(&caller.host)) => {
            Err(Problem::bad_request("The issuer's card does not name the host that was addressed.")
                .field("host"))
        }
        _ => Ok(()),
    }
}

/// What a key may do for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It was granted what was asked for, until this time.
    Granted(UnixSeconds),
    /// It is the founding key in force: everything, as long as it is.
    Founding,
}

/// Checks that the caller may view the account.
pub(crate) fn may_view(
    db: &Connection,
    issuer: &IssuerRow,
    account: &AccountRow,
    caller: &Caller,
    now: UnixSeconds,
) -> Result<Standing, Problem> {
    let rights = authority::rights(db, issuer, account, caller.key(), &[Capabilities::VIEW], now)?;
    let mut standing = None;
    for right in rights {
        standing = standing.max(Some(match right {
            Right::Founding { .. } => Standing::Founding,
            Right::Granted { grant, .. } => Standing::Granted(authority::end_of(db, issuer, &grant)?),
        }));
    }
    standing.ok_or_else(|| Problem::not_authorised("This key may not view the account."))
}

/// Checks that the caller is the account's founding key.
pub(crate) fn is_founder(account: &AccountRow, caller: &Caller) -> Result<(), Problem> {
    if account.founding_key == *caller.key() {
        Ok(())
    } else {
        Err(Problem::not_authorised("Only the account's founding key may do that."))
    }
}
