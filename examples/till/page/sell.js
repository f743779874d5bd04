// The keypad: an amount in one currency or in several, a tip policy, a note. Ends in a charge.

import * as amounts from "./amount.js";
import { $, announce, el, icon, keypad } from "./dom.js";
import { freshKey, post } from "./api.js";
import { errorText, locale, money, nameOf, number, sum, t } from "./i18n.js";
import { currencyOf, isAway, mayCharge, preference, till } from "./store.js";

const PERCENT = [5, 10, 15];
const MOST_PRICES = 3; // as many as a request can name
let opened = () => {};
let accepted = new Set();
let active = null; // the issuer whose amount is being typed
let typed = {}; // by issuer
let key = freshKey(); // one key a draft: asking again after a lost answer makes no second charge

export function start(onCharge) {
  opened = onCharge;
  accepted = new Set(preference("accepted") ?? []);
  const tip = preference("tip");
  for (const radio of $("tips").querySelectorAll("input")) {
    radio.checked = radio.value === (tip ?? "none");
    radio.addEventListener("change", () => { preference("tip", radio.value); key = freshKey(); });
  }
  $("sale").addEventListener("submit", (event) => { event.preventDefault(); charge(false); });
  $("sticker").addEventListener("click", () => charge(true));
  $("amount-clear").addEventListener("click", () => { input("clear"); $("amount").focus(); });
  $("amount").addEventListener("input", () => set(amounts.clean($("amount").value, scale(), locale.tag)));
  for (const id of ["note", "reference"]) $(id).addEventListener("input", () => { key = freshKey(); });
  document.addEventListener("keydown", anywhere);
}

/** Anew in the chosen language, or as the currencies have changed. */
export function render() {
  const known = till.currencies.filter(mayCharge).map((c) => c.issuer);
  accepted = new Set([...accepted].filter((issuer) => known.includes(issuer)));
  if (!accepted.size && known.length) accepted.add(known[0]);
  if (!accepted.has(active)) active = [...accepted][0] ?? null;
  const percent = PERCENT.map(number).join(" · ");
  $("tip-percent").textContent = `${percent} %`;
  $("currencies").hidden = till.currencies.length < 2;
  const focus = document.activeElement?.dataset?.focus;
  $("currency-list").replaceChildren(...till.currencies.map(row));
  if (focus) $("currency-list").querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  const wanted = `${locale.tag} ${scale()}`;
  if ($("pad").dataset.for !== wanted) {
    keypad($("pad"), scale() ? "." : null, (k) => {
      input(k);
      announce($("amount").value || t("empty_amount"));
    });
    $("pad").dataset.for = wanted;
  }
  figure();
}

export function show() {
  render();
  $("amount").focus();
}

/** After a finished sale. */
export function reset() {
  typed = {};
  key = freshKey();
  $("note").value = "";
  $("reference").value = "";
  $("sale-error").textContent = "";
  render();
}

const scale = () => currencyOf(active)?.scale ?? 2;

function row(currency) {
  const { issuer, code } = currency;
  const on = accepted.has(issuer);
  const several = accepted.size > 1;
  const check = el("input", { type: "checkbox", "data-focus": `c${issuer}`, onchange: () => toggle(issuer) });
  check.checked = on;
  check.disabled = !mayCharge(currency);
  const trouble = check.disabled ? t(`error_grant_${currency.grant?.state ?? "ended"}`) : isAway(currency) ? t("issuer_offline") : null;
  const amount = amounts.decimal(typed[issuer] ?? "", currency.scale);
  const price = amount ? sum(amount, currency) : code;
  return el("div", { class: "currency", "data-issuer": issuer },
    el("label", {}, check, el("span", {}, el("bdi", {}, currency.name), el("small", {}, el("bdi", {}, currency.issuer_name), trouble && el("span", { class: "down" }, " · ", icon(check.disabled ? "alert" : "offline"), trouble)))),
    on && several
      ? el("button", { type: "button", class: "price", "aria-pressed": String(issuer === active), "aria-label": t("edit_amount", { amount: amount ? money(amount, currency) : nameOf(currency) }), "data-focus": `p${issuer}`, onclick: () => { active = issuer; render(); $("amount").focus(); } }, el("bdi", {}, price))
      : el("span", { class: "code" }, code));
}

