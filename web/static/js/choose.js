// The chosen clause: its argument stands beside it, and keys act on it.

let chosen = "";

/** The section of the chosen clause. */
export function chosenClause() {
  return document.getElementById(chosen);
}

/**
 * Chooses a clause by its address, or the first that waits for us.
 * @param {string} hash like "#term-…"
 */
export function chooseClause(hash) {
  const named = hash.startsWith("#term-") ? document.getElementById(hash.slice(1)) : null;
  const ours = document.getElementById("room")?.dataset.us;
  const waiting = ours ? `#text .clause[data-waits~="${CSS.escape(ours)}"]` : '#text .clause:not([data-waits=""])';
  const first =
    named ??
    document.querySelector(waiting)?.closest("section.term") ??
    document.querySelector("#text section.term");
  const isWide = window.matchMedia("(min-width: 721px)").matches; // a phone shows first how the whole stands
  if (first) choose(first, named !== null || (isWide && first !== document.querySelector("#text section.term")));
}

/**
 * @param {Element} section
 * @param {boolean} bringIntoView
 */
export function choose(section, bringIntoView) {
  if (chosen !== section.id) {
    document.body.classList.remove("rail-open");
    chosen = section.id;
    loadStory(section);
  }
  const before = section.getBoundingClientRect().top;
  keepChoice();
  // What opens and closes elsewhere must not move the clause under the hand.
  window.scrollBy(0, section.getBoundingClientRect().top - before);
  if (bringIntoView) section.querySelector(".clause")?.scrollIntoView({ block: "nearest" });
}

/** Shows again which clause is chosen, after the page was brought up to date. */
export function keepChoice() {
  for (const each of document.querySelectorAll(".term.current")) {
    if (each.id !== chosen) each.classList.remove("current");
  }
  document.getElementById(chosen)?.classList.add("current");
  for (const each of document.querySelectorAll("#outline [aria-current]")) each.removeAttribute("aria-current");
  document.getElementById(chosen.replace("term-", "entry-"))?.setAttribute("aria-current", "true");
}

/** @param {Element} section */
function loadStory(section) {
  const story = section.querySelector(".story");
  const { htmx } = /** @type {{ htmx: { ajax: Function } }} */ (/** @type {unknown} */ (window));
  if (story) htmx.ajax("GET", story.getAttribute("data-story"), { target: story, swap: "innerHTML" });
}

/**
 * Shows the story of the chosen clause as it is now.
 * @param {string[]} [terms] ids of those on which something happened; all when left out
 */
export function reloadStory(terms) {
  const section = chosenClause();
  if (section && (!terms || terms.some((term) => section.id === `term-${term}`))) loadStory(section);
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const link = target.closest('a[href^="#term-"]');
  const section = link ? document.getElementById(link.getAttribute("href")?.slice(1) ?? "") : target.closest("section.term");
  if (!section) return;
  if (link) {
    event.preventDefault();
    if (location.hash !== link.getAttribute("href")) history.pushState(null, "", link.getAttribute("href"));
    section.scrollIntoView({ block: "start" });
    const heading = section.querySelector("h2 a");
    if (link.closest(".outline") && heading instanceof HTMLElement) heading.focus({ preventScroll: true });
  }
  choose(section, false);
});
let pointing = false;
document.addEventListener("pointerdown", () => {
  pointing = true;
});
document.addEventListener("pointerup", () => {
  pointing = false;
});
document.addEventListener("focusin", (event) => {
  if (pointing) return; // the click chooses, once it is done
  const section = /** @type {Element} */ (event.target).closest?.("section.term");
  if (section) choose(section, false);
});
window.addEventListener("popstate", () => {
  const section = location.hash.startsWith("#term-") ? document.getElementById(location.hash.slice(1)) : null;
  if (section) choose(section, true);
});
