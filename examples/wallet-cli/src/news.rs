//! What happened since a person last looked, told at the end of a command.

use tallystick::event::Event;
use tallystick::keys::IssuerId;
use tallystick::wallet::ActingState;

use crate::commands::acting_in_words;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::short;

/// One thing that happened, in words.
pub struct Told {
    /// The words.
    pub text: String,
    /// Whether it deserves a second look.
    pub careful: bool,
}

/// Tells what is new, and has the wallet forget it.
pub async fn tell(session: &Session<'_>) -> Result<(), Failure> {
    let mut after = 0;
    let mut all = Vec::new();
    while let Some(numbered) = session.wallet.try_next_event(after).await? {
        after = numbered.sequence;
        if !session.has_shown(&numbered.event) {
            all.extend(in_words(session, &numbered.event).await);
        }
    }
    if after == 0 {
        return Ok(());
    }
    session.app.printer.tell(&session.app.manner, |page| {
        if !all.is_empty() {
            page.gap();
            page.note("News:");
        }
        for told in &all {
            if told.careful { page.careful(&told.text) } else { page.line(format!("· {}", told.text)) }
        }
    });
    Ok(session.wallet.ack(after).await?)
}

/// The payment, or the issuer whose card, an event is about.
pub fn subject_of(event: &Event) -> Option<String> {
    match event {
        Event::PaymentSubmitted { payment, .. }
        | Event::PaymentSettled { payment, .. }
        | Event::PaymentRefused { payment, .. }
        | Event::PaymentLapsed { payment, .. }
        | Event::PaymentReceived { payment, .. } => Some(payment.to_string()),
        Event::CardChanged { issuer, .. } => Some(issuer.to_string()),
        _ => None,
    }
}

/// An event in words; `None` for what a person need not be told.
pub async fn in_words(session: &Session<'_>, event: &Event) -> Option<Told> {
    let plain = |text: String| Some(Told { text, careful: false });
    let careful = |text: String| Some(Told { text, careful: true });
    match event {
        Event::PaymentReceived { issuer, payment, amount, .. } => {
            let amount = match session.wallet.currency(*issuer).await {
                Ok(info) => session.app.manner.amount(*amount, &info.currency),
                Err(_) => amount.to_string(),
            };
            plain(format!("{amount} came in at {} ({}).", name(session, issuer).await, short(payment)))
        }
        Event::PaymentSettled { issuer, payment } => {
            plain(format!("Your payment {} at {} was executed.", short(payment), name(session, issuer).await))
        }
        Event::PaymentRefused { issuer, payment, code } => careful(format!(
            "{} refused your payment {} ({code}). Its money is free again.",
            name(session, issuer).await,
            short(payment)
        )),
        Event::PaymentLapsed { issuer, payment } => careful(format!(
            "Your payment {} at {} ran out of time and was not executed. Its money is free again.",
            short(payment),
            name(session, issuer).await
        )),
        Event::CardChanged { issuer, owners_limit_raised, rekeyed, restored } => {
            let name = name(session, issuer).await;
            let mut parts = Vec::new();
            if *owners_limit_raised {
                parts.push("its owners allowed themselves to owe more");
            }
            if *rekeyed {
                parts.push("its founding key was replaced");
            }
            if *restored {
                parts.push("its ledger was restored from a copy");
            }
            if parts.is_empty() {
                plain(format!("{name} published a new card."))
            } else {
                careful(format!("{name} published a new card: {}.", parts.join(", ")))
            }
        }
        Event::AccountUnproven { issuer, since } => careful(format!(
            "{} has not proved your account since {}.",
            name(session, issuer).await,
            session.app.manner.time(*since)
        )),
        Event::FraudFound { issuer, evidence, code } => careful(format!(
            "{} was caught contradicting itself ({code}). `tally evidence {evidence}` tells what it did, what it means for your money, and what to do.",
            name(session, issuer).await
        )),
        Event::HistoriesDiffer { issuer, payment } => careful(format!(
            "Who paid you by {} has seen another history of {} than you. Ask both.",
            short(payment),
            name(session, issuer).await
        )),
        Event::ActingChanged { issuer, state } => {
            let name = name(session, issuer).await;
            let text = format!("The account at {name} for which you act: {}.", acting_in_words(*state));
            Some(Told { text, careful: *state != ActingState::InForce })
        }
        Event::AccountRekeyed { issuer } => {
            careful(format!("The key of your account at {} was replaced.", name(session, issuer).await))
        }
        _ => None,
    }
}

async fn name(session: &Session<'_>, issuer: &IssuerId) -> String {
    match session.wallet.currency(*issuer).await {
        Ok(info) => info.issuer_name,
        Err(_) => format!("issuer {}", short(issuer)),
    }
}
