// What somebody has just sent comes into view, and has the focus, as soon as it is on the page.

/** @typedef {{ type: string, data: { proposal_id?: string, objection_id?: string, question_id?: string, term_id?: string, need_id?: string, intention_id?: string, exchange_id?: string } }} Recorded */

const PATIENCE = 5000;
/** After this the clause has the focus instead: nothing new may have come, or on a phone it stands on another view. */
const INSTEAD_AFTER = 700;
/** What is waited for: the beginnings of ids of elements. @type {string[]} */
let wanted = [];
let since = 0;

/** @param {unknown} answer of a command */
export function showOwnSoon(answer) {
  const [first] = /** @type {{ events?: Recorded[] }} */ (answer).events ?? [];
  if (!first) return;
  const { proposal_id: proposal, objection_id: objection, question_id: question, term_id: term } = first.data;
  const { need_id: need, intention_id: intention, exchange_id: exchange } = first.data;
  wanted = [];
  if (first.type === "ProposalMade") wanted = [`offer-${proposal}`];
  else if (objection) wanted = [`objection-${objection}`];
  else if (question) wanted = [`question-${question}`];
  else if (need && !term) wanted = [`need-${need}`];
  else if (intention) wanted = [`intention-${intention}`];
  else if (exchange) wanted = [`exchange-${exchange}`];
  else if (term) wanted = [`clause-${term}`];
  since = performance.now();
  showOwn();
  setTimeout(() => {
    if (document.activeElement !== document.body) return;
    const clause = document.querySelector(".term.current > .clause");
    if (clause) wanted = [clause.id];
    showOwn();
  }, INSTEAD_AFTER);
}

/** Brings it into view, if it is there. */
export function showOwn() {
  if (wanted.length === 0 || performance.now() - since > PATIENCE) return;
  const found = wanted.map((each) => visible(each)).find(Boolean);
  if (!(found instanceof HTMLElement)) return;
  wanted = [];
  if (!found.hasAttribute("tabindex")) found.tabIndex = -1;
  found.focus({ preventScroll: true });
  found.scrollIntoView({ block: found.offsetHeight < window.innerHeight / 2 ? "center" : "start" });
}

/** The element of an id that begins so on the chosen clause, or anywhere. @param {string} id */
function visible(id) {
  const named = `[id^="${CSS.escape(id)}"]`;
  const there = [...document.querySelectorAll(`.term.current ${named}`), ...document.querySelectorAll(named)];
  return there.find((each) => each.getClientRects().length > 0);
}
