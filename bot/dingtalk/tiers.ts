/**
 * How cards can be shown: as cards that change in place, or, where those are refused, as ordinary messages with buttons.
 * A refusal is remembered and tried again after a while, since permissions and templates are granted any time.
 */
import type { Text } from "../../storage/locale.ts";

export interface Tiers {
  /** Whether a card may be tried there. */
  cards(conversation: string, at: number): boolean;
  /** Cards were refused: in that conversation, or, with `everywhere`, by something that all of them need. */
  refused(conversation: string, code: string, at: number): void;
  /** A card was taken. */
  taken(conversation: string): void;
  /** Why there are no cards there; undefined when there are. */
  remark(conversation: string, at: number): Text | undefined;
}

/** Cards are tried again after so long. */
const AGAIN_MS = 3_600_000;
const MOST = 1_000;

/** What all cards need: a permission, a template. Anything else concerns one conversation. */
const EVERYWHERE = /AccessTokenPermissionDenied|template/i;
const ALL = "";

/** `said` is called once for every refusal that is new. */
export function openTiers(said: (conversation: string, code: string) => void): Tiers {
  const refusals = new Map<string, { readonly code: string; readonly until: number }>();
  const find = (conversation: string, at: number): { readonly code: string } | undefined =>
    [refusals.get(ALL), refusals.get(conversation)].find((one) => one !== undefined && one.until > at);

  return {
    cards: (conversation, at) => find(conversation, at) === undefined,
    refused(conversation, code, at) {
      const where = EVERYWHERE.test(code) ? ALL : conversation;
      const before = refusals.get(where);
      refusals.delete(where);
      refusals.set(where, { code, until: at + AGAIN_MS });
      const oldest = [...refusals.keys()].find((one) => one !== ALL);
      if (refusals.size > MOST && oldest !== undefined) refusals.delete(oldest);
      if (before?.code !== code) said(where, code);
    },
    taken(conversation) {
      refusals.delete(ALL);
      refusals.delete(conversation);
    },
    remark(conversation, at) {
      const refusal = find(conversation, at);
      if (refusal === undefined) return undefined;
      const { code } = refusal;
      return {
        zh: `钉钉不给发互动卡片（${code}），改用带按钮的普通消息，不能原地更新`,
        en: `DingTalk refuses cards (${code}); ordinary messages with buttons go out instead and do not change in place`,
      };
    },
  };
}
