//! With which money the holder likes to pay, where there is a choice.

use std::collections::HashSet;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::Wallet;
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::money::Amount;
use crate::store::Cipher;
use crate::store::tables::Keyed;
use crate::store::tables::account::ACCOUNTS;

const POLICIES: Keyed<PaymentPolicy> = Keyed::new("setting");
const ROW: &str = "payment_policy";

/// With which money the holder likes to pay. It ranks ways to pay and forbids none.
///
/// A new wallet has both preferences, own-shop money first, and no reserves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PaymentPolicy {
    /// What comes first, the most important at the beginning, each at most once. Empty: the holder is asked whenever
    /// more than one way works.
    pub preferences: Vec<PaymentPreference>,
    /// How much is to be kept of which currency. A way that would leave less comes last of those that work.
    pub reserves: Vec<CurrencyReserve>,
}

/// What the holder likes to give away first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentPreference {
    /// The payee's own money: of an issuer that attests, in force now, that the payee is its owner or its worker. It is
    /// what the payee must take back, so nobody else has to be found for it.
    OwnShopFirst,
    /// The money of the issuer that gives most to worry, as [`IssuerRisk`](super::IssuerRisk) orders them.
    RiskiestFirst,
}

/// How much of one currency is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CurrencyReserve {
    /// Whose money.
    pub issuer: IssuerId,
    /// How much should stay available, in smallest units.
    pub amount: Amount,
}

impl Default for PaymentPolicy {
    fn default() -> Self {
        Self {
            preferences: vec![PaymentPreference::OwnShopFirst, PaymentPreference::RiskiestFirst],
            reserves: Vec::new(),
        }
    }
}

impl PaymentPolicy {
    /// How much is to be kept of an issuer's money.
    pub(super) fn reserve(&self, issuer: &IssuerId) -> Amount {
        let reserve = self.reserves.iter().find(|reserve| reserve.issuer == *issuer);
        reserve.map_or(Amount::ZERO, |reserve| reserve.amount)
    }

    fn check(&self) -> Result<(), WalletError> {
        let wrong = |field, rule, reason| Err(WalletError::invalid(field, rule, reason));
        let mut seen = HashSet::new();
        if !self.preferences.iter().all(|preference| seen.insert(preference)) {
            return wrong("preferences", "preference_twice", "a preference can stand in one place only");
        }
        let mut seen = HashSet::new();
        if !self.reserves.iter().all(|reserve| seen.insert(reserve.issuer)) {
            return wrong("reserves", "reserve_twice", "a currency can have one reserve only");
        }
        if self.reserves.iter().any(|reserve| reserve.amount.is_negative()) {
            return wrong("reserves", "negative_reserve", "a reserve cannot be below zero");
        }
        Ok(())
    }
}

/// The policy in force.
pub(super) fn get(connection: &Connection, cipher: &Cipher) -> Result<PaymentPolicy, WalletError> {
    Ok(POLICIES.get(connection, cipher, ROW)?.unwrap_or_default())
}

impl Wallet {
    /// With which money the holder likes to pay.
    pub async fn payment_policy(&self) -> Result<PaymentPolicy, WalletError> {
        self.context.read(get).await
    }

    /// Sets with which money the holder likes to pay. Fails with `preference_twice`, `reserve_twice` or
    /// `negative_reserve`, and with `not_found` for the reserve of a currency that the wallet does not hold.
    pub async fn set_payment_policy(&self, policy: PaymentPolicy) -> Result<(), WalletError> {
        policy.check()?;
        self.context
            .write(move |write| {
                for reserve in &policy.reserves {
                    if ACCOUNTS.get(write.transaction, write.cipher, reserve.issuer)?.is_none() {
                        return Err(WalletError::not_found("currency"));
                    }
                }
                POLICIES.put(write.transaction, write.cipher, ROW, &policy)?;
                Ok(())
            })
            .await
    }
}

#[cfg(test)]
mod tests;
