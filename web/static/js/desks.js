// Desks: where forms open. What is half written stays, also over a reload; what is closed is gone.

const KEY = "onetext-draft:";

/**
 * Whether something in an element is being written.
 * @param {Element} within
 */
export function isWritten(within) {
  return [...within.querySelectorAll(".act-form")].some((form) => form.classList.contains("touched"));
}

/** Closes the desk that an element stands on. @param {Element} element */
export function closeDesk(element) {
  const desk = element.closest(".desk");
  const form = desk?.querySelector(".act-form");
  if (form instanceof HTMLFormElement) sessionStorage.removeItem(KEY + form.dataset.draft);
  desk?.replaceChildren();
  const sheet = desk?.closest("dialog");
  if (sheet?.open) sheet.close();
  const section = desk?.closest("section.gone");
  section?.remove();
}

export function keepDesks() {
  document.addEventListener("input", (event) => {
    const form = /** @type {Element} */ (event.target).closest(".act-form");
    if (!(form instanceof HTMLFormElement) || !form.dataset.draft) return;
    form.classList.add("touched");
    const kept = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    sessionStorage.setItem(KEY + form.dataset.draft, JSON.stringify(kept));
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const form of document.querySelectorAll(".desk .act-form:not(.arrived)")) {
      form.classList.add("arrived");
      if (form instanceof HTMLFormElement) takeUp(form);
    }
  });
  document.addEventListener("change", (event) => {
    const picked = event.target;
    if (picked instanceof HTMLSelectElement && picked.dataset.addsItem && picked.value) addItem(picked);
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest('[data-closes="desk"]')) closeDesk(target);
    if (target.closest("[data-drops-item]")) target.closest("[data-item]")?.remove();
  });
}

/**
 * Adds another clause to the package that is being composed.
 * @param {HTMLSelectElement} picked
 */
function addItem(picked) {
  const form = picked.closest("form");
  const items = form?.querySelector(".items");
  if (!form || !items) return;
  const taken = [...form.querySelectorAll('[name^="items."][name$=".term_id"]')];
  const number = 1 + Math.max(-1, ...taken.map((each) => Number(each.getAttribute("name")?.split(".")[1])));
  const isThere = taken.some((each) => each instanceof HTMLInputElement && each.value === picked.value);
  const { htmx } = /** @type {{ htmx: { ajax: Function } }} */ (/** @type {unknown} */ (window));
  if (!isThere) {
    const url = `${picked.dataset.addsItem}?term=${picked.value}&at=${Math.max(number, items.children.length)}`;
    htmx.ajax("GET", url, { target: items, swap: "beforeend" });
  }
  picked.value = "";
}

/**
 * Puts the half-written words back, and the cursor into the first field.
 * @param {HTMLFormElement} form
 */
function takeUp(form) {
  /** @type {[string, string][]} */
  const kept = JSON.parse(sessionStorage.getItem(KEY + form.dataset.draft) ?? "[]");
  for (const [name, value] of kept) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]:not([type=hidden])`)) {
      if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
        field.checked = field.value === value;
      } else if (
        field instanceof HTMLInputElement ||
        field instanceof HTMLTextAreaElement ||
        field instanceof HTMLSelectElement
      ) {
        field.value = value;
        form.classList.add("touched");
      }
    }
  }
  const dialog = form.closest("dialog");
  if (dialog && !dialog.open) dialog.showModal();
  const first =
    form.querySelector("textarea") ??
    form.querySelector("input:not([type=hidden]):not([type=radio]), select, button.primary");
  if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}
