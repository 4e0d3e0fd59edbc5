/** The patterns of a `log` monitor: which of them an entry matches, in time linear in its length whatever they say. */
import { type Capture, compileCapture, compileSearch, type Test } from "../../storage/regex.ts";
import type { PatternOption } from "./options.ts";
import { foldCase, type Required, requiredLiterals } from "./required.ts";

/** One pattern, compiled. */
interface Pattern {
  readonly name: string;
  readonly capture: Capture;
  readonly exclude: Test | undefined;
  readonly required: Required | undefined;
}

/** One pattern that an entry matched. */
export interface Match {
  readonly pattern: string;
  readonly groups: Readonly<Record<string, string>>;
}

export interface Patterns {
  readonly names: readonly string[];
  /** The names of a pattern's groups. */
  groupsOf(pattern: string): readonly string[];
  match(entry: string): readonly Match[];
}

const NONE: readonly Match[] = [];
const NO_GROUPS = {};

export function compilePatterns(options: readonly PatternOption[]): Patterns {
  const all = options.map((option): Pattern => {
    const capture = compileCapture(option.match);
    return {
      name: option.name,
      capture,
      exclude: option.exclude === undefined ? undefined : compileSearch(option.exclude),
      required: requiredLiterals(option.match),
    };
  });
  const folds = all.some(({ required }) => required?.fold === true);
  return {
    names: all.map(({ name }) => name),
    groupsOf: (pattern) => all.find(({ name }) => name === pattern)?.capture.names ?? [],
    match(entry) {
      let found: Match[] | undefined;
      const small = folds ? foldCase(entry) : entry;
      for (const { name, capture, exclude, required } of all) {
        if (required !== undefined && !contains(required.fold ? small : entry, required.any)) continue;
        if (!capture.test(entry) || exclude?.(entry) === true) continue;
        found ??= [];
        const groups = capture.names.length === 0 ? NO_GROUPS : (capture.groups(entry) ?? NO_GROUPS);
        found.push({ pattern: name, groups });
      }
      return found ?? NONE;
    },
  };
}

function contains(text: string, any: readonly string[]): boolean {
  for (const literal of any) if (text.includes(literal)) return true;
  return false;
}
