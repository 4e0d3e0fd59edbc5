/**
 * The XML of a callback: elements without attributes, text, CDATA. Nothing that XML can do besides is understood: no
 * document types, no entities but the five, no instructions. Pure.
 */

/** The text of every element right below the root, by its name; undefined when it is not that kind of XML. */
export type XmlFields = ReadonlyMap<string, string>;

const LONGEST = 64 * 1_024;
const MOST_ELEMENTS = 500;
const DEEPEST = 8;

const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z]\w{0,63})\s*(\/?)>|([^<]+)/y;

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Reads `<xml>…</xml>`. What stands deeper is passed over. Two elements of one name right below the root are refused. */
export function readXml(xml: string): XmlFields | undefined {
  if (xml.length > LONGEST) return undefined;
  const source = xml.trim();
  const fields = new Map<string, string>();
  const open: string[] = [];
  const token = new RegExp(TOKEN);
  let elements = 0;
  let closed = false;
  while (token.lastIndex < source.length) {
    const found = token.exec(source);
    if (found === null || closed) return undefined;
    const [, data, slash, name, empty, text] = found;
    if (name !== undefined && slash === "/") {
      if (empty === "/" || open.pop() !== name) return undefined;
      closed = open.length === 0;
    } else if (name !== undefined) {
      if (++elements > MOST_ELEMENTS || open.length === DEEPEST) return undefined;
      if (open.length === 0 && (name !== "xml" || empty === "/")) return undefined;
      if (open.length === 1) {
        if (fields.has(name)) return undefined;
        fields.set(name, "");
      }
      if (empty !== "/") open.push(name);
    } else {
      if (open.length === 0) return undefined;
      const [, field] = open;
      if (open.length === 2 && field !== undefined)
        fields.set(field, (fields.get(field) ?? "") + (data ?? decoded(text ?? "")));
    }
  }
  return closed ? fields : undefined;
}

/** What is no entity of the five stays as it is. */
function decoded(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
