/** What a `gengfu.yml` becomes while it is in force; a reload makes another one and swaps the two. */
import { type MadePlan, makePlan } from "../alerts/make-plan.ts";
import { type Humans, humansOf } from "../alerts/oncall/humans.ts";
import type { Subscriptions } from "../alerts/routing/subscriptions.ts";
import type { PeopleBook } from "../commands/people/book.ts";
import { createNetwork, type Network } from "../monitors/network.ts";
import type { FileConfig } from "./config.ts";
import { type Mailing, mailingsOf } from "./email/mailings.ts";
import { askedIn } from "./oncall/asked.ts";
import { openPeople } from "./people.ts";
import { type PhoneLine, phoneLinesOf } from "./phone/phone-lines.ts";
import { planParts, type Webhook, webhooksOf } from "./plan-of.ts";
import type { Asked } from "./receivers/asked-by.ts";
import { type RobotBases, type Robots, robotsOf } from "./robots/robots.ts";
import { type ShapedHook, shapedHooksOf } from "./webhook/shaped-hooks.ts";
import { type WeComApps, weComAppsOf } from "./wecom/app/apps.ts";

export interface InForce {
  readonly config: FileConfig;
  readonly plan: MadePlan;
  readonly webhooks: ReadonlyMap<string, Webhook>;
  readonly shapedHooks: ReadonlyMap<string, ShapedHook>;
  readonly robots: Robots;
  readonly weComApps: WeComApps;
  readonly mailings: ReadonlyMap<string, Mailing>;
  readonly phoneLines: ReadonlyMap<string, PhoneLine>;
  readonly whois: ReturnType<typeof openPeople>;
  readonly humans: Humans;
  /** The targets that tell whoever is on call, by their addresses. */
  readonly asked: ReadonlyMap<string, Asked>;
  readonly network: Network;
}

/** What stays the same whatever the file says. */
export interface Fixed {
  /** The channels that are built. */
  readonly channels: ReadonlySet<string>;
  readonly subscriptions: Pick<Subscriptions, "all">;
  readonly book: Pick<PeopleBook, "find">;
  readonly consoleIsPrivate: boolean;
  readonly robotBases: RobotBases;
}

/** Makes it ready; changes nothing. */
export function inForce(config: FileConfig, fixed: Fixed): InForce {
  const { channels, subscriptions, book, consoleIsPrivate, robotBases } = fixed;
  return {
    config,
    plan: makePlan(planParts(config, channels), () => subscriptions.all()),
    webhooks: webhooksOf(config),
    shapedHooks: shapedHooksOf(config),
    robots: robotsOf(config, robotBases),
    weComApps: weComAppsOf(config, robotBases.WECOM_API_BASE),
    mailings: mailingsOf(config),
    phoneLines: phoneLinesOf(config),
    humans: humansOf(config.people),
    asked: askedIn(config),
    whois: openPeople(config, book, consoleIsPrivate),
    network: createNetwork({ allow: config.network?.allow ?? [] }),
  };
}

/** A guard that always is the one in force. */
export function networkInForce(now: () => InForce): Network {
  return {
    checkUrl: (url) => now().network.checkUrl(url),
    checkReachable: (url) => now().network.checkReachable(url),
    checkHost: (host) => now().network.checkHost(host),
    addressesOf: (url) => now().network.addressesOf(url),
  };
}
