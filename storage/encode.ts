/**
 * Documents as text. JSON has no NaN and no infinities, and PromQL's values do; writing them as `null` would
 * make a document that cannot be read back. They become strings that start with U+0000, and a string that
 * really starts with U+0000 gets another one in front.
 */
const MARK = "\u0000";

/** Writes a plain value on one line; throws a TypeError for what JSON would silently drop or cannot hold. */
export function encode(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a document cannot be ${typeof value}`);
  // A replacer makes stringify several times slower, and hardly any document needs one.
  return text.includes("null") || text.includes("\\u0000") ? JSON.stringify(value, mark) : text;
}

/** Reads what `encode` wrote. */
export function decodeText(text: string): unknown {
  return text.includes("\\u0000") ? JSON.parse(text, unmark) : JSON.parse(text);
}

function mark(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return `${MARK}${value}`;
  if (typeof value === "string" && value.startsWith(MARK)) return `${MARK}${value}`;
  if (Array.isArray(this) && (value === undefined || typeof value === "function"))
    throw new TypeError(`a list in a document cannot hold ${typeof value}`);
  return value;
}

function unmark(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith(MARK)) return value;
  const rest = value.slice(1);
  return rest.startsWith(MARK) ? rest : Number(rest);
}
