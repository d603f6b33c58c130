// The room: sends what forms say as commands, and follows the connection. What is shown comes from the server alone.
import { send, resendUnsent } from "/static/send.js";

const room = document.getElementById("room");
const connection = () => document.getElementById("connection");

/** The command that a form describes: names are paths ("items.0.text"); empty optional fields are left out. */
function commandOf(form) {
  const command = { type: form.dataset.command };
  for (const field of form.querySelectorAll("[name]")) {
    const kind = field.dataset.kind;
    if (field.value === "" && kind !== "text") continue;
    const value = kind === "number" ? Number(field.value) : kind === "flag" ? field.value === "true" : field.value;
    const path = field.name.split(".");
    let at = command;
    path.slice(0, -1).forEach((part, place) => {
      at[part] ??= /^\d+$/.test(path[place + 1]) ? [] : {};
      at = at[part];
    });
    at[path.at(-1)] = value;
  }
  return command;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.command) return;
  event.preventDefault();
  const output = form.querySelector("output");
  output.className = "";
  output.textContent = "Sending…";
  const outcome = await send(room.dataset.commands, commandOf(form));
  if (outcome.refused) {
    output.className = "refusal";
    output.replaceChildren(Object.assign(document.createElement("b"), { textContent: outcome.refused.detail }), " " + outcome.refused.next);
  } else {
    output.textContent = "Recorded";
    form.reset();
    form.closest("details")?.removeAttribute("open");
  }
});

document.addEventListener("htmx:ws:before:connection", (event) => {
  const opened = event.detail.connection;
  const url = new URL(opened.url, location.href);
  url.searchParams.set("after", room.dataset.version);
  opened.url = url.href;
});
function showLive() {
  connection().textContent = "Live";
  resendUnsent(room.dataset.commands);
}
document.addEventListener("htmx:ws:after:connection", showLive);
// htmx may have connected before this module was loaded.
if (room._htmx?.ws?.connection?.socket?.readyState === WebSocket.OPEN) showLive();
document.addEventListener("htmx:ws:close", () => (connection().textContent = "Reconnecting"));
document.addEventListener("htmx:ws:after:message:incoming", (event) => {
  const data = event.detail.message.data;
  if (!data.startsWith("{")) return;
  const frame = JSON.parse(data);
  if (frame.type === "shown") room.dataset.version = frame.version;
});
