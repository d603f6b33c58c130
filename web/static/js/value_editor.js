// <value-editor>: the fields of the chosen kind of value, rows that come and go, and the server's echo of what is typed,
// which holds the value that would be sent. No number is read here.
import { gettext } from "/static/js/wording.js";

const SETTLES = 150;

export class ValueEditor extends HTMLElement {
  isReady = false;
  touched = false;
  /** What the echo that is shown answers. */
  echoed = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;

  connectedCallback() {
    if (this.isReady) return; // it was moved
    this.isReady = true;
    this.touched = this.hasAttribute("data-offered");
    for (const field of this.inputs()) if (field.dataset.exact) field.dataset.exactFor = field.value;
    this.addEventListener("input", (event) => this.changed(/** @type {HTMLElement} */ (event.target)));
    this.addEventListener("click", (event) => this.pressed(/** @type {HTMLElement} */ (event.target)));
    this.words()?.addEventListener("input", () => this.readSoon());
    this.show();
    this.readSoon();
  }

  connectedMoveCallback() {}

  /** Whether the value is part of what is proposed. */
  get sends() {
    return this.touched && this.kind !== "";
  }

  /** Whether what is typed has been taken as a value. */
  get isTaken() {
    return this.querySelector("[data-echo] input[type=hidden]") !== null;
  }

  /** What keeps it from being taken, and of which clause it is. */
  get lacks() {
    const open = [...this.querySelectorAll("[data-echo] :is(.missing, .wrong, .asks > p:first-child)")];
    const why = open.map((each) => each.textContent?.trim()).filter(Boolean);
    const clause = this.closest("fieldset.composed")?.querySelector("legend")?.textContent?.trim().replace(/\.$/, "");
    const told = clause ? gettext("%(clause)s: the value is not taken yet.", { clause }) : gettext("The value is not taken yet.");
    return `${told} ${why.join(" ")}`.trim();
  }

  /** What is pointed out before it is sent, as it is shown: what the words of the clause say otherwise. */
  get pointedOut() {
    return [...this.querySelectorAll(".differs")].map((each) => each.textContent).join(" ");
  }

  get kind() {
    return /** @type {HTMLSelectElement | null} */ (this.querySelector("[data-picks]"))?.value ?? "";
  }

  /** @returns {HTMLInputElement[]} */
  inputs() {
    return [...this.querySelectorAll("[data-raw] input")].filter((each) => each instanceof HTMLInputElement);
  }

  /** The words of the clause. @returns {HTMLTextAreaElement | null} */
  words() {
    return this.closest("[data-item]")?.querySelector('textarea[name$=".text"]') ?? null;
  }

  show() {
    for (const fields of this.querySelectorAll("fieldset[data-of]")) {
      const chosen = fields.getAttribute("data-of") === this.kind;
      fields.toggleAttribute("hidden", !chosen);
      fields.toggleAttribute("disabled", !chosen);
    }
    const parts = this.querySelector("[data-parts-are]:checked");
    for (const each of this.querySelectorAll("[data-when-parts]")) {
      each.toggleAttribute("hidden", each.getAttribute("data-when-parts") !== parts?.getAttribute("value"));
    }
  }

  /** @param {HTMLElement} field */
  changed(field) {
    this.touched = true;
    if (field.hasAttribute("data-option")) {
      const chooses = field.closest("[data-row]")?.querySelector("[data-chooses]");
      if (chooses instanceof HTMLInputElement && field instanceof HTMLInputElement) chooses.value = field.value;
    }
    if (field.matches("[data-counts], [data-units]")) this.writeDuration(field.matches("[data-counts]"));
    if (field.matches('[name$=".iso"]')) this.readDuration();
    this.show();
    this.readSoon();
  }

  /** A number of days, weeks, months or years as ISO 8601 writes it. @param {boolean} isCounted the number was typed */
  writeDuration(isCounted) {
    const { count, unit, iso } = this.duration();
    if (!count || !unit || !iso) return;
    if (count.value) iso.value = `P${count.value}${unit.value}`;
    else if (isCounted) iso.value = "";
  }

  /** The other way round; what is no plain number of one unit leaves the number empty. */
  readDuration() {
    const { count, unit, iso } = this.duration();
    if (!count || !unit || !iso) return;
    const [, many, of] = /^P(\d+)([DWMY])$/i.exec(iso.value.trim()) ?? [];
    count.value = many ?? "";
    if (of) unit.value = of.toUpperCase();
  }

  /** @returns {{ count: HTMLInputElement | null, unit: HTMLSelectElement | null, iso: HTMLInputElement | null }} */
  duration() {
    return { count: this.querySelector("[data-counts]"), unit: this.querySelector("[data-units]"), iso: this.querySelector('[name$=".iso"]') };
  }

  /** @param {HTMLElement} pressed */
  pressed(pressed) {
    const meant = pressed.closest("[data-means]");
    const fields = pressed.closest("fieldset");
    if (meant instanceof HTMLElement) this.mean(meant.dataset.ofField ?? "", meant.dataset.means ?? "");
    else if (pressed.matches("[data-adds-row]") && fields) this.addRow(fields);
    else if (pressed.matches("[data-drops-row]") && fields && fields.querySelectorAll("[data-row]").length > 1) {
      pressed.closest("[data-row]")?.remove();
      this.number(fields);
    }
  }

