// Small things that all views use.

import { t, clock, sum, locale } from "./i18n.js";
import { isZero, signs } from "./amount.js";
import { currencyOf, isAlike } from "./store.js";

export const $ = (id) => document.getElementById(id);

/** An element with attributes (`on…` are listeners) and children; a text is never read as markup. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** The code as an image. Only the view box and the path are taken from what the server sent. */
export function drawCode(node, text) {
  const drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", drawn.getAttribute("viewBox") ?? "0 0 1 1");
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("aria-hidden", "true");
  for (const old of drawn.querySelectorAll("path")) {
    const path = document.createElementNS(SVG, "path");
    for (const name of ["d", "transform", "stroke", "stroke-width", "fill"]) {
      if (old.hasAttribute(name)) path.setAttribute(name, old.getAttribute(name));
    }
    svg.append(path);
  }
  node.replaceChildren(svg);
}

/** The payment's mark: two words in white on a colour, and the colour's name; the payer's wallet shows the same. */
export function mark(of, large = false) {
  const words = el("span", { class: "words", lang: "en", dir: "ltr" }, of.words.join(" "));
  words.style.backgroundColor = of.hex;
  return el("span", { class: large ? "mark large" : "mark" }, words,
    el("span", { class: large ? "colour" : "sr" }, t(`colour_${of.colour}`)));
}

/** One line of the day's list; `action` stands at its end. */
export function entryRow(entry, action = null) {
  const currency = currencyOf(entry.issuer);
  const out = entry.direction === "out";
  const tip = entry.tip && !isZero(entry.tip) ? t("with_tip", { amount: sum(entry.tip, currency) }) : "";
  const back = !isZero(entry.refunded) ? t("refunded_of", { amount: sum(entry.refunded, currency) }) : "";
  const state = entry.state === "pending" || entry.state === "refused" ? t(`entry_${entry.state}`) : "";
  const kind = t(!out ? "kind_payment" : entry.repays ? "kind_refund" : "kind_out");
  const place = entry.by_this_till === false ? t("elsewhere") : "";
  const issuer = currency && isAlike(currency) ? currency.issuer_name : "";
  const facts = [kind, state, place, entry.counterpart, issuer, entry.memo, tip, back].filter(Boolean);
  const sign = out ? "-" : "";
  return el("div", { class: `entry ${out ? "out" : "in"}` },
    el("span", { class: "sort", "aria-hidden": "true" }, icon(entry.state === "pending" ? "clock" : entry.state === "refused" ? "cross" : out ? "refund" : "check")),
    el("time", { datetime: new Date(entry.at * 1000).toISOString() }, clock(entry.at)),
    el("div", { class: "facts" }, entry.mark ? mark(entry.mark) : null,
      el("span", { class: "quiet" }, ...facts.flatMap((f, i) => [i ? " · " : "", el("bdi", {}, f)]))),
    el("strong", { class: "sum" }, el("bdi", {}, sum(sign + entry.amount, currency))),
    action);
}

/** Says it to a screen reader, even if it is what was said last. */
export function announce(text) {
  const node = $("announce");
  node.textContent = "";
  setTimeout(() => { node.textContent = text; }, 60);
}

/** A pad of digits; `third` is what stands beside the nought: "." or "clear". */
export function keypad(node, third, onKey) {
  const { digits, decimal } = signs(locale.tag);
  const key = (name, content, label) => el("button", {
    type: "button", class: "key", "data-key": name, "aria-label": label ?? null,
    // The field keeps the focus, so that keys of the pad and of a keyboard can be mixed.
    onmousedown: (event) => event.preventDefault(), onclick: () => onKey(name),
  }, content);
  const side = third === "." ? key(".", decimal, t("key_decimal")) : key("clear", icon("cross"), t("clear"));
  if (third === null) side.disabled = true;
  node.replaceChildren(
    ...["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((d) => key(d, digits[d])),
    side, key("0", digits[0]), key("back", icon("back"), t("key_back")),
  );
}
