//! `tally attest`: an account's public name.

use clap::{Args, ValueEnum};
use serde::Serialize;
use tallystick::artefact::Role;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, IssuerId};
use tallystick::wallet::ActState;

use super::grant::role_name;
use super::issuer::{owned, state_name};
use crate::failure::Failure;
use crate::session::{Session, now};
use crate::show::{Page, Report};

/// Vouch for an account's public name.
///
/// Payers are shown "NAME, says ISSUER", and nothing that the account says about itself. Names are unique at an issuer,
/// also those that only look alike.
#[derive(Debug, Args)]
pub struct Attest {
    /// The account.
    account: AccountId,
    /// Its name.
    name: String,
    /// What the account is.
    #[arg(long, value_name = "ROLE", default_value = "customer")]
    role: RoleName,
    /// How long you vouch for it: a span such as 30d or 1y, or a day such as 2027-06-30.
    #[arg(long, value_name = "TIME", default_value = "1y")]
    until: String,
    /// Which issuer: its currency's code, its name, or the first letters of its id.
    #[arg(long, short, value_name = "ISSUER")]
    currency: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleName {
    Customer,
    Owner,
    Worker,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Customer => Self::Customer,
            RoleName::Owner => Self::Owner,
            RoleName::Worker => Self::Worker,
        }
    }
}

/// Carries it out.
pub async fn run(session: &Session<'_>, attest: Attest) -> Result<(), Failure> {
    let info = owned(session, attest.currency.as_deref()).await?;
    let not_after = session.app.manner.until(&attest.until, now())?;
    let attested = session
        .wallet
        .attest(info.issuer, attest.account, &attest.name, attest.role.into(), not_after)
        .await?;
    let body = attested.attestation;
    session.print(&Attested {
        issuer: info.issuer,
        issuer_name: info.issuer_name,
        account: body.account,
        name: body.name,
        role: role_name(body.role),
        not_after: body.not_after,
        state: state_name(attested.state),
    })?;
    if attested.state == ActState::Waiting { Err(Failure::waiting().told()) } else { Ok(()) }
}

#[derive(Serialize)]
struct Attested {
    issuer: IssuerId,
    issuer_name: String,
    account: AccountId,
    name: String,
    role: &'static str,
    not_after: UnixSeconds,
    state: &'static str,
}

impl Report for Attested {
    fn show(&self, page: &mut Page<'_>) {
        let until = page.manner().day(self.not_after);
        page.good(format!(
            "Payers see this account as \"{}, says {}\", until {until}.",
            self.name, self.issuer_name
        ));
        if self.state == "waiting" {
            page.careful(
                "The host could not be reached: they see it once it could. It is sent again at every start.",
            );
        }
    }
}
