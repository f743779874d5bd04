//! The phones of a scenario, and what each step does with one.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tallystick::clock::SystemEntropy;
use tallystick::error::WalletError;
use tallystick::keys::{Digest, IssuerId, MemorySecretStore};
use tallystick::money::{Amount, Currency};
use tallystick::request::CodeLevel;
use tallystick::wallet::{
    AccountKind, ExportFormat, ExportQuery, HistoryQuery, KeyCapabilities, PayTo, PaymentPlan, PaymentWish,
    PriceWish, RequestLine, RequestWish, SpendingLimits, TipWish,
};
use tallystick_ffi::{
    NewWallet, RecoveryPhrase, RestoredWallet, Wallet, WalletSettings, code_modules, code_png, create_wallet,
    payment_mark, restore_wallet, restore_wallet_after_loss, scan, scan_picture, verify_evidence,
};
use tempfile::TempDir;

use crate::scenario::Stage;
use crate::shapes;

/// Somebody's phone: a folder, a keystore, and the wallet while it is open.
pub struct Phone {
    wallet: Option<Arc<Wallet>>,
    phrase: Option<Arc<RecoveryPhrase>>,
    plans: BTreeMap<String, PaymentPlan>,
    secrets: Arc<MemorySecretStore>,
    folder: TempDir,
    events_after: i64,
}

/// What a call failed with.
#[derive(Debug)]
pub struct Failed(pub WalletError);

impl From<WalletError> for Failed {
    fn from(error: WalletError) -> Self {
        Self(error)
    }
}

impl Phone {
    fn new() -> Self {
        Self {
            wallet: None,
            phrase: None,
            plans: BTreeMap::new(),
            secrets: Arc::new(MemorySecretStore::new(Arc::new(SystemEntropy))),
            folder: tempfile::tempdir().unwrap(),
            events_after: 0,
        }
    }

    pub fn wallet(&self) -> &Wallet {
        self.wallet.as_ref().expect("an open wallet")
    }

    fn settings(&self) -> WalletSettings {
        let folder = self.folder.path().join("wallet");
        WalletSettings { folder: folder.to_str().unwrap().to_owned(), extra_roots: Vec::new() }
    }
}

/// The fields of a step.
struct Words<'a>(&'a Value);

impl Words<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0[name].as_str().map(str::to_owned)
    }

    fn must(&self, name: &str) -> String {
        self.text(name).unwrap_or_else(|| panic!("no `{name}` in {}", self.0))
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.0[name].as_i64()
    }

    fn issuer(&self) -> Result<IssuerId, Failed> {
        lift(&self.must("issuer"))
    }

    fn digest(&self) -> Result<Digest, Failed> {
        lift(&self.must("payment"))
    }

    fn patience(&self) -> Option<u32> {
        self.number("patience_ms").map(|number| u32::try_from(number).unwrap())
    }

    fn plan_name(&self) -> String {
        self.text("plan").unwrap_or_else(|| "plan".to_owned())
    }
}

/// An id from its text, as it is read when it crosses the line.
fn lift<T: std::str::FromStr<Err = tallystick::keys::KeyError>>(text: &str) -> Result<T, Failed> {
    text.parse().map_err(|error| Failed(WalletError::from(error)))
}

/// Takes a step.
pub async fn take(stage: &mut Stage, step: &Value) -> Result<Value, Failed> {
    let words = Words(step);
    let Some(on) = words.text("on") else { return without_wallet(&words).await };
    let kind = words.must("do");
    if kind == "restore" {
        return restore(stage, &on, &words).await;
    }
    let phone = stage.phones.entry(on).or_insert_with(Phone::new);
    match kind.as_str() {
        "create" => {
            let NewWallet { wallet, phrase } = create_wallet(phone.settings(), phone.secrets.clone()).await?;
            (phone.wallet, phone.phrase) = (Some(wallet), Some(phrase));
            Ok(json!({}))
        }
        "open" => {
            phone.wallet = Some(Arc::new(Wallet::open(phone.settings(), phone.secrets.clone()).await?));
            Ok(json!({}))
        }
        "lock" | "unlock" | "pause" | "resume" | "shut_down" | "app_lock" | "set_pin" | "remove_pin"
        | "check_pin" | "unlock_with_pin" | "set_limits" => guarding(phone, &kind, &words).await,
        "add" | "sync" | "balance" | "currencies" | "events" | "rekey" => holding(phone, &kind, &words).await,
        "plan" | "ways" | "pay" | "wait" | "pending" | "plan_refund" => paying(phone, &kind, &words).await,
        "ask" | "request" | "paid" | "cancel" | "receipt_link" | "find_receipt" => {
            receiving(phone, &kind, &words).await
        }
        "history" | "payment" | "export" => history(phone, &kind, &words).await,
        "device_key" | "grant_key" | "cancel_grant" | "grant_link" | "act_for" => {
            acting(phone, &kind, &words).await
        }
        other => panic!("no step is called `{other}`"),
    }
}

