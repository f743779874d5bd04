//! Who is paid: looked up at the issuer, checked, remembered.
//!
//! The confirm screen names a payee only as an issuer that the holder chose vouches for it, never in the words of the
//! code that was scanned. What was looked up once is kept, so that from the second visit on no network is needed.

use std::sync::Arc;
use std::time::Duration;

use crate::artefact::{Attestation, Opening, Rekey, Request, Role, Signed, Unproven};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::issuer::{AccountRef, answer::PayeeInfo};
use crate::keys::{AccountId, IssuerId, PublicKey, SealingKey};
use crate::ledger::authority::{self, Account};
use crate::ledger::{FoundingKeys, KnownGrant, Tense};
use crate::operation::context::Context;
use crate::operation::trust::{self, KnownIssuer};
use crate::store::StoreError;
use crate::store::tables::Blob;
use crate::store::tables::payee::{self, PAYEES, PayeeRecord};

/// How long what is known of a payee serves without being looked up again, while there is a network.
const FRESH_SECONDS: i64 = 86_400;
/// The same for a payee without a name: it may have been given one since.
const FRESH_SECONDS_UNNAMED: i64 = 60;

/// Who is paid, as a confirm screen shows it: "*name*, says *issuer*".
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PayeeView {
    /// The account.
    pub account: AccountId,
    /// The name that the issuer vouches for; none: show "unnamed account" and ask twice.
    pub name: Option<String>,
    /// The role at the issuer that it vouches for with the name. An owner's or a worker's own shop issued the money.
    pub role: Option<Role>,
    /// The issuer that vouches for it.
    pub vouched_by: String,
    /// Nothing was ever paid to it from this wallet.
    pub first_payment: bool,
    /// Its founding key is another than when it was last paid.
    pub key_changed: bool,
    /// The name that it had when it was last paid, if it has another now.
    pub formerly: Option<String>,
    /// Whether a memo can be sealed to it.
    pub takes_memos: bool,
}

/// A payee whose keys are proven.
#[derive(Debug, Clone)]
pub(crate) struct KnownPayee {
    pub(crate) record: PayeeRecord,
    founding: FoundingKeys,
    grants: Vec<KnownGrant>,
    attestation: Option<Signed<Attestation>>,
}

impl KnownPayee {
    /// Reads what is stored, or was just answered, and proves it.
    pub(crate) fn of(record: PayeeRecord) -> Result<Self, WalletError> {
        let untrusted = |rule: &str, reason: String| WalletError::untrusted("payee", rule, reason);
        let opening: Signed<Opening> = trust::stored(&record.opening, "payee.opening")?;
        if opening.body().issuer != record.issuer {
            return Err(untrusted("wrong_issuer", "was opened at another issuer".into()));
        }
        let rekeys = trust::all_stored::<Rekey>(&record.rekeys, "payee.rekeys")?;
        let founding = FoundingKeys::of_account(record.account, Some(&opening), &rekeys)
            .map_err(|error| untrusted(error.code(), error.to_string()))?;
        let grants = trust::grants(&record.grants, "payee.grants")?;
        let attestation =
            record.attestation.as_ref().map(|blob| trust::stored(blob, "payee.attestation")).transpose()?;
        Ok(Self { record, founding, grants, attestation })
    }

    /// The founding key in force.
    pub(crate) fn key(&self) -> &PublicKey {
        self.founding.key()
    }

    /// Memos are sealed to it.
    pub(crate) fn sealing_key(&self) -> Option<SealingKey> {
        self.founding.current().sealing_key
    }

    /// What the issuer vouches for at this time: the payee's name and role.
    fn vouched(&self, issuer: &KnownIssuer, now: UnixSeconds) -> Option<&Attestation> {
        let attestation = self.attestation.as_ref()?;
        let body = attestation.body();
        let ours = body.issuer == self.record.issuer && body.account == self.record.account;
        let vouched =
            authority::attestation(&issuer.founding, attestation, &self.grants, now, Tense::Now).is_ok();
        (ours && vouched && now <= body.not_after).then_some(body)
    }

    /// Checks that a request was signed by the payee, or by a key that it lets sign requests.
    pub(crate) fn prove_request(
        &self,
        request: &Unproven<Request>,
        now: UnixSeconds,
    ) -> Result<Signed<Request>, WalletError> {
        Account { issuer: self.record.issuer, keys: &self.founding, grants: &self.grants }
            .request(request, now, Tense::Now)
            .map(|(request, _)| request)
            .map_err(|error| WalletError::untrusted("request", "request_invalid", error))
    }

