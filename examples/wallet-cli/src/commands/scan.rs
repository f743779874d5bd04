//! `tally scan`: what a code is, before anything is done with it.

use clap::Args;
use serde::Serialize;
use tallystick::keys::{AccountId, Digest, IssuerId, PublicKey};
use tallystick::request::{CodeSystem, RequestLink, Scanned, scan};
use tallystick::wallet::{PaymentPlan, PaymentWish, PlanWarning};

use super::payment::Executed;
use super::words::{TipFields, WordsFields};
use super::{consent, pay};
use crate::failure::Failure;
use crate::session::{App, Session};
use crate::show::values::Money;
use crate::show::{Page, Report, short};
use crate::source;

/// Tell what a code is: a payment request, a currency, a receipt, or something else.
///
/// Nothing is paid and nothing is added. A payment request is shown as the wallet would show it before paying: who asks,
/// who says so, how much, and what deserves a second look.
#[derive(Debug, Args)]
pub struct Scan {
    /// A picture (PNG or JPEG), a file with the code's text, the text itself, or - for standard input.
    #[arg(value_name = "FILE, TEXT or -", allow_hyphen_values = true)]
    code: String,
}

/// Carries it out.
pub async fn run(app: &App, scan: &Scan) -> Result<(), Failure> {
    let text = source::text_of(&scan.code)?;
    let found = what(&text)?;
    let needs_wallet =
        matches!(found, Found::Request { .. } | Found::Receipt { .. } | Found::Currency { .. });
    if !needs_wallet || app.need_wallet().is_err() {
        return app.print(&found);
    }
    let session = app.open().await?;
    let told = tokio::select! {
        told = with_wallet(&session, found) => told,
        _ = tokio::signal::ctrl_c() => session.stopped(),
    };
    told.and(session.end().await)
}

/// What a code is.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Found {
    /// Asks for money.
    Request {
        link: String,
        host: Option<String>,
        /// How the wallet would pay it, if it can.
        #[serde(skip_serializing_if = "Option::is_none")]
        plan: Option<Box<PlanFields>>,
        /// Why the wallet cannot pay it as it stands.
        #[serde(skip_serializing_if = "Option::is_none")]
        cannot: Option<Box<Failure>>,
    },
    Currency {
        link: String,
        host: String,
        issuer: IssuerId,
        /// Whether the wallet holds it already; none without a wallet.
        held: Option<bool>,
    },
    Grant {
        link: String,
        host: String,
        issuer: IssuerId,
        account: AccountId,
    },
    Receipt {
        link: String,
        host: String,
        payment: Digest,
        /// The payment, if this wallet was part of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        known: Option<Box<Executed>>,
    },
    Key {
        link: String,
        key: PublicKey,
    },
    SwaptacularRequest,
    SwaptacularCurrency,
    OtherSystem {
        system: &'static str,
    },
    Web {
        url: String,
        host: String,
    },
    Text {
        text: String,
    },
}

/// A plan, as far as a script wants to know it.
#[derive(Debug, Serialize)]
struct PlanFields {
    issuer: IssuerId,
    payee: AccountId,
    payee_name: Option<String>,
    vouched_by: String,
    total: Money,
    available: Money,
    /// The tips that the request offers.
    tips: Vec<TipFields>,
    /// The most that may be added as a tip, if the payer chooses.
    tip_up_to: Option<Money>,
    /// What the payee writes in the request, for which nobody vouches.
    words: Option<WordsFields>,
    warnings: Vec<PlanWarning>,
    #[serde(skip)]
    plan: PaymentPlan,
}

impl From<PaymentPlan> for PlanFields {
    fn from(plan: PaymentPlan) -> Self {
        Self {
            issuer: plan.issuer,
            payee: plan.payee.account,
            payee_name: plan.payee.name.clone(),
            vouched_by: plan.payee.vouched_by.clone(),
            total: Money::of(plan.total, &plan.currency),
            available: Money::of(plan.available, &plan.currency),
            tips: TipFields::all(&plan),
            tip_up_to: plan.tip_up_to.map(|most| Money::of(most, &plan.currency)),
            words: plan.words.as_ref().map(WordsFields::of),
            warnings: plan.warnings.clone(),
            plan,
        }
    }
}

