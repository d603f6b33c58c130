// Half-written forms: what is typed is kept over Escape, a reload, another clause and a lost connection, for this member in
// this browser, until it is sent or discarded.
import { addRow } from "/static/js/value_editor.js";
import { gettext } from "/static/js/wording.js";

/** @typedef {{ name: string, nth: number, value: string, checked?: boolean }} Kept nth: of the fields of that name, since several kinds of value have fields of one name */
/** @typedef {{ fields: Kept[], items: [number, string][], base: string, title: string, about: string, again: string, desk: string, at: number, tab?: string, sent?: string }} Draft tab: of the browser, that wrote it; sent: the command that it became, which is not answered yet */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

const PREFIX = "onetext-draft:";
/** This tab: what is written in two of them at a time is kept twice. */
const tab = Math.random().toString(36).slice(2);
/** The draft that is being taken up. */
let wanted = "";

/** @type {WeakSet<Element>} */
const restoring = new WeakSet();

/** Whose drafts they are. @param {string | undefined} me @param {string} [agreement] all of them when left out */
function prefixOf(me, agreement = "") {
  return `${PREFIX}${me}:${agreement}`;
}

/** @param {HTMLFormElement} form */
function keyOf(form) {
  return form.dataset.draftKey ?? prefixOf(document.getElementById("room")?.dataset.me, form.dataset.draft);
}

/** @param {string} key @returns {Draft | null} */
function read(key) {
  const kept = localStorage.getItem(key);
  return kept === null ? null : JSON.parse(kept);
}

/** Under which key this tab keeps what is written in a form: one of its own where another tab writes it too. @param {HTMLFormElement} form */
function ownKeyOf(form) {
  const kept = read(keyOf(form));
  if (kept && kept.tab !== tab && !kept.sent && String(kept.at) !== form.dataset.takenUp) {
    form.dataset.draftKey = `${keyOf(form)}~${tab}`;
    tell(form, gettext("You are writing this in another tab as well: both are kept."));
  }
  return keyOf(form);
}

/** @param {HTMLFormElement} form */
export function saveDraft(form) {
  if (!form.dataset.draft || restoring.has(form)) return;
  form.classList.add("touched");
  form.querySelector("[data-discards]")?.removeAttribute("hidden");
  /** @type {Draft} */
  const draft = {
    fields: keptOf(fieldsOf(form)),
    items: itemsOf(form),
    base: baseOf(form),
    title: form.querySelector("h3")?.textContent?.trim() ?? "",
    about: form.dataset.about ?? "",
    again: form.dataset.again ?? "",
    desk: form.closest(".desk")?.id ?? "desk-sheet",
    at: Date.now(),
    tab,
  };
  try {
    localStorage.setItem(ownKeyOf(form), JSON.stringify(draft));
  } catch {
    // This browser keeps nothing; the form itself stays open.
  }
  document.dispatchEvent(new Event("onetext:drafts"));
}

/** @param {HTMLFormElement} form */
export function forgetDraft(form) {
  if (form.dataset.draft) forgetKey(keyOf(form));
}

/**
 * What a form became is on its way: its draft is none any more, unless it is refused.
 * @param {HTMLFormElement} form
 * @param {string} commandId
 * @returns {string | undefined} under which key it is kept until then
 */
export function sentDraft(form, commandId) {
  const key = form.dataset.draft ? keyOf(form) : "";
  const draft = key ? read(key) : null;
  if (!draft) return undefined;
  localStorage.setItem(key, JSON.stringify({ ...draft, sent: commandId }));
  document.dispatchEvent(new Event("onetext:drafts"));
  return key;
}

/**
 * What became of a draft that was sent: gone once it is recorded, there again when it was refused.
 * @param {string | undefined} key
 * @param {string} commandId
 * @param {boolean} isRecorded
 */
export function settleDraft(key, commandId, isRecorded) {
  const draft = key ? read(key) : null;
  if (!key || draft?.sent !== commandId) return; // written anew meanwhile
  if (isRecorded) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify({ ...draft, sent: undefined }));
  document.dispatchEvent(new Event("onetext:drafts"));
}

