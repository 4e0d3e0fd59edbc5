/** One thing wrong with a configuration: where, and what. */
export interface Problem {
  /** `monitors[0].url`, `PORT`; "" when it is about the whole. */
  readonly path: string;
  readonly message: string;
}

/** A configuration that cannot be used, with every problem found; nothing starts half-configured. */
export class ConfigError extends Error {
  readonly source: string;
  readonly problems: readonly Problem[];

  constructor(source: string, problems: readonly Problem[]) {
    super(
      [
        `${source}: ${problems.length} problem${problems.length === 1 ? "" : "s"}`,
        ...problems.map(({ path, message }) => `  ${path === "" ? "" : `${path}: `}${message}`),
      ].join("\n"),
    );
    this.name = "ConfigError";
    this.source = source;
    this.problems = problems;
  }
}
