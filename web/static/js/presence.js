// Who is in the room: in memory only. Whoever is not shown does not see the others either.

/** @typedef {{ member_id: string, at: string | null }} Present */

/**
 * Whether this member wants to be shown, in all tabs alike.
 * @param {HTMLElement} room data-me is the member
 */
export function isShown(room) {
  return localStorage.getItem(keyOf(room)) === null;
}

/** @param {HTMLElement} room */
function keyOf(room) {
  return `onetext-not-shown:${room.dataset.me}`;
}

/** @param {HTMLElement} room */
export function showPresence(room) {
  const shown = /** @type {HTMLInputElement | null} */ (document.getElementById("shown"));
  if (shown) {
    shown.checked = isShown(room);
    shown.addEventListener("change", () => {
      if (shown.checked) localStorage.removeItem(keyOf(room));
      else localStorage.setItem(keyOf(room), "yes");
      turn();
    });
    window.addEventListener("storage", (event) => {
      if (event.key !== keyOf(room)) return;
      shown.checked = isShown(room);
      turn();
    });
  }

  function turn() {
    if (!isShown(room)) show([]);
    say();
  }

  /** Tells the server whether to show us. */
  function say() {
    const { _htmx } = /** @type {{ _htmx?: { ws?: { connection?: { socket?: WebSocket } } } }} */ (
      document.getElementById("wire") ?? {}
    );
    const socket = _htmx?.ws?.connection?.socket;
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ type: "presence", shown: isShown(room) }));
    }
  }

  /** @param {Present[]} members */
  function show(members) {
    const here = new Set(isShown(room) ? members.map((each) => each.member_id) : []);
    for (const person of room.querySelectorAll("#people [data-member]")) {
      person.toggleAttribute("hidden", !here.has(person.getAttribute("data-member") ?? ""));
    }
  }
  return { say, show };
}
