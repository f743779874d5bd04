//! The trees of the last few statements that somebody asked for: when a statement comes out, everyone asks for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tallystick::keys::AccountId;
use tallystick::ledger::merkle::{InclusionProof, Tree};

use crate::db::sql::IssuerNo;
use crate::db::statements;
use crate::problem::Problem;

/// Ten thousand accounts make about two megabytes.
const KEPT: usize = 8;

type Key = (IssuerNo, i64);

/// The trees.
#[derive(Default)]
pub(crate) struct Trees {
    recent: Mutex<VecDeque<(Key, Arc<Tree>)>>,
}

impl Trees {
    /// The tree of a statement, built from its leaves unless it is at hand.
    pub fn get(&self, db: &Connection, issuer: IssuerNo, number: i64) -> Result<Arc<Tree>, Problem> {
        let key = (issuer, number);
        let recent = || self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, tree)) = recent().iter().find(|(kept, _)| *kept == key) {
            return Ok(Arc::clone(tree));
        }
        let tree = Tree::build(statements::leaves(db, issuer, number)?).map_err(|error| {
            tracing::error!(%error, "the leaves of a statement make no tree");
            Problem::internal()
        })?;
        let tree = Arc::new(tree);
        let mut recent = recent();
        recent.push_front((key, Arc::clone(&tree)));
        recent.truncate(KEPT);
        Ok(tree)
    }
}

/// The proof for an account, if it has a leaf.
pub(crate) fn proof(tree: &Tree, account: &AccountId) -> Option<InclusionProof> {
    let index = tree.leaves().iter().position(|leaf| leaf.account == *account)?;
    tree.proof(index)
}
