// Desks: where forms open.
import { forgetDraft, itemsOf, restoreDraft, saveDraft } from "/static/js/drafts.js";
import { look } from "/static/js/binding.js";
import { gettext } from "/static/js/wording.js";

/**
 * Whether something in an element is being written.
 * @param {Element} within
 */
export function isWritten(within) {
  return within.querySelector(".act-form.touched") !== null;
}

/** Closes the desk that an element stands on; what was written is kept as a draft. @param {Element} element */
export function closeDesk(element) {
  const desk = element.closest(".desk");
  const had = desk?.contains(document.activeElement);
  desk?.replaceChildren();
  if (had && desk) goBackTo(desk);
  const sheet = desk?.closest("dialog");
  if (sheet?.open) sheet.close();
  desk?.closest("#kept > section")?.remove();
}

/** Which form was opened last. */
let opened = "";

/** Whoever closes a desk goes on where it was opened. @param {Element} desk */
function goBackTo(desk) {
  const openers = [...document.querySelectorAll(`[hx-target="#${CSS.escape(desk.id)}"]`)].filter((each) => each.checkVisibility());
  const opener = openers.find((each) => each.getAttribute("hx-get") === opened) ?? openers[0];
  if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
}

export function keepDesks() {
  document.addEventListener("input", (event) => {
    saveFormOf(event.target);
    if (event.target instanceof HTMLInputElement && event.target.name === "severity") askForReason(event.target);
    if (event.target instanceof HTMLSelectElement && event.target.name === "ground") askFor(event.target);
    if (event.target instanceof HTMLInputElement && event.target.matches(".sealing [data-includes]")) leaveOutOrIn(event.target);
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const form of document.querySelectorAll(".desk .act-form:not(.arrived)")) {
      form.classList.add("arrived");
      if (form instanceof HTMLFormElement) open(form);
    }
  });
  document.addEventListener("htmx:error", (event) => {
    const { ctx } = /** @type {CustomEvent<{ ctx?: { target?: unknown, sourceElement?: unknown } }>} */ (event).detail;
    const asked = ctx?.sourceElement instanceof Element ? ctx.sourceElement.getAttribute("hx-get") : null;
    if (ctx?.target instanceof Element && ctx.target.matches(".desk:empty")) tellCutOff(ctx.target, asked);
  });
  document.addEventListener("change", (event) => {
    const picked = event.target;
    if (picked instanceof HTMLSelectElement && picked.dataset.addsItem && picked.value) {
      const { form, value } = picked;
      picked.value = "";
      if (form) addPicked(form, value);
    }
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest('[data-closes="desk"]')) closeDesk(target);
    const opens = target.closest("[hx-get][hx-target^='#desk-']");
    if (opens) opened = opens.getAttribute("hx-get") ?? "";
    const discards = target.closest("[data-discards]");
    if (discards instanceof HTMLElement) discard(discards);
    const takesUp = target.closest("[data-takes-up]")?.closest(".act-form");
    if (takesUp instanceof HTMLFormElement) goOnWith(takesUp);
    const dropped = target.closest("[data-drops-item]")?.closest("[data-item]");
    if (dropped) {
      const form = dropped.closest("form");
      dropped.remove();
      saveFormOf(form);
    } else if (target.closest("[data-adds-row], [data-drops-row]")) saveFormOf(target);
  });
}

/** What a ground must name is asked for with it. @param {HTMLSelectElement} ground */
function askFor(ground) {
  for (const field of ground.form?.querySelectorAll("[data-required-for]") ?? []) {
    field.toggleAttribute("required", field.getAttribute("data-required-for") === ground.value);
  }
}

/** What is not said asks for no words. @param {HTMLInputElement} box */
function leaveOutOrIn(box) {
  for (const field of box.closest(".sealing")?.querySelectorAll("textarea") ?? []) field.disabled = !box.checked;
}

/** Throws away what was written, when it is pressed twice. @param {HTMLElement} button */
function discard(button) {
  const form = button.closest(".act-form");
  if (!(form instanceof HTMLFormElement)) return;
  if (!button.dataset.asked) {
    button.dataset.asked = "yes";
    button.textContent = gettext("Discard for good?");
    return;
  }
  forgetDraft(form);
  closeDesk(form);
}

/**
 * Says on every open form whose offer no longer stands that it is so; what was typed stays.
 * @param {string} [why]
 */
