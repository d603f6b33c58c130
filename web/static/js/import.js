// A text is looked at before it is proposed: joined, split, renamed, left out, moved a level; nobody else sees it.
import { freshId } from "/static/js/send.js";
import { gettext } from "/static/js/wording.js";

/**
 * A clause of the text. lines: its words, each with what is shown of it.
 * @typedef {{ heading: string, lines: { raw: string, shown: Node }[], value: unknown, shownValue: Node | null, line: number, isOut: boolean }} Clause
 */

const page = /** @type {HTMLElement} */ (document.getElementById("import"));
const source = /** @type {HTMLFormElement | null} */ (document.getElementById("source"));
const holder = /** @type {HTMLElement} */ (document.getElementById("preview"));
const kept = `onetext-import:${location.pathname}${location.search}`;

/** @type {Clause[]} */
let clauses = [];
/** What stood before each change. @type {Clause[][]} */
let before = [];
/** @type {Map<Clause, HTMLElement>} */
let shown = new Map();
/** @type {Clause | null} */
let chosen = null;
/** What would be lost with the preview. */
let isChanged = false;
/** Which reading is awaited. */
let reading = 0;
/** @type {unknown[]} */
let notices = [];
/** @type {HTMLElement | null} */
let toolbar = null;
/** Stays the same for the same words, so that a second try proposes nothing twice. @type {{ said: string, id: string }} */
let attempt = { said: "", id: "" };

// Reading.

if (page.dataset.begins && !sessionStorage.getItem(kept)) begin(page.dataset.begins);

/** Reads the text that the page begins with. @param {string} address */
async function begin(address) {
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok) read(new Blob([await answer.text()]));
}

source?.addEventListener("submit", (event) => {
  event.preventDefault();
  const pasted = /** @type {HTMLTextAreaElement} */ (source.elements.namedItem("pasted")).value;
  if (pasted) read(new Blob([pasted]));
});
source?.addEventListener("change", (event) => {
  const picked = event.target;
  if (picked instanceof HTMLInputElement && picked.files?.[0]) read(picked.files[0]);
});
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    const { dataTransfer } = /** @type {DragEvent} */ (event);
    if (!source || !dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // else the browser leaves the page for the file
    if (name === "drop" && dataTransfer.files[0]) read(dataTransfer.files[0]);
  });
}

/** @param {Blob} file */
async function read(file) {
  const field = /** @type {HTMLInputElement | null} */ (source?.querySelector('input[type="file"]'));
  if (clauses.length && isChanged && !confirm(gettext("Read another file? What you changed here is lost."))) {
    if (field) field.value = "";
    return;
  }
  const said = /** @type {HTMLOutputElement} */ (document.getElementById("source-said"));
  said.className = "";
  said.textContent = gettext("Reading…");
  const turn = ++reading;
  const answer = await ask(file, "application/octet-stream");
  if (turn !== reading) return; // another file was chosen meanwhile
  if (field) field.value = ""; // the same file can be chosen again
  if (answer.refused) return refuse(said, answer.refused);
  said.textContent = file instanceof File ? gettext("Read: %(file)s", { file: file.name }) : "";
  isChanged = false;
  attempt = { said: "", id: "" };
  show(answer.html ?? "");
  holder.querySelector("h2")?.scrollIntoView({ block: "start" });
}

/**
 * @param {Blob | string} body
 * @param {string} type
 * @returns {Promise<{ html?: string, refused?: { detail: string, next: string } }>}
 */
async function ask(body, type) {
  try {
    const response = await fetch(location.pathname, { method: "POST", headers: { "Content-Type": type }, body });
    return response.ok ? { html: await response.text() } : { refused: await response.json() };
  } catch {
    return { refused: { detail: gettext("The server cannot be reached."), next: gettext("Try again when the connection is back; nothing is lost here.") } };
  }
}

/** @param {string} html */
function show(html) {
  const fragment = document.createRange().createContextualFragment(html);
  const data = JSON.parse(fragment.querySelector("[data-draft]")?.getAttribute("value") ?? "{}");
  const articles = [...fragment.querySelectorAll("article")];
  clauses = data.clauses.map((/** @type {any} */ each, /** @type {number} */ at) => {
    const paragraphs = [...(articles[at]?.querySelectorAll(".words > p") ?? [])];
    const lines = each.text === "" ? [] : each.text.split("\n");
    return {
      heading: each.heading,
      lines: lines.map((/** @type {string} */ raw, /** @type {number} */ place) => ({ raw, shown: paragraphs[place] ?? lineOf(raw) })),
      value: each.value,
      shownValue: articles[at]?.querySelector(".value") ?? null,
      line: each.line,
      isOut: Boolean(each.is_out),
    };
  });
  shown = new Map(clauses.map((each, at) => [each, /** @type {HTMLElement} */ (articles[at])]));
  before = [];
  chosen = null;
  notices = data.notices;
  holder.replaceChildren(fragment);
  page.classList.add("has-preview");
  for (const each of clauses) level(each);
  choose(clauses[0] ?? null);
  count();
}

