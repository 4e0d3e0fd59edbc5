/** Times as Go and its programs write them: RFC 3339 with up to nine digits of a second. */

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** Go's "never": the first instant of the year 1. Senders write it where they mean that no time is given. */
const ZERO = Date.parse("0001-01-01T00:00:00Z");

/** Milliseconds since 1970; `undefined` for no time, "bad" for what is none. */
export function readTime(raw: unknown): number | undefined | "bad" {
  if (raw === undefined || raw === null || raw === "") return undefined;
  if (typeof raw !== "string" || !RFC_3339.test(raw)) return "bad";
  const at = Date.parse(raw);
  if (Number.isNaN(at)) return "bad";
  return at <= ZERO ? undefined : at;
}

/** Milliseconds since 1970 as RFC 3339, in UTC. */
export function writeTime(at: number): string {
  return new Date(at).toISOString();
}
