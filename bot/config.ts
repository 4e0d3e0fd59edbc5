import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { roles } from "../commands/allow.ts";
import { parseNetworks } from "../monitors/address.ts";
import { monitorSchema } from "../monitors/index.ts";
import { ruleGroupsSchema } from "../rules/rule-groups.ts";
import { parseDuration } from "../storage/duration.ts";
import { ConfigError, type Problem } from "./config-error.ts";

/** `30s`, `5m`, `1h30m` as milliseconds. */
const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === undefined) {
    context.addIssue({ code: "custom", message: `'${text}' is not a duration such as 30s, 5m or 1h30m` });
    return 0;
  }
  return ms;
});

const person = z.strictObject({
  /** `console:alice`, `dingtalk:0123`, `wecom:zhangsan`. */
  id: z.string().regex(/^[a-z]+:.+$/, "must look like dingtalk:<staffId>, wecom:<userid> or console:<name>"),
  name: z.string().min(1).optional(),
  role: z.enum(roles),
});

/** `gengfu.yml`. The schemas of plug-ins live beside them; here they are only put together. */
export const fileSchema = z.strictObject({
  network: z
    .strictObject({
      allow: z
        .array(z.string().refine(isNetwork, "must be an address or a range such as 10.0.0.0/8"))
        .default([]),
    })
    .optional(),
  people: z.array(person).default([]),
  default_role: z.enum(roles).optional(),
  retention: duration.optional(),
  monitors: z.array(monitorSchema).default([]),
  groups: ruleGroupsSchema.default([]),
});

export type FileConfig = z.output<typeof fileSchema>;

/** What an absent file means. */
export const emptyConfig: FileConfig = fileSchema.parse({});

/**
 * Reads and checks `gengfu.yml`. `required` is whether its absence is an error (it was named by `GENGFU_CONFIG`).
 * Throws a ConfigError that names every problem by its path.
 */
export function readConfigFile(
  path: string,
  required: boolean,
  variables: Readonly<Record<string, string | undefined>>,
): FileConfig {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && !required) return emptyConfig;
    throw new ConfigError(path, [{ path: "", message: `cannot be read (${code})` }]);
  }
  return parseConfig(path, text, variables);
}

/** Checks the text of a `gengfu.yml`; `source` names it in errors. */
export function parseConfig(
  source: string,
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): FileConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      source,
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { path: `line ${line}, column ${col}`, message: error.message };
      }),
    );
  }
  const problems: Problem[] = [];
  const raw = fillIn((document.toJS({ maxAliasCount: 100 }) as unknown) ?? {}, [], variables, problems);
  const read = fileSchema.safeParse(raw);
  if (!read.success) problems.push(...read.error.issues.flatMap((issue) => problemsOf(issue)));
  if (problems.length > 0 || read.data === undefined) throw new ConfigError(source, problems);
  return read.data;
}

function isNetwork(text: string): boolean {
  try {
    parseNetworks([text]);
    return true;
  } catch {
    return false;
  }
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = formatPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      message: "unknown key; is it spelt right?",
    }));
  }
  return [{ path, message: issue.message }];
}

function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path)
    text += typeof step === "number" ? `[${step}]` : `${text === "" ? "" : "."}${String(step)}`;
  return text;
}

/** Replaces `${NAME}` in every string by that environment variable. Rule groups are left alone: `$` is theirs. */
function fillIn(
  value: unknown,
  path: readonly PropertyKey[],
  variables: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
): unknown {
  if (path.length === 1 && path[0] === "groups") return value;
  if (typeof value === "string") {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
      const found = variables[name];
      if (found !== undefined) return found;
      problems.push({ path: formatPath(path), message: `the environment variable ${name} is not set` });
      return whole;
    });
  }
  if (Array.isArray(value)) return value.map((item, i) => fillIn(item, [...path, i], variables, problems));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, fillIn(item, [...path, key], variables, problems)]),
    );
  }
  return value;
}