/** @param {string} raw */
function lineOf(raw) {
  const line = document.createElement("p");
  line.textContent = raw;
  return line;
}

// Changing.

/**
 * @param {Clause[]} now
 * @param {Clause | null} [next] the clause to go on with
 */
function change(now, next = chosen) {
  before.push(clauses);
  isChanged = true;
  const hadFocus = holder.contains(document.activeElement);
  set(now, next);
  if (hadFocus && next && !holder.contains(document.activeElement)) articleOf(next).focus({ preventScroll: true });
}

/** @param {Clause[]} now @param {Clause | null} next */
function set(now, next) {
  clauses = now;
  const list = /** @type {HTMLElement} */ (holder.querySelector("[data-clauses]"));
  const place = scrollY;
  clauses.forEach((each, at) => {
    const article = articleOf(each);
    if (list.children[at] !== article) list.insertBefore(article, list.children[at] ?? null);
    fill(each, article);
  });
  while (list.children.length > clauses.length) list.lastElementChild?.remove();
  scrollTo(scrollX, place);
  choose(next && clauses.includes(next) ? next : null);
  count();
  keep();
}

/** @param {Clause} clause */
function articleOf(clause) {
  let article = shown.get(clause);
  if (!article) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("clause"));
    article = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
    shown.set(clause, article);
  }
  return article;
}

/** @param {Clause} clause @param {HTMLElement} article */
function fill(clause, article) {
  const name = /** @type {HTMLInputElement} */ (article.querySelector(".name"));
  if (name.value !== clause.heading) name.value = clause.heading;
  article.setAttribute("aria-label", clause.heading || gettext("A clause without a heading"));
  article.classList.remove("splitting");
  const words = /** @type {HTMLElement} */ (article.querySelector(".words"));
  const lines = clause.lines.map((each) => each.shown);
  if (lines.length !== words.childNodes.length || lines.some((each, at) => words.childNodes[at] !== each)) words.replaceChildren(...lines);
  if (clause.shownValue && !article.contains(clause.shownValue)) article.append(clause.shownValue);
  const from = article.querySelector(".from");
  if (from && !from.textContent) from.textContent = gettext("line %(number)s", { number: clause.line });
  article.classList.toggle("out", clause.isOut);
  const back = /** @type {HTMLElement} */ (article.querySelector(".back"));
  back.hidden = !clause.isOut;
  name.disabled = clause.isOut;
  level(clause);
}

const NUMBER = /^(\d+(?:\.\d+)*)([.)]?)(?=\s|$)/;

/** @param {Clause} clause */
function numberOf(clause) {
  return NUMBER.exec(clause.heading)?.[1] ?? "";
}

/** @param {Clause} clause */
function level(clause) {
  const depth = Math.max(0, numberOf(clause).split(".").length - 1);
  articleOf(clause).style.setProperty("--level", String(Math.min(depth, 4)));
}

/** @param {Clause} clause @param {Partial<Clause>} fields @returns {Clause} */
function changed(clause, fields) {
  const made = { ...clause, ...fields };
  const article = shown.get(clause);
  if (article) shown.set(made, article);
  return made;
}

