// The whole text on the page where it is signed: fetched again when something was changed in it.

export function goOnWithText() {
  const text = document.getElementById("whole-text");
  const { htmx } = /** @type {{ htmx: { ajax: Function } }} */ (/** @type {unknown} */ (window));
  if (text) htmx.ajax("GET", text.dataset.from, { target: text, swap: "outerMorph" });
}
