/** Plans for tests, as short as they can be said. */
import type { Receiver } from "../../alerts/routing/receiver.ts";
import { BLANK_ROUTE, type RouteNode } from "../../alerts/routing/route-config.ts";
import { parseMatchers } from "../../storage/matchers.ts";

const MINUTE = 60_000;

/** A node of the tree: `host=~"web.*"` and what differs from its parent. */
export function node(
  receiver: string | undefined,
  matchers: string,
  more: Partial<Omit<RouteNode, "receiver" | "matchers">> = {},
): RouteNode {
  return { ...BLANK_ROUTE, receiver, matchers: parseMatchers(matchers), ...more };
}

/** A root that groups by name, waits a minute, tells changes every 5 minutes and repeats every hour. */
export function root(
  receiver: string,
  more: Partial<Omit<RouteNode, "receiver" | "matchers">> = {},
): RouteNode {
  return node(receiver, "", {
    groupBy: ["alertname"],
    groupWaitMs: MINUTE,
    groupIntervalMs: 5 * MINUTE,
    repeatIntervalMs: 60 * MINUTE,
    ...more,
  });
}

/** A receiver with these addresses. */
export function receiver(name: string, addresses: readonly string[], sendResolved = true): Receiver {
  return { name, targets: addresses.map((address) => ({ address, sendResolved })) };
}