async fn guarding(phone: &Phone, kind: &str, words: &Words<'_>) -> Result<Value, Failed> {
    let wallet = phone.wallet();
    match kind {
        "lock" => wallet.lock().await?,
        "unlock" => wallet.unlock().await?,
        "pause" => wallet.pause().await?,
        "resume" => wallet.resume().await?,
        "shut_down" => wallet.shut_down().await?,
        "set_pin" => wallet.set_pin(words.must("pin"), words.text("present_pin")).await?,
        "remove_pin" => wallet.remove_pin(words.must("pin")).await?,
        "check_pin" => wallet.check_pin(words.must("pin")).await?,
        "unlock_with_pin" => wallet.unlock_with_pin(words.must("pin")).await?,
        "set_limits" => {
            let issuer = words.issuer()?;
            let mut limits = SpendingLimits::default();
            for (name, limit) in [("per_payment", &mut limits.per_payment), ("per_day", &mut limits.per_day)]
            {
                if let Some(text) = words.text(name) {
                    *limit = Some(phone.amount(issuer, &text).await?);
                }
            }
            wallet.set_spending_limits(issuer, limits, words.text("pin")).await?;
        }
        _ => {
            let lock = wallet.app_lock().await?;
            return Ok(json!({
                "locked": lock.locked,
                "pin_set": lock.pin_set,
                "wrong_pins": lock.wrong_pins,
                "must_wait": lock.wait_seconds > 0,
            }));
        }
    }
    Ok(json!({}))
}

async fn holding(phone: &mut Phone, kind: &str, words: &Words<'_>) -> Result<Value, Failed> {
    let wallet = phone.wallet.clone().expect("an open wallet");
    Ok(match kind {
        "add" => {
            let account =
                if words.0["public"] == json!(true) { AccountKind::Public } else { AccountKind::Private };
            let added = wallet.add_currency(words.must("link"), account).await?;
            json!({
                "issuer": added.issuer.to_string(),
                "account": added.account.to_string(),
                "name": added.issuer_name,
                "code": added.currency.code(),
                "decimals": added.currency.decimals(),
                "promise": added.promise,
                "opened": added.opened,
            })
        }
        "sync" => {
            wallet.sync(words.issuer()?).await?;
            json!({})
        }
        "balance" => {
            let balance = wallet.balance(words.issuer()?).await?;
            let text = |amount| balance.currency.decimal_text(amount);
            json!({
                "balance": text(balance.balance),
                "held": text(balance.held),
                "available": text(balance.available),
            })
        }
        "currencies" => {
            let currencies = wallet.currencies().await?;
            json!({ "codes": currencies.iter().map(|info| info.currency.code()).collect::<Vec<_>>() })
        }
        "rekey" => {
            let phrase = phone.phrase.clone().expect("a phrase");
            let report = wallet.rekey(phrase).await?;
            json!({ "done": report.done.len(), "generation": report.generation, "complete": report.complete })
        }
        _ => {
            let mut names = Vec::new();
            while let Some(event) = wallet.try_next_event(phone.events_after).await? {
                names.push(shapes::name(&event.event));
                phone.events_after = event.sequence;
                wallet.ack(event.sequence).await?;
            }
            json!({ "names": names })
        }
    })
}

async fn paying(phone: &mut Phone, kind: &str, words: &Words<'_>) -> Result<Value, Failed> {
    let wallet = phone.wallet.clone().expect("an open wallet");
    match kind {
        "plan" => {
            let plan = wallet.plan(wish(phone, words).await?).await?;
            let shape = shapes::plan(&plan);
            phone.plans.insert(words.plan_name(), plan);
            Ok(shape)
        }
        "plan_refund" => {
            let payment = words.digest()?;
            let amount = match words.text("amount") {
                Some(text) => {
                    let issuer = wallet.payment(payment).await?.payment.issuer;
                    Some(phone.amount(issuer, &text).await?)
                }
                None => None,
            };
            let plan = wallet.plan_refund(payment, amount, words.text("memo")).await?;
            let shape = shapes::plan(&plan);
            phone.plans.insert(words.plan_name(), plan);
            Ok(shape)
        }
        "ways" => {
            let choices = wallet.ways_to_pay(wish(phone, words).await?).await?;
            let obstacles: Vec<_> =
                choices.obstructed.iter().map(|price| shapes::name(&price.obstacle)).collect();
            Ok(json!({ "ways": choices.ways.len(), "decided": choices.decided, "obstacles": obstacles }))
        }
        "pay" => pay(phone, &wallet, words).await,
        "pending" => Ok(json!({ "payments": wallet.pending_payments().await?.len() })),
        _ => {
            let patience = words.patience().unwrap_or(30_000);
            let payment = wallet.wait_for_payment(words.digest()?, patience).await?;
            phone.payment(&payment).await
        }
    }
}

