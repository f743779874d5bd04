//! A person's consent to a payment: what is shown, what is asked, and what a script may not decide.

use clap::Args;
use tallystick::error::WalletError;
use tallystick::wallet::{PaymentPlan, PlanWarning};
use zeroize::Zeroizing;

use super::words;
use crate::ask;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Manner, Page, Table, short};

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

/// Shows a plan, refuses what cannot succeed, and gets the person's consent.
pub async fn get(session: &Session<'_>, plan: &PaymentPlan, consent: &Consent) -> Result<(), Failure> {
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
pub fn show(page: &mut Page<'_>, plan: &PaymentPlan) {
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
    if let Some(said) = &plan.words {
        words::show(page, said);
    }
    words::show_tips(page, plan);
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
        PlanWarning::AlreadyPaid => {
            "You have paid this request already, or are about to: nothing more will be paid.".into()
        }
        PlanWarning::BelowReserve => "This leaves less than the reserve that you set.".into(),
        PlanWarning::OverLimit => "This is over the spending limit that you set.".into(),
        _ => return None,
    })
}

/// The PIN that lets a payment go over the limit. A script must have meant it.
pub async fn pin(consent: &Consent) -> Result<Zeroizing<String>, Failure> {
    if consent.over_limit || (!consent.yes && ask::is_terminal()) {
        ask::pin().await
    } else {
        Err(Failure::new("over_limit", "This is over the spending limit"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick::keys::{AccountId, IssuerId};
    use tallystick::money::{Amount, Currency};
    use tallystick::request::TipChoice;
    use tallystick::wallet::{PayeeView, PayeeWords, RequestLine};

    fn plan(name: Option<&str>, warnings: &[PlanWarning]) -> PaymentPlan {
        PaymentPlan {
            idempotency_key: String::new(),
            issuer: IssuerId::new([1; 16]),
            currency: Currency::new("BREAD", "Bread", "", 2).unwrap(),
            payee: PayeeView {
                account: AccountId::new([2; 16]),
                name: name.map(str::to_owned),
                vouched_by: "Old Town".into(),
                first_payment: warnings.contains(&PlanWarning::FirstPayment),
                key_changed: warnings.contains(&PlanWarning::KeyChanged),
                formerly: warnings.contains(&PlanWarning::NameChanged).then(|| "Baker Street".into()),
                takes_memos: true,
                role: name.map(|_| tallystick::artefact::Role::Customer),
            },
            total: Amount::new(385),
            tip: Some(Amount::new(35)),
            tips: Vec::new(),
            tip_up_to: None,
            words: None,
            memo: Some("two rolls\u{1b}[2J".into()),
            available: Amount::new(5_000),
            warnings: warnings.to_vec(),
            earlier_payment: None,
            request: None,
            request_ends_at: Some(1_800_000_000),
            request_artefact: None,
            repays: None,
        }
    }

    fn page(plan: &PaymentPlan) -> String {
        let manner = Manner::fixed("de");
        let mut page = Page::new(&manner);
        show(&mut page, plan);
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    #[test]
    fn a_known_payee_is_named_by_its_issuer() {
        insta::assert_snapshot!(page(&plan(Some("Bakery"), &[])));
    }

    #[test]
    fn the_payees_own_words_and_the_tips_stand_below_what_is_vouched_for() {
        let bread = Currency::new("BREAD", "Bread", "", 2).unwrap();
        let line = |text: &str, quantity_thousandths, minor| RequestLine {
            text: text.into(),
            quantity_thousandths,
            amount: Amount::new(minor),
        };
        let words = PayeeWords {
            lines: vec![line("Loaf", 2_000, 300), line("Cheese\u{1b}[2J", 350, 85)],
            lines_issuer: Some(IssuerId::new([1; 16])),
            lines_currency: Some(bread),
            note: Some("Thank you!".into()),
            reference: Some(b"table 4".to_vec()),
        };
        let choice = |percent, minor| TipChoice { percent, amount: Amount::new(minor) };
        let asked = PaymentPlan { words: Some(words), tip: None, ..plan(Some("Bakery"), &[]) };
        let offered = PaymentPlan { tips: vec![choice(5, 19), choice(10, 39)], ..asked.clone() };
        insta::assert_snapshot!(page(&offered));
        let free = PaymentPlan { tip_up_to: Some(Amount::new(385)), ..asked };
        assert!(page(&free).contains("--tip AMOUNT, up to 3,85"), "{}", page(&free));
    }

    #[test]
    fn every_warning_is_said_in_plain_words() {
        let all = [
            PlanWarning::UnnamedPayee,
            PlanWarning::FirstPayment,
            PlanWarning::KeyChanged,
            PlanWarning::NameChanged,
            PlanWarning::IssuerDistrusted,
            PlanWarning::AlreadyPaid,
            PlanWarning::BelowReserve,
            PlanWarning::OverLimit,
        ];
        insta::assert_snapshot!(page(&plan(None, &all)));
    }

    #[test]
    fn a_script_decides_nothing_for_a_person() {
        let judged = |warning, unnamed_ok| {
            let judged = judge_alone(&plan(None, &[warning]), unnamed_ok);
            judged.err().map(|failure| failure.code)
        };
        assert_eq!(judged(PlanWarning::FirstPayment, false), None);
        assert_eq!(judged(PlanWarning::UnnamedPayee, false).as_deref(), Some("unnamed_payee"));
        assert_eq!(judged(PlanWarning::UnnamedPayee, true), None);
        for warning in [PlanWarning::KeyChanged, PlanWarning::NameChanged, PlanWarning::IssuerDistrusted] {
            assert_eq!(judged(warning, true).as_deref(), Some("needs_a_person"));
        }
    }

    #[test]
    fn what_must_fail_is_not_asked_about() {
        let manner = Manner::fixed("en");
        let refused = |warning| {
            let refused = refuse_hopeless(&manner, &plan(Some("Bakery"), &[warning]));
            refused.err().map(|failure| failure.code)
        };
        assert_eq!(refused(PlanWarning::NotEnough).as_deref(), Some("insufficient_funds"));
        assert_eq!(refused(PlanWarning::Expired).as_deref(), Some("expired"));
        assert_eq!(refused(PlanWarning::OverLimit), None);
    }
}
