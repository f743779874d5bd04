// Amounts are decimal strings in their currency's scale ("12.50"), never numbers: a float would lose cents.
// What is being typed is kept as plain digits with at most one "." and shown with the locale's own digits and sign.

const MAX_DIGITS = 15;
const ZEROS = [0x660, 0x6f0];

/** The locale's decimal sign, group sign, minus sign and ten digits. */
export function signs(tag) {
  const number = new Intl.NumberFormat(tag, { useGrouping: true, minimumFractionDigits: 1 });
  const part = (value, type) => number.formatToParts(value).find((p) => p.type === type)?.value;
  const digit = new Intl.NumberFormat(tag, { useGrouping: false });
  return {
    decimal: part(0.5, "decimal") ?? ".",
    group: part(1234567, "group") ?? "",
    minus: (part(-1, "minusSign") ?? "-").replace("-", "\u2212"),
    digits: Array.from({ length: 10 }, (_, d) => digit.format(d)),
  };
}

/** The character as an ASCII digit, if it is a digit of a script that our locales use; else null. */
export function asciiDigit(character) {
  if (/^[0-9]$/.test(character)) return character;
  const code = character.codePointAt(0);
  const zero = ZEROS.find((z) => code >= z && code <= z + 9);
  return zero === undefined ? null : String(code - zero);
}

/** The text with all digits as ASCII: a PIN is the same in every script. */
export const ascii = (text) => Array.from(text, (c) => asciiDigit(c) ?? c).join("");

/** What is typed after one more key: a digit, "." (any decimal sign), "back" or "clear". */
export function press(typed, key, scale) {
  if (key === "clear") return "";
  if (key === "back") return typed === "0." ? "" : typed.slice(0, -1);
  if (key === ".") {
    if (scale === 0 || typed.includes(".")) return typed;
    return `${typed || "0"}.`;
  }
  const [whole, fraction] = typed.split(".");
  if (fraction !== undefined ? fraction.length >= scale : whole.length >= MAX_DIGITS) return typed;
  return typed === "0" ? key : typed + key;
}

/** Reads what somebody typed or pasted into the field, with any of our digits, decimal and group signs. */
export function clean(text, scale, tag) {
  const { group } = signs(tag);
  const plain = Array.from(text, (c) => asciiDigit(c) ?? c.replace("٫", ".").replace("٬", "'")).join("");
  const marks = plain.match(/[.,]/g) ?? [];
  let decimal = marks.length ? plain.lastIndexOf(marks.at(-1)) : -1;
  const repeated = marks.length > 1 && new Set(marks).size === 1;
  // "1,234" pasted where a comma groups means a thousand; typed, the comma has long become a decimal sign.
  const grouped = marks.length === 1 && marks[0] === group && scale !== 3 && /[.,]\d{3}$/.test(plain);
  if (repeated || grouped) decimal = -1;
  let typed = "";
  Array.from(plain).forEach((character, index) => {
    if (index === decimal) typed = press(typed, ".", scale);
    else if (/\d/.test(character)) typed = press(typed, character, scale);
  });
  return typed;
}

/** What is typed as an amount with all its decimals, or null if that is nothing. */
export function decimal(typed, scale) {
  const [whole, fraction = ""] = typed.split(".");
  if (!/[1-9]/.test(typed)) return null;
  const digits = (whole || "0").replace(/^0+(?=\d)/, "");
  return scale ? `${digits}.${fraction.padEnd(scale, "0")}` : digits;
}

/** What is typed, in the locale's digits, without grouping: it stands in a field with a caret. */
export function shown(typed, tag) {
  const { decimal: sign, digits } = signs(tag);
  return typed.replace(/[.\d]/g, (c) => (c === "." ? sign : digits[c]));
}

/** An amount for reading: grouped, with the locale's digits and signs. */
export function format(amount, tag) {
  const { decimal: sign, minus, digits } = signs(tag);
  const [, negative, whole, fraction] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  if (whole === undefined) return amount;
  const grouped = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }).format(BigInt(whole));
  const behind = fraction ? sign + fraction.replace(/\d/g, (c) => digits[c]) : "";
  return (negative ? minus : "") + grouped + behind;
}

/** The amount in the currency's smallest unit. */
export function minor(amount, scale) {
  const [whole, fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(scale, "0"));
}

/** Whether the amount is zero. */
export const isZero = (amount) => !/[1-9]/.test(amount ?? "0");