/** @param {string} key */
function forgetKey(key) {
  localStorage.removeItem(key);
  document.dispatchEvent(new Event("onetext:drafts"));
}

/**
 * The drafts of a member, the newest first.
 * @param {string | undefined} me
 * @param {string} [agreement]
 * @returns {[string, Draft][]}
 */
export function draftsOf(me, agreement) {
  const keys = Object.keys(localStorage).filter((each) => each.startsWith(prefixOf(me, agreement)));
  const found = keys.map((key) => /** @type {[string, Draft]} */ ([key, JSON.parse(localStorage.getItem(key) ?? "{}")]));
  return found.filter(([, draft]) => !draft.sent).sort((one, other) => other[1].at - one[1].at);
}

/** Erases what a member has begun. @param {string | undefined} me */
export function eraseDrafts(me) {
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefixOf(me))) localStorage.removeItem(key);
}

/** The words of a draft, as somebody would know it again. @param {Draft} draft */
export function wordsOf(draft) {
  const texts = draft.fields.filter((each) => /text|heading|reason|rationale|condition|evidence|would_accept$/.test(each.name));
  return texts.map((each) => each.value.trim()).filter(Boolean).join("\n\n");
}

/** Lists the drafts of this room, and keeps their number on a button. @param {HTMLElement} room */
export function listDrafts(room) {
  const agreement = room.dataset.here?.split("/").at(-1) ?? "";
  function refresh() {
    const drafts = draftsOf(room.dataset.me, agreement);
    const button = document.getElementById("drafts-kept");
    if (button) {
      button.hidden = drafts.length === 0;
      button.textContent = drafts.length === 1 ? gettext("1 draft") : gettext("%(count)s drafts", { count: drafts.length });
    }
    document.querySelector("#drafts .drafts")?.replaceChildren(...drafts.map(([key, draft]) => listed(key, draft)));
    const dialog = document.getElementById("drafts");
    if (dialog instanceof HTMLDialogElement && dialog.open && drafts.length === 0) dialog.close();
  }
  document.addEventListener("onetext:drafts", refresh);
  window.addEventListener("storage", refresh);
  refresh();
  return { refresh };
}

/** @param {string} key @param {Draft} draft */
function listed(key, draft) {
  const item = document.createElement("li");
  const title = document.createElement("b");
  title.dir = "auto";
  title.textContent = draft.title;
  const about = document.createElement("small");
  about.dir = "auto";
  about.textContent = `${draft.about} ${new Date(draft.at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}`;
  const words = document.createElement("p");
  words.dir = "auto";
  words.className = "words";
  words.textContent = wordsOf(draft);
  const acts = document.createElement("p");
  acts.className = "acts";
  acts.append(
    button(gettext("Take it up"), () => takeUp(key, draft)),
    sure(gettext("Discard"), () => forgetKey(key)),
  );
  item.append(title, about, words, acts);
  return item;
}

/** @param {string} words @param {() => void} act */
export function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

/** A button that asks once more. @param {string} words @param {() => void} act */
function sure(words, act) {
  const made = button(words, () => {
    if (made.dataset.asked) act();
    else {
      made.dataset.asked = "yes";
      made.textContent = gettext("%(act)s for good?", { act: words });
    }
  });
  made.className = "quiet";
  return made;
}

/** Opens the form of a draft where it stood. @param {string} key @param {Draft} draft */
export async function takeUp(key, draft) {
  wanted = key;
  const dialog = document.getElementById("drafts");
  if (dialog instanceof HTMLDialogElement) dialog.close();
  const desk = document.getElementById(draft.desk) ?? document.getElementById("desk-sheet");
  const { htmx } = /** @type {{ htmx: { ajax: (...how: unknown[]) => Promise<void> } }} */ (/** @type {unknown} */ (window));
  desk?.closest("section.term")?.scrollIntoView({ block: "start" });
  await htmx.ajax("GET", draft.again, { target: desk, swap: "innerHTML" });
}

