// The text that is put to signature, its fingerprint and the button that signs it come as one piece, so that nobody
// signs other words than those on the screen. Pages are the same for all of a party: whose signature is there, this
// browser knows.

let isFetching = false;
let isOutdated = false;

/** Shows what is for who has signed, or has not. @param {HTMLElement} room data-me is the member */
export function markOwnSignature(room) {
  for (const each of document.querySelectorAll("[data-signed]")) {
    const signed = each.getAttribute("data-signed")?.split(" ") ?? [];
    each.classList.toggle("own-signature", signed.includes(room.dataset.me ?? ""));
  }
}

/** Fetches the piece again, where the page has one. */
export async function refreshSigning() {
  const piece = document.getElementById("to-sign");
  if (!piece) return;
  isOutdated = true;
  if (isFetching) return;
  isFetching = true;
  try {
    while (isOutdated) {
      isOutdated = false;
      const response = await fetch(piece.dataset.from ?? "");
      if (!response.ok) return; // the next change or connection asks again; an old fingerprint is refused
      const { htmx } = /** @type {{ htmx: { swap: (how: object) => Promise<void> } }} */ (/** @type {unknown} */ (window));
      await htmx.swap({ sourceElement: piece, target: piece, swap: "outerMorph", text: await response.text() });
      const room = document.getElementById("room");
      if (room) markOwnSignature(room);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network is gone; the next connection asks again
  } finally {
    isFetching = false;
  }
}
