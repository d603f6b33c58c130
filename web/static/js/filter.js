// Shows all clauses, or those that something waits on for one party.
import { gettext } from "/static/js/wording.js";

/** @param {HTMLElement} room */
export function filterBy(room) {
  let party = "all";

  function refresh() {
    for (const button of room.querySelectorAll(".filters [data-filter]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-filter") === party));
    }
    let shown = 0;
    for (const clause of room.querySelectorAll("#text .clause")) {
      const waits = clause.getAttribute("data-waits")?.split(" ") ?? [];
      const hidden = party !== "all" && !waits.includes(party);
      clause.closest("section.term")?.toggleAttribute("hidden", hidden);
      if (!hidden) shown += 1;
    }
    for (const entry of room.querySelectorAll("#outline .entry")) {
      const waits = entry.getAttribute("data-waits")?.split(" ") ?? [];
      entry.toggleAttribute("hidden", party !== "all" && !waits.includes(party));
    }
    const signing = document.getElementById("to-signing");
    const none = party === room.dataset.us ? gettext("No clause waits for you now.") : gettext("No clause waits for them now.");
    for (const nothing of room.querySelectorAll("[data-nothing]")) {
      nothing.toggleAttribute("hidden", party === "all" || shown > 0);
      nothing.textContent = signing ? gettext("No clause waits: a signature does.") : none;
    }
  }

  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-filter]");
    if (!button) return;
    const asked = button.getAttribute("data-filter") ?? "all";
    party = button.closest(".turn") && asked === party ? "all" : asked;
    refresh();
  });
  return { refresh };
}
