// <value-editor>: the fields of the chosen kind of value, rows that come and go, and the sum while one types.

class ValueEditor extends HTMLElement {
  isReady = false;

  connectedCallback() {
    if (this.isReady) return; // it was moved
    this.isReady = true;
    this.touched = this.hasAttribute("data-offered");
    this.addEventListener("input", (event) => this.changed(/** @type {HTMLElement} */ (event.target)));
    this.addEventListener("click", (event) => this.pressed(/** @type {HTMLElement} */ (event.target)));
    this.show();
  }

  connectedMoveCallback() {}

  /** Whether the value is part of what is proposed. */
  get sends() {
    return this.touched && this.kind !== "";
  }

  get kind() {
    return /** @type {HTMLSelectElement | null} */ (this.querySelector("[data-picks]"))?.value ?? "";
  }

  show() {
    for (const fields of this.querySelectorAll("fieldset[data-of]")) {
      const chosen = fields.getAttribute("data-of") === this.kind;
      fields.toggleAttribute("hidden", !chosen);
      fields.toggleAttribute("disabled", !chosen);
    }
    this.sum();
  }

  /** @param {HTMLElement} field */
  changed(field) {
    this.touched = true;
    if (field.hasAttribute("data-option")) {
      const chooses = field.closest("[data-row]")?.querySelector("[data-chooses]");
      if (chooses instanceof HTMLInputElement && field instanceof HTMLInputElement) chooses.value = field.value;
    }
    if (field.matches("[data-counts], [data-units]")) this.writeDuration();
    this.show();
  }

  /** A number of days, weeks, months or years as ISO 8601 writes it. */
  writeDuration() {
    const count = this.querySelector("[data-counts]");
    const unit = this.querySelector("[data-units]");
    const iso = this.querySelector('[name$=".iso"]');
    if (!(count instanceof HTMLInputElement && unit instanceof HTMLSelectElement && iso instanceof HTMLInputElement)) return;
    if (count.value) iso.value = `P${count.value}${unit.value}`;
  }

  /** @param {HTMLElement} button */
  pressed(button) {
    const fields = button.closest("fieldset");
    if (!fields) return;
    if (button.matches("[data-adds-row]")) this.addRow(fields);
    else if (button.matches("[data-drops-row]") && fields.querySelectorAll("[data-row]").length > 1) {
      button.closest("[data-row]")?.remove();
      this.number(fields);
    }
  }

  /** @param {Element} fields those of one kind */
  addRow(fields) {
    const last = [...fields.querySelectorAll("[data-row]")].at(-1);
    const row = /** @type {HTMLElement | undefined} */ (last?.cloneNode(true));
    if (!last || !row) return;
    for (const input of row.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = false;
      input.value = "";
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
    this.sum();
  }

  sum() {
    const told = this.querySelector("fieldset[data-of]:not([hidden]) [data-sum]");
    const fields = told?.closest("fieldset");
    if (!told || !fields) return;
    const numbers = [...fields.querySelectorAll('[data-row] [inputmode="decimal"]')].map((each) =>
      Number(/** @type {HTMLInputElement} */ (each).value.replace(",", ".") || 0),
    );
    const sum = numbers.reduce((total, each) => total + each, 0);
    const whole = told.getAttribute("data-sum") === "100" ? "100" : "the total";
    told.textContent = `${Number(sum.toFixed(6))} so far; together they are ${whole}`;
  }
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