/** @type {Record<string, (clause: Clause, at: number) => void>} */
const ACTS = {
  join(clause, at) {
    const above = clauses.slice(0, at).findLast((each) => !each.isOut);
    if (!above) return say(gettext("There is no clause above this one."));
    const gap = above.lines.length ? [{ raw: "", shown: lineOf("") }] : [];
    const heading = { raw: clause.heading, shown: lineOf(clause.heading) };
    if (above.value && clause.value) return say(gettext("Both have a value, and a clause has one: leave one of them out."));
    const made = changed(above, {
      lines: [...above.lines, ...gap, heading, ...clause.lines],
      value: above.value ?? clause.value,
      shownValue: above.shownValue ?? clause.shownValue,
    });
    change(clauses.filter((each) => each !== clause).map((each) => (each === above ? made : each)), made);
    say(gettext("Joined to %(clause)s.", { clause: named(above) }));
  },
  split(clause) {
    const article = articleOf(clause);
    if (article.classList.toggle("splitting")) offerSplits(clause, article);
    else fillAnew(clause);
  },
  up(clause, at) {
    const parts = numberOf(clause).split(".");
    if (parts.length < 2) return say(gettext("This is on the highest level already, or carries no number."));
    renumber(clause, at, [...parts.slice(0, -2), String(Number(parts.at(-2)) + 1)].join("."));
  },
  down(clause, at) {
    const number = numberOf(clause);
    if (!number) return say(gettext("This carries no number: write one in its heading."));
    const parts = number.split(".");
    const above = clauses.slice(0, at).map(numberOf).filter((each) => each.split(".").length === parts.length).at(-1);
    if (!above) return say(gettext("There is no clause above it on its level."));
    const below = clauses.slice(0, at).map(numberOf).filter((each) => each.startsWith(`${above}.`) && each.split(".").length === parts.length + 1);
    const last = Math.max(0, ...below.map((each) => Number(each.split(".").at(-1))));
    renumber(clause, at, `${above}.${last + 1}`);
  },
  leave(clause, at) {
    const made = changed(clause, { isOut: true });
    change(clauses.with(at, made), made);
    say(gettext("%(clause)s is left out.", { clause: named(clause) }));
  },
  back(clause, at) {
    const made = changed(clause, { isOut: false });
    change(clauses.with(at, made), made);
    say(gettext("%(clause)s is back.", { clause: named(clause) }));
  },
};

/**
 * Gives a clause another number, and what is numbered below it along with it; nothing else is renumbered.
 * @param {Clause} clause @param {number} at @param {string} number
 */
function renumber(clause, at, number) {
  const old = numberOf(clause);
  const made = changed(clause, { heading: clause.heading.replace(old, number) });
  const now = clauses.map((each, place) => {
    if (place === at) return made;
    const its = numberOf(each);
    return place > at && its.startsWith(`${old}.`) ? changed(each, { heading: each.heading.replace(old, number) }) : each;
  });
  const twice = clauses.some((each) => each !== clause && numberOf(each) === number);
  change(now, made);
  const told = gettext("%(old)s is now %(number)s.", { old, number });
  say(twice ? `${told} ${gettext("There is another %(number)s: nothing else is renumbered by itself.", { number })}` : told);
}

/** @param {Clause} clause */
function fillAnew(clause) {
  const article = articleOf(clause);
  article.classList.remove("splitting");
  article.querySelector(".words")?.replaceChildren(...clause.lines.map((each) => each.shown));
}

/**
 * Shows a clause sentence by sentence, with a place to split between any two.
 * @param {Clause} clause @param {HTMLElement} article
 */
function offerSplits(clause, article) {
  const words = /** @type {HTMLElement} */ (article.querySelector(".words"));
  /** @type {Node[]} */
  const nodes = [];
  clause.lines.forEach((line, at) => {
    let from = 0;
    for (const sentence of sentencesOf(line.raw)) {
      if ((at > 0 || from > 0) && sentence.trim()) nodes.push(splitter(at, from, sentence));
      const words = lineOf(sentence);
      nodes.push(words);
      from += sentence.length;
    }
  });
  words.replaceChildren(...nodes);
  if (!words.querySelector("button")) {
    fillAnew(clause);
    say(gettext("There is one sentence in it: nothing to split."));
  } else /** @type {HTMLElement} */ (words.querySelector("button")).focus();
}

