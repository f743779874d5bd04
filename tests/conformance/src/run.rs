//! A run of all rules against one issuer.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};

use crate::case::Case;
use crate::client::{Client, ConnectError, Roots};
use crate::outcome::{Outcome, Trouble};
use crate::report::{Report, RuleReport};
use crate::rules::{self, Phase, Rule};
use crate::scene::{Scene, SigningKeys, Target};

/// How to ask.
#[derive(Clone)]
pub struct Options {
    /// Whom.
    pub target: Target,
    /// Whom to believe that it is the right host.
    pub roots: Roots,
    /// Only rules whose id begins like one of these; empty: all.
    pub only: Vec<String>,
    /// Wait where only time shows whether a rule holds, up to half a minute.
    pub patient: bool,
    /// Gives the issuer's signing key, if the kit may have it: only then can it see what the issuer does about a head that
    /// it signed and does not know.
    pub signing_keys: Option<SigningKeys>,
}

/// Rules that are asked at the same time.
const TOGETHER: usize = 16;

/// Asks an issuer everything. Fails only if the kit cannot begin: everything else is in the report.
pub async fn run(options: &Options) -> Result<Report, ConnectError> {
    let origin = match &options.target {
        Target::Host { origin, .. } => origin,
        Target::Existing(existing) => &existing.origin,
    };
    let client = Client::new(origin, &options.roots)?;
    let is_asked = |rule: &Rule| {
        options.only.is_empty() || options.only.iter().any(|prefix| rule.id.starts_with(prefix))
    };
    let rules: Vec<Rule> = rules::all().into_iter().filter(is_asked).collect();
    let scene = Scene::set_up(client, &options.target, options.patient, options.signing_keys.clone()).await;
    let scene = match scene {
        Ok(scene) => Arc::new(scene),
        Err(trouble) => {
            let why = format!("the kit could not begin: {}", words(trouble));
            let blocked = |rule: &Rule| rule.report(Outcome::Blocked { why: why.clone(), exchange: None });
            return Ok(Report::new(origin, None, rules.iter().map(blocked).collect()));
        }
    };
    let mut reports = Vec::new();
    for phase in [Phase::Together, Phase::Alone, Phase::Last] {
        let of_phase: Vec<Rule> = rules.iter().filter(|rule| rule.phase == phase).copied().collect();
        let width = if phase == Phase::Together { TOGETHER } else { 1 };
        let asked = stream::iter(of_phase).map(|rule| ask(Arc::clone(&scene), rule)).buffered(width);
        reports.extend(asked.collect::<Vec<_>>().await);
    }
    Ok(Report::new(origin, Some(scene.issuer), reports))
}

async fn ask(scene: Arc<Scene>, rule: Rule) -> RuleReport {
    let case = Case::new(scene);
    let outcome = match (rule.run)(&case).await {
        Ok(()) => Outcome::Passed,
        Err(Trouble::Broken(why)) => Outcome::Failed { why, exchange: case.last() },
        Err(Trouble::Blocked(why)) => Outcome::Blocked { why, exchange: case.last() },
        Err(Trouble::NotAsked(why)) => Outcome::Skipped { why },
    };
    rule.report(outcome)
}

fn words(trouble: Trouble) -> String {
    match trouble {
        Trouble::Broken(why) | Trouble::Blocked(why) | Trouble::NotAsked(why) => why,
    }
}
