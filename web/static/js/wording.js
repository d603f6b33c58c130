// What the scripts say: each sentence goes through here, and stands in the catalogue beside those of the pages.

/** Sentences in the language of the page, by the English one; none where the page has none. @type {Record<string, string>} */
const known = JSON.parse(document.getElementById("sentences")?.textContent || "{}");

/**
 * A sentence in the language of the page.
 * @param {string} message
 * @param {Record<string, unknown>} [named] what stands in its %(…)s
 */
export function gettext(message, named = {}) {
  return (known[message] ?? message).replace(/%\((\w+)\)s/g, (whole, name) => String(named[name] ?? whole));
}