/** A line's sentences; what is too short for one, as a label or "U.S.", belongs to the next. @param {string} line */
function sentencesOf(line) {
  /** @type {string[]} */
  const found = [];
  for (const piece of line.match(/.+?(?:[.;:!?]["”’)]?\s+|$)/gs) ?? [line]) {
    const last = found.at(-1);
    if (last !== undefined && (last.trim().length < 15 || /^[a-z]/.test(piece))) found[found.length - 1] = last + piece;
    else found.push(piece);
  }
  return found;
}

/** @param {number} line @param {number} from @param {string} words */
function splitter(line, from, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "splits";
  button.dataset.line = String(line);
  button.dataset.from = String(from);
  button.textContent = gettext("Split here");
  button.setAttribute("aria-label", gettext("Split before “%(words)s”", { words: words.trim().slice(0, 40) }));
  return button;
}

/** @param {Clause} clause @param {number} at @param {number} line @param {number} from */
function splitAt(clause, at, line, from) {
  const whole = /** @type {{ raw: string, shown: Node }} */ (clause.lines[line]);
  const parted = from > 0;
  const above = parted ? [...clause.lines.slice(0, line), pieceOf(whole.raw.slice(0, from).trimEnd())] : clause.lines.slice(0, line);
  const below = parted ? [pieceOf(whole.raw.slice(from)), ...clause.lines.slice(line + 1)] : clause.lines.slice(line);
  while (above.at(-1)?.raw.trim() === "") above.pop();
  while (below[0]?.raw.trim() === "") below.shift();
  const first = below[0]?.raw ?? "";
  const isShort = first.split(/\s+/).length <= 5;
  const isName = below.length > 1 && first.length <= 80 && (isShort || !/[.;:,]\s*$/.test(first)) && !/[;:,]\s*$/.test(first);
  const number = isName ? null : /^(\d+(?:\.\d+)+[.)]?|\d+[.)])\s+/.exec(first);
  if (number) below[0] = pieceOf(first.slice(number[0].length));
  if (isName) below.shift();
  while (isName && below[0]?.raw.trim() === "") below.shift();
  const upper = changed(clause, { lines: above });
  /** @type {Clause} */
  const lower = { heading: number?.[1] ?? (isName ? first : ""), lines: below, value: null, shownValue: null, line: clause.line, isOut: false };
  articleOf(clause).classList.remove("splitting");
  change([...clauses.slice(0, at), upper, lower, ...clauses.slice(at + 1)], lower);
  const name = /** @type {HTMLInputElement} */ (articleOf(lower).querySelector(".name"));
  name.focus();
  say(lower.heading ? gettext("Split: %(clause)s is a clause now.", { clause: named(lower) }) : gettext("Split. Write the heading of the new clause."));
}

/** @param {string} raw */
function pieceOf(raw) {
  return { raw, shown: lineOf(raw) };
}

/** @param {Clause} clause */
function named(clause) {
  return `“${clause.heading || gettext("the clause without a heading")}”`;
}

/** @param {Clause | null} clause */
function choose(clause) {
  if (chosen && shown.get(chosen) !== (clause && shown.get(clause)) && shown.get(chosen)?.classList.contains("splitting")) fillAnew(chosen);
  chosen = clause;
  for (const each of holder.querySelectorAll(".draft-clause.chosen")) each.classList.remove("chosen");
  if (!clause || clause.isOut) return toolbar?.remove();
  const article = articleOf(clause);
  article.classList.add("chosen");
  if (!toolbar) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("tools"));
    toolbar = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
  }
  const tools = toolbar;
  if (tools.parentElement !== article) article.querySelector(".cut")?.after(tools);
  const parts = numberOf(clause).split(".");
  able(tools, "join", clauses.slice(0, clauses.indexOf(clause)).some((each) => !each.isOut));
  able(tools, "split", clause.lines.length > 0);
  able(tools, "up", parts.length > 1);
  able(tools, "down", parts[0] !== "");
}

/** @param {Element} tools @param {string} act @param {boolean} may */
function able(tools, act, may) {
  const button = /** @type {HTMLButtonElement} */ (tools.querySelector(`[data-does="${act}"]`));
  button.disabled = !may;
}

/** @param {EventTarget | null} target */
function clauseAt(target) {
  const article = target instanceof Element ? target.closest(".draft-clause") : null;
  const at = article ? clauses.findIndex((each) => shown.get(each) === article) : -1;
  return { clause: clauses[at] ?? null, at };
}

holder.addEventListener("focusin", (event) => {
  const { clause } = clauseAt(event.target);
  if (clause && clause !== chosen) choose(clause);
});

holder.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const { clause, at } = clauseAt(target);
  const act = target.closest("[data-does]")?.getAttribute("data-does");
  const splits = target.closest(".splits");
  if (clause && act) ACTS[act]?.(clause, at);
  else if (clause && splits instanceof HTMLElement) splitAt(clause, at, Number(splits.dataset.line), Number(splits.dataset.from));
  else if (clause && clause !== chosen) choose(clause);
  else if (target.closest("[data-undo]")) undo();
  else if (target.closest("[data-discard]")) discard();
  else if (target.closest("[data-propose]")) propose();
  const near = target.closest('a[href^="#clause-"]');
  if (near) {
    event.preventDefault();
    const article = document.getElementById(near.getAttribute("href")?.slice(1) ?? "");
    article?.scrollIntoView({ block: "center" });
    article?.focus({ preventScroll: true });
    if (!article) say(gettext("That clause was joined to another."));
  }
});