/// Confirms a plan, by as many taps at once as the step says: all must come to the same payment.
async fn pay(phone: &Phone, wallet: &Arc<Wallet>, words: &Words<'_>) -> Result<Value, Failed> {
    let plan = phone.plans.get(&words.plan_name()).expect("a plan of this name");
    if let Some(pin) = words.text("pin") {
        let paid = wallet.pay_over_limit(plan.clone(), pin, words.patience()).await?;
        return phone.payment(&paid).await;
    }
    let taps: Vec<_> = (0..words.number("taps").unwrap_or(1))
        .map(|_| {
            let (wallet, plan, patience) = (Arc::clone(wallet), plan.clone(), words.patience());
            tokio::spawn(async move { wallet.pay(plan, patience).await })
        })
        .collect();
    let mut payments = Vec::new();
    for tap in taps {
        payments.push(tap.await.unwrap()?);
    }
    payments.dedup_by(|a, b| a.payment == b.payment);
    assert_eq!(payments.len(), 1, "all taps are one payment");
    phone.payment(&payments[0]).await
}

async fn wish(phone: &Phone, words: &Words<'_>) -> Result<PaymentWish, Failed> {
    let to = match words.text("link") {
        Some(link) => PayTo::Request { link },
        None => PayTo::Account { issuer: words.issuer()?, account: lift(&words.must("account"))? },
    };
    let issuer = words.text("issuer").map(|text| lift(&text)).transpose()?;
    let mut wish = PaymentWish {
        to,
        issuer,
        amount: None,
        tip: None,
        memo: words.text("memo"),
        idempotency_key: words.text("key"),
    };
    for (name, amount) in [("amount", &mut wish.amount), ("tip", &mut wish.tip)] {
        if let Some(text) = words.text(name) {
            *amount = Some(phone.amount(words.issuer()?, &text).await?);
        }
    }
    Ok(wish)
}

async fn receiving(phone: &Phone, kind: &str, words: &Words<'_>) -> Result<Value, Failed> {
    let wallet = phone.wallet();
    Ok(match kind {
        "ask" => {
            let mut prices = Vec::new();
            for price in words.0["prices"].as_array().unwrap().iter().map(Words) {
                let issuer = price.issuer()?;
                let amount = match price.text("amount") {
                    Some(text) => Some(phone.amount(issuer, &text).await?),
                    None => None,
                };
                prices.push(PriceWish { issuer, amount });
            }
            let line = |text: &Value| RequestLine {
                text: text.as_str().unwrap().to_owned(),
                quantity_thousandths: 1_000,
                amount: prices[0].amount.unwrap_or(Amount::ZERO),
            };
            let lines = words.0["lines"].as_array().map(|lines| lines.iter().map(line).collect());
            let wish = RequestWish {
                seconds: words.number("seconds"),
                reusable: words.0["reusable"] == json!(true),
                reference: words.text("reference").map(String::into_bytes),
                tip: if words.0["free_tip"] == json!(true) { TipWish::Free } else { TipWish::NoTip },
                lines: lines.unwrap_or_default(),
                note: words.text("note"),
                prices,
            };
            shapes::asked(&wallet.request_payment(wish).await?)
        }
        "request" => shapes::asked(&wallet.request(lift(&words.must("request"))?).await?),
        "cancel" => shapes::asked(&wallet.cancel_request(lift(&words.must("request"))?).await?),
        "paid" => {
            let patience = words.patience().unwrap_or(30_000);
            let payment = wallet.wait_for_request(lift(&words.must("request"))?, patience).await?;
            phone.payment(&payment).await?
        }
        "receipt_link" => json!({ "link": wallet.receipt_link(words.digest()?).await?.text() }),
        _ => phone.payment(&wallet.find_receipt(words.must("link")).await?).await?,
    })
}

async fn history(phone: &Phone, kind: &str, words: &Words<'_>) -> Result<Value, Failed> {
    let wallet = phone.wallet();
    match kind {
        "payment" => phone.payment(&wallet.payment(words.digest()?).await?.payment).await,
        "export" => {
            let format = if words.must("format") == "csv" { ExportFormat::Csv } else { ExportFormat::Json };
            let chunk = wallet.export_chunk(ExportQuery { format, issuer: None, after: None }).await?;
            Ok(
                json!({ "lines": chunk.text.lines().count(), "payments": chunk.payments, "more": chunk.next.is_some() }),
            )
        }
        _ => {
            let limit = words.number("limit").map_or(50, |limit| u32::try_from(limit).unwrap());
            let issuer = words.text("issuer").map(|text| lift(&text)).transpose()?;
            let query =
                HistoryQuery { issuer, text: words.text("text"), before: words.text("before"), limit };
            let page = wallet.history(query).await?;
            let mut payments = Vec::new();
            for payment in &page.payments {
                payments.push(phone.payment(payment).await?);
            }
            Ok(json!({ "payments": payments, "more": page.next.is_some(), "next": page.next }))
        }
    }
}

