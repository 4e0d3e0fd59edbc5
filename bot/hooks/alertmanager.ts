/** Alertmanager's webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. */
import { z } from "zod";
import { writeTime } from "../../storage/rfc3339.ts";
import type { HookKind } from "./hook.ts";
import { answerJson } from "./json.ts";
import { readWebhook } from "./webhook-alerts.ts";

export const alertmanager: HookKind<Record<never, never>> = {
  kind: "alertmanager",
  path: "/api/v1/hooks/alertmanager",
  tokenIn: "token",
  bearer: true,
  summary: {
    zh: "另一个 Alertmanager 的 webhook_configs",
    en: "the webhook_configs of another Alertmanager",
  },
  options: z.strictObject({}),
  read: (body, hook, { at }) => readWebhook(body, hook, at),
  answer: answerJson,
  sample: (_hook, { at }) => ({
    body: {
      version: "4",
      status: "firing",
      receiver: "gengfu",
      alerts: [
        {
          status: "firing",
          labels: { alertname: "HookTest", severity: "info", instance: "example" },
          annotations: { summary: "a test of the hook" },
          startsAt: writeTime(at),
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "",
        },
      ],
    },
  }),
};
