//! Whether a grant may come into force (protocol §3.4). Its signature, and whether its signer may give it, are checked
//! before.

use tallystick::artefact::{Capabilities, Grant, GrantGiven, Role};
use tallystick::clock::UnixSeconds;
use tallystick::ledger::authority::CLOCK_TOLERANCE_SECONDS;

use crate::problem::{Code, Problem};

/// Keys of an account that may receive: their number is bounded by what a look-up of a payee shows.
pub(crate) const MAX_RECEIVERS: usize = 8;

/// What a grant is held against.
pub(crate) struct Facts {
    pub now: UnixSeconds,
    pub balance: i64,
    /// When the account's newest role grant was signed.
    pub role_since: Option<UnixSeconds>,
    /// What all other owners may owe, or owe beyond that.
    pub others_exposure: i128,
    /// The card's.
    pub owners_limit: i64,
    /// Other accounts with the owner role.
    pub other_owners: usize,
    pub most_owners: usize,
    /// The account's key grants in force.
    pub keys: usize,
    pub most_keys: usize,
    /// Those of them that may receive.
    pub receivers: usize,
}

/// Checks a grant that is not known yet, and whose signer may give it.
pub(crate) fn check(grant: &Grant, facts: &Facts) -> Result<(), Problem> {
    if !grant.in_time(facts.now) {
        return Err(Problem::bad_request("It has ended already.").field("grant.not_after").now(facts.now));
    }
    if grant.signed_at.saturating_sub(facts.now) > CLOCK_TOLERANCE_SECONDS {
        return Err(Problem::bad_request("It is from the future.").field("grant.signed_at").now(facts.now));
    }
    match &grant.given {
        GrantGiven::Role(role) => check_role(*role, grant, facts),
        GrantGiven::Key(_, capabilities) => check_key(*capabilities, facts),
    }
}

fn check_role(role: Role, grant: &Grant, facts: &Facts) -> Result<(), Problem> {
    if facts.role_since.is_some_and(|since| grant.signed_at < since) {
        return Err(Problem::bad_request("A newer role grant is in force.").field("grant.signed_at"));
    }
    if role != Role::Owner {
        return Ok(());
    }
    let limit = i128::from(grant.limit.map_or(0, tallystick::money::Amount::minor));
    let debt = -i128::from(facts.balance.min(0));
    if limit < debt {
        return Err(Problem::new(
            Code::LimitExceeded,
            format!("The account owes {debt}: a limit cannot be lower."),
        )
        .field("grant.limit"));
    }
    let total = facts.others_exposure.saturating_add(limit);
    if total > i128::from(facts.owners_limit) {
        return Err(Problem::new(
            Code::LimitExceeded,
            format!("All owners together could owe {total}, but the card allows {}.", facts.owners_limit),
        )
        .field("grant.limit"));
    }
    if facts.other_owners >= facts.most_owners {
        return Err(Problem::new(Code::LimitExceeded, "There are as many owners as there can be."));
    }
    Ok(())
}

fn check_key(capabilities: Capabilities, facts: &Facts) -> Result<(), Problem> {
    if facts.keys >= facts.most_keys {
        return Err(Problem::new(Code::LimitExceeded, "The account has as many keys as it can have."));
    }
    if capabilities.allows(Capabilities::RECEIVE) && facts.receivers >= MAX_RECEIVERS {
        return Err(Problem::new(
            Code::LimitExceeded,
            format!("At most {MAX_RECEIVERS} keys of an account may receive."),
        ));
    }
    Ok(())
}
