// <local-time datetime="…">: a moment in the reader's own time, and how long ago while that is short; with `whole`, beside
// a moment that is written in UTC, the whole of it, where it reads differently here.
import { gettext } from "/static/js/wording.js";

const MINUTE = 60_000;

class LocalTime extends HTMLElement {
  static observedAttributes = ["datetime"];

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" });
    shown.add(this);
    this.render();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  attributeChangedCallback() {
    this.render();
  }

  render() {
    const at = new Date(this.getAttribute("datetime") ?? "");
    if (!this.shadowRoot || Number.isNaN(at.getTime())) return;
    const minutes = Math.floor((Date.now() - at.getTime()) / MINUTE);
    const exact = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
    this.title = exact;
    if (this.hasAttribute("whole")) {
      this.shadowRoot.textContent = at.getTimezoneOffset() === 0 ? "" : ` ${gettext("(here %(at)s)", { at: exact })}`;
      return;
    }
    this.shadowRoot.textContent = minutes < 1 ? gettext("just now") : minutes < 60 ? gettext("%(count)s min ago", { count: minutes }) : short(at);
  }
}

/**
 * A moment without what goes without saying: the year when it is this one.
 * @param {Date} at
 */
function short(at) {
  const isThisYear = at.getFullYear() === new Date().getFullYear();
  return at.toLocaleString(undefined, {
    day: "numeric",
    month: "short",
    ...(isThisYear ? {} : { year: "numeric" }),
    hour: "numeric",
    minute: "2-digit",
  });
}

/** @type {Set<LocalTime>} */
const shown = new Set();
customElements.define("local-time", LocalTime);
setInterval(() => {
  for (const each of shown) each.render();
}, MINUTE);
