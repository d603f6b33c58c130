// Sends commands and keeps the unsent ones in IndexedDB, so that neither a reload nor a restart of the server loses one.

/** @typedef {{ command_id: string, type: string } & Record<string, unknown>} Command */
/** @typedef {{ command_id: string, url: string, command: Command }} Unsent */
/** @typedef {{ detail: string, next: string, code: string, changed?: any }} Refused */
/** @typedef {{ recorded?: unknown, refused?: Refused }} Outcome */

const LONGEST_WAIT = 5000;

/** @type {Set<string>} */
const inFlight = new Set();
/** @type {Set<string>} */
const waiting = new Set();

/** How many commands have met no answer yet. */
export function unsentCount() {
  return waiting.size;
}

/**
 * Sends a command until it is recorded or refused; a retry carries the same command_id.
 * @param {string} url
 * @param {{ type: string } & Record<string, unknown>} asked
 * @param {() => void} told called when the number of unsent ones changes
 * @returns {Promise<Outcome>}
 */
export async function send(url, asked, told) {
  const command = { command_id: freshId(), ...asked };
  await done((await unsent("readwrite")).put({ command_id: command.command_id, url, command }));
  const outcome = await alone(command, {}, () => deliver(url, command, told));
  return /** @type {Outcome} */ (outcome);
}

/** A random UUID, also where the page is not in a secure context and crypto.randomUUID is missing. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * Sends again what an earlier page of this room could not deliver.
 * @param {string} url
 * @param {() => void} told
 * @param {(command: Command, refused: Refused) => void} refusedAfterAll called for each that is refused
 */
export async function resendUnsent(url, told, refusedAfterAll) {
  /** @type {Unsent[]} */
  const kept = await done((await unsent("readonly")).getAll());
  for (const each of kept) {
    if (each.url === url && !inFlight.has(each.command_id)) resend(each, told, refusedAfterAll);
  }
}

/**
 * Leaves alone what another tab is delivering.
 * @param {Unsent} kept
 * @param {() => void} told
 * @param {(command: Command, refused: Refused) => void} refusedAfterAll
 */
async function resend({ url, command }, told, refusedAfterAll) {
  const outcome = await alone(command, { ifAvailable: true }, () => deliver(url, command, told));
  if (outcome?.refused) refusedAfterAll(command, outcome.refused);
}

/**
 * Does something about a command that no other tab does meanwhile; null where another does.
 * @param {Command} command
 * @param {LockOptions} options
 * @param {() => Promise<Outcome>} act
 * @returns {Promise<Outcome | null>}
 */
async function alone(command, options, act) {
  // Locks are there in a secure context alone; without them the server still records a command once.
  if (!navigator.locks) return await act();
  return await navigator.locks.request(`onetext-${command.command_id}`, options, (lock) => (lock ? act() : null));
}

/**
 * @param {string} url
 * @param {Command} command
 * @param {() => void} told
 */
async function deliver(url, command, told) {
  inFlight.add(command.command_id);
  try {
    for (let wait = 250; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const outcome = await attempt(url, command);
      if (outcome) {
        await done((await unsent("readwrite")).delete(command.command_id));
        return outcome;
      }
      waiting.add(command.command_id);
      told();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  } finally {
    inFlight.delete(command.command_id);
    if (waiting.delete(command.command_id)) told();
  }
}

/**
 * One try; null when it has to be tried again.
 * @param {string} url
 * @param {Command} command
 * @returns {Promise<Outcome | null>}
 */
async function attempt(url, command) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(command),
    });
    if (response.ok) return { recorded: await response.json() };
    if (response.status === 429 || response.status >= 500) return null;
    return { refused: await response.json() };
  } catch {
    return null;
  }
}

/**
 * @param {IDBTransactionMode} mode
 * @returns {Promise<IDBObjectStore>}
 */
function unsent(mode) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("onetext", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("unsent", { keyPath: "command_id" });
    opening.onsuccess = () => resolve(opening.result.transaction("unsent", mode).objectStore("unsent"));
    opening.onerror = () => reject(opening.error);
  });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
