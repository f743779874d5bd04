//! `tally pay`: shows what will happen, asks, and pays exactly once.

use clap::Args;
use tallystick::artefact::{Request, Unproven};
use tallystick::issuer::IssuerBackend as _;
use tallystick::keys::{AccountId, IssuerId};
use tallystick::money::{self, Amount};
use tallystick::request::{self, CardLink, RequestLink};
use tallystick::wallet::{CurrencyInfo, PayTo, PaymentPlan, PaymentWay, PaymentWish, PlanWarning};

use super::consent::{self, Consent};
use super::payment;
use crate::choice;
use crate::failure::Failure;
use crate::session::{Session, Stage};
use crate::show::{Manner, tame};
use crate::source;

/// Pay a request, or an account.
///
/// Shows to whom, how much and from which balance, with everything that deserves a second look, and asks before it
/// pays. Once confirmed, the payment is made exactly once, whatever happens to the network or this computer.
#[derive(Debug, Args)]
pub struct Pay {
    /// The request: its link (https://…/p/… or tallystick:p/…), a picture of its code, or - for standard input. Or the id
    /// of an account.
    #[arg(value_name = "LINK, PICTURE or ACCOUNT", allow_hyphen_values = true)]
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

/// Carries it out.
pub async fn run(session: &Session<'_>, mut pay: Pay) -> Result<(), Failure> {
    pay.to = source::text_of(&pay.to)?;
    let plan = plan(session, &pay).await?;
    confirm(session, plan, &pay.consent).await
}

/// Gets the person's consent, pays, and tells the outcome.
pub async fn confirm(session: &Session<'_>, plan: PaymentPlan, consent: &Consent) -> Result<(), Failure> {
    consent::get(session, &plan, consent).await?;
    let over_limit = plan.warnings.contains(&PlanWarning::OverLimit);
    let pin = if over_limit { Some(consent::pin(consent).await?) } else { None };
    session.set_stage(Stage::Paying);
    let paid = match &pin {
        None => session.wallet.pay(plan, None).await,
        Some(pin) => session.wallet.pay_over_limit(plan, pin, None).await,
    };
    session.set_stage(Stage::Working);
    match paid {
        Ok(paid) => payment::outcome(session, &paid).await,
        Err(error) => Err(session.explain(error).await),
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
pub async fn make(session: &Session<'_>, wish: PaymentWish) -> Result<PaymentPlan, Failure> {
    let plan = match session.wallet.plan(wish.clone()).await {
        Ok(plan) => plan,
        Err(error) => return Err(session.explain(error).await),
    };
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
        let info = in_whose_money(session, &all, request.body(), pay).await?.clone();
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

/// The currency that was wished for, the only one of the wallet that the request takes, or the best by the holder's own
/// policy.
async fn in_whose_money<'a>(
    session: &Session<'_>,
    all: &'a [CurrencyInfo],
    request: &Request,
    pay: &Pay,
) -> Result<&'a CurrencyInfo, Failure> {
    let held: Vec<IssuerId> = all.iter().map(|info| info.issuer).collect();
    let taken = request::issuers_of(request, &held).map_err(|error| Failure::new(error.code(), error))?;
    if taken.is_empty() {
        return Err(Failure::new("no_price", "The request asks for none of the currencies in this wallet"));
    }
    let payable: Vec<CurrencyInfo> =
        all.iter().filter(|info| taken.contains(&info.issuer)).cloned().collect();
    let chosen = match &pay.currency {
        Some(wanted) => choice::currency(all, Some(wanted))?.issuer,
        None => match best(session, pay, payable.len()).await? {
            Some(best) => best,
            None => choice::currency(&payable, None)?.issuer,
        },
    };
    all.iter()
        .find(|info| info.issuer == chosen && taken.contains(&chosen))
        .ok_or_else(|| Failure::new("no_price", "The request cannot be paid in this currency"))
}

/// The best of several currencies, if that is for the wallet to say. A person is told of the others.
async fn best(session: &Session<'_>, pay: &Pay, payable: usize) -> Result<Option<IssuerId>, Failure> {
    if payable < 2 {
        return Ok(None);
    }
    let choices = session.wallet.ways_to_pay(PaymentWish::of_link(&pay.to)).await?;
    if !choices.decided {
        return Ok(None);
    }
    let mut ways = choices.ways.iter().filter_map(|way| match way {
        PaymentWay::Held { plan, .. } => Some(plan),
        _ => None,
    });
    let Some(first) = ways.next() else { return Ok(None) };
    let manner = &session.app.manner;
    let others: Vec<String> = ways.map(|plan| manner.amount(plan.total, &plan.currency)).collect();
    if !others.is_empty() {
        let others = others.join(" or ");
        session.app.printer.tell(manner, |page| {
            page.note(format!(
                "Your wallet chose among your currencies. With --currency it would be {others}."
            ));
        });
    }
    Ok(Some(first.issuer))
}
