//! `tallystick-till doctor`: looks at what can be wrong with a till, and says what to do.

use std::io::Write as _;

use tallystick::wallet::{CurrencyInfo, Wallet};
use tallystick_till::place::{Place, PlaceError};

/// What was looked at.
pub(crate) struct Report {
    lines: Vec<(bool, String)>,
}

impl Report {
    fn good(&mut self, text: impl Into<String>) {
        self.lines.push((true, text.into()));
    }

    fn bad(&mut self, text: impl Into<String>) {
        self.lines.push((false, text.into()));
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_well(&self) -> bool {
        self.lines.iter().all(|(good, _)| *good)
    }

    /// Prints it. Nobody need be listening.
    pub(crate) fn print(&self) {
        let mut out = std::io::stdout().lock();
        for (good, text) in &self.lines {
            let _ = writeln!(out, "{} {text}", if *good { "ok   " } else { "wrong" });
        }
    }
}

/// Looks at everything. Without a PIN, only at what is in the open.
pub(crate) async fn examine(place: &Place, pin: Option<&str>) -> Result<Report, PlaceError> {
    let mut report = Report { lines: Vec::new() };
    let wallet = place.open(pin).await?;
    report.good(format!("the wallet in {} opens", place.folder().display()));
    match pin {
        Some(_) => report.good("a PIN is set, and this is it"),
        None => report.bad("no PIN is set: `tallystick-till set-pin`"),
    }
    let looked = issuers(&wallet, &mut report).await;
    wallet.close().await?;
    looked?;
    Ok(report)
}

async fn issuers(wallet: &Wallet, report: &mut Report) -> Result<(), PlaceError> {
    let currencies = wallet.currencies().await?;
    if currencies.is_empty() {
        report.bad("the till acts for nobody yet: `tallystick-till act LINK`");
    }
    for CurrencyInfo { issuer, issuer_name, .. } in currencies {
        match wallet.sync(issuer).await {
            Ok(()) => report.good(format!("{issuer_name} is reached, and what it says is proved")),
            Err(error) => report.bad(format!("{issuer_name}: {error} ({})", error.code())),
        }
        // Read anew: it may have changed just now.
        granted(&wallet.currency(issuer).await?, report);
    }
    Ok(())
}

fn granted(info: &CurrencyInfo, report: &mut Report) {
    let name = &info.issuer_name;
    let Some(acting) = &info.acting else {
        report.bad(format!("{name}: the account is the till's own; a till should act with a granted key"));
        return;
    };
    if acting.state != tallystick::wallet::ActingState::InForce {
        report
            .bad(format!("{name}: the grant does not count any more ({}): grant anew", acting.state.code()));
    } else if !acting.capabilities.receive {
        report.bad(format!("{name}: the grant does not let the till ask for money (`receive`)"));
    } else if acting.capabilities.refund {
        report.good(format!("{name}: may ask for money and pay back"));
    } else {
        report.good(format!("{name}: may ask for money, but not pay back"));
    }
}
