// Half-written forms: what is typed stays over a reload and a change of page, for this member and this browser tab.
import { addRow } from "/static/js/value_editor.js";

/** @typedef {{ name: string, value: string, checked?: boolean }} Kept */
/** @typedef {{ fields: Kept[], items: [number, string][] }} Draft */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/** @type {WeakSet<Element>} */
const restoring = new WeakSet();

/** @param {HTMLFormElement} form */
function keyOf(form) {
  const me = document.getElementById("room")?.dataset.me;
  return `onetext-draft:${me}:${form.dataset.draft}`;
}

/** @param {HTMLFormElement} form */
export function saveDraft(form) {
  if (!form.dataset.draft || restoring.has(form)) return;
  form.classList.add("touched");
  /** @type {Draft} */
  const draft = { fields: fieldsOf(form).map(keptOf), items: itemsOf(form) };
  sessionStorage.setItem(keyOf(form), JSON.stringify(draft));
}

/** @param {HTMLFormElement} form */
export function forgetDraft(form) {
  sessionStorage.removeItem(keyOf(form));
}

/**
 * Puts back what was half written.
 * @param {HTMLFormElement} form
 * @param {(term: string, number: number) => Promise<void>} addItem fetches one more clause into the form
 */
export async function restoreDraft(form, addItem) {
  const kept = sessionStorage.getItem(keyOf(form));
  if (kept === null) return;
  /** @type {Draft} */
  const draft = JSON.parse(kept);
  restoring.add(form);
  try {
    await restoreItems(form, draft.items, addItem);
    for (const field of draft.fields) restoreField(form, field);
  } finally {
    restoring.delete(form);
  }
  form.classList.add("touched");
}

/** @param {HTMLFormElement} form @returns {Field[]} */
function fieldsOf(form) {
  return /** @type {Field[]} */ ([...form.querySelectorAll("[name]:not([type=hidden])")]);
}

/** @param {Field} field @returns {Kept} */
function keptOf(field) {
  const { name, value } = field;
  const isBox = field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");
  return isBox ? { name, value, checked: field.checked } : { name, value };
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
    // The same name stands in the fields of several kinds of value; those of the chosen kind are enabled.
    const field = fields.find((each) => !each.matches(":disabled"));
    if (!field || field.value === kept.value) return;
    field.value = kept.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
