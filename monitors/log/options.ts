/** What a `log` monitor is told: which files or which journal, and what to look for in them. */
import { z } from "zod";
import { formatDuration, parseDuration } from "../../storage/duration.ts";
import { isLabelName } from "../../storage/labels.ts";
import { compileCapture } from "../../storage/regex.ts";
import { issue, wrong } from "../../storage/wrong.ts";
import { patternOption } from "../probe/pattern.ts";

/** From the worst to the mildest, as syslog's priorities go; the last is for entries that do not say. */
export const LEVELS = ["critical", "error", "warning", "info", "debug", "trace", "unknown"] as const;

export type Level = (typeof LEVELS)[number];

const MOST_PATHS = 50;
const MOST_PATTERNS = 50;
const LONGEST_LEARNING_MS = 30 * 86_400_000;

/** Labels that mean something else on the series of a monitor. */
const TAKEN = /^(?:monitor|instance|pattern|level|signature|alertname|severity|__.*)$/;

const path = z
  .string()
  .max(4096)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no file that people know has one in its name.
  .refine((text) => /^[^\u0000-\u001f]+$/.test(text), wrong("要写成一行", "must be one line"))
  .refine((text) => text.startsWith("/") || /^[A-Za-z]:[\\/]/.test(text), {
    error: "must be an absolute path, such as /var/log/app/*.log",
    params: { zh: "要写绝对路径，例如 /var/log/app/*.log" },
  });

const capture = patternOption.superRefine((text, context) => {
  let names: readonly string[];
  try {
    names = compileCapture(text).names;
  } catch {
    return; // Said by `patternOption`.
  }
  for (const name of names) {
    if (isLabelName(name) && !TAKEN.test(name)) continue;
    const message = `the group ${name} cannot become a label: letters, digits and _, and none that a monitor sets itself`;
    context.addIssue({ code: "custom", message, params: { zh: `分组 ${name} 不能用作标签名` } });
  }
});

const patternName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine(
    (text) => /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u.test(text),
    wrong("要写成一行可见字符", "must be one line of visible characters"),
  );

const pattern = z.strictObject({
  name: patternName,
  /** Looked for anywhere in an entry; its named groups become labels. */
  match: capture,
  /** Entries that match this as well do not count. */
  exclude: patternOption.optional(),
});

export type PatternOption = z.output<typeof pattern>;

/** One expression stands for a pattern that is called as it is written. */
const patterns = z
  .union([capture, z.array(pattern).max(MOST_PATTERNS)])
  .default([])
  .transform((given): readonly PatternOption[] =>
    typeof given === "string"
      ? [{ name: given.replace(/\s+/g, " ").trim().slice(0, 100), match: given }]
      : given,
  )
  .superRefine((given, context) => {
    const names = new Set<string>();
    given.forEach(({ name }, i) => {
      if (names.has(name))
        context.addIssue({
          code: "custom",
          path: [i, "name"],
          message: "is the name of another pattern already",
          params: { zh: "已经有同名的模式" },
        });
      names.add(name);
    });
  });

/** Never the beginning of an option of `journalctl`, whatever it says. */
const unit = z
  .string()
  .max(256)
  .refine(
    (text) => /^[\w@.:\\*?[\]][\w@.:\\*?[\]-]*$/.test(text),
    wrong("要写单元名，例如 nginx.service", "must be the name of a unit, such as nginx.service"),
  );

const journal = z
  .union([
    unit,
    z.strictObject({
      unit: unit.optional(),
      /** As syslog calls the program. */
      identifier: z
        .string()
        .max(256)
        .refine(
          (text) => /^[\w@.:/][\w@.:/-]*$/.test(text),
          wrong("要写程序名", "must be the name of a program"),
        )
        .optional(),
      /** Entries of this priority and worse ones: `warning`, or 0 to 7. */
      priority: z
        .enum([
          "emerg",
          "alert",
          "crit",
          "err",
          "warning",
          "notice",
          "info",
          "debug",
          "0",
          "1",
          "2",
          "3",
          "4",
          "5",
          "6",
          "7",
        ])
        .optional(),
    }),
  ])
  // `all` for the whole of it.
  .transform((given) => (typeof given !== "string" ? given : given === "all" ? {} : { unit: given }));

export const logOptions = z
  .strictObject({
    /** Files, with `*`, `?`, `[…]` and `**`. */
    path: z.union([path, z.array(path).min(1).max(MOST_PATHS)]).optional(),
    journal: journal.optional(),
    encoding: z.enum(["auto", "utf-8", "gb18030"]).default("auto"),
    /** Where to begin in what is there already when the monitor is made. */
    from: z.enum(["end", "start"]).default("end"),
    patterns,
    /** `auto` knows stack traces; `off`; or an RE2 expression that the first line of every entry matches. */
    multiline: z.union([z.literal(["auto", "off"]), patternOption]).default("auto"),
    /** So long after the start every kind of line is learnt, and none is new. */
    learn: z
      .string()
      .default("10m")
      .transform((text, context) => {
        const ms = parseDuration(text);
        if (ms !== undefined && ms <= LONGEST_LEARNING_MS) return formatDuration(ms);
        context.addIssue(
          issue("要写时长，最长 30d，例如 10m", "must be a duration of at most 30d, such as 10m"),
        );
        return z.NEVER;
      }),
    /** Whether incident cards show the last matching lines. */
    show_lines: z.boolean().default(true),
  })
  .superRefine(({ path: paths, journal: entries }, context) => {
    const complain = (at: string, message: string, zh: string): void =>
      context.addIssue({ code: "custom", path: [at], message, params: { zh } });
    if (paths === undefined && entries === undefined)
      complain("path", "is missing: say path or journal", "没有写：要写 path 或 journal");
    if (paths !== undefined && entries !== undefined)
      complain("journal", "cannot stand beside path", "不能与 path 同时写");
  });

export type LogOptions = z.output<typeof logOptions>;
export type JournalOptions = NonNullable<LogOptions["journal"]>;

export function pathsOf({ path: paths }: LogOptions): readonly string[] {
  return paths === undefined ? [] : typeof paths === "string" ? [paths] : paths;
}
