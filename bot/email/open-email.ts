/** Mail as the house has it: the way out, and the page behind the links in it. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Store } from "../../storage/store.ts";
import type { AddDoors } from "../http/doors.ts";
import { emailDoors } from "../http/email-doors.ts";
import type { InForce } from "../in-force.ts";
import { type Email, emailChannel } from "./channel.ts";
import { type DeskDeps, mayAcknowledge, openDesk, personOf } from "./desk.ts";
import { openLinks } from "./links.ts";
import { openSeal } from "./seal.ts";

export interface OpenEmailDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly locale: Locale;
  /** Where people reach this Gengfu; undefined: mails have no links. */
  readonly publicUrl: string | undefined;
  now(): Pick<InForce, "mailings" | "whois">;
}

export interface OpenEmail extends Email {
  /** The page behind the links; none without a public address. */
  doors(deps: Pick<DeskDeps, "alerts" | "audit" | "zone" | "nameOf">): readonly AddDoors[];
}

/** Opens it; a store may be asked once. */
export function openEmail({ store, clock, locale, publicUrl, now }: OpenEmailDeps): OpenEmail {
  const seal = openSeal(store, randomBytes);
  const links = openLinks(store, seal);
  const find: DeskDeps["find"] = (address) => now().mailings.get(address);
  const whois: DeskDeps["whois"] = (person) => now().whois(person, undefined);
  const email = emailChannel({
    find,
    seal,
    publicUrl,
    clock,
    locale,
    tokenOf: async (about, at) =>
      mayAcknowledge(whois(personOf(about.to))) ? links.tokenOf(about, at) : undefined,
  });
  return {
    ...email,
    doors(deps) {
      if (publicUrl === undefined) return [];
      return [emailDoors({ desk: openDesk({ ...deps, store, links, clock, find, whois }), locale })];
    },
  };
}
