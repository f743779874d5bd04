//! What an account can be held against: its chain, and its place in statements.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::keys::{AccountId, Digest, IssuerId};

use super::view::{Whom, view};
use crate::db::{entries as table, statements};
use crate::http::{Base64Url, Call, Place, Search};
use crate::problem::{Code, Problem, ProblemBody};
use crate::services::Shared;
use crate::trees;

const MOST_ENTRIES: u16 = 500;

/// Which entries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Range {
    /// The ledger's epoch.
    epoch: u32,
    /// The sequence after which to begin; 0: from the first.
    after: i64,
    /// How many at most, 1 to 500.
    limit: u16,
}

/// A stretch of a chain.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EntriesPage {
    /// Oldest first.
    entries: Vec<EntryBundle>,
    /// The account's head, signed now, of the same moment.
    head: Base64Url,
    /// There are more before the head. After an epoch before the head's there always are: if the page is empty, those of
    /// the next epoch.
    more: bool,
}

/// An entry, with what allows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EntryBundle {
    /// As it is hashed into the chain.
    entry: Base64Url,
    /// The order that allows it; absent for what was carried into the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Base64Url>,
    /// The receipt of this side.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Base64Url>,
    /// Of a debit: the grant by which the order was signed, if a granted key signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<Base64Url>,
    /// The request that the order names.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Base64Url>,
    /// The sealed memo.
    #[serde(skip_serializing_if = "Option::is_none")]
    memo: Option<Base64Url>,
}

/// A stretch of an account's chain. Signed by a key that may view.
#[utoipa::path(get, path = "/v1/{issuer}/accounts/{account}/entries", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32"), Range),
    responses((status = 200, description = "The entries.", body = EntriesPage),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn entries(
    State(app): State<Shared>,
    Place(place): Place<(IssuerId, AccountId)>,
    Search(range): Search<Range>,
    call: Call,
) -> Result<Json<EntriesPage>, Problem> {
    if range.limit == 0 || range.limit > MOST_ENTRIES {
        return Err(Problem::bad_request(format!("From 1 to {MOST_ENTRIES}.")).field("limit"));
    }
    view(&app, place, &call, Whom::Viewers, move |view| {
        let head = view.head()?;
        let rows = table::page(view.db, view.account.no, range.epoch, range.after, range.limit)?;
        let end = view.account.end;
        let last = rows.last().map_or(range.after, |row| row.sequence);
        // After an earlier epoch, the next one always has more.
        let more = range.epoch < end.epoch || last < end.sequence;
        let entries = rows
            .into_iter()
            .map(|row| EntryBundle {
                entry: row.bytes.into(),
                order: row.order.map(Base64Url::from),
                receipt: row.receipt.map(Base64Url::from),
                grant: row.grant.map(Base64Url::from),
                request: row.request.map(Base64Url::from),
                memo: row.memo.map(Base64Url::from),
            })
            .collect();
        Ok(Json(EntriesPage { entries, head: head.bytes().into(), more }))
    })
    .await
}

/// An account's place in a statement.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum Proof {
    /// It has a positive balance in it.
    Present {
        /// How many entries its chain had.
        sequence: i64,
        /// Hash of that chain, BASE32.
        #[schema(value_type = String)]
        chain_hash: Digest,
        /// Its balance, as a decimal string.
        balance: String,
        /// The leaf's blind, BASE32.
        blind: String,
        /// From the leaf up.
        path: Vec<Step>,
    },
    /// It has zero or less.
    Absent {
        /// Always `true`.
        absent: bool,
    },
}

/// A sibling on the way to the root.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Step {
    /// `left` or `right`: on which side the sibling is.
    side: &'static str,
    /// The sum of all balances below it, as a decimal string.
    sum: String,
    /// Its hash, BASE32.
    #[schema(value_type = String)]
    hash: Digest,
}

/// An account's place in a statement. Signed by a key that may view.
#[utoipa::path(get, path = "/v1/{issuer}/accounts/{account}/proof/{number}", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32"),
           ("number" = i64, Path, description = "the statement's number")),
    responses((status = 200, description = "The proof.", body = Proof),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn proof(
    State(app): State<Shared>,
    Place((issuer, account, number)): Place<(IssuerId, AccountId, i64)>,
    call: Call,
) -> Result<Json<Proof>, Problem> {
    view(&app, (issuer, account), &call, Whom::Viewers, move |view| {
        let kept = view.app.services.limits.statements_with_proofs;
        let known = statements::find(view.db, view.issuer.no, number)?.is_some();
        if !known || !statements::has_leaves(view.db, view.issuer.no, number, kept)? {
            return Err(Problem::new(Code::UnknownStatement, "Of this statement no proofs are kept."));
        }
        let tree = view.app.trees.get(view.db, view.issuer.no, number)?;
        Ok(Json(match trees::proof(&tree, &view.account.id) {
            None => Proof::Absent { absent: true },
            Some(proof) => Proof::Present {
                sequence: proof.sequence,
                chain_hash: proof.chain_hash,
                balance: proof.balance.to_string(),
                blind: data_encoding::BASE32_NOPAD.encode(&proof.blind),
                path: proof
                    .path
                    .iter()
                    .map(|step| Step {
                        side: match step.side {
                            tallystick::ledger::merkle::Side::Left => "left",
                            tallystick::ledger::merkle::Side::Right => "right",
                        },
                        sum: step.sum.to_string(),
                        hash: step.hash,
                    })
                    .collect(),
            },
        }))
    })
    .await
}
