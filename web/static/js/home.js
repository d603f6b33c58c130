// The partnership's home: follows the connection, sends acts, opens agreements, invites members.
import { actOn } from "/static/js/acting.js";
import { look, openOnceRead } from "/static/js/binding.js";
import { fieldsOf } from "/static/js/command_form.js";
import { follow } from "/static/js/connection.js";
import { closeDesk, keepDesks, openWhatWasAskedFor, tellOfFormsTakenAway, tellWhatIsNoLongerOpen, tellWhatMovedOn } from "/static/js/desks.js";
import { button, draftsOf, eraseDrafts, listDrafts, settleDraft, wordsOf } from "/static/js/drafts.js";
import "/static/js/local_time.js";
import { keepPlace } from "/static/js/place.js";
import { showPresence } from "/static/js/presence.js";
import { eraseUnsent, freshId, resendUnsent, unsentOf } from "/static/js/send.js";
import { showOwn } from "/static/js/sent.js";
import { gettext } from "/static/js/wording.js";

const home = /** @type {HTMLElement} */ (document.getElementById("room"));
const api = home.dataset.api ?? "";
const acts = actOn(home);
const presence = showPresence(home);
const drafts = listDrafts(home);

follow(home, {
  opened() {
    acts.connected();
    presence.say();
    openWhatWasAskedFor();
  },
  closed() {
    acts.cutOff();
    presence.show([]);
  },
  received(frame) {
    if (frame.type === "presence") presence.show(frame.members);
    if (frame.type !== "shown") return;
    showTitle();
    markOwn();
    tellWhatMovedOn(gettext("The words that this is about are others now, or no longer stand."));
    tellWhatIsNoLongerOpen();
    drafts.refresh();
    look();
  },
});
keepPlace(showOwn);
keepDesks();
tellOfFormsTakenAway();
openOnceRead();
showTitle();
markOwn();

function showTitle() {
  const waiting = Number(document.getElementById("bar")?.dataset.waiting ?? 0);
  const said = document.getElementById("said");
  const words = waiting ? gettext("Waiting for us: %(count)s", { count: waiting }) : gettext("Nothing waits for us");
  if (said && home.dataset.us && said.textContent !== words) said.textContent = words;
  document.title = waiting ? `(${waiting}) ${home.dataset.title}` : (home.dataset.title ?? "");
}

/** Says which of the members one is: the page is the same for all who may do the same. */
function markOwn() {
  for (const each of document.querySelectorAll("[data-person]")) {
    each.classList.toggle("me-here", each.getAttribute("data-person") === home.dataset.me);
  }
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const next = target.closest("[data-next-for]");
  if (next instanceof HTMLElement) goToNext(next.dataset.nextFor ?? "");
  const opens = target.closest("[data-opens]");
  const dialog = opens ? document.getElementById(opens.getAttribute("data-opens") ?? "") : null;
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
});
document.addEventListener("keydown", (event) => {
  const writes = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
  if (event.key === "n" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) goToNext(home.dataset.us || "");
  const desk = event.key === "Escape" && event.target instanceof Element ? event.target.closest(".desk") : null;
  if (desk && !document.querySelector("dialog[open]")) closeDesk(/** @type {Element} */ (event.target));
});

/** The thing that was gone to last. */
let wentTo = "";

/** The next thing that waits for a party: after the one that was gone to last, else the first below the top of what is in sight. @param {string} party */
function goToNext(party) {
  const waiting = [...document.querySelectorAll(`#main [data-waits~="${CSS.escape(party)}"]`)];
  const last = waiting.findIndex((each) => each.id === wentTo);
  const bar = document.getElementById("bar")?.getBoundingClientRect().bottom ?? 0;
  const inSight = waiting.findIndex((each) => each.getBoundingClientRect().top > bar);
  const found = waiting[(last >= 0 ? last + 1 : Math.max(inSight, 0)) % waiting.length];
  if (!(found instanceof HTMLElement)) return;
  wentTo = found.id;
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
  found.scrollIntoView({ block: "center" });
}

/** Forms whose request is on its way. @type {WeakSet<HTMLFormElement>} */
const sending = new WeakSet();
/** Ids of commands that met no answer, by what they say: the same words again are the same command. @type {Map<string, string>} */
const unanswered = new Map();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const { posts, postsTo } = form.dataset;
  if (!posts && !postsTo) return;
  event.preventDefault();
  if (sending.has(form) || (form.hasAttribute("data-signs-out") && !(await mayLeave(form)))) return;
  sending.add(form);
  const output = form.querySelector("output");
  const said = JSON.stringify(fieldsOf(form));
  const id = unanswered.get(said) ?? freshId();
  unanswered.set(said, id);
  const body = posts === "agreements" ? { command_id: id, ...JSON.parse(said) } : JSON.parse(said);
  const answer = await post(postsTo ?? `${api}/${posts}`, body, form.dataset.method);
  sending.delete(form);
  if (answer.done || answer.refused?.code) unanswered.delete(said);
  if (!output) return;
  if (answer.refused) tell(output, answer.refused);
  else if (form.dataset.leads) location.assign(form.dataset.leads.replace(/\{(\w+)\}/g, (_, name) => answer.done[name]));
  else if (form.dataset.shows) showLink(output, answer.done[form.dataset.shows], form.dataset.told);
});

