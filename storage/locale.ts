/** The languages Gengfu speaks. Every text for people exists in both. */
export type Locale = "zh-CN" | "en";

/** One text in both languages. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** Picks the side of a text that `locale` names. */
export function inLocale(locale: Locale, text: Text): string {
  return locale === "zh-CN" ? text.zh : text.en;
}
