// One charge: the code while it waits, then what became of it, over the whole screen.

import { $, announce, drawCode, mark } from "./dom.js";
import { CallError, get, post } from "./api.js";
import { duration, errorText, money, nameOf, t } from "./i18n.js";
import { currencyOf, now, till } from "./store.js";
import { isZero } from "./amount.js";

const SEALS = { check: "M30 50l13 13 24-29", cross: "M34 34l28 28M62 34L34 62", clock: "M48 28v22l14 8" };
let shown = null; // the charge
let leaving = false; // cancelled from here: the keypad is next, not the word "cancelled"
let go = () => {};

export function start(navigate) {
  go = navigate;
  $("cancel").addEventListener("click", cancel);
  $("done").addEventListener("click", () => go("sell"));
  $("again").addEventListener("click", () => go("sell"));
  $("print").addEventListener("click", () => print());
  $("share").addEventListener("click", share);
  setInterval(tick, 250);
  document.addEventListener("keydown", (event) => {
    const view = document.body.dataset.view;
    if (view === "result" && event.key === "Enter" && !event.target.matches("button, a, select")) go("sell");
    if (view === "charge" && event.key === "Escape") (shown?.reusable ? $("done") : $("cancel")).click();
  });
}

export const current = () => shown;

/** Shows a charge that is known by its id alone, as after a reload. */
export async function open(id) {
  show(await get(`/api/charge/${encodeURIComponent(id)}`));
}

/** Fetches it anew as long as it is shown; somebody may have gone on before the answer comes. */
export async function refresh() {
  const charge = await get(`/api/charge/${encodeURIComponent(shown.id)}`);
  if (shown?.id === charge.id) show(charge);
}

/** Shows the charge in the state it is in. */
export function show(charge) {
  const changed = shown?.id !== charge.id || shown?.state !== charge.state;
  // A payment is final: a stale answer that comes late does not take "paid" back.
  if (shown?.id === charge.id && shown.payment && !charge.payment) return;
  if (leaving && charge.state === "cancelled") return;
  shown = charge;
  const view = charge.state === "waiting" ? "charge" : "result";
  document.body.dataset.view = view;
  render();
  if (!changed) return;
  $(view === "charge" ? "charge-title" : "result-title").focus();
  if (view === "result") announce(["result-title", "result-amount", "result-mark"].map((id) => $(id).innerText).filter(Boolean).join(", "));
}

export function close() {
  shown = null;
}

export function render() {
  if (!shown) return;
  $("charge-view").hidden = shown.state !== "waiting";
  $("result-view").hidden = shown.state === "waiting";
  if (shown.state === "waiting") waiting();
  else result();
}

const priceText = (prices) => prices.map(({ issuer, amount }) => (amount ? money(amount, currencyOf(issuer)) : t("open_amount", { currency: nameOf(currencyOf(issuer)) }))).join(` ${t("or")} `);

function waiting() {
  const sum = priceText(shown.prices);
  drawCode($("code"), shown.svg);
  $("code").setAttribute("aria-label", t("code_label", { amount: sum }));
  $("charge-shop").textContent = till.shop;
  $("charge-title").textContent = sum;
  $("charge-title").dataset.length = sum.length > 14 ? "long" : "short";
  $("charge-tip").textContent = shown.tip === "none" ? "" : Array.isArray(shown.tip) ? t("tip_offered", { percent: shown.tip.join(" · ") }) : t("tip_asked");
  $("charge-note").textContent = shown.note ?? "";
  $("charge-error").textContent = "";
  $("countdown").hidden = !shown.ends_at || shown.reusable;
  $("waiting").hidden = Boolean(shown.reusable);
  $("cancel").hidden = Boolean(shown.reusable);
  $("done").hidden = !shown.reusable;
  $("print").hidden = !shown.reusable;
  tick();
}

function tick() {
  if (shown?.state !== "waiting" || !shown.ends_at) return;
  const left = shown.ends_at - now();
  const text = duration(left);
  if ($("left").textContent !== text) $("left").textContent = text;
  $("left-bar").value = Math.max(0, Math.min(1, left / Math.max(1, shown.ends_at - shown.created_at)));
  if (left < -2 && !shown.asked) {
    shown.asked = true; // the event is late or lost: ask once
    refresh().catch(() => {});
  }
}

function result() {
  const { state, payment } = shown;
  const paid = state === "paid" || state === "paid_twice";
  const view = $("result-view");
  view.dataset.kind = paid ? "paid" : state;
  $("seal-path").setAttribute("d", SEALS[paid ? "check" : state === "expired" ? "clock" : "cross"]);
  $("result-title").textContent = t(`state_${state}`);
  const currency = payment && currencyOf(payment.issuer);
  const sum = payment ? money(payment.amount, currency) : priceText(shown.prices);
  $("result-amount").textContent = sum;
  const tip = payment?.tip && !isZero(payment.tip) ? t("with_tip", { amount: money(payment.tip, currency) }) : "";
  const back = shown.second_refund;
  const twice = state !== "paid_twice" ? "" : !back || back.state === "refused" ? t("paid_twice_hint") : `${t("paid_twice_hint")} · ${t(`refund_${back.state}`, { amount: money(back.amount, currencyOf(back.issuer)) })}`;
  $("result-detail").textContent = [twice, tip, paid ? shown.note : ""].filter(Boolean).join(" · ");
  const marked = paid && payment?.mark;
  $("result-mark").hidden = $("result-same").hidden = !marked;
  $("result-mark").replaceChildren(...(marked ? [mark(payment.mark, true)] : []));
}

async function cancel() {
  const id = shown?.id;
  if (!id || leaving) return;
  leaving = true;
  try {
    const charge = await post(`/api/charge/${encodeURIComponent(id)}/cancel`);
    if (shown?.id !== id) return;
    if (charge.state === "cancelled") go("sell");
    else show(charge);
  } catch (failure) {
    $("charge-error").textContent = errorText(failure);
    if (failure instanceof CallError && failure.code === "already_paid") refresh().catch(() => {});
  } finally {
    leaving = false;
  }
}

async function share() {
  const link = shown.link;
  try {
    if (navigator.share) await navigator.share({ title: till.shop, url: link });
    else {
      await navigator.clipboard.writeText(link);
      announce(t("copied"));
      $("charge-error").textContent = "";
      $("share").lastElementChild.textContent = t("copied");
      setTimeout(() => { $("share").lastElementChild.textContent = t("share"); }, 2500);
    }
  } catch { /* the person closed the sheet */ }
}
