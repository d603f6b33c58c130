// Reads the command that a form describes.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/**
 * The command of a form: names are paths ("items.0.text"); empty optional fields are left out, but for those whose
 * data-kind is "text", where empty is a value.
 * @param {HTMLFormElement} form
 */
export function commandOf(form) {
  return { type: form.dataset.command ?? "", ...fieldsOf(form) };
}

/**
 * What the fields of a form say.
 * @param {HTMLFormElement} form
 * @returns {Record<string, unknown>}
 */
export function fieldsOf(form) {
  /** @type {Record<string, unknown>} */
  const said = {};
  /** @type {NodeListOf<Field>} */
  const fields = form.querySelectorAll("[name]");
  for (const field of fields) {
    if (!isLeftOut(field)) place(said, field.name.split("."), readValue(field));
  }
  return compact(said);
}

/** @param {Field} field */
function isLeftOut(field) {
  if (field.matches(":disabled") || field.closest("[data-raw]")) return true;
  if (field.closest("[data-optional]")?.querySelector("[data-includes]:not(:checked)")) return true;
  if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio") && !field.checked) {
    return true;
  }
  const editor = /** @type {{ sends?: boolean } | null} */ (/** @type {unknown} */ (field.closest("value-editor")));
  if (editor && !editor.sends) return true;
  if (field.hasAttribute("data-only-changed") && "defaultValue" in field && field.value === field.defaultValue) return true;
  return field.value === "" && field.dataset.kind !== "text";
}

/**
 * Lists without the places that were left out, so that rows and items may be taken away.
 * @template T
 * @param {T} value
 * @returns {T}
 */
function compact(value) {
  if (Array.isArray(value)) return /** @type {any} */ (value.filter((each) => each !== undefined).map(compact));
  if (value === null || typeof value !== "object") return value;
  return /** @type {any} */ (Object.fromEntries(Object.entries(value).map(([key, each]) => [key, compact(each)])));
}

/** @param {Field} field */
function readValue(field) {
  if (field instanceof HTMLSelectElement && field.multiple) return [...field.selectedOptions].map((each) => each.value);
  if (field.dataset.kind === "number") return Number(field.value);
  if (field.dataset.kind === "json") return JSON.parse(field.value);
  if (field.dataset.kind === "flag") return field.value === "true";
  if (field.dataset.kind === "place") return field.value === "null" ? null : field.value;
  return field.value;
}

/**
 * @param {any} within an object or list, filled along the path
 * @param {string[]} path
 * @param {unknown} value
 */
function place(within, [part = "", ...rest], value) {
  if (rest.length === 0) {
    within[part] = value;
    return;
  }
  within[part] ??= /^\d+$/.test(rest[0] ?? "") ? [] : {};
  place(within[part], rest, value);
}
