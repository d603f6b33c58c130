// What arrives never moves the text under the hand: the page is scrolled by as much as it grew above.

/** @type {{ element: Element, top: number }[]} */
let held = [];

/**
 * To be called after everything else that listens to what arrives.
 * @param {() => void} andThen what may scroll on purpose
 */
export function keepPlace(andThen) {
  document.addEventListener("htmx:ws:before:message:incoming", () => {
    held = anchors().map((element) => ({ element, top: element.getBoundingClientRect().top }));
  });
  document.addEventListener("htmx:ws:after:message:incoming", () => {
    const anchor = held.find(({ element }) => element.isConnected);
    if (anchor) window.scrollBy(0, anchor.element.getBoundingClientRect().top - anchor.top);
    held = [];
    andThen();
  });
}

/**
 * What must stay where it is, the first that is still there: what has the focus, what is pointed at, the first clause
 * in view.
 * @returns {Element[]}
 */
function anchors() {
  const focused = document.activeElement?.closest("#main") ? document.activeElement : null;
  const pointed = document.querySelector(":is(#text section.term, #main .thing):hover");
  const wanted = [
    focused,
    focused?.closest(".desk"), // a long form is read while what has the focus is below the screen
    focused?.closest("section.term, .thing"),
    pointed?.querySelector(":is(h2, .words, .offer, .acts, .desk):hover"),
    pointed,
    // At the top of the page nobody is in the middle of anything: what arrives above is seen.
    window.scrollY > 100 ? [...document.querySelectorAll(":is(#text section.term, #main .thing)")].find(isInView) : null,
  ];
  return wanted.filter((each) => each instanceof Element && isInView(each)).map((each) => /** @type {Element} */ (each));
}

/** @param {Element} element */
function isInView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const bar = document.getElementById("bar")?.getBoundingClientRect().bottom ?? 0;
  return bottom > bar && top < window.innerHeight;
}
