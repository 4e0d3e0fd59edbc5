/** Counts entries. Pure: what it is given is left as it is, and what has been counted is asked for. */
import { ownText } from "../../storage/label-set.ts";
import { labelsKey } from "../../storage/labels.ts";
import { masked } from "../../storage/mask.ts";
import { levelOf } from "./level.ts";
import type { Kept, Memory } from "./memory.ts";
import type { Level } from "./options.ts";
import type { Match, Patterns } from "./patterns.ts";
import { signatureOf } from "./signature.ts";
import type { Templates } from "./templates.ts";
import { shapeOf } from "./words.ts";

/** So many label sets of one pattern are counted apart; the rest together, as `other`. */
const MOST_LABEL_SETS = 50;
const MOST_SIGNATURES = 100;
export const OTHER = "other";
const LONGEST_LABEL = 100;

/** What is known of the lines of one shape. */
interface Shape {
  readonly level: Level;
  readonly template: number | undefined;
}

/** Beyond this it is begun anew: a word that changes in every line makes a shape of each. */
const MOST_SHAPES = 20_000;

/** What is learnt of lines and kept from look to look. */
export interface Learning {
  readonly templates: Templates;
  readonly shapes: Map<number, Shape>;
}

/** How an entry was counted. */
export interface Counted {
  readonly at: number;
  readonly matches: readonly Match[];
  readonly entry: string;
}

export interface Tally {
  /** Counts an entry that was read at `at`. `level` where something else than the entry says it. */
  count(entry: string, at: number, level?: Level): void;
  addBytes(count: number): void;
  /** The counters as they stand now. */
  counters(): Pick<Memory, "bytes" | "entries" | "newTemplates" | "matches" | "errors" | "overflow" | "kept">;
  readonly hasCounted: boolean;
}

/** How many lines of each topic are kept. */
const KEPT = { pattern: 5, critical: 5, error: 8, warning: 3, isNew: 5 } as const;

export interface TallyOptions {
  readonly patterns: Patterns;
  readonly learning: Learning;
  /** New kinds of lines are counted as new. */
  readonly isLearnt: boolean;
  /** Hears of every entry that matched a pattern. */
  matched?(counted: Counted): void;
}

export function createTally(before: Memory, options: TallyOptions): Tally {
  const { patterns, learning, isLearnt, matched } = options;
  const entries: Partial<Record<Level, number>> = { ...before.entries };
  const newTemplates: Partial<Record<Level, number>> = { ...before.newTemplates };
  const overflow: Record<string, number> = { ...before.overflow };
  const matches = openLabelSets(before.matches);
  const errors = new Map(before.errors.map(({ signature, count }) => [signature, count]));
  const kept = openTopics();
  let bytes = 0;
  let hasCounted = false;

  function over(what: string): void {
    overflow[what] = (overflow[what] ?? 0) + 1;
  }

  function shape(entry: string): Shape & { readonly isNew: boolean } {
    const newline = entry.indexOf("\n");
    const line = newline < 0 ? entry : entry.slice(0, newline);
    const key = shapeOf(line);
    const known = learning.shapes.get(key);
    if (known !== undefined) {
      if (known.template === undefined) over("templates");
      return { ...known, isNew: false };
    }
    const learnt = learning.templates.learn(line);
    const found: Shape = { level: levelOf(line), template: learnt?.template };
    if (learning.shapes.size >= MOST_SHAPES) learning.shapes.clear();
    learning.shapes.set(key, found);
    if (learnt === undefined) over("templates");
    return { ...found, isNew: learnt?.isNew === true };
  }

  function countError(entry: string): string {
    const signature = ownText(signatureOf(entry));
    const known = errors.has(signature) || errors.size < MOST_SIGNATURES;
    if (!known) over("errors");
    const name = known ? signature : OTHER;
    errors.set(name, (errors.get(name) ?? 0) + 1);
    return name;
  }

  return {
    get hasCounted() {
      return hasCounted || bytes > 0;
    },
    addBytes(count) {
      bytes += count;
    },
    count(entry, at, said) {
      hasCounted = true;
      const { level: seen, isNew: isUnknown } = shape(entry);
      const level = said === undefined || (said === "info" && seen !== "unknown") ? seen : said;
      entries[level] = (entries[level] ?? 0) + 1;
      const isNew = isUnknown && isLearnt;
      if (isNew) newTemplates[level] = (newTemplates[level] ?? 0) + 1;
      const found = patterns.match(entry);
      for (const match of found) if (!matches.count(match)) over(`pattern ${match.pattern}`);
      if (found.length > 0) matched?.({ at, matches: found, entry });
      const isError = level === "error" || level === "critical";
      const signature = isError ? countError(entry) : undefined;
      if (found.length === 0 && !isNew && !isError && level !== "warning") return;
      const names = found.map(({ pattern }) => pattern);
      const line: Kept = {
        at,
        line: entry,
        level,
        patterns: names,
        ...(signature === undefined ? {} : { signature }),
        ...(isNew ? { isNew } : {}),
      };
      kept.add(line);
    },
    counters: () => ({
      bytes: before.bytes + bytes,
      entries: { ...entries },
      newTemplates: { ...newTemplates },
      matches: matches.all(),
      errors: [...errors].map(([signature, count]) => ({ signature, count })),
      overflow: { ...overflow },
      kept: kept.after(before.kept),
    }),
  };
}

