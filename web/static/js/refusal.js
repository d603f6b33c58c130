// What came of a command, said beside the control that sent it.
import { commandOf } from "/static/js/command_form.js";
import { closeDesk } from "/static/js/desks.js";

/** @typedef {import("/static/js/send.js").Outcome} Outcome */

/**
 * @param {HTMLFormElement} form
 * @param {Outcome} outcome
 */
export function tellOutcome(form, outcome) {
  const output = form.querySelector("output");
  if (!output || !form.isConnected) {
    if (outcome.refused) tellUndelivered(commandOf(form), outcome.refused);
    return;
  }
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
 * What was refused when its form was gone, after a reload or because the clause moved on: with its words, so that they
 * are not lost.
 * @param {Record<string, unknown>} command
 * @param {import("/static/js/send.js").Refused} refused
 */
export function tellUndelivered(command, refused) {
  const notice = document.getElementById("undelivered");
  if (!notice) return;
  const what = document.createElement("b");
  what.textContent = `What you sent was not recorded. ${refused.detail}`;
  const words = wordsOf(command).map((each) => {
    const quoted = document.createElement("q");
    quoted.textContent = each;
    return quoted;
  });
  const told = document.createElement("p");
  told.append(what, ` ${refused.next}`, ...words);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "Close";
  close.addEventListener("click", () => told.remove());
  told.append(close);
  notice.append(told);
  notice.hidden = false;
}

/**
 * The texts that somebody wrote into a command.
 * @param {unknown} within
 * @returns {string[]}
 */
function wordsOf(within) {
  if (typeof within !== "object" || within === null) return [];
  return Object.entries(within).flatMap(([key, value]) =>
    typeof value === "string" && WORDS.has(key) ? [value] : wordsOf(value),
  );
}

const WORDS = new Set(["heading", "text", "rationale", "reason", "condition", "evidence", "would_accept"]);

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
