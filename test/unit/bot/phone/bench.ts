/** A phone channel of a file, in front of a fake cloud. */
import { onTestFinished } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import type { Channel, IncidentView, Receipt } from "../../../../alerts/channel.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { phoneChannel } from "../../../../bot/phone/channel.ts";
import { openLedger } from "../../../../bot/phone/ledger.ts";
import { phoneLinesOf } from "../../../../bot/phone/phone-lines.ts";
import { memoryStore } from "../../../../storage/memory-store.ts";
import type { Store } from "../../../../storage/store.ts";
import type { FakeCloud } from "../../../support/clouds/cloud.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

export const OPS = "sms:ops/0";

/** `sms_configs` with one entry, unless `medium` says otherwise. */
export function lines(entry: string, { medium = "sms", more = "" } = {}) {
  return phoneLinesOf(
    parseConfig(
      "gengfu.yml",
      `${more}\nroute: { receiver: ops }\nreceivers: [{ name: ops, ${medium}_configs: [${entry}] }]`,
      {},
    ),
  );
}

export const card: Card = {
  kind: "incident",
  title: "#12 CPU",
  severity: "critical",
  status: "firing",
  incident: 12,
  fields: [
    { name: "位置", value: "host=web-1" },
    { name: "数值", value: "97%" },
  ],
};

export const view = (id: number, news = 1): IncidentView =>
  ({
    incident: { id, news, severity: "critical" },
    status: "firing",
    alerts: () => [],
  }) as unknown as IncidentView;

export interface Bench {
  readonly channel: Channel;
  readonly clock: FakeClock;
  readonly store: Store;
  /** Says that an incident began, or something else of it. */
  post(
    about?: Partial<Card>,
    options?: { news?: number; before?: Receipt; signal?: AbortSignal },
  ): Promise<Receipt>;
}

export function openBench(
  entry: string,
  {
    medium = "sms" as "sms" | "voice",
    more = "",
    store = memoryStore(),
    clock = new FakeClock(),
    isOpen = (_: number) => true,
  } = {},
): Bench {
  const found = lines(entry, { medium, more });
  const address = `${medium}:ops/0`;
  const channel = phoneChannel({
    medium,
    find: (one) => found.get(one),
    ledger: openLedger(store),
    isOpen,
    clock,
    locale: "zh-CN",
  });
  return {
    channel,
    clock,
    store,
    post: (about = {}, { news = 1, before, signal = new AbortController().signal } = {}) => {
      const one = { ...card, ...about };
      const id = one.incident ?? 12;
      return channel.post(
        address,
        { ...one, title: one.title === card.title ? `#${id} CPU` : (one.title ?? "") },
        {
          deliveryId: `incident-${id}@${address}`,
          signal,
          incident: view(id, news),
          ...(before === undefined ? {} : { before }),
        },
      );
    },
  };
}

/** Closed with the test. */
export function closing<T extends FakeCloud>(cloud: T): T {
  onTestFinished(() => cloud.close());
  return cloud;
}
