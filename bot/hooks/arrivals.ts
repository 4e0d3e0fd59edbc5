/** The last bodies that came in at each door, and what became of each: in memory, for whoever sets a sender up. */

import { StringDecoder } from "node:string_decoder";

/** What is remembered of a request. */
export interface Arrival {
  readonly at: number;
  /** Of the answer. */
  readonly status: number;
  /** Of the body, in bytes. */
  readonly size: number;
  readonly accepted: number;
  readonly refused: readonly { readonly index: number; readonly error: string }[];
  /** Why none of it was taken; "" when it was. */
  readonly error: string;
}

export interface Arrivals {
  /** Remembers a request at a door: the name of a hook, or the path of a door without one. Of the body, `beginningOf`. */
  note(door: string, arrival: Arrival, body: string | Buffer): void;
  /** The last ones, the youngest first; `secrets` are made unreadable in bodies. */
  of(door: string, secrets: readonly string[]): readonly (Arrival & { readonly body: string })[];
}

const KEPT = 10;
const SHOWN_REFUSALS = 20;
/** Of a body so much is shown, in UTF-16 units. */
const SHOWN = 4_096;
/** So much more is kept, so that a secret across the end is still seen to be one. */
const MARGIN = 1_024;
/** In UTF-8, for one UTF-16 unit; in bytes. */
const LONGEST_CHARACTER = 3;

/** What is remembered of a body. A copy: a slice would keep all of it in memory. */
export function beginningOf(body: string | Buffer): Buffer {
  if (typeof body === "string") return Buffer.from(body.slice(0, SHOWN + MARGIN));
  return Buffer.from(body.subarray(0, (SHOWN + MARGIN) * LONGEST_CHARACTER));
}

export function openArrivals(): Arrivals {
  const doors = new Map<string, { readonly arrival: Arrival; readonly body: Buffer }[]>();
  return {
    note(door, arrival, body) {
      const kept = doors.get(door) ?? [];
      doors.set(door, kept);
      kept.unshift({
        arrival: { ...arrival, refused: arrival.refused.slice(0, SHOWN_REFUSALS) },
        body: typeof body === "string" ? beginningOf(body) : body,
      });
      kept.length = Math.min(kept.length, KEPT);
    },
    of: (door, secrets) =>
      (doors.get(door) ?? []).map(({ arrival, body }) => ({
        ...arrival,
        // A character that was cut in two is left out.
        body: masked(new StringDecoder("utf8").write(body), secrets).slice(0, SHOWN),
      })),
  };
}

const SECRET_VALUE =
  /("[^"\\]{0,64}(?:password|passwd|secret|token|authorization|api_?key|access_?key|credential)[^"\\]{0,64}"\s*:\s*")(?:[^"\\]|\\.)*("|\\?$)/gi;

/** Without the values of keys that sound secret, and without the secrets that are known. */
function masked(body: string, secrets: readonly string[]): string {
  const rest = body.replace(SECRET_VALUE, "$1***$2");
  // Longer ones first: one may hold another. Very short ones would only tear holes into words.
  return [...secrets]
    .filter((secret) => secret.length >= 4)
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, "***"), rest);
}
