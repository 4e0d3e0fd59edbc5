// The little markdown that DingTalk's plain messages know, as elements made by hand: whatever was sent stays text.
import { h } from "./element.js";

const INLINE =
  /!\[([^\]\n]*)\]\(([^)\s]+)\)|\[([^\]\n]+)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|\*([^*\n]+)\*|<font color=["']?(#[0-9a-fA-F]{3,8})["']?>(.*?)<\/font>|\\([\\`*_{}[\]()#+\-.!<>@&|~])/g;

/**
 * One line. `press` is called with the label of a link.
 * @param {string} text @param {(label: string) => void} press @returns {(Node | string)[]}
 */
function inline(text, press) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, alt, source, label, , strong, emphasis, color, coloured, escaped] = found;
    nodes.push(spaces(text.slice(from, found.index)));
    from = found.index + whole.length;
    if (source !== undefined) nodes.push(picture(source, alt ?? ""));
    else if (label !== undefined)
      nodes.push(h("button", { type: "button", class: "link", click: () => press(label) }, label));
    else if (strong !== undefined) nodes.push(h("strong", {}, ...inline(strong, press)));
    else if (emphasis !== undefined) nodes.push(h("em", {}, ...inline(emphasis, press)));
    else if (color !== undefined) {
      const font = h("span", {}, ...inline(coloured ?? "", press));
      font.style.color = color;
      nodes.push(font);
    } else nodes.push(escaped ?? "");
  }
  nodes.push(spaces(text.slice(from)));
  return nodes;
}

/** @param {string} text */
function spaces(text) {
  return text
    .replaceAll("&nbsp;", "\u00a0")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** A picture that was uploaded here; any other address is shown and not fetched. @param {string} source @param {string} alt */
export function picture(source, alt) {
  if (!source.startsWith("@")) return h("code", {}, `[图片 ${alt}] ${source}`);
  return h("img", { src: `/fake/media/${encodeURIComponent(source)}`, alt });
}

/**
 * Markdown as DingTalk shows it: a single line break is folded, two spaces around it or a blank line keep it.
 * @param {string} text @param {(label: string) => void} press
 */
export function markdown(text, press) {
  const fragment = document.createDocumentFragment();
  /** @type {HTMLElement | undefined} */
  let list;
  for (const block of text.split(/\n\s*\n/)) {
    list = undefined;
    /** @type {HTMLElement | undefined} */
    let paragraph;
    for (const line of block.split("\n")) {
      const heading = /^\s*(#{1,6})\s+(.*)$/.exec(line);
      const quote = /^\s*>\s?(.*)$/.exec(line);
      const item = /^\s*(?:[-*+]|\d+\.)\s+(.*)$/.exec(line);
      if (heading !== null) {
        fragment.append(
          h(`h${Math.min(6, (heading[1] ?? "").length + 2)}`, {}, ...inline(heading[2] ?? "", press)),
        );
        paragraph = list = undefined;
      } else if (quote !== null) {
        fragment.append(h("blockquote", {}, ...inline(quote[1] ?? "", press)));
        paragraph = list = undefined;
      } else if (item !== null) {
        if (list === undefined) {
          list = h(/^\s*\d/.test(line) ? "ol" : "ul");
          fragment.append(list);
        }
        list.append(h("li", {}, ...inline(item[1] ?? "", press)));
        paragraph = undefined;
      } else if (/^\s*(?:-{3,}|\*{3,})\s*$/.test(line)) {
        fragment.append(h("hr"));
        paragraph = list = undefined;
      } else if (line.trim() !== "") {
        if (paragraph === undefined) {
          paragraph = h("p");
          fragment.append(paragraph);
        } else paragraph.append(paragraph.dataset["breaks"] === "yes" ? h("br") : " ");
        paragraph.append(...inline(line.trim(), press));
        paragraph.dataset["breaks"] = / {2}$/.test(line) ? "yes" : "no";
        list = undefined;
      }
    }
  }
  return fragment;
}
