import { escapeMarkdown, nameOf, plain } from "../alerts/words.ts";
import type { Text } from "../storage/locale.ts";

/** What a number of an incident is called when it is missing. */
export const alertNumber: Text = { zh: "告警（编号）", en: "incident (its number)" };

/** What a person or a machine wrote, on one line, as text inside markdown. */
export function quoted(text: string, most = 200): string {
  return escapeMarkdown(plain(text, most));
}

/** A person's name inside markdown. */
export function named(person: string): string {
  return escapeMarkdown(nameOf(person));
}
