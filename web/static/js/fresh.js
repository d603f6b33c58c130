// An offer that has just arrived cannot be accepted at once: a press that was meant for the one before it does nothing.

const MOMENT = 1500;

/** @type {Set<string>} */
const seen = new Set();

/** Takes note of the offers that are on the page, and holds back those that were not. */
export function holdBackFreshOffers() {
  for (const form of document.querySelectorAll("form[data-command=accept_proposal]")) {
    if (seen.has(form.id)) continue;
    seen.add(form.id);
    const button = form.querySelector("button");
    if (!button) continue;
    button.disabled = true;
    setTimeout(() => (button.disabled = false), MOMENT);
  }
}

/** The offers that were there when the page was opened can be accepted at once. */
export function knowOffers() {
  for (const form of document.querySelectorAll("form[data-command=accept_proposal]")) seen.add(form.id);
}
