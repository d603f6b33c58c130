// What came of a command, said beside the control that sent it.
import { closeDesk } from "/static/js/desks.js";

/** @typedef {import("/static/js/send.js").Outcome} Outcome */

/**
 * @param {HTMLFormElement} form
 * @param {Outcome} outcome
 */
export function tellOutcome(form, outcome) {
  const output = form.querySelector("output");
  if (!output) return;
  if (!outcome.refused) {
    output.className = "";
    output.textContent = "";
    form.classList.remove("touched");
    closeDesk(form);
    return;
  }
  output.className = "refusal";
  const what = document.createElement("b");
  what.textContent = outcome.refused.detail;
  const next = document.createElement("span");
  next.textContent = outcome.refused.next;
  output.replaceChildren(what, next, ...changedSince(outcome.refused.changed));
  output.scrollIntoView({ block: "nearest" });
}

/**
 * How the thing stands now, where what one acted on had changed.
 * @param {{ version: number, term?: { heading: string, text: string, version: number } } | undefined} changed
 */
function changedSince(changed) {
  if (!changed?.term) return [];
  const now = document.createElement("q");
  now.textContent = `${changed.term.heading}, now at version ${changed.term.version}: ${changed.term.text}`;
  return [now];
}
