// The day's list: totals by currency, every payment, and the way to a refund.

import { $, el, entryRow, icon } from "./dom.js";
import { get, post } from "./api.js";
import { errorText, money, nameOf, number, sum, t } from "./i18n.js";
import { currencyOf } from "./store.js";
import { isZero } from "./amount.js";
import * as refund from "./refund.js";

let day = null;
let asked = ""; // the date shown; empty is the till's today
let round = 0;

export function start() {
  $("date").addEventListener("change", () => load($("date").value));
  $("find").addEventListener("submit", find);
  $("receipt").addEventListener("input", () => { $("find-error").textContent = ""; });
}

export function show() {
  $("day-title").focus();
  return load("");
}

/** Again, as something may have changed. */
export const reload = () => load(asked);

async function load(date) {
  const mine = ++round;
  asked = date;
  try {
    const answer = await get(`/api/day${date ? `?date=${encodeURIComponent(date)}` : ""}`);
    if (mine !== round) return;
    day = answer;
    $("day-error").textContent = "";
    render();
  } catch (error) {
    if (mine === round) $("day-error").textContent = errorText(error);
  }
}

export function render() {
  if (!day) return;
  const focus = document.activeElement?.dataset?.payment;
  $("date").value = day.date;
  $("totals").replaceChildren(...day.totals.map(total));
  $("entries").replaceChildren(...day.entries.map((entry) => el("li", {}, entryRow(entry, action(entry)))));
  $("empty").hidden = day.entries.length > 0;
  if (focus) $("entries").querySelector(`[data-payment="${CSS.escape(focus)}"]`)?.focus();
}

function total(of) {
  const currency = currencyOf(of.issuer) ?? { code: of.currency, name: of.currency };
  return el("article", { class: "total" },
    el("h3", {}, el("bdi", {}, nameOf(currency))),
    el("p", { class: "net" }, el("span", { class: "sr" }, t("net")), " ", el("bdi", {}, sum(of.net, currency))),
    el("dl", {},
      el("div", {}, el("dt", {}, t("received")), el("dd", {}, el("bdi", {}, sum(of.received, currency)))),
      el("div", {}, el("dt", {}, t("refunded")), el("dd", {}, el("bdi", {}, sum(of.refunded, currency)))),
      el("div", {}, el("dt", {}, t("count")), el("dd", {}, number(of.count)))));
}

function action(entry) {
  const may = entry.direction === "in" && !isZero(entry.refundable) && currencyOf(entry.issuer)?.may_refund;
  if (!may) return null;
  const label = t("refund_of", { amount: money(entry.amount, currencyOf(entry.issuer)) });
  return el("button", { type: "button", class: "secondary", "data-payment": entry.payment, "aria-label": label, onclick: () => refund.open(entry) }, icon("refund"), el("span", {}, t("refund")));
}

async function find(event) {
  event.preventDefault();
  const link = $("receipt").value.trim();
  if (!link) {
    $("find-error").textContent = t("error_no_receipt");
    return $("receipt").focus();
  }
  try {
    const entry = await post("/api/find-receipt", { link });
    $("receipt").value = "";
    refund.open(entry);
  } catch (error) {
    $("find-error").textContent = errorText(error);
    $("receipt").focus();
  }
}
