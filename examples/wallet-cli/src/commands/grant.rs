//! `tally grant`: roles for accounts, capabilities for keys.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use tallystick::artefact::Role;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, Digest, IssuerId, PublicKey};
use tallystick::money::Currency;
use tallystick::request::KeyLink;
use tallystick::wallet::{CurrencyInfo, GrantGivenTo, GrantInfo, GrantState, KeyCapabilities};

use super::issuer::owned;
use crate::failure::Failure;
use crate::session::{Session, now};
use crate::show::values::{Money, capability_names};
use crate::show::{Cell, Page, Report, Table, short};

/// How long a grant lasts if nobody says otherwise.
const USUAL_SPAN: &str = "1y";

/// Give a role to an account, or let a key act for yours; without a command, list what was given.
#[derive(Debug, Args)]
pub struct Grant {
    /// Which issuer: its currency's code, its name, or the first letters of its id.
    #[arg(long, short, value_name = "ISSUER", global = true)]
    currency: Option<String>,
    /// How long it lasts: a span such as 30d or 1y, or a day such as 2027-06-30.
    #[arg(long, value_name = "TIME", global = true, default_value = USUAL_SPAN)]
    until: String,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Let an account go below zero, down to a limit
    Owner {
        /// The account.
        account: AccountId,
        /// How far below zero it may go.
        #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
        limit: String,
    },
    /// Make an account a worker's
    Worker {
        /// The account.
        account: AccountId,
        /// The most that it may pay in one day (UTC).
        #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
        limit: Option<String>,
    },
    /// Let a key act for your account: a till, a second phone
    Key {
        /// The key, or the link that `tally key` or a till shows of it: tallystick:k/…
        #[arg(value_name = "KEY", value_parser = read_key)]
        key: PublicKey,
        /// What it may do.
        #[arg(long, value_name = "WHAT", value_delimiter = ',', required = true)]
        may: Vec<May>,
        /// The most that it may pay in one day (UTC).
        #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
        limit: Option<String>,
    },
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum May {
    /// Pay.
    Pay,
    /// Ask for payments.
    Receive,
    /// Pay back what was paid to the account.
    Refund,
    /// Read the account.
    View,
    /// Give accounts their public names; stands alone.
    Attest,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, grant: Grant) -> Result<(), Failure> {
    let wanted = grant.currency.as_deref();
    let manner = &session.app.manner;
    let Some(what) = grant.what else { return list(session, wanted).await };
    let not_after = manner.until(&grant.until, now())?;
    let wallet = &session.wallet;
    let (info, given) = match what {
        What::Owner { account, limit } => {
            let info = owned(session, wanted).await?;
            let limit = Some(manner.parse_payable(&limit, &info.currency)?);
            let given = wallet.grant_role(info.issuer, account, Role::Owner, limit, not_after).await?;
            (info, given)
        }
        What::Worker { account, limit } => {
            let info = owned(session, wanted).await?;
            let limit = limit.map(|text| manner.parse_payable(&text, &info.currency)).transpose()?;
            let given = wallet.grant_role(info.issuer, account, Role::Worker, limit, not_after).await?;
            (info, given)
        }
        What::Key { key, may, limit } => {
            let info = session.currency(wanted).await?;
            let limit = limit.map(|text| manner.parse_payable(&text, &info.currency)).transpose()?;
            let given = wallet.grant_key(info.issuer, key, capabilities(&may), limit, not_after).await?;
            (info, given)
        }
    };
    let can_view = matches!(given.given, GrantGivenTo::Key { capabilities, .. } if capabilities.view);
    let link = if can_view { Some(wallet.grant_link(info.issuer).await?.text()) } else { None };
    session.print(&Given { grant: Fields::of(&given, &info), link })?;
    if given.state == GrantState::Waiting { Err(Failure::waiting().told()) } else { Ok(()) }
}

/// A key by itself, or in a link.
fn read_key(text: &str) -> Result<PublicKey, String> {
    let key = match text.parse::<PublicKey>() {
        Ok(key) => key,
        Err(error) if !text.contains(':') => return Err(error.to_string()),
        Err(_) => KeyLink::parse(text).map_err(|error| error.to_string())?.key,
    };
    Ok(key)
}

async fn list(session: &Session<'_>, wanted: Option<&str>) -> Result<(), Failure> {
    let all = match wanted {
        Some(_) => vec![session.currency(wanted).await?],
        None => session.wallet.currencies().await?,
    };
    let mut grants = Vec::new();
    for info in &all {
        let given = session.wallet.grants(info.issuer).await?;
        grants.extend(given.iter().map(|grant| Fields::of(grant, info)));
    }
    session.print(&List { grants })
}

fn capabilities(may: &[May]) -> KeyCapabilities {
    KeyCapabilities {
        pay: may.contains(&May::Pay),
        receive: may.contains(&May::Receive),
        refund: may.contains(&May::Refund),
        view: may.contains(&May::View),
        attest: may.contains(&May::Attest),
    }
}

/// A grant.
#[derive(Serialize)]
pub struct Fields {
    grant: Digest,
    issuer: IssuerId,
    issuer_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<PublicKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    may: Option<Vec<&'static str>>,
    limit: Option<Money>,
    not_after: UnixSeconds,
    signed_at: UnixSeconds,
    /// `waiting`, `in_force`, `refused`, `cancelled`, `replaced`, `ended` or `void`.
    state: &'static str,
    #[serde(skip)]
    currency: Currency,
}

impl Fields {
    /// A grant at this issuer.
    pub fn of(grant: &GrantInfo, info: &CurrencyInfo) -> Self {
        let (account, role, key, may) = match grant.given {
            GrantGivenTo::Account { account, role } => (Some(account), Some(role_name(role)), None, None),
            GrantGivenTo::Key { key, capabilities } => {
                (None, None, Some(key), Some(capability_names(capabilities)))
            }
        };
        Self {
            grant: grant.grant,
            issuer: grant.issuer,
            issuer_name: info.issuer_name.clone(),
            account,
            role,
            key,
            may,
            limit: grant.limit.map(|limit| Money::of(limit, &info.currency)),
            not_after: grant.not_after,
            signed_at: grant.signed_at,
            state: state_name(grant.state),
            currency: info.currency.clone(),
        }
    }

