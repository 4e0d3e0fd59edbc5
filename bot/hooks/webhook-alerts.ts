/** Alerts as Alertmanager's webhook has them, version 4; Grafana's is built on it. */
import type { Read } from "../../alerts/intake/postable.ts";
import { writeTime } from "../../storage/rfc3339.ts";
import { type Hook, Unreadable } from "./hook.ts";
import { type Item, type JsonObject, own, parseJson, readItems } from "./json.ts";

/** One alert of the list, with what a kind makes of its labels and annotations. */
export interface WebhookAlert {
  readonly raw: JsonObject;
  readonly labels: unknown;
  readonly annotations: unknown;
}

/**
 * Reads the list `alerts` of a body. What `status` says counts: a firing alert's end is a guess of the sender's, and a
 * resolved one is over now at the latest. `adapt` may change an alert or say why it is not taken.
 */
export function readWebhook(
  body: string,
  hook: Hook,
  at: number,
  adapt: (alert: WebhookAlert) => WebhookAlert | Extract<Item, { why: unknown }> = (alert) => alert,
): Read {
  const alerts = own(parseJson(body), "alerts");
  if (!Array.isArray(alerts))
    throw new Unreadable("wrong-shape", {
      zh: "alerts：缺少，应为告警列表",
      en: "alerts: is missing; it must be a list of alerts",
    });
  return readItems(alerts, hook, (raw) => {
    const adapted = adapt({ raw, labels: own(raw, "labels"), annotations: own(raw, "annotations") });
    if ("why" in adapted) return adapted;
    const status = own(raw, "status");
    if (status !== "firing" && status !== "resolved")
      return { why: { zh: "status：应为 firing 或 resolved", en: "status: must be firing or resolved" } };
    const { labels, annotations } = adapted;
    const alert = { labels, annotations, generatorURL: own(raw, "generatorURL") };
    const startsAt = own(raw, "startsAt");
    if (status === "firing") return { alert: { ...alert, startsAt } };
    return { alert: { ...alert, startsAt, endsAt: endOf(own(raw, "endsAt"), at) } };
  });
}

/** An end that is missing, not readable or yet to come is now: the sender has said that it is over. */
function endOf(raw: unknown, at: number): string {
  const given = typeof raw === "string" ? Date.parse(raw) : Number.NaN;
  return given > 0 && given <= at && typeof raw === "string" ? raw : writeTime(at);
}
