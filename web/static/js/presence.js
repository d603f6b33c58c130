// Who is in the room: in memory only. Whoever is not shown does not see the others either.

/** @typedef {{ member_id: string, at: string | null }} Present */

/** @param {HTMLElement} room */
export function showPresence(room) {
  const shown = /** @type {HTMLInputElement | null} */ (document.getElementById("shown"));
  const KEY = "onetext-not-shown";
  if (shown) {
    shown.checked = sessionStorage.getItem(KEY) === null;
    shown.addEventListener("change", () => {
      if (shown.checked) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, "yes");
      if (!shown.checked) show([]);
      say();
    });
  }

  /** Tells the server whether to show us. */
  function say() {
    const { _htmx } = /** @type {{ _htmx?: { ws?: { connection?: { socket?: WebSocket } } } }} */ (
      document.getElementById("wire") ?? {}
    );
    const socket = _htmx?.ws?.connection?.socket;
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ type: "presence", shown: shown?.checked ?? true }));
    }
  }

  /** @param {Present[]} members */
  function show(members) {
    const here = new Set(members.map((each) => each.member_id));
    for (const person of room.querySelectorAll("#people [data-member]")) {
      person.toggleAttribute("hidden", !here.has(person.getAttribute("data-member") ?? ""));
    }
  }
  return { say, show };
}
