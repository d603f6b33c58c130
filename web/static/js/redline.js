// Switches what the offers on a clause are compared with, and shows them clean in the end.

/** @param {Element} section the clause's */
function waysToShow(section) {
  const compared = ["agreed", "answered", "replaced", "rival"].filter((each) => section.querySelector(`.redline.${each}`));
  return [...compared, "clean"];
}

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-switches-redline]");
  const section = button?.closest("section.term");
  if (!(section instanceof HTMLElement)) return;
  const ways = waysToShow(section);
  const now = ways.indexOf(section.dataset.redline ?? "");
  const first = section.querySelector(".redline.first");
  const shown = now >= 0 ? now : ways.findIndex((each) => first?.classList.contains(each));
  section.dataset.redline = ways[(shown + 1) % ways.length];
});
