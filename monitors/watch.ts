/** The watch loop: every monitor looks on its interval, and what it sees becomes samples. */
import type { Clock } from "../storage/clock.ts";
import type { Text } from "../storage/locale.ts";
import type { Log } from "../storage/log.ts";
import type { SeriesSink } from "../storage/series.ts";
import { type MonitorKinds, type MonitorSpec, monitorKinds } from "./index.ts";
import type { Monitor, MonitorKind, MonitorWorld } from "./monitor.ts";
import type { MonitorBook, MonitorRecord } from "./monitor-book.ts";
import { createOpenNetwork, type Network } from "./network.ts";
import type { Reason } from "./reason.ts";
import { createShaper, type Shaper, type StepTally } from "./shaping/shaper.ts";
import { type LookReport, takeLook } from "./take-look.ts";
import { createReportWriter } from "./write-report.ts";

/** The first looks after a start are spread over this many milliseconds, or over the interval where that is shorter. */
const SPREAD_MS = 5_000;
/** Many are given so much each: what begins together goes on coming together, at every interval. */
const SPREAD_EACH_MS = 10;
/** With no monitor due sooner, the loop wakes after this many milliseconds all the same. */
const LONGEST_SLEEP_MS = 60_000;
const MOST_AT_ONCE = 50;

export interface WatchOptions {
  readonly book: MonitorBook;
  readonly sink: SeriesSink;
  readonly clock: Clock;
  readonly log: Log;
  /** As `Math.random`: spreads the first looks. */
  readonly random: () => number;
  /** What monitors made in chat may use. */
  readonly world: MonitorWorld;
  /** The network of monitors that the administrator wrote in the file; without a guard unless given. */
  readonly fileNetwork?: Network;
  readonly kinds?: MonitorKinds;
  /** How many looks may go on at once; the others wait their turn. */
  readonly atOnce?: number;
}

/** How a monitor fares. */
export interface MonitorStatus {
  /** When the last look began, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Undefined where nobody can know. */
  readonly up: boolean | undefined;
  /** Since when it has been up, or down, or unknown, without a break. */
  readonly since: number;
  readonly durationMs: number;
  /** Why the last look failed. */
  readonly reason?: Reason;
  /** What is worth saying of one that has not failed. */
  readonly remark?: Reason;
  readonly lastGoodAt?: number;
}

/** The loop's own health, for `/metrics`. Counts run from the start of the process. */
export interface WatchFigures {
  readonly monitors: number;
  readonly running: number;
  readonly waiting: number;
  readonly looks: number;
  readonly failures: number;
  /** Looks that did not begin because the one before had not ended, or because the machine slept. */
  readonly skipped: number;
}

export interface Watch {
  start(): void;
  /** Ends every look and the loop; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
  status(name: string): MonitorStatus | undefined;
  /** What the steps of a monitor have done since it is on its rounds; empty where it has none. */
  tallies(name: string): readonly StepTally[];
  readonly figures: WatchFigures;
  /** What stands against making such a monitor in chat, beside what the guard of the network says. */
  objection(spec: MonitorSpec): Text | undefined;
  /**
   * Looks now. By name: as the loop would, samples and status included; joins a look that is under way.
   * A specification is tried as if made in chat, guard included, and nothing is written.
   */
  lookOnce(what: string | MonitorSpec): Promise<LookReport>;
}

/** One monitor on its rounds. Times are those of `elapsed`, which no clock change can move. */
interface Round {
  readonly record: MonitorRecord;
  readonly monitor: Monitor;
  readonly shaper: Shaper | undefined;
  readonly write: (report: LookReport) => void;
  readonly gone: AbortController;
  dueAt: number;
  beganAt: number;
  waiting: boolean;
  look: Promise<LookReport> | undefined;
  /** The look's time is up and it has not ended: every round that passes is a failure. */
  hung: boolean;
}

function wordFor(up: boolean | undefined): string {
  return up === undefined ? "unknown" : up ? "up" : "down";
}

function shaperOf({ shape }: MonitorSpec): Shaper | undefined {
  return shape === undefined ? undefined : createShaper(shape);
}

/** A report with what the steps make of its readings; `up` and how it went are what they were. */
function shaped(report: LookReport, shaper: Shaper | undefined, beganAt: number): LookReport {
  if (shaper === undefined) return report;
  // What a step leaves out is not what is no more.
  const { batch, complete: _, ...rest } = report;
  const seen = batch === undefined ? report.readings : [...report.readings, ...batch.readings()];
  return { ...rest, readings: shaper.shape(seen, report.at, beganAt), seen };
}

