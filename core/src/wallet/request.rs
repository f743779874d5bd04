//! Asking for money, and watching for it.

use std::time::Duration;

use super::Wallet;
use super::request_view::RequestInfo;
use crate::artefact::{Cancel, Capabilities, Signed, TipPolicy, Unproven};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId, RequestId};
use crate::ledger::Standing;
use crate::money::Amount;
use crate::operation::{acting, trust};
use crate::request::{PaymentRequest, RequestLink};
use crate::store::tables::account::AccountRecord;
use crate::store::tables::payment::{self, Payment};
use crate::store::tables::request::{self as table, RequestRecord};

/// What a payee asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RequestWish {
    /// One to three currencies in which it can be paid, each in full, preferred first.
    pub prices: Vec<PriceWish>,
    /// How long it can be paid; none: for ever, if it is reusable.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub seconds: Option<i64>,
    /// Whether it can be paid more than once.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub reusable: bool,
    /// The payee's own reference, up to 8 bytes.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub reference: Option<Vec<u8>>,
    /// Which tip may be added.
    pub tip: TipWish,
    /// What is paid for. A request with lines is kept by the issuer, and its link names it by its hash.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub lines: Vec<RequestLine>,
    /// A word to the payer. Kept by the issuer like lines.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub note: Option<String>,
}

/// What is asked in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PriceWish {
    /// In whose money.
    pub issuer: IssuerId,
    /// How much, in smallest units; none: the payer chooses.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub amount: Option<Amount>,
}

/// Which tip a payer may add.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum TipWish {
    /// None.
    #[default]
    NoTip,
    /// Anything up to the price.
    Free,
    /// Nothing, or one of these whole percentages; at most three.
    Percentages {
        /// From 1 to 100.
        percentages: Vec<u8>,
    },
}

/// One thing that is paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RequestLine {
    /// What it is, up to 100 characters.
    pub text: String,
    /// How much of it, in thousandths.
    pub quantity_thousandths: i64,
    /// What it costs, in the smallest units of the first price's currency.
    pub amount: Amount,
}

impl Wallet {
    /// Makes a request for payment. Several currencies need an account that is the same at all their issuers: a public
    /// one. Needs the network only for lines or a note.
    pub async fn request_payment(&self, wish: RequestWish) -> Result<RequestInfo, WalletError> {
        if wish.seconds.is_some_and(|seconds| seconds <= 0) {
            return Err(WalletError::invalid("seconds", "already_over", "must be at least one second"));
        }
        let accounts = self.accounts_of(&wish).await?;
        let Some(first) = accounts.first() else {
            return Err(WalletError::invalid("prices", "no_price", "name at least one currency"));
        };
        if accounts.iter().any(|account| account.account != first.account) {
            return Err(WalletError::invalid(
                "prices",
                "account_not_public",
                "several currencies need the same public account at each of their issuers",
            ));
        }
        let issuer = first.issuer;
        let issuer_now = self.context.backend.issuer_now(&issuer);
        let draft = draft(&wish, first.account, issuer_now);
        let by_reference = draft.must_be_kept();
        let key = self.context.keys()?.key_of(first)?;
        for account in &accounts {
            let issuer_now = self.context.backend.issuer_now(&account.issuer);
            acting::require(account, &[Capabilities::RECEIVE], issuer_now)?;
        }
        let request = draft
            .sign(&key, self.context.entropy.as_ref())
            .map_err(|error| WalletError::invalid("request", error.code(), error))?;
        let host = self.host_of(issuer).await?;
        let link = if by_reference {
            self.context
                .backend
                .keep_request(&issuer, &request)
                .await
                .map_err(|error| trust::network(&error))?;
            RequestLink::by_reference(request.hash(), &host)
        } else {
            let request =
                Unproven::parse(request.bytes()).map_err(|error| WalletError::artefact("request", &error))?;
            RequestLink::by_value(request, Some(&host))
        };
        let link = link.map_err(|error| WalletError::invalid("host", error.code(), error))?;
        let record = RequestRecord {
            request: RequestId::of(&request.hash()),
            artefact: request.bytes().into(),
            issuers: wish.prices.iter().map(|price| price.issuer).collect(),
            link: link.text(),
            created_at: self.context.now(),
            paid_by: Vec::new(),
            cancelled: false,
        };
        let shown = RequestInfo::of(&record)?;
        self.context.write(move |write| Ok(table::put(write.transaction, write.cipher, &record)?)).await?;
        Ok(shown)
    }

    /// A request that this wallet made.
    pub async fn request(&self, request: RequestId) -> Result<RequestInfo, WalletError> {
        RequestInfo::of(&self.request_record(request).await?)
    }

    /// The newest requests that this wallet made.
    pub async fn requests(&self, limit: u32) -> Result<Vec<RequestInfo>, WalletError> {
        self.context
            .read(move |connection, cipher| {
                table::newest(connection, cipher, limit.min(500))?.iter().map(RequestInfo::of).collect()
            })
            .await
    }

