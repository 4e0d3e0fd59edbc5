/** What the schemas of this room's part of the configuration have in common. */
import { z } from "zod";
import { parseDuration } from "../storage/duration.ts";
import type { Text } from "../storage/locale.ts";

/** YAML reads `severity: 1` as a number and Alertmanager as a text. */
export const scalar = z.preprocess(
  (value) => (typeof value === "number" || typeof value === "boolean" ? String(value) : value),
  z.string(),
);

/** A text that is not empty: the name of something. */
export const named = scalar.refine((text) => text !== "", {
  message: "must not be empty",
  params: { zh: "不能为空" },
});

/** A length of time as Prometheus writes it, in milliseconds. */
export const duration = scalar.transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  complain(context, {
    zh: `'${text}' 不是时长，应像 30s、5m、1h30m 这样写`,
    en: `'${text}' is not a duration such as 30s, 5m or 1h30m`,
  });
  return z.NEVER;
});

/** A length of time that is longer than none, in milliseconds. */
export const positiveDuration = duration.refine((ms) => ms > 0, {
  message: "must be longer than 0",
  params: { zh: "要大于 0" },
});

/** Adds a problem in both languages, at `path` below what is being checked. */
export function complain(
  context: z.RefinementCtx,
  { zh, en }: Text,
  path: readonly PropertyKey[] = [],
): void {
  context.addIssue({ code: "custom", path: [...path], message: en, params: { zh } });
}

/** Refuses two entries of a list with the same name. */
export function distinctNames(all: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  all.forEach(({ name }, i) => {
    if (seen.has(name))
      complain(context, { zh: `'${name}' 已经有了`, en: `'${name}' is there already` }, [i, "name"]);
    seen.add(name);
  });
}
