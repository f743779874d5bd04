//! `tally issuer create`: from a draft to an issuer with an owner's account.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tallystick::keys::{Digest, IssuerId};
use tallystick::money::Currency;
use tallystick::wallet::{AccountKind, CurrencyInfo, FoundingDraft};

use super::super::balance::about;
use crate::ask;
use crate::choice;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::CurrencyFields;
use crate::show::{Page, Report, short};

/// Create an issuer on a host, with its own currency.
///
/// Opens your owner's account there and lets it go below zero, down to the limit: to issue money is to pay from it.
#[derive(Debug, Args)]
pub struct Create {
    /// The host: `https://host[:port]`.
    #[arg(long, value_name = "URL")]
    host: String,
    /// The issuer's name, as holders see it.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The currency's code: up to 12 capitals and digits. It never changes.
    #[arg(long, value_name = "CODE")]
    code: String,
    /// The currency's name; by default its code. It never changes.
    #[arg(long, value_name = "NAME")]
    currency_name: Option<String>,
    /// A sign to set beside amounts instead of the code.
    #[arg(long, value_name = "SYMBOL", default_value = "")]
    symbol: String,
    /// How many decimals amounts have. It never changes.
    #[arg(long, value_name = "NUMBER", default_value = "2")]
    decimals: u8,
    /// The most that all owners together may owe.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    limit: String,
    /// How much of it you may owe yourself; by default all.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    own_limit: Option<String>,
    /// What you promise to whoever brings the money back.
    #[arg(long, value_name = "TEXT", default_value = "")]
    promise: String,
    /// The host's TLS key, as its operator gives it, for one with a certificate of its own making.
    #[arg(long, value_name = "KEY")]
    host_tls_key: Vec<Digest>,
    /// A file with the token that the host asks for.
    #[arg(long, value_name = "FILE")]
    host_token_file: Option<PathBuf>,
    /// Take the same account id as at your other public currencies.
    #[arg(long)]
    public: bool,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, create: Create) -> Result<(), Failure> {
    let manner = &session.app.manner;
    let currency_name = create.currency_name.unwrap_or_else(|| create.code.clone());
    let currency = Currency::new(create.code, currency_name, create.symbol, create.decimals)?;
    let owners_limit = manner.parse_payable(&create.limit, &currency)?;
    let own_limit =
        create.own_limit.as_deref().map(|text| manner.parse_limit(text, &currency)).transpose()?;
    let token = create.host_token_file.as_deref().map(ask::token_file).transpose()?;
    let draft = FoundingDraft {
        host: create.host,
        host_tls_keys: create.host_tls_key,
        name: create.name,
        currency,
        promise: create.promise,
        owners_limit,
        own_limit,
        logo: None,
        account: if create.public { AccountKind::Public } else { AccountKind::Private },
    };
    let owned = match session.wallet.found_issuer(draft.clone(), token.map(|token| token.to_string())).await {
        Ok(owned) => owned,
        Err(error) => return Err(not_founded(session, &draft, error.into()).await?),
    };
    let info = session.currency_of(owned.issuer).await?;
    session.print(&Created { created: CurrencyFields::from(&info), waiting: owned.waiting })
}

/// A founding goes on by itself when the host can be reached; if no waiting helps, nothing is to be left of it.
async fn not_founded(
    session: &Session<'_>,
    draft: &FoundingDraft,
    failure: Failure,
) -> Result<Failure, Failure> {
    let all = session.wallet.unfinished_foundings().await?;
    let Some(begun) = all.iter().find(|one| one.draft.name == draft.name && one.draft.host == draft.host)
    else {
        return Ok(failure);
    };
    if failure.retryable {
        let id = short(&begun.issuer);
        return Ok(
            failure.advise(format!("It goes on at every start. `tally issuer abandon {id}` gives it up."))
        );
    }
    if !begun.card_signed {
        session.wallet.abandon_founding(begun.issuer).await?;
    }
    Ok(match failure.code.as_str() {
        "untrusted" => failure.advise(
            "If the host's certificate is of its operator's own making, ask the operator for the TLS key that the server \
             prints when it starts, and give it with --host-tls-key KEY.",
        ),
        _ => failure,
    })
}

#[derive(Serialize)]
struct Created {
    #[serde(flatten)]
    created: CurrencyFields,
    waiting: u32,
}

impl Report for Created {
    fn show(&self, page: &mut Page<'_>) {
        page.good(format!("{} is founded.", self.created.issuer_name));
        about(page, &self.created);
        if self.waiting > 0 {
            page.careful(
                "Not all of it has reached the host yet. It is sent again at every start: `tally sync`.",
            );
        }
        page.gap();
        page.line("Put the link on your door, and give money out with `tally issue ACCOUNT AMOUNT`.");
    }
}

/// Give up an issuer that could not be created.
#[derive(Debug, Args)]
pub struct Abandon {
    /// The issuer's id, or the first letters of it.
    #[arg(value_name = "ISSUER")]
    issuer: String,
}

/// Carries it out.
pub async fn abandon(session: &Session<'_>, abandon: Abandon) -> Result<(), Failure> {
    let all = session.wallet.unfinished_foundings().await?;
    let mut found = all.iter().filter(|one| choice::begins(&one.issuer, &abandon.issuer));
    let (Some(only), None) = (found.next(), found.next()) else {
        return Err(Failure::new("unknown_founding", "There is no such unfinished issuer in this wallet"));
    };
    session.wallet.abandon_founding(only.issuer).await?;
    session.print(&Abandoned { abandoned: only.issuer, name: only.draft.name.clone() })
}

#[derive(Serialize)]
struct Abandoned {
    abandoned: IssuerId,
    name: String,
}

impl Report for Abandoned {
    fn show(&self, page: &mut Page<'_>) {
        page.line(format!("{} is given up. It never had any money.", self.name));
    }
}

/// The issuer that a person means, among those that this wallet owns.
pub async fn owned(session: &Session<'_>, wanted: Option<&str>) -> Result<CurrencyInfo, Failure> {
    let all: Vec<CurrencyInfo> =
        session.wallet.currencies().await?.into_iter().filter(|info| info.owned).collect();
    if all.is_empty() {
        return Err(Failure::new("not_owner", "This wallet owns no issuer"));
    }
    choice::currency(&all, wanted).cloned()
}