    /// Waits until a request is paid, and gives the first payment. The money is in the verified balance then. Listens
    /// to the request's issuers meanwhile. `Pending` is never said; without payment it fails with `not_found`.
    pub async fn wait_for_request(
        &self,
        request: RequestId,
        patience_ms: u32,
    ) -> Result<Payment, WalletError> {
        let mut news = self.context.news();
        for issuer in self.request_record(request).await?.issuers {
            self.listen_to(issuer).await?;
        }
        let paid = async {
            loop {
                if let Some(payment) = self.request_record(request).await?.paid_by.first().copied() {
                    return self.stored_payment(payment).await;
                }
                if news.changed().await.is_err() {
                    return Err(WalletError::not_found("payment of this request"));
                }
            }
        };
        tokio::time::timeout(Duration::from_millis(u64::from(patience_ms)), paid)
            .await
            .unwrap_or_else(|_| Err(WalletError::not_found("payment of this request yet")))
    }

    /// Voids a request at all its issuers. Fails if one of them has been paid for it, or cannot be asked; what the
    /// others were told stands.
    pub async fn cancel_request(&self, request: RequestId) -> Result<RequestInfo, WalletError> {
        let record = self.request_record(request).await?;
        let target = Digest::of(&[&record.artefact.0]);
        for issuer in record.issuers {
            self.cancel(issuer, target, Some(&record.artefact.0)).await?;
        }
        self.context
            .write(move |write| {
                // Read anew: it may have been paid meanwhile, if it can be paid more than once.
                let mut record = table::get(write.transaction, write.cipher, &request)?
                    .ok_or_else(|| WalletError::not_found("request"))?;
                record.cancelled = true;
                table::put(write.transaction, write.cipher, &record)?;
                RequestInfo::of(&record)
            })
            .await
    }

    /// Voids something that this account signed, and checks the issuer's signed word for it.
    /// `request` is the request that is voided, if it is one: the issuer may never have seen it.
    pub(crate) async fn cancel(
        &self,
        issuer: IssuerId,
        target: Digest,
        request: Option<&[u8]>,
    ) -> Result<(), WalletError> {
        let (known, account) = self
            .context
            .read(move |connection, cipher| {
                Ok((
                    trust::issuer(connection, cipher, &issuer)?,
                    trust::account(connection, cipher, &issuer)?,
                ))
            })
            .await?;
        let key = self.context.keys()?.key_of(&account)?;
        let signed_at = self.context.backend.issuer_now(&issuer);
        let cancel = Cancel { issuer, target, signed_at, account: account.account };
        let cancel = Signed::sign(&cancel, &key).map_err(|error| WalletError::artefact("cancel", &error))?;
        let refusal = self.context.backend.post_cancel(&cancel, request).await.map_err(|error| {
            match (trust::network(&error), trust::refusal_code(&error)) {
                (WalletError::Network { .. }, Some(code)) => WalletError::Refused { code: code.to_owned() },
                (error, _) => error,
            }
        })?;
        let body = refusal.body();
        let good = body.subject == target && known.signing.standing_of(&refusal) == Standing::Good;
        if good {
            Ok(())
        } else {
            Err(WalletError::untrusted("refusal", "wrong_refusal", "does not confirm what was cancelled"))
        }
    }

    pub(crate) async fn stored_payment(&self, payment: Digest) -> Result<Payment, WalletError> {
        self.context
            .read(move |connection, cipher| {
                payment::get(connection, cipher, &payment)?.ok_or_else(|| WalletError::not_found("payment"))
            })
            .await
    }

    async fn request_record(&self, request: RequestId) -> Result<RequestRecord, WalletError> {
        self.context
            .read(move |connection, cipher| {
                table::get(connection, cipher, &request)?.ok_or_else(|| WalletError::not_found("request"))
            })
            .await
    }

    async fn accounts_of(&self, wish: &RequestWish) -> Result<Vec<AccountRecord>, WalletError> {
        let issuers: Vec<IssuerId> = wish.prices.iter().map(|price| price.issuer).collect();
        self.context
            .read(move |connection, cipher| {
                issuers.iter().map(|issuer| trust::account(connection, cipher, issuer)).collect()
            })
            .await
    }

    /// The host that links to an issuer name.
    pub(super) async fn host_of(&self, issuer: IssuerId) -> Result<String, WalletError> {
        let known =
            self.context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
        // Both as `host` and as `https://host`.
        let origin =
            known.card().endpoints.first().map_or(known.record.found_at.as_str(), |first| &first.origin);
        Ok(origin.trim_start_matches("https://").to_owned())
    }
}

fn draft(wish: &RequestWish, payee: AccountId, issuer_now: UnixSeconds) -> PaymentRequest {
    let mut draft = wish.prices.iter().fold(PaymentRequest::new(payee), |draft, price| match price.amount {
        Some(amount) => draft.price(price.issuer, amount),
        None => draft.any_amount(price.issuer),
    });
    if let Some(seconds) = wish.seconds {
        draft = draft.until(issuer_now.saturating_add(seconds));
    }
    if wish.reusable {
        draft = draft.reusable();
    }
    if let Some(reference) = &wish.reference {
        draft = draft.reference(reference);
    }
    draft = match &wish.tip {
        TipWish::NoTip => draft,
        TipWish::Free => draft.tip(TipPolicy::Free),
        TipWish::Percentages { percentages } => draft.tip(TipPolicy::Percentages(percentages.clone())),
    };
    draft = wish
        .lines
        .iter()
        .fold(draft, |draft, line| draft.line(&line.text, line.quantity_thousandths, line.amount));
    wish.note.iter().fold(draft, |draft, note| draft.note(note))
}
