//! How grants stand: in force, or why not any more.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::grants::{GrantGivenTo, GrantInfo, GrantState, KeyCapabilities};
use crate::artefact::{Cancel, Grant, GrantGiven, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::ledger::FoundingKeys;
use crate::operation::trust;
use crate::store::Cipher;
use crate::store::tables::account::AccountRecord;
use crate::store::tables::act::{self, Act, ActKind, ActState};
use crate::store::tables::issuer::ISSUERS;

/// All grants of the wallet at an issuer, newest first.
pub(super) fn list(
    connection: &rusqlite::Connection,
    cipher: &Cipher,
    issuer: &IssuerId,
    now: UnixSeconds,
) -> Result<Vec<GrantInfo>, WalletError> {
    let known = trust::issuer(connection, cipher, issuer)?;
    let own = trust::account(connection, cipher, issuer)?;
    let acts = act::of_issuer(connection, cipher, &ISSUERS.key(cipher, issuer))?;
    let judge = Judge { issuer: &known.founding, account: &trust::account_keys(&own)?, now };
    let mut all = judge.all(&acts, &own_grants(&own)?)?;
    all.sort_by_key(|info| (Reverse(info.signed_at), info.grant));
    Ok(all)
}

/// What decides how grants stand.
struct Judge<'a> {
    issuer: &'a FoundingKeys,
    /// This wallet's own account.
    account: &'a FoundingKeys,
    now: UnixSeconds,
}

impl Judge<'_> {
    fn all(&self, acts: &[Act], told: &[Signed<Grant>]) -> Result<Vec<GrantInfo>, WalletError> {
        let mut cancelled = Vec::new();
        let mut grants: Vec<(Signed<Grant>, ActState)> = Vec::new();
        for act in acts {
            match act.record.kind {
                ActKind::Cancel if act.state == ActState::Accepted => {
                    let cancel: Signed<Cancel> = trust::stored(&act.record.artefact, "act.value")?;
                    cancelled.push(cancel.body().target);
                }
                ActKind::Grant => {
                    grants.push((trust::stored(&act.record.artefact, "act.value")?, act.state));
                }
                _ => {}
            }
        }
        for told in told {
            if !grants.iter().any(|(grant, _)| grant.hash() == told.hash()) {
                grants.push((told.clone(), ActState::Accepted));
            }
        }
        let roles = newest_roles(&grants);
        Ok(grants
            .iter()
            .map(|(grant, state)| {
                let state = match state {
                    ActState::Waiting => GrantState::Waiting,
                    ActState::Refused => GrantState::Refused,
                    ActState::Accepted if cancelled.contains(&grant.hash()) => GrantState::Cancelled,
                    ActState::Accepted => self.standing(grant, &roles),
                };
                describe(grant, state)
            })
            .collect())
    }

    fn standing(&self, grant: &Signed<Grant>, roles: &HashMap<AccountId, Digest>) -> GrantState {
        let body = grant.body();
        let replaced = body.role().is_some() && roles.get(&body.account) != Some(&grant.hash());
        if self.issuer.is_void(grant.signer()) || self.account.is_void(grant.signer()) {
            GrantState::Void
        } else if replaced {
            GrantState::Replaced
        } else if body.in_time(self.now) {
            GrantState::InForce
        } else {
            GrantState::Ended
        }
    }
}

/// The role grant of each account that came last.
fn newest_roles(grants: &[(Signed<Grant>, ActState)]) -> HashMap<AccountId, Digest> {
    let mut newest: HashMap<AccountId, (UnixSeconds, Digest)> = HashMap::new();
    for (grant, state) in grants {
        if grant.body().role().is_some() && *state == ActState::Accepted {
            let this = (grant.body().signed_at, grant.hash());
            // Of two of one second, the one that was signed later stands later in the list.
            newest
                .entry(grant.body().account)
                .and_modify(|known| {
                    if this.0 >= known.0 {
                        *known = this;
                    }
                })
                .or_insert(this);
        }
    }
    newest.into_iter().map(|(account, (_, hash))| (account, hash)).collect()
}

fn describe(grant: &Signed<Grant>, state: GrantState) -> GrantInfo {
    let body = grant.body();
    let given = match body.given {
        GrantGiven::Role(role) => GrantGivenTo::Account { account: body.account, role },
        GrantGiven::Key(key, set) => GrantGivenTo::Key { key, capabilities: KeyCapabilities::of_set(set) },
    };
    GrantInfo {
        grant: grant.hash(),
        issuer: body.issuer,
        given,
        limit: body.limit,
        not_after: body.not_after,
        signed_at: body.signed_at,
        state,
    }
}

/// What the issuer told of the wallet's own account.
pub(super) fn own_grants(account: &AccountRecord) -> Result<Vec<Signed<Grant>>, WalletError> {
    let blobs = account.role_grant.iter().chain(&account.key_grants);
    blobs.map(|blob| trust::stored(blob, "account.grants")).collect()
}