holder.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement)) return;
  const { clause, at } = clauseAt(field);
  if (clause && field.classList.contains("name") && field.value !== clause.heading) {
    const made = changed(clause, { heading: field.value });
    change(clauses.with(at, made), made);
    say("");
  } else {
    isChanged = true;
    keep();
  }
});

holder.addEventListener("keydown", (event) => {
  const { clause, at } = clauseAt(event.target);
  const inField = event.target instanceof HTMLInputElement;
  if (event.key === "Enter" && inField) {
    event.preventDefault();
    event.target.blur();
    if (clause) articleOf(clauses[at] ?? clause).focus();
  } else if (event.key === "Escape" && clause && articleOf(clause).classList.contains("splitting")) {
    fillAnew(clause);
    articleOf(clause).focus();
  } else if (event.key === "Escape" && inField && clause) {
    event.target.value = clause.heading;
    articleOf(clause).focus();
  } else if (event.target instanceof HTMLElement && event.target.matches(".draft-clause") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    const next = clauses[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) articleOf(next).focus();
  }
});

document.addEventListener("keydown", (event) => {
  const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  if (!clauses.length || inField || event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  undo();
});

/** Dragged by its grip: left for a level up, right for a level down. */
holder.addEventListener("pointerdown", (event) => {
  const grip = /** @type {Element} */ (event.target).closest(".grip");
  if (!(grip instanceof HTMLElement)) return;
  const { clause } = clauseAt(grip);
  if (!clause || clause.isOut) return;
  const from = event.clientX;
  const article = articleOf(clause);
  grip.setPointerCapture(event.pointerId);
  const moved = (/** @type {PointerEvent} */ at) => article.style.setProperty("--dragged", `${Math.max(-60, Math.min(60, at.clientX - from))}px`);
  const done = (/** @type {PointerEvent} */ at) => {
    grip.removeEventListener("pointermove", moved);
    article.style.removeProperty("--dragged");
    const by = at.clientX - from;
    const place = clauses.indexOf(clause);
    if (at.type === "pointerup" && Math.abs(by) > 28) ACTS[by < 0 ? "up" : "down"]?.(clause, place);
  };
  grip.addEventListener("pointermove", moved);
  grip.addEventListener("pointerup", done, { once: true });
  grip.addEventListener("pointercancel", done, { once: true });
});

function undo() {
  const earlier = before.pop();
  if (!earlier) return;
  for (const each of earlier) {
    const article = shown.get(each);
    if (article) article.classList.remove("splitting");
  }
  set(earlier, earlier.find((each) => chosen && shown.get(each) === shown.get(chosen)) ?? null);
  say(gettext("Undone."));
}

function discard() {
  if (!confirm(gettext("Discard this preview? Nothing of it was proposed."))) return;
  forget();
  holder.replaceChildren();
  page.classList.remove("has-preview");
  source?.reset();
  /** @type {HTMLElement | null} */ (document.querySelector('#source input[type="file"]'))?.focus();
}

/** @param {string} words */
function say(words) {
  const output = holder.querySelector("[data-said]");
  if (output) {
    output.className = "";
    output.textContent = words;
  }
}

function count() {
  const coming = clauses.filter((each) => !each.isOut);
  const alone = coming.filter((each) => each.lines.length === 0 && !each.value).length;
  const worded = coming.length - alone;
  const out = clauses.length - coming.length;
  const counted = /** @type {HTMLElement} */ (holder.querySelector("[data-count]"));
  const told = worded === 1 ? gettext("1 clause") : gettext("%(count)s clauses", { count: worded });
  const headings = alone === 1 ? gettext("1 heading") : gettext("%(count)s headings", { count: alone });
  counted.textContent = alone ? gettext("%(clauses)s and an outline of %(headings)s", { clauses: told, headings }) : told;
  const more = /** @type {HTMLElement} */ (holder.querySelector("[data-count-more]"));
  more.textContent = out ? `; ${gettext("%(count)s left out by you", { count: out })}` : "";
  /** @type {HTMLButtonElement} */ (holder.querySelector("[data-undo]")).disabled = before.length === 0;
  /** @type {HTMLButtonElement} */ (holder.querySelector("[data-propose]")).disabled = coming.length === 0;
}

// Keeping, in this tab alone, so that a page that was left by mistake is not a loss.

/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;
function keep() {
  clearTimeout(waiting);
  waiting = setTimeout(keepNow, 200);
}

function keepNow() {
  clearTimeout(waiting);
  if (!clauses.length) return;
  try {
    const said = { ...fields(), clauses: clauses.map(plain), notices };
    sessionStorage.setItem(kept, JSON.stringify({ said, attempt, isChanged }));
  } catch {
    say(gettext("This text is too long to be kept in this tab: do not leave the page before you have proposed it."));
  }
}
addEventListener("pagehide", keepNow);

function forget() {
  clearTimeout(waiting);
  clauses = [];
  before = [];
  isChanged = false;
  sessionStorage.removeItem(kept);
}

/** @param {Clause} clause */
function plain(clause) {
  const { heading, lines, value, line, isOut } = clause;
  return { heading, text: lines.map((each) => each.raw).join("\n"), value, line, is_out: isOut };
}

function fields() {
  const title = /** @type {HTMLInputElement | null} */ (holder.querySelector('[name="title"]'));
  const signatures = /** @type {HTMLInputElement | null} */ (holder.querySelector('[name="signatures"]'));
  return title && signatures ? { title: title.value, signatures: Number(signatures.value) } : {};
}

async function restore() {
  const found = sessionStorage.getItem(kept);
  if (!found) return;
  const was = JSON.parse(found);
  const turn = ++reading;
  const answer = await ask(JSON.stringify(was.said), "application/json");
  if (turn !== reading) return;
  if (answer.refused) {
    const said = /** @type {HTMLElement} */ (document.getElementById("source-said"));
    return refuse(said, { detail: `${gettext("What you were looking at cannot be shown.")} ${answer.refused.detail}`, next: answer.refused.next });
  }
  show(answer.html ?? "");
  ({ attempt, isChanged } = was);
  const { clauses: kept_, signatures } = was.said;
  clauses = clauses.map((each, at) => (kept_[at]?.is_out ? changed(each, { isOut: true }) : each));
  set(clauses, clauses[0] ?? null);
  const field = /** @type {HTMLInputElement | null} */ (holder.querySelector('[name="signatures"]'));
  if (field && signatures) field.value = String(signatures);
  say(gettext("This is the text that you were looking at in this tab."));
}

addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});

