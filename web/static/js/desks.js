// Desks: where forms open.
import { forgetDraft, itemsOf, restoreDraft, saveDraft } from "/static/js/drafts.js";

/**
 * Whether something in an element is being written.
 * @param {Element} within
 */
export function isWritten(within) {
  return within.querySelector(".act-form.touched") !== null;
}

/** Closes the desk that an element stands on. @param {Element} element */
export function closeDesk(element) {
  const desk = element.closest(".desk");
  const form = desk?.querySelector(".act-form");
  if (form instanceof HTMLFormElement) forgetDraft(form);
  desk?.replaceChildren();
  const sheet = desk?.closest("dialog");
  if (sheet?.open) sheet.close();
  desk?.closest("#kept > section")?.remove();
}

export function keepDesks() {
  document.addEventListener("input", (event) => saveFormOf(event.target));
  document.addEventListener("htmx:after:swap", () => {
    for (const form of document.querySelectorAll(".desk .act-form:not(.arrived)")) {
      form.classList.add("arrived");
      if (form instanceof HTMLFormElement) open(form);
    }
  });
  document.addEventListener("change", (event) => {
    const picked = event.target;
    if (picked instanceof HTMLSelectElement && picked.dataset.addsItem && picked.value) {
      const { form, value } = picked;
      picked.value = "";
      if (form) addPicked(form, value);
    }
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest('[data-closes="desk"]')) closeDesk(target);
    const dropped = target.closest("[data-drops-item]")?.closest("[data-item]");
    if (dropped) {
      const form = dropped.closest("form");
      dropped.remove();
      saveFormOf(form);
    } else if (target.closest("[data-adds-row], [data-drops-row]")) saveFormOf(target);
  });
}

/** @param {EventTarget | null} target */
function saveFormOf(target) {
  const form = target instanceof Element ? target.closest(".act-form") : null;
  if (form instanceof HTMLFormElement) saveDraft(form);
}

/**
 * Adds another clause to the package that is being composed.
 * @param {HTMLFormElement} form
 * @param {string} term
 */
async function addPicked(form, term) {
  const items = itemsOf(form);
  if (items.some(([, there]) => there === term)) return;
  const taken = items.map(([number]) => number);
  await addItem(form, term, Math.max(form.querySelectorAll("[data-item]").length, ...taken.map((each) => each + 1)));
  saveDraft(form);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} term
 * @param {number} number its place among the items
 */
async function addItem(form, term, number) {
  const { htmx } = /** @type {{ htmx: { ajax: (...how: unknown[]) => Promise<void> } }} */ (/** @type {unknown} */ (window));
  const picks = form.querySelector("[data-adds-item]");
  const items = form.querySelector(".items");
  if (!(picks instanceof HTMLElement) || !items) return;
  const url = `${picks.dataset.addsItem}?term=${term}&at=${number}`;
  await htmx.ajax("GET", url, { target: items, swap: "beforeend" });
}

/**
 * Shows a form that has arrived: with what was half written before, and the cursor in its first field.
 * @param {HTMLFormElement} form
 */
async function open(form) {
  const dialog = form.closest("dialog");
  if (dialog && !dialog.open) dialog.showModal();
  await restoreDraft(form, (term, number) => addItem(form, term, number));
  const first =
    form.querySelector("textarea") ??
    form.querySelector("input:not([type=hidden]):not([type=radio]), select, button.primary");
  if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}
