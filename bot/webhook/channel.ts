/**
 * `webhook_configs`: each change of an incident that matters is one POST of Alertmanager's body. Nothing is changed in
 * place there, so `edit` posts what has changed since the last time, and nothing when that is nothing.
 */
import { createHash, createHmac } from "node:crypto";
import type { FiredAlert } from "../../alerts/alert.ts";
import type { Card } from "../../alerts/card.ts";
import {
  type Attempt,
  type Channel,
  type IncidentView,
  type Receipt,
  SendError,
} from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Webhook } from "../plan-of.ts";
import { checkAnswer } from "./answer.ts";
import { alertsToTell, bodyOf, bodyOfCard, endsOf, type ToldEnds, type WebhookBody } from "./body.ts";
import { send as request } from "./request.ts";

export interface WebhookDeps {
  /** The webhook of an address, in the file that is in force; undefined when it has none any more. */
  find(address: string): Webhook | undefined;
  /** Where this Gengfu is to be found, without a slash at the end. */
  externalUrl(): string;
  readonly clock: Clock;
}

/** The header with the signature: `sha256=` and the HMAC of the body in hexadecimal digits. */
const SIGNATURE = "x-gengfu-signature-256";
/** The header with an id that is the same whenever the same change is told again. */
const DELIVERY = "x-gengfu-delivery";

/** A short message about an incident is no second POST of what was posted so shortly before. */
const SAME_MS = 60_000;
const MOST_REMEMBERED = 1_000;

export function webhookChannel({ find, externalUrl, clock }: WebhookDeps): Channel {
  /** By address and incident: what was posted last. */
  const last = new Map<string, { readonly state: string; readonly at: number }>();

  /** Posts it, and gives back what was answered, for people. */
  async function send(address: string, body: WebhookBody, id: string, signal: AbortSignal): Promise<string> {
    const webhook = webhookOf(address);
    const text = JSON.stringify(body);
    const signed =
      webhook.hmacSecret === undefined
        ? {}
        : { [SIGNATURE]: `sha256=${createHmac("sha256", webhook.hmacSecret).update(text).digest("hex")}` };
    const limit = webhook.timeoutMs === undefined ? undefined : AbortSignal.timeout(webhook.timeoutMs);
    const stop = limit === undefined ? signal : AbortSignal.any([signal, limit]);
    const headers = { ...signed, [DELIVERY]: headerText(id) };
    try {
      const { url, http } = webhook;
      const answer = await request({ method: "POST", url, http, headers, body: text }, stop);
      checkAnswer(answer, clock.now());
      return `HTTP ${answer.status}`;
    } catch (error) {
      if (limit?.aborted === true && !signal.aborted)
        throw new SendError("no answer in time", { next: "retry", code: "timeout" });
      throw error;
    }
  }

  function webhookOf(address: string): Webhook {
    const webhook = find(address);
    if (webhook !== undefined) return webhook;
    throw new SendError("no receiver of the configuration has this webhook", {
      next: "give-up",
      code: "no-such-webhook",
    });
  }

  /** Posts the incident; nothing is posted when it is as it was told before, or all of it is hidden. */
  async function tell(
    address: string,
    view: IncidentView,
    attempt: Attempt,
    before?: Receipt,
  ): Promise<Receipt | undefined> {
    const webhook = webhookOf(address);
    const { incident } = view;
    const all = view.alerts();
    const state = stateOf(view, all);
    if (before?.["state"] === state) return undefined;
    const alerts = alertsToTell(all, before === undefined ? undefined : toldEndsOf(before));
    // All of it is hidden: there is nothing to tell, as with Alertmanager.
    if (alerts.length === 0) return undefined;
    const about = { receiver: webhook.receiver, externalUrl: externalUrl(), maxAlerts: webhook.maxAlerts };
    const answer = await send(
      address,
      bodyOf(view, alerts, about),
      `${attempt.deliveryId}#${incident.version}`,
      attempt.signal,
    );
    remember(`${address}\n${incident.id}`, state);
    return { ...receiptOf(address, state, all), answer };
  }

  function remember(key: string, state: string): void {
    last.delete(key);
    last.set(key, { state, at: clock.now() });
    const [oldest] = last.keys();
    if (last.size > MOST_REMEMBERED && oldest !== undefined) last.delete(oldest);
  }

  return {
    machine: true,
    async post(address, card, attempt) {
      const view = attempt.incident;
      if (view === undefined) {
        const { receiver, maxAlerts } = webhookOf(address);
        const body = bodyOfCard(card, clock.now(), { receiver, externalUrl: externalUrl(), maxAlerts });
        await send(address, body, attempt.deliveryId, attempt.signal);
        return { address };
      }
      if (isShortMessage(card)) {
        const known = last.get(`${address}\n${view.incident.id}`);
        const fresh = known !== undefined && Math.abs(clock.now() - known.at) < SAME_MS;
        if (fresh && known.state === stateOf(view, view.alerts())) return { address };
      }
      return (await tell(address, view, attempt)) ?? { address, answer: "" };
    },
    async edit(receipt, _card, attempt) {
      const address = receipt["address"] ?? "";
      return attempt.incident === undefined ? undefined : tell(address, attempt.incident, attempt, receipt);
    },
  };
}

/** A line about an incident that has its card already: it still fires, nobody has it any more. */
function isShortMessage({ kind }: Card): boolean {
  return kind === "text";
}

/** Everything about an incident that is worth a POST when it changes: which alerts fire, who has it, what is news. */
function stateOf({ incident }: IncidentView, alerts: readonly FiredAlert[]): string {
  const hash = createHash("sha256");
  const owner = incident.acknowledgement?.person ?? "";
  hash.update(`${incident.resolvedAt === undefined ? incident.news : "over"}\n${owner}\n`);
  const firing = alerts.filter(({ state }) => state !== "resolved").map(({ id }) => id);
  for (const id of firing.sort()) hash.update(`${id}\n`);
  return hash.digest("base64url").slice(0, 22);
}

function receiptOf(address: string, state: string, alerts: readonly FiredAlert[]): Receipt {
  const { until, atUntil } = endsOf(alerts);
  return { address, state, until: String(until), atUntil: String(atUntil) };
}

function toldEndsOf(receipt: Receipt): ToldEnds {
  return { until: Number(receipt["until"] ?? 0), atUntil: Number(receipt["atUntil"] ?? 0) };
}

/** Header values are Latin-1; a name of a receiver may be anything. */
function headerText(id: string): string {
  return encodeURI(id);
}