export function watch(options: WatchOptions): Watch {
  const { book, sink, clock, log, random, world } = options;
  const { elapsed } = world;
  const kinds: MonitorKinds = options.kinds ?? monitorKinds;
  const atOnce = options.atOnce ?? MOST_AT_ONCE;
  const openWorld: MonitorWorld = { ...world, network: options.fileNetwork ?? createOpenNetwork() };
  const rounds = new Map<string, Round>();
  const statuses = new Map<string, MonitorStatus>();
  const queue: Round[] = [];
  const underway = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  const counts = { running: 0, looks: 0, failures: 0, skipped: 0 };
  /** How many there are to be, while they enter. */
  let expected = 0;
  let wake = new AbortController();
  let loop: Promise<void> | undefined;
  let unwatch = (): void => {};

  function enter(record: MonitorRecord): void {
    const kind = kindOf(record);
    const room = Math.max(SPREAD_MS, Math.max(rounds.size, expected) * SPREAD_EACH_MS);
    const spread = random() * Math.min(record.intervalMs, room);
    const own = record.source.kind === "file" ? openWorld : world;
    const labels = { monitor: record.name, instance: kind.instance(record.options), ...record.labels };
    rounds.set(record.name, {
      record,
      monitor: kind.create(record.options, own, record.name, labels),
      shaper: shaperOf(record),
      write: createReportWriter(sink, labels),
      gone: new AbortController(),
      dueAt: elapsed() + spread,
      beganAt: 0,
      waiting: false,
      look: undefined,
      hung: false,
    });
  }

  function leave(name: string): void {
    // A reason is given because the default one is an error with a stack.
    rounds.get(name)?.gone.abort("the monitor has left");
    rounds.delete(name);
  }

  function kindOf(spec: MonitorSpec): MonitorKind<unknown> {
    const kind = kinds[spec.kind];
    if (kind === undefined) throw new Error(`no monitor kind ${spec.kind}`);
    return kind;
  }

  function onChange(name: string, after: MonitorRecord | undefined): void {
    leave(name);
    if (after === undefined) statuses.delete(name);
    else if (!after.paused) enter(after);
    wake.abort("the monitors have changed");
  }

  /** Writes what a look saw and remembers how it went, unless the monitor has left meanwhile. */
  function record(round: Round, report: LookReport): void {
    if (round.gone.signal.aborted || stopping.signal.aborted) return;
    const { name } = round.record;
    const up = report.unknown === true ? undefined : report.reason === undefined;
    const before = statuses.get(name);
    const lastGoodAt = up ? report.at : before?.lastGoodAt;
    statuses.set(name, {
      at: report.at,
      up,
      since: before !== undefined && before.up === up ? before.since : report.at,
      durationMs: report.durationMs,
      ...(report.reason === undefined ? {} : { reason: report.reason }),
      ...(report.remark === undefined ? {} : { remark: report.remark }),
      ...(lastGoodAt === undefined ? {} : { lastGoodAt }),
    });
    counts.looks += 1;
    if (up === false) counts.failures += 1;
    if (before?.up !== up && (before !== undefined || up === false))
      log.info({ monitor: name, up, reason: report.reason ?? report.remark }, `monitor is ${wordFor(up)}`);
    try {
      round.write(report);
    } catch (err) {
      log.error({ monitor: name, err }, "samples could not be written");
    }
  }

  async function look(round: Round): Promise<LookReport> {
    const { timeoutMs } = round.record;
    const { report: seen, ending } = await takeLook(round.monitor, {
      clock,
      elapsed,
      timeoutMs,
      stop: round.gone.signal,
    });
    const report = shaped(seen, round.shaper, round.beganAt);
    record(round, report);
    round.hung = ending !== undefined;
    if (ending === undefined) round.look = undefined;
    else void ending.then(() => Object.assign(round, { hung: false, look: undefined }));
    return report;
  }

  function begin(round: Round): Promise<LookReport> {
    counts.running += 1;
    round.beganAt = elapsed();
    const looking = look(round).finally(() => {
      counts.running -= 1;
      underway.delete(looking);
      pump();
    });
    round.look = looking;
    underway.add(looking);
    return looking;
  }

  /** Gives free places to those that wait, first come, first served. */
  function pump(): void {
    while (counts.running < atOnce && !stopping.signal.aborted) {
      const round = queue.shift();
      if (round === undefined) return;
      round.waiting = false;
      if (!round.gone.signal.aborted && round.look === undefined) void begin(round);
    }
  }

  function due(round: Round, now: number): void {
    const { intervalMs } = round.record;
    const missed = Math.floor((now - round.dueAt) / intervalMs);
    round.dueAt += (missed + 1) * intervalMs;
    counts.skipped += missed;
    if (round.look === undefined && !round.waiting) {
      round.waiting = true;
      queue.push(round);
      return;
    }
    counts.skipped += 1;
    if (round.hung) {
      const reason: Reason = { code: "timeout", detail: "the look before has not ended" };
      record(round, { at: clock.now(), durationMs: now - round.beganAt, readings: [], reason });
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const now = elapsed();
      let next = now + LONGEST_SLEEP_MS;
      for (const round of rounds.values()) {
        if (round.dueAt <= now) due(round, now);
        next = Math.min(next, round.dueAt);
      }
      pump();
      if (wake.signal.aborted) wake = new AbortController();
      await clock.sleep(next - now, wake.signal);
    }
  }

  return {
    start() {
      if (loop !== undefined) throw new Error("the watch has been started already");
      const all = [...book.table.values()].filter(({ paused }) => !paused);
      expected = all.length;
      for (const one of all) enter(one);
      expected = 0;
      unwatch = book.table.watch(onChange);
      loop = run();
    },

    async stop() {
      stopping.abort();
      unwatch();
      for (const name of [...rounds.keys()]) leave(name);
      wake.abort();
      await Promise.allSettled([loop, ...underway]);
    },

    status: (name) => statuses.get(name),
    tallies: (name) => rounds.get(name)?.shaper?.tallies() ?? [],

    get figures() {
      return { ...counts, monitors: rounds.size, waiting: queue.length };
    },

    objection: (spec) => kindOf(spec).objection?.(spec.options, world),

    async lookOnce(what) {
      if (typeof what === "string") {
        const round = rounds.get(what);
        if (round === undefined) throw new Error(`the monitor ${what} is not on its rounds`);
        return round.look ?? begin(round);
      }
      const monitor = kindOf(what).create(what.options, world);
      const about = { clock, elapsed, timeoutMs: what.timeoutMs, stop: stopping.signal };
      const beganAt = elapsed();
      return shaped((await takeLook(monitor, about)).report, shaperOf(what), beganAt);
    },
  };
}
