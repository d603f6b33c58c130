// Follows the connection that hx-ws keeps: where it goes on from, and whether it is live.

/** @typedef {{ connection: { url: string, socket?: WebSocket } }} Connecting */

/**
 * @param {HTMLElement} room the element that connects; data-version is the version that it shows
 * @param {(live: boolean) => void} told called whenever the connection comes or goes
 */
export function follow(room, told) {
  document.addEventListener("htmx:ws:before:connection", (event) => {
    const { connection } = /** @type {CustomEvent<Connecting>} */ (event).detail;
    const url = new URL(connection.url, location.href);
    url.searchParams.set("after", room.dataset.version ?? "0");
    connection.url = url.href;
  });
  document.addEventListener("htmx:ws:after:connection", () => told(true));
  document.addEventListener("htmx:ws:close", () => told(false));
  document.addEventListener("htmx:ws:after:message:incoming", (event) => {
    const { data } = /** @type {CustomEvent<{ message: { data: string } }>} */ (event).detail.message;
    if (!data.startsWith("{")) return;
    const frame = JSON.parse(data);
    if (frame.type === "shown") room.dataset.version = frame.version;
  });
  // htmx may have connected before this module was loaded.
  const { _htmx } = /** @type {{ _htmx?: { ws?: Connecting } }} */ (room);
  if (_htmx?.ws?.connection.socket?.readyState === WebSocket.OPEN) told(true);
}
