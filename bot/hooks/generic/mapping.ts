/** How any JSON becomes alerts: `alerts`, `map`, `resolved` and `severities` of a hook of kind `generic`. */
import { z } from "zod";
import { complain, named, scalar } from "../../../alerts/config-parts.ts";
import { dayNumber } from "../../../storage/civil.ts";
import type { Text } from "../../../storage/locale.ts";
import { readTime, writeTime } from "../../../storage/rfc3339.ts";
import { offsetAt } from "../../../storage/zone.ts";
import type { Reading } from "../hook.ts";
import type { Item } from "../json.ts";
import { type Expression, evaluate, expression, type Scope } from "./expression.ts";
import { type Path, parsePath } from "./path.ts";

/** What a status may be called when all is well again; upper and lower case are the same. */
const RESOLVED = ["resolved", "recovered", "recovery", "ok", "normal", "恢复", "已恢复", "已解决", "正常"];

const listPath = scalar.transform((text, context): Path => {
  const path = parsePath(text);
  if (!("why" in path)) return path;
  complain(context, path.why);
  return z.NEVER;
});

const words = z.array(named.transform((word) => word.toLowerCase()));

const expressions = z.record(
  named.refine((name) => !["alertname", "severity", "hook"].includes(name), {
    message: "is set by title, severity or the name of the hook",
    params: { zh: "由 title、severity 或 hook 的名字决定" },
  }),
  expression,
);

export const mappingSchema = z.strictObject({
  /** Where the alerts are; the whole body is one where nothing is said. */
  alerts: listPath.default({ text: "$", fromTop: false, optional: false, steps: [] }),
  map: z.strictObject({
    title: expression,
    severity: expression.optional(),
    status: expression.optional(),
    starts_at: expression.optional(),
    url: expression.optional(),
    labels: expressions.default({}),
    annotations: z.record(named, expression).default({}),
  }),
  /** Values of `status` that mean that it is over. */
  resolved: words.default(RESOLVED),
  /** Values of `severity` by what they mean here. */
  severities: z
    .strictObject({ critical: words.default([]), warning: words.default([]), info: words.default([]) })
    .optional(),
});

export type Mapping = z.output<typeof mappingSchema>;

/** The alert of one item, or why there is none: which expression found nothing. */
export function itemOf(mapping: Mapping, scope: Scope, { at, zone }: Reading): Item {
  const { map } = mapping;
  let why: Text | undefined;
  const value = (what: string, given: Expression | undefined): string | undefined => {
    const found = given === undefined ? undefined : evaluate(given, scope);
    if (typeof found !== "object") return found;
    why ??= { zh: `${what}：${found.why.zh}`, en: `${what}: ${found.why.en}` };
    return undefined;
  };
  const all = (what: string, given: Readonly<Record<string, Expression>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(given).flatMap(([name, one]) => {
        const found = value(`${what}.${name}`, one);
        return found === undefined ? [] : [[name, found]];
      }),
    );

  const title = value("map.title", map.title);
  const severity = value("map.severity", map.severity);
  const status = value("map.status", map.status);
  const labels = all("map.labels", map.labels);
  const annotations = all("map.annotations", map.annotations);
  const url = value("map.url", map.url) ?? "";
  const started = value("map.starts_at", map.starts_at);
  if (why !== undefined) return { why };
  if (title === undefined || title.trim() === "")
    return { why: { zh: "map.title：为空", en: "map.title: is empty" } };
  const startsAt = started === undefined ? undefined : momentOf(started, zone);
  if (startsAt === "bad")
    return {
      why: {
        zh: `map.starts_at：'${started?.slice(0, 40)}' 不是时间`,
        en: `map.starts_at: '${started?.slice(0, 40)}' is no time`,
      },
    };
  const over = status !== undefined && mapping.resolved.includes(status.trim().toLowerCase());
  return {
    alert: {
      labels: { ...labels, alertname: title.trim(), severity: severityOf(mapping, severity) },
      annotations,
      generatorURL: url,
      ...(startsAt === undefined || startsAt > at ? {} : { startsAt: writeTime(startsAt) }),
      ...(over ? { endsAt: writeTime(at) } : {}),
    },
  };
}

function severityOf({ severities }: Mapping, given = ""): string {
  const word = given.trim().toLowerCase();
  for (const [severity, means] of Object.entries(severities ?? {})) if (means.includes(word)) return severity;
  return word;
}

const CIVIL = /^(\d{4})[-/](\d\d?)[-/](\d\d?)[ T](\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d+)?$/;
/** Larger numbers are milliseconds: the year 5138 in seconds. */
const MOST_SECONDS = 1e11;
const YEAR_10000 = Date.parse("9999-12-31T23:59:59Z");

/** RFC 3339, seconds or milliseconds since 1970, or `2024-05-01 08:00:00` on the clocks of `zone`. */
function momentOf(text: string, zone: string): number | undefined | "bad" {
  const given = text.trim();
  if (/^\d{1,15}(\.\d+)?$/.test(given)) {
    const number = Number(given);
    const at = Math.floor(number < MOST_SECONDS ? number * 1_000 : number);
    return at <= YEAR_10000 ? at : "bad";
  }
  const found = CIVIL.exec(given);
  if (found === null) return readTime(given);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((one) => Number(one ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return "bad";
  const local = dayNumber(year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1_000;
  // The second look is for the hours around a change of the clocks.
  return local - offsetAt(zone, local - offsetAt(zone, local));
}
