/** The rules of Kibana through its webhook connector, with the body that docs/hooks.md gives to copy. */
import { z } from "zod";
import type { Text } from "../../storage/locale.ts";
import { readTime, writeTime } from "../../storage/rfc3339.ts";
import { type HookKind, Unreadable } from "./hook.ts";
import { answerJson, type JsonObject, parseJson, readItems, textOf } from "./json.ts";

/** The action group that every type of rule has: https://www.elastic.co/guide/en/kibana/current/rule-action-variables.html. */
const RECOVERED = "recovered";

/** Without it nobody knows whether it fires or is over. */
const NO_GROUP: Text = {
  zh: "action_group：为空。动作的频率请选“逐个告警”（For each alert），不要选汇总",
  en: "action_group: is empty. Let the action run “for each alert”, not as a summary",
};

/** What a rule without groups calls its only alert. */
const ONLY = "*";

/** More of a message is cut off; in UTF-16 units. */
const LONGEST = 8_000;

export const kibana: HookKind<Record<never, never>> = {
  kind: "kibana",
  path: "/api/v1/hooks/kibana",
  tokenIn: "token",
  bearer: true,
  summary: { zh: "Kibana 规则的 Webhook 连接器", en: "the Webhook connector of Kibana's rules" },
  options: z.strictObject({}),
  read(text, hook, { at }) {
    const body = parseJson(text);
    const rule = textOf(body, "rule");
    if (rule === "")
      throw new Unreadable("wrong-shape", {
        zh: "rule：缺少。请按 docs/hooks.md 里的 Kibana 请求体填写",
        en: "rule: is missing. Use the body for Kibana in docs/hooks.md",
      });
    if (rule.includes("{{"))
      throw new Unreadable("wrong-shape", {
        zh: `rule：“${rule.slice(0, 60)}” 没有被 Kibana 填写。连接器的测试按钮就是这样；请在规则的动作里使用，并选“逐个告警”`,
        en: `rule: Kibana did not fill in “${rule.slice(0, 60)}”. The connector's own test does this; use it in an action of a rule, “for each alert”`,
      });
    return readItems([body], hook, (raw) =>
      textOf(raw, "action_group") === "" ? { why: NO_GROUP } : { alert: alertOf(raw, rule, at) },
    );
  },
  answer: answerJson,
  sample: (_hook, { at }) => ({
    body: {
      rule: "HookTest",
      alert: "example",
      action_group: "threshold met",
      severity: "info",
      reason: "a test of the hook",
      date: writeTime(at),
    },
  }),
};

function alertOf(raw: JsonObject, rule: string, at: number): object {
  const group = textOf(raw, "action_group");
  const alert = textOf(raw, "alert");
  const filled = (key: string): string => textOf(raw, key).trim();
  const startsAt = readTime(filled("date"));
  const annotations = {
    summary: filled("reason") || filled("message").split("\n")[0] || rule,
    description: filled("message").slice(0, LONGEST),
    action_group: filled("action_group_name") || group,
    value: filled("value"),
    tags: filled("tags"),
  };
  return {
    labels: {
      alertname: rule,
      alert: alert === ONLY ? "" : alert,
      space: filled("space"),
      severity: filled("severity").toLowerCase(),
    },
    annotations: Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== "")),
    generatorURL: filled("url"),
    // Kibana's date is when the action was scheduled: a start, and never later than now.
    ...(group === RECOVERED
      ? { endsAt: writeTime(at) }
      : typeof startsAt === "number" && startsAt <= at
        ? { startsAt: writeTime(startsAt) }
        : {}),
  };
}
