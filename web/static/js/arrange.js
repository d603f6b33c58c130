// Puts the clauses into the order that the server says, and removes those that are gone, but never words that somebody
// is writing.
import { isWritten } from "/static/js/desks.js";
import { gettext } from "/static/js/wording.js";

const WHOLE_TEXT = 'hx-target="#text" hx-swap="outerMorph"';

/**
 * @param {string[]} order ids of the terms in the text
 */
export function arrange(order) {
  const text = document.getElementById("text");
  if (!text) return;
  const wanted = new Set(order.map((id) => `term-${id}`));
  for (const section of [...text.children]) {
    if (wanted.has(section.id)) continue;
    if (isWritten(section)) keepDraftOfRemovedClause(section);
    else section.remove();
  }
  let at = text.firstElementChild;
  for (const id of wanted) {
    const section = document.getElementById(id);
    if (!section) continue;
    if (section === at) at = at.nextElementSibling;
    else move(text, section, at);
  }
}

/** Before the whole text is replaced, takes out the clauses that are not in it any more and have words half written. */
export function keepDraftsOfRemovedClauses() {
  document.addEventListener("htmx:ws:before:message:incoming", (event) => {
    const { data } = /** @type {CustomEvent<{ message: { data: string } }>} */ (event).detail.message;
    if (typeof data !== "string" || !data.includes(WHOLE_TEXT)) return;
    for (const section of document.querySelectorAll("#text > section.term")) {
      if (isWritten(section) && !data.includes(`id="${section.id}"`)) keepDraftOfRemovedClause(section);
    }
  });
}

/** @param {Element} section */
function keepDraftOfRemovedClause(section) {
  const kept = document.getElementById("kept");
  if (!kept) return;
  section.removeAttribute("hidden");
  section.querySelector(".clause")?.replaceChildren(gettext("This clause is gone. What you were writing is kept here."));
  const answer = section.querySelector(".rail > .desk");
  const desk = section.querySelector(":scope > .desk");
  if (answer?.firstElementChild && desk) move(section, answer, desk);
  section.querySelector(".rail")?.remove();
  move(kept, section, null);
}

/**
 * Moves without losing focus or what is typed, where the browser can.
 * @param {Element} parent
 * @param {Element} node
 * @param {Element | null} before
 */
function move(parent, node, before) {
  const moveBefore = /** @type {{ moveBefore?: (node: Element, before: Element | null) => void }} */ (parent).moveBefore;
  if (moveBefore) moveBefore.call(parent, node, before);
  else parent.insertBefore(node, before);
}
