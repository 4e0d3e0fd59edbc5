/**
 * Finds among the words that come in those that begin a new incident, so that these need not wait until all that came
 * before is read.
 */
import { fingerprint } from "../../storage/labels.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { groupKeyOf, groupMarkOf } from "../routing/route-tree.ts";
import type { Router } from "../routing/routing.ts";
import type { Posted } from "./posted.ts";
import { originOf } from "./turn-received.ts";
import type { Words } from "./view.ts";

export interface Openers {
  /**
   * The places of those in `words` that begin an incident, one for each. They may be heard before any that wait, since
   * no word that waits is about the same alert.
   */
  find(words: Words): readonly number[];
  /** Says that nothing waits any more. */
  forget(): void;
}

export function findOpeners({ plan, index }: Pick<TurnContext, "plan" | "index">): Openers {
  /** By their marks, groups of which a word waits, or was found, and groups that have their incident. */
  const groups = new Set<string>();
  /** Alerts of no such group of which nothing waits but that they are over. */
  const over = new Set<string>();

  function isOpener(router: Router, { at, sender }: Words, { labels, endsAt }: Posted): boolean {
    const [route] = router(labels, originOf(labels, sender.receiver));
    if (route === undefined) return false;
    const mark = groupMarkOf(route, labels);
    if (groups.has(mark)) return false;
    const hasIncident = index.openByGroup.has(groupKeyOf(route, labels).key);
    if (!hasIncident && endsAt !== undefined && endsAt <= at) {
      over.add(fingerprint(labels));
      return false;
    }
    groups.add(mark);
    return !hasIncident && (over.size === 0 || !over.has(fingerprint(labels)));
  }

  return {
    find(words) {
      const found: number[] = [];
      const { router } = plan();
      for (const [place, one] of words.posted.entries()) if (isOpener(router, words, one)) found.push(place);
      return found;
    },
    forget() {
      groups.clear();
      over.clear();
    },
  };
}
