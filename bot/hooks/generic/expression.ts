/** What stands for a value in a mapping: a path (`$.host`), a template (`{{ $.host }} is down`), or the text itself. */
import { z } from "zod";
import { complain, scalar } from "../../../alerts/config-parts.ts";
import type { Text } from "../../../storage/locale.ts";
import { EACH, follow, type Path, parsePath } from "./path.ts";

/** Texts and paths, in order; a path alone is the commonest. */
export type Expression = readonly (string | Path)[];

/** Where values are looked for: the item, and the body it stands in. */
export interface Scope {
  readonly item: unknown;
  readonly top: unknown;
}

export const expression = scalar.transform((text, context): Expression => {
  const parts = text.startsWith("$")
    ? [parsePath(text)]
    : text
        .split(/\{\{\s*(\$.*?)\s*\}\}/)
        .map((part, i) => (i % 2 === 1 ? parsePath(part) : part))
        .filter((part) => part !== "");
  const made: (string | Path)[] = [];
  for (const part of parts) {
    if (typeof part !== "string" && "why" in part) {
      complain(context, part.why);
      return z.NEVER;
    }
    if (typeof part !== "string" && part.steps.includes(EACH)) {
      complain(context, {
        zh: "[*] 只能用在 alerts 里；这里要指明一个，例如 [0]",
        en: "[*] belongs into alerts only; name one here, such as [0]",
      });
      return z.NEVER;
    }
    made.push(part);
  }
  return made;
});

/** The text that it gives; `undefined` when it is only an optional path that finds nothing. */
export function evaluate(
  given: Expression,
  { item, top }: Scope,
): string | undefined | { readonly why: Text } {
  let text = "";
  for (const part of given) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const found = follow(part.fromTop ? top : item, part.steps);
    if (found === undefined && !part.optional)
      return { why: { zh: `${part.text} 什么也没找到`, en: `${part.text} finds nothing` } };
    if (found === undefined && given.length === 1) return undefined;
    if (found === undefined) continue;
    const written = write(found);
    if (written === undefined)
      return { why: { zh: `${part.text} 嵌套太深`, en: `${part.text} is nested too deeply` } };
    text += written;
  }
  return text;
}

/** A text as it is, anything else as JSON. */
function write(found: unknown): string | undefined {
  if (typeof found === "string") return found;
  try {
    return JSON.stringify(found);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
