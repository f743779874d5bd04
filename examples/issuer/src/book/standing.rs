//! How a request stands before anybody pays it: what this host can check of it, for its page.

use rusqlite::Connection;
use tallystick::artefact::{Attestation, Card, Request, Signed, Unproven};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, RequestId};
use tallystick::ledger::authority::{self as rules, KnownGrant, Tense};
use tallystick::request::check_end;

use super::{authority, founding, requests};
use crate::db::accounts::AccountRow;
use crate::db::issuers::{self, IssuerRow};
use crate::db::{accounts, attestations, cancels, requests as rows};
use crate::problem::Problem;

/// How a request stands.
#[derive(Debug)]
pub(crate) struct Standing {
    /// What that comes to.
    pub verdict: Verdict,
    /// Its prices, in its order.
    pub prices: Vec<PriceStanding>,
}

/// What all that is known of a request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It can be paid.
    Payable,
    /// It could be paid, but its issuer has stopped: its ledger lacks something that it had signed, or its signing key is
    /// past its time.
    Stopped,
    /// It was paid, and can be paid once only.
    Paid,
    /// It has ended.
    Expired,
    /// Its payee took it back.
    Cancelled,
    /// A prefix fits two issuers of this host.
    Ambiguous,
    /// Nobody who may receive for the payee has signed it.
    Untrusted,
    /// No issuer of this host is asked for its money, so nothing can be checked here.
    Elsewhere,
}

/// How a request stands at the issuer of one price.
#[derive(Debug)]
pub(crate) enum PriceStanding {
    /// No issuer of this host fits.
    Elsewhere,
    /// More than one fits.
    Ambiguous,
    /// One fits.
    Here(Box<Here>),
}

/// How a request stands at an issuer of this host.
#[derive(Debug)]
pub(crate) struct Here {
    /// The issuer's card in force.
    pub card: Card,
    /// What it comes to at this issuer alone.
    pub verdict: Verdict,
    /// The payee's name by this issuer's word; only of a request that the payee has signed.
    pub name: Option<String>,
}

impl PriceStanding {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Elsewhere => Verdict::Elsewhere,
            Self::Ambiguous => Verdict::Ambiguous,
            Self::Here(here) => here.verdict,
        }
    }
}

/// Finds out how a request stands, of one moment.
pub(crate) fn of(
    db: &Connection,
    request: &Unproven<Request>,
    now: UnixSeconds,
) -> Result<Standing, Problem> {
    let mut prices = Vec::new();
    for price in &request.body().prices {
        prices.push(match issuers::by_prefix(db, price.issuer_prefix)?.as_slice() {
            [] => PriceStanding::Elsewhere,
            [issuer] => PriceStanding::Here(Box::new(here(db, issuer, request, now)?)),
            _ => PriceStanding::Ambiguous,
        });
    }
    let at = |verdict| prices.iter().any(|price| price.verdict() == verdict);
    let order = [
        Verdict::Paid,
        Verdict::Expired,
        Verdict::Payable,
        Verdict::Stopped,
        Verdict::Cancelled,
        Verdict::Untrusted,
        Verdict::Ambiguous,
    ];
    let verdict = order.into_iter().find(|verdict| at(*verdict)).unwrap_or(Verdict::Elsewhere);
    Ok(Standing { verdict, prices })
}

fn here(
    db: &Connection,
    issuer: &IssuerRow,
    request: &Unproven<Request>,
    now: UnixSeconds,
) -> Result<Here, Problem> {
    let card = founding::card_in_force(issuer)?.ok_or_else(Problem::internal)?.body().clone();
    let is_stopped = issuer.behind || !card.signing_key_valid_at(now);
    let signed = requests::prove(db, issuer, request, now)?;
    let payee = &request.body().payee;
    let verdict = match &signed {
        // A grant that has ended signs no more; the request that it signed has ended as well, or is of no use.
        None if check_end(request.body(), now).is_err() => Verdict::Expired,
        None => Verdict::Untrusted,
        Some(signed) => {
            let hash = signed.hash();
            let paid = rows::payment(db, issuer.no, &RequestId::of(&hash))?.is_some();
            if paid && !request.body().reusable {
                Verdict::Paid
            } else if check_end(request.body(), now).is_err() {
                Verdict::Expired
            } else if cancels::refusal_of(db, issuer.no, &hash)?.is_some() {
                Verdict::Cancelled
            } else if is_stopped {
                Verdict::Stopped
            } else {
                Verdict::Payable
            }
        }
    };
    let name = match signed {
        Some(_) => name_of(db, issuer, payee, now)?,
        None => None,
    };
    Ok(Here { card, verdict, name })
}

/// The name of an account by its issuer's word, as far as a wallet would believe it.
pub(crate) fn name_of(
    db: &Connection,
    issuer: &IssuerRow,
    account: &AccountId,
    now: UnixSeconds,
) -> Result<Option<String>, Problem> {
    let Some(account): Option<AccountRow> = accounts::find(db, issuer.no, account)? else { return Ok(None) };
    let Some(row) = attestations::of(db, account.no, now)? else { return Ok(None) };
    let read = || -> Option<(Signed<Attestation>, Vec<KnownGrant>)> {
        let grant = row.grant.as_deref().map(Signed::parse).transpose().ok()?;
        Some((Signed::parse(&row.bytes).ok()?, grant.map(KnownGrant::uncancelled).into_iter().collect()))
    };
    let (attestation, grants) = read().ok_or_else(Problem::internal)?;
    let keys = authority::issuer_keys(db, issuer)?;
    let is_believed = rules::attestation(&keys, &attestation, &grants, now, Tense::Now).is_ok();
    Ok(is_believed.then(|| attestation.body().name.clone()))
}
