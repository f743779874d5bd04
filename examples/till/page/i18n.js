// Words in six languages. The browser decides which, the switch overrides it and is remembered.

import { format } from "./amount.js";
import { isAlike, till } from "./store.js";

export const LANGUAGES = {
  en: "English", de: "Deutsch", fr: "Français", es: "Español", pt: "Português", ar: "العربية",
};
const REMEMBERED = "till.language";
let words = {};

/** The language of the words, and the locale of numbers and dates ("de", "de-AT"). */
export const locale = { language: "en", tag: "en" };

let shop = ""; // the shop's own locale, as the till was told it

/** The language somebody chose before, else the first of the browser's that we have, else the shop's. */
export function preferred() {
  const asked = [remembered(), ...navigator.languages, shop].map((l) => (l ?? "").split("-")[0]);
  return asked.find((l) => l in LANGUAGES) ?? "en";
}

export async function choose(language, remember = false) {
  const answer = await fetch(`/locales/${language}.json`);
  if (!answer.ok) throw new Error(`no words for ${language}`);
  words = await answer.json();
  locale.language = language;
  locale.tag = tagOf(language);
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  if (remember) write(language);
}

/** Takes the shop's locale: its country says how numbers are written. Whether anything is otherwise now. */
export async function adopt(shopLocale) {
  if (!isLocale(shopLocale) || shopLocale === shop) return false;
  shop = shopLocale;
  if (preferred() !== locale.language) await choose(preferred());
  locale.tag = tagOf(locale.language);
  return true;
}

function tagOf(language) {
  return [shop, ...navigator.languages].find((l) => l.split("-")[0] === language) ?? language;
}

function isLocale(text) {
  try { return Boolean(text) && Intl.getCanonicalLocales(text).length === 1; } catch { return false; }
}

/** The text of a key with its {placeholders} filled. */
export function t(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? isolate(values[name]) : whole));
}

export const has = (key) => key in words;

/** The words of an error's code, else the text that came with it. */
export function errorText(error) {
  const key = `error_${error.code}`;
  const values = { left: error.left ?? "", time: duration(error.retryAfter ?? 0) };
  return has(key) ? t(key, values) : error.text || t("error_unknown");
}

/** Fills every element below that names a key. */
export function translate(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const attribute of ["aria-label", "placeholder", "title"]) {
    for (const node of root.querySelectorAll(`[data-t-${attribute}]`)) {
      node.setAttribute(attribute, t(node.getAttribute(`data-t-${attribute}`)));
    }
  }
}

/** "12.50 BRT", and whose where two issuers of the till call their money the same. */
export const money = (amount, currency) => whose(sum(amount, currency), currency);

/** The currency's name, and whose where another has the same code. */
export const nameOf = (currency) => (currency ? whose(currency.name, currency) : "");

/** "12.50 BRT", where its issuer is named beside it. The code stands behind in every language; isolated, so that it does so
    from right to left too. */
export function sum(amount, currency) {
  const text = `${format(amount, locale.tag)}\u00a0${currency?.code ?? ""}`.trim();
  return locale.language === "ar" ? `\u2066${text}\u2069` : text;
}

const whose = (text, currency) => (currency?.issuer && isAlike(currency) ? `${text} (${isolate(currency.issuer_name)})` : text);

/** The time of day where the till stands. */
export function clock(seconds) {
  return new Intl.DateTimeFormat(locale.tag, { hour: "2-digit", minute: "2-digit", timeZone: till.zone }).format(seconds * 1000);
}

/** "4:05", for a countdown. */
export function duration(seconds) {
  const two = new Intl.NumberFormat(locale.tag, { minimumIntegerDigits: 2, useGrouping: false });
  const one = new Intl.NumberFormat(locale.tag, { useGrouping: false });
  const left = Math.max(0, Math.ceil(seconds));
  return `${one.format(Math.floor(left / 60))}:${two.format(left % 60)}`;
}

export const number = (value) => format(String(value), locale.tag);

function isolate(value) {
  return locale.language === "ar" ? `\u2068${value}\u2069` : String(value);
}

function remembered() {
  try { return localStorage.getItem(REMEMBERED); } catch { return null; }
}

function write(language) {
  try { localStorage.setItem(REMEMBERED, language); } catch { /* private browsing: the choice holds for this visit */ }
}
