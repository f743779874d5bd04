// The page: which view is shown, what the server's events change, and how a lost line or session heals.

import { $, el } from "./dom.js";
import { Live, get, onSessionLost, post } from "./api.js";
import { LANGUAGES, adopt, choose, locale, preferred, t, translate } from "./i18n.js";
import { begin, isAway, learn, mayCharge, till } from "./store.js";
import * as charge from "./charge.js";
import * as day from "./day.js";
import * as lock from "./lock.js";
import * as refund from "./refund.js";
import * as sell from "./sell.js";

const RETRY_MS = 2000;
const live = new Live({ open: () => line(true), lost, event: happened });
let fresh = true; // until the first state of this visit or session has been shown

async function start() {
  lock.start(enter);
  sell.start(opened);
  charge.start(go);
  day.start();
  refund.start(() => { if (view() === "day") day.reload(); });
  onSessionLost(locked);
  addEventListener("hashchange", route);
  $("lock").addEventListener("click", async () => {
    await post("/api/lock").catch(() => {});
    locked();
  });
  $("language").append(...Object.entries(LANGUAGES).map(([code, name]) => el("option", { value: code, lang: code }, name)));
  $("language").addEventListener("change", async (event) => {
    await choose(event.target.value, true).catch(() => { event.target.value = locale.language; });
    translated();
  });
  await speak();
  await enter();
}

/** The words come first: without them nothing can be said, so they are asked for until they are there. */
async function speak() {
  for (;;) {
    try {
      await choose(preferred());
      return translated();
    } catch {
      await new Promise((again) => { setTimeout(again, RETRY_MS); });
    }
  }
}

function translated() {
  $("language").value = locale.language;
  translate(document.body);
  lock.translated();
  sell.render();
  charge.render();
  day.render();
  refund.translated();
  outage();
  title();
}

const view = () => document.body.dataset.view;
const hash = () => location.hash.slice(1).split("/");

/** The first look at the till, and the one after unlocking. */
async function enter() {
  try {
    const state = await get("/api/state");
    learn(state);
    if (await adopt(state.locale)) translated();
  } catch {
    line(false);
    setTimeout(enter, RETRY_MS);
    return;
  }
  if (!till.unlocked) return locked();
  begin(lines);
  live.start();
}

/** No session: the PIN pad, whatever was shown; the address keeps where to come back to. */
function locked() {
  till.unlocked = false;
  fresh = true;
  live.stop();
  charge.close();
  refund.shut();
  line(true);
  display("pin");
  lock.show();
}

function opened(made) {
  till.charge = made;
  charge.show(made);
  place(`charge/${made.id}`);
  display(view());
}

/** From anywhere to the keypad or the list. */
function go(name) {
  if (charge.current() && name === "sell") sell.reset();
  charge.close();
  place(name);
  route();
}

/** The address without an event: a charge is not a step of the history. */
function place(where) {
  history.replaceState(null, "", `#${where}`);
}

async function route() {
  if (!till.unlocked) return;
  const [name, id] = hash();
  if (name === "charge" && id) {
    if (charge.current()?.id !== id) {
      try {
        await charge.open(decodeURIComponent(id));
      } catch (error) {
        if (error.status === 404) go("sell");
        return;
      }
    }
    if (hash()[1] !== id) return;
    display(view());
    return;
  }
  charge.close();
  if (name === "day") {
    display("day");
    await day.show();
  } else {
    display("sell");
    sell.show();
  }
}

function display(name) {
  document.body.dataset.view = name;
  for (const section of document.querySelectorAll(".view")) section.hidden = section.id !== `${name}-view`;
  for (const link of $("views").querySelectorAll("a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  $("views").hidden = !["sell", "day"].includes(name);
  $("lock").hidden = !till.unlocked || name === "charge";
  title();
  scrollTo(0, 0);
}

function title() {
  $("shop").textContent = till.shop;
  const names = { pin: "pin_title", sell: "sell_title", day: "day_title", charge: "waiting", result: `state_${charge.current()?.state}` };
  document.title = [names[view()] && t(names[view()]), till.shop].filter(Boolean).join(" – ");
}

async function happened(name, data) {
  if (name === "state") await told(data);
  else if (name === "charge") changed(data);
  else if (name === "connection") {
    const currency = till.currencies.find((c) => c.issuer === data.issuer);
    if (currency) currency.online = data.online;
    lines();
  }
}

function lines() {
  if (view() === "sell") sell.render();
  outage();
}

/** The whole state: at the start of every connection, so nothing that was missed stays unknown. */
async function told(state) {
  learn(state);
  if (!till.unlocked) return locked();
  outage();
  title();
  if (fresh) {
    fresh = false;
    if (till.charge?.state === "waiting" && hash()[0] !== "day") place(`charge/${till.charge.id}`);
    await route();
  } else if (charge.current()) {
    if (till.charge?.id === charge.current().id) changed(till.charge);
    else await charge.refresh().then(shown).catch(() => {});
  } else if (view() === "sell") sell.render();
  else if (view() === "day") await day.reload();
}

/** The charge may look otherwise now, if it is still looked at. */
function shown() {
  if (charge.current()) display(view());
}

function changed(data) {
  if (charge.current()?.id === data.id) {
    charge.show(data);
    shown();
  }
  if (view() === "day") day.reload();
}

function lost() {
  line(false);
  // The stream may have ended with the session: a restarted server knows none.
  get("/api/state").then((state) => { if (!state.unlocked) locked(); }).catch(() => {});
}

function line(online) {
  if (till.online === online && $("line").dataset.state !== "connecting") return;
  till.online = online;
  outage();
}

function outage() {
  const all = till.unlocked ? till.currencies : [];
  const names = (of) => of.map((c) => c.issuer_name).join(", ");
  const ours = all.filter(mayCharge);
  const away = ours.filter(isAway);
  const barred = all.filter((c) => !mayCharge(c));
  // A till that reaches no issuer sees no payment: "connected" would say that it does.
  const connected = till.online && !(away.length && away.length === ours.length);
  $("line").dataset.state = connected ? "online" : "offline";
  $("line").querySelector("use").setAttribute("href", connected ? "#i-online" : "#i-offline");
  $("line-text").textContent = t(connected ? "line_online" : "line_offline");
  const text = !till.online ? t("line_lost") : [
    away.length ? t("issuers_lost", { names: names(away) }) : "",
    barred.length ? t("issuers_barred", { names: names(barred) }) : "",
  ].filter(Boolean).join(" ");
  if ($("outage").textContent !== text) $("outage").textContent = text;
}

start();
