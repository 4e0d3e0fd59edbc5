/** The contract of a monitor kind: one file or folder, plus one line in the table `monitors/index.ts`. */
import type { z } from "zod";
import type { Labels } from "../storage/labels.ts";
import type { Text } from "../storage/locale.ts";
import type { SeriesSink } from "../storage/series.ts";
import type { Change } from "../storage/store.ts";
import type { Network } from "./network.ts";
import type { Reason } from "./reason.ts";

/** One number that a look brought home. */
export interface Reading {
  /** The metric's name, with its unit as Prometheus wants it: `memory_used_bytes`. */
  readonly name: string;
  /** Labels of this reading beside those of its monitor: `{mount: "/"}`. */
  readonly labels?: Labels;
  /** What is not a finite number is not written: a missing reading is honest, NaN is not. */
  readonly value: number;
}

/** Many samples at once, which write themselves so that those who know their series need not look them up. */
export interface SampleBatch {
  /** Writes them all; those without a time of their own at `at`. What could not be written is thrown at the end. */
  write(sink: SeriesSink, at: number): void;
  /** The same as readings, for those who want to make something else of them; without times of their own. */
  readings(): readonly Reading[];
}

/** What one look saw. A probe can fail and still have readings (`probe_success 0`). */
export interface Look {
  readonly readings: readonly Reading[];
  /** The readings are all there is: what the look before had and this one has not is known to be no more. */
  readonly complete?: true;
  /** What is too much for readings; it carries the monitor's labels already. */
  readonly batch?: SampleBatch;
  readonly failure?: Reason;
  /** What people should know although it has not failed: it is late, it is still running. */
  readonly remark?: Reason;
  /** Neither well nor failed: nobody can know. No `up` is written. */
  readonly unknown?: true;
  /** Lines of what it saw, for whoever tries it out: plain text, secrets struck out. */
  readonly excerpt?: readonly string[];
}

/** Looks at one thing. */
export interface Monitor {
  /**
   * Looks once. A throw is a failure: `LookFailed` brings its reason, anything else has the reason `error`.
   * When `signal` aborts the time is up; the look ends soon after, with what it has or by throwing. It also aborts when
   * the look has ended, so that nothing that it began goes on alone.
   */
  look(signal: AbortSignal): Promise<Look>;
}

/** What a monitor may use of the world besides what its options say. */
export interface MonitorWorld {
  readonly network: Network;
  /** Milliseconds from an arbitrary moment, never turning back: for measuring, not for telling the time. */
  readonly elapsed: () => number;
  /** What heartbeats were told. */
  readonly heartbeats?: ToldSight;
  /** What was told of the runs of flows. */
  readonly flows?: ToldSight;
  /** What may be asked in SQL. */
  readonly databases?: DatabaseSight;
  /** What `log` monitors have read so far. */
  readonly logs?: LogSight;
  /** Who hears of the lines that `log` monitors match. */
  readonly matches?: MatchListener;
  /** Certificate authorities to trust besides Node's own, in PEM. */
  readonly certificates?: string;
}

/** The last word of those that are told instead of looking. */
export interface ToldSight {
  look(options: object, signal: AbortSignal): Promise<Look> | Look;
}

/** What a database answered, column by column in their order. */
export interface Answer {
  readonly columns: readonly Column[];
  /** Numbers where the column holds numbers, moments or yes and no; else text. `null` where there is nothing. */
  readonly rows: readonly (readonly (number | string | null)[])[];
}

export interface Column {
  readonly name: string;
  /** What is counted or measured, or what is called something; where every row has nothing, nobody can tell. */
  readonly holds: "numbers" | "texts" | "nothing";
}

/** The databases that `gengfu.yml` names. */
export interface DatabaseSight {
  names(): readonly string[];
  /**
   * Asks one of them, read-only. Rejects with `LookFailed`: there is no such database, it does not answer, it refuses.
   * At most `most` rows come back. When `signal` aborts, the statement is ended on the server, too.
   */
  ask(name: string, statement: string, most: number, signal: AbortSignal): Promise<Answer>;
}

/** Follows logs from look to look. */
export interface LogSight {
  /** Reads what is new since the last look of this monitor, and counts it in the commit that moves the position. */
  look(monitor: string, options: object, about: LogAbout): Promise<Look>;
}

/** How a log is to be looked at. */
export interface LogAbout extends Pick<MonitorWorld, "elapsed" | "matches"> {
  readonly signal: AbortSignal;
}

/** A line that a `log` monitor matched. */
export interface MatchedLine {
  /** The name of the monitor. */
  readonly monitor: string;
  /** The name of the pattern. */
  readonly pattern: string;
  /** When it was read, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** What the named groups of the pattern caught. */
  readonly groups: Labels;
  readonly line: string;
}

/** Hears of matched lines in the commit that moves the position past them, so that each counts once. */
export interface MatchListener {
  heard(change: Change, lines: readonly MatchedLine[]): void;
}

/** A schema of options: a strict object whose output is plain JSON that the same schema accepts again. */
export type OptionsSchema<Options> = z.ZodObject & z.ZodType<Options>;

/** One kind of monitor. */
export interface MonitorKind<Options> {
  /** The word used in `gengfu.yml` and in chat; equal to the key in the table. */
  readonly kind: string;
  readonly summary: Text;
  /** One that can be made, as it is said after `monitor add` and `添加监控`. */
  readonly example: Text;
  readonly options: OptionsSchema<Options>;
  /** The interval where none is given, in milliseconds. */
  readonly intervalMs: number;
  /** The longest a look may take where nothing is said, in milliseconds. */
  readonly timeoutMs: number;
  /** The option that says what to look at: an address that stands alone in chat, and that everybody may see. */
  readonly target?: string;
  /** Who may make one in chat; an operator where nothing is said. An admin, where it reads what only admins should see. */
  readonly needs?: "admin";
  /** Options that only `gengfu.yml` may set: they hold secrets, or lead around the guard of the network. */
  readonly fileOnly?: readonly string[];
  /**
   * Further options in which a secret may stand: that they are set is shown, no text in them. `query_response.send` is
   * one key of those in a list.
   */
  readonly secrets?: readonly string[];
  /** Hosts that the options name; those that a monitor made in chat may not reach are refused at once. */
  hosts?(options: Options): readonly string[];
  /** What stands against making such a monitor in this world, though its options are well written. */
  objection?(options: Options, world: MonitorWorld): Text | undefined;
  /** What this monitor looks at, as the label `instance` says it. */
  instance(options: Options): string;
  /** It looks at this machine as a whole: a second one would write everything twice, and double every alert about it. */
  readonly single?: true;
  /** Fills in what is made up once and kept: an address that nobody can guess. `before`: those it had, if any. */
  identify?(options: Options, before: Options | undefined, uuid: () => string): Options;
  /** Where others reach this monitor; no two share one. */
  addresses?(options: Options): readonly string[];
  /**
   * Makes the monitor; does no input or output. `name` is what it goes by in the book, for those that remember things
   * from look to look; undefined where it is only tried out, and must leave no trace. `labels` are those of everything
   * that it writes, for those that write more than readings.
   */
  create(options: Options, world: MonitorWorld, name?: string, labels?: Labels): Monitor;
}
