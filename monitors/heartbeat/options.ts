/** The options of the `heartbeat` monitor, and when by them the next ping is due. */
import { z } from "zod";
import { nextRun } from "../../storage/cron.ts";
import { parseDuration } from "../../storage/duration.ts";
import { wrong } from "../../storage/wrong.ts";
import { cron, LONGEST_MS, scheduleOf, span, timezone } from "../told/options.ts";

const SECOND_MS = 1_000;
const SHORTEST_PERIOD_MS = 10 * SECOND_MS;

/** Wide enough for one late train, too short to sleep through a night. */
const USUAL_GRACE = "5m";

/** The clock of another machine may run ahead of ours: a ping this long before its time is the one that is due. */
const EARLY_MS = 10 * SECOND_MS;

/** A UUID of any version, as `/ping/<uuid>` and `?rid=<uuid>` have it. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const heartbeatOptions = z
  .strictObject({
    /** What it is told under; made up once where none is given. */
    uuid: z
      .string()
      .refine((text) => UUID.test(text), wrong("要写 UUID", "must be a UUID"))
      .transform((text) => text.toLowerCase())
      .optional(),
    /** The longest time from one ping to the next. */
    period: span(SHORTEST_PERIOD_MS).optional(),
    /** When a ping is due: five or six fields, `@daily`, `@every 90m`. */
    cron: cron.optional(),
    /** IANA name of the zone of `cron`; that of the house where none is given. */
    timezone: timezone.optional(),
    /** How long after its time a ping may come. */
    grace: span(0).default(USUAL_GRACE),
    /** How long a run that said `/start` may take; as long as the grace where nothing is said. */
    max_duration: span(SECOND_MS).optional(),
    /** The name in `/ping/<key>/<slug>`. */
    slug: z
      .string()
      .refine(
        (text) => /^[a-z0-9_-]{1,100}$/.test(text),
        wrong("只能用 a-z、0-9、- 和 _", "must be of a-z, 0-9, - and _"),
      )
      .optional(),
    /** A token of Uptime Kuma's that goes on working in `/api/push/<token>`; the uuid always does. */
    push_token: z
      .string()
      .refine(
        (text) => /^[A-Za-z0-9_-]{8,128}$/.test(text),
        wrong("要写 8 到 128 个字母、数字、- 和 _", "must be 8 to 128 letters, digits, - and _"),
      )
      .optional(),
  })
  .superRefine(({ period, cron, timezone }, context) => {
    const complain = (path: string, message: string, zh: string): void =>
      context.addIssue({ code: "custom", path: [path], message, params: { zh } });
    if (period === undefined && cron === undefined)
      complain("period", "is missing: say period or cron", "没有写：要写 period 或 cron");
    if (period !== undefined && cron !== undefined)
      complain("cron", "cannot stand beside period", "不能与 period 同时写");
    if (timezone !== undefined && cron === undefined)
      complain("timezone", "means something only with cron", "只有写 cron 时才有意义");
  });

export type HeartbeatOptions = z.output<typeof heartbeatOptions>;

/** When pings are due and how long they may take; durations in milliseconds. */
export interface Expectation {
  readonly graceMs: number;
  readonly longestRunMs: number;
  readonly zone: string;
  /** When the next ping is due after one at this moment; undefined when none ever is. */
  dueAfter(at: number): number | undefined;
}

/** What the options ask for. `zone` is that of the house. */
export function expectationOf(options: HeartbeatOptions, zone: string): Expectation {
  const graceMs = parseDuration(options.grace) ?? 0;
  const longestRunMs = parseDuration(options.max_duration ?? options.grace) ?? graceMs;
  const inZone = options.timezone ?? zone;
  return { graceMs, longestRunMs, zone: inZone, dueAfter: dueAfter(options, inZone) };
}

function dueAfter({ period, cron }: HeartbeatOptions, zone: string): Expectation["dueAfter"] {
  if (cron === undefined) {
    const periodMs = parseDuration(period ?? "") ?? LONGEST_MS;
    return (at) => at + periodMs;
  }
  const schedule = scheduleOf(cron);
  // Every look asks for the same one until another ping has come.
  let asked: { readonly at: number; readonly due: number | undefined } | undefined;
  return (at) => {
    if (asked?.at !== at) asked = { at, due: nextRun(schedule, zone, at + EARLY_MS) };
    return asked.due;
  };
}
