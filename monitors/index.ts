/** The table of monitor kinds, and the schema of one monitor as `gengfu.yml` and chat write it. */
import { z } from "zod";
import { formatDuration, parseDuration } from "../storage/duration.ts";
import type { Labels } from "../storage/labels.ts";
import { issue, wrong } from "../storage/wrong.ts";
import { dns } from "./dns/dns.ts";
import { elasticsearch } from "./elasticsearch/elasticsearch.ts";
import { flow } from "./flow/flow.ts";
import { heartbeat } from "./heartbeat/heartbeat.ts";
import { http } from "./http/http.ts";
import { icmp } from "./icmp/icmp.ts";
import { log } from "./log/log.ts";
import type { MonitorKind } from "./monitor.ts";
import { process } from "./process/process.ts";
import { prometheus } from "./prometheus/prometheus.ts";
import { scrape } from "./scrape/scrape.ts";
import { type ShapeStep, shapeOption } from "./shaping/steps.ts";
import { sql } from "./sql/sql.ts";
import { system } from "./system/system.ts";
import { systemd } from "./systemd/systemd.ts";
import { tcp } from "./tcp/tcp.ts";
import { tls } from "./tls/tls.ts";

/** A table of kinds whose options only the kinds themselves know. */
export type MonitorKinds = Readonly<Record<string, MonitorKind<unknown>>>;

/** Every kind of monitor there is. A new kind is one line here. */
export const monitorKinds = {
  system,
  http,
  tcp,
  tls,
  dns,
  icmp,
  process,
  systemd,
  heartbeat,
  flow,
  scrape,
  sql,
  log,
  prometheus,
  elasticsearch,
} satisfies MonitorKinds;

/** What to look at and how often. `options` are those of the kind, checked, with defaults filled in. */
export interface MonitorSpec {
  /** Unique; the label `monitor` of everything the monitor writes. */
  readonly name: string;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Further labels of everything the monitor writes. */
  readonly labels: Labels;
  /** What is made of its readings before they are written; absent where nothing is. */
  readonly shape?: readonly ShapeStep[];
}

/** Where others reach a monitor; no two may share one. */
export function addressesOf(
  { kind, options }: Pick<MonitorSpec, "kind" | "options">,
  kinds: MonitorKinds = monitorKinds,
): readonly string[] {
  return kinds[kind]?.addresses?.(options) ?? [];
}

const SHORTEST_INTERVAL_MS = 1_000;
const LONGEST_INTERVAL_MS = 86_400_000;
const SHORTEST_TIMEOUT_MS = 100;

/** A name as people type it: one line, no control characters, not too long for a card. */
export const monitorName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine(
    (text) => /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u.test(text),
    wrong("要写成一行可见字符", "must be one line of visible characters"),
  );

function duration(shortestMs: number, longestMs: number) {
  return z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= shortestMs && ms <= longestMs) return ms;
    const from = formatDuration(shortestMs);
    const to = formatDuration(longestMs);
    context.addIssue(
      issue(
        `要写 ${from} 到 ${to} 的时长，例如 30s、5m`,
        `must be a duration from ${from} to ${to}, such as 30s or 5m`,
      ),
    );
    return z.NEVER;
  });
}

const labelName = z
  .string()
  .refine(
    (text) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(text),
    wrong("要写标签名：字母、数字和 _", "must be a label name: letters, digits and _"),
  )
  .refine((name) => !name.startsWith("__"), wrong("不能以 __ 开头", "must not begin with __"))
  .refine(
    (name) => name !== "monitor" && name !== "instance",
    wrong("这个标签由监控自己写，不能改", "is a label that the monitor sets itself"),
  );

const commonKeys = z.strictObject({
  name: monitorName,
  interval: duration(SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS).optional(),
  timeout: duration(SHORTEST_TIMEOUT_MS, LONGEST_INTERVAL_MS).optional(),
  labels: z.record(labelName, z.string().max(500)).default({}),
  shape: shapeOption.optional(),
});

function specOf(kind: MonitorKind<unknown>) {
  return kind.options
    .extend({ ...commonKeys.shape, kind: z.literal(kind.kind) })
    .transform((given, context): MonitorSpec => {
      // The schema of a kind is known only to the kind; the keys named here are those added above.
      const {
        name,
        kind: _,
        interval,
        timeout,
        labels,
        shape = [],
        ...options
      } = given as z.output<typeof commonKeys> & {
        kind: string;
      };
      const intervalMs = interval ?? kind.intervalMs;
      const timeoutMs = timeout ?? Math.min(kind.timeoutMs, intervalMs);
      if (timeoutMs > intervalMs) {
        const most = formatDuration(intervalMs);
        const said = issue(`不能比 interval（${most}）长`, `must not be longer than the interval, ${most}`);
        context.addIssue({ ...said, path: ["timeout"] });
      }
      const spec = { name, kind: kind.kind, options, intervalMs, timeoutMs, labels };
      return shape.length === 0 ? spec : { ...spec, shape };
    });
}

/** The hosts that a monitor's options name, for the guard. */
export function hostsOf({ kind, options }: Pick<MonitorSpec, "kind" | "options">): readonly string[] {
  return kindNamed(kind)?.hosts?.(options) ?? [];
}

/** The kind of this name. */
export function kindNamed(name: string): MonitorKind<unknown> | undefined {
  const kinds: MonitorKinds = monitorKinds;
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}

/** What an address says about a monitor. */
export interface Address {
  readonly kind: string;
  readonly option: string;
  readonly value: string;
  /** The label `instance` of a monitor that looks there. */
  readonly instance: string;
}

/** Reads `https://shop.example`, `tcp://db.example:5432`, `icmp://10.0.0.1`: a kind and what it is to look at. */
export function readAddress(text: string): Address | undefined {
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.+)$/i.exec(text.trim()) ?? [];
  const isWeb = /^https?$/i.test(scheme);
  const kind = kindNamed(isWeb ? "http" : scheme.toLowerCase());
  if (kind?.target === undefined) return undefined;
  const value = isWeb ? text.trim() : rest.replace(/\/$/, "");
  const read = kind.options.safeParse({ [kind.target]: value });
  if (!read.success) return undefined;
  return { kind: kind.kind, option: kind.target, value, instance: kind.instance(read.data) };
}

/** The schema of one monitor over a table of kinds: common keys and the kind's own, side by side, strict. */
export function createMonitorSchema(kinds: MonitorKinds): z.ZodType<MonitorSpec> {
  const [first, ...rest] = Object.values(kinds).map(specOf);
  if (first === undefined) throw new Error("a table of monitor kinds is empty");
  return z.discriminatedUnion("kind", [first, ...rest]);
}

/** One monitor as `gengfu.yml` and `monitor add` write it; `interval` and `timeout` are Prometheus durations. */
export const monitorSchema = createMonitorSchema(monitorKinds);
