/** What a GET of `/api/v2/alerts` and its kin asks for: the parameters of Alertmanager's OpenAPI document. */
import { MatcherError } from "../../storage/matcher-error.ts";
import { type Matcher, parseMatchers } from "../../storage/matchers.ts";
import { compileRegex } from "../../storage/regex.ts";
import { ApiError } from "./api-error.ts";

/** Which alerts are asked for. Each flag says whether alerts of that kind are wanted too. */
export interface AlertQuery {
  readonly active: boolean;
  readonly silenced: boolean;
  readonly inhibited: boolean;
  readonly muted: boolean;
  readonly unprocessed: boolean;
  readonly matchers: readonly Matcher[];
  /** Whether one of the receivers of an alert must have such a name. */
  receiver(name: string): boolean;
}

type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads it. Throws an ApiError 400 for a matcher or a regular expression that is none. */
export function readQuery(parameters: Parameters): AlertQuery {
  const flag = (name: string): boolean => isWanted(last(parameters[name]));
  return {
    active: flag("active"),
    silenced: flag("silenced"),
    inhibited: flag("inhibited"),
    muted: flag("muted"),
    unprocessed: flag("unprocessed"),
    matchers: readFilter(parameters["filter"]),
    receiver: readReceiver(last(parameters["receiver"])),
  };
}

/** The matchers of all `filter` parameters together. Throws an ApiError 400. */
export function readFilter(filter: Parameters[string]): readonly Matcher[] {
  const texts = filter === undefined ? [] : typeof filter === "string" ? [filter] : filter;
  try {
    return texts.flatMap(parseMatchers);
  } catch (error) {
    if (error instanceof MatcherError) throw new ApiError(400, `bad matcher format: ${error.text.en}`);
    throw error;
  }
}

function readReceiver(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined || pattern === "") return () => true;
  try {
    return compileRegex(pattern);
  } catch (error) {
    const why = error instanceof MatcherError ? error.text.en : String(error);
    throw new ApiError(400, `failed to parse receiver param: ${why}`);
  }
}

/** What go-openapi takes for yes; everything else is no, and nothing at all is yes. */
const YES = new Set(["true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"]);

function isWanted(text: string | undefined): boolean {
  return text === undefined || text === "" || YES.has(text.toLowerCase());
}

function last(value: Parameters[string]): string | undefined {
  return value === undefined || typeof value === "string" ? value : value.at(-1);
}
