//! Generators of artefacts for property tests.
//!
//! Every function gives bodies that keep all rules of their kind, edges of the number ranges included. They are signed
//! by keys of [`secret`]; nothing else in them belongs together.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::array::{uniform8, uniform16, uniform32};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{
    Attestation, Cancel, Capabilities, Card, Debtor, Endpoint, Grant, GrantGiven, Head, Kind, Line,
    NamesSigner, Opening, Order, Price, Receipt, Refusal, Rekey, Request, Role, Seen, Signed, Statement,
    StatementRef, Subject, TipPolicy, Unproven,
};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, OrderId, PublicKey, RequestId, SealingKey, SigningKey};
use crate::money::{Amount, Currency};

/// The secret of a signing key.
pub fn secret() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

/// An issuer's id.
pub fn issuer_id() -> impl Strategy<Value = IssuerId> {
    uniform16(any::<u8>()).prop_map(IssuerId::new)
}

/// An account's id.
pub fn account_id() -> impl Strategy<Value = AccountId> {
    uniform16(any::<u8>()).prop_map(AccountId::new)
}

/// A hash.
pub fn digest() -> impl Strategy<Value = Digest> {
    uniform32(any::<u8>()).prop_map(Digest::new)
}

/// A public key whose secret nobody needs.
pub fn public_key() -> impl Strategy<Value = PublicKey> {
    secret().prop_map(|secret| SigningKey::from_bytes(&secret).public_key())
}

/// A sealing key.
pub fn sealing_key() -> impl Strategy<Value = SealingKey> {
    uniform32(any::<u8>()).prop_map(SealingKey::new)
}

/// Something that can be paid.
pub fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![1_i64..=100_000, 1..=i64::MAX, Just(i64::MAX)].prop_map(Amount::new)
}

/// Zero, or something that can be paid.
pub fn amount_or_zero() -> impl Strategy<Value = Amount> {
    prop_oneof![1 => Just(Amount::ZERO), 4 => amount()]
}

/// A point in time.
pub fn time() -> impl Strategy<Value = UnixSeconds> {
    prop_oneof![4 => 1_700_000_000_i64..2_000_000_000, 1 => 0..=i64::MAX]
}

/// A place in a chain or among statements, from zero.
pub fn number() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 0_i64..1_000, 1 => 0..=i64::MAX]
}

/// A text of `least` to `most` characters of several scripts.
pub fn text(least: usize, most: usize) -> impl Strategy<Value = String> {
    // None of these composes with another, so every row of them is in NFC.
    const CHARACTERS: [char; 16] =
        ['a', 'Z', '7', ' ', '-', '&', 'é', 'ß', 'ø', 'λ', 'Ж', '世', '界', 'م', 'ח', '🥐'];
    vec(select(&CHARACTERS[..]), least..=most).prop_map(|characters| characters.into_iter().collect())
}

/// A name as issuers and accounts may have.
pub fn name() -> impl Strategy<Value = String> {
    text(0, 62).prop_map(|inner| format!("M{inner}x"))
}

/// A currency.
pub fn currency() -> impl Strategy<Value = Currency> {
    let code = ("[A-Z]", "[A-Z0-9]{0,11}").prop_map(|(first, rest)| first + &rest);
    (code, name(), select(vec!["", "₣", "B€", "🥐"]), 0_u8..=9)
        .prop_filter_map("a currency that keeps the rules", |(code, name, symbol, decimals)| {
            Currency::new(code, name, symbol, decimals).ok()
        })
}

/// Where an issuer is reached.
pub fn endpoint() -> impl Strategy<Value = Endpoint> {
    let host = prop_oneof!["[a-z]([a-z0-9]{0,20})\\.example", Just("[2001:db8::7]".to_owned())];
    let port = option::of(1_024_u16..);
    (host, port, vec(digest(), 0..=4)).prop_map(|(host, port, tls_keys)| {
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        Endpoint { origin: format!("https://{host}{port}"), tls_keys }
    })
}

fn statement_ref() -> impl Strategy<Value = StatementRef> {
    (number(), digest()).prop_map(|(number, hash)| StatementRef { number, hash })
}

