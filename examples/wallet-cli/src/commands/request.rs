//! `tally request`: a link that others can pay.

use std::io::IsTerminal as _;

use clap::Args;
use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, IssuerId, RequestId};
use tallystick::money::Amount;
use tallystick::request::{Code, CodeLevel};
use tallystick::wallet::{CurrencyInfo, PriceWish, RequestInfo, RequestLine, RequestWish, TipWish};

use super::payment;
use crate::choice;
use crate::failure::Failure;
use crate::picture::PictureFile;
use crate::session::{Session, now};
use crate::show::values::Money;
use crate::show::{Cell, Manner, Page, Report, Table, short, tame};

/// How long a request can be paid if nobody says otherwise: a customer stands at the till.
const USUAL_SPAN: &str = "15m";
/// How many requests a list shows.
const LIST: u32 = 50;

/// Ask for money: make a link that others can pay.
///
/// The link names you by your account; the payer's wallet shows the name that the issuer vouches for. It can be paid
/// once, within 15 minutes, unless you say otherwise.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("other").args(["list", "cancel", "show"]).conflicts_with_all(["amount", "or", "wait"]))]
#[allow(clippy::struct_excessive_bools, reason = "switches of a command, not a state")]
pub struct Request {
    /// How much; without it the payer chooses (with --reusable).
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: Option<String>,
    /// In whose money: a code, an issuer's name, or the first letters of its id.
    #[arg(long, short, value_name = "CURRENCY")]
    currency: Option<String>,
    /// Another currency in which it can be paid instead, such as "3.50 COFFEE"; at most two. Needs a public account.
    #[arg(long, value_name = "AMOUNT CURRENCY")]
    or: Vec<String>,
    /// How long it can be paid: a span such as 15m, 2h or 30d, or a day such as 2027-06-30.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Can be paid more than once.
    #[arg(long)]
    reusable: bool,
    /// Your own reference, up to 8 letters.
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// Which tip may be added: `free`, or up to three percentages such as 5,10,15.
    #[arg(long, value_name = "POLICY")]
    tip: Option<String>,
    /// Something that is paid for, such as "2 loaf 7.00"; the issuer keeps it for the payer.
    #[arg(long, value_name = "QUANTITY TEXT AMOUNT")]
    line: Vec<String>,
    /// A word to the payer; the issuer keeps it.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Wait until it is paid.
    #[arg(long)]
    wait: bool,
    /// Draw the code also if the output is not a terminal.
    #[arg(long)]
    code: bool,
    /// Save a picture of the code: FILE.png or FILE.svg.
    #[arg(long, value_name = "FILE", value_parser = PictureFile::parse)]
    picture: Option<PictureFile>,
    /// List the newest requests instead of making one.
    #[arg(long)]
    list: bool,
    /// Show this request instead of making one; with --wait, wait until it is paid.
    #[arg(long, value_name = "REQUEST")]
    show: Option<String>,
    /// Withdraw this request.
    #[arg(long, value_name = "REQUEST")]
    cancel: Option<String>,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, request: Request) -> Result<(), Failure> {
    if request.list {
        let requests = session.wallet.requests(LIST).await?;
        return session.print(&List { requests: requests.iter().map(Fields::of).collect() });
    }
    if let Some(id) = &request.cancel {
        return withdraw(session, id).await;
    }
    if let Some(id) = &request.show {
        let asked = find(session, id).await?;
        let code = code(&request, &asked)?;
        session.print(&Shown { fields: Fields::of(&asked), code })?;
        return if request.wait { wait(session, &asked).await } else { Ok(()) };
    }
    let wish = wish(session, &request).await?;
    let asked = session.wallet.request_payment(wish.0).await?;
    let code = code(&request, &asked)?;
    session.print(&Asked { fields: Fields::of(&asked), prices: wish.1, code })?;
    if request.wait { wait(session, &asked).await } else { Ok(()) }
}

/// The code to be shown, if it is to be; saved, if that was asked.
fn code(request: &Request, asked: &RequestInfo) -> Result<Option<Code>, Failure> {
    let code = Code::of_link(&asked.code, CodeLevel::Screen);
    let code = code.map_err(|error| Failure::new(error.code(), error))?;
    if let Some(file) = &request.picture {
        file.save(&code)?;
    }
    Ok((request.code || std::io::stdout().is_terminal()).then_some(code))
}

/// Withdraws a request at all its issuers.
pub async fn withdraw(session: &Session<'_>, text: &str) -> Result<(), Failure> {
    let asked = find(session, text).await?;
    let cancelled = session.wallet.cancel_request(asked.request).await?;
    session.print(&Fields::of(&cancelled))
}

