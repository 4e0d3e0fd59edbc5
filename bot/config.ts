/** `gengfu.yml`: how it is read and checked. The schemas of plug-ins live beside them; here they are put together. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { scalar } from "../alerts/config-parts.ts";
import { DEFAULT_STORM, limitsSchema, stormSchema } from "../alerts/delivery/delivery-config.ts";
import { escalationSchema } from "../alerts/incidents/escalation-config.ts";
import { acknowledgeSchema, DEFAULT_FLAPPING, flappingSchema } from "../alerts/incidents/incident-config.ts";
import { linksSchema } from "../alerts/incidents/links-config.ts";
import { intakeSchema } from "../alerts/intake/intake-config.ts";
import { inhibitRulesSchema } from "../alerts/muting/inhibit-config.ts";
import { timeIntervalsSchema } from "../alerts/muting/time-interval-config.ts";
import { oncallSchema, type RotationConfig } from "../alerts/oncall/oncall-config.ts";
import { routeSchema } from "../alerts/routing/route-config.ts";
import { roles } from "../commands/allow.ts";
import { parseNetworks } from "../monitors/address.ts";
import { addressesOf, type MonitorSpec, monitorKinds, monitorSchema } from "../monitors/index.ts";
import { databaseSchema } from "../monitors/sql/database.ts";
import { ruleGroupsSchema } from "../rules/rule-groups.ts";
import { parseDuration } from "../storage/duration.ts";
import { wordsOf } from "../storage/store-error.ts";
import { actionsSchema } from "./actions/config.ts";
import { crossCheck } from "./config/cross-check.ts";
import { ConfigError, type Problem } from "./config/error.ts";
import { fillIn, type Variables } from "./config/fill-in.ts";
import { peopleSchema } from "./config/people.ts";
import { type ReadSecret, unseal } from "./config/secret-files.ts";
import { problemsOf } from "./config/words.ts";
import { dingTalkSchema } from "./dingtalk/config.ts";
import { hooksSchema } from "./hooks/index.ts";
import { globalSchema } from "./receivers/global-config.ts";
import { receiversSchema, UNSUPPORTED } from "./receivers/receivers-config.ts";
import { watchdogSchema } from "./receivers/watchdog-config.ts";

/** Fewer samples than this would leave expressions with nothing to look back on. */
const SHORTEST_RETENTION_MS = 10 * 60_000;

const retention = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= SHORTEST_RETENTION_MS) return ms;
  context.addIssue({
    code: "custom",
    message: `'${text}' is not a duration from 10m up, such as 12h or 3d`,
    params: { zh: `'${text}' 不是 10m 以上的时长，例如 12h、3d` },
  });
  return z.NEVER;
});

const network = z.string().refine(isNetwork, {
  message: "must be an address or a range such as 10.0.0.0/8",
  params: { zh: "应为地址或网段，例如 10.0.0.0/8" },
});

/** The whole file; every part is optional. */
export const fileSchema = z.strictObject({
  network: z.strictObject({ allow: z.array(network).default([]) }).optional(),
  people: peopleSchema.default([]),
  default_role: z.enum(roles).optional(),
  oncall: oncallSchema.default([]),
  retention: retention.optional(),
  databases: z.array(databaseSchema).default([]).superRefine(unlike("name")),
  monitors: z.array(monitorSchema).default([]).superRefine(unlike("name")).superRefine(unlikeAddresses),
  groups: ruleGroupsSchema.default([]),
  global: globalSchema.prefault({}),
  route: routeSchema.optional(),
  receivers: receiversSchema.default([]),
  inhibit_rules: inhibitRulesSchema.default([]),
  time_intervals: timeIntervalsSchema.default([]),
  /** The older name; both lists are one. */
  mute_time_intervals: timeIntervalsSchema.default([]),
  /** Alertmanager's, of no use here: cards are made without templates. */
  templates: z.array(scalar).default([]),
  ignore_unsupported: z.boolean().default(false),
  escalation: escalationSchema.default([]),
  acknowledge: acknowledgeSchema.default({}),
  flapping: flappingSchema.default(DEFAULT_FLAPPING),
  storm: stormSchema.default(DEFAULT_STORM),
  limits: limitsSchema.default({}),
  intake: intakeSchema.prefault({}),
  links: linksSchema.default([]),
  actions: actionsSchema.default([]),
  hooks: hooksSchema.default([]),
  watchdog: watchdogSchema.optional(),
  dingtalk: dingTalkSchema.prefault({}),
});

/** What a `gengfu.yml` says. `secrets`: those that it took from files of their own. */
export type FileConfig = z.output<typeof fileSchema> & {
  readonly secrets: readonly string[];
  /** The file as it is written; "" when there is none. */
  readonly text: string;
};

/** What an absent file means. */
export const emptyConfig: FileConfig = { ...fileSchema.parse({}), secrets: [], text: "" };

/**
 * Reads and checks `gengfu.yml`. `required` is whether its absence is an error (it was named by `GENGFU_CONFIG`).
 * Throws a ConfigError that names every problem by its path.
 */
export function readConfigFile(path: string, required: boolean, variables: Variables): FileConfig {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && !required) return emptyConfig;
    const { zh, en } = wordsOf("", error);
    const text = { zh: `无法读取${zh}`, en: `cannot be read${en}` };
    throw new ConfigError(path, [{ path: "", text }]);
  }
  try {
    return parseConfig(path, new TextDecoder("utf-8", { fatal: true }).decode(bytes), variables);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const text = { zh: "不是 UTF-8 编码，请另存为 UTF-8", en: "is not UTF-8; save it as UTF-8" };
    throw new ConfigError(path, [{ path: "", text }]);
  }
}

