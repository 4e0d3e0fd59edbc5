/** What is wrong with matchers that somebody wrote. */
import type { Text } from "./locale.ts";

/** Says what could not be read in a text of matchers, where, and in both languages; `message` is the English. */
export class MatcherError extends Error {
  /** Index into the text that was read, in UTF-16 units; 0 when there was no text, only a matcher. */
  readonly offset: number;
  readonly text: Text;

  constructor(offset: number, text: Text) {
    super(text.en);
    this.name = "MatcherError";
    this.offset = offset;
    this.text = text;
  }
}
