/** `webhook_configs` with a `shape`: messages for people, in the body that another product's hook takes. */
import type { Channel } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import { mentions, robotChannel } from "../robots/channel.ts";
import { send } from "./request.ts";
import type { ShapedHook } from "./shaped-hooks.ts";
import { SHAPES, type ShapeName, shapes } from "./shapes/index.ts";

export interface ShapedDeps {
  /** The hook of an address, in the file that is in force; undefined when it has none any more. */
  find(address: string): ShapedHook | undefined;
  readonly clock: Clock;
  readonly locale: Locale;
}

/** A channel for each shape, under its name. */
export function shapedChannels(deps: ShapedDeps): Readonly<Record<ShapeName, Channel>> {
  const channels = SHAPES.map((name) => [name, channelOf(name, deps)] as const);
  return Object.fromEntries(channels) as Record<ShapeName, Channel>;
}

function channelOf(name: ShapeName, { find, clock, locale }: ShapedDeps): Channel {
  const shape = shapes[name];
  return robotChannel({
    find(address) {
      const hook = find(address);
      return hook === undefined ? undefined : [{ ...hook, token: hook.url }];
    },
    clock,
    allowed: shape.allowed,
    yes: shape.yes,
    async say({ url, http, timeoutMs, secret, at, atOn }, card, attempt) {
      const rings = mentions(card, attempt, atOn);
      const now = clock.now();
      const body = JSON.stringify(shape.body({ card, mentions: rings ? at : [], secret, at: now, locale }));
      const limit = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
      const signal = AbortSignal.any([attempt.signal, ...limit]);
      shape.check(await send({ method: "POST", url, http, headers: {}, body }, signal), clock.now());
    },
  });
}
