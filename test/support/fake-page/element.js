// An element made by hand: whatever was sent stays text.

/**
 * An element. Attributes are set as they are; children are nodes or plain text.
 * @param {string} name @param {Record<string, unknown>} attributes @param {...(Node | string)} children
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, /** @type {EventListener} */ (value));
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}
