/** The options of the `flow` monitor: its steps, when a run is due, and under what it is told. */
import { z } from "zod";
import { wrong } from "../../storage/wrong.ts";
import { cron, scheduleOf, span, timezone } from "../told/options.ts";

const SECOND_MS = 1_000;

/** More cannot be told apart in one picture on a phone. */
export const MOST_STEPS = 20;

/** Wide enough for one slow morning, too short to sleep through a night. */
const USUAL_GRACE = "5m";

/** A run that has not ended by then is stuck, whatever its steps allow. */
const LONGEST_RUN = "1d";

/** One line, nothing hidden. */
export const visible = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;

/** What may be said of a step. */
export const states = ["start", "done", "fail", "skip"] as const;
export type State = (typeof states)[number];

const logSchema = z.strictObject({
  /** The name of a `log` monitor. */
  monitor: z.string().trim().min(1).max(100),
  /** The name of one of its patterns. */
  pattern: z.string().trim().min(1).max(100),
  /** What a line that it matches says of the step. */
  state: z.enum(states).default("done"),
});

const stepSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(50)
    .refine(
      (text) => visible.test(text),
      wrong("要写成一行可见字符", "must be one line of visible characters"),
    )
    .refine((name) => name !== "__proto__", "is a word that programs keep for themselves"),
  /** How long it may take. */
  max_duration: span(SECOND_MS).optional(),
  /** By when it must be done, on the clock of the time zone: `06:00`. */
  deadline: z
    .string()
    .refine(
      (text) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text),
      wrong("要写时刻，例如 06:00", "must be a time of day such as 06:00"),
    )
    .optional(),
  /** Lines of a log that tell of it; one or several. */
  log: z
    .union([logSchema, z.array(logSchema).min(1).max(8)])
    .transform((given) => (Array.isArray(given) ? given : [given]))
    .optional(),
});

/** Cron's last three fields, or the weekday alone: `1-5`, `1 * *`. */
const days = z
  .string()
  .trim()
  .transform((text) => (/\s/.test(text) ? text.replace(/\s+/g, " ") : `* * ${text}`))
  .refine(
    (text) => isSchedule(`0 0 ${text}`),
    wrong(
      "要写星期，如 1-5；或像 cron 那样写日、月、星期：1 * *",
      "must be weekdays such as 1-5, or day, month and weekday as in cron: 1 * *",
    ),
  );

export const flowOptions = z
  .strictObject({
    steps: z.array(stepSchema).min(1).max(MOST_STEPS),
    /** When a run is due to begin. */
    cron: cron.optional(),
    /** On which days a run is due to be done by the last deadline, whenever it begins. */
    days: days.optional(),
    /** IANA name of the zone of `cron`, `days` and deadlines; that of the house where none is given. */
    timezone: timezone.optional(),
    /** How long after its time a run may begin. */
    grace: span(0).default(USUAL_GRACE),
    /** How long a whole run may take. */
    max_duration: span(SECOND_MS).default(LONGEST_RUN),
    /** Whoever knows it may tell of runs; made up once where none is given. */
    token: z
      .string()
      .refine(
        (text) => /^[A-Za-z0-9_-]{16,128}$/.test(text),
        wrong("要写 16 到 128 个字母、数字、- 和 _", "must be 16 to 128 letters, digits, - and _"),
      )
      .optional(),
  })
  .superRefine(({ steps, cron, days }, context) => {
    const complain = (path: (string | number)[], message: string, zh: string): void =>
      context.addIssue({ code: "custom", path, message, params: { zh } });
    const seen = new Set<string>();
    steps.forEach(({ name }, i) => {
      if (seen.has(name))
        complain(["steps", i, "name"], `is the name of two steps: ${name}`, `有两个步骤都叫 ${name}`);
      seen.add(name);
    });
    if (cron !== undefined && days !== undefined)
      complain(["days"], "cannot stand beside cron", "不能与 cron 同时写");
    if (days !== undefined && steps.every(({ deadline }) => deadline === undefined))
      complain(["days"], "needs a step with a deadline", "要有一个写了 deadline 的步骤");
  });

export type FlowOptions = z.output<typeof flowOptions>;

function isSchedule(text: string): boolean {
  try {
    scheduleOf(text);
    return true;
  } catch {
    return false;
  }
}