export function tellWhatMovedOn(why = gettext("The offer that this is about was replaced or has ended.")) {
  for (const form of document.querySelectorAll(".act-form[data-on-offer]")) {
    const offer = form.getAttribute("data-on-offer") ?? "";
    const stands = document.querySelector(`[data-offer~="${CSS.escape(offer)}"]`) !== null;
    if (stands || form.querySelector(".overtaken, :scope > [inert]")) continue; // inert: it is being sent
    overtaken(/** @type {HTMLFormElement} */ (form), why);
  }
  for (const box of document.querySelectorAll("[data-includes]:not(:disabled)")) {
    if (box.closest("[inert]")) continue; // being sent: it may be what was accepted
    const offer = box.getAttribute("data-includes") ?? "";
    if (document.querySelector(`[data-offer="${CSS.escape(offer)}"]`) === null) leaveOut(/** @type {HTMLInputElement} */ (box));
  }
}

/** Leaves an offer that was replaced or has ended out of those that are accepted together. @param {HTMLInputElement} box */
function leaveOut(box) {
  box.checked = false;
  box.disabled = true;
  const told = document.createElement("p");
  told.className = "refused";
  told.setAttribute("role", "alert");
  told.textContent = gettext("This offer was replaced or has ended meanwhile: it is left out. Read what stands now on its clause.");
  box.closest("label")?.after(told);
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Tells of every half-written form whose place a change takes away that its words are kept. */
export function tellOfFormsTakenAway() {
  /** @type {Element[]} */
  let written = [];
  document.addEventListener("htmx:ws:before:message:incoming", () => {
    written = [...document.querySelectorAll(".desk .act-form.touched:not(:has(> [inert]))")];
  });
  document.addEventListener("htmx:ws:after:message:incoming", () => {
    for (const form of written) if (!form.isConnected) tellTakenAway(form.querySelector("h3")?.textContent?.trim() ?? "");
    written = [];
  });
}

/** @param {string} title of the form */
function tellTakenAway(title) {
  const notice = document.getElementById("undelivered");
  if (!notice) return;
  const told = document.createElement("p");
  const what = document.createElement("b");
  what.dir = "auto";
  what.textContent = gettext("“%(title)s” is not open any more: what it was about has ended.", { title });
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = gettext("Close");
  close.addEventListener("click", () => told.remove());
  told.append(what, ` ${gettext("What you wrote is kept among your drafts.")}`, close);
  notice.append(told);
  notice.hidden = false;
}

/** Says on every open form whose act is no longer open, now that the whole stands otherwise, why. */
export async function tellWhatIsNoLongerOpen() {
  for (const form of document.querySelectorAll(".act-form[data-again]:not(:has(.overtaken))")) {
    if (!(form instanceof HTMLFormElement)) continue;
    const answer = await fetch(form.dataset.again ?? "", { headers: { accept: "text/html", "hx-request": "true" } }).catch(() => null);
    if (!answer || answer.ok || answer.status >= 500 || [401, 429].includes(answer.status) || !form.isConnected) continue;
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    overtaken(form, told.querySelector("b")?.textContent ?? gettext("This is not open any more."));
  }
}

/**
 * Says on a form that it cannot be sent as it is, and how to go on.
 * @param {HTMLFormElement} form
 * @param {string} why
 */
export function overtaken(form, why) {
  if (form.querySelector(".overtaken") || !form.dataset.again) return;
  const told = document.createElement("div");
  told.className = "refused overtaken";
  told.setAttribute("role", "alert");
  const what = document.createElement("b");
  what.textContent = why;
  const go = document.createElement("button");
  go.type = "button";
  go.dataset.takesUp = "";
  go.textContent = gettext("Go on with what stands now");
  told.append(what, form.classList.contains("touched") ? ` ${gettext("What you wrote is kept.")} ` : " ", go);
  form.querySelector(".acts")?.before(told);
  const folded = form.closest("details:not([open])"); // where what is over was put away
  if (folded instanceof HTMLDetailsElement) folded.open = true;
  form.querySelector("button.primary")?.toggleAttribute("disabled", true);
  form.querySelector("button.primary")?.removeAttribute("data-binds");
}

/** Fetches the form again, for the offer that stands now. @param {HTMLFormElement} form */
async function goOnWith(form) {
  const desk = form.closest(".desk");
  if (form.classList.contains("touched")) saveDraft(form);
  const { htmx } = /** @type {{ htmx: { ajax: (...how: unknown[]) => Promise<void> } }} */ (/** @type {unknown} */ (window));
  await htmx.ajax("GET", form.dataset.again ?? "", { target: desk, swap: "innerHTML" });
}

/**
 * Whether a concern blocks is the second step, and a reasoned one.
 * @param {HTMLInputElement} severity
 */
function askForReason(severity) {
  const blocks = severity.checked && severity.value === "blocking";
  severity.form?.querySelector("[data-required-when-blocking]")?.toggleAttribute("required", blocks);
  severity.form?.querySelector("[data-when-blocking]")?.toggleAttribute("hidden", !blocks);
}

/**
 * Says on an empty desk why no form came; it comes when the connection is back.
 * @param {Element} desk
 * @param {string | null} url of the form
 */
function tellCutOff(desk, url) {
  const told = document.createElement("p");
  told.className = "refused";
  told.setAttribute("role", "alert");
  if (url) told.dataset.comesLater = url;
  const what = document.createElement("b");
  what.textContent = gettext("The server cannot be reached now.");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.dataset.closes = "desk";
  close.textContent = gettext("Close");
  told.append(what, url ? ` ${gettext("The form opens here as soon as the connection is back.")} ` : ` ${gettext("Press again when the connection is back.")} `, close);
  desk.replaceChildren(told);
}

/** Opens the forms that were asked for while the server could not be reached. */
export function openWhatWasAskedFor() {
  const { htmx } = /** @type {{ htmx: { ajax: (...how: unknown[]) => Promise<void> } }} */ (/** @type {unknown} */ (window));
  for (const told of document.querySelectorAll(".desk [data-comes-later]")) {
    const desk = told.closest(".desk");
    const url = told.getAttribute("data-comes-later");
    desk?.replaceChildren();
    htmx.ajax("GET", url, { target: desk, swap: "innerHTML" });
  }
}

/** @param {EventTarget | null} target */
function saveFormOf(target) {
  const form = target instanceof Element ? target.closest(".act-form") : null;
  if (form instanceof HTMLFormElement) saveDraft(form);
}

/**
 * Adds another clause to the package that is being composed.
 * @param {HTMLFormElement} form
 * @param {string} term
 */
async function addPicked(form, term) {
  const items = itemsOf(form);
  if (items.some(([, there]) => there === term)) return;
  const taken = items.map(([number]) => number);
  await addItem(form, term, Math.max(form.querySelectorAll("[data-item]").length, ...taken.map((each) => each + 1)));
  saveDraft(form);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} term
 * @param {number} number its place among the items
 */
async function addItem(form, term, number) {
  const { htmx } = /** @type {{ htmx: { ajax: (...how: unknown[]) => Promise<void> } }} */ (/** @type {unknown} */ (window));
  const picks = form.querySelector("[data-adds-item]");
  const items = form.querySelector(".items");
  if (!(picks instanceof HTMLElement) || !items) return;
  const url = `${picks.dataset.addsItem}?term=${term}&at=${number}`;
  await htmx.ajax("GET", url, { target: items, swap: "beforeend" });
}

/**
 * Shows a form that has arrived: with what was half written before, and the cursor in its first field.
 * @param {HTMLFormElement} form
 */
async function open(form) {
  const dialog = form.closest("dialog");
  if (dialog && !dialog.open) dialog.showModal();
  await restoreDraft(form, (term, number) => addItem(form, term, number));
  const binds = form.querySelector("button[data-binds]");
  const first =
    ownWords(form) ??
    form.querySelector("textarea") ??
    (binds ? form.querySelector("h3") : form.querySelector("input:not([type=hidden]):not([type=radio]), select, button.primary"));
  if (first instanceof HTMLHeadingElement) first.tabIndex = -1;
  if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  form.scrollIntoView({ block: binds && form.offsetHeight > window.innerHeight ? "start" : "nearest" });
  if (first instanceof HTMLTextAreaElement) first.closest("label")?.scrollIntoView({ block: "nearest" });
  look();
}

/** In a package, the words of the clause whose desk this is. @param {HTMLFormElement} form */
function ownWords(form) {
  const term = form.closest("section.term")?.id.replace(/^term-/, "");
  const id = [...form.querySelectorAll('[data-item] [name$=".term_id"]')].find((each) => each.getAttribute("value") === term);
  return id?.closest("[data-item]")?.querySelector("textarea") ?? null;
}
