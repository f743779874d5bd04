//! Contradictions between signed states, receipts and refusals.

use super::court::Court;
use super::run::{Proven, Stated};
use super::{Broken, Dismissed, Point, Run, place};
use crate::artefact::{Receipt, Refusal, Signed};

/// Same epoch, account and sequence with another chain hash, balance or order.
pub(super) fn two_states(court: &Court, one: &Point, other: &Point) -> Result<Broken, Dismissed> {
    let (one, other) = (Stated::of(court, one)?, Stated::of(court, other)?);
    if (one.account, one.epoch, one.sequence) != (other.account, other.epoch, other.sequence) {
        return Dismissed::because("the two states are of different accounts, epochs or places");
    }
    let at = place(&one.account, one.epoch, one.sequence);
    let balances = one.balance.zip(other.balance);
    let orders = one.order.zip(other.order);
    if one.hash != other.hash {
        Ok(Broken::final_(format!("it signed two different chains up to {at}")))
    } else if let Some((a, b)) = balances.filter(|(a, b)| a != b) {
        Ok(Broken::final_(format!("it signed the balances {} and {} after {at}", a.minor(), b.minor())))
    } else if orders.is_some_and(|(a, b)| a != b) {
        Ok(Broken::final_(format!("it signed receipts of two orders for {at}")))
    } else {
        Dismissed::because("the two states agree")
    }
}

/// The chain under the later state has another hash where the earlier one was signed.
pub(super) fn rewritten(court: &Court, earlier: &Point, later: &Run) -> Result<Broken, Dismissed> {
    let earlier = Stated::of(court, earlier)?;
    let run = Proven::of(court, later)?;
    if (earlier.account, earlier.epoch) != (run.anchor.account, run.anchor.epoch) {
        return Dismissed::because("the two chains are of different accounts or epochs");
    }
    if earlier.sequence != run.first - 1 {
        return Dismissed::because("the entries do not begin right after the earlier state");
    }
    if earlier.hash == run.previous {
        return Dismissed::because("the later chain contains the earlier one");
    }
    Ok(Broken::final_(format!(
        "the chain that it signed up to {} is not the one that it had signed up to entry {}",
        place(&earlier.account, earlier.epoch, run.anchor.sequence),
        earlier.sequence
    )))
}

/// A receipt and a refusal of the same order.
pub(super) fn executed_and_refused(
    court: &Court,
    receipt: &[u8],
    refusal: &[u8],
) -> Result<Broken, Dismissed> {
    let receipt: Signed<Receipt> = court.server_signed(receipt)?;
    let refusal: Signed<Refusal> = court.server_signed(refusal)?;
    let (receipt, refusal) = (receipt.body(), refusal.body());
    if receipt.order != refusal.subject {
        return Dismissed::because("the receipt and the refusal are of different orders");
    }
    // A restore may lose a refusal, and the order be executed anew. The other way round, nothing may be refused that
    // could have been executed in what was lost.
    if refusal.time < receipt.time && !court.epoch_had_begun(receipt.epoch, refusal.time) {
        return Dismissed::because("the refusal may be from before a restore");
    }
    Ok(Broken::final_(format!(
        "it signed that order {} was executed, and that it never will be",
        receipt.order
    )))
}

/// Two receipts of one order for one side at two places of one epoch.
pub(super) fn executed_twice(court: &Court, one: &[u8], other: &[u8]) -> Result<Broken, Dismissed> {
    let one: Signed<Receipt> = court.server_signed(one)?;
    let other: Signed<Receipt> = court.server_signed(other)?;
    let (one, other) = (one.body(), other.body());
    if (one.order, one.account, one.epoch) != (other.order, other.account, other.epoch) {
        return Dismissed::because("the receipts are of different orders, accounts or epochs");
    }
    if one.sequence == other.sequence {
        return Dismissed::because("the receipts are for one and the same entry");
    }
    Ok(Broken::final_(format!(
        "it executed order {} twice, as {} and as entry {}",
        one.order,
        place(&one.account, one.epoch, one.sequence),
        other.sequence
    )))
}