/** The counters of patterns, by what their groups caught; those beyond the limit are one. */
function openLabelSets(before: Memory["matches"]) {
  const sets = new Map<string, Map<string, { groups: Readonly<Record<string, string>>; count: number }>>();
  const of = (pattern: string) => {
    let found = sets.get(pattern);
    if (found === undefined) {
      found = new Map();
      sets.set(pattern, found);
    }
    return found;
  };
  for (const { pattern, groups, count } of before) of(pattern).set(labelsKey(groups), { groups, count });
  return {
    /** False where there was no room for its labels. */
    count({ pattern, groups }: Match): boolean {
      const mine = of(pattern);
      const labels = labelsOf(groups);
      const key = labelsKey(labels);
      const known = mine.get(key);
      if (known !== undefined) {
        known.count++;
        return true;
      }
      if (mine.size < MOST_LABEL_SETS) {
        mine.set(key, { groups: labels, count: 1 });
        return true;
      }
      const others = Object.fromEntries(Object.keys(groups).map((name) => [name, OTHER]));
      const rest = mine.get(labelsKey(others)) ?? { groups: others, count: 0 };
      rest.count++;
      mine.set(labelsKey(others), rest);
      return false;
    },
    all: (): Memory["matches"] =>
      [...sets].flatMap(([pattern, mine]) =>
        [...mine.values()].map(({ groups, count }) => ({ pattern, groups: { ...groups }, count })),
      ),
  };
}

/** What groups caught, as labels: short, one line, and no secret. */
function labelsOf(groups: Readonly<Record<string, string>>): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const name in groups) {
    const value = groups[name] ?? "";
    if (value !== "")
      labels[name] = ownText(masked(value, LONGEST_LABEL).replace(/[\s\p{Cc}\p{Cf}]+/gu, " "));
  }
  return labels;
}

/** The last lines of each topic. A flood passes through; only what remains of it is masked. */
function openTopics() {
  const topics = new Map<string, { readonly most: number; readonly lines: Kept[] }>();
  const put = (topic: string, most: number, line: Kept): void => {
    const lines = topics.get(topic)?.lines ?? [];
    topics.set(topic, { most, lines });
    if (lines.push(line) > 4 * most) lines.splice(0, lines.length - most);
  };
  const add = (line: Kept): void => {
    for (const pattern of line.patterns) put(`pattern ${pattern}`, KEPT.pattern, line);
    if (line.isNew === true) put("new", KEPT.isNew, line);
    const most = line.level in KEPT ? KEPT[line.level as keyof typeof KEPT] : undefined;
    if (most !== undefined) put(line.level, most, line);
  };
  return {
    add,
    after(before: readonly Kept[]): Memory["kept"] {
      const known = new Set(before);
      const mine = [...topics].map(([topic, { most, lines }]) => [topic, most, [...lines]] as const);
      topics.clear();
      for (const line of before) add(line);
      for (const [topic, most, lines] of mine) for (const line of lines) put(topic, most, line);
      const left = new Set<Kept>();
      for (const { most, lines } of topics.values()) for (const line of lines.slice(-most)) left.add(line);
      return [...left]
        .sort((a, b) => a.at - b.at)
        .map((line) =>
          known.has(line)
            ? line
            : { ...line, line: ownText(masked(line.line)), patterns: [...line.patterns] },
        );
    },
  };
}
