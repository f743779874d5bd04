//! Stored records as typed, proven things.

use rusqlite::Connection;

use crate::artefact::{Body, Card, Grant, NamesSigner, Opening, Refusal, Rekey, Signed, Statement};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::issuer::{Certainty, IssuerError, Problem};
use crate::keys::IssuerId;
use crate::ledger::{FoundingKeys, KnownGrant, SigningKeys};
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::act::{self, ActKind, ActState};
use crate::store::tables::issuer::{ISSUERS, IssuerRecord};
use crate::store::tables::{Blob, statement};
use crate::store::{Cipher, StoreError};

/// An issuer whose cards and rekeys were read, and prove its id.
#[derive(Debug, Clone)]
pub(crate) struct KnownIssuer {
    pub(crate) record: IssuerRecord,
    pub(crate) signed_card: Signed<Card>,
    /// Who speaks for the issuer.
    pub(crate) founding: FoundingKeys,
    /// Whose signatures count as its server's.
    pub(crate) signing: SigningKeys,
    /// Statements that its cards stand for.
    pub(crate) statements: Vec<Signed<Statement>>,
}

impl KnownIssuer {
    pub(crate) fn card(&self) -> &Card {
        self.signed_card.body()
    }

    /// From a record whose statements that matter for older keys are at hand.
    pub(crate) fn of(record: IssuerRecord, statements: Vec<Signed<Statement>>) -> Result<Self, WalletError> {
        let signed_card: Signed<Card> = stored(&record.card, "issuer.card")?;
        let rekeys = all_stored::<Rekey>(&record.rekeys, "issuer.rekeys")?;
        let founding = FoundingKeys::of_issuer(record.issuer, Some(&signed_card), &rekeys)
            .map_err(|_| StoreError::unreadable("issuer.card"))?;
        let mut cards = all_stored::<Card>(&record.earlier_cards, "issuer.earlier_cards")?;
        cards.push(signed_card.clone());
        let mut signing = SigningKeys::build(&founding, &cards)
            .map_err(|_| StoreError::unreadable("issuer.earlier_cards"))?;
        for statement in &statements {
            signing.learn(statement);
        }
        Ok(Self { record, signed_card, founding, signing, statements })
    }
}

/// An issuer in the wallet.
pub(crate) fn issuer(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &IssuerId,
) -> Result<KnownIssuer, WalletError> {
    let record =
        ISSUERS.get(connection, cipher, issuer)?.ok_or_else(|| WalletError::not_found("currency"))?;
    let row = ISSUERS.key(cipher, issuer);
    let mut statements = Vec::new();
    for card in std::iter::once(&record.card).chain(&record.earlier_cards) {
        let card: Signed<Card> = stored(card, "issuer.card")?;
        let Some(last) = card.body().last_statement else { continue };
        if let Some(bytes) = statement::get(connection, cipher, &row, last.number)? {
            statements.push(stored(&Blob(bytes), "statement.value")?);
        }
    }
    KnownIssuer::of(record, statements)
}

/// The wallet's account at an issuer.
pub(crate) fn account(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &IssuerId,
) -> Result<AccountRecord, WalletError> {
    ACCOUNTS.get(connection, cipher, issuer)?.ok_or_else(|| WalletError::not_found("currency"))
}

/// The opening of an account.
pub(crate) fn opening(account: &AccountRecord) -> Result<Signed<Opening>, WalletError> {
    stored(&account.opening, "account.opening")
}

/// Who speaks for one of the wallet's accounts, and all who did.
pub(crate) fn account_keys(account: &AccountRecord) -> Result<FoundingKeys, WalletError> {
    let rekeys = all_stored::<Rekey>(&account.rekeys, "account.rekeys")?;
    FoundingKeys::of_account(account.account, Some(&opening(account)?), &rekeys)
        .map_err(|_| StoreError::unreadable("account.opening").into())
}

/// Grants that are stored, none of them known to be cancelled.
pub(crate) fn grants(blobs: &[Blob], place: &str) -> Result<Vec<KnownGrant>, WalletError> {
    Ok(all_stored::<Grant>(blobs, place)?.into_iter().map(KnownGrant::uncancelled).collect())
}

/// The refusals in which an issuer signed that what this wallet cancelled is void. A restored ledger may have lost those
/// of its older epochs, which is no fraud of its own: they are left out.
pub(crate) fn cancels(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &KnownIssuer,
) -> Result<Vec<Signed<Refusal>>, WalletError> {
    let epoch = issuer.card().epoch;
    let since = if epoch == 0 {
        UnixSeconds::MIN
    } else {
        let cards = all_stored::<Card>(&issuer.record.earlier_cards, "issuer.earlier_cards")?;
        let begun = cards.iter().map(Signed::body).filter(|card| card.epoch == epoch);
        begun.chain([issuer.card()]).map(|card| card.signed_at).min().unwrap_or(UnixSeconds::MAX)
    };
    let row = ISSUERS.key(cipher, issuer.record.issuer);
    let mut cancels = Vec::new();
    for act in act::of_issuer(connection, cipher, &row)? {
        if let (ActKind::Cancel, ActState::Accepted, Some(answer)) =
            (act.record.kind, act.state, &act.record.answer)
        {
            cancels.push(stored::<Refusal>(answer, "act.value")?);
        }
    }
    cancels.retain(|cancel| cancel.body().time >= since);
    Ok(cancels)
}

/// An artefact that was checked before it was stored.
pub(crate) fn stored<T: NamesSigner + Body>(blob: &Blob, place: &str) -> Result<Signed<T>, WalletError> {
    Signed::parse_proven(&blob.0).map_err(|_| StoreError::unreadable(place).into())
}

/// Artefacts that were checked before they were stored.
pub(crate) fn all_stored<T: NamesSigner + Body>(
    blobs: &[Blob],
    place: &str,
) -> Result<Vec<Signed<T>>, WalletError> {
    blobs.iter().map(|blob| stored(blob, place)).collect()
}

/// A fault on the way to an issuer, as the app sees it.
pub(crate) fn network(error: &IssuerError) -> WalletError {
    match error {
        IssuerError::Problem(Problem { code, .. }) if code.starts_with("unknown_") => {
            WalletError::not_found(code.trim_start_matches("unknown_"))
        }
        error => WalletError::Network {
            fault: error.code().to_owned(),
            retryable: error.is_passing(),
            reason: error.to_string(),
        },
    }
}

/// The code with which an issuer said no to these very bytes, and will say it again; none if another try may succeed, or
/// if it is not known what became of them.
pub(crate) fn refusal_code(error: &IssuerError) -> Option<&str> {
    let says_no = match error {
        IssuerError::Unsupported { .. } => true,
        IssuerError::Problem(_) => error.certainty() == Certainty::Declined && !error.is_passing(),
        _ => false,
    };
    says_no.then(|| error.code())
}
