/**
 * What becomes of a link from a mail. To open it shows what it is about and changes nothing, since scanners open every
 * link; its one button acknowledges. The link is the right to do so: it is recorded as `email:<address>`.
 */

import type { Alerts } from "../../alerts/open-alerts.ts";
import { isRefused, type Refused } from "../../alerts/refused.ts";
import { formatTime } from "../../alerts/words.ts";
import { refusal } from "../../commands/allow.ts";
import type { Audit } from "../../commands/audit.ts";
import type { Person } from "../../commands/command.ts";
import { notSaved } from "../../commands/say.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Text } from "../../storage/locale.ts";
import { NotSaved, type Store } from "../../storage/store.ts";
import type { Claim, Links } from "./links.ts";
import type { Mailing } from "./mailings.ts";

/** What somebody sees who follows a link. Plain text. */
export interface DeskPage {
  /** The HTTP status. */
  readonly status: number;
  readonly title: Text;
  readonly words: Text;
  /** What the button says; undefined: there is none. */
  readonly button?: Text;
}

export interface Desk {
  open(token: string): DeskPage;
  /** Resolves once what it changed is on disk. */
  press(token: string): Promise<DeskPage>;
}

export interface DeskDeps {
  readonly store: Store;
  readonly links: Links;
  readonly alerts: Pick<Alerts, "book" | "acknowledgeMs" | "card">;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly zone: string;
  /** Whom a target of the file in force writes to. */
  find(address: string): Mailing | undefined;
  whois(person: string): Person;
  nameOf(person: string): string;
}

/** The id of whoever a mail was written to. */
export function personOf(to: string): string {
  return `email:${to}`;
}

/** A link is a right of its own, but for somebody of whom it was said that they only look. */
export function mayAcknowledge(person: Person): boolean {
  return person.from === "default" || refusal(person, "operator") === undefined;
}

const INVALID: DeskPage = {
  status: 404,
  title: { zh: "链接无效", en: "This link is not valid" },
  words: {
    zh: "请从邮件里完整打开链接，或者在群里认领。",
    en: "Open it from the mail, whole; or acknowledge in the chat.",
  },
};
const EXPIRED: DeskPage = {
  status: 410,
  title: { zh: "链接已过期", en: "This link has expired" },
  words: {
    zh: "链接 24 小时内有效。请用更新的邮件，或者在群里认领。",
    en: "A link is good for 24 hours. Use a newer mail, or acknowledge in the chat.",
  },
};
const SPENT: DeskPage = {
  status: 410,
  title: { zh: "链接已用过", en: "This link has been used" },
  words: {
    zh: "每个链接只能用一次。要再次认领，请用更新的邮件，或者在群里说。",
    en: "Each link works once. To acknowledge again, use a newer mail, or say so in the chat.",
  },
};
const FORBIDDEN: DeskPage = {
  status: 403,
  title: { zh: "不能认领", en: "You may not acknowledge" },
  words: {
    zh: "这个邮件地址已不在通知名单里，或者只有观察员权限。",
    en: "This address is no longer one that is written to, or its role is viewer.",
  },
};
const NOT_SAVED: DeskPage = {
  status: 503,
  title: { zh: "没有保存", en: "Not saved" },
  words: notSaved,
};

export function openDesk(deps: DeskDeps): Desk {
  const { store, links, alerts, audit, clock, zone, find, whois, nameOf } = deps;

  /** What the link asks for, or why it is refused. */
  function read(token: string, at: number): Claim | DeskPage {
    const claim = links.read(token);
    if (claim === undefined) return INVALID;
    if (claim.until <= at) return EXPIRED;
    if (links.isSpent(claim)) return spentPage(claim, at);
    const mailing = find(claim.target);
    const told = [...(mailing?.to ?? []).map(({ address }) => address), ...(mailing?.formerly ?? [])];
    const isStillTold = told.includes(claim.to);
    return isStillTold && mayAcknowledge(whois(personOf(claim.to))) ? claim : FORBIDDEN;
  }

  function titleOf({ incident: number }: Claim, at: number): Text | undefined {
    const incident = alerts.book.incident(number);
    if (incident === undefined) return undefined;
    const title = alerts.card(incident, at).title ?? `#${number}`;
    return { zh: title, en: title };
  }

  /** To whoever pressed twice it says once more what came of it. */
  function spentPage(claim: Claim, at: number): DeskPage {
    const owner = alerts.book.incident(claim.incident)?.acknowledgement;
    const title = titleOf(claim, at);
    if (owner === undefined || title === undefined) return SPENT;
    return owner.person === personOf(claim.to) && at < owner.until ? taken(claim, title, owner.until) : SPENT;
  }

  function taken({ to, incident }: Claim, title: Text, until: number): DeskPage {
    const name = nameOf(personOf(to));
    return {
      status: 200,
      title,
      words: {
        zh: `${name} 认领了 #${incident}，到 ${formatTime(until, zone, "zh-CN")}。`,
        en: `${name} has #${incident} until ${formatTime(until, zone, "en")}.`,
      },
    };
  }

  return {
    open(token) {
      const at = clock.now();
      const claim = read(token, at);
      if ("status" in claim) return claim;
      const incident = alerts.book.incident(claim.incident);
      const title = titleOf(claim, at);
      if (incident === undefined || title === undefined) return INVALID;
      if (incident.resolvedAt !== undefined)
        return {
          status: 200,
          title,
          words: { zh: "已经恢复，不用认领了。", en: "It is over; nobody needs to acknowledge it." },
        };
      return {
        status: 200,
        title,
        words: {
          zh: `认领后不再重复通知和升级，直到认领到期或情况变坏。将记为 ${claim.to}。`,
          en: `Once acknowledged it is neither repeated nor escalated until that ends or it gets worse. It is recorded as ${claim.to}.`,
        },
        button: { zh: `认领 #${claim.incident}`, en: `Acknowledge #${claim.incident}` },
      };
    },

    async press(token) {
      const at = clock.now();
      const claim = read(token, at);
      if ("status" in claim) return claim;
      const title = titleOf(claim, at);
      const incident = alerts.book.incident(claim.incident);
      if (incident === undefined || title === undefined) return INVALID;
      const person = personOf(claim.to);
      const until = at + alerts.acknowledgeMs(incident);
      try {
        const done = await store.commit((change): number | Refused => {
          const result = alerts.book.acknowledge(change, claim.incident, { person, until, at });
          // Nothing has changed, so the link is not spent either.
          if (isRefused(result)) return result;
          const kept = result.incident.acknowledgement?.until ?? until;
          if (!links.spend(change, claim, at)) {
            if (result.news) throw new Twice();
            return kept;
          }
          audit.add(change, { at, person, conversation: claim.target, line: `ack ${claim.incident}` });
          return kept;
        });
        if (typeof done !== "number") return { status: 409, title, words: done.refused };
        return taken(claim, title, done);
      } catch (error) {
        if (error instanceof Twice) return spentPage(claim, at);
        if (error instanceof NotSaved) return NOT_SAVED;
        throw error;
      }
    },
  };
}

/** Another press of the same link came first, and something has happened since: this one undoes nothing of it. */
class Twice extends Error {}