/**
 * Puts back what was half written.
 * @param {HTMLFormElement} form
 * @param {(term: string, number: number) => Promise<void>} addItem fetches one more clause into the form
 */
export async function restoreDraft(form, addItem) {
  const found = form.dataset.draft ? findDraft(form) : undefined;
  if (!found) return;
  const [key, draft] = found;
  form.dataset.draftKey = key;
  form.dataset.takenUp = String(draft.at);
  const base = baseOf(form);
  restoring.add(form);
  try {
    await restoreItems(form, draft.items, addItem);
    for (const field of draft.fields) restoreField(form, field);
  } finally {
    restoring.delete(form);
  }
  form.classList.add("touched");
  form.querySelector("[data-discards]")?.removeAttribute("hidden");
  tell(form, draft.base === base ? gettext("This is what you had begun.") : gettext("This is what you had begun. The clause has moved on since: look at its words above."));
}

/**
 * The draft of a form: the one that is being taken up, else that under its own name, else the newest of another tab.
 * @param {HTMLFormElement} form
 */
function findDraft(form) {
  const own = keyOf(form);
  const kept = draftsOf(document.getElementById("room")?.dataset.me).filter(([key]) => key === own || key.startsWith(`${own}~`));
  const taken = wanted;
  wanted = "";
  return kept.find(([key]) => key === taken) ?? kept.find(([key]) => key === own) ?? kept[0];
}

/** @param {HTMLFormElement} form @param {string} words */
function tell(form, words) {
  const told = document.createElement("p");
  told.className = "note restored";
  told.setAttribute("role", "status");
  told.textContent = words;
  form.querySelector("header")?.after(told);
}

/** The versions that a form builds on. @param {HTMLFormElement} form */
function baseOf(form) {
  const versions = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('input[type=hidden][name$="base_version"]'));
  return [...versions].map((each) => `${each.name}=${each.value}`).join("&");
}

/** @param {HTMLFormElement} form @returns {Field[]} */
function fieldsOf(form) {
  return /** @type {Field[]} */ ([...form.querySelectorAll("[name]:not([type=hidden])")]);
}

/** @param {Field[]} fields @returns {Kept[]} */
function keptOf(fields) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return fields.map((field) => {
    const { name, value } = field;
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    const isBox = field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");
    return isBox ? { name, nth, value, checked: field.checked } : { name, nth, value };
  });
}

/**
 * The clauses of a package, by their number in it.
 * @param {HTMLFormElement} form
 * @returns {[number, string][]}
 */
export function itemsOf(form) {
  const ids = form.querySelectorAll('[data-item] [name^="items."][name$=".term_id"]');
  return [...ids].map((each) => {
    const id = /** @type {HTMLInputElement} */ (each);
    return [Number(id.name.split(".")[1]), id.value];
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {[number, string][]} wanted
 * @param {(term: string, number: number) => Promise<void>} addItem
 */
async function restoreItems(form, wanted, addItem) {
  if (wanted.length === 0) return;
  const numbers = new Set(wanted.map(([number]) => number));
  for (const item of form.querySelectorAll("[data-item]")) {
    const id = item.querySelector('[name$=".term_id"]');
    if (id && !numbers.has(Number(id.getAttribute("name")?.split(".")[1]))) item.remove();
  }
  const there = new Set(itemsOf(form).map(([number]) => number));
  for (const [number, term] of wanted) if (!there.has(number)) await addItem(term, number);
}

/**
 * @param {HTMLFormElement} form
 * @param {Kept} kept
 */
function restoreField(form, kept) {
  const named = `[name="${CSS.escape(kept.name)}"]:not([type=hidden])`;
  while (!form.querySelector(named) && addRow(form, kept.name));
  const fields = /** @type {Field[]} */ ([...form.querySelectorAll(named)]);
  if (kept.checked !== undefined) {
    const box = fields.find((each) => each.value === kept.value || fields.length === 1);
    if (!(box instanceof HTMLInputElement) || box.checked === kept.checked) return;
    box.checked = kept.checked;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    const field = fields[kept.nth];
    if (!field || field.value === kept.value) return;
    field.value = kept.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
