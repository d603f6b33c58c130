// Reads the command that a form describes.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/**
 * The command of a form: names are paths ("items.0.text"); empty optional fields are left out, but for those whose
 * data-kind is "text", where empty is a value.
 * @param {HTMLFormElement} form
 */
export function commandOf(form) {
  /** @type {{ type: string } & Record<string, unknown>} */
  const command = { type: form.dataset.command ?? "" };
  /** @type {NodeListOf<Field>} */
  const fields = form.querySelectorAll("[name]");
  for (const field of fields) {
    if (field.value === "" && field.dataset.kind !== "text") continue;
    place(command, field.name.split("."), readValue(field));
  }
  return command;
}

/** @param {Field} field */
function readValue(field) {
  if (field.dataset.kind === "number") return Number(field.value);
  if (field.dataset.kind === "flag") return field.value === "true";
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
