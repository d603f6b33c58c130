// Sends commands and keeps the unsent ones in IndexedDB, so that neither a reload nor a restart of the server loses one.

/** @returns {Promise<IDBObjectStore>} */
function unsent(mode) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("onetext", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("unsent", { keyPath: "command_id" });
    opening.onsuccess = () => resolve(opening.result.transaction("unsent", mode).objectStore("unsent"));
    opening.onerror = () => reject(opening.error);
  });
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Sends a command until it is recorded or refused; a retry carries the same command_id. */
export async function send(url, command) {
  const kept = { command_id: crypto.randomUUID(), ...command };
  await done((await unsent("readwrite")).put({ command_id: kept.command_id, url, command: kept }));
  return deliver(url, kept);
}

/** Sends again what an earlier page of this room could not deliver. */
export async function resendUnsent(url) {
  for (const each of await done((await unsent("readonly")).getAll())) {
    if (each.url === url && !inFlight.has(each.command_id)) deliver(url, each.command);
  }
}

const inFlight = new Set();

async function deliver(url, command) {
  inFlight.add(command.command_id);
  try {
    for (let wait = 250; ; wait = Math.min(wait * 2, 5000)) {
      const outcome = await attempt(url, command);
      if (outcome) {
        await done((await unsent("readwrite")).delete(command.command_id));
        return outcome;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  } finally {
    inFlight.delete(command.command_id);
  }
}

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
