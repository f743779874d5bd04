//! `tally pay`: shows what will happen, asks, and pays exactly once.

use clap::Args;
use tallystick::keys::{AccountId, IssuerId};
use tallystick::money::{self, Amount};
use tallystick::request::CardLink;
use tallystick::wallet::{
    CurrencyInfo, Obstacle, ObstructedPrice, PayTo, PaymentPlan, PaymentWay, PaymentWish, PlanWarning,
};

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
    let terms = Terms::find(session, pay).await?;
    let currency = &terms.info.currency;
    let manner = &session.app.manner;
    let amount = pay.amount.as_deref().map(|text| manner.parse_payable(text, currency)).transpose()?;
    let tip = pay.tip.as_deref().map(|text| terms.tip(manner, text, amount)).transpose()?;
    let wish = PaymentWish {
        to: terms.to,
        issuer: Some(terms.info.issuer),
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

/// Whom to pay, in whose money, at which price if that is fixed.
struct Terms {
    to: PayTo,
    info: CurrencyInfo,
    price: Option<Amount>,
}

impl Terms {
    async fn find(session: &Session<'_>, pay: &Pay) -> Result<Self, Failure> {
        let all = session.wallet.currencies().await?;
        let Ok(account) = pay.to.trim().parse::<AccountId>() else {
            return Self::of_request(session, pay, &all).await;
        };
        let info = choice::currency(&all, pay.currency.as_deref())?.clone();
        Ok(Self { to: PayTo::Account { issuer: info.issuer, account }, info, price: None })
    }

    /// In the currency that was wished for, the only one of the wallet that the request takes, or the best by the holder's
    /// own policy.
    async fn of_request(session: &Session<'_>, pay: &Pay, all: &[CurrencyInfo]) -> Result<Self, Failure> {
        if CardLink::parse(&pay.to).is_ok() {
            return Err(Failure::new("not_a_request", "This is the link of a currency, not of a request")
                .advise(format!("Add the currency first: tally add {}", tame(&pay.to))));
        }
        let wanted = pay.currency.as_deref().map(|wanted| choice::currency(all, Some(wanted))).transpose()?;
        let wish =
            PaymentWish { issuer: wanted.map(|info| info.issuer), ..PaymentWish::of_link(pay.to.as_str()) };
        let choices = session.wallet.ways_to_pay(wish.clone()).await?;
        let plans: Vec<&PaymentPlan> = choices
            .ways
            .iter()
            .filter_map(|way| match way {
                PaymentWay::Held { plan, .. } => Some(plan),
                _ => None,
            })
            .collect();
        let (issuer, price) = match plans.as_slice() {
            [] => (open_price(session, all, &choices.obstructed, wish.clone()).await?, None),
            [best, others @ ..] if choices.decided || others.is_empty() => {
                tell_of(session, others);
                (best.issuer, Some(best.total))
            }
            several => (one_of(all, several.iter().map(|plan| plan.issuer))?, None),
        };
        let info = session.currency_of(issuer).await?;
        Ok(Self { to: wish.to, info, price })
    }

    /// A tip as an amount, or as a percentage of the price.
    fn tip(&self, manner: &Manner, text: &str, amount: Option<Amount>) -> Result<Amount, Failure> {
        let Some(percent) = text.trim().strip_suffix('%') else {
            return manner.parse_limit(text, &self.info.currency);
        };
        let bad = || Failure::usage("tip_percent_invalid", format!("`{text}` is no whole percentage"));
        let percent = percent.trim().parse::<u8>().map_err(|_| bad())?;
        let price = self.price.or(amount);
        let price = price.ok_or_else(|| Failure::new("amount_missing", "How much is to be paid?"))?;
        Ok(money::tip(price, percent)?)
    }
}

/// The currency of a request that leaves the amount to the payer, or why no price of it can be paid.
async fn open_price(
    session: &Session<'_>,
    all: &[CurrencyInfo],
    obstructed: &[ObstructedPrice],
    wish: PaymentWish,
) -> Result<IssuerId, Failure> {
    let open = obstructed.iter().filter(|price| price.obstacle == Obstacle::AmountMissing);
    let open: Vec<IssuerId> = open.filter_map(|price| price.issuer).collect();
    if !open.is_empty() {
        return one_of(all, open.into_iter());
    }
    if obstructed.iter().all(|price| price.obstacle == Obstacle::NotHeld) {
        let text = match wish.issuer {
            Some(_) => "The request cannot be paid in this currency",
            None => "The request asks for none of the currencies in this wallet",
        };
        return Err(Failure::new("no_price", text));
    }
    match session.wallet.plan(wish).await {
        // What stood in the way has gone meanwhile.
        Ok(plan) => Ok(plan.issuer),
        Err(error) => Err(session.explain(error).await),
    }
}

/// The only one of several issuers, or the question which.
fn one_of(all: &[CurrencyInfo], issuers: impl Iterator<Item = IssuerId>) -> Result<IssuerId, Failure> {
    let issuers: Vec<IssuerId> = issuers.collect();
    let these: Vec<CurrencyInfo> =
        all.iter().filter(|info| issuers.contains(&info.issuer)).cloned().collect();
    Ok(choice::currency(&these, None)?.issuer)
}

/// Tells a person what the wallet could have chosen instead.
fn tell_of(session: &Session<'_>, others: &[&PaymentPlan]) {
    if others.is_empty() {
        return;
    }
    let manner = &session.app.manner;
    let others: Vec<String> = others.iter().map(|plan| manner.amount(plan.total, &plan.currency)).collect();
    session.app.printer.tell(manner, |page| {
        let others = others.join(" or ");
        page.note(format!("Your wallet chose among your currencies. With --currency it would be {others}."));
    });
}
