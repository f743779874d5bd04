//! What the issuer knows of the account beside its chain: role, name, granted keys.

use super::super::acting;
use crate::artefact::Signed;
use crate::error::WalletError;
use crate::issuer::answer::AccountState;
use crate::issuer::{AccountRef, Reader};
use crate::keys::{AccountId, IssuerId};
use crate::ledger::authority;
use crate::ledger::{FoundingKeys, KnownGrant, Tense};
use crate::operation::context::Context;
use crate::operation::trust::{self, KnownIssuer};
use crate::store::tables::Blob;
use crate::store::tables::account::ACCOUNTS;

/// Asks for role, name and granted keys, and keeps what proves itself.
pub(in crate::wallet) async fn refresh(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    let (known, account) = context
        .read(move |connection, cipher| {
            Ok((trust::issuer(connection, cipher, &issuer)?, trust::account(connection, cipher, &issuer)?))
        })
        .await?;
    if account.acting.is_some() {
        return acting::refresh(context, &known, &account).await;
    }
    let key = context.keys()?.founding_key(&account)?;
    let reader = Reader { account: AccountRef { issuer, account: account.account }, key: &key };
    let state = context.backend.account(reader).await.map_err(|error| trust::network(&error))?;
    let now = context.backend.issuer_now(&issuer);
    let (role_grant, attestation, key_grants) =
        proven(&known, account.account, &trust::account_keys(&account)?, &state, now);
    context
        .write(move |write| {
            if let Some(mut account) = ACCOUNTS.get(write.transaction, write.cipher, issuer)? {
                account.set_role_grant(role_grant);
                account.attestation = attestation;
                account.key_grants = key_grants;
                ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
            }
            Ok(())
        })
        .await
}

pub(in crate::wallet) type Proven = (Option<Blob>, Option<Blob>, Vec<Blob>);

/// What proves itself of role, name and granted keys.
pub(in crate::wallet) fn proven(
    issuer: &KnownIssuer,
    account: AccountId,
    keys: &FoundingKeys,
    state: &AccountState,
    now: i64,
) -> Proven {
    let role_grant = state.role_grant.as_ref().filter(|grant| {
        let known = KnownGrant::uncancelled((*grant).clone());
        // A worker's role gives no credit, so nothing hangs on who granted it.
        let owner = authority::owner_limit(&issuer.founding, &account, &known, now, Tense::Now).is_ok();
        owner || grant.body().role() == Some(crate::artefact::Role::Worker)
    });
    let attestation = state.attestation.as_ref().filter(|attestation| {
        let ours = attestation.body().account == account;
        let grants: Vec<_> = state.grants.iter().cloned().map(KnownGrant::uncancelled).collect();
        ours && authority::attestation(&issuer.founding, attestation, &grants, now, Tense::Now).is_ok()
    });
    let ours = |grant: &&Signed<_>| keys.number_of(grant.signer()).is_some();
    let key_grants = state.grants.iter().filter(ours).map(|grant| Blob::from(grant.bytes())).collect();
    let blob = |bytes: &[u8]| Blob::from(bytes);
    (role_grant.map(|grant| blob(grant.bytes())), attestation.map(|name| blob(name.bytes())), key_grants)
}
