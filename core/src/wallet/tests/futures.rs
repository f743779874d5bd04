//! What an app awaits is small: its own futures hold ours, on their stacks too, and add up.

use std::mem::size_of;

use super::super::owner::{CardChanges, FoundingDraft};
use super::super::plan::{PaymentPlan, PaymentWish};
use super::super::{AccountKind, KeyCapabilities, Wallet, WalletOptions};
use crate::artefact::Role;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey, RecoveryPhrase, RequestId};

/// In bytes. Whatever is larger is to be boxed where it is large, not by those who call it.
const LARGEST: usize = 3_072;

type Ours = &'static Wallet;

fn size<A, F: Future>(_call: impl FnOnce(A) -> F) -> usize {
    size_of::<F>()
}

#[test]
fn the_futures_of_the_wallet_are_small() {
    let phrase = |(options, phrase): (&'static WalletOptions, &'static RecoveryPhrase)| {
        Wallet::restore_after_loss(options, phrase, "")
    };
    let found = |(wallet, draft): (Ours, FoundingDraft)| wallet.found_issuer(draft, None);
    let update =
        |(wallet, issuer, changes): (Ours, IssuerId, CardChanges)| wallet.update_card(issuer, changes);
    let role = |(wallet, issuer, account): (Ours, IssuerId, AccountId)| {
        wallet.grant_role(issuer, account, Role::Owner, None, 0)
    };
    let key = |(wallet, issuer, key, capabilities): (Ours, IssuerId, PublicKey, KeyCapabilities)| {
        wallet.grant_key(issuer, key, capabilities, None, 0)
    };
    let attest = |(wallet, issuer, account): (Ours, IssuerId, AccountId)| {
        wallet.attest(issuer, account, "", Role::Customer, 0)
    };
    let sizes = [
        ("create", size(|options: &'static WalletOptions| Wallet::create(options))),
        ("open", size(|options: &'static WalletOptions| Wallet::open(options))),
        ("restore_after_loss", size(phrase)),
        ("rekey", size(|(wallet, phrase): (Ours, &'static RecoveryPhrase)| wallet.rekey(phrase))),
        ("add_currency", size(|wallet: Ours| wallet.add_currency("", AccountKind::Private))),
        ("act_for", size(|wallet: Ours| wallet.act_for(""))),
        ("sync", size(|(wallet, issuer): (Ours, IssuerId)| wallet.sync(issuer))),
        ("plan", size(|(wallet, wish): (Ours, PaymentWish)| wallet.plan(wish))),
        ("ways_to_pay", size(|(wallet, wish): (Ours, PaymentWish)| wallet.ways_to_pay(wish))),
        ("find_receipt", size(|wallet: Ours| wallet.find_receipt(""))),
        ("plan_refund", size(|(wallet, payment): (Ours, Digest)| wallet.plan_refund(payment, None, None))),
        ("pay", size(|(wallet, plan): (Ours, PaymentPlan)| wallet.pay(plan, None))),
        ("pay_over_limit", size(|(wallet, plan): (Ours, PaymentPlan)| wallet.pay_over_limit(plan, "", None))),
        ("cancel_request", size(|(wallet, id): (Ours, RequestId)| wallet.cancel_request(id))),
        ("found_issuer", size(found)),
        ("update_card", size(update)),
        ("rotate_signing_key", size(|(wallet, issuer): (Ours, IssuerId)| wallet.rotate_signing_key(issuer))),
        ("declare_restore", size(|(wallet, issuer): (Ours, IssuerId)| wallet.declare_restore(issuer, 1))),
        ("check_issuer", size(|(wallet, issuer): (Ours, IssuerId)| wallet.check_issuer(issuer))),
        ("grant_role", size(role)),
        ("grant_key", size(key)),
        ("attest", size(attest)),
        ("cancel_grant", size(|(wallet, id, hash): (Ours, IssuerId, Digest)| wallet.cancel_grant(id, hash))),
    ];
    let large: Vec<_> = sizes.iter().filter(|(_, size)| *size > LARGEST).collect();
    assert!(large.is_empty(), "over {LARGEST} bytes: {large:?}; all: {sizes:?}");
}
