/** What is remembered of one heartbeat, and what a ping makes of it. Pure. */
import { z } from "zod";

/** How many runs may be under way at once; the oldest is forgotten. */
const MOST_RUNS = 20;

const runSchema = z.strictObject({
  /** The `rid` of its pings; "" where they had none. */
  rid: z.string(),
  /** When it said `/start`, in milliseconds since the Unix epoch. */
  at: z.number(),
  /** It went on while nobody watched: whether it has ended is not known. */
  lost: z.literal(true).optional(),
});

const beatSchema = z.strictObject({
  /** From when the next ping is reckoned: the last ping, or the moment since which somebody watches. */
  from: z.number(),
  paused: z.boolean(),
  /** Since the last ping there was a time in which nobody watched and a ping may have come. */
  unwatched: z.strictObject({ from: z.number(), until: z.number() }).optional(),
  /** The last ping that ended a run, or was one by itself. */
  last: z
    .strictObject({
      at: z.number(),
      failed: z.boolean(),
      exit: z.number().optional(),
      /** What came with it, from the beginning. */
      body: z.string(),
    })
    .optional(),
  /** What came last with `/log`. */
  note: z.strictObject({ at: z.number(), body: z.string() }).optional(),
  /** How long the last run took, if it said when it began. */
  durationMs: z.number().optional(),
  /** Those under way, the oldest first. */
  runs: z.array(runSchema).readonly(),
  ended: z.number(),
  failures: z.number(),
});

/** One heartbeat as it is stored, under its uuid. */
export type Beat = Readonly<z.output<typeof beatSchema>>;

/** What somebody tells. */
export interface Ping {
  readonly says: "success" | "failure" | "start" | "log";
  /** The exit code of a failure, where it has one. */
  readonly exit?: number;
  readonly rid: string;
  readonly body: string;
  /** How long the run took, of a sender who says so. */
  readonly durationMs?: number;
}

/** Reads one from disk. */
export function decodeBeat(raw: unknown): Beat {
  return beatSchema.parse(raw);
}

/** One of which nothing has been heard. */
export function newBeat(at: number): Beat {
  return { from: at, paused: false, runs: [], ended: 0, failures: 0 };
}

/** The heartbeat after a ping at `at`. A run may take `longestRunMs`. */
export function heard(beat: Beat, ping: Ping, at: number, longestRunMs: number): Beat {
  const { rid, body } = ping;
  const others = beat.runs.filter((run) => run.rid !== rid);
  if (ping.says === "log") return { ...beat, note: { at, body } };
  if (ping.says === "start") return { ...beat, runs: [...others, { rid, at }].slice(-MOST_RUNS) };
  const failed = ping.says === "failure";
  const run = beat.runs.find((one) => one.rid === rid);
  const durationMs = run === undefined ? ping.durationMs : Math.max(0, at - run.at);
  const { unwatched: _, durationMs: __, ...rest } = beat;
  return {
    ...rest,
    from: at,
    last: { at, failed, body, ...(ping.exit === undefined ? {} : { exit: ping.exit }) },
    ...(durationMs === undefined ? {} : { durationMs }),
    // Runs that were given up have been told of; a later one that ends is news enough.
    runs: others.filter((one) => one.lost !== true && one.at + longestRunMs > at),
    ended: beat.ended + 1,
    failures: beat.failures + (failed ? 1 : 0),
  };
}

/** From now on somebody waits for it, or nobody does. What came due meanwhile is not reckoned. */
export function paused(beat: Beat, isPaused: boolean, at: number): Beat {
  if (beat.paused === isPaused) return beat;
  return isPaused
    ? { ...beat, paused: true }
    : { ...beat, paused: false, from: at, runs: beat.runs.map(lost) };
}

/** The heartbeat after the clock was set back to `at`: nothing has happened in the future. */
export function setBack(beat: Beat, at: number): Beat {
  if (beat.from <= at && beat.runs.every((run) => run.at <= at)) return beat;
  const runs = beat.runs.map((run) => ({ ...run, at: Math.min(run.at, at) }));
  return { ...beat, from: Math.min(beat.from, at), runs };
}

/** A run whose end may have been missed. */
export function lost(run: Beat["runs"][number]): Beat["runs"][number] {
  return { ...run, lost: true };
}
