/** A card below its headline, for products whose messages are one text: its words, then its fields, a line each. */
import type { Card } from "../../../alerts/card.ts";
import { inLocale, type Locale } from "../../../storage/locale.ts";
import { bodyLines, moreLines } from "../../chat/card-lines.ts";
import { type Dialect, fitted, type Line } from "../../chat/lines.ts";

/** At most `most` as `measure` counts; what is too long is cut at the end of a line. */
export function contentOf(
  card: Card,
  dialect: Dialect,
  {
    most,
    measure,
    locale,
  }: { readonly most: number; measure(text: string): number; readonly locale: Locale },
): string {
  const colon = inLocale(locale, { zh: "：", en: ": " });
  const field = (name: string, value: string): Line => ({
    kind: "text",
    mark: "",
    text: `${dialect.bold(dialect.escape(name, true))}${colon}${dialect.escape(value, false)}`,
    words: `${name}${colon}${value}`,
  });
  return fitted(bodyLines(card, dialect, field), dialect, {
    most,
    measure,
    more: moreLines(locale, dialect),
  });
}