/**
 * Whether to sign out at once: not while drafts or unsent acts are kept here, before somebody has said what becomes of
 * them.
 * @param {HTMLFormElement} form
 */
async function mayLeave(form) {
  const base = home.dataset.base ?? "";
  const begun = draftsOf(home.dataset.me);
  const drafts = begun.length;
  const unsent = (await unsentOf(base)).length;
  if (form.dataset.decided || drafts + unsent === 0) return true;
  const output = form.querySelector("output");
  if (!output) return true;
  output.className = "refusal";
  const what = document.createElement("b");
  const begins = drafts === 1 ? gettext("1 draft") : gettext("%(count)s drafts", { count: drafts });
  const goes = unsent === 1 ? gettext("1 on its way") : gettext("%(count)s on their way", { count: unsent });
  const both = gettext("%(drafts)s and %(unsent)s", { drafts: begins, unsent: goes });
  what.textContent = gettext("Kept in this browser, and not sent: %(what)s.", { what: drafts && unsent ? both : drafts ? begins : goes });
  const go = async (/** @type {() => Promise<void> | void} */ first) => {
    await first();
    form.dataset.decided = "yes";
    form.requestSubmit();
  };
  const acts = [
    button(gettext("Keep them and sign out"), () => go(() => {})),
    button(gettext("Erase them and sign out"), () => go(async () => {
      eraseDrafts(home.dataset.me);
      await eraseUnsent(base);
    })),
  ];
  if (unsent) acts.unshift(button(gettext("Send what is unsent, then sign out"), () => go(() => sendAll(base, output))));
  acts.push(button(gettext("Stay signed in"), () => output.replaceChildren()));
  const row = document.createElement("span");
  row.className = "acts";
  row.append(...acts);
  output.replaceChildren(what, listOf(begun.map(([key, draft]) => [roomOf(key), draft])), row);
  output.scrollIntoView({ block: "nearest" });
  return false;
}

/** The room of a draft, by the key under which it is kept. @param {string} key */
function roomOf(key) {
  const stream = key.split(":")[2]?.split("/")[0] ?? "";
  return home.dataset.here?.endsWith(stream) ? "./" : `agreements/${stream}`;
}

/** As much of some words as tells them from others. @param {string} words */
function beginningOf(words) {
  return words.length > 80 ? `${words.slice(0, 79).trimEnd()}…` : words;
}

/** What was begun, each with the way to send it. @param {[string, import("/static/js/drafts.js").Draft][]} begun */
function listOf(begun) {
  const list = document.createElement("ul");
  for (const [room, draft] of begun) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = room;
    link.textContent = gettext("send it from there");
    const words = document.createElement("span");
    words.dir = "auto";
    const isNamed = !draft.about || draft.title.includes(draft.about);
    words.textContent = isNamed ? `${draft.title} ` : `${draft.title}, on ${draft.about} `;
    const begins = document.createElement("q");
    begins.dir = "auto";
    begins.textContent = beginningOf(wordsOf(draft));
    item.append(words, ...(begins.textContent ? [begins, " "] : []), link);
    list.append(item);
  }
  return list;
}

/** @param {string} base @param {HTMLOutputElement} output */
async function sendAll(base, output) {
  const urls = new Set((await unsentOf(base)).map((each) => each.url));
  for (const url of urls) {
    await resendUnsent(url, () => {}, ({ command, what, draft }, { recorded, refused, isKept }) => {
      if (!isKept) settleDraft(draft, command.command_id, Boolean(recorded));
      if (!refused) return;
      const told = document.createElement("p");
      told.textContent = `${what ? gettext("“%(what)s” was not recorded.", { what }) : gettext("What you sent was not recorded.")} ${refused.detail}`;
      output.append(told);
    });
  }
}

/**
 * @param {string} url
 * @param {unknown} body
 * @param {string} [method]
 * @returns {Promise<{ done?: any, refused?: { code?: string, detail: string, next: string } }>}
 */
async function post(url, body, method = "POST") {
  try {
    const response = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return response.ok ? { done: answer } : { refused: answer };
  } catch {
    return { refused: { detail: gettext("The server cannot be reached."), next: gettext("Reload the page before you try again: it may have been done.") } };
  }
}

/**
 * @param {HTMLOutputElement} output
 * @param {{ detail: string, next: string }} refused
 */
function tell(output, refused) {
  output.className = "refusal";
  const what = document.createElement("b");
  what.textContent = refused.detail;
  output.replaceChildren(what, ` ${refused.next}`);
}

/**
 * @param {HTMLOutputElement} output
 * @param {string} link
 * @param {string} [told] of it
 */
function showLink(output, link, told = gettext("Send this link on; it works once.")) {
  output.className = "made";
  const field = document.createElement("input");
  field.readOnly = true;
  field.value = link;
  field.setAttribute("aria-label", gettext("The link"));
  const copy = document.createElement("button");
  copy.type = "button";
  copy.dataset.copies = "";
  copy.textContent = gettext("Copy the link");
  output.replaceChildren(`${told} `, field, copy);
  field.select();
}
