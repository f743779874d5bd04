// What the page knows of the till: the server's last word, and what the person at the counter prefers.

export const till = { shop: "", unlocked: false, currencies: [], online: false, charge: null, skew: 0, zone: undefined };

export function learn(state) {
  till.shop = state.shop ?? till.shop;
  till.unlocked = state.unlocked;
  till.currencies = state.currencies ?? till.currencies;
  till.charge = state.charge ?? null;
  till.zone = state.time_zone ?? till.zone;
  if (state.now) till.skew = state.now - Date.now() / 1000;
}

const PATIENCE_MS = 4000;
const reached = new Set(); // issuers that were online in this session
let since = Date.now();

/** A new session: lines to issuers may not be up yet, which is no news. `then` is called when it would be. */
export function begin(then) {
  reached.clear();
  since = Date.now();
  setTimeout(then, PATIENCE_MS + 100);
}

/** Whether the issuer of this currency is out of reach: at once if it was not before. */
export function isAway(currency) {
  if (currency.online) reached.add(currency.issuer);
  return !currency.online && (reached.has(currency.issuer) || Date.now() - since > PATIENCE_MS);
}

/** What a till may charge in: a grant to act for an account ends, or is taken back. */
export const mayCharge = (currency) => currency.may_charge !== false;

/** Whether another issuer of this till calls its money the same. */
export const isAlike = ({ issuer, code }) => till.currencies.some((c) => c.code === code && c.issuer !== issuer);

export const currencyOf = (issuer) => till.currencies.find((c) => c.issuer === issuer);

/** The till's clock, in Unix seconds: the countdown does not depend on how the tablet's is set. */
export const now = () => Date.now() / 1000 + till.skew;

/** What is remembered on this device from one sale to the next. */
export function preference(name, value) {
  try {
    if (value === undefined) return JSON.parse(localStorage.getItem(`till.${name}`));
    localStorage.setItem(`till.${name}`, JSON.stringify(value));
  } catch { /* private browsing: nothing is remembered */ }
  return null;
}
