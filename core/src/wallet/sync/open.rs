//! Telling the issuer about the account, until it has confirmed it once.

use crate::artefact::{Head, Rekey, Signed};
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::ledger::Standing;
use crate::operation::context::Context;
use crate::operation::trust::{self, KnownIssuer};
use crate::store::tables::account::{ACCOUNTS, AccountRecord};

/// Opens the account at its issuer, if that has not confirmed it yet.
pub(in crate::wallet) async fn ensure(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    if account.opened { Ok(()) } else { open(context, &account).await }
}

/// Opens the account again: its issuer says that it does not know it.
pub(in crate::wallet) async fn again(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    open(context, &account).await
}

/// Posts the opening. An issuer may have forgotten an account without entries, so this may happen again.
pub(super) async fn open(context: &Context, account: &AccountRecord) -> Result<(), WalletError> {
    let issuer = account.issuer;
    let opening = trust::opening(account)?;
    let rekeys = trust::all_stored::<Rekey>(&account.rekeys, "account.rekeys")?;
    let opened =
        context.backend.open_account(&opening, &rekeys).await.map_err(|error| trust::network(&error))?;
    let known = context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
    // An account with entries is named its balance only when it asks with its key.
    opened.head.as_ref().map_or(Ok(()), |head| check(&known, account, head))?;
    context
        .write(move |write| {
            if let Some(mut account) = ACCOUNTS.get(write.transaction, write.cipher, issuer)? {
                account.opened = true;
                account.head = account.head.or_else(|| opened.head.map(|head| head.bytes().into()));
                ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
            }
            Ok(())
        })
        .await
}

fn check(known: &KnownIssuer, account: &AccountRecord, head: &Signed<Head>) -> Result<(), WalletError> {
    let wrong = |rule, reason| Err(WalletError::untrusted("head", rule, reason));
    if head.body().issuer != account.issuer || head.body().account != account.account {
        wrong("wrong_account", "is of another account")
    } else if known.signing.standing_of(head) != Standing::Good {
        wrong("wrong_signer", "is not signed by a key that the issuer's card names")
    } else {
        Ok(())
    }
}
