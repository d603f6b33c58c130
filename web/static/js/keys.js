// Keys: each does what a button on the chosen clause does, which says so.
import { choose, chosenClause } from "/static/js/choose.js";
import { closeDesk } from "/static/js/desks.js";

const NO_KEYS = "onetext-no-single-keys";

function actsOnKeys() {
  return localStorage.getItem(NO_KEYS) === null;
}

export function listenToKeys() {
  const single = document.getElementById("single-keys");
  if (single instanceof HTMLInputElement) {
    single.checked = actsOnKeys();
    single.addEventListener("change", () => {
      if (single.checked) localStorage.removeItem(NO_KEYS);
      else localStorage.setItem(NO_KEYS, "yes");
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = /** @type {Element} */ (event.target);
    if (event.key === "Escape") {
      close(target);
      return;
    }
    if (target.matches("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
    if (act(event.key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const opens = target.closest("[data-opens]")?.getAttribute("data-opens");
    if (opens === "keys") showKeys();
    const drafts = opens === "drafts" ? document.getElementById("drafts") : null;
    if (drafts instanceof HTMLDialogElement) drafts.showModal();
    if (opens === "rail" || opens === "outline") document.body.classList.add(`${opens}-open`);
    const closes = target.closest("[data-closes]")?.getAttribute("data-closes");
    if (closes) document.body.classList.remove(`${closes}-open`);
    if (target.closest("#outline a, [data-marks-all]") || !target.closest(".side, [data-opens=outline]")) {
      document.body.classList.remove("outline-open");
    }
    if (target.closest("[data-next]")) next();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(target) || target.closest("button, a")) menu.removeAttribute("open");
    }
  });
}

/**
 * @param {string} key
 * @returns {boolean} whether the key means something
 */
function act(key) {
  if (!actsOnKeys()) return false;
  if (key === "?") showKeys();
  else if (key === "j") step(1);
  else if (key === "k") step(-1);
  else if (key === "n") next();
  else if (key === "g") document.body.classList.toggle("rail-open");
  else if (key === "x") press(".marking input");
  else if (/^[a-z]$/.test(key)) return press(`[data-key="${key}"]`);
  else return false;
  return true;
}

/**
 * Presses what a selector finds on the chosen clause.
 * @param {string} selector
 */
function press(selector) {
  const button = chosenClause()?.querySelector(selector);
  if (button instanceof HTMLElement) button.click();
  return button !== null && button !== undefined;
}

/** @param {1 | -1} direction */
function step(direction) {
  const sections = [...document.querySelectorAll("#text section.term:not([hidden])")];
  const at = sections.indexOf(/** @type {Element} */ (chosenClause()));
  goTo(sections[Math.max(0, Math.min(sections.length - 1, at + direction))]);
}

/** The next clause that waits for us; where none does, the next that is still open; while a text is signed, there. */
function next() {
  const signing = document.getElementById("to-signing");
  const act = document.querySelector("#signing form.sign") ?? document.getElementById("ratification");
  const missing = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("main.to-sign .missing a"))];
  if (missing.length) missing[(missing.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + 1) % missing.length]?.focus();
  else if (act) act.scrollIntoView({ block: "start" });
  else if (signing) signing.click();
  else {
    const ours = document.getElementById("room")?.dataset.us ?? "";
    goTo(nextOf(ours === "" ? '.clause:not([data-waits=""])' : `.clause[data-waits~="${CSS.escape(ours)}"]`));
  }
}

/**
 * The next that waits, after the last of them the first that is still open, after the last of these the first again.
 * @param {string} waiting what tells that a clause waits
 */
function nextOf(waiting) {
  const sections = [...document.querySelectorAll("#text section.term")];
  const here = sections.indexOf(/** @type {Element} */ (chosenClause()));
  const first = sections.filter((each) => each.querySelector(waiting));
  const then = sections.filter((each) => !first.includes(each) && each.querySelector(".clause[data-unsettled]"));
  const round = [...first, ...then];
  const at = round.findIndex((each) => each === sections[here]);
  if (at >= 0) return round[(at + 1) % round.length];
  return first.find((each) => sections.indexOf(each) > here) ?? first[0] ?? then.find((each) => sections.indexOf(each) > here) ?? then[0];
}

/** @param {Element | undefined} section */
function goTo(section) {
  if (!section) return;
  section.removeAttribute("hidden");
  choose(section, true);
  const heading = section.querySelector("h2 a");
  if (heading instanceof HTMLElement) heading.focus();
}

function showKeys() {
  const keys = document.getElementById("keys");
  if (keys instanceof HTMLDialogElement) keys.showModal();
}

/** @param {Element} target */
function close(target) {
  if (document.querySelector("dialog[open]")) return;
  if (target.closest(".desk")) closeDesk(target);
  document.body.classList.remove("rail-open", "outline-open");
}
