/** What has been counted, as samples: always the stored counters, so that a crash neither repeats nor skips any. */
import { labelsKey } from "../../storage/labels.ts";
import type { Reading } from "../monitor.ts";
import type { Memory } from "./memory.ts";
import { LEVELS } from "./options.ts";
import type { Patterns } from "./patterns.ts";

/** What is known besides of the look at hand. */
export interface Standing {
  readonly files: number;
  /** Bytes that have not been read yet. */
  readonly lag: number;
  /** When something was written last, in milliseconds since the Unix epoch; undefined where nothing is known to be. */
  readonly changedAt: number | undefined;
  readonly templates: number;
}

/**
 * The readings of a look that found `before` and left `after`. A counter that is new begins at 0, or `increase` would
 * not see its first event; its number follows with the next look.
 */
export function readingsOf(before: Memory, after: Memory, patterns: Patterns, standing: Standing): Reading[] {
  const readings: Reading[] = [];
  const add = (name: string, value: number, labels?: Readonly<Record<string, string>>): void => {
    readings.push({ name, value, ...(labels === undefined ? {} : { labels }) });
  };
  for (const level of LEVELS) add("log_lines_total", after.entries[level] ?? 0, { level });
  for (const level of LEVELS) add("log_new_templates_total", after.newTemplates[level] ?? 0, { level });
  const counted = new Set(before.matches.map(keyOf));
  for (const match of after.matches) {
    const { pattern, groups, count } = match;
    if (!patterns.names.includes(pattern)) continue;
    // One without labels is there from the beginning.
    const isKnown = counted.has(keyOf(match)) || patterns.groupsOf(pattern).length === 0;
    add("log_matches_total", isKnown ? count : 0, { ...groups, pattern });
  }
  const seen = new Set(after.matches.map(({ pattern }) => pattern));
  for (const pattern of patterns.names) if (!seen.has(pattern)) add("log_matches_total", 0, { pattern });
  const known = new Set(before.errors.map(({ signature }) => signature));
  for (const { signature, count } of after.errors)
    add("log_errors_total", known.has(signature) ? count : 0, { signature });
  for (const [what, count] of Object.entries(after.overflow)) add("log_overflow_total", count, { what });
  add("log_bytes_total", after.bytes);
  add("log_cut_lines_total", after.cut);
  add("log_file_rotations_total", after.rotations);
  add("log_file_truncations_total", after.truncations);
  add("log_files", standing.files);
  add("log_lag_bytes", standing.lag);
  add("log_templates", standing.templates);
  if (standing.changedAt !== undefined) add("log_last_write_timestamp_seconds", standing.changedAt / 1_000);
  return readings;
}

function keyOf({ pattern, groups }: Pick<Memory["matches"][number], "pattern" | "groups">): string {
  return labelsKey({ ...groups, pattern });
}
