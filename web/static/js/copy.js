// Copies what a read-only field holds.

document.addEventListener("click", async (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-copies]");
  const field = button?.closest("section, output")?.querySelector("input[readonly], textarea[readonly]");
  if (!(button instanceof HTMLElement) || !(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Selected: copy it"; // outside a secure context the browser gives no clipboard
  }
});
