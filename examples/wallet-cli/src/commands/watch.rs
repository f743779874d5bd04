//! `tally watch`: what happens, as it happens.

use clap::Args;
use serde::Serialize;
use tallystick::event::NumberedEvent;

use crate::failure::Failure;
use crate::news::{self, Told};
use crate::session::{Session, Stage};
use crate::show::{Page, Report};

/// Show what happens as it happens, until you press Ctrl-C.
///
/// Listens to all issuers. Every event is shown once: what happened while nobody watched comes first. With --json, each
/// is an object on a line of its own, and the wallet forgets it only once it is printed.
#[derive(Debug, Args)]
pub struct Watch {
    /// Show what has happened, and end.
    #[arg(long)]
    once: bool,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, watch: Watch) -> Result<(), Failure> {
    if watch.once {
        session.refresh_quietly(&session.wallet.currencies().await?).await;
        while let Some(event) = session.wallet.try_next_event(0).await? {
            tell(session, event).await?;
        }
        return Ok(());
    }
    if !session.app.shared.offline {
        session.wallet.listen().await?;
    }
    session.app.printer.tell(&session.app.manner, |page| page.note("Listening. Ctrl-C ends it."));
    session.set_stage(Stage::Watching);
    while let Some(event) = session.wallet.next_event(0).await? {
        tell(session, event).await?;
    }
    Ok(())
}

async fn tell(session: &Session<'_>, event: NumberedEvent) -> Result<(), Failure> {
    let told = news::in_words(session, &event.event).await;
    let sequence = event.sequence;
    if session.app.printer.is_json() || told.is_some() {
        session.print(&Happened { sequence, event: event.event, told })?;
    }
    Ok(session.wallet.ack(sequence).await?)
}

#[derive(Serialize)]
struct Happened {
    sequence: i64,
    #[serde(flatten)]
    event: tallystick::event::Event,
    #[serde(skip)]
    told: Option<Told>,
}

impl Report for Happened {
    fn show(&self, page: &mut Page<'_>) {
        match &self.told {
            Some(Told { text, careful: true }) => page.careful(text),
            Some(Told { text, careful: false }) => page.line(text),
            None => {}
        }
    }
}
