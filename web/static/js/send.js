// Sends commands and keeps the unsent ones in IndexedDB, so that neither a reload nor a restart of the server loses one.
import { gettext } from "/static/js/wording.js";

/** @typedef {{ command_id: string, type: string } & Record<string, unknown>} Command */
/** @typedef {{ url: string, command: Command, what?: string, draft?: string }} Unsent what: what it was called, and on what; draft: the key under which its words are kept until it is answered */
/** @typedef {{ detail: string, next: string, code: string, changed?: any }} Refused */
/** @typedef {{ recorded?: unknown, refused?: Refused, isKept?: boolean }} Outcome */

const LONGEST_WAIT = 5000;
const TRIES_AFTER_FAULTS = 4;

/** Commands of this page that are not answered yet, by id. @type {Set<string>} */
const unanswered = new Set();
let isCutOff = false;
/** The end of the line: commands go out one after the other, in the order of their making. @type {Promise<unknown>} */
let line = Promise.resolve();

/** How many commands wait because an attempt met no answer. */
export function unsentCount() {
  return isCutOff ? unanswered.size : 0;
}

/**
 * Sends a command until it is recorded or refused; a retry carries the same command_id, and so does what is sent again
 * while it is still kept unsent: one intention is one command.
 * @param {string} url
 * @param {{ type: string } & Record<string, unknown>} asked
 * @param {() => void} counted called when the number of unsent ones changes
 * @param {string} what what it is called, and on what it is
 * @param {(commandId: string) => string | undefined} draftOf told of its id; gives the key of the draft that it was
 * @returns {Promise<Outcome>}
 */
export async function send(url, asked, counted, what, draftOf) {
  const said = JSON.stringify(asked);
  const same = (await allKept()).find(([, kept]) => kept.url === url && saidBy(kept.command) === said);
  const command = same ? same[1].command : { command_id: freshId(), ...asked };
  const draft = draftOf(command.command_id);
  const unsent = same ? same[1] : { url, command, what, draft };
  const key = same ? same[0] : await keep(unsent);
  return /** @type {Outcome} */ (await queue(unsent, key, {}, counted));
}

/** @param {Command} command */
function saidBy(command) {
  const { ...asked } = /** @type {Partial<Command>} */ (command);
  delete asked.command_id;
  return JSON.stringify(asked);
}

/**
 * What a member has not got rid of yet, in all rooms.
 * @param {string} base under which the member's pages stand
 * @returns {Promise<Unsent[]>}
 */
export async function unsentOf(base) {
  return (await allKept()).map(([, kept]) => kept).filter((kept) => kept.url.startsWith(`${base}/`));
}

/** Erases what a member has not got rid of. @param {string} base */
export async function eraseUnsent(base) {
  for (const [key, kept] of await allKept()) if (kept.url.startsWith(`${base}/`)) await forget(key);
}

/**
 * Sends again, in the order of their making, what an earlier page of this room could not deliver.
 * @param {string} url
 * @param {() => void} counted
 * @param {(kept: Unsent, outcome: Outcome) => void} settled called for each that is answered
 */
export async function resendUnsent(url, counted, settled) {
  for (const [key, kept] of await allKept()) {
    const { command } = kept;
    if (kept.url !== url || unanswered.has(command.command_id)) continue;
    const outcome = await queue(kept, key, { ifAvailable: true }, counted);
    if (outcome) settled(kept, outcome);
  }
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
 * Delivers a command once those before it are answered; null where another tab is delivering it.
 * @param {Unsent} unsent
 * @param {IDBValidKey | null} key where it is kept
 * @param {LockOptions} options
 * @param {() => void} counted
 * @returns {Promise<Outcome | null>}
 */
async function queue({ url, command }, key, options, counted) {
  unanswered.add(command.command_id);
  if (isCutOff) counted();
  const before = line;
  const delivered = (async () => {
    await before;
    return await withLock(command, options, () => deliver(url, command, key, counted));
  })();
  line = delivered.catch(() => {});
  try {
    return await delivered;
  } finally {
    unanswered.delete(command.command_id);
    counted();
  }
}

/**
 * Acts on a command while no other tab does; null where another is at it.
 * @param {Command} command
 * @param {LockOptions} options
 * @param {() => Promise<Outcome>} act
 * @returns {Promise<Outcome | null>}
 */
async function withLock(command, options, act) {
  // Locks are there in a secure context alone; without them the server still records a command once.
  if (!navigator.locks) return await act();
  return await navigator.locks.request(`onetext-${command.command_id}`, options, (lock) => (lock ? act() : null));
}

/**
 * Tries until there is an answer.
 * @param {string} url
 * @param {Command} command
 * @param {IDBValidKey | null} key where it is kept
 * @param {() => void} counted
 * @returns {Promise<Outcome>}
 */
async function deliver(url, command, key, counted) {
  let faults = 0;
  for (let wait = 250; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    const outcome = await attempt(url, command);
    if (outcome?.refused?.code === "fault") faults += 1;
    else isCutOff = outcome === null;
    if (outcome && (outcome.refused?.code !== "fault" || faults > TRIES_AFTER_FAULTS)) {
      if (!outcome.isKept) await forget(key);
      return outcome;
    }
    counted();
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/**
 * One try; null when there was no answer and it has to be tried again.
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
    const isAnswer = response.headers.get("content-type")?.includes("json") ?? false;
    if (response.status === 429 || (response.status >= 500 && !isAnswer)) return null;
    if (!isAnswer) return { refused: NOT_TAKEN };
    const answer = await response.json();
    if (response.ok) return { recorded: answer };
    return response.status === 401 ? { refused: SIGNED_OUT, isKept: true } : { refused: answer };
  } catch {
    return null;
  }
}

const SIGNED_OUT = {
  code: "not_signed_in",
  detail: gettext("You are signed out."),
  next: gettext("Open a link of yours again: what you sent is kept in this browser and goes out then."),
};
const NOT_TAKEN = {
  code: "malformed",
  detail: gettext("This was not taken by what stands before the server."),
  next: gettext("Make it shorter, or ask whoever runs Onetext here."),
};

// What is kept: { url, command } under numbers that grow. Where a browser keeps nothing (some private windows), commands
// are sent all the same.

/** @param {Unsent} unsent @returns {Promise<IDBValidKey | null>} */
async function keep(unsent) {
  try {
    return await done((await store("readwrite")).add(unsent));
  } catch {
    return null;
  }
}

/** @param {IDBValidKey | null} key */
async function forget(key) {
  if (key !== null) await done((await store("readwrite")).delete(key));
}

/** @returns {Promise<[IDBValidKey, Unsent][]>} in the order of their making */
async function allKept() {
  try {
    const kept = await store("readonly");
    const [keys, values] = await Promise.all([done(kept.getAllKeys()), done(kept.getAll())]);
    return keys.map((key, place) => [key, values[place]]);
  } catch {
    return [];
  }
}

/**
 * @param {IDBTransactionMode} mode
 * @returns {Promise<IDBObjectStore>}
 */
function store(mode) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("onetext-unsent", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("unsent", { autoIncrement: true });
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