  /**
   * Takes note of what a field means, until it is typed in again.
   * @param {string} name
   * @param {string} number
   */
  mean(name, number) {
    const field = this.inputs().find((each) => each.name === `${this.dataset.at}.${name}` && !each.matches(":disabled"));
    if (!field) return;
    this.touched = true;
    field.dataset.exact = number;
    field.dataset.exactFor = field.value;
    field.focus({ preventScroll: true });
    this.read();
  }

  /** @param {Element} fields those of one kind */
  addRow(fields) {
    const last = [...fields.querySelectorAll("[data-row]")].at(-1);
    const row = /** @type {HTMLElement | undefined} */ (last?.cloneNode(true));
    if (!last || !row) return;
    for (const input of row.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = false;
      input.value = "";
      delete input.dataset.exact;
    }
    last.after(row);
    this.number(fields);
  }

  /** @param {Element} fields those of one kind, whose rows are numbered from 0 */
  number(fields) {
    this.touched = true;
    for (const [place, row] of fields.querySelectorAll("[data-row]").entries()) {
      for (const input of row.querySelectorAll("input")) input.name = input.name.replace(/\.\d+(\.\w+)?$/, `.${place}$1`);
    }
    this.readSoon();
  }

  /** What is asked of the server. */
  asked() {
    const at = this.dataset.at ?? "";
    /** @type {Record<string, string>} */
    const fields = {};
    /** @type {Record<string, string>} */
    const exact = {};
    for (const each of this.inputs()) {
      if (!each.name || each.matches(":disabled") || (each.type === "radio" && !each.checked)) continue;
      const name = each.name.slice(at.length + 1);
      fields[name] = each.value;
      if (each.dataset.exact && each.dataset.exactFor === each.value) exact[name] = each.dataset.exact;
    }
    return { at, kind: this.kind, fields, exact, text: this.words()?.value ?? "" };
  }

  readSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(), SETTLES);
  }

  /** Asks what is typed is taken for; false where the server cannot be reached. @returns {Promise<boolean>} */
  async read() {
    clearTimeout(this.timer);
    const place = this.querySelector("[data-echo]");
    const asked = JSON.stringify(this.asked());
    if (!place || asked === this.echoed) return true;
    if (this.kind === "") {
      place.replaceChildren();
      this.echoed = asked;
      return true;
    }
    const html = await answerTo(this.dataset.asks ?? "", asked);
    if (asked !== JSON.stringify(this.asked())) return await this.read(); // typed on meanwhile
    this.echoed = html === null ? "" : asked;
    if (html === null) place.replaceChildren(unread());
    else {
      const { htmx } = /** @type {{ htmx: { swap: (how: object) => Promise<void> } }} */ (/** @type {unknown} */ (window));
      await htmx.swap({ sourceElement: place, target: place, swap: "innerHTML", text: html });
    }
    return html !== null;
  }
}

/**
 * @param {string} url
 * @param {string} asked
 * @returns {Promise<string | null>}
 */
async function answerTo(url, asked) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/html", "HX-Request": "true" },
      body: asked,
    });
    return await response.text();
  } catch {
    return null;
  }
}

function unread() {
  const told = document.createElement("p");
  told.className = "wrong";
  told.setAttribute("role", "alert");
  told.textContent = gettext("The server cannot be reached, so this value is not read yet. What you type is kept.");
  return told;
}

/**
 * Reads every value of a form anew; says what keeps it from being sent, nothing when nothing does. What is pointed out
 * keeps it once, so that it has been seen.
 * @param {HTMLFormElement} form
 * @returns {Promise<string>}
 */
export async function whatIsUnread(form) {
  for (const editor of form.querySelectorAll("value-editor")) {
    if (!(editor instanceof ValueEditor)) continue;
    const reached = await editor.read();
    if (editor.sends && !(reached && editor.isTaken)) {
      editor.scrollIntoView({ block: "center" });
      return editor.lacks;
    }
    const { pointedOut } = editor;
    if (pointedOut && form.dataset.seen !== pointedOut) {
      form.dataset.seen = pointedOut;
      editor.scrollIntoView({ block: "center" });
      return `${pointedOut} ${gettext("Send it again if this is meant.")}`;
    }
  }
  return "";
}

/**
 * Adds a row to the value that a field name points into; false where there can be none.
 * @param {Element} form
 * @param {string} name like "items.0.value.shares.2.label"
 */
export function addRow(form, name) {
  const [, value, list, number] = /^(.*\.value)\.(options|shares|parts)\.(\d+)/.exec(name) ?? [];
  const first = form.querySelector(`[name^="${CSS.escape(`${value}.${list}.0`)}"]`);
  const editor = first?.closest("value-editor");
  const fields = first?.closest("fieldset");
  if (!(editor instanceof ValueEditor) || !fields) return false;
  if (fields.querySelectorAll("[data-row]").length > Number(number)) return false;
  editor.addRow(fields);
  return true;
}

customElements.define("value-editor", ValueEditor);