/// A `card`.
pub fn card() -> impl Strategy<Value = Card> {
    let identity = (issuer_id(), digest(), 1..=u32::MAX, any::<u32>(), name(), currency());
    let service = (vec(endpoint(), 1..=4), public_key(), 0..=i64::MAX / 2, 0..=400 * 86_400_i64);
    let promise = (any::<u32>(), text(0, 500), amount_or_zero(), option::of(digest()));
    (identity, service, promise, option::of(statement_ref()), time()).prop_map(
        |(identity, service, promise, last_statement, signed_at)| {
            let (issuer, commitment, serial, rekey_number, name, currency) = identity;
            let (endpoints, signing_key, signing_key_from, seconds) = service;
            let (epoch, promise, owners_limit, logo) = promise;
            Card {
                issuer,
                commitment,
                serial,
                rekey_number,
                name,
                currency,
                endpoints,
                signing_key,
                signing_key_from,
                signing_key_until: signing_key_from + seconds,
                epoch,
                promise,
                owners_limit,
                logo,
                last_statement,
                signed_at,
            }
        },
    )
}

/// An `opening`.
pub fn opening() -> impl Strategy<Value = Opening> {
    (issuer_id(), digest(), sealing_key(), time()).prop_map(|(issuer, commitment, sealing_key, signed_at)| {
        Opening { issuer, commitment, sealing_key, signed_at }
    })
}

/// A `rekey`.
pub fn rekey() -> impl Strategy<Value = Rekey> {
    let subject = prop_oneof![
        issuer_id().prop_map(Subject::Issuer),
        (account_id(), sealing_key()).prop_map(|(account, key)| Subject::Account(account, key)),
    ];
    (subject, 1..=u32::MAX, public_key(), public_key(), digest(), time()).prop_map(
        |(subject, number, previous, founding_key, commitment, signed_at)| Rekey {
            subject,
            number,
            previous,
            founding_key,
            commitment,
            signed_at,
        },
    )
}

/// A `grant`.
pub fn grant() -> impl Strategy<Value = Grant> {
    let role = (select(vec![Role::Owner, Role::Worker]), amount_or_zero(), any::<bool>()).prop_map(
        |(role, limit, limited)| (GrantGiven::Role(role), (limited || role == Role::Owner).then_some(limit)),
    );
    let capabilities = (1_u8..32).prop_filter_map("capabilities", Capabilities::from_bits);
    let key = (public_key(), capabilities, option::of(amount_or_zero()))
        .prop_map(|(key, capabilities, limit)| (GrantGiven::Key(key, capabilities), limit));
    (issuer_id(), account_id(), prop_oneof![role, key], time(), time(), any::<[u8; 8]>()).prop_map(
        |(issuer, account, (given, limit), not_after, signed_at, nonce)| Grant {
            issuer,
            account,
            given,
            limit,
            not_after,
            signed_at,
            nonce,
        },
    )
}

/// An `attestation`.
pub fn attestation() -> impl Strategy<Value = Attestation> {
    let role = select(vec![Role::Customer, Role::Owner, Role::Worker]);
    (issuer_id(), account_id(), name(), role, time(), time()).prop_map(
        |(issuer, account, name, role, not_after, signed_at)| Attestation {
            issuer,
            account,
            name,
            role,
            not_after,
            signed_at,
        },
    )
}

/// A tip policy.
pub fn tip_policy() -> impl Strategy<Value = TipPolicy> {
    prop_oneof![Just(TipPolicy::Free), vec(1_u8..=100, 1..=3).prop_map(TipPolicy::Percentages)]
}

/// A `request` that may travel by value: without lines and note.
pub fn short_request() -> impl Strategy<Value = Request> {
    let prefixes = btree_set(uniform8(any::<u8>()), 1..=3);
    let asked = (prefixes, any::<bool>(), vec(amount(), 3), any::<bool>(), option::of(time()), time());
    let rest = (any::<[u8; 8]>(), option::of(vec(any::<u8>(), 1..=8)), option::of(tip_policy()));
    (account_id(), asked, rest).prop_map(|(payee, asked, (nonce, reference, tip))| {
        let (prefixes, open, amounts, reusable, ends, end) = asked;
        let reusable = reusable || open;
        let prices = prefixes
            .into_iter()
            .zip(amounts)
            .map(|(issuer_prefix, amount)| Price { issuer_prefix, amount: (!open).then_some(amount) })
            .collect();
        let not_after = if reusable { ends } else { Some(end) };
        Request { payee, not_after, prices, nonce, reference, tip, reusable, lines: Vec::new(), note: None }
    })
}

/// Any `request`, also with lines and a note.
pub fn request() -> impl Strategy<Value = Request> {
    let line = (text(1, 20), number(), amount_or_zero())
        .prop_map(|(text, quantity_thousandths, amount)| Line { text, quantity_thousandths, amount });
    (short_request(), vec(line, 0..=10), option::of(text(1, 100)))
        .prop_map(|(request, lines, note)| Request { lines, note, ..request })
}

