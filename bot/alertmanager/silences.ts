/** Silences as `/api/v2/silences` has them: shown, filtered and read from a request. */
import type { Silence } from "../../alerts/muting/silence.ts";
import { nameOf } from "../../alerts/words.ts";
import { MatcherError } from "../../storage/matcher-error.ts";
import { compileMatcher, type Matcher } from "../../storage/matchers.ts";
import { readTime, writeTime } from "../../storage/rfc3339.ts";
import { ApiError, INVALID_TYPE, REQUIRED } from "./api-error.ts";
import { silenceUuid } from "./silence-id.ts";

/** A `gettableSilence`. */
export interface ShownSilence {
  readonly id: string;
  readonly status: { readonly state: "active" | "pending" | "expired" };
  readonly updatedAt: string;
  readonly comment: string;
  readonly createdBy: string;
  readonly endsAt: string;
  readonly matchers: readonly ShownMatcher[];
  readonly startsAt: string;
}

interface ShownMatcher {
  readonly isEqual: boolean;
  readonly isRegex: boolean;
  readonly name: string;
  readonly value: string;
}

/** What a request says of a silence. */
export interface PostedSilence {
  /** The UUID of the one that it changes. */
  readonly id: string | undefined;
  readonly matchers: readonly Matcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

export function stateOf({ startsAt, endsAt, drawn }: Silence, at: number): ShownSilence["status"]["state"] {
  if (drawn === "over" || endsAt <= at) return "expired";
  return startsAt > at ? "pending" : "active";
}

export function showSilence(silence: Silence, at: number): ShownSilence {
  const { id, matchers, startsAt, endsAt, createdAt, person, why } = silence;
  return {
    id: silenceUuid(id),
    status: { state: stateOf(silence, at) },
    updatedAt: writeTime(silence.endedBy === undefined ? createdAt : endsAt),
    comment: why,
    createdBy: nameOf(person),
    endsAt: writeTime(endsAt),
    matchers: matchers.map(({ name, op, value }) => ({
      isEqual: op === "=" || op === "=~",
      isRegex: op === "=~" || op === "!~",
      name,
      value,
    })),
    startsAt: writeTime(startsAt),
  };
}

const ORDER = { active: 0, pending: 1, expired: 2 };

/** Alertmanager's order: the active ones by their end, those to come by their start, those over by their end, last first. */
export function inOrder(silences: readonly Silence[], at: number): readonly Silence[] {
  const rank = (silence: Silence): number => ORDER[stateOf(silence, at)];
  return [...silences].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (rank(a) === ORDER.active) return a.endsAt - b.endsAt;
    return rank(a) === ORDER.pending ? a.startsAt - b.startsAt : b.endsAt - a.endsAt;
  });
}

/** Whether a silence speaks of what a filter asks for: each of its matchers that names a label of the filter fits. */
export function fitsFilter(silence: Silence, filter: readonly Matcher[]): boolean {
  return filter.every((wanted) => {
    const test = compileMatcher(wanted);
    const named = silence.matchers.filter(({ name }) => name === wanted.name);
    return named.length === 0 ? test("") : named.some(({ value }) => test(value));
  });
}

/** Reads a `postableSilence`. Throws an ApiError in the shape of go-openapi's validation. */
export function readSilence(raw: unknown): PostedSilence {
  const body = asObject(raw, "silence");
  const { id, matchers, startsAt, endsAt, createdBy, comment } = body;
  const missing = Object.entries({ matchers, startsAt, endsAt, createdBy, comment }).find(
    ([, value]) => value === undefined || value === null,
  );
  if (missing !== undefined) throw new ApiError(422, `${missing[0]} in body is required`, REQUIRED);
  if (!Array.isArray(matchers)) throw wrongType("matchers", "array");
  if (id !== undefined && id !== null && typeof id !== "string") throw wrongType("id", "string");
  return {
    id: id === "" || id === null ? undefined : (id as string | undefined),
    matchers: matchers.map(readMatcher),
    startsAt: timeIn(startsAt, "startsAt"),
    endsAt: timeIn(endsAt, "endsAt"),
    createdBy: textIn(createdBy, "createdBy"),
    comment: textIn(comment, "comment"),
  };
}

function readMatcher(raw: unknown, index: number): Matcher {
  const { name, value, isRegex, isEqual = true } = asObject(raw, `matchers.${index}`);
  if (name === undefined) throw new ApiError(422, `matchers.${index}.name in body is required`, REQUIRED);
  if (value === undefined) throw new ApiError(422, `matchers.${index}.value in body is required`, REQUIRED);
  if (isRegex === undefined)
    throw new ApiError(422, `matchers.${index}.isRegex in body is required`, REQUIRED);
  if (typeof isRegex !== "boolean") throw wrongType(`matchers.${index}.isRegex`, "boolean");
  if (typeof isEqual !== "boolean") throw wrongType(`matchers.${index}.isEqual`, "boolean");
  const op = isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=";
  const matcher: Matcher = {
    name: textIn(name, `matchers.${index}.name`),
    op,
    value: textIn(value, `matchers.${index}.value`),
  };
  if (matcher.name === "")
    throw new ApiError(400, 'silence invalid: invalid label matcher 0: invalid label name ""');
  try {
    compileMatcher(matcher);
  } catch (error) {
    if (!(error instanceof MatcherError)) throw error;
    throw new ApiError(400, `silence invalid: invalid label matcher ${index}: ${error.text.en}`);
  }
  return matcher;
}

function timeIn(raw: unknown, name: string): number {
  const time = readTime(raw);
  if (time === "bad") throw wrongType(name, "date-time");
  // Go's zero time: long ago.
  return time ?? 0;
}

function textIn(raw: unknown, name: string): string {
  if (typeof raw !== "string") throw wrongType(name, "string");
  return raw;
}

function asObject(raw: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw wrongType(name, "object");
  return raw as Readonly<Record<string, unknown>>;
}

function wrongType(name: string, type: string): ApiError {
  return new ApiError(422, `${name} in body must be of type ${type}`, INVALID_TYPE);
}
