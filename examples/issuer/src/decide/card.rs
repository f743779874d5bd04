//! Whether a card may come into force (protocol §3.1, §4.3, §4.4). Its signature and its founding key are checked before.

use tallystick::artefact::{Card, StatementRef};
use tallystick::clock::UnixSeconds;

use crate::problem::{Code, Problem};

/// What a card is held against.
pub(crate) struct Facts<'a> {
    pub now: UnixSeconds,
    /// The card in force.
    pub in_force: Option<&'a Card>,
    pub epoch: u32,
    /// The ledger lacks something that was signed.
    pub behind: bool,
    /// The card's signing key was made here, for this issuer.
    pub key_is_ours: bool,
    pub latest_statement: Option<StatementRef>,
    /// What the owners may owe, or owe beyond that.
    pub exposure: i128,
    /// How the world reaches this server.
    pub origins: &'a [String],
}

/// What a card brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// It founds the issuer.
    pub first: bool,
    /// Another signing key: it starts with a statement.
    pub new_key: bool,
    /// A restore: every chain begins anew.
    pub new_epoch: bool,
}

/// A card that begins an epoch must have been signed within so many seconds.
const EPOCH_CARD_LIFE: i64 = 600;

/// Checks a card that is not the one in force.
pub(crate) fn check(card: &Card, facts: &Facts<'_>) -> Result<Change, Problem> {
    let wrong = |field: &'static str, detail: &'static str| Err(Problem::bad_request(detail).field(field));
    let change = Change {
        first: facts.in_force.is_none(),
        new_key: facts.in_force.is_none_or(|before| before.signing_key != card.signing_key),
        new_epoch: card.epoch != facts.epoch,
    };
    match facts.in_force {
        None => {
            if card.epoch != 0 {
                return wrong("card.epoch", "A ledger begins with epoch 0.");
            }
            if !card.endpoints.iter().any(|endpoint| facts.origins.contains(&endpoint.origin)) {
                return wrong("card.endpoints", "The first card must name the endpoint that the host gave.");
            }
        }
        Some(before) => {
            if card.rank() <= before.rank() {
                return Err(Problem::new(
                    Code::StaleCard,
                    format!(
                        "The card in force has rekey number {} and serial {}.",
                        before.rekey_number, before.serial
                    ),
                ));
            }
            if card.currency.decimals() != before.currency.decimals()
                || card.currency.code() != before.currency.code()
                || card.currency.name() != before.currency.name()
            {
                return wrong("card.currency", "Decimals, code and name of a currency never change.");
            }
            if change.new_epoch {
                check_new_epoch(card, before, facts.now)?;
            }
            if change.new_key && card.last_statement != facts.latest_statement {
                return Err(Problem::new(
                    Code::StaleCard,
                    "A card with a new signing key names the last statement of the old one: ask for it again.",
                )
                .field("card.last_statement"));
            }
        }
    }
    if facts.behind && !change.new_epoch {
        return Err(
            Problem::new(Code::LedgerBehind, "Publish a card with the next epoch.").field("card.epoch")
        );
    }
    if !facts.key_is_ours {
        return wrong("card.signing_key", "That is no signing key of this host: ask it for one.");
    }
    if !card.signing_key_valid_at(facts.now) {
        return wrong("card.signing_key_until", "The signing key would not be valid now.");
    }
    if facts.exposure > i128::from(card.owners_limit.minor()) {
        return Err(Problem::new(
            Code::LimitExceeded,
            format!("The owners may owe {} already, or do: lower their limits first.", facts.exposure),
        )
        .field("card.owners_limit"));
    }
    Ok(change)
}

/// A restore begins a newer epoch. It need not be the next: a copy from before an earlier restore does not know that one.
/// The card of that one must not begin its epoch a second time, whoever brings it; so the owner has to sign now.
fn check_new_epoch(card: &Card, before: &Card, now: UnixSeconds) -> Result<(), Problem> {
    if card.epoch < before.epoch {
        return Err(Problem::bad_request("A restore begins a newer epoch.").field("card.epoch"));
    }
    if now.saturating_sub(card.signed_at) > EPOCH_CARD_LIFE {
        let detail = "A card that begins an epoch counts for ten minutes: sign a new one.";
        return Err(Problem::new(Code::StaleCard, detail).field("card.signed_at").now(now));
    }
    Ok(())
}