async fn wait(session: &Session<'_>, asked: &RequestInfo) -> Result<(), Failure> {
    session
        .app
        .printer
        .tell(&session.app.manner, |page| page.note("Waiting for the money. Ctrl-C ends the waiting."));
    // By the clock by which it ends, whatever this computer's says.
    let now = asked.prices.first().map_or_else(now, |price| session.wallet.issuer_time(price.issuer));
    let seconds = asked.ends_at.map_or(i64::MAX, |ends_at| ends_at.saturating_sub(now).max(0));
    let patience_ms = u32::try_from(seconds.saturating_mul(1_000)).unwrap_or(u32::MAX);
    match session.wallet.wait_for_request(asked.request, patience_ms).await {
        Ok(paid) => payment::outcome(session, &paid).await,
        Err(tallystick::error::WalletError::NotFound { .. }) => {
            Err(Failure::new("not_paid", "Nobody paid it in time"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn find(session: &Session<'_>, text: &str) -> Result<RequestInfo, Failure> {
    if let Ok(id) = text.trim().parse::<RequestId>() {
        return Ok(session.wallet.request(id).await?);
    }
    let all = session.wallet.requests(500).await?;
    let mut found = all.into_iter().filter(|one| choice::begins(&one.request, text));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => {
            Err(Failure::new("ambiguous_request", format!("`{}` fits several requests", tame(text))))
        }
        (None, _) => Err(Failure::new(
            "unknown_request",
            format!("There is no request `{}` in this wallet", tame(text)),
        )),
    }
}

/// What is asked in one currency.
#[derive(Serialize)]
struct PriceFields {
    issuer: IssuerId,
    amount: Option<Money>,
    currency: String,
}

async fn wish(session: &Session<'_>, request: &Request) -> Result<(RequestWish, Vec<PriceFields>), Failure> {
    let manner = &session.app.manner;
    let now = now();
    let until = match (&request.until, request.reusable) {
        (Some(text), _) => Some(manner.until(text, now)?),
        (None, true) => None,
        (None, false) => Some(manner.until(USUAL_SPAN, now)?),
    };
    let all = session.wallet.currencies().await?;
    let first = choice::currency(&all, request.currency.as_deref())?;
    let mut prices = vec![(first, payable(manner, request.amount.as_deref(), first)?)];
    for other in &request.or {
        let bad = || Failure::usage("usage", format!("`{other}` is not an amount and a currency"));
        let (amount, currency) = other.trim().rsplit_once(char::is_whitespace).ok_or_else(bad)?;
        let info = choice::currency(&all, Some(currency))?;
        prices.push((info, payable(manner, Some(amount), info)?));
    }
    let lines =
        request.line.iter().map(|text| line(manner, text, first)).collect::<Result<Vec<_>, Failure>>()?;
    let wish = RequestWish {
        prices: prices
            .iter()
            .map(|(info, amount)| PriceWish { issuer: info.issuer, amount: *amount })
            .collect(),
        seconds: until.map(|until| until - now),
        reusable: request.reusable,
        reference: request.reference.as_ref().map(|text| text.as_bytes().to_vec()),
        tip: tip(request.tip.as_deref())?,
        lines,
        note: request.note.clone(),
    };
    let fields = prices
        .iter()
        .map(|(info, amount)| PriceFields {
            issuer: info.issuer,
            amount: amount.map(|amount| Money::of(amount, &info.currency)),
            currency: info.currency.code().to_owned(),
        })
        .collect();
    Ok((wish, fields))
}

fn payable(manner: &Manner, text: Option<&str>, info: &CurrencyInfo) -> Result<Option<Amount>, Failure> {
    text.map(|text| manner.parse_payable(text, &info.currency)).transpose()
}

fn tip(policy: Option<&str>) -> Result<TipWish, Failure> {
    let Some(policy) = policy.map(str::trim) else { return Ok(TipWish::NoTip) };
    if policy == "free" {
        return Ok(TipWish::Free);
    }
    let percentages = policy
        .split(',')
        .map(|part| part.trim().trim_end_matches('%').trim_end().parse::<u8>())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Failure::usage("usage", format!("`{policy}` is neither `free` nor percentages")))?;
    Ok(TipWish::Percentages { percentages })
}

/// `2 loaf of rye 7.00`: how many, what, and what it costs together. Thousandths may be given: `0.350 cheese 4.20`.
fn line(manner: &Manner, text: &str, info: &CurrencyInfo) -> Result<RequestLine, Failure> {
    let bad = || Failure::usage("usage", format!("`{text}` is not a quantity, a text and an amount"));
    let (quantity, rest) = text.trim().split_once(char::is_whitespace).ok_or_else(bad)?;
    let (what, amount) = rest.trim().rsplit_once(char::is_whitespace).ok_or_else(bad)?;
    let thousandths = Amount::from_decimal_str(&quantity.replace(',', "."), 3).map_err(|_| bad())?;
    if !thousandths.is_positive() {
        return Err(bad());
    }
    Ok(RequestLine {
        text: what.trim().to_owned(),
        quantity_thousandths: thousandths.minor(),
        amount: manner.parse_limit(amount, &info.currency)?,
    })
}

/// A request of this wallet.
#[derive(Serialize)]
struct Fields {
    request: RequestId,
    link: String,
    issuers: Vec<IssuerId>,
    created_at: UnixSeconds,
    ends_at: Option<UnixSeconds>,
    paid_by: Vec<Digest>,
    cancelled: bool,
}

impl Fields {
    fn of(info: &RequestInfo) -> Self {
        Self {
            request: info.request,
            link: info.link.clone(),
            issuers: info.prices.iter().map(|price| price.issuer).collect(),
            created_at: info.created_at,
            ends_at: info.ends_at,
            paid_by: info.paid_by.clone(),
            cancelled: info.cancelled,
        }
    }

    fn state(&self) -> String {
        match self.paid_by.as_slice() {
            _ if self.cancelled => "withdrawn".into(),
            [] => "not paid".into(),
            [once] => format!("paid by {}", short(once)),
            several => format!("paid {} times", several.len()),
        }
    }
}

impl Report for Fields {
    fn show(&self, page: &mut Page<'_>) {
        let mut table = Table::new();
        let manner = page.manner();
        let mut row = |label: &str, value: String| table.row([label.into(), value.into()]);
        row("request", self.request.to_string());
        row("made", manner.time(self.created_at));
        row("ends", self.ends_at.map_or_else(|| "never".into(), |at| manner.time(at)));
        row("state", self.state());
        page.table(&table);
        page.verbatim(&self.link);
    }
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    fields: Fields,
    #[serde(skip)]
    code: Option<Code>,
}

impl Report for Shown {
    fn show(&self, page: &mut Page<'_>) {
        self.fields.show(page);
        self.code.iter().for_each(|code| page.code(code));
    }
}

#[derive(Serialize)]
struct Asked {
    #[serde(flatten)]
    fields: Fields,
    prices: Vec<PriceFields>,
    #[serde(skip)]
    code: Option<Code>,
}

impl Report for Asked {
    fn show(&self, page: &mut Page<'_>) {
        let manner = page.manner();
        if let Some(code) = &self.code {
            page.code(code);
            page.line("Let the payer scan the code, open this link, or run `tally pay` with it:");
        } else {
            page.line("Let the payer open this link, or run `tally pay` with it:");
        }
        page.gap();
        page.verbatim(&self.fields.link);
        page.gap();
        let ends = match self.fields.ends_at {
            Some(at) => format!("It can be paid until {}.", manner.time(at)),
            None => "It can be paid for ever, as often as people like.".into(),
        };
        page.note(format!("Request {}. {ends}", short(&self.fields.request)));
    }
}

#[derive(Serialize)]
struct List {
    requests: Vec<Fields>,
}

impl Report for List {
    fn show(&self, page: &mut Page<'_>) {
        if self.requests.is_empty() {
            page.line("You have not asked for money yet. `tally request AMOUNT` does.");
            return;
        }
        let mut table = Table::with_headings(&["request", "made", "ends", "state"]);
        for one in &self.requests {
            let manner = page.manner();
            table.row([
                Cell::text(short(&one.request)),
                Cell::text(manner.time(one.created_at)),
                Cell::text(one.ends_at.map_or_else(|| "never".into(), |at| manner.time(at))),
                Cell::text(one.state()),
            ]);
        }
        page.table(&table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick::keys::AccountId;
    use tallystick::money::Currency;

    fn bakery() -> CurrencyInfo {
        CurrencyInfo {
            issuer: IssuerId::new([1; 16]),
            issuer_name: "Bakery".into(),
            currency: Currency::new("BREAD", "Bread", "", 2).unwrap(),
            account: AccountId::new([0; 16]),
            promise: String::new(),
            owners_limit: Amount::ZERO,
            link: String::new(),
            opened: true,
            owned: false,
            acting: None,
        }
    }

    #[test]
    fn lines_are_read() {
        let manner = Manner::fixed("en");
        let read = line(&manner, " 2 loaf of rye  7.00 ", &bakery()).unwrap();
        assert_eq!((read.quantity_thousandths, read.text.as_str()), (2_000, "loaf of rye"));
        assert_eq!(read.amount, Amount::new(700));
        assert_eq!(line(&manner, "0.350 cheese 4.20", &bakery()).unwrap().quantity_thousandths, 350);
        for bad in ["", "2", "2 loaf", "x loaf 7.00", "0.0001 loaf 7.00", "-1 loaf 7", "0 loaf 7"] {
            assert!(line(&manner, bad, &bakery()).is_err(), "{bad}");
        }
    }

    #[test]
    fn tip_policies_are_read() {
        assert_eq!(tip(None), Ok(TipWish::NoTip));
        assert_eq!(tip(Some("free")), Ok(TipWish::Free));
        assert_eq!(tip(Some("5, 10%,15")), Ok(TipWish::Percentages { percentages: vec![5, 10, 15] }));
        assert_eq!(tip(Some("much")).unwrap_err().code, "usage");
    }
}
