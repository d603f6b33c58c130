// The room: sends what forms say as commands, and follows the connection. What is shown comes from the server alone.
import { commandOf } from "/static/command_form.js";
import { follow } from "/static/connection.js";
import { resendUnsent, send } from "/static/send.js";

const room = /** @type {HTMLElement} */ (document.getElementById("room"));
const commands = room.dataset.commands ?? "";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.command) return;
  event.preventDefault();
  const output = form.querySelector("output");
  if (!output) return;
  output.className = "";
  output.textContent = "Sending…";
  const outcome = await send(commands, commandOf(form));
  if (outcome.refused) {
    output.className = "refusal";
    const what = document.createElement("b");
    what.textContent = outcome.refused.detail;
    output.replaceChildren(what, ` ${outcome.refused.next}`);
  } else {
    output.textContent = "Recorded";
    form.reset();
    form.closest("details")?.removeAttribute("open");
  }
});

follow(room, (live) => {
  const connection = document.getElementById("connection");
  if (connection) connection.textContent = live ? "Live" : "Reconnecting";
  if (live) resendUnsent(commands);
});
