// What binds opens once all of its words have been on the screen: a button with data-binds, and the words that it binds to
// (data-words in its form, or what the form names in data-reads).

const LATE = 1000; // milliseconds: a key that was meant for what stood there before, or is pressed in haste, binds nothing
/** How much of some words has been on the screen: parts of their height. @typedef {{ seen: [number, number][], height: number }} Look */

/** @type {WeakMap<Element, Look>} */
const looks = new WeakMap();
/** When a button came, or was last pressed for too early. @type {WeakMap<Element, number>} */
const waitedSince = new WeakMap();

/** @param {Element} button @returns {Element[]} */
function wordsOf(button) {
  const form = button.closest("form");
  const named = form?.dataset.reads ? document.querySelector(form.dataset.reads) : null;
  return named ? [named] : [...(form?.querySelectorAll("[data-words]") ?? [])].filter(isIncluded);
}

/** Whether what words belong to is ticked, where there is a choice. @param {Element} words */
function isIncluded(words) {
  return !words.closest("[data-optional]")?.querySelector("[data-includes]:not(:checked)");
}

/** Looks at what is on the screen now. */
export function look() {
  for (const button of document.querySelectorAll("button[data-binds]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    if (!waitedSince.has(button)) waitedSince.set(button, performance.now());
    const words = wordsOf(button);
    const isRead = words.length > 0 && words.every(isWhollySeen);
    const left = LATE - (performance.now() - (waitedSince.get(button) ?? 0));
    const opens = isRead && (left <= 0 || !button.disabled);
    if (isRead && !opens) setTimeout(look, left + 1);
    if (button.disabled === !opens) continue;
    button.disabled = !opens;
    button.closest("form")?.querySelector("[data-until-read]")?.toggleAttribute("hidden", opens);
    if (opens && (document.activeElement === document.body || button.closest(".act-form")?.contains(document.activeElement))) {
      if (!isTyping(document.activeElement)) {
        button.focus({ preventScroll: true });
        if (!isShown(button)) button.scrollIntoView({ block: "nearest" });
        if (!isShown(button)) button.scrollIntoView({ block: "center" });
      }
    }
  }
}

/** @param {Element | null} element */
function isTyping(element) {
  return element?.matches("textarea, select, input:not([type=checkbox], [type=radio])") ?? false;
}

/** @param {Element} words */
function isWhollySeen(words) {
  const { top, height } = words.getBoundingClientRect();
  if (height === 0) return false;
  let known = looks.get(words);
  if (!known || Math.abs(known.height - height) > 2) {
    known = { seen: [], height }; // other words, or another width: they are read anew
    looks.set(words, known);
  }
  const frame = frameOf(words);
  const from = Math.max(0, frame.top - top);
  const to = Math.min(height, frame.bottom - top);
  if (to > from && !document.hidden) known.seen = merged([...known.seen, [from, to]]);
  const [first] = known.seen;
  return known.seen.length === 1 && first !== undefined && first[0] <= 2 && first[1] >= height - 2;
}

/** What of the screen shows words: what lies behind a bar at its edges does not. @param {Element} words */
function frameOf(words) {
  const dialog = words.closest("dialog");
  const edges = dialog?.getBoundingClientRect() ?? { top: 0, bottom: window.innerHeight };
  const frame = { top: Math.max(0, edges.top), bottom: Math.min(edges.bottom, window.innerHeight) };
  const above = dialog ? [words.closest("form")?.querySelector("header")] : [document.querySelector(".strip"), document.getElementById("bar")];
  const below = dialog
    ? [words.closest("form")?.querySelector(":scope > .acts"), words.closest("form")?.querySelector(":scope > .overtaken")]
    : [document.querySelector(".thumb"), document.getElementById("tray"), words.closest("form")?.querySelector(":scope > .overtaken")];
  for (const bar of above) if (bar && isStuck(bar)) frame.top = Math.max(frame.top, bar.getBoundingClientRect().bottom);
  for (const bar of below) if (bar && isStuck(bar)) frame.bottom = Math.min(frame.bottom, bar.getBoundingClientRect().top);
  return frame;
}

/** Whether an element stays on the screen while what is under it moves. @param {Element} bar */
function isStuck(bar) {
  const { position, display } = getComputedStyle(bar);
  return display !== "none" && (position === "sticky" || position === "fixed");
}

/** @param {[number, number][]} parts @returns {[number, number][]} */
function merged(parts) {
  /** @type {[number, number][]} */
  const found = [];
  for (const [from, to] of parts.sort((one, other) => one[0] - other[0])) {
    const last = found.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

export function openOnceRead() {
  let isAsked = false;
  function soon() {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      look();
    });
  }
  for (const what of ["scroll", "resize", "visibilitychange", "htmx:after:swap", "change"]) {
    window.addEventListener(what, soon, { capture: true, passive: true });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    const form = target.closest("form:has(button[data-binds])");
    const button = form?.querySelector("button[data-binds]");
    if (!(button instanceof HTMLButtonElement) || isTyping(target) || target.closest("button:not([data-binds]), a, summary")) return;
    if (event.repeat) event.preventDefault();
    else if (button.disabled) {
      event.preventDefault();
      waitedSince.set(button, performance.now());
      goOn(button);
    }
  });
  soon();
}

/**
 * Whether the button that a form is sent with is on the screen; else it is brought there first, and what was pressed
 * sends nothing: nobody decides by what they do not see.
 * @param {HTMLFormElement} form
 * @param {Element | null} pressed
 */
export function isInSight(form, pressed) {
  const button = pressed ?? form.querySelector("button.primary, button:not([type=button])");
  if (!(button instanceof HTMLButtonElement) || isShown(button)) return true;
  button.scrollIntoView({ block: "center" });
  button.focus({ preventScroll: true });
  if (button.matches("[data-binds]")) {
    button.disabled = true;
    waitedSince.set(button, performance.now());
    look();
  }
  return false;
}

/** Whether the middle of an element is on the screen, and nothing lies over it. @param {Element} element */
function isShown(element) {
  if (!element.checkVisibility()) return true; // in a menu that has closed behind it
  const { left, top, width, height } = element.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + height / 2);
  return there !== null && (element.contains(there) || there.contains(element));
}

/** Brings the next words that have not been on the screen there. @param {HTMLButtonElement} button */
function goOn(button) {
  const words = wordsOf(button).find((each) => !isWhollySeen(each));
  if (!words) return;
  const reached = looks.get(words)?.seen.find(([from]) => from <= 2)?.[1] ?? 0;
  const scroller = words.closest("dialog") ?? document.scrollingElement;
  scroller?.scrollBy(0, words.getBoundingClientRect().top + reached - frameOf(words).top - 60);
}
