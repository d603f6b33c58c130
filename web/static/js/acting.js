// Acts: what forms say is sent as commands, and what came of them is told. What is shown comes from the server alone.
import { isInSight } from "/static/js/binding.js";
import { commandOf } from "/static/js/command_form.js";
import { sentDraft, settleDraft } from "/static/js/drafts.js";
import { tellOutcome, tellUndelivered, whatOf } from "/static/js/refusal.js";
import { resendUnsent, send, unsentCount } from "/static/js/send.js";
import { showOwnSoon } from "/static/js/sent.js";
import { whatIsUnread } from "/static/js/value_editor.js";
import { gettext } from "/static/js/wording.js";

const LATE = 1500; // milliseconds

/**
 * Sends what the forms of a page say.
 * @param {HTMLElement} room data-commands is where its commands go
 */
export function actOn(room) {
  const commands = room.dataset.commands ?? "";
  let live = false;
  /** Forms whose command is on its way. @type {WeakSet<HTMLFormElement>} */
  const sending = new WeakSet();

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.command) return;
    event.preventDefault();
    if (sending.has(form) || form.querySelector("button[data-binds]:disabled")) return;
    if (!isInSight(form, event.submitter)) return;
    sending.add(form);
    const output = form.querySelector("output");
    const unread = await whatIsUnread(form);
    if (unread) {
      sending.delete(form);
      if (output) holdBack(output, unread);
      return;
    }
    if (output) output.textContent = gettext("Sending…");
    const command = commandOf(form);
    const unlock = lock(form);
    const late = setTimeout(() => tellOnItsWay(output), LATE);
    let sent = "";
    let draft = /** @type {string | undefined} */ (undefined);
    const outcome = await send(commands, command, showConnection, whatOf(form), (commandId) => {
      sent = commandId;
      draft = sentDraft(form, commandId);
      return draft;
    });
    clearTimeout(late);
    sending.delete(form);
    if (!outcome.isKept) settleDraft(draft, sent, Boolean(outcome.recorded));
    unlock();
    tellOutcome(form, outcome);
    if (outcome.recorded && !form.querySelector("[data-done]")) showOwnSoon(outcome.recorded);
    showConnection();
  });

  function showConnection() {
    const connection = document.getElementById("connection");
    if (!connection) return;
    const unsent = unsentCount();
    const words = unsent ? (live ? gettext("%(count)s unsent · sending", { count: unsent }) : gettext("%(count)s unsent · reconnecting", { count: unsent })) : live ? gettext("Live") : gettext("Reconnecting");
    for (const each of [connection, document.getElementById("connection-below")]) {
      if (!each) continue;
      if (each.textContent !== words) each.textContent = words;
      each.classList.toggle("lost", !live || unsent > 0);
    }
  }

  return {
    /** Sends what an earlier page could not deliver. */
    connected() {
      live = true;
      showConnection();
      resendUnsent(commands, showConnection, ({ command, what, draft }, { recorded, refused, isKept }) => {
        if (!isKept) settleDraft(draft, command.command_id, Boolean(recorded));
        if (refused) tellUndelivered(command, refused, what);
      });
    },
    cutOff() {
      live = false;
      showConnection();
    },
  };
}

/**
 * What is on its way can no longer be changed or discarded. Gives what lets go of it again.
 * @param {HTMLFormElement} form
 */
function lock(form) {
  const focused = document.activeElement;
  const parts = /** @type {HTMLElement[]} */ ([...form.children].filter((each) => !each.matches("header, template")));
  const buttons = /** @type {HTMLButtonElement[]} */ ([...form.querySelectorAll(":scope > .acts button:not(:disabled)")]);
  if (!form.matches(".act-form")) return () => {};
  for (const part of parts) if (!part.matches(".acts")) part.inert = true;
  for (const button of buttons) button.disabled = true;
  return () => {
    for (const part of parts) part.inert = false;
    for (const button of buttons) button.disabled = button.matches(".primary") && form.querySelector(".overtaken") !== null;
    if (focused instanceof HTMLElement && form.contains(focused)) focused.focus({ preventScroll: true });
  };
}

/** @param {HTMLOutputElement | null} output */
function tellOnItsWay(output) {
  if (output?.textContent === gettext("Sending…")) {
    output.textContent = gettext("On its way: it is kept in this browser, and goes out as soon as the connection is back.");
  }
}

/** @param {HTMLOutputElement} output @param {string} why */
function holdBack(output, why) {
  output.className = "refusal";
  const what = document.createElement("b");
  what.textContent = why;
  output.replaceChildren(what);
}
