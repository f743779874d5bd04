//! What to do about an error, by its stable code.

/// What a person can do. `None` for codes that say nothing to a person by themselves.
#[allow(clippy::too_many_lines, reason = "a table of texts")]
pub fn of(code: &str) -> Option<&'static str> {
    Some(match code {
        // The wallet's folder and file.
        "wallet_absent" => {
            "Make a wallet with `tally init`, bring one back with `tally restore`, or name its folder with --wallet."
        }
        "wallet_exists" => "Choose another folder with --wallet. A wallet is never overwritten.",
        "wallet_in_use" => "Another program has this wallet open. Close that one, then try again.",
        "incompatible_database" => {
            "The wallet was last used by a newer version of tally. Update this one; the file was not touched."
        }
        "storage_corrupt" => {
            "Do not delete anything. The damaged file is kept beside the wallet. Bring your money back into another folder: `tally --wallet NEW-FOLDER restore`."
        }
        "storage_full" => "Free some space on the disk, then try again. Nothing was lost.",
        "storage_read_only" => "Make the wallet's folder writable for you, then try again.",
        "storage_io" | "storage_busy" => {
            "Try again. If it happens again, check the disk, and run `tally doctor`."
        }
        "sealed_value" | "storage_unreadable" => {
            "The wallet's file was changed by something else than a wallet. Bring your money back into another folder with `tally restore`."
        }
        "no_folder" => "Name the wallet's folder with --wallet DIR or the variable TALLY_WALLET.",

        // Passphrase and phrase.
        "passphrase_missing" => {
            "Run it in a terminal to be asked, or set TALLY_PASSPHRASE or --passphrase-file FILE."
        }
        "passphrase_short" => "Take at least 8 characters: three or four unrelated words are good.",
        "passphrase_mismatch" => "Type the same passphrase twice.",
        "passphrase_file" => "Check the path, and that only you can read the file.",
        "authentication_failed" => {
            "Check the passphrase. If it is lost, the recovery phrase helps: `tally --wallet NEW-FOLDER restore`."
        }
        "secrets_unavailable" | "secrets_corrupt" | "key_invalidated" | "secrets_other" => {
            "The wallet's key file is missing or damaged. Put it back from a copy, or bring your money back into another folder with `tally restore`."
        }
        "phrase_word_count" | "phrase_unknown_word" | "phrase_checksum" | "phrase_missing" => {
            "Look at what you wrote down, and type all 24 words in their order."
        }

        "pin_needed" => "Run it in a terminal to be asked, or set TALLY_PIN (TALLY_NEW_PIN for a new one).",
        "pin_wrong" | "pin_wait" => {
            "Wrong PINs make the next try wait, and never destroy anything. If the PIN is lost, the recovery phrase helps: `tally --wallet NEW-FOLDER restore`."
        }
        "pin_format" => "Take at least 4 digits, or at least 8 characters.",
        "pin_not_set" => "Set one with `tally lock-pin set`, or change the limit: `tally limits`.",

        "phrase_not_known" => {
            "This issuer knows no account of this phrase. Check the words, or take the card of another shop where you had one."
        }
        "wrong_phrase" => "Type the phrase of this very wallet.",
        "rekey_conflict" => {
            "Somebody with the phrase has replaced the keys elsewhere. Restore again: `tally --wallet NEW-FOLDER restore`."
        }
        "incomplete" => "It goes on at every start.",

        // Asking the person.
        "not_confirmed" => "Nothing was done.",
        "no_terminal" => "Run it in a terminal to be asked, or add --yes.",
        "unnamed_payee" => {
            "Nobody you trust vouches for this account's name. Ask the payee, then run it in a terminal or add --unnamed-ok."
        }
        "needs_a_person" => "Run it in a terminal, without --yes, and decide there.",
        "stopped" => "If a payment had been confirmed, it is on its way: `tally history` shows it.",

        // Choosing.
        "choose_currency" | "choose_issuer" | "ambiguous_issuer" | "ambiguous_currency" => {
            "Say which one with --currency: a code, an issuer's name, or the first letters of its id."
        }
        "ambiguous_payment" => "Give more letters of the payment's id.",
        "ambiguous_request" => "Give more letters of the request's id.",
        "unknown_request" => "`tally request --list` lists the requests of this wallet.",
        "no_currency" => "Add one with `tally add LINK`; the link is on the shop's door or website.",
        "unknown_currency" => {
            "`tally balance` lists the currencies of this wallet; `tally add LINK` adds one."
        }
        "unknown_payment" => "`tally history` lists the payments of this wallet.",
        "not_found" => "List what there is: `tally balance`, `tally history`, `tally request --list`.",
        "not_owner" => "Only the wallet that created the issuer, or was granted the role, can do this.",

        // Amounts.
        "amount_missing" => "Say how much, after the link.",
        "amount_not_positive" => "Give an amount above zero.",
        "amount_negative" => "Give zero, or an amount above it.",
        "amount_too_many_decimals" => "Leave out what is smaller than the currency's smallest unit.",
        "amount_too_large" | "amount_overflow" => "Give a smaller amount.",
        "amount_not_a_number" | "amount_grouping" | "amount_ambiguous" | "amount_too_long" => {
            "Amounts are read as your language writes them; --locale says which."
        }
        "wrong_amount" => "Leave the amount out: the request says it.",
        "no_tip" | "tip_too_large" | "tip_not_offered" => "Leave --tip out, or give what the request allows.",
        "locale_invalid" => "Give a language tag such as de-CH.",
        "bad_time" => "Give a span such as 15m, 2h or 30d, or a day such as 2027-06-30.",

        // Links.
        "not_a_link" | "link_incomplete" | "link_damaged" | "link_too_long" | "bad_host" | "host_missing"
        | "not_secure" => "Copy the whole link: a currency's has /c/ in it, a request's /p/.",
        "not_a_card" => "Pay it with `tally pay LINK`.",
        "not_a_request" => "Add the currency with `tally add LINK`.",

        // Money.
        "insufficient_funds" | "not_enough" => "Pay less, or get more of this currency first.",
        "over_limit" => {
            "Pay less, allow it with --over-limit and the PIN, or change the limit: `tally limits`."
        }
        "expired" | "request_expired" => "Ask for a fresh one.",
        "request_cancelled" => "The payee withdrew the request. Ask for a fresh one.",
        "already_paid" => "It was paid before. Nothing was paid now.",
        "no_price" => "Pay it with a currency that it names; `tally add LINK` adds one.",
        "same_account" => "Pay somebody else: this is your own account.",
        "pending" => {
            "The wallet keeps asking whenever it runs: `tally sync` asks now, `tally history` shows the outcome. If the issuer never took the order, its money becomes free again."
        }
        "lapsed" => "Nothing was paid. Pay again if you still want to.",
        "conflict" => "Use another --key, or leave it out.",
        "refund_exceeds" => "Pay back at most what is left of it.",
        "not_received" | "is_refund" => "Only money that came in can be paid back.",
        "no_opening" => "Leave --memo out: this payee cannot receive words.",
        "not_synced" => "Run `tally sync` while the issuer can be reached, then try again.",

        // Acting for somebody else.
        "no_grant" => {
            "Show this device's key to whoever has the account (`tally key`); they let it with `tally grant key`."
        }
        "not_granted" => "Whoever has the account can allow it: `tally grant key`, with all that is needed.",
        "grant_ended" | "grant_cancelled" | "grant_void" => {
            "What was read can still be seen. Whoever has the account can let this device act again: `tally grant key`."
        }
        "not_holder" => "Do this with the wallet that has the account.",
        "not_a_grant" => "Take the link that `tally grant key` prints: it has /g/ in it.",
        "not_a_key" => "Take the link that `tally key` prints: tallystick:k/…",

        // The network.
        "unreachable" | "interrupted" | "timeout" | "unavailable" | "internal" | "rate_limited" => {
            "Try again in a while. `tally doctor` looks at the connection to every issuer."
        }
        "untrusted" => {
            "Somebody may stand between you and the issuer. Try another network. If the server's certificate was made by its owner, give it with --trust-cert FILE."
        }
        "clock_skew" => "Set this computer's clock, then try again.",
        "ledger_behind" => {
            "The issuer's ledger fell behind what it signed, and its owner must restore it. Your proofs are kept; wait for the owner."
        }
        "not_authorised" => {
            "If the keys were replaced elsewhere with the phrase, this wallet can do nothing any more: bring your money back with `tally --wallet NEW-FOLDER restore`. A host that asks for a token gets it with --host-token-file FILE."
        }
        "bad_host_token" => "The host asks for a token: --host-token-file FILE.",

        // Proofs.
        "bad_signature" | "wrong_hash" | "wrong_id" | "request_invalid" | "bad_artefact"
        | "not_deterministic" | "wrong_kind" | "bad_field" | "missing_field" => {
            "What was received is not what it claims to be. Get it afresh from whoever it is said to come from."
        }
        "unknown_version" | "unknown_critical" => "Update tally: this was made by something newer.",

        // Owners.
        "name_taken" => "Choose a name that does not look like one that is taken.",
        "waiting" => "It is sent again at every start: `tally sync` sends it now.",
        "unknown_founding" => "`tally issuer` lists them.",
        "stale_card" => "Another card was published meanwhile: run `tally sync`, then try again.",
        "limit_exceeded" => {
            "Stay within the limit. An owner raises it on the card (`tally issuer card --limit`); what this device may pay in a day, whoever let it act."
        }

        // The program.
        "locked" => "Give the passphrase again.",
        "usage" => "`tally help` lists the commands, `tally help COMMAND` explains one.",
        "file_exists" => "Choose another name: nothing is overwritten.",
        "unknown_evidence" => "`tally evidence` lists it.",
        "fraud" => {
            "The issuer signed what cannot be true. `tally evidence` tells what it did and what to do; the proof is kept and can be checked by anybody."
        }
        "unanswered" => {
            "The issuer did something that nobody allowed, as far as this wallet knows. `tally evidence` tells more; show it to the business and ask."
        }
        "behind" => {
            "The issuer's ledger lacks payments that it had signed for, as after a restore from an old copy. Nothing is lost: your wallet keeps the receipts. Its owner must declare the restore; until then nothing can be paid."
        }
        "io" | "export_not_written" => "Check the path and its permissions.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn whatever_a_person_meets_every_day_has_advice() {
        for code in [
            "wallet_absent",
            "wallet_in_use",
            "authentication_failed",
            "insufficient_funds",
            "pending",
            "unreachable",
            "untrusted",
            "clock_skew",
            "expired",
            "already_paid",
            "not_found",
        ] {
            assert!(
                of(code).is_some_and(|advice| advice.ends_with('.') || advice.ends_with("--pin.")),
                "{code}"
            );
        }
        assert_eq!(of("no such code"), None);
    }
}