// Proposing.

async function propose() {
  const output = /** @type {HTMLElement} */ (holder.querySelector("[data-said]"));
  const coming = clauses.filter((each) => !each.isOut);
  const title = /** @type {HTMLInputElement | null} */ (holder.querySelector('[name="title"]'));
  if (title && title.value.trim() === "") {
    title.focus();
    return refuse(output, { detail: gettext("The agreement has no title."), next: gettext("Write its title.") });
  }
  const nameless = coming.find((each) => each.heading.trim() === "");
  const wrong = /** @type {HTMLInputElement | null} */ (holder.querySelector(".preview-head input:invalid"));
  if (nameless) {
    const name = /** @type {HTMLInputElement} */ (articleOf(nameless).querySelector(".name"));
    name.focus();
    return refuse(output, { detail: gettext("A clause has no heading."), next: gettext("Write its heading, or join it to the clause above.") });
  }
  if (wrong) return void wrong.reportValidity();
  const body = {
    ...fields(),
    clauses: coming.map((each) => {
      const { heading, text, value, line } = plain(each);
      return { heading, text, ...(value ? { value } : {}), line };
    }),
  };
  const said = JSON.stringify(body);
  if (attempt.said !== said) attempt = { said, id: freshId() };
  keepNow();
  const button = /** @type {HTMLButtonElement} */ (holder.querySelector("[data-propose]"));
  button.disabled = true;
  say(gettext("Proposing…"));
  try {
    const response = await fetch(page.dataset.posts ?? "", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...body, command_id: attempt.id }),
    });
    const answer = await response.json();
    if (!response.ok) return refuse(output, answer);
    forget();
    location.assign((page.dataset.leads ?? "").replace("{agreement_id}", answer.agreement_id));
  } catch {
    refuse(output, { detail: gettext("The server cannot be reached."), next: gettext("Try again when the connection is back: it is not proposed twice.") });
  } finally {
    button.disabled = false;
  }
}

/** @param {HTMLElement} output @param {{ detail: string, next: string }} refused */
function refuse(output, refused) {
  output.className = "refusal";
  const what = document.createElement("b");
  what.textContent = refused.detail;
  output.replaceChildren(what, ` ${refused.next}`);
  output.scrollIntoView({ block: "nearest" });
}

restore();
