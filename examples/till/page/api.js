// Calls to the till's server, and the stream of what happens there.

/** What the server answered, or that it did not: code "offline". */
export class CallError extends Error {
  constructor(status, { code, text, field, retry_after, left }) {
    super(text ?? code);
    Object.assign(this, { status, code, text, field, left, retryAfter: retry_after });
  }
}

const SILENCE_MS = 12_000; // the server says something every 5 s
const TIMEOUT_MS = 15_000;
let sessionLost = () => {};

export const onSessionLost = (listener) => { sessionLost = listener; };

/** A key under which the server does a thing once, however often it is asked. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);

async function call(method, path, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  let answer, text;
  try {
    const headers = body ? { "Content-Type": "application/json" } : {};
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal: stop.signal });
    text = await answer.text();
  } catch {
    throw new CallError(0, { code: "offline" });
  } finally {
    clearTimeout(timer);
  }
  if (answer.ok) return text ? JSON.parse(text) : null;
  if (answer.status === 401) sessionLost();
  throw new CallError(answer.status, problem(text));
}

function problem(text) {
  try { return JSON.parse(text); } catch { return { code: "unknown" }; }
}

/**
 * Listens to /api/events until stopped, through every loss: `on.open`, `on.lost`, `on.event(name, data)`.
 * Read with fetch, as EventSource hides both the status (a lost session) and the pings (a dead line).
 */
export class Live {
  #on;
  #stop = null;
  #failures = 0;
  #heard = 0;
  #again = 0;

  constructor(on) {
    this.#on = on;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#stop?.abort());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && Date.now() - this.#heard > SILENCE_MS / 2) this.#hurry();
    });
  }

  start() {
    this.stop();
    this.#failures = 0;
    this.#listen();
  }

  stop() {
    clearTimeout(this.#again);
    const running = this.#stop;
    this.#stop = null;
    running?.abort();
  }

  #hurry() {
    if (this.#stop) this.start();
  }

  async #listen() {
    const mine = new AbortController();
    this.#stop = mine;
    this.#heard = Date.now();
    const watchdog = setInterval(() => {
      if (Date.now() - this.#heard > SILENCE_MS) mine.abort();
    }, 1000);
    try {
      const answer = await fetch("/api/events", { headers: { Accept: "text/event-stream" }, signal: mine.signal });
      if (answer.status === 401) {
        this.stop();
        return sessionLost();
      }
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.#failures = 0;
      this.#on.open();
      await this.#read(answer.body.getReader());
    } catch { /* lost: what follows is the same as for an end */ } finally {
      clearInterval(watchdog);
    }
    if (this.#stop !== mine) return;
    this.#on.lost();
    const wait = Math.min(8000, 400 * 2 ** this.#failures++) * (0.75 + Math.random() / 2);
    this.#again = setTimeout(() => this.#listen(), wait);
  }

  async #read(reader) {
    const decoder = new TextDecoder();
    let held = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heard = Date.now();
      held += decoder.decode(value, { stream: true }).replaceAll("\r", "");
      const blocks = held.split("\n\n");
      held = blocks.pop();
      blocks.forEach((block) => this.#tell(block));
    }
  }

  #tell(block) {
    const field = (name) => block.split("\n").filter((l) => l.startsWith(`${name}:`)).map((l) => l.slice(name.length + 1).trim());
    const data = field("data").join("\n");
    if (data) this.#on.event(field("event")[0] ?? "message", JSON.parse(data));
  }
}
