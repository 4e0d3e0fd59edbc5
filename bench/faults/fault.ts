/** What can go wrong of what a monitor looks at, so that a rule hears of it. */

/** One that can be broken, once. */
export interface Fault {
  /** The options of the monitor; undefined where nothing looks, and samples are pushed. */
  readonly options?: object;
  /** What the rule asks. */
  readonly expr: string;
  /** Breaks it. `bot` is where the bot listens. */
  inject(bot: string): void | Promise<void>;
}

/** The faults of one kind of monitor. */
export interface Faults {
  /** The kind, or `push`. */
  readonly kind: string;
  /** What is done, in words. */
  readonly what: string;
  /** Why it cannot be tried on this machine. */
  lacks?(): string | undefined;
  /**
   * Makes one fault for each of the names, each of a monitor of its own. Files go into `dir`; `closing` is called in the end,
   * last in first out.
   */
  open(
    names: readonly string[],
    dir: string,
    closing: (close: () => void) => void,
  ): Promise<readonly Fault[]>;
}

/** `name{monitor="…"}`. */
export function seriesOf(name: string, monitor: string, matchers = ""): string {
  return `${name}{monitor="${monitor}"${matchers === "" ? "" : `,${matchers}`}}`;
}
