// The refund dialog: how much, and the PIN once more.

import * as amounts from "./amount.js";
import { $, entryRow } from "./dom.js";
import { freshKey, post } from "./api.js";
import { errorText, locale, money, nameOf, t } from "./i18n.js";
import { currencyOf } from "./store.js";

let entry = null;
let key = ""; // one key a dialog and amount: asking again after a lost answer gives back once
let finished = () => {};

export function start(onFinished) {
  finished = onFinished;
  $("refund-form").addEventListener("submit", submit);
  $("refund-close").addEventListener("click", () => $("refund").close());
  $("refund").addEventListener("close", () => { $("refund-pin").value = ""; entry = null; });
  $("refund-amount").addEventListener("input", () => {
    const field = $("refund-amount");
    field.value = amounts.shown(amounts.clean(field.value, scale(), locale.tag), locale.tag);
    key = freshKey();
    label();
  });
}

export function open(of) {
  entry = of;
  key = freshKey();
  const currency = currencyOf(of.issuer);
  const may = of.direction === "in" && !amounts.isZero(of.refundable) && currency?.may_refund;
  $("refund-entry").replaceChildren(entryRow(of));
  $("refund-amount").value = amounts.shown(of.refundable, locale.tag);
  $("refund-amount-label").textContent = t("amount_in", { currency: nameOf(currency) });
  const left = currency?.refund_left ? t("refund_left", { amount: money(currency.refund_left, currency) }) : "";
  $("refund-hint").textContent = [t("refundable", { amount: money(of.refundable, currency) }), left].filter(Boolean).join(" · ");
  $("refund-error").textContent = may ? "" : t("error_not_refundable");
  $("refund-done").textContent = "";
  stage(may ? "asking" : "done");
  label();
  $("refund").showModal();
  $(may ? "refund-pin" : "refund-close").focus();
}

/** The same words in another language. */
export function translated() {
  if (entry && $("refund").open) label();
}

export const shut = () => $("refund").close();

const scale = () => currencyOf(entry?.issuer)?.scale ?? 2;
const amount = () => amounts.decimal(amounts.clean($("refund-amount").value, scale(), locale.tag), scale());

function stage(name) {
  $("refund").dataset.stage = name;
  for (const id of ["refund-amount", "refund-pin", "refund-go"]) $(id).disabled = name !== "asking";
  $("refund-close").textContent = t(name === "done" ? "close" : "keep");
}

function label() {
  const sum = amount();
  $("refund-go").textContent = sum ? t("refund_now", { amount: money(sum, currencyOf(entry.issuer)) }) : t("refund");
}

async function submit(event) {
  event.preventDefault();
  const sum = amount();
  const pin = amounts.ascii($("refund-pin").value);
  const error = $("refund-error");
  const stop = (text, field) => {
    error.textContent = text;
    $(field).focus();
  };
  if (!sum) return stop(t("error_no_amount"), "refund-amount");
  if (amounts.minor(sum, scale()) > amounts.minor(entry.refundable, scale())) return stop(t("error_refund_exceeds"), "refund-amount");
  if (!pin) return stop(t("error_no_pin"), "refund-pin");
  error.textContent = "";
  const mine = entry;
  stage("sending");
  try {
    const refund = await post("/api/refund", { payment: mine.payment, amount: sum, pin, idempotency_key: key });
    if (mine !== entry) return finished();
    if (refund.state === "refused") {
      stage("asking");
      key = freshKey();
      stop(errorText({ code: refund.code ?? "refused" }), "refund-amount");
    } else {
      stage("done");
      $("refund-done").textContent = t(`refund_${refund.state}`, { amount: money(sum, currencyOf(mine.issuer)) });
      $("refund-close").focus();
    }
    finished();
  } catch (failure) {
    if (mine !== entry) return;
    stage("asking");
    $("refund-pin").value = "";
    stop(errorText(failure), failure.field === "amount" ? "refund-amount" : "refund-pin");
  }
}