    /// As a confirm screen shows it.
    pub(crate) fn view(&self, issuer: &KnownIssuer, now: UnixSeconds) -> PayeeView {
        let vouched = self.vouched(issuer, now);
        let name = vouched.map(|vouched| vouched.name.clone());
        PayeeView {
            account: self.record.account,
            formerly: self.record.name_when_paid.clone().filter(|former| name.as_ref() != Some(former)),
            vouched_by: issuer.card().name.clone(),
            first_payment: self.record.first_paid_at.is_none(),
            key_changed: self.record.key_when_paid.is_some_and(|key| key != *self.key()),
            takes_memos: self.sealing_key().is_some(),
            role: vouched.map(|vouched| vouched.role),
            name,
        }
    }
}

/// Finds a payee: as it is known, if that is fresh or there is no network; otherwise as the issuer knows it now.
pub(crate) async fn find(
    context: &Arc<Context>,
    issuer: IssuerId,
    account: AccountId,
) -> Result<KnownPayee, WalletError> {
    let id = payee::id(&issuer, &account);
    let known = context.read(move |connection, cipher| Ok(PAYEES.get(connection, cipher, id)?)).await?;
    let now = context.now();
    match known {
        Some(known) if is_fresh(&known, now) => KnownPayee::of(known),
        known => match Box::pin(look_up(context, issuer, account, known.clone())).await {
            Err(WalletError::Network { .. }) if known.is_some() => {
                KnownPayee::of(known.ok_or_else(|| StoreError::unreadable("payee"))?)
            }
            found => found,
        },
    }
}

/// Finds a payee whose keys signed a request. The issuer is asked once at most: if the payee is new or was not looked up
/// for long, or if the signer is not among the keys that are known, for it may have been granted since. With a
/// `patience` it is not waited for any longer.
pub(crate) async fn of_request(
    context: &Arc<Context>,
    issuer: IssuerId,
    request: &Unproven<Request>,
    patience: Option<Duration>,
) -> Result<KnownPayee, WalletError> {
    let account = request.body().payee;
    let id = payee::id(&issuer, &account);
    let record = context.read(move |connection, cipher| Ok(PAYEES.get(connection, cipher, id)?)).await?;
    let proven = |payee: &KnownPayee| payee.prove_request(request, context.backend.issuer_now(&issuer));
    let known = record.clone().map(KnownPayee::of).transpose()?.filter(|known| proven(known).is_ok());
    if let Some(known) = known.clone().filter(|known| is_fresh(&known.record, context.now())) {
        return Ok(known);
    }
    let asking = look_up(context, issuer, account, record);
    let asked = match patience {
        None => asking.await,
        Some(patience) => tokio::time::timeout(patience, asking).await.unwrap_or_else(|_| {
            Err(WalletError::Network {
                fault: "timeout".into(),
                retryable: true,
                reason: "the issuer does not answer in time".into(),
            })
        }),
    };
    match (asked, known) {
        (Ok(found), _) => proven(&found).map(|_| found),
        (Err(WalletError::Network { .. }), Some(known)) => Ok(known),
        (Err(error), _) => Err(error),
    }
}

fn is_fresh(known: &PayeeRecord, now: UnixSeconds) -> bool {
    let seconds = if known.attestation.is_some() { FRESH_SECONDS } else { FRESH_SECONDS_UNNAMED };
    (0..seconds).contains(&(now - known.fetched_at))
}

/// Asks the issuer who a payee is, proves the answer, and remembers it.
pub(crate) async fn look_up(
    context: &Arc<Context>,
    issuer: IssuerId,
    account: AccountId,
    known: Option<PayeeRecord>,
) -> Result<KnownPayee, WalletError> {
    let answer = context
        .backend
        .payee(AccountRef { issuer, account })
        .await
        .map_err(|error| trust::network(&error))?;
    let found = KnownPayee::of(record(issuer, account, &answer, known.as_ref(), context.now()))?;
    let stored = found.record.clone();
    context
        .write(move |write| {
            PAYEES.put(write.transaction, write.cipher, payee::id(&issuer, &account), &stored)?;
            Ok(())
        })
        .await?;
    Ok(found)
}

fn record(
    issuer: IssuerId,
    account: AccountId,
    answer: &PayeeInfo,
    known: Option<&PayeeRecord>,
    now: UnixSeconds,
) -> PayeeRecord {
    PayeeRecord {
        issuer,
        account,
        opening: answer.opening.bytes().into(),
        rekeys: answer.rekeys.iter().map(|rekey| Blob::from(rekey.bytes())).collect(),
        attestation: answer.attestation.as_ref().map(|attestation| attestation.bytes().into()),
        grants: answer.grants.iter().map(|grant| Blob::from(grant.bytes())).collect(),
        fetched_at: now,
        first_paid_at: known.and_then(|known| known.first_paid_at),
        key_when_paid: known.and_then(|known| known.key_when_paid),
        name_when_paid: known.and_then(|known| known.name_when_paid.clone()),
    }
}
