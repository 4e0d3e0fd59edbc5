/**
 * `oncall: db` of receivers: whoever has the duty when something is said stands in for a name. What a file says is made
 * into whom it means at each attempt, so what waits or is tried again goes to whoever has the duty by then.
 */
import type { Human } from "../../alerts/oncall/humans.ts";
import type { Mailing } from "../email/mailings.ts";
import type { InForce } from "../in-force.ts";
import type { PhoneLine } from "../phone/phone-lines.ts";
import { MOST_MENTIONED } from "../receivers/dingtalk-robot-config.ts";
import type { Robots } from "../robots/robots.ts";
import type { WeComApp } from "../wecom/app/apps.ts";
import { accountOn, mobileOf } from "./reach.ts";

/** Who has the duty of a rotation now; undefined: nobody. */
export type HolderOf = (rotation: string) => Human | undefined;

/** What is in force, with whoever has the duty in the place of the rotations that receivers name. */
export function withDuties(now: InForce, holderOf: HolderOf): InForce {
  if (now.asked.size === 0) return now;
  const mails = now.config.people.flatMap(({ email }) => (email === undefined ? [] : [email]));
  return {
    ...now,
    robots: robotsWith(now.robots, holderOf),
    weComApps: mapped(now.weComApps, (app) => appWith(app, holderOf)),
    mailings: mapped(now.mailings, (mailing) => mailingWith(mailing, mails, holderOf)),
    phoneLines: mapped(now.phoneLines, (line) => lineWith(line, holderOf)),
  };
}

function robotsWith({ dingTalk, weCom }: Robots, holderOf: HolderOf): Robots {
  return {
    dingTalk: mapped(dingTalk, (robots) =>
      robots.map((robot) => {
        const { id, mobile } = mentioned("dingtalk", robot.oncall, holderOf);
        return {
          ...robot,
          // Whoever is on call comes first, should there be more than one message takes.
          atUserIds: [...id, ...robot.atUserIds].slice(0, MOST_MENTIONED),
          atMobiles: [...mobile, ...robot.atMobiles].slice(0, MOST_MENTIONED),
        };
      }),
    ),
    weCom: mapped(weCom, (robots) =>
      robots.map((robot) => {
        const { id, mobile } = mentioned("wecom", robot.oncall, holderOf);
        return {
          ...robot,
          mentioned: [...robot.mentioned, ...id],
          mentionedMobiles: [...robot.mentionedMobiles, ...mobile],
        };
      }),
    ),
  };
}

/** By their id on the platform; where they have none there, by their number. */
function mentioned(
  platform: string,
  rotation: string | undefined,
  holderOf: HolderOf,
): { readonly id: readonly string[]; readonly mobile: readonly string[] } {
  const human = rotation === undefined ? undefined : holderOf(rotation);
  if (human === undefined) return { id: [], mobile: [] };
  const id = accountOn(platform, human);
  const mobile = mobileOf(human);
  return id === undefined
    ? { id: [], mobile: mobile === undefined ? [] : [mobile] }
    : { id: [id], mobile: [] };
}

function appWith(app: WeComApp, holderOf: HolderOf): WeComApp {
  const human = app.oncall === undefined ? undefined : holderOf(app.oncall);
  const id = human === undefined ? undefined : accountOn("wecom", human);
  return id === undefined || app.users.includes(id) ? app : { ...app, users: [...app.users, id] };
}

/** `mails`: whoever had the duty when a mail was written may still answer it. */
function mailingWith(mailing: Mailing, mails: readonly string[], holderOf: HolderOf): Mailing {
  if (mailing.oncall === undefined) return mailing;
  const human = holderOf(mailing.oncall);
  const more = human?.email === undefined ? [] : [{ name: human.name ?? "", address: human.email }];
  return { ...mailing, to: [...mailing.to, ...more], formerly: mails };
}

function lineWith(line: PhoneLine, holderOf: HolderOf): PhoneLine {
  const phone = line.oncall === undefined ? undefined : holderOf(line.oncall)?.phone;
  return phone === undefined || line.to.includes(phone) ? line : { ...line, to: [...line.to, phone] };
}

function mapped<T>(all: ReadonlyMap<string, T>, make: (one: T) => T): ReadonlyMap<string, T> {
  return new Map([...all].map(([key, one]) => [key, make(one)]));
}
