// Travels through the events of an agreement: the slider says at once where it is, and the page follows.

const PAUSE = 90; // milliseconds of rest after which the page follows the slider
const CHUNK = 200; // moments that are told at a time

/** What happened, by version. @type {Map<number, string>} */
const told = new Map();
/** Chunks that were asked for. @type {Set<number>} */
const asked = new Set();
/** The events by which the argument moved, by where they are asked for. @type {Map<string, Promise<number[]>>} */
const marked = new Map();

/** The address of what is shown. */
let address = location.pathname + location.search;
let resting = 0;
/** What is being fetched. @type {AbortController | null} */
let fetching = null;

/** The slider, which stays while the page around it changes. */
function slider() {
  const found = document.getElementById("travel");
  return found instanceof HTMLInputElement ? found : null;
}

export function travel() {
  if (!slider()) return;
  say();
  document.addEventListener("input", (event) => {
    if (event.target !== slider()) return;
    say();
    clearTimeout(resting);
    resting = window.setTimeout(() => show("replace"), PAUSE);
  });
  document.addEventListener("change", (event) => {
    if (event.target !== slider()) return;
    clearTimeout(resting);
    show("push");
  });
  document.addEventListener("keydown", (event) => {
    if (event.target === slider() && ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(event.key)) step(event);
  });
  window.addEventListener("popstate", () => {
    if (location.pathname + location.search !== address) load(location.href, true); // else a place on the page was gone to
  });
}

/** An arrow goes to the next event by which the argument moved, with Shift to the next of all. @param {KeyboardEvent} event */
async function step(event) {
  event.preventDefault();
  const at = slider();
  if (!at) return;
  const ahead = event.key === "ArrowRight" || event.key === "ArrowUp";
  const here = at.valueAsNumber;
  let next = here + (ahead ? 1 : -1);
  if (!event.shiftKey) {
    const found = await marks();
    const beyond = ahead ? found.find((each) => each > here) : found.findLast((each) => each < here);
    next = beyond ?? (ahead ? Number(at.max) : Number(at.min));
  }
  at.value = String(next);
  say();
  clearTimeout(resting);
  resting = window.setTimeout(() => show("push"), PAUSE);
}

function marks() {
  const where = slider()?.dataset.marks ?? "marks.json";
  const asking = marked.get(where) ?? fetchMarks(where);
  marked.set(where, asking);
  return asking;
}

/** @param {string} where @returns {Promise<number[]>} */
async function fetchMarks(where) {
  const answer = await fetch(where).catch(() => null);
  if (answer?.ok) return (await answer.json()).marks;
  marked.delete(where); // to be asked for again
  return [];
}

/** Says where the slider is: which event, by whom, when. */
function say() {
  const at = slider();
  if (!at) return;
  const version = at.valueAsNumber;
  const where = (at.dataset.words ?? "").replace("{version}", String(version));
  const what = told.get(version);
  const words = what ? `${where}, ${what}` : where;
  at.setAttribute("aria-valuetext", words);
  const stood = document.getElementById("stood");
  if (stood && version !== shown()) stood.textContent = words;
  if (!what) tell(version);
}

/** The version that the page shows. */
function shown() {
  return Number(document.getElementById("history")?.dataset.version);
}

/** Fetches what happened around a version. @param {number} version */
async function tell(version) {
  const after = Math.floor((version - 1) / CHUNK) * CHUNK;
  if (asked.has(after)) return;
  asked.add(after);
  const answer = await fetch(`moments.json?after=${after}`).catch(() => null);
  if (!answer?.ok) {
    asked.delete(after);
    return;
  }
  const day = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  for (const [each, at, sentence] of (await answer.json()).moments) told.set(each, `${sentence.replace(/\.$/, "")}, ${day.format(new Date(at))} UTC`);
  say();
}

/** Lets the page follow the slider. @param {"push" | "replace"} how the address of the moment is kept */
function show(how) {
  const at = slider();
  if (!at || at.valueAsNumber === shown()) return;
  const url = new URL(location.href);
  url.searchParams.delete("at");
  if (at.value === at.max) url.searchParams.delete("as_of");
  else url.searchParams.set("as_of", at.value);
  url.hash = "";
  if (how === "push") history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  load(url.href);
}

/** @param {string} url @param {boolean} [anyway] also where the slider is elsewhere */
async function load(url, anyway = false) {
  fetching?.abort();
  fetching = new AbortController();
  const answer = await fetch(url, { headers: { accept: "text/html" }, signal: fetching.signal }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const at = slider();
  const known = page.getElementById("travel");
  const root = page.getElementById("history");
  const here = document.getElementById("history");
  if (!root || !here || !at) return;
  if (!anyway && at.value !== root.dataset.version) return; // it has gone on meanwhile
  const kept = inView();
  here.dataset.version = root.dataset.version;
  for (const old of document.querySelectorAll("[data-moves]")) {
    const anew = page.getElementById(old.id);
    if (anew && !anew.isEqualNode(old)) old.replaceWith(anew);
  }
  address = location.pathname + location.search;
  if (known instanceof HTMLInputElement) {
    Object.assign(at.dataset, known.dataset);
    at.max = known.max;
    at.value = known.value;
  }
  say();
  keepInView(kept);
}

/** The chosen clause, where it is in sight, or the first clause or section that is; and where. */
function inView() {
  const clause = new URLSearchParams(location.search).get("clause");
  const chosen = clause && document.getElementById(`clause-${clause}`);
  if (chosen) {
    const { top, bottom } = chosen.getBoundingClientRect();
    if (bottom > 0 && top < window.innerHeight) return { id: chosen.id, top };
  }
  for (const each of document.querySelectorAll("#main [id]")) {
    const { top, bottom } = each.getBoundingClientRect();
    if (bottom > 0 && top < window.innerHeight && !["SECTION", "MAIN"].includes(each.tagName)) return { id: each.id, top };
  }
  return null;
}

/** What was read stays where it was on the screen while the time moves. @param {{ id: string, top: number } | null} kept */
function keepInView(kept) {
  const there = kept && document.getElementById(kept.id);
  if (there) window.scrollBy({ top: there.getBoundingClientRect().top - kept.top, behavior: "instant" });
}
