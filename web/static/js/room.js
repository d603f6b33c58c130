// The room: sends what forms say as commands, follows the connection, and keeps one's place. What is shown comes from
// the server alone.
import { arrange } from "/static/js/arrange.js";
import { chooseClause, goOnWithStory, keepChoice } from "/static/js/choose.js";
import { commandOf } from "/static/js/command_form.js";
import { follow } from "/static/js/connection.js";
import { keepDesks } from "/static/js/desks.js";
import { filterBy } from "/static/js/filter.js";
import { listenToKeys } from "/static/js/keys.js";
import "/static/js/local_time.js";
import { markClauses } from "/static/js/marks.js";
import { keepPlace } from "/static/js/place.js";
import { showPresence } from "/static/js/presence.js";
import "/static/js/redline.js";
import { tellOutcome, tellUndelivered } from "/static/js/refusal.js";
import { resendUnsent, send, unsentCount } from "/static/js/send.js";
import "/static/js/value_editor.js";
import { goOnWithText } from "/static/js/whole_text.js";

const room = /** @type {HTMLElement} */ (document.getElementById("room"));
const commands = room.dataset.commands ?? "";
let live = false;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.command) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  const output = form.querySelector("output");
  if (output) output.textContent = "Sending…";
  const outcome = await send(commands, commandOf(form), showConnection);
  delete form.dataset.sending;
  tellOutcome(form, outcome);
  showConnection();
});

function showConnection() {
  const connection = document.getElementById("connection");
  if (!connection) return;
  const unsent = unsentCount();
  const state = live ? "Live" : "Reconnecting";
  connection.textContent = unsent ? `${state} · ${unsent} unsent` : state;
  connection.classList.toggle("lost", !live);
}

function showTitle() {
  const waiting = Number(document.getElementById("bar")?.dataset.waiting ?? 0);
  document.title = waiting ? `(${waiting}) ${room.dataset.title}` : (room.dataset.title ?? "");
}

const presence = showPresence(room);
follow(room, {
  came() {
    live = true;
    showConnection();
    presence.say();
    resendUnsent(commands, showConnection, tellUndelivered);
  },
  went() {
    live = false;
    showConnection();
  },
  told(frame) {
    if (frame.type === "shown" && frame.order) arrange(frame.order);
    if (frame.type === "presence") presence.show(frame.members);
    if (frame.type === "shown") {
      showTitle();
      filter.again();
      marks.again();
      keepChoice();
      goOnWithStory(frame.terms ?? []);
      if (frame.terms?.length) goOnWithText();
    }
  },
});
keepPlace();
keepDesks();
const filter = filterBy(room);
const marks = markClauses(room);
listenToKeys();
showTitle();
chooseClause(location.hash);
