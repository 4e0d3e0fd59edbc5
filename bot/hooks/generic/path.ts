/** Paths into JSON as `$.alerts[*].host["name"]` writes them: a small part of JSONPath (RFC 9535). Pure. */
import type { Text } from "../../../storage/locale.ts";
import { own } from "../json.ts";

/** A key, a place in a list, or `*` for all of a list. */
export type Step = string | number | typeof EACH;
export const EACH = Symbol("*");

export interface Path {
  /** As it was written; what errors name. */
  readonly text: string;
  /** `$$`: from the top of the body, also within a list. */
  readonly fromTop: boolean;
  /** `?` at the end: it may find nothing. */
  readonly optional: boolean;
  readonly steps: readonly Step[];
}

const STEP =
  /\.([\p{L}_][\p{L}\p{N}_-]*)|\[(\d{1,6})\]|\[(\*)\]|\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]/uy;

/** Reads a path, or says why it is none. */
export function parsePath(text: string): Path | { readonly why: Text } {
  const optional = text.endsWith("?");
  const body = optional ? text.slice(0, -1) : text;
  const start = body.startsWith("$$") ? 2 : body.startsWith("$") ? 1 : 0;
  const steps: Step[] = [];
  STEP.lastIndex = start;
  let end = start;
  for (let found = STEP.exec(body); found !== null; found = STEP.exec(body)) {
    const [, name, place, each, double, single] = found;
    const quoted = double ?? single;
    if (each !== undefined) steps.push(EACH);
    else if (place !== undefined) steps.push(Number(place));
    else steps.push(name ?? quoted?.replace(/\\(.)/g, "$1") ?? "");
    end = STEP.lastIndex;
  }
  if (start > 0 && end === body.length) return { text, fromTop: start === 2, optional, steps };
  return {
    why: {
      zh: `'${text}' 不是路径，应像 $.alerts[0].name、$["a b"] 这样写（第 ${end + 1} 个字符起读不懂）`,
      en: `'${text}' is no path such as $.alerts[0].name or $["a b"]; not understood from character ${end + 1} on`,
    },
  };
}

/** What a path leads to; `undefined` when it leads nowhere. null is nowhere, too. */
export function follow(value: unknown, steps: readonly Step[]): unknown {
  let at = value;
  for (const [i, step] of steps.entries()) {
    if (step === EACH) {
      if (!Array.isArray(at)) return undefined;
      const rest = steps.slice(i + 1);
      return at.flatMap((one) => {
        const found = follow(one, rest);
        // A further `*` has given a list; all of them are one list.
        return rest.includes(EACH) && Array.isArray(found) ? found : found === undefined ? [] : [found];
      });
    }
    at = typeof step === "number" ? (Array.isArray(at) ? at[step] : undefined) : own(at, step);
    if (at === undefined || at === null) return undefined;
  }
  return at ?? undefined;
}

/** Makes a body in which a path finds `value`; what another path has put there already stays. */
export function put(root: unknown, steps: readonly Step[], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return typeof root === "object" && root !== null ? root : value;
  if (typeof step === "string") {
    const object = typeof root === "object" && root !== null && !Array.isArray(root) ? root : {};
    return { ...object, [step]: put(own(object, step), rest, value) };
  }
  const list: unknown[] = Array.isArray(root) ? [...root] : [];
  const place = typeof step === "number" ? step : 0;
  while (list.length <= Math.min(place, 100)) list.push(null);
  list[place] = put(list[place] ?? undefined, rest, value);
  return list;
}
