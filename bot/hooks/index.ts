/** The table of hook kinds, and the schema of one hook as `gengfu.yml` writes it. */
import { z } from "zod";
import { complain, named, positiveDuration, scalar } from "../../alerts/config-parts.ts";
import { isLabelName } from "../../storage/labels.ts";
import { alertmanager } from "./alertmanager.ts";
import { dingtalkRobot } from "./dingtalk-robot.ts";
import { generic } from "./generic.ts";
import { grafana } from "./grafana.ts";
import type { DoorKind, Hook, HookKind } from "./hook.ts";
import { kibana } from "./kibana.ts";
import { push } from "./push/push.ts";
import { wecomRobot } from "./wecom-robot.ts";

/** Every kind of hook whose bodies are alerts. A new kind is one line here. */
export const hookKinds = {
  alertmanager,
  grafana,
  kibana,
  generic,
  "dingtalk-robot": dingtalkRobot,
  "wecom-robot": wecomRobot,
} satisfies Readonly<Record<string, HookKind<unknown>>>;

/**
 * Those who post here do so when something changes, and remind every few hours if at all: silence is no end. What is
 * not said to be over counts as firing for a day after its last word.
 */
const RESOLVE_TIMEOUT_MS = 86_400_000;

/** It travels in a header and in an address. */
const token = named.refine((text) => /^[\x21-\x7e]+$/.test(text) && text.length <= 512, {
  message: "must be of visible ASCII characters without spaces, at most 512",
  params: { zh: "只能用可见的 ASCII 字符，不含空格，最多 512 个" },
});

const labelName = z.string().superRefine((name, context) => {
  if (!isLabelName(name))
    complain(context, {
      zh: "标签名只能用字母、数字和 _",
      en: "must be a label name: letters, digits and _",
    });
  else if (name === "hook" || name === "alertname" || name.startsWith("__"))
    complain(context, { zh: `'${name}' 是保留的标签`, en: `'${name}' is a label that is set already` });
});

const commonKeys = z.strictObject({
  name: named.refine((text) => /^[\p{L}\p{N}_.-]{1,64}$/u.test(text), {
    message: "must be 1 to 64 letters, digits, _, . or -",
    params: { zh: "应为 1 到 64 个字母（含汉字）、数字、_、. 或 -" },
  }),
  token,
  labels: z.record(labelName, scalar).default({}),
  receiver: named.optional(),
  resolve_timeout: positiveDuration.default(RESOLVE_TIMEOUT_MS),
  severity: named.optional(),
});

function hookOf(kind: HookKind<unknown>) {
  return kind.options.extend({ ...commonKeys.shape, kind: z.literal(kind.kind) }).transform((given): Hook => {
    // The schema of a kind is known only to the kind; the keys named here are those added above.
    const {
      name,
      token,
      labels,
      receiver,
      resolve_timeout,
      severity,
      kind: _,
      ...options
    } = given as z.output<typeof commonKeys> & { kind: string };
    const resolveTimeoutMs = resolve_timeout;
    return { name, kind: kind.kind, token, labels, receiver, resolveTimeoutMs, severity, options };
  });
}

const [first, ...rest] = Object.values<HookKind<unknown>>(hookKinds).map(hookOf);
if (first === undefined) throw new Error("the table of hook kinds is empty");

/** Samples have no receiver and no end: of the common keys these are left. */
const pushHook = push.options
  .extend({ ...commonKeys.pick({ name: true, token: true, labels: true }).shape, kind: z.literal(push.kind) })
  .transform(
    ({ name, token, labels, kind, ...options }): Hook => ({
      name,
      kind,
      token,
      labels,
      receiver: undefined,
      resolveTimeoutMs: RESOLVE_TIMEOUT_MS,
      severity: undefined,
      options,
    }),
  );

/** `hooks:`; each name once, and each token once among hooks of one kind, since it is what tells them apart. */
export const hooksSchema = z
  .array(z.discriminatedUnion("kind", [first, ...rest, pushHook]))
  .superRefine((hooks, context) => {
    hooks.forEach(({ name, kind, token }, i) => {
      const before = hooks.slice(0, i);
      if (before.some((one) => one.name === name))
        complain(context, { zh: `'${name}' 已经有了`, en: `'${name}' is there already` }, [i, "name"]);
      const twin = before.find((one) => one.kind === kind && one.token === token);
      if (twin !== undefined)
        complain(
          context,
          { zh: `与 '${twin.name}' 的令牌相同`, en: `is the token of '${twin.name}' already` },
          [i, "token"],
        );
    });
  });

/** The kind of a hook whose bodies are alerts. */
export function kindOf({ kind }: Pick<Hook, "kind">): HookKind<unknown> {
  const found: HookKind<unknown> | undefined = Object.hasOwn(hookKinds, kind)
    ? hookKinds[kind as keyof typeof hookKinds]
    : undefined;
  if (found === undefined) throw new Error(`no kind of hook is called ${kind}`);
  return found;
}

/** The door of a hook, whatever is posted there. */
export function doorOf(hook: Pick<Hook, "kind">): DoorKind<unknown> {
  return hook.kind === push.kind ? push : kindOf(hook);
}

/** The doors that are posted to with a token of their own. */
export const hookPaths: ReadonlySet<string> = new Set(
  [push, ...Object.values(hookKinds)].map(({ path }) => path),
);