/**
 * Checks the text of a `gengfu.yml`; `source` names it in errors, and the files that it names are looked for beside
 * it. Throws a ConfigError with every problem.
 */
export function parseConfig(
  source: string,
  text: string,
  variables: Variables,
  readSecret: ReadSecret = (path) => readFileSync(resolve(dirname(source), path), "utf8"),
): FileConfig {
  // `$` in rule groups belongs to their templates.
  const filled = fillIn(parseYaml(source, text), variables, ["groups"]);
  const unsealed = unseal(filled.value, readSecret, (key) => NO_SECRETS.has(key));
  const problems = [...filled.problems, ...unsealed.problems];
  const read = fileSchema.safeParse(withoutEmptyParts(unsealed.value), { reportInput: true });
  if (read.success) problems.push(...crossCheck(read.data).map(filled.discreet));
  if (read.success && problems.length === 0) {
    const oncall = read.data.oncall.map((one) => besides(one, source));
    return { ...read.data, oncall, secrets: unsealed.secrets, text };
  }
  const unfilled = new Set(problems.map(({ path }) => path));
  const others = read.success
    ? []
    : read.error.issues.flatMap((issue) => problemsOf(issue).map(filled.discreet));
  // What is wrong with a text that could not be filled in is not known.
  throw new ConfigError(source, [...problems, ...others.filter(({ path }) => !unfilled.has(path))]);
}

/** The path of a calendar counts from the file that names it. */
function besides(rotation: RotationConfig, source: string): RotationConfig {
  const { ics } = rotation;
  return ics === undefined || ics.includes("://")
    ? rotation
    : { ...rotation, ics: resolve(dirname(source), ics) };
}

/** Options that are called so themselves: the `pid_file` of a `process` is looked at, not put in its place. */
const OWN_FILES = Object.values(monitorKinds)
  .flatMap(({ options }) => Object.keys(options.shape))
  .filter((option) => option.endsWith("_file"));

/** Keys below which none means a file, whatever its name: what is not understood, and names that people choose. */
const NO_SECRETS = new Set([
  ...Object.keys(UNSUPPORTED),
  ...OWN_FILES,
  ...["labels", "annotations", "queries", "aggs", "rename"],
]);

/** Throws a ConfigError with line and column. */
function parseYaml(source: string, text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const problems = faults.map((fault): Problem => {
      const { line, col } = lines.linePos(fault.pos[0]);
      return { path: `line ${line}, column ${col}`, text: YAML_WORDS[fault.code] ?? both(fault.message) };
    });
    throw new ConfigError(source, problems);
  }
  return toPlain(source, document);
}

function toPlain(source: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    // An alias of something that does not exist, or a bomb of aliases.
    throw new ConfigError(source, [{ path: "", text: both((error as Error).message) }]);
  }
}

const YAML_WORDS: Readonly<Record<string, Problem["text"]>> = {
  DUPLICATE_KEY: { zh: "这个键写了两次", en: "this key stands here a second time" },
  MULTIPLE_DOCS: {
    zh: "文件里有多个 YAML 文档 (---)，只能有一个",
    en: "a second YAML document (---) begins here; there can be only one",
  },
  TAB_AS_INDENT: { zh: "缩进不能用制表符，请用空格", en: "tabs cannot indent; use spaces" },
};

function both(message: string): Problem["text"] {
  return { zh: message, en: message };
}

/** Parts of `alertmanager.yml`, in which a key without a value means the same at every depth. */
const ALERTMANAGERS = [
  "global",
  "route",
  "receivers",
  "inhibit_rules",
  "time_intervals",
  "mute_time_intervals",
];

/** `monitors:` with every entry commented out is null in YAML, and means none. */
function withoutEmptyParts(value: unknown, deep = false): unknown {
  if (Array.isArray(value)) return deep ? value.map((one) => withoutEmptyParts(one, true)) : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      deep || ALERTMANAGERS.includes(key) ? withoutEmptyParts(part ?? undefined, true) : (part ?? undefined),
    ]),
  );
}

/** Two monitors that are told under one address could not be told apart. */
function unlikeAddresses(monitors: readonly MonitorSpec[], context: z.RefinementCtx): void {
  const holders = new Map<string, string>();
  monitors.forEach((monitor, i) => {
    const holder = addressesOf(monitor)
      .map((address) => holders.get(address))
      .find((name) => name !== undefined);
    if (holder !== undefined)
      context.addIssue({
        code: "custom",
        path: [i],
        message: `has an address (uuid, slug, push_token or token) of '${holder}'`,
        params: { zh: `与 '${holder}' 的地址（uuid、slug、push_token 或 token）相同` },
      });
    for (const address of addressesOf(monitor)) holders.set(address, monitor.name);
  });
}

/** Refuses two entries with the same `key`. */
function unlike<K extends string>(
  key: K,
): (all: readonly Record<K, string>[], context: z.RefinementCtx) => void {
  return (all, context) => {
    const seen = new Set<string>();
    all.forEach((one, i) => {
      if (seen.has(one[key]))
        context.addIssue({
          code: "custom",
          path: [i, key],
          message: `'${one[key]}' is there already`,
          params: { zh: `'${one[key]}' 已经有了` },
        });
      seen.add(one[key]);
    });
  };
}

function isNetwork(text: string): boolean {
  try {
    parseNetworks([text]);
    return true;
  } catch {
    return false;
  }
}
