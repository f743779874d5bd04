//! Rekeys: who speaks for an issuer or account from now on (protocol §2).

use tallystick::artefact::{Opening, Rekey, Signed, Subject};
use tallystick::keys::IssuerId;
use tallystick::ledger::{FoundingKeys, IdentityError};

use crate::access;
use crate::db::accounts::{self, AccountRow};
use crate::db::issuers::{self, IssuerRow};
use crate::db::{WriteCx, sql::IssuerNo};
use crate::http::MOST_AT_ONCE;
use crate::problem::{Code, Problem};

/// Takes one rekey, of the issuer or of an account; gives all of that id.
pub(crate) fn take(cx: &WriteCx<'_>, id: &IssuerId, rekey: Signed<Rekey>) -> Result<Vec<Vec<u8>>, Problem> {
    let issuer = access::issuer(cx.db, id)?;
    match rekey.body().subject {
        Subject::Issuer(subject) if subject == issuer.id => {
            let issuer = of_issuer(cx, issuer, vec![rekey])?;
            Ok(issuers::rekeys(cx.db, issuer.no, issuer.id.as_bytes())?)
        }
        Subject::Issuer(_) => {
            Err(Problem::new(Code::WrongIssuer, "The rekey is another issuer's.").field("rekey.id"))
        }
        Subject::Account(subject, _) => {
            let account = access::account(cx.db, &issuer, &subject)?;
            of_account(cx, &issuer, account, vec![rekey])?;
            Ok(issuers::rekeys(cx.db, issuer.no, subject.as_bytes())?)
        }
    }
}

/// Takes rekeys of the issuer; gives it with the keys that are in force then.
pub(super) fn of_issuer(
    cx: &WriteCx<'_>,
    mut issuer: IssuerRow,
    new: Vec<Signed<Rekey>>,
) -> Result<IssuerRow, Problem> {
    if new.is_empty() {
        return Ok(issuer);
    }
    let rekeys = known_and_new(cx, issuer.no, issuer.id.as_bytes(), new)?;
    let keys = FoundingKeys::of_issuer(issuer.id, None, &rekeys).map_err(|error| conflict(&error))?;
    check_number(&keys)?;
    keep(cx, issuer.no, issuer.id.as_bytes(), issuer.rekey_number, &keys)?;
    let current = keys.current();
    issuers::set_keys(cx.db, issuer.no, &current.key, &current.commitment, current.number)?;
    (issuer.founding_key, issuer.commitment, issuer.rekey_number) =
        (current.key, current.commitment, current.number);
    Ok(issuer)
}

/// Takes rekeys of an account; gives it with the keys that are in force then.
pub(super) fn of_account(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    mut account: AccountRow,
    new: Vec<Signed<Rekey>>,
) -> Result<AccountRow, Problem> {
    if new.is_empty() {
        return Ok(account);
    }
    let opening = Signed::<Opening>::parse(&account.opening).map_err(|_| Problem::internal())?;
    let rekeys = known_and_new(cx, issuer.no, account.id.as_bytes(), new)?;
    let keys =
        FoundingKeys::of_account(account.id, Some(&opening), &rekeys).map_err(|error| conflict(&error))?;
    check_number(&keys)?;
    keep(cx, issuer.no, account.id.as_bytes(), account.rekey_number, &keys)?;
    for key in keys.all().filter(|key| key.number > account.rekey_number) {
        accounts::set_keys(cx.db, issuer.no, account.no, &key.key, &key.commitment, key.number)?;
    }
    let current = keys.current();
    (account.founding_key, account.commitment, account.rekey_number) =
        (current.key, current.commitment, current.number);
    cx.wake(issuer.id, account.id);
    Ok(account)
}

/// Those known first, so that of two with one number the first seen stays.
fn known_and_new(
    cx: &WriteCx<'_>,
    issuer: IssuerNo,
    subject: &[u8; 16],
    new: Vec<Signed<Rekey>>,
) -> Result<Vec<Signed<Rekey>>, Problem> {
    let known = issuers::rekeys(cx.db, issuer, subject)?;
    let mut rekeys = known
        .iter()
        .map(|bytes| Signed::parse(bytes).map_err(|_| Problem::internal()))
        .collect::<Result<Vec<_>, _>>()?;
    rekeys.extend(new);
    Ok(rekeys)
}

/// Each rekey has a signer of its own, so no rate of keys holds them up; and each is checked again with the next, by the
/// one thread that writes, and served with every card or opening.
fn check_number(keys: &FoundingKeys) -> Result<(), Problem> {
    if keys.number() as usize <= MOST_AT_ONCE {
        return Ok(());
    }
    Err(Problem::new(Code::LimitExceeded, format!("There are at most {MOST_AT_ONCE} rekeys of one id.")))
}

fn keep(
    cx: &WriteCx<'_>,
    issuer: IssuerNo,
    subject: &[u8; 16],
    known: u32,
    keys: &FoundingKeys,
) -> Result<(), Problem> {
    for rekey in keys.rekeys().iter().filter(|rekey| rekey.body().number > known) {
        issuers::add_rekey(cx.db, issuer, subject, rekey.body().number, rekey.bytes())?;
    }
    Ok(())
}

fn conflict(error: &IdentityError) -> Problem {
    if let IdentityError::Conflict { number, second, .. } = error {
        tracing::warn!(number, second = %second.hash(), "two different rekeys of one number: the first seen stays");
    }
    Problem::new(Code::RekeyConflict, error.to_string())
}
