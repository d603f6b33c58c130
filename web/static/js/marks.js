// Marked clauses: to be composed into a package, or read and accepted together.

/**
 * Says on the button how many of the offers that are read are ticked.
 * @param {HTMLInputElement} box
 */
function countIncluded(box) {
  const count = box.form?.querySelectorAll("[data-includes]:checked").length ?? 0;
  const button = box.form?.querySelector("[data-counts-included]");
  if (button) button.textContent = String(count);
}

/** @param {HTMLElement} room */
export function markClauses(room) {
  /** @type {Set<string>} */
  const marked = new Set();
  const tray = document.getElementById("tray");

  function refresh() {
    for (const term of marked) if (!room.querySelector(`[data-marks="${CSS.escape(term)}"]`)) marked.delete(term);
    for (const box of room.querySelectorAll("[data-marks]")) {
      if (box instanceof HTMLInputElement) box.checked = marked.has(box.dataset.marks ?? "");
    }
    if (!tray) return;
    showSections();
    tray.hidden = marked.size === 0;
    const count = tray.querySelector("b");
    if (count) count.textContent = String(marked.size);
    const readable = [...marked].some((term) => offersOn(term).length > 0);
    tray.querySelector('[data-tray="reading"]')?.toggleAttribute("hidden", !readable);
  }

  /** The clauses on which we may accept something, with their numbers. @returns {{ term: string, number: string }[]} */
  function acceptable() {
    return [...room.querySelectorAll("#text section.term:not([hidden]) [data-acceptable]")].map((offer) => {
      const section = offer.closest("section.term");
      const number = section?.querySelector("h2 .number")?.textContent ?? "";
      return { term: section?.getAttribute("data-term") ?? "", number };
    });
  }

  /** A section can be marked while we may accept something in it. */
  function showSections() {
    const buttons = /** @type {NodeListOf<HTMLElement>} */ (room.querySelectorAll("[data-marks-section]"));
    if (buttons.length === 0) return;
    const open = new Set(acceptable().flatMap(({ number }) => number.split(".").map((_, at, parts) => parts.slice(0, at + 1).join("."))));
    for (const button of buttons) button.hidden = !open.has(button.dataset.marksSection ?? "");
  }

  /** @param {string} term @returns {string[]} proposals that may be accepted */
  function offersOn(term) {
    const offers = document.querySelectorAll(`#clause-${CSS.escape(term)} [data-acceptable]`);
    return [...offers].map((each) => each.getAttribute("data-offer") ?? "");
  }

  document.addEventListener("onetext:done-with-marked", () => {
    marked.clear();
    refresh();
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box instanceof HTMLInputElement && box.matches("[data-includes]")) countIncluded(box);
    if (!(box instanceof HTMLInputElement) || !box.dataset.marks) return;
    if (box.checked) marked.add(box.dataset.marks);
    else marked.delete(box.dataset.marks);
    refresh();
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const asked = target.closest("[data-tray]")?.getAttribute("data-tray");
    const section = target.closest("[data-marks-section]")?.getAttribute("data-marks-section");
    if (!asked && !section && !target.closest("[data-marks-all]")) return;
    if (asked === "none") marked.clear();
    if (asked === "package") open(`forms/package?terms=${[...marked].join(",")}`);
    if (asked === "reading") open(`reading?proposals=${[...new Set([...marked].flatMap(offersOn))].join(",")}`);
    if (section || target.closest("[data-marks-all]")) {
      for (const { term, number } of acceptable()) {
        if (!section || number === section || number.startsWith(`${section}.`)) marked.add(term);
      }
    }
    refresh();
  });

  /** @param {string} what */
  function open(what) {
    const { htmx } = /** @type {{ htmx: { ajax: Function } }} */ (/** @type {unknown} */ (window));
    htmx.ajax("GET", `${room.dataset.here}/${what}`, { target: "#desk-sheet", swap: "innerHTML" });
  }
  showSections();
  document.getElementById("sheet")?.addEventListener("close", () => document.getElementById("desk-sheet")?.replaceChildren());
  return { refresh };
}
