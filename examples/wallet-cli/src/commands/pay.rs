//! `tally pay`: shows what will happen, asks, and pays exactly once.

use clap::Args;
use tallystick::artefact::{Request, Unproven};
use tallystick::error::WalletError;
use tallystick::issuer::IssuerBackend as _;
use tallystick::keys::{AccountId, IssuerId};
use tallystick::money::{self, Amount};
use tallystick::request::{self, CardLink, RequestLink};
use tallystick::wallet::{CurrencyInfo, PayTo, PaymentPlan, PaymentWish, PlanWarning};

use super::payment;
use crate::ask;
use crate::choice;
use crate::failure::Failure;
use crate::session::{Session, Stage};
use crate::show::{Manner, Page, Table, short, tame};

/// Pay a request, or an account.
///
/// Shows to whom, how much and from which balance, with everything that deserves a second look, and asks before it
/// pays. Once confirmed, the payment is made exactly once, whatever happens to the network or this computer.
#[derive(Debug, Args)]
pub struct Pay {
    /// The request's link (https://…/p/… or tallystick:p/…), or the id of an account.
    #[arg(value_name = "LINK or ACCOUNT")]
    pub to: String,
    /// How much, if the request does not say.
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub amount: Option<String>,
    /// In whose money: a code, an issuer's name, or the first letters of its id.
    #[arg(long, short, value_name = "CURRENCY")]
    pub currency: Option<String>,
    /// A tip on top: an amount, or a percentage such as 10%.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub tip: Option<String>,
    /// A word to the payee, which only the payee can read.
    #[arg(long, value_name = "TEXT")]
    pub memo: Option<String>,
    /// Pay at most once for this key, however often the command is run.
    #[arg(long, value_name = "TEXT")]
    pub key: Option<String>,
    #[command(flatten)]
    pub consent: Consent,
}

/// How a payment is confirmed.
#[derive(Debug, Args)]
pub struct Consent {
    /// Pay without asking. Still refuses whatever needs a person's judgement.
    #[arg(long, short)]
    pub yes: bool,
    /// With --yes: also pay an account that nobody vouches for.
    #[arg(long)]
    pub unnamed_ok: bool,
    /// Let it go over your spending limit: asks for the PIN.
    #[arg(long)]
    pub over_limit: bool,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, pay: Pay) -> Result<(), Failure> {
    let plan = plan(session, &pay).await?;
    confirm(session, plan, &pay.consent).await
}

/// Gets the person's consent, pays, and tells the outcome.
pub async fn confirm(session: &Session<'_>, plan: PaymentPlan, consent: &Consent) -> Result<(), Failure> {
    self::consent(session, &plan, consent).await?;
    let over_limit = plan.warnings.contains(&PlanWarning::OverLimit);
    let pin = if over_limit { Some(pin(consent).await?) } else { None };
    session.set_stage(Stage::Paying);
    let paid = match &pin {
        None => session.wallet.pay(plan).await,
        Some(pin) => session.wallet.pay_over_limit(plan, pin).await,
    };
    session.set_stage(Stage::Working);
    match paid {
        Ok(paid) => payment::outcome(session, &paid).await,
        Err(error) => Err(session.explain(error).await),
    }
}

/// The PIN that lets a payment go over the limit. A script must have meant it.
async fn pin(consent: &Consent) -> Result<zeroize::Zeroizing<String>, Failure> {
    if consent.over_limit || (!consent.yes && ask::is_terminal()) {
        ask::pin().await
    } else {
        Err(Failure::new("over_limit", "This is over the spending limit"))
    }
}

async fn plan(session: &Session<'_>, pay: &Pay) -> Result<PaymentPlan, Failure> {
    let target = Target::find(session, pay).await?;
    let currency = &target.info.currency;
    let manner = &session.app.manner;
    let amount = pay.amount.as_deref().map(|text| manner.parse_payable(text, currency)).transpose()?;
    let tip = pay.tip.as_deref().map(|text| target.tip(manner, text, amount)).transpose()?;
    let wish = PaymentWish {
        to: target.to,
        issuer: Some(target.info.issuer),
        amount,
        tip,
        memo: pay.memo.clone(),
        idempotency_key: pay.key.clone(),
    };
    make(session, wish).await
}

