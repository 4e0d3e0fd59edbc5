/** From a `gengfu.yml` to who is told: receivers with the addresses of their targets, and what the webhooks need. */
import type { PlanParts } from "../alerts/make-plan.ts";
import type { Plan } from "../alerts/plan.ts";
import type { Receiver, Target } from "../alerts/routing/receiver.ts";
import { DEFAULT_CONVERSATION } from "../alerts/routing/route.ts";
import type { FileConfig } from "./config.ts";
import { askedBy } from "./receivers/asked-by.ts";
import type { HttpConfig } from "./receivers/http-config.ts";
import type { ReceiverConfig, TargetConfig } from "./receivers/receivers-config.ts";
import type { WebhookConfig } from "./receivers/webhook-config.ts";

/** A target of the file with its address. */
export interface Addressed {
  readonly address: string;
  readonly target: TargetConfig;
  readonly sendResolved: boolean;
  /** All that take turns there, `target` among them, where they are robots; else `target` alone. */
  readonly together: readonly TargetConfig[];
}

/**
 * The targets of a receiver. Where a channel talks to conversations the address is one (`console:ops`); the robots of
 * one platform are one target that has the receiver's name (`dingtalk_robot:team-x`), since they take turns in one
 * group; else the address says where in the file the target stands (`webhook:team-x/0`), counted per channel.
 */
export function addressed({ name, targets }: ReceiverConfig): readonly Addressed[] {
  const counts = new Map<string, number>();
  return targets.flatMap((target): Addressed[] => {
    const { channel, sendResolved } = target;
    const alone = { target, sendResolved, together: [target] };
    if ("conversation" in target && target.conversation !== undefined)
      return [{ address: `${channel}:${target.conversation.replace(`${channel}:`, "")}`, ...alone }];
    const count = counts.get(channel) ?? 0;
    counts.set(channel, count + 1);
    if (!("robot" in target)) return [{ address: `${channel}:${name}/${count}`, ...alone }];
    if (count > 0) return [];
    const together = targets.filter((other) => other.channel === channel);
    // The group hears of the end when any of them would tell it.
    return [
      {
        address: `${channel}:${name}`,
        target,
        sendResolved: together.some((robot) => robot.sendResolved),
        together,
      },
    ];
  });
}

/** The parts of the plan. Only channels that are built carry something. */
export function planParts(config: FileConfig, channels: ReadonlySet<string>): PlanParts {
  return {
    route: config.route,
    receivers: config.receivers.map((receiver) =>
      receiverOf(withFallback(receiver, config), config.receivers, channels),
    ),
    inhibitRules: config.inhibit_rules,
    timeIntervals: [...config.time_intervals, ...config.mute_time_intervals],
    escalations: config.escalation,
    acknowledge: config.acknowledge,
    flapping: config.flapping ?? null,
    storm: config.storm ?? null,
    limits: config.limits,
    intake: config.intake,
    links: config.links,
  };
}

/** A webhook as it is posted to: its `http_config`, else that of `global`. */
export type Webhook = Omit<WebhookConfig, "http"> & { readonly http: HttpConfig; readonly receiver: string };

/** The webhooks of a file by their addresses. */
export function webhooksOf(config: Pick<FileConfig, "receivers" | "global">): ReadonlyMap<string, Webhook> {
  const found = new Map<string, Webhook>();
  for (const receiver of config.receivers)
    for (const { address, target } of addressed(receiver))
      if (target.channel === "webhook")
        found.set(address, {
          ...target.webhook,
          http: target.webhook.http ?? config.global.http,
          receiver: receiver.name,
        });
  return found;
}

/** Whether nothing that a receiver asks for can be done: then somebody else must hear of it. */
export function isStranded(receiver: ReceiverConfig, channels: ReadonlySet<string>): boolean {
  if (receiver.targets.some(({ channel }) => channels.has(channel))) return false;
  // One without any target is Alertmanager's way to tell nobody.
  return receiver.targets.length > 0 || receiver.unsupported.length > 0;
}

/**
 * Where nobody may be on call somebody else must hear of it: the receiver of the root, unless the file names a fallback
 * or it is that receiver itself; then the conversation everybody has.
 */
function withFallback(receiver: ReceiverConfig, { route }: FileConfig): ReceiverConfig {
  const { name, fallback, targets } = receiver;
  if (fallback !== undefined || !targets.some(mayTellNobody)) return receiver;
  const root = route?.receiver;
  return { ...receiver, fallback: root === undefined || root === name ? DEFAULT_CONVERSATION : root };
}

/** Whether people are told themselves, by who is on call: then there may be none. */
function mayTellNobody(target: TargetConfig): boolean {
  return askedBy(target).some(({ on }) => on === undefined);
}

function receiverOf(
  receiver: ReceiverConfig,
  all: readonly ReceiverConfig[],
  channels: ReadonlySet<string>,
): Receiver {
  const { name, fallback } = receiver;
  return {
    name,
    targets: targetsOf(receiver, all, channels),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

/** What works of a receiver; where nothing does, its fallback, and in the end the conversation everybody has. */
function targetsOf(
  receiver: ReceiverConfig,
  all: readonly ReceiverConfig[],
  channels: ReadonlySet<string>,
): readonly Target[] {
  if (!isStranded(receiver, channels))
    return addressed(receiver)
      .filter(({ target }) => channels.has(target.channel))
      .map(({ address, sendResolved, together }) => ({
        address,
        sendResolved,
        ...(together.length > 1 ? { robots: together.length } : {}),
      }));
  const next = all.find(({ name }) => name === receiver.fallback);
  if (next !== undefined) return targetsOf(next, all, channels);
  return [{ address: receiver.fallback ?? DEFAULT_CONVERSATION, sendResolved: true }];
}

/** The receivers that there are, as `/api/v2/receivers` names them; without a file it is the conversation of all. */
export function receiverNames({ receivers }: Pick<Plan, "receivers">): readonly string[] {
  return receivers.length === 0 ? [DEFAULT_CONVERSATION] : receivers.map(({ name }) => name);
}
