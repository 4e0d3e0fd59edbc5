/** What is remembered of one `log` monitor, as it is stored: how far it has read, and what it has counted. */
import { z } from "zod";
import { LEVELS } from "./options.ts";

const count = z.number().nonnegative();
const byLevel = z.partialRecord(z.enum(LEVELS), count);

const followed = z.strictObject({
  path: z.string(),
  /** Device and inode. */
  id: z.string(),
  /** Everything before this byte has been counted. */
  offset: count,
  /** As long as the file was at the last look: one that has not grown since is waited for no more. */
  size: count,
  /** A hash of the bytes before `offset`: what is another file has others. */
  print: z.string(),
  /** The line at `offset` was too long, and its end is not wanted. */
  skipping: z.literal(true).optional(),
  /** It has another name now, or none: what is left of it is read, and then it is forgotten. */
  leaving: z.literal(true).optional(),
  /** Since when it has not been found, in milliseconds since the Unix epoch. */
  goneAt: z.number().optional(),
});

/** A line that is kept to be shown, masked. */
const kept = z.strictObject({
  at: z.number(),
  line: z.string(),
  level: z.enum(LEVELS),
  patterns: z.array(z.string()).readonly(),
  signature: z.string().optional(),
  isNew: z.literal(true).optional(),
});

const memorySchema = z.strictObject({
  /** Counts the commits. */
  seq: z.number(),
  /** Which paths or journal it is of: others are begun with as if nothing had been. */
  of: z.string(),
  /** When it began, in milliseconds since the Unix epoch. */
  since: z.number(),
  files: z.array(followed).readonly(),
  journal: z.strictObject({ cursor: z.string(), at: z.number() }).optional(),
  bytes: count,
  entries: byLevel,
  newTemplates: byLevel,
  matches: z
    .array(z.strictObject({ pattern: z.string(), groups: z.record(z.string(), z.string()), count }))
    .readonly(),
  errors: z.array(z.strictObject({ signature: z.string(), count })).readonly(),
  /** Entries that were counted as `other`, and those whose kind there was no room for. */
  overflow: z.record(z.string(), count),
  rotations: count,
  truncations: count,
  /** Lines that were cut. */
  cut: count,
  kept: z.array(kept).readonly(),
});

export type Followed = Readonly<z.output<typeof followed>>;
export type Kept = Readonly<z.output<typeof kept>>;
export type Memory = Readonly<z.output<typeof memorySchema>>;

export function decodeMemory(raw: unknown): Memory {
  return memorySchema.parse(raw);
}

/** One that begins. */
export function newMemory(of: string, at: number): Memory {
  return {
    seq: 0,
    of,
    since: at,
    files: [],
    bytes: 0,
    entries: {},
    newTemplates: {},
    matches: [],
    errors: [],
    overflow: {},
    rotations: 0,
    truncations: 0,
    cut: 0,
    kept: [],
  };
}

const templateSchema = z.strictObject({
  monitor: z.string(),
  id: z.number(),
  words: z.array(z.string()).readonly(),
});

/** One kind of line, under the name of its monitor and its number. */
export type StoredTemplate = Readonly<z.output<typeof templateSchema>>;

export function decodeTemplate(raw: unknown): StoredTemplate {
  return templateSchema.parse(raw);
}
