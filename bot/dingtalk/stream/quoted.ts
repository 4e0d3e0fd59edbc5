/**
 * The text of a message that somebody answers to. DingTalk has no one shape for it: seen are `content.content` (text),
 * `content.text` (markdown), `content.richText[].content`, `content.summary` (forwarded chats), a tree of
 * `content.cardContent` with `{ elementType, value, children }` (cards), JSON in a string, and nothing at all. So every
 * text is taken, wherever it stands.
 */

const TEXT_KEYS = new Set(["content", "text", "title", "summary", "markdown", "recognition", "value"]);
/** What may hold more of it; ids, links and codes are not looked at. */
const DEEPEST = 12;
const MOST_NODES = 500;
const MOST_CHARACTERS = 2_000;

/** All the text in it, a line per piece; undefined when there is none. */
export function textWithin(replied: unknown): string | undefined {
  const pieces: string[] = [];
  let nodes = 0;
  let size = 0;

  function take(text: string): void {
    const line = text.trim();
    // A card often says its title twice.
    if (line === "" || size >= MOST_CHARACTERS || pieces.includes(line)) return;
    pieces.push(line.slice(0, MOST_CHARACTERS - size));
    size += line.length;
  }

  function walk(value: unknown, key: string, depth: number): void {
    if (++nodes > MOST_NODES || depth > DEEPEST || size >= MOST_CHARACTERS) return;
    if (typeof value === "string") {
      const inner = jsonIn(value);
      if (inner !== undefined) walk(inner, key, depth + 1);
      else if (TEXT_KEYS.has(key)) take(value);
    } else if (Array.isArray(value)) {
      for (const one of value.slice(0, MOST_NODES)) walk(one, key, depth + 1);
    } else if (typeof value === "object" && value !== null) {
      const fields = value as Readonly<Record<string, unknown>>;
      for (const name of Object.keys(fields).slice(0, MOST_NODES)) {
        // In a card's tree `value` is an address of a picture as often as a text.
        if (name === "value" && fields["elementType"] !== "TEXT") continue;
        walk(fields[name], name, depth + 1);
      }
    }
  }

  walk(replied, "", 0);
  return pieces.length === 0 ? undefined : pieces.join("\n");
}

function jsonIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}
