/** `{{number}}` and its like in what a file says: which words there are, and how they are put in. */
import type { Text } from "../../storage/locale.ts";

/** What may stand in a template. All of it is plain text. */
const PLACEHOLDERS = [
  // `13800138000`, and `+8613800138000`.
  "phone",
  "e164",
  // The whole message; `12`; what is wrong, with where and without; how much; `严重`; how many were held back.
  "text",
  "number",
  "title",
  "name",
  "where",
  "value",
  "severity",
  "more",
  // The same when the same is tried again.
  "id",
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

export type Values = Readonly<Record<Placeholder, string>>;

const WORD = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** What is wrong with a template; undefined when nothing is. */
export function templateProblem(template: string): Text | undefined {
  for (const [, word = ""] of template.matchAll(WORD))
    if (!isPlaceholder(word))
      return {
        zh: `没有 {{${word}}}；有 ${PLACEHOLDERS.join("、")}`,
        en: `there is no {{${word}}}; there are ${PLACEHOLDERS.join(", ")}`,
      };
  return undefined;
}

/** Puts the values in, each as `write` has it. */
export function fill(
  template: string,
  values: Values,
  write: (text: string) => string = (text) => text,
): string {
  return template.replace(WORD, (whole, word: string) => (isPlaceholder(word) ? write(values[word]) : whole));
}

function isPlaceholder(word: string): word is Placeholder {
  return PLACEHOLDERS.some((one) => one === word);
}
