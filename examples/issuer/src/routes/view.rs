//! Signed reads of an account: who asks, and one moment of the database for all that is answered.

use rusqlite::Connection;
use tallystick::artefact::{Head, Signed};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, IssuerId};

use crate::access::{self, Caller};
use crate::book::{heads, signing_key};
use crate::db::accounts::AccountRow;
use crate::db::issuers::IssuerRow;
use crate::http::Call;
use crate::problem::Problem;
use crate::services::{App, Shared};

/// An account at one moment, for one who may see it.
pub(super) struct View<'a> {
    pub db: &'a Connection,
    pub app: &'a App,
    pub issuer: IssuerRow,
    pub account: AccountRow,
    /// Of the moment, or before it; never after it.
    pub now: UnixSeconds,
}

impl View<'_> {
    /// The account's head, signed now.
    pub fn head(&self) -> Result<Signed<Head>, Problem> {
        let key = signing_key(&self.app.services.keys, &self.issuer, self.now)?;
        heads::sign(self.db, &self.issuer, &self.account, &key, self.now)
    }
}

/// Whom an account is shown to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// Its founding key, and keys granted `view`.
    Viewers,
    /// Its founding key alone.
    Founder,
}

/// Does a signed read of an account.
pub(super) async fn view<T: Send + 'static>(
    app: &Shared,
    (issuer, account): (IssuerId, AccountId),
    call: &Call,
    whom: Whom,
    work: impl FnOnce(&View<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let caller = call.caller(app)?;
    // Before the snapshot, so that nothing decided by then is missing from it.
    let now = app.head_time().await?;
    let app = Shared::clone(app);
    let readers = app.readers.clone();
    readers
        .read(move |db| {
            let (issuer, account) = admit(db, &issuer, &account, &caller, whom, now)?;
            app.nonces.take(&caller.signature)?;
            work(&View { db, app: &app, issuer, account, now })
        })
        .await
}

/// Whether a caller may see or do what it asks of an account.
pub(super) fn admit(
    db: &Connection,
    issuer: &IssuerId,
    account: &AccountId,
    caller: &Caller,
    whom: Whom,
    now: UnixSeconds,
) -> Result<(IssuerRow, AccountRow), Problem> {
    let issuer = access::founded(db, issuer)?;
    access::check_host(&issuer, caller)?;
    let account = access::account(db, &issuer, account)?;
    match whom {
        Whom::Viewers => access::may_view(db, &issuer, &account, caller, now).map(drop)?,
        Whom::Founder => access::is_founder(&account, caller)?,
    }
    Ok((issuer, account))
}
