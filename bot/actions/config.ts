/** `actions:` of `gengfu.yml`: what may be run. They are written there only; nobody types one in a chat. */
import { isAbsolute } from "node:path";
import { z } from "zod";
import type { Action } from "../../alerts/actions/action.ts";
import { OCCASIONS } from "../../alerts/actions/run.ts";
import { complain, distinctNames, named, positiveDuration, scalar } from "../../alerts/config-parts.ts";
import { matchersList } from "../../alerts/routing/matchers-config.ts";
import { isLabelName } from "../../storage/labels.ts";
import { compileRegex } from "../../storage/regex.ts";
import { orEnvironment } from "../http-client/proxy.ts";
import { type HttpConfig, httpSchema } from "../receivers/http-config.ts";
import { address } from "../receivers/webhook-config.ts";
import { hasOther, mapTexts, placeholdersIn } from "./placeholders.ts";

/** A program with its arguments; there is no shell. */
export interface ProgramToRun {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

/** A request. The address may hold a secret: never logged. */
export interface RequestToMake {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** undefined: as `global` says, without what says who we are. */
  readonly http: HttpConfig | undefined;
  readonly body: unknown;
}

export interface ActionConfig extends Action {
  readonly timeoutMs: number;
  readonly does:
    | { readonly program: ProgramToRun; readonly request?: never }
    | { readonly request: RequestToMake; readonly program?: never };
}

const TIMEOUT_MS = 30_000;
const LONGEST_MS = 10 * 60_000;

const parameter = scalar.superRefine((pattern, context) => {
  try {
    compileRegex(pattern);
  } catch (error) {
    const why = (error as Error).message;
    complain(context, { zh: `不是 RE2 表达式：${why}`, en: `is no RE2 expression: ${why}` });
  }
});

const http = z.strictObject({
  url: address,
  method: z.enum(["GET", "POST"]).default("POST"),
  body: z.unknown().optional(),
  http_config: httpSchema.optional(),
});

const action = z
  .strictObject({
    // What stands after `run` in the chat, before the number.
    name: named.refine((name) => /^[\p{L}_][\p{L}\p{N}_.-]{0,63}$/u.test(name) && name !== "now", {
      message: "must be a letter and up to 63 more letters, digits, _, . or -, and not 'now'",
      params: { zh: "应以字母或汉字开头，最多 64 个字母、汉字、数字、_、. 或 -，且不能是 now" },
    }),
    summary: named.optional(),
    command: z.array(scalar).min(1).optional(),
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), scalar).default({}),
    cwd: named.optional(),
    http: http.optional(),
    labels: z.record(z.string(), parameter).default({}),
    on: z.array(z.enum(OCCASIONS)).default([]),
    matchers: matchersList.default([]),
    needs: z.enum(["operator", "admin"]).default("operator"),
    timeout: positiveDuration.default(TIMEOUT_MS),
  })
  .superRefine(({ command, http: request, on, matchers, timeout, labels, env, cwd }, context) => {
    const wrong = (path: readonly PropertyKey[], zh: string, en: string): void =>
      complain(context, { zh, en }, path);
    if ((command === undefined) === (request === undefined))
      wrong([], "command 和 http 要写且只能写一个", "needs either command or http");
    if (request !== undefined && (Object.keys(env).length > 0 || cwd !== undefined))
      wrong(["http"], "env 和 cwd 只用于 command", "env and cwd mean something only with command");
    if (on.length > 0 && matchers.length === 0)
      wrong(["matchers"], "自动执行的动作要写 matchers", "is missing: an action with on must say for what");
    if (timeout > LONGEST_MS) wrong(["timeout"], "最长 10m", "must be at most 10m");
    const [program = ""] = command ?? [];
    if (command !== undefined && (!isAbsolute(program) || placeholdersIn(program).length > 0))
      wrong(["command", 0], "应为程序的绝对路径", "must be the absolute path of a program");
    if (request !== undefined && /\{\{/.test(originOf(request.url)))
      wrong(["http", "url"], "主机名里不能有 {{ }}", "must not have {{ }} in its host");
    const used = new Set<string>();
    mapTexts([command, request?.url, request?.body], (text) => {
      for (const label of placeholdersIn(text)) used.add(label);
      if (hasOther(text))
        wrong([], "占位符应写成 {{ $labels.名字 }}", "a placeholder must be written as {{ $labels.NAME }}");
      return text;
    });
    for (const label of used)
      if (!Object.hasOwn(labels, label))
        wrong(
          ["labels"],
          `{{ $labels.${label} }} 没有写允许什么值`,
          `{{ $labels.${label} }} is used, and nothing says what it may be`,
        );
    for (const label of Object.keys(labels)) {
      if (!isLabelName(label)) wrong(["labels", label], "不是标签名", "is no label name");
      if (!used.has(label)) wrong(["labels", label], "没有用到", "is used nowhere");
    }
  })
  .transform((one): ActionConfig => {
    const [program = "", ...rest] = one.command ?? [];
    return {
      name: one.name,
      summary: one.summary,
      on: one.on,
      matchers: one.matchers.flat(),
      needs: one.needs,
      timeoutMs: one.timeout,
      parameters: Object.entries(one.labels).map(([label, pattern]) => ({
        label,
        pattern,
        fits: compileRegex(pattern),
      })),
      does:
        one.http === undefined
          ? { program: { argv: [program, ...rest], env: one.env, cwd: one.cwd } }
          : {
              request: {
                method: one.http.method,
                url: one.http.url,
                http: one.http.http_config && orEnvironment(one.http.http_config),
                body: one.http.body,
              },
            },
    };
  });

export const actionsSchema = z.array(action).superRefine(distinctNames);

/** What of an address comes before its path. */
function originOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? url;
}
