// Copies what a read-only field holds; what is somebody else's is shown once, for as long as it takes to copy it.
import { gettext } from "/static/js/wording.js";

document.addEventListener("click", async (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-copies-once]");
  const once = button?.closest("[data-once]");
  const field = once?.querySelector("textarea");
  if (!(once instanceof HTMLElement) || !field) return;
  try {
    await navigator.clipboard.writeText(field.value);
    const told = document.createElement("p");
    told.setAttribute("role", "status");
    told.textContent = gettext("Copied. Paste it into a message to them now; it is gone from this page.");
    once.replaceChildren(told);
  } catch {
    field.hidden = false; // outside a secure context the browser gives no clipboard
    field.select();
  }
});

document.addEventListener("click", async (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-copies]");
  const field = button?.closest("section, output")?.querySelector("input[readonly], textarea[readonly]");
  if (!(button instanceof HTMLElement) || !(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = gettext("Copied");
  } catch {
    button.textContent = gettext("Selected: copy it"); // outside a secure context the browser gives no clipboard
  }
});
