// Puts the clauses into the order that the server says, and lets go of those that are gone, but never of words that
// somebody is writing.
import { isWritten } from "/static/js/desks.js";

/**
 * @param {string[]} order ids of the terms in the text
 */
export function arrange(order) {
  const text = document.getElementById("text");
  if (!text) return;
  const wanted = new Set(order.map((id) => `term-${id}`));
  for (const section of [...text.children]) {
    if (wanted.has(section.id)) continue;
    if (isWritten(section)) leaveBehind(section);
    else section.remove();
  }
  let at = text.firstElementChild;
  for (const id of wanted) {
    while (at?.classList.contains("gone")) at = at.nextElementSibling;
    const section = document.getElementById(id);
    if (!section) continue;
    if (section === at) at = at.nextElementSibling;
    else move(text, section, at);
  }
}

/**
 * A clause that is gone while somebody writes on it: the words stay until they are closed.
 * @param {Element} section
 */
function leaveBehind(section) {
  section.classList.add("gone");
  section.querySelector(".clause")?.replaceChildren("This clause is gone. What you were writing is kept here.");
  section.querySelector(".rail")?.remove();
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