/// Plans; if the balance does not suffice by what is known, asks the issuer first whether more came in.
async fn make(session: &Session<'_>, wish: PaymentWish) -> Result<PaymentPlan, Failure> {
    let plan = session.wallet.plan(wish.clone()).await?;
    if !plan.warnings.contains(&PlanWarning::NotEnough) || session.app.shared.offline {
        return Ok(plan);
    }
    session.refresh_quietly(&[session.currency_of(plan.issuer).await?]).await;
    Ok(session.wallet.plan(wish).await?)
}

/// Whom to pay, and in whose money.
struct Target {
    to: PayTo,
    info: CurrencyInfo,
    request: Option<Unproven<Request>>,
}

impl Target {
    async fn find(session: &Session<'_>, pay: &Pay) -> Result<Self, Failure> {
        let all = session.wallet.currencies().await?;
        let wanted = pay.currency.as_deref();
        if let Ok(account) = pay.to.trim().parse::<AccountId>() {
            let info = choice::currency(&all, wanted)?.clone();
            let to = PayTo::Account { issuer: info.issuer, account };
            return Ok(Self { to, info, request: None });
        }
        let request = fetch(session, &pay.to).await?;
        let info = in_whose_money(&all, request.body(), wanted)?.clone();
        Ok(Self { to: PayTo::Request { link: pay.to.clone() }, info, request: Some(request) })
    }

    /// A tip as an amount, or as a percentage of the price.
    fn tip(&self, manner: &Manner, text: &str, amount: Option<Amount>) -> Result<Amount, Failure> {
        let Some(percent) = text.trim().strip_suffix('%') else {
            return manner.parse_limit(text, &self.info.currency);
        };
        let bad = || Failure::usage("tip_percent_invalid", format!("`{text}` is no whole percentage"));
        let percent = percent.trim().parse::<u8>().map_err(|_| bad())?;
        let price = match &self.request {
            Some(request) => request::price(request.body(), &self.info.issuer, amount)
                .map_err(|error| Failure::new(error.code(), error))?,
            None => amount.ok_or_else(|| Failure::new("amount_missing", "How much is to be paid?"))?,
        };
        Ok(money::tip(price, percent)?)
    }
}

async fn fetch(session: &Session<'_>, link: &str) -> Result<Unproven<Request>, Failure> {
    if CardLink::parse(link).is_ok() {
        return Err(Failure::new("not_a_request", "This is the link of a currency, not of a request")
            .advise(format!("Add the currency first: tally add {}", tame(link))));
    }
    match RequestLink::parse(link).map_err(|error| Failure::new(error.code(), error))? {
        RequestLink::ByValue { request, .. } => Ok(request),
        RequestLink::ByReference { host, hash } => Ok(session.backend.request(&host, &hash).await?),
    }
}

/// The currency that was wished for, or the only one of the wallet that the request takes.
fn in_whose_money<'a>(
    all: &'a [CurrencyInfo],
    request: &Request,
    wanted: Option<&str>,
) -> Result<&'a CurrencyInfo, Failure> {
    let held: Vec<IssuerId> = all.iter().map(|info| info.issuer).collect();
    let taken = request::issuers_of(request, &held).map_err(|error| Failure::new(error.code(), error))?;
    if taken.is_empty() {
        return Err(Failure::new("no_price", "The request asks for none of the currencies in this wallet"));
    }
    let payable: Vec<CurrencyInfo> =
        all.iter().filter(|info| taken.contains(&info.issuer)).cloned().collect();
    let chosen = match wanted {
        Some(_) => choice::currency(all, wanted)?.issuer,
        None => choice::currency(&payable, None)?.issuer,
    };
    all.iter()
        .find(|info| info.issuer == chosen && taken.contains(&chosen))
        .ok_or_else(|| Failure::new("no_price", "The request cannot be paid in this currency"))
}

