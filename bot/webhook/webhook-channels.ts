/** The channels of `webhook_configs`: Alertmanager's body for machines, and the messages of each shape for people. */
import type { Channel } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { InForce } from "../in-force.ts";
import { webhookChannel } from "./channel.ts";
import { shapedChannels } from "./shaped-channel.ts";

export function webhookChannels({
  now,
  externalUrl,
  clock,
  locale,
}: {
  now(): Pick<InForce, "webhooks" | "shapedHooks">;
  /** Where this Gengfu is to be found, without a slash at the end. */
  externalUrl(): string;
  readonly clock: Clock;
  readonly locale: Locale;
}): Readonly<Record<string, Channel>> {
  return {
    webhook: webhookChannel({ find: (address) => now().webhooks.get(address), externalUrl, clock }),
    ...shapedChannels({ find: (address) => now().shapedHooks.get(address), clock, locale }),
  };
}
