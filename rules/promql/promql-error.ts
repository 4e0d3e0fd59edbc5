/** What is wrong with a PromQL expression, and where. */
import type { Text } from "../../storage/locale.ts";
import type { Place } from "./ast.ts";

/** An expression cannot be read or evaluated; `message` is the English of `text`. */
export class PromqlError extends Error {
  readonly text: Text;
  /** The place in the expression, in UTF-16 units; `to` is just past its last character. */
  readonly from: number;
  readonly to: number;

  constructor(place: Place, text: Text) {
    super(text.en);
    this.name = "PromqlError";
    this.text = text;
    this.from = place.from;
    this.to = place.to;
  }
}

/** Throws; as an expression, so that it can stand where a value is expected. */
export function fail(place: Place, zh: string, en: string): never {
  throw new PromqlError(place, { zh, en });
}

/** Shortens a piece of an expression for a message. */
export function quoted(piece: string): string {
  return piece.length > 60 ? `${piece.slice(0, 57)}...` : piece;
}