fn what(text: &str) -> Result<Found, Failure> {
    Ok(match scan(text) {
        Scanned::Request { link } => {
            let host = match &*link {
                RequestLink::ByValue { host, .. } => host.clone(),
                RequestLink::ByReference { host, .. } => Some(host.clone()),
            };
            Found::Request { link: text.trim().to_owned(), host, plan: None, cannot: None }
        }
        Scanned::Card { link } => {
            Found::Currency { link: link.text(), host: link.host, issuer: link.issuer, held: None }
        }
        Scanned::Grant { link } => {
            Found::Grant { link: link.text(), host: link.host, issuer: link.issuer, account: link.account }
        }
        Scanned::Receipt { link } => {
            Found::Receipt { link: link.text(), host: link.host, payment: link.payment, known: None }
        }
        Scanned::Key { link } => Found::Key { link: link.text(), key: link.key },
        Scanned::SwaptacularRequest { .. } => Found::SwaptacularRequest,
        Scanned::SwaptacularCoin { .. } => Found::SwaptacularCurrency,
        Scanned::Foreign { system } => Found::OtherSystem { system: system_in_words(system) },
        Scanned::Web { url, host } => Found::Web { url, host },
        Scanned::Text { text } => Found::Text { text },
        Scanned::Broken { rule, reason } => return Err(Failure::new(&rule, reason)),
        Scanned::TooLong { bytes } => {
            return Err(Failure::new("too_long", format!("{bytes} bytes are more than any code holds")));
        }
        _ => return Err(Failure::new("not_a_link", "This kind of code is newer than this program")),
    })
}

async fn with_wallet(session: &Session<'_>, mut found: Found) -> Result<(), Failure> {
    match &mut found {
        Found::Request { link, plan, cannot, .. } => {
            match pay::make(session, PaymentWish::of_link(link.as_str())).await {
                Ok(made) => *plan = Some(Box::new(made.into())),
                Err(failure) => *cannot = Some(Box::new(failure)),
            }
        }
        Found::Currency { issuer, held, .. } => {
            *held = Some(session.wallet.currencies().await?.iter().any(|info| info.issuer == *issuer));
        }
        Found::Receipt { payment, known, .. } => {
            if let Ok(details) = session.wallet.payment(*payment).await {
                let info = session.currency_of(details.payment.issuer).await?;
                *known = Some(Box::new(Executed::of(&details.payment, &info)));
            }
        }
        _ => {}
    }
    session.print(&found)
}

impl Report for Found {
    fn show(&self, page: &mut Page<'_>) {
        match self {
            Self::Request { plan: Some(plan), .. } => {
                consent::show(page, &plan.plan);
                page.gap();
                page.note("Nothing was paid. `tally pay` with the same code pays it.");
            }
            Self::Request { cannot, host, .. } => {
                page.title("A payment request");
                if let Some(host) = host {
                    page.line(format!("Its page is at {host}."));
                }
                if let Some(cannot) = cannot {
                    page.careful(&cannot.text);
                    cannot.advice.iter().for_each(|advice| page.note(advice));
                }
            }
            Self::Currency { link, host, held, .. } => {
                page.title("A currency");
                page.line(format!("Its card is at {host}."));
                match held {
                    Some(true) => page.line("It is in this wallet."),
                    _ => page.note(format!("tally add {link}")),
                }
            }
            Self::Grant { link, host, .. } => {
                page.title("An account to act for");
                page.line(format!(
                    "It is at {host}, for a till or a second device whose key was granted something."
                ));
                page.note(format!("tally act {link}"));
            }
            Self::Receipt { payment, known, .. } => receipt(page, payment, known.as_deref()),
            Self::Key { link, .. } => {
                page.title("The key of a till or a second device");
                page.note(format!("tally grant key {link} --may receive,view,refund --until 30d"));
            }
            Self::SwaptacularRequest => {
                page.title("A payment request of Swaptacular");
                page.line("This wallet recognises it, and cannot pay it yet.");
            }
            Self::SwaptacularCurrency => {
                page.title("A currency of Swaptacular");
                page.line("This wallet recognises it, and cannot add it yet.");
            }
            Self::OtherSystem { system } => {
                page.title("A code of another system");
                page.line(format!("It is {system}, and nothing for this wallet."));
            }
            Self::Web { url, host } => {
                page.title("A web page");
                page.line(format!("It leads to {host}."));
                page.verbatim(url);
            }
            Self::Text { text } if text.is_empty() => page.line("It is empty."),
            Self::Text { text } => {
                page.title("A text");
                text.lines().take(20).for_each(|line| page.verbatim(line));
            }
        }
    }
}

fn receipt(page: &mut Page<'_>, payment: &Digest, known: Option<&Executed>) {
    page.title("A receipt");
    match known {
        None => page.line(format!("It names payment {}, of which this wallet was no part.", short(payment))),
        Some(known) => {
            known.show(page);
            if known.came_in() {
                page.note(format!("tally refund {}", short(payment)));
            }
        }
    }
}

fn system_in_words(system: CodeSystem) -> &'static str {
    match system {
        CodeSystem::BankTransfer => "a transfer between banks",
        CodeSystem::CardScheme => "a merchant's code of cards and banks",
        CodeSystem::Bitcoin => "a Bitcoin payment",
        CodeSystem::Lightning => "a Lightning payment",
        CodeSystem::Taler => "a GNU Taler payment",
        CodeSystem::PayTo => "a payment by payto:",
        CodeSystem::Wifi => "the key of a wireless network",
        CodeSystem::Contact => "somebody's address",
        CodeSystem::Authenticator => "the secret of an authenticator",
        _ => "some other payment",
    }
}
