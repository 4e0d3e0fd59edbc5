/** `oncall:` of `gengfu.yml`: rotations, as PagerDuty and Grafana OnCall have them, in small. */
import { z } from "zod";
import { dayNumber, lengthOfMonth } from "../../storage/civil.ts";
import { isZone } from "../../storage/zone.ts";
import { complain, distinctNames, duration, named, scalar } from "../config-parts.ts";
import { localSpansSchema, type TimeSpan } from "../muting/time-interval-config.ts";

/** A layer as the file has it; its times are in the zone of the rotation, which stands as `Local`. */
export interface LayerConfig {
  readonly people: readonly string[];
  readonly everyMs: number;
  /** Milliseconds as if it were UTC. */
  readonly starts: number;
  readonly active: readonly TimeSpan[] | undefined;
}

export interface RotationConfig {
  readonly name: string;
  /** IANA name; undefined: that of the house. */
  readonly zone: string | undefined;
  /** Where a change of hands is told: `dingtalk:cid…`. */
  readonly conversations: readonly string[];
  /** None: what people made in chat under this name, or the calendar. */
  readonly layers: readonly LayerConfig[];
  /** The first layer stands as `rotation`. */
  readonly hasRotation: boolean;
  readonly active: readonly TimeSpan[] | undefined;
  /** The path or the address of a calendar. It may hold a secret: never logged. */
  readonly ics: string | undefined;
  /** What whoever reads its calendar must know; undefined: the token of the API, or a token made for it. */
  readonly icsToken: string | undefined;
}

/** The name stands in commands and in the address of a calendar. */
export const ROTATION_NAME = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,39}$/u;

const DAY_MS = 86_400_000;
/** The lengths that a shift may have. */
export const SHORTEST_SHIFT_MS = 3_600_000;
export const LONGEST_SHIFT_MS = 366 * DAY_MS;
/** More people than this in one layer, and nobody would remember their last turn. */
export const MOST_PEOPLE = 100;
const MOST_LAYERS = 20;

const rotationName = named.refine((name) => ROTATION_NAME.test(name), {
  message: "must be up to 40 letters, digits, '-', '_' and '.', such as db",
  params: { zh: "应为最多 40 个字母、数字、'-'、'_'、'.'，例如 db" },
});

const zone = named.refine(isZone, {
  message: "is not a time zone of the IANA database, e.g. Asia/Shanghai",
  params: { zh: "不是 IANA 时区名，例如 Asia/Shanghai" },
});

/** A moment by the clock on the wall of the rotation's zone. */
const wall = scalar.transform((text, context): number => {
  const found = /^(\d{4})-(\d{2})-(\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)(?::00)?$/.exec(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found?.slice(1).map(Number) ?? [];
  if (month >= 1 && month <= 12 && day >= 1 && day <= lengthOfMonth(year, month))
    return dayNumber(year, month, day) * DAY_MS + (hour * 60 + minute) * 60_000;
  complain(context, {
    zh: `'${text}' 不是时间，应像 2026-11-30T09:00 这样写（当地时间）`,
    en: `'${text}' is not a time such as 2026-11-30T09:00, by the clock on the wall`,
  });
  return z.NEVER;
});

const every = duration.refine((ms) => ms >= SHORTEST_SHIFT_MS && ms <= LONGEST_SHIFT_MS, {
  message: "must be from 1h up to 366d, such as 12h, 1d or 1w",
  params: { zh: "应在 1h 到 366d 之间，例如 12h、1d、1w" },
});

const layer = z
  .strictObject({
    people: z.array(named).min(1).max(MOST_PEOPLE),
    every,
    starts: wall,
    active: localSpansSchema.optional(),
  })
  .transform(
    ({ people, every: everyMs, starts, active }): LayerConfig => ({ people, everyMs, starts, active }),
  );

const conversation = named.refine((text) => /^[a-z_]+:./.test(text), {
  message: "must look like dingtalk:cid…, wecom:wr… or console:ops; say id there to see it",
  params: { zh: "应形如 dingtalk:cid…、wecom:wr… 或 console:ops；在会话里说“编号”可以看到" },
});

/** What has a scheme is an address; anything else is a path. */
const ics = named.refine(
  (text) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || (/^https?:\/\//i.test(text) && URL.canParse(text)),
  {
    message: "must be the path of an .ics file, or an https address",
    params: { zh: "应为 .ics 文件的路径或 https 地址" },
  },
);

const rotation = z
  .strictObject({
    name: rotationName,
    timezone: zone.optional(),
    handover: z.strictObject({ conversations: z.array(conversation).default([]) }).prefault({}),
    rotation: layer.optional(),
    layers: z.array(layer).max(MOST_LAYERS).default([]),
    active: localSpansSchema.optional(),
    ics: ics.optional(),
    ics_token: named.optional(),
  })
  .transform(
    (one): RotationConfig => ({
      name: one.name,
      zone: one.timezone,
      conversations: one.handover.conversations,
      layers: [...(one.rotation === undefined ? [] : [one.rotation]), ...one.layers],
      hasRotation: one.rotation !== undefined,
      active: one.active,
      ics: one.ics,
      icsToken: one.ics_token,
    }),
  );

export const oncallSchema = z.array(rotation).superRefine(distinctNames);
