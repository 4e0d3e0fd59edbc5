/** The options of the `process` monitor: which processes, and how many of them there should be. */
import { z } from "zod";
import { wrong } from "../../storage/wrong.ts";
import { patternOption } from "../probe/pattern.ts";

const MOST = 100_000;

/** From how many to how many; `most` is infinite where only the least is said. */
export interface CountRange {
  readonly least: number;
  readonly most: number;
}

/** Reads `3`, `2-4`, `2+`. */
export function parseCount(text: string): CountRange | undefined {
  const [, least, end, most] = /^(\d{1,6})(?:(\+)|-(\d{1,6}))?$/.exec(text.replace(/\s/g, "")) ?? [];
  if (least === undefined) return undefined;
  const range = {
    least: Number(least),
    most: end === "+" ? Number.POSITIVE_INFINITY : Number(most ?? least),
  };
  return range.least <= range.most && range.least <= MOST ? range : undefined;
}

/** Kept as it is written best, so that the schema takes its own output. */
const count = z
  .union([z.int().min(0).max(MOST).transform(String), z.string()])
  .transform((given, context) => {
    const range = parseCount(given);
    if (range !== undefined) return given.replace(/\s/g, "");
    context.addIssue({
      code: "custom",
      message: 'must be how many: 3, "2-4" or "2+"',
      params: { zh: "应写个数，如 3、2-4 或 2+" },
    });
    return z.NEVER;
  });

/** One line, as everybody may see it. */
const visible = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine(
    (text) => /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u.test(text),
    wrong("要写成一行可见字符", "must be one line of visible characters"),
  );

export const processOptions = z
  .strictObject({
    /** The name of the program, exactly: `nginx`; as the kernel keeps it, or as it was called. */
    process: visible.optional(),
    /** An RE2 expression, looked for anywhere in the command line. */
    match: patternOption.optional(),
    /** A file that holds the number of the process. */
    pid_file: z
      .string()
      .max(1000)
      .refine(
        (text) => /^(?:\/|[A-Za-z]:\\)[^\p{Cc}]+$/u.test(text),
        wrong("要写绝对路径", "must be an absolute path"),
      )
      .optional(),
    /** The TCP port that the process listens on. */
    port: z.int().min(1).max(65_535).optional(),
    /** Whose processes: a name, or a number. */
    user: visible.optional(),
    /** How many there should be. */
    expected_count: count.default("1+"),
  })
  .superRefine(({ process, match, pid_file, port, user }, context) => {
    if ([process, match, pid_file, port, user].some((one) => one !== undefined)) return;
    context.addIssue({
      code: "custom",
      path: ["process"],
      message: "give at least one of process, match, pid_file, port and user",
      params: { zh: "process、match、pid_file、port、user 至少写一个" },
    });
  });

export type ProcessOptions = z.output<typeof processOptions>;

/** What is looked for, without what everybody should not see: a command line may hold secrets. */
export function instanceOf({ process, match, pid_file, port, user }: ProcessOptions): string {
  const parts = [
    process,
    pid_file,
    port === undefined ? undefined : `:${port}`,
    match === undefined ? undefined : "(match)",
  ].filter((part) => part !== undefined);
  const whose = user === undefined ? "" : `@${user}`;
  return `process://${parts.join(",")}${whose}`.replace(/\s/g, "%20");
}
