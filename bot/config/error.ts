/** What is wrong with a configuration, and how all of it is said at once. */
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";

/** One thing wrong with a configuration: where, and what. */
export interface Problem {
  /** `monitors[0].url`, `PORT`, `line 3, column 5`; "" when it is about the whole. */
  readonly path: string;
  readonly text: Text;
}

/** A configuration that cannot be used, with every problem found; nothing starts half-configured. */
export class ConfigError extends Error {
  /** The file, or `environment`. */
  readonly source: string;
  readonly problems: readonly Problem[];

  constructor(source: string, problems: readonly Problem[]) {
    super(draw(source, problems, "en"));
    this.name = "ConfigError";
    this.source = source;
    this.problems = problems;
  }

  /** A line that says how many problems there are, and one for each. */
  words(locale: Locale): string {
    return draw(this.source, this.problems, locale);
  }
}

function draw(source: string, problems: readonly Problem[], locale: Locale): string {
  const count = problems.length;
  const head = inLocale(locale, {
    zh: `${source}：${count} 处问题`,
    en: `${source}: ${count} problem${count === 1 ? "" : "s"}`,
  });
  const lines = problems.map(
    ({ path, text }) => `${path === "" ? "" : `${path}: `}${inLocale(locale, text)}`,
  );
  return [head, ...lines.map((line) => `  ${line}`)].join("\n");
}