function toggle(issuer) {
  if (accepted.has(issuer) && accepted.size > 1) accepted.delete(issuer);
  else if (!accepted.has(issuer)) {
    if (accepted.size === MOST_PRICES) accepted.delete([...accepted].at(-1));
    accepted.add(issuer);
    // The same number is the best guess for another currency; it can be changed.
    typed[issuer] ??= refit(typed[active] ?? "", currencyOf(issuer).scale);
    active = issuer;
  }
  preference("accepted", [...accepted]);
  key = freshKey();
  render();
}

function refit(text, to) {
  const [whole, fraction] = text.split(".");
  return fraction && to ? `${whole}.${fraction.slice(0, to)}` : whole;
}

function input(pressed) {
  set(amounts.press(typed[active] ?? "", pressed, scale()));
}

function set(text) {
  typed[active] = text;
  key = freshKey();
  $("sale-error").textContent = "";
  render();
}

function figure() {
  const currency = currencyOf(active);
  const text = typed[active] ?? "";
  const field = $("amount");
  const now = amounts.shown(text, locale.tag);
  if (field.value !== now) field.value = now;
  field.placeholder = amounts.format(`0${scale() ? `.${"0".repeat(scale())}` : ""}`, locale.tag);
  field.dataset.length = now.length > 11 ? "long" : now.length > 7 ? "middle" : "short";
  $("amount-label").textContent = t("amount_in", { currency: nameOf(currency) });
  $("amount-code").textContent = currency?.code ?? "";
  $("amount-clear").hidden = !text;
  const sums = [...accepted].map((issuer) => [amounts.decimal(typed[issuer] ?? "", currencyOf(issuer).scale), currencyOf(issuer)]);
  const whole = sums.length && sums.every(([amount]) => amount);
  $("go").textContent = whole ? t("charge", { amount: sums.map(([a, c]) => money(a, c)).join(` ${t("or")} `) }) : t("charge_empty");
}

/** Digits count wherever the focus is, as long as it is not in another field. */
function anywhere(event) {
  if (document.body.dataset.view !== "sell" || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (at === $("amount") && event.key === "Escape") return input("clear");
  if (at.matches("input:not([type=radio], [type=checkbox]), select, textarea") || document.querySelector("dialog[open]")) return;
  const digit = event.key.length === 1 ? amounts.asciiDigit(event.key) : null;
  const pressed = digit ?? { ".": ".", ",": ".", "٫": ".", Backspace: "back", Escape: "clear" }[event.key];
  if (pressed) {
    event.preventDefault();
    input(pressed);
    $("amount").focus();
  } else if (event.key === "Enter" && !at.matches("button, a, summary, input")) {
    charge(false);
  }
}

async function charge(sticker) {
  const error = $("sale-error");
  const go = $("go");
  if (go.disabled) return;
  if (!active) {
    error.textContent = t("error_no_currency");
    return;
  }
  const prices = [...accepted].map((issuer) => ({ issuer, amount: sticker ? null : amounts.decimal(typed[issuer] ?? "", currencyOf(issuer).scale) }));
  const missing = prices.find((price) => !sticker && !price.amount);
  if (missing) {
    active = missing.issuer;
    render();
    error.textContent = t("error_no_amount");
    return $("amount").focus();
  }
  const policy = $("tips").querySelector("input:checked").value;
  const ask = {
    prices,
    tip: policy === "percent" ? PERCENT : policy,
    note: $("note").value.trim() || null,
    reference: $("reference").value.trim() || null,
    reusable: sticker,
    idempotency_key: sticker ? freshKey() : key,
  };
  go.disabled = true;
  error.textContent = "";
  try {
    opened(await post("/api/charge", ask));
  } catch (failure) {
    error.textContent = errorText(failure);
    $("amount").focus();
  } finally {
    go.disabled = false;
  }
}
