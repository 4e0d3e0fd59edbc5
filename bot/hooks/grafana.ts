/**
 * Grafana's webhook contact point, version 1 (unified alerting):
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
import { z } from "zod";
import { writeTime } from "../../storage/rfc3339.ts";
import type { HookKind } from "./hook.ts";
import { answerJson, isObject, type JsonObject, own, textOf } from "./json.ts";
import { readWebhook, type WebhookAlert } from "./webhook-alerts.ts";

/** Names that Grafana gives to alerts of its own about a rule, and the state of the rule that they mean. */
const STATES: Readonly<Record<string, string>> = { DatasourceNoData: "NoData", DatasourceError: "Error" };

/** What tells one query of a rule from another; with these a rule without data would be as many alerts. */
const OF_THE_QUERY = ["rulename", "datasource_uid", "ref_id"];

/** Beside labels and annotations; worth keeping where they are given. */
const EXTRAS = ["valueString", "dashboardURL", "panelURL", "imageURL", "silenceURL"];

export const grafana: HookKind<Record<never, never>> = {
  kind: "grafana",
  path: "/api/v1/hooks/grafana",
  tokenIn: "token",
  bearer: true,
  summary: { zh: "Grafana 的 Webhook 联络点", en: "a Webhook contact point of Grafana" },
  options: z.strictObject({}),
  read: (body, hook, { at }) => readWebhook(body, hook, at, adapt),
  answer: answerJson,
  sample: (_hook, { at }) => ({
    body: {
      receiver: "gengfu",
      status: "firing",
      version: "1",
      alerts: [
        {
          status: "firing",
          labels: { alertname: "HookTest", grafana_folder: "test", severity: "info" },
          annotations: { summary: "a test of the hook" },
          startsAt: writeTime(at),
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "",
        },
      ],
    },
  }),
};

function adapt({
  raw,
  labels,
  annotations: given,
}: WebhookAlert): ReturnType<NonNullable<Parameters<typeof readWebhook>[3]>> {
  const reason = textOf(given, "grafana_state_reason");
  // A rule may be set to be "normal" when it has no data. That is not to know better: no data resolves nothing.
  if (own(raw, "status") === "resolved" && (reason === "NoData" || reason === "Error"))
    return {
      why: {
        zh: `没有数据不算恢复（grafana_state_reason=${reason}），告警保持原样`,
        en: `no data does not resolve it (grafana_state_reason=${reason}); the alert stays as it is`,
      },
    };
  const annotations = {
    ...(isObject(given) ? given : {}),
    ...Object.fromEntries(
      EXTRAS.map((name) => [name, textOf(raw, name)]).filter(([, value]) => value !== ""),
    ),
  };
  const state = STATES[textOf(labels, "alertname")];
  const rule = textOf(labels, "rulename");
  // What is wrong with labels or annotations is said by whoever reads them.
  const bad = given !== undefined && given !== null && !isObject(given);
  if (state === undefined || rule === "" || !isObject(labels))
    return { raw, labels, annotations: bad ? given : annotations };
  return { raw, labels: folded(labels, rule, state), annotations };
}

/** One alert per rule, named as the rule is, whichever of its queries has no data. */
function folded(labels: JsonObject, rule: string, state: string): JsonObject {
  const rest = Object.entries(labels).filter(([name]) => !OF_THE_QUERY.includes(name));
  return { ...Object.fromEntries(rest), alertname: rule, grafana_state: state };
}
