// Follows the connection that hx-ws keeps: where it goes on from, whether it is live, and what data frames say.
import { isShown } from "/static/js/presence.js";

/** @typedef {{ connection: { url: string, socket?: WebSocket }, code?: number }} Connecting */
/** @typedef {{ opened: () => void, closed: () => void, received: (frame: any) => void }} Listener */

const SIGNED_OUT = 4401;

/**
 * @param {HTMLElement} room data-version is the version that it shows, data-reads for which mandates and names
 * @param {Listener} listener
 */
export function follow(room, listener) {
  document.addEventListener("htmx:ws:before:connection", (event) => {
    const { connection } = /** @type {CustomEvent<Connecting>} */ (event).detail;
    const url = new URL(connection.url, location.href);
    url.searchParams.set("after", room.dataset.version ?? "0");
    url.searchParams.set("reads", room.dataset.reads ?? "");
    if (!isShown(room)) url.searchParams.set("shown", "false");
    connection.url = url.href;
  });
  document.addEventListener("htmx:ws:after:connection", listener.opened);
  document.addEventListener("htmx:ws:close", (event) => {
    listener.closed();
    if (/** @type {CustomEvent<Connecting>} */ (event).detail.code === SIGNED_OUT) location.assign("/");
  });
  document.addEventListener("htmx:ws:after:message:incoming", (event) => {
    const { data } = /** @type {CustomEvent<{ message: { data: string } }>} */ (event).detail.message;
    if (!data.startsWith("{")) return;
    const frame = JSON.parse(data);
    if (frame.type === "shown") room.dataset.version = frame.version;
    if (frame.reads) room.dataset.reads = frame.reads;
    listener.received(frame);
  });
  window.addEventListener("offline", () => {
    socketNow()?.close(); // it would look open until its time ran out
    listener.closed();
  });
  window.addEventListener("online", connect);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) connect(); // back from another page: the socket was closed for good
  });
  connect();
}

function socketNow() {
  const { _htmx } = /** @type {{ _htmx?: { ws?: Connecting } }} */ (document.getElementById("wire") ?? {});
  return _htmx?.ws?.connection?.socket;
}

/** Connects, and does not wait out the delay of the next try: a fresh element connects when htmx takes it up. */
function connect() {
  const wire = document.getElementById("wire");
  if (!wire || socketNow()?.readyState === WebSocket.OPEN) return;
  const fresh = /** @type {HTMLElement} */ (wire.cloneNode());
  fresh.removeAttribute("data-htmx-powered");
  fresh.setAttribute("hx-ws:connect", wire.dataset.connects ?? "");
  wire.replaceWith(fresh);
  const { htmx } = /** @type {{ htmx: { process: (element: Element) => void } }} */ (/** @type {unknown} */ (window));
  htmx.process(fresh);
}
