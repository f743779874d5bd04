//! `tally issuer card`: what the issuer says about itself.

use clap::Args;
use serde::Serialize;
use tallystick::artefact::{self, Endpoint};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, IssuerId, PublicKey};
use tallystick::money::Currency;
use tallystick::wallet::{ActState, CardChanges, CardUpdate};

use super::create::owned;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::Money;
use crate::show::{Page, Report, Table};

/// Show the card, or sign and publish one that says something else.
#[derive(Debug, Args)]
pub struct Card {
    /// Which issuer: its currency's code, its name, or the first letters of its id.
    #[arg(value_name = "ISSUER")]
    issuer: Option<String>,
    /// Another name of the issuer.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Another symbol of the currency; empty to use the code.
    #[arg(long, value_name = "SYMBOL")]
    symbol: Option<String>,
    /// Another promise to whoever brings the money back.
    #[arg(long, value_name = "TEXT")]
    promise: Option<String>,
    /// Another limit of what all owners together may owe. Holders are told when it rises.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    limit: Option<String>,
    /// Where the issuer is reached, first preferred: `https://host[:port]`, with `#` and a TLS key for each that is to be
    /// believed without a certificate authority. Replaces all.
    #[arg(long, value_name = "URL[#KEY…]")]
    endpoint: Vec<String>,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, card: Card) -> Result<(), Failure> {
    let info = owned(session, card.issuer.as_deref()).await?;
    let limit = card
        .limit
        .as_deref()
        .map(|text| session.app.manner.parse_payable(text, &info.currency))
        .transpose()?;
    let endpoints = card.endpoint.iter().map(|text| endpoint(text)).collect::<Result<Vec<_>, _>>()?;
    let changes = CardChanges {
        name: card.name,
        symbol: card.symbol,
        promise: card.promise,
        owners_limit: limit,
        logo: None,
        remove_logo: false,
        endpoints: (!endpoints.is_empty()).then_some(endpoints),
    };
    if changes == CardChanges::default() {
        let owned = session.wallet.owned_issuer(info.issuer).await?;
        return session.print(&Published::of(&owned.card, None));
    }
    published(session, &session.wallet.update_card(info.issuer, changes).await?)
}

/// Tells about a card that was signed; one that is not published yet is on its way.
pub fn published(session: &Session<'_>, update: &CardUpdate) -> Result<(), Failure> {
    session.mark_shown(&update.card.issuer);
    session.print(&Published::of(&update.card, Some(update.state)))?;
    match update.state {
        ActState::Waiting => Err(Failure::waiting().told()),
        _ => Ok(()),
    }
}

fn endpoint(text: &str) -> Result<Endpoint, Failure> {
    let mut parts = text.split('#');
    let origin = parts.next().unwrap_or_default().to_owned();
    let tls_keys = parts.map(str::parse::<Digest>).collect::<Result<_, _>>()?;
    Ok(Endpoint { origin, tls_keys })
}

#[derive(Serialize)]
struct Published {
    issuer: IssuerId,
    name: String,
    currency: Currency,
    serial: u32,
    rekey_number: u32,
    epoch: u32,
    promise: String,
    owners_limit: Money,
    endpoints: Vec<EndpointFields>,
    signing_key: PublicKey,
    signing_key_from: UnixSeconds,
    signing_key_until: UnixSeconds,
    signed_at: UnixSeconds,
    /// `waiting` or `accepted`; absent if nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

#[derive(Serialize)]
struct EndpointFields {
    origin: String,
    tls_keys: Vec<Digest>,
}

impl Published {
    fn of(card: &artefact::Card, state: Option<ActState>) -> Self {
        Self {
            issuer: card.issuer,
            name: card.name.clone(),
            currency: card.currency.clone(),
            serial: card.serial,
            rekey_number: card.rekey_number,
            epoch: card.epoch,
            promise: card.promise.clone(),
            owners_limit: Money::of(card.owners_limit, &card.currency),
            endpoints: card
                .endpoints
                .iter()
                .map(|one| EndpointFields { origin: one.origin.clone(), tls_keys: one.tls_keys.clone() })
                .collect(),
            signing_key: card.signing_key,
            signing_key_from: card.signing_key_from,
            signing_key_until: card.signing_key_until,
            signed_at: card.signed_at,
            state: state.map(state_name),
        }
    }
}

/// The name of a state for scripts.
pub fn state_name(state: ActState) -> &'static str {
    match state {
        ActState::Waiting => "waiting",
        ActState::Accepted => "accepted",
        ActState::Refused => "refused",
    }
}

impl Report for Published {
    fn show(&self, page: &mut Page<'_>) {
        let manner = page.manner();
        match self.state {
            None => page.title(format!("Card {} of {}", self.serial, self.name)),
            Some("accepted") => page.good(format!("Card {} of {} is published.", self.serial, self.name)),
            Some(_) => page.careful(format!(
                "Card {} of {} is signed, and its host could not be reached: it is sent again at every start.",
                self.serial, self.name
            )),
        }
        let mut table = Table::new();
        let mut row = |label: &str, value: String| table.row([label.into(), value.into()]);
        row("currency", format!("{} ({})", self.currency.code(), self.currency.name()));
        if !self.currency.symbol().is_empty() {
            row("symbol", self.currency.symbol().to_owned());
        }
        row("promise", self.promise.clone());
        row("owners owe at most", manner.amount(self.owners_limit.minor, &self.currency));
        for endpoint in &self.endpoints {
            row("reached at", endpoint.origin.clone());
            for key in &endpoint.tls_keys {
                row("  known by TLS key", key.to_string());
            }
        }
        row("host's signing key", self.signing_key.to_string());
        row("  valid until", manner.day(self.signing_key_until));
        row("issuer", self.issuer.to_string());
        page.table(&table);
    }
}
