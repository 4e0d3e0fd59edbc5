import type { Plugin } from "rolldown";
import { parseAst } from "rolldown/parseAst";
import { Visitor } from "rolldown/utils";

/**
 * Puts the script into ASCII. V8 keeps the text of a script as long as it runs, and takes two bytes for each of its
 * letters as soon as one lies beyond Latin-1: written as an escape, a Chinese letter costs six and all others one.
 */
export function inAscii(): Plugin {
  return {
    name: "in-ascii",
    // Lines stay where they are, so that the map is right but for the columns of these.
    transform: {
      filter: { code: "String.raw`" },
      handler: (code) => ({ code: withoutRawTemplates(code), map: null }),
    },
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) if (file.type === "chunk") file.code = escaped(file.code);
    },
  };
}

/** `String.raw` takes an escape by its letters, so that its parts are handed to it as strings. */
export function withoutRawTemplates(code: string): string {
  const edits: { from: number; to: number; text: string }[] = [];
  new Visitor({
    TaggedTemplateExpression({ start, end, quasi: { quasis, expressions } }) {
      if (!code.startsWith("String.raw`", start)) return;
      const raw = JSON.stringify(quasis.map(({ value }) => value.raw));
      // Only what lies around the expressions: within one there may be another template.
      const begins = [...expressions.map((value) => value.start), end];
      const ends = [start, ...expressions.map((value) => value.end)];
      for (const [i, from] of ends.entries()) {
        const opened = i === 0 ? `String.raw({ raw: ${raw} }` : ")";
        edits.push({ from, to: begins[i] ?? end, text: opened + (i < expressions.length ? ", (" : ")") });
      }
    },
  }).visit(parseAst(code, { lang: "ts" }));
  return edits
    .sort((one, other) => other.from - one.from)
    .reduce((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), code);
}

/** Every letter beyond ASCII as an escape; throws where that would mean something else. */
export function escaped(code: string): string {
  const wrong = /(?<!\\)(?:\\\\)*\\([^\0-\x7f])/.exec(code)?.[1];
  if (wrong !== undefined)
    throw new Error(`a backslash before ${wrong}: it means nothing there, leave it out`);
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
