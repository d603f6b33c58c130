// What came of a command, said beside the control that sent it.
import { commandOf } from "/static/js/command_form.js";
import { closeDesk, overtaken } from "/static/js/desks.js";
import { forgetDraft } from "/static/js/drafts.js";
import { gettext } from "/static/js/wording.js";

/** @typedef {import("/static/js/send.js").Outcome} Outcome */

/**
 * @param {HTMLFormElement} form
 * @param {Outcome} outcome
 */
export function tellOutcome(form, outcome) {
  const output = form.querySelector("output");
  if (!outcome.refused) {
    forgetDraft(form);
    form.classList.remove("touched");
    if (output) output.className = output.textContent = "";
    if (form.isConnected) leaveDesk(form);
    return;
  }
  if (!output || !form.isConnected) {
    tellUndelivered(commandOf(form), outcome.refused, whatOf(form));
    return;
  }
  output.className = "refusal";
  const what = document.createElement("b");
  what.textContent = outcome.refused.detail;
  const next = document.createElement("span");
  next.textContent = outcome.refused.next;
  output.replaceChildren(what, next, ...changedSince(outcome.refused.changed));
  output.scrollIntoView({ block: "nearest" });
  if (OVERTAKEN.has(outcome.refused.code)) overtaken(form, gettext("What this is about has moved on."));
}

/** Refusals that say that the offer is no longer what it was. */
const OVERTAKEN = new Set(["already_ended", "not_head", "expired", "stale_view", "stale_base", "unknown_reference"]);

/** Closes the desk, and says there what was done where a form says it. @param {HTMLFormElement} form */
function leaveDesk(form) {
  const done = form.querySelector("template[data-done]");
  const desk = form.closest(".desk");
  const place = desk?.closest("dialog") ? document.getElementById("done") : desk;
  closeDesk(form);
  if (desk?.id === "desk-sheet") document.dispatchEvent(new Event("onetext:done-with-marked"));
  if (!(done instanceof HTMLTemplateElement) || !place) return;
  const said = /** @type {DocumentFragment} */ (done.content.cloneNode(true));
  for (const left of form.querySelectorAll("[data-includes]:not(:checked)")) {
    said.querySelector(`[data-of-offer="${left.getAttribute("data-includes")}"]`)?.remove();
  }
  place.replaceChildren(said);
  const { htmx } = /** @type {{ htmx: { process: (element: Element) => void } }} */ (/** @type {unknown} */ (window));
  htmx.process(place);
  const told = place.querySelector(".done");
  if (told instanceof HTMLElement) {
    told.tabIndex = -1;
    told.focus({ preventScroll: true });
    told.scrollIntoView({ block: "nearest" });
  }
}

/** What an act is called, and on what it is, for whoever reads of it later. @param {HTMLFormElement} form */
export function whatOf(form) {
  const act = form.querySelector("h3")?.textContent ?? form.querySelector("button")?.firstChild?.textContent ?? "";
  const clause = form.dataset.about ?? form.closest("section.term")?.querySelector("h2")?.textContent ?? "";
  const [what = "", where = ""] = [act, clause].map((each) => each.trim().replace(/\s+/g, " "));
  return where && !what.includes(where) ? gettext("%(act)s, on %(clause)s", { act: what, clause: where }) : what;
}

/**
 * What was refused when its form was gone, after a reload or because the clause moved on: with its words, so that they
 * are not lost.
 * @param {Record<string, unknown>} command
 * @param {import("/static/js/send.js").Refused} refused
 * @param {string} [what] what it was called, and on what
 */
export function tellUndelivered(command, refused, what) {
  const notice = document.getElementById("undelivered");
  if (!notice) return;
  const told = document.createElement("p");
  const named = document.createElement("b");
  named.dir = "auto";
  named.textContent = `${what ? gettext("“%(what)s” was not recorded.", { what }) : gettext("What you sent was not recorded.")} ${refused.detail}`;
  const words = wordsOf(command).map((each) => {
    const quoted = document.createElement("q");
    quoted.textContent = each;
    return quoted;
  });
  told.append(named, ` ${refused.next}`, ...words);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = gettext("Close");
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
  now.textContent = gettext("%(clause)s, now at version %(version)s: %(text)s", { clause: changed.term.heading, version: changed.term.version, text: changed.term.text });
  return [now];
}