/// An `order`.
pub fn order() -> impl Strategy<Value = Order> {
    let parties = (issuer_id(), account_id(), account_id());
    let amount = (amount(), option::of(1..=i64::MAX)).prop_map(|(amount, tip)| {
        let tip = tip.map(|tip| Amount::new(tip % amount.minor())).filter(|tip| tip.is_positive());
        (amount, tip)
    });
    let seen = (digest(), statement_ref());
    let named = (
        option::of(uniform16(any::<u8>()).prop_map(RequestId::new)),
        option::of(digest()),
        option::of(digest()),
    );
    (parties, amount, any::<[u8; 16]>(), time(), named, seen).prop_map(
        |((issuer, payer, payee), (amount, tip), order_id, not_after, named, (head, statement))| {
            let (request, repays, memo) = named;
            Order {
                issuer,
                payer,
                payee,
                amount,
                order_id: OrderId::new(order_id),
                not_after,
                request,
                repays,
                memo,
                seen: Seen { head, statement_number: statement.number, statement: statement.hash },
                tip,
            }
        },
    )
}

/// A `receipt`.
pub fn receipt() -> impl Strategy<Value = Receipt> {
    (issuer_id(), digest(), account_id(), 1..=i64::MAX, digest(), any::<u32>(), time()).prop_map(
        |(issuer, order, account, sequence, chain_hash, epoch, time)| Receipt {
            issuer,
            order,
            account,
            sequence,
            chain_hash,
            epoch,
            time,
        },
    )
}

/// A `refusal`.
pub fn refusal() -> impl Strategy<Value = Refusal> {
    (issuer_id(), digest(), "[a-z0-9_]{1,32}", time()).prop_map(|(issuer, subject, code, time)| Refusal {
        issuer,
        subject,
        code,
        time,
    })
}

/// A `head`.
pub fn head() -> impl Strategy<Value = Head> {
    let chain = (any::<u32>(), account_id(), number(), digest());
    (issuer_id(), chain, any::<i64>(), amount_or_zero(), time(), statement_ref()).prop_map(
        |(issuer, (epoch, account, sequence, chain_hash), balance, held, time, statement)| Head {
            issuer,
            epoch,
            account,
            sequence,
            chain_hash,
            balance: Amount::new(balance),
            held,
            time,
            statement,
        },
    )
}

/// A `statement`. The grants of its debtors are any bytes.
pub fn statement() -> impl Strategy<Value = Statement> {
    let debts = vec((account_id(), i64::MIN..0, vec(any::<u8>(), 0..300)), 0..6).prop_map(|debts| {
        // By account, in order, each once.
        let debts: BTreeMap<_, _> =
            debts.into_iter().map(|(account, balance, grant)| (account, (balance, grant))).collect();
        debts
            .into_iter()
            .map(|(account, (balance, grant))| Debtor { account, balance: Amount::new(balance), grant })
            .collect()
    });
    (issuer_id(), number(), digest(), time(), any::<u32>(), (digest(), any::<u128>()), debts).prop_map(
        |(issuer, number, previous, time, epoch, (root, sum), debtors)| Statement {
            issuer,
            number,
            previous: (number > 0).then_some(previous),
            time,
            epoch,
            root,
            sum,
            debtors,
        },
    )
}

/// A `cancel`.
pub fn cancel() -> impl Strategy<Value = Cancel> {
    (issuer_id(), digest(), time(), account_id()).prop_map(|(issuer, target, signed_at, account)| Cancel {
        issuer,
        target,
        signed_at,
        account,
    })
}

/// The bytes of an artefact of any kind.
pub fn artefact() -> impl Strategy<Value = (Kind, Vec<u8>)> {
    let request = (request(), secret()).prop_filter_map("a request that can be signed", |(body, secret)| {
        let signed = Unproven::sign(&body, &SigningKey::from_bytes(&secret)).ok()?;
        Some((Kind::Request, signed.bytes().to_vec()))
    });
    prop_oneof![
        signed(card()),
        signed(opening()),
        signed(rekey()),
        signed(grant()),
        signed(attestation()),
        request,
        signed(order()),
        signed(receipt()),
        signed(refusal()),
        signed(head()),
        signed(statement()),
        signed(cancel()),
    ]
}

fn signed<T: NamesSigner + Debug>(
    bodies: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = (Kind, Vec<u8>)> {
    (bodies, secret()).prop_filter_map("a body that can be signed", |(body, secret)| {
        let signed = Signed::sign(&body, &SigningKey::from_bytes(&secret)).ok()?;
        Some((T::KIND, signed.bytes().to_vec()))
    })
}
