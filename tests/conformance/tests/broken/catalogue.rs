//! The broken issuers, and what each of them fails.

use crate::breakage::{Breakage, How};
use crate::edits;

/// An issuer that does something wrong, and fails these rules for it.
macro_rules! breakages {
    ($($does:literal: $how:expr => $fails:expr $(, blocks $blocks:expr)?;)*) => {
        /// All of them.
        pub fn all() -> &'static [Breakage] {
            const ALL: &[Breakage] = &[$(Breakage {
                does: $does,
                how: $how,
                fails: &$fails,
                blocks: { let blocks: &[&str] = &[]; $(let _ = blocks; let blocks: &[&str] = &$blocks;)? blocks },
            }),*];
            ALL
        }
    };
}

breakages! {
    // Orders that should be refused
    "executes expired orders": How::Executes(&["expired"]) => ["order.expired", "order.first_rule"];
    "executes orders that end too late": How::Executes(&["expiry_too_far"]) => ["order.expiry_too_far"];
    "lets anybody pay": How::Executes(&["not_allowed"]) => [
        "grant.cancelled", "grant.ends", "grant.no_pay", "grant.of_own_account", "order.id_of_stranger",
        "order.not_allowed", "refund.key", "rekey.old_grants", "rekey.old_key"];
    "lets accounts go below zero": How::Executes(&["insufficient_funds"]) => [
        "ledger.floor", "order.conflict", "order.insufficient_funds", "order.owner_limit", "order.refusal", "order.same_refusal", "order.outcome", "race.last_money",
        "role.newest", "role.owner"];
    "gives back more than was paid": How::Executes(&["refund_exceeds"]) => ["race.refunds", "refund.exceeds"];
    "gives back to anybody": How::Executes(&["refund_mismatch"]) => ["order.first_rule", "refund.mismatch"];
    "lets a request be paid twice": How::Executes(&["already_paid"]) => ["race.request", "request.already_paid"];
    "takes any amount for a request": How::Executes(&["wrong_amount"]) => [
        "request.wrong_amount", "tip.free", "tip.percentages", "tip.stated"];
    "takes a request for somebody else's": How::Executes(&["wrong_payee"]) => ["request.wrong_payee"];
    "takes requests that have ended": How::Executes(&["request_expired"]) => ["request.expired"];
    "takes requests that nobody signed": How::Executes(&["request_invalid"]) => [
        "rekey.old_requests", "request.granted_key", "request.invalid"];
    "takes orders without the request that they name": How::Executes(&["request_missing"]) => ["request.missing"];
    "takes orders without the memo that they name": How::Executes(&["memo_missing"]) => ["order.memo_missing"];
    "does not count what a key has paid": How::Executes(&["limit_exceeded"]) => ["grant.daily_limit", "role.worker_limit"];
    // Answers that differ
    "signs another receipt each time": How::Edits(edits::receipts_differ) => ["order.same_bytes", "race.same_order"];
    "signs another refusal each time": How::Edits(edits::refusals_differ) => ["order.outcome", "order.same_refusal"];
    "refuses something else": How::Edits(edits::refusals_name_another_order) => ["order.refusal"];
    "tells the balance to whoever asks again": How::Edits(edits::entries_come_again) => ["order.entry_once"];
    "shows a receipt to another payer": How::Edits(edits::receipts_of_others) => ["request.already_paid"];
    "keeps the receipt from who paid": How::Edits(edits::no_receipt_for_the_same_payer) => ["request.already_paid"];
    // Chains, heads, statements
    "signs receipts that lead elsewhere": How::Edits(edits::receipts_lead_elsewhere) => ["chain.follows"];
    "leaves an entry out": How::Edits(edits::entries_are_left_out) => ["chain.follows", "chain.pages"];
    "says that a page is the last": How::Edits(edits::pages_seem_last) => ["chain.pages", "restore.carried"];
    "signs heads of an earlier time": How::Edits(edits::heads_go_back) => ["head.now", "head.times"];
    "shows an old head beside the entries": How::Edits(edits::pages_have_old_heads) => ["chain.times"];
    "begins accounts with money": How::Edits(edits::first_heads_hold_money) => [
        "account.opening", "account.opening_again"];
    "leaves holders out of its statements": How::Edits(edits::holders_are_left_out) => [
        "statement.every_holder", "statement.fresh", "statement.proof"];
    "proves other balances": How::Edits(edits::proofs_have_other_balances) => [
        "statement.every_holder", "statement.fresh", "statement.proof"];
    "states that it owes less": How::Edits(edits::statements_owe_less) => [
        "statement.debts", "statement.every_holder", "statement.fresh", "statement.proof"];
    "hides a debt": How::Edits(edits::debts_are_hidden) => ["statement.debts"];
    "knows every head": How::Edits(edits::unknown_heads_are_known) => ["head.foreign"];
    // What comes with an entry, and what payers see
    "loses memos": How::Edits(edits::memos_are_lost) => ["order.memo"];
    "loses requests": How::Edits(edits::requests_are_lost) => ["request.paid"];
    "hides rekeys from payers": How::Edits(edits::rekeys_are_hidden) => ["rekey.chain", "rekey.shown"];
    "hides from payers who may receive": How::Edits(edits::payees_show_every_key) => ["account.payee", "name.granted_key"];
    // Grants and names
    "forgets cancels": How::After("/cancels", "DELETE FROM cancelled; UPDATE grants SET void = 0") => [
        "grant.cancelled", "grant.cancelled_again", "request.cancelled"];
    "gives a name twice": How::Before("/attestations", "DELETE FROM name_look") => ["name.look_alike", "name.unique"];
    // Signed reads
    "answers reads that nobody signed": How::Serves("not_authorised") => [
        "grant.cancelled", "grant.ends", "grant.view", "read.labels", "read.stranger", "read.unsigned",
        "rekey.old_grants", "rekey.old_key", "grant.cancelled_again"];
    "answers the same read twice": How::Serves("signature_replayed") => ["read.replayed"];
    "does not look at the clock": How::Serves("clock_skew") => ["read.clock"];
    "does not check signatures of reads": How::Serves("bad_signature") => ["read.bad_signature", "read.target"];
    "does not look at digests": How::KeepsUnsignedLists => ["read.content_digest"];
    // Artefacts
    "reads integers that are too long": How::Edits(edits::long_integers_are_read) => ["artefact.shortest_integers"];
    "reads artefacts with something behind them": How::Edits(edits::trailing_bytes_are_read) => ["artefact.trailing_bytes"];
    "reads tagged artefacts": How::Edits(edits::tagged_orders_are_read) => ["artefact.no_tags"];
    "ignores critical fields": How::Edits(edits::critical_fields_are_ignored) => ["artefact.critical_fields"];
    "takes other versions for bad artefacts": How::Edits(edits::versions_are_passed_over) => ["artefact.version"];
    "takes keys of small order": How::Edits(edits::weak_keys_are_taken) => ["signature.small_order"];
    // Manner
    "answers problems as plain JSON": How::Edits(edits::plain_json) => ["problem.form"];
    "has codes of its own": How::Edits(edits::codes_of_its_own) => ["order.outcome", "problem.form"];
    "gives browsers no page": How::Ignores("accept") => ["card.link"];
    "does not resume streams": How::Ignores("last-event-id") => ["events.resume"];
    "ends streams at once": How::EndsStreams => ["events.entry", "events.resume", "events.without_id"];
}
