// The PIN pad: what a locked till shows, and where a lost session leads.

import { $, keypad } from "./dom.js";
import { ascii } from "./amount.js";
import { post } from "./api.js";
import { errorText } from "./i18n.js";

let unlocked = () => {};

export function start(onUnlocked) {
  unlocked = onUnlocked;
  $("pin-form").addEventListener("submit", submit);
  $("pin").addEventListener("input", () => { $("pin-error").textContent = ""; });
}

export function translated() {
  keypad($("pin-pad"), "clear", (key) => {
    const field = $("pin");
    if (key === "clear") field.value = "";
    else if (key === "back") field.value = field.value.slice(0, -1);
    else field.value += key;
    $("pin-error").textContent = "";
    field.focus();
  });
}

export function show() {
  $("pin").value = "";
  $("pin").focus();
}

async function submit(event) {
  event.preventDefault();
  const field = $("pin");
  const button = $("pin-form").querySelector("[type=submit]");
  if (!field.value || button.disabled) return field.focus();
  button.disabled = true;
  try {
    await post("/api/unlock", { pin: ascii(field.value) });
    field.value = "";
    $("pin-error").textContent = "";
    await unlocked();
  } catch (error) {
    field.value = "";
    $("pin-error").textContent = errorText(error);
  } finally {
    button.disabled = false;
    field.focus();
  }
}
