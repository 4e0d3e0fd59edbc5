import { inLocale } from "../storage/locale.ts";
import type { Call } from "./command.ts";

/** How many lines a list shows; a chat is no place for more. */
const SHOWN = 30;

/** A markdown list of the first few, and how many more there are. Only what is shown is put into words. */
export function listed<T>(all: readonly T[], call: Call, line: (item: T) => string): string {
  const lines = all.slice(0, SHOWN).map((item) => `- ${line(item)}`);
  const rest = all.length - lines.length;
  if (rest > 0)
    lines.push(`- ${inLocale(call.locale, { zh: `……还有 ${rest} 个`, en: `… and ${rest} more` })}`);
  return lines.join("\n");
}