    /// Names it.
    pub fn id(&self) -> Digest {
        self.grant
    }

    fn what(&self) -> String {
        match (&self.account, &self.key) {
            (Some(account), _) => format!("{} {}", self.role.unwrap_or_default(), short(account)),
            (None, Some(key)) => {
                format!("key {} may {}", short(key), self.may.clone().unwrap_or_default().join(", "))
            }
            (None, None) => String::new(),
        }
    }
}

/// The name of a role for scripts.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Customer => "customer",
        Role::Owner => "owner",
        Role::Worker => "worker",
    }
}

fn state_name(state: GrantState) -> &'static str {
    match state {
        GrantState::Waiting => "waiting",
        GrantState::InForce => "in_force",
        GrantState::Refused => "refused",
        GrantState::Cancelled => "cancelled",
        GrantState::Replaced => "replaced",
        GrantState::Ended => "ended",
        GrantState::Void => "void",
    }
}

#[derive(Serialize)]
struct Given {
    #[serde(flatten)]
    grant: Fields,
    /// What the key's device takes over with `tally act`.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl Report for Given {
    fn show(&self, page: &mut Page<'_>) {
        if self.grant.state == "waiting" {
            page.careful("Signed, and the host could not be reached: it is sent again at every start.");
        } else {
            page.good("Given.");
        }
        page.table(&table(page, std::slice::from_ref(&self.grant)));
        if let Some(link) = &self.link {
            page.line("The device with this key takes over with this link (`tally act LINK`):");
            page.line(link);
        }
        page.note(format!("`tally cancel {}` takes it back.", short(&self.grant.grant)));
    }
}

#[derive(Serialize)]
struct List {
    grants: Vec<Fields>,
}

impl Report for List {
    fn show(&self, page: &mut Page<'_>) {
        if self.grants.is_empty() {
            page.line("Nothing was granted from this wallet, or to its accounts.");
            return;
        }
        page.table(&table(page, &self.grants));
    }
}

fn table(page: &Page<'_>, grants: &[Fields]) -> Table {
    let manner = page.manner();
    let mut table = Table::with_headings(&["grant", "issuer", "what", "limit", "until", "state"]);
    for one in grants {
        let limit = one.limit.as_ref().map(|limit| manner.amount(limit.minor, &one.currency));
        let state = match one.state {
            "in_force" => Cell::text("in force").styled(Page::GOOD),
            "waiting" => Cell::text("waiting for the host").styled(Page::CAREFUL),
            other => Cell::text(other),
        };
        table.row([
            Cell::text(short(&one.grant)),
            Cell::text(&one.issuer_name),
            Cell::text(one.what()),
            Cell::number(limit.unwrap_or_default()),
            Cell::text(manner.day(one.not_after)),
            state,
        ]);
    }
    table
}
