// <value-editor>: the fields of the chosen kind of value, rows that come and go, and the sum while one types.

class ValueEditor extends HTMLElement {
  connectedCallback() {
    this.touched = this.hasAttribute("data-offered");
    this.addEventListener("input", (event) => this.changed(/** @type {HTMLElement} */ (event.target)));
    this.addEventListener("click", (event) => this.pressed(/** @type {HTMLElement} */ (event.target)));
    this.show();
  }

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
    if (field instanceof HTMLSelectElement && field.dataset.duration && field.value) {
      const iso = this.querySelector(`[name="${CSS.escape(field.dataset.duration)}"]`);
      if (iso instanceof HTMLInputElement) iso.value = field.value;
    }
    this.show();
  }

  /** @param {HTMLElement} button */
  pressed(button) {
    const fields = button.closest("fieldset");
    if (!fields) return;
    const rows = fields.querySelectorAll("[data-row]");
    if (button.matches("[data-adds-row]")) {
      const row = /** @type {HTMLElement} */ (rows[rows.length - 1]?.cloneNode(true));
      for (const input of row.querySelectorAll("input")) {
        if (input.type === "radio") input.checked = false;
        input.value = "";
      }
      rows[rows.length - 1]?.after(row);
    } else if (button.matches("[data-drops-row]") && rows.length > 1) {
      button.closest("[data-row]")?.remove();
    } else return;
    this.touched = true;
    for (const [place, row] of fields.querySelectorAll("[data-row]").entries()) {
      for (const input of row.querySelectorAll("input")) input.name = input.name.replace(/\.\d+(\.\w+)?$/, `.${place}$1`);
    }
    this.sum();
  }

  sum() {
    const told = this.querySelector("fieldset:not([hidden]) [data-sum]");
    const fields = told?.closest("fieldset");
    if (!told || !fields) return;
    const numbers = [...fields.querySelectorAll('[data-row] [inputmode="decimal"]')].map((each) =>
      Number(/** @type {HTMLInputElement} */ (each).value || 0),
    );
    const sum = numbers.reduce((total, each) => total + each, 0);
    const whole = told.getAttribute("data-sum") === "100" ? "100" : "the total";
    told.textContent = `${Number(sum.toFixed(6))} so far; together they are ${whole}`;
  }
}

customElements.define("value-editor", ValueEditor);
