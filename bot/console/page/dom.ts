/** Makes elements by hand: whatever comes from outside ends in a text node, never in markup. */

/** Attributes by name; `undefined` and `false` leave one out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
export type Child = Node | string | undefined;

/** An HTML element with attributes and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

/** The element of the document with this id, which must be a `type`. */
export function byId<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

/** Text on one line without control characters and without marks that turn the direction of writing around it. */
export function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");
}

/** An element that is drawn for a key, and what it was drawn from. */
const drawn = new WeakMap<Element, { key: string; from: string }>();

/**
 * Brings the children of `parent` in line with `items`: what did not change keeps its element (and with it focus
 * and selection), the rest is drawn anew.
 */
export function keyed<T>(
  parent: Element,
  items: readonly T[],
  key: (item: T) => string,
  draw: (item: T) => Element,
): void {
  const old = new Map<string, Element>();
  for (const child of [...parent.children]) {
    const known = drawn.get(child);
    if (known === undefined) child.remove();
    else old.set(known.key, child);
  }
  let place: Element | null = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const from = JSON.stringify(item);
    let element = old.get(name);
    old.delete(name);
    if (element === undefined || drawn.get(element)?.from !== from) {
      const fresh = draw(item);
      drawn.set(fresh, { key: name, from });
      if (element === place && element !== undefined) place = element.nextElementSibling;
      element?.remove();
      element = fresh;
    }
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const left of old.values()) left.remove();
}