async fn acting(phone: &Phone, kind: &str, words: &Words<'_>) -> Result<Value, Failed> {
    let wallet = phone.wallet();
    Ok(match kind {
        "device_key" => json!({ "key": wallet.device_key().await?.to_string() }),
        "grant_link" => json!({ "link": wallet.grant_link(words.issuer()?).await?.text() }),
        "act_for" => json!({ "account": wallet.act_for(words.must("link")).await?.account.to_string() }),
        "cancel_grant" => {
            let grant = lift(&words.must("grant"))?;
            let grant = wallet.owner().cancel_grant(words.issuer()?, grant).await?;
            json!({ "state": shapes::name(&grant.state) })
        }
        _ => {
            let may = |what: &str| words.0["may"].as_array().unwrap().iter().any(|named| named == what);
            let capabilities = KeyCapabilities {
                pay: may("pay"),
                receive: may("receive"),
                refund: may("refund"),
                view: may("view"),
                attest: may("attest"),
            };
            let (issuer, key) = (words.issuer()?, lift(&words.must("key"))?);
            let limit = match words.text("limit") {
                Some(text) => Some(phone.amount(issuer, &text).await?),
                None => None,
            };
            let until = words.number("until").unwrap();
            let grant = wallet.owner().grant_key(issuer, key, capabilities, until, limit).await?;
            json!({ "grant": grant.grant.to_string(), "state": shapes::name(&grant.state) })
        }
    })
}

async fn restore(stage: &mut Stage, on: &str, words: &Words<'_>) -> Result<Value, Failed> {
    let phrase = stage.phones[&words.must("phrase_of")].phrase.clone().expect("a phrase");
    let mut phone = Phone::new();
    let (settings, secrets, link) = (phone.settings(), phone.secrets.clone(), words.must("link"));
    let RestoredWallet { wallet, restored, rekeyed } = if words.0["after_loss"] == json!(true) {
        restore_wallet_after_loss(settings, secrets, Arc::clone(&phrase), link).await?
    } else {
        restore_wallet(settings, secrets, Arc::clone(&phrase), link).await?
    };
    (phone.wallet, phone.phrase) = (Some(wallet), Some(phrase));
    stage.phones.insert(on.to_owned(), phone);
    Ok(json!({
        "restored": restored.restored.len(),
        "complete": restored.complete,
        "rekeyed": rekeyed.map(|report| report.done.len()),
    }))
}

/// Steps that need no wallet.
async fn without_wallet(words: &Words<'_>) -> Result<Value, Failed> {
    let currency = || {
        let decimals = u8::try_from(words.number("decimals").unwrap()).unwrap();
        Currency::new(words.must("code"), "A currency", words.text("symbol").unwrap_or_default(), decimals)
            .unwrap()
    };
    Ok(match words.must("do").as_str() {
        "scan" => shapes::scanned(&scan(&words.must("text"))),
        "scan_code" => {
            let picture = code_png(&words.must("text"), CodeLevel::Screen, 4)?;
            shapes::scanned(&scan_picture(picture).await?)
        }
        "scan_picture" => {
            let picture = data_encoding::BASE64.decode(words.must("base64").as_bytes()).unwrap();
            shapes::scanned(&scan_picture(picture).await?)
        }
        "code" => json!({ "width": code_modules(&words.must("text"), CodeLevel::Screen)?.width }),
        "format" => {
            let amount: Amount = words.must("amount").parse().map_err(WalletError::from)?;
            let (currency, locale) = (currency(), words.must("locale"));
            json!({
                "text": currency.format(amount, &locale)?,
                "number": currency.format_number(amount, &locale)?,
                "decimal": currency.decimal_text(amount),
            })
        }
        "parse" => {
            json!({ "amount": currency().parse(&words.must("text"), &words.must("locale"))?.to_string() })
        }
        "amount" => json!({ "amount": currency().amount_of_text(&words.must("text"))?.to_string() }),
        "phrase" => json!({ "words": RecoveryPhrase::parse(words.must("text"))?.reveal().len() }),
        "mark" => {
            let mark = payment_mark(words.digest()?)?;
            json!({ "hex": mark.hex, "words": mark.words })
        }
        "evidence" => {
            let bytes = data_encoding::BASE64.decode(words.must("base64").as_bytes()).unwrap();
            json!({ "code": verify_evidence(bytes)?.code })
        }
        other => panic!("no step is called `{other}`"),
    })
}
