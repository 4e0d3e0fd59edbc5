/** Markdown as elements: tokens in, nodes made by hand out. HTML in it is shown as the text it is. */
import { lexer, type Token, type Tokens } from "marked";
import { h } from "./dom.ts";

/** Deeper nesting is shown as text: a hostile text must not exhaust the stack. */
const DEEPEST = 20;

/** The nodes of a text. What the parser cannot take is shown as it stands. */
export function markdown(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  try {
    fragment.append(...nodes(lexer(text, { gfm: true, breaks: true }), 0));
  } catch {
    fragment.replaceChildren(h("p", {}, text));
  }
  return fragment;
}

function nodes(tokens: readonly Token[] | undefined, depth: number): (Node | string)[] {
  return (tokens ?? []).flatMap((token) => (depth > DEEPEST ? [token.raw] : node(token, depth + 1)));
}

function node(token: Token, depth: number): (Node | string)[] {
  const inside = (): (Node | string)[] => nodes((token as Tokens.Generic).tokens, depth);
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "paragraph":
      return [h("p", {}, ...inside())];
    case "heading":
      // The card has the heading; those inside its text rank below it.
      return [h("h4", {}, ...inside())];
    case "blockquote":
      return [h("blockquote", {}, ...inside())];
    case "hr":
      return [h("hr")];
    case "br":
      return [h("br")];
    case "strong":
      return [h("strong", {}, ...inside())];
    case "em":
      return [h("em", {}, ...inside())];
    case "del":
      return [h("del", {}, ...inside())];
    case "codespan":
      return [h("code", {}, token.text)];
    case "code":
      return [h("pre", { tabindex: 0 }, h("code", {}, token.text))];
    case "list":
      return [list(token as Tokens.List, depth)];
    case "table":
      return [table(token as Tokens.Table, depth)];
    case "link":
      return [link(token as Tokens.Link, inside())];
    case "image":
      // Nothing is fetched because a text says so.
      return [token.text === "" ? token.raw : token.text];
    case "escape":
      return [token.text];
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return tokens === undefined ? [text] : nodes(tokens, depth);
    }
    default:
      return [token.raw];
  }
}

function link({ href }: Tokens.Link, inside: readonly (Node | string)[]): Node {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    // A link to anywhere else says its words, and where it wanted to go.
    return h("span", {}, ...inside, ` (${href})`);
  }
  return h("a", { href: url.href, rel: "noopener noreferrer", target: "_blank", title: url.href }, ...inside);
}

function list(token: Tokens.List, depth: number): Node {
  const items = token.items.map((item) => {
    const mark = item.task ? [item.checked === true ? "☑ " : "☐ "] : [];
    return h(
      "li",
      {},
      ...mark,
      ...nodes(
        item.tokens.filter(({ type }) => type !== "checkbox"),
        depth,
      ),
    );
  });
  return token.ordered
    ? h("ol", { start: token.start === "" ? undefined : token.start }, ...items)
    : h("ul", {}, ...items);
}

function table(token: Tokens.Table, depth: number): Node {
  const cells = (row: readonly Tokens.TableCell[], tag: "th" | "td"): Node =>
    h("tr", {}, ...row.map((cell) => h(tag, {}, ...nodes(cell.tokens, depth))));
  return h(
    "div",
    { class: "table", tabindex: 0 },
    h(
      "table",
      {},
      h("thead", {}, cells(token.header, "th")),
      h("tbody", {}, ...token.rows.map((row) => cells(row, "td"))),
    ),
  );
}
