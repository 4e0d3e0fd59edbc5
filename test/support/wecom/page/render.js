// What was sent, as elements made by hand: whatever it says stays text.
import { h } from "./element.js";

/** The blocks of a message, as the fake read them for its door. @param {any[]} blocks */
export function blocks(blocks) {
  const fragment = document.createDocumentFragment();
  /** @type {HTMLElement | undefined} */
  let table;
  for (const block of blocks) {
    if (block.kind !== "row") table = undefined;
    if (block.kind === "row") {
      if (table === undefined) {
        table = h("table");
        fragment.append(table);
      }
      table.append(h("tr", {}, ...block.cells.map((cell) => h("td", {}, ...spans(cell)))));
    } else fragment.append(drawBlock(block));
  }
  return fragment;
}

/** @param {any} block */
function drawBlock(block) {
  const inside = spans(block.spans);
  if (block.kind === "heading") return h(`h${Math.min(6, block.level + 2)}`, {}, ...inside);
  if (block.kind === "quote") return h("blockquote", {}, ...inside);
  if (block.kind === "code") return h("pre", {}, ...inside);
  if (block.kind === "rule") return h("hr");
  if (block.kind === "item") return h("p", { class: `item-${Math.min(3, block.level)}` }, "• ", ...inside);
  return h("p", inside.length === 0 ? { class: "gap" } : {}, ...inside);
}

/** @param {any[]} list @returns {(Node | string)[]} */
function spans(list) {
  return list.map((span) => {
    if (span.link !== undefined) return h("span", { class: "link", title: span.link }, span.text);
    if (span.picture !== undefined) return h("code", { title: span.picture }, span.text);
    /** @type {Node | string} */
    let node = span.text;
    if (span.code) node = h("code", {}, node);
    if (span.bold) node = h("strong", {}, node);
    if (span.italic) node = h("em", {}, node);
    return span.color === undefined ? node : h("span", { class: `font-${span.color}` }, node);
  });
}

/**
 * A template card, with its buttons. `press` gets the key, and what is chosen on the card.
 * @param {any} card @param {(key: string, selected: object[]) => void} press
 */
export function templateCard(card, press) {
  const line = (name, text) => (text === "" ? "" : h("p", { class: name }, text));
  const chosen = new Map(card.choices.map(({ question }) => [question, []]));
  const send = (key) =>
    press(
      key,
      [...chosen].map(([question, options]) => ({ question, options })),
    );
  return h(
    "div",
    { class: "template-card" },
    line("card-source", card.source),
    line("card-title", card.title),
    line("card-desc", card.desc),
    line("card-emphasis", card.emphasis),
    line("card-quote", card.quote),
    line("card-sub", card.subTitle),
    card.fields.length === 0 ? "" : h("dl", { class: "card-fields" }, ...card.fields.flatMap(field)),
    ...card.choices.map((one) => choice(one, (options) => chosen.set(one.question, options))),
    ...card.links.map(({ name, url }) => h("p", { class: "card-jump", title: url ?? "" }, `${name} ›`)),
    buttons(card.buttons, "buttons", send),
    buttons(card.menu, "buttons card-menu", send),
    card.url === undefined ? "" : h("p", { class: "card-link", title: card.url }, "查看详情 · details ›"),
  );
}

/** @param {any} one */
function field({ name, value, url }) {
  return [h("dt", {}, name), h("dd", url === undefined ? {} : { class: "link", title: url }, value)];
}

/** @param {any[]} list @param {string} name @param {(key: string) => void} send */
function buttons(list, name, send) {
  if (list.length === 0) return "";
  return h(
    "div",
    { class: name },
    ...list.map(({ text, key, style, url }) =>
      h(
        "button",
        {
          type: "button",
          class: `style-${style}`,
          disabled: key === undefined,
          title: key ?? url ?? "",
          click: () => send(key),
        },
        text,
      ),
    ),
  );
}

/** @param {any} question @param {(options: string[]) => void} choose */
function choice({ title, question, many, options }, choose) {
  const chosen = new Set();
  return h(
    "fieldset",
    {},
    h("legend", {}, title),
    ...options.map(({ id, text }) =>
      h(
        "label",
        {},
        h("input", {
          type: many ? "checkbox" : "radio",
          name: question,
          change: (event) => {
            if (!many) chosen.clear();
            if (event.target.checked) chosen.add(id);
            else chosen.delete(id);
            choose([...chosen]);
          },
        }),
        text,
      ),
    ),
  );
}
