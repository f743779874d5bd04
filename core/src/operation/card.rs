//! The issuer's card: taken over when a newer one is in force.

use super::context::Context;
use super::trust::{self, KnownIssuer};
use crate::artefact::{Card, Signed};
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::answer::CardBundle;
use crate::keys::IssuerId;
use crate::ledger::signing_keys::ServerSigned;
use crate::ledger::{FoundingKeys, Standing};
use crate::store::tables::Blob;
use crate::store::tables::issuer::{ISSUERS, IssuerRecord};

/// How long a card serves without being asked for again, unless something was signed by a key that it does not name.
const FRESH_SECONDS: i64 = 3_600;

/// What became of the card.
pub(crate) enum CardNews {
    /// As it was.
    Same,
    /// A newer one is in force now.
    Newer,
    /// Another card of the same rank: proof of fraud.
    Contradiction { known: Box<Signed<Card>>, other: Box<Signed<Card>> },
}

/// Asks for the card if it was not asked for in the last hour, or if `now_please`.
pub(crate) async fn refresh(
    context: &Context,
    issuer: IssuerId,
    now_please: bool,
) -> Result<CardNews, WalletError> {
    let known = context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
    let age = context.now() - known.record.card_checked_at;
    if !now_please && (0..FRESH_SECONDS).contains(&age) {
        return Ok(CardNews::Same);
    }
    let host = known.record.found_at.clone();
    let bundle = context.backend.card(&issuer, Some(&host)).await.map_err(|error| trust::network(&error))?;
    Box::pin(take(context, &known, bundle)).await
}

/// Asks for the card at once if something is signed by a key that no known card names: the issuer may have changed it.
/// The caller holds the issuer's lock.
pub(crate) async fn learn_signer<T: ServerSigned>(
    context: &Context,
    issuer: IssuerId,
    signed: &Signed<T>,
) -> Result<CardNews, WalletError> {
    let known = context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
    if known.signing.standing_of(signed) == Standing::Unknown {
        refresh(context, issuer, true).await
    } else {
        Ok(CardNews::Same)
    }
}

/// Takes over a card that proves itself and is newer.
async fn take(context: &Context, known: &KnownIssuer, bundle: CardBundle) -> Result<CardNews, WalletError> {
    // The first seen stays: a second rekey of one number does not replace the known one.
    let founding = known
        .founding
        .with(&bundle.rekeys)
        .and_then(|founding| founding.check_card(&bundle.card).map(|()| founding))
        .map_err(|error| WalletError::untrusted("card", error.code(), error))?;
    let (ours, theirs) = (known.card(), bundle.card.body());
    if theirs.rank() == ours.rank() && bundle.card.body() != ours {
        let (known, other) = (Box::new(known.signed_card.clone()), Box::new(bundle.card));
        return Ok(CardNews::Contradiction { known, other });
    }
    let newer = theirs.rank() > ours.rank();
    if newer && !same_money(ours, theirs) {
        return Err(WalletError::untrusted(
            "card",
            "currency_changed",
            "makes other money of the same currency",
        ));
    }
    let record = renewed(known, &founding, newer.then_some(&bundle.card), context.now());
    let event = newer.then(|| Event::CardChanged {
        issuer: record.issuer,
        owners_limit_raised: theirs.owners_limit > ours.owners_limit,
        rekeyed: theirs.rekey_number > ours.rekey_number,
        restored: theirs.epoch > ours.epoch,
    });
    context
        .write(move |write| {
            ISSUERS.put(write.transaction, write.cipher, record.issuer, &record)?;
            event.map_or(Ok(()), |event| write.tell(&event))
        })
        .await?;
    if newer {
        context.backend.use_card(theirs);
    }
    Ok(if newer { CardNews::Newer } else { CardNews::Same })
}

/// Decimals, code and name of a currency never change under one issuer: balances would mean something else.
fn same_money(ours: &Card, theirs: &Card) -> bool {
    let (ours, theirs) = (&ours.currency, &theirs.currency);
    (ours.code(), ours.name(), ours.decimals()) == (theirs.code(), theirs.name(), theirs.decimals())
}

fn renewed(
    known: &KnownIssuer,
    founding: &FoundingKeys,
    newer: Option<&Signed<Card>>,
    now: i64,
) -> IssuerRecord {
    let mut record = known.record.clone();
    record.card_checked_at = now;
    record.rekeys = founding.rekeys().iter().map(|rekey| Blob::from(rekey.bytes())).collect();
    if let Some(card) = newer {
        record.earlier_cards.push(std::mem::replace(&mut record.card, card.bytes().into()));
    }
    record
}