/// Shows a plan, refuses what cannot succeed, and gets the person's consent.
async fn consent(session: &Session<'_>, plan: &PaymentPlan, consent: &Consent) -> Result<(), Failure> {
    let manner = &session.app.manner;
    session.app.printer.tell(manner, |page| show(page, plan));
    refuse_hopeless(manner, plan)?;
    if consent.yes {
        return judge_alone(plan, consent.unnamed_ok);
    }
    let amount = manner.amount(plan.total, &plan.currency);
    ask::confirm(&format!("Pay {amount}?")).await?;
    if plan.warnings.contains(&PlanWarning::UnnamedPayee) {
        ask::confirm("Nobody you trust says who this is. Pay all the same?").await?;
    }
    Ok(())
}

fn refuse_hopeless(manner: &Manner, plan: &PaymentPlan) -> Result<(), Failure> {
    let amount = |amount| manner.amount(amount, &plan.currency);
    for warning in &plan.warnings {
        match warning {
            PlanWarning::NotEnough => {
                let text =
                    format!("{} is needed, and {} can be spent", amount(plan.total), amount(plan.available));
                return Err(Failure::new("insufficient_funds", text));
            }
            PlanWarning::Expired => {
                return Err(Failure::from(WalletError::Expired { what: "request".into() }));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a script may not decide.
fn judge_alone(plan: &PaymentPlan, unnamed_ok: bool) -> Result<(), Failure> {
    for warning in &plan.warnings {
        match warning {
            PlanWarning::UnnamedPayee if !unnamed_ok => {
                let text = format!("Nobody you trust says who account {} is", short(&plan.payee.account));
                return Err(Failure::new("unnamed_payee", text));
            }
            PlanWarning::KeyChanged | PlanWarning::NameChanged | PlanWarning::IssuerDistrusted => {
                return Err(Failure::new("needs_a_person", in_words(plan, *warning).unwrap_or_default()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The plan as a person sees it before saying yes.
fn show(page: &mut Page<'_>, plan: &PaymentPlan) {
    let manner = page.manner();
    let amount = |amount| manner.amount(amount, &plan.currency);
    page.title(if plan.repays.is_some() { "Pay back" } else { "Payment" });
    let mut table = Table::new();
    let mut row = |label: &str, value: String| table.row([label.into(), value.into()]);
    row("to", payee(plan));
    row("amount", amount(plan.total));
    if let Some(tip) = plan.tip {
        row("tip", format!("{}, included", amount(tip)));
    }
    if let Some(memo) = &plan.memo {
        row("memo", memo.clone());
    }
    row("you can spend", amount(plan.available));
    if let Some(ends_at) = plan.request_ends_at {
        row("asked until", manner.time(ends_at));
    }
    page.table(&table);
    for warning in plan.warnings.iter().filter_map(|warning| in_words(plan, *warning)) {
        page.careful(warning);
    }
}

/// "*name*, says *issuer*": nobody else's word counts.
fn payee(plan: &PaymentPlan) -> String {
    let payee = &plan.payee;
    match &payee.name {
        Some(name) => format!("{name}, says {}", payee.vouched_by),
        None => format!("unnamed account {} at {}", payee.account, payee.vouched_by),
    }
}

/// A warning in plain words; `None` for those that end the payment with words of their own.
fn in_words(plan: &PaymentPlan, warning: PlanWarning) -> Option<String> {
    let payee = &plan.payee;
    Some(match warning {
        PlanWarning::UnnamedPayee => {
            format!("{} vouches for no name of this account. Make sure whose it is.", payee.vouched_by)
        }
        PlanWarning::FirstPayment => "You have never paid this account before.".into(),
        PlanWarning::KeyChanged => {
            "This payee's key is another than when you last paid. Ask the payee whether that is right.".into()
        }
        PlanWarning::NameChanged => match &payee.formerly {
            Some(formerly) => format!("When you last paid this account, its name was {formerly}."),
            None => "This account had another name when you last paid it.".into(),
        },
        PlanWarning::IssuerDistrusted => {
            format!("{} was caught contradicting itself: see `tally evidence`.", payee.vouched_by)
        }
        PlanWarning::OverLimit => "This is over the spending limit that you set.".into(),
        _ => return None,
    })
}
