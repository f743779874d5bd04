//! Cards coming into force: the founding, changes, new signing keys, declared restores.

use tallystick::artefact::{Card, Rekey, Signed};
use tallystick::keys::IssuerId;

use super::founding::card_in_force;
use super::{authority, rekeys, restore, sign, statements};
use crate::access;
use crate::db::issuers::{self, IssuerRow};
use crate::db::{WriteCx, statements as table};
use crate::decide;
use crate::problem::{Code, Problem};

/// Publishes a card, with the rekeys that lead to its signer. The one in force is answered as before.
pub(crate) fn publish(
    cx: &WriteCx<'_>,
    id: &IssuerId,
    card: &Signed<Card>,
    new_rekeys: Vec<Signed<Rekey>>,
    origins: &[String],
) -> Result<(), Problem> {
    let issuer = access::issuer(cx.db, id)?;
    let body = card.body();
    if body.issuer != issuer.id {
        return Err(Problem::new(Code::WrongIssuer, "The card is another issuer's.").field("card.issuer"));
    }
    if issuer.card.as_ref().is_some_and(|before| before.bytes == card.bytes()) {
        return Ok(());
    }
    let issuer = rekeys::of_issuer(cx, issuer, new_rekeys)?;
    check_signer(&issuer, card)?;

    let before = card_in_force(&issuer)?;
    let change = decide::card::check(
        body,
        &decide::card::Facts {
            now: cx.now,
            in_force: before.as_ref().map(Signed::body),
            epoch: issuer.epoch,
            behind: issuer.behind,
            key_is_ours: issuers::had_signing_key(cx.db, issuer.no, &body.signing_key)?
                && cx.services.keys.holds(&body.signing_key),
            latest_statement: table::latest_reference(cx.db, issuer.no)?,
            exposure: authority::exposure(cx.db, &issuer, None, cx.now)?.0,
            origins,
        },
    )?;
    issuers::set_card(cx.db, issuer.no, card)?;
    if change.new_epoch {
        let issuer = access::founded(cx.db, id)?;
        restore::begin_epoch(cx, &issuer)?;
    }
    if change.first || change.new_key || change.new_epoch {
        let issuer = access::founded(cx.db, id)?;
        let key = sign::signing_key(&cx.services.keys, &issuer, cx.now)?;
        statements::make(cx, &issuer, &key)?;
    }
    Ok(())
}

fn check_signer(issuer: &IssuerRow, card: &Signed<Card>) -> Result<(), Problem> {
    let body = card.body();
    if body.rekey_number < issuer.rekey_number {
        return Err(Problem::new(
            Code::StaleCard,
            format!("The founding key has been replaced: its number is {} now.", issuer.rekey_number),
        )
        .field("card.rekey_number"));
    }
    if body.rekey_number > issuer.rekey_number {
        return Err(Problem::new(Code::RekeyConflict, "Rekeys are missing.").field("rekeys"));
    }
    if *card.signer() != issuer.founding_key || body.commitment != issuer.commitment {
        return Err(Problem::not_authorised("Only the issuer's founding key in force signs its cards.")
            .field("card.signer"));
    }
    Ok(())
}
