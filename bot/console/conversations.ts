/** The console's conversations: every message on disk before anybody sees it, the newest of each kept in memory. */
import type { Card } from "../../alerts/card.ts";
import type { Change, Store } from "../../storage/store.ts";
import { BOT, decodeMessage, type Message, storable } from "./message.ts";

/** How many messages of one conversation are kept; those changed longest ago go first. */
export const KEPT = 1_000;

/** Where console messages live. Every promise resolves after the disk has it, or rejects with `NotSaved`. */
export interface Conversations {
  /** Adds what a person said. */
  say(conversation: string, from: string, text: string, at: number): Promise<Message>;
  /** Adds the bot's cards, in order, in one commit. */
  post(conversation: string, cards: readonly Card[], at: number): Promise<readonly Message[]>;
  /** Adds a delivered card once: the same delivery again only brings the message up to date. */
  deliver(conversation: string, card: Card, at: number, delivery: string): Promise<Message>;
  /** Puts another card in the place of `id`; `undefined` when that message is no longer kept. */
  edit(id: string, card: Card): Promise<Message | undefined>;
  find(conversation: string, id: string): Message | undefined;
  /** What was said or edited after `seq`, by rising `seq`; everything kept when `seq` is from another life. */
  after(conversation: string, seq: number): readonly Message[];
  /** The `n` messages changed last, by rising `seq`. */
  latest(conversation: string, n: number): readonly Message[];
  /** Calls `listener` after each message that was added or edited; returns how to stop. */
  subscribe(conversation: string, listener: () => void): () => void;
  readonly names: readonly string[];
}

/** Opens the table `messages` and indexes it. */
export function openConversations(store: Store): Conversations {
  const table = store.table("messages", decodeMessage);
  // Insertion order of each inner map is the order of `seq`: a changed message is taken out and put at the end.
  const index = new Map<string, Map<string, Message>>();
  const deliveries = new Map<string, string>();
  const listeners = new Map<string, Set<() => void>>();

  const show = (message: Message): void => {
    const messages = index.get(message.conversation) ?? new Map<string, Message>();
    index.set(message.conversation, messages);
    messages.delete(message.id);
    messages.set(message.id, message);
    if (message.delivery !== undefined) deliveries.set(message.delivery, message.id);
  };
  const forget = (message: Message): void => {
    index.get(message.conversation)?.delete(message.id);
    if (message.delivery !== undefined && deliveries.get(message.delivery) === message.id)
      deliveries.delete(message.delivery);
  };
  for (const message of [...table.values()].sort((a, b) => a.seq - b.seq)) show(message);
  table.watch((_id, after, before) => {
    if (after === undefined) {
      if (before !== undefined) forget(before);
      return;
    }
    show(after);
    for (const listener of listeners.get(after.conversation) ?? []) listener();
  });

  const add = (change: Change, message: Omit<Message, "id" | "seq">): Message => {
    const seq = change.next("message");
    const added: Message = { ...message, id: `m${seq}`, seq, card: storable(message.card) };
    change.put(table, added.id, added);
    // Known before it is on disk, so that a second attempt under way finds it; a failed commit leaves a dead entry.
    if (added.delivery !== undefined) deliveries.set(added.delivery, added.id);
    return added;
  };
  const replace = (change: Change, before: Message, wanted: Card): Message => {
    const card = storable(wanted);
    if (JSON.stringify(card) === JSON.stringify(before.card)) return before;
    const after: Message = { ...before, seq: change.next("message"), card };
    change.put(table, after.id, after);
    return after;
  };
  /** Commits still on their way are not counted: they are caught up with by the next one. */
  const prune = (change: Change, conversation: string, coming: number): void => {
    const messages = index.get(conversation);
    if (messages === undefined) return;
    let surplus = messages.size + coming - KEPT;
    for (const id of messages.keys()) {
      if (surplus-- <= 0) break;
      if (change.get(table, id) !== undefined) change.remove(table, id);
    }
  };

  return {
    say: (conversation, from, text, at) =>
      store.commit((change) => {
        prune(change, conversation, 1);
        return add(change, { at, conversation, from, card: { kind: "text", text } });
      }),
    post: (conversation, cards, at) =>
      store.commit((change) => {
        prune(change, conversation, cards.length);
        return cards.map((card) => add(change, { at, conversation, from: BOT, card }));
      }),
    deliver: (conversation, card, at, delivery) =>
      store.commit((change) => {
        const known = change.get(table, deliveries.get(delivery) ?? "");
        // A commit that was refused may have left its number here, which another message got since.
        if (known?.delivery === delivery) return replace(change, known, card);
        prune(change, conversation, 1);
        return add(change, { at, conversation, from: BOT, card, delivery });
      }),
    edit: (id, card) =>
      store.commit((change) => {
        const before = change.get(table, id);
        return before && replace(change, before, card);
      }),
    find: (conversation, id) => index.get(conversation)?.get(id),
    after(conversation, seq) {
      const messages = [...(index.get(conversation)?.values() ?? [])];
      const last = messages.at(-1)?.seq ?? 0;
      if (seq > last) return messages;
      return messages.slice(firstAbove(messages, seq));
    },
    latest: (conversation, n) => (n <= 0 ? [] : [...(index.get(conversation)?.values() ?? [])].slice(-n)),
    subscribe(conversation, listener) {
      const hearing = listeners.get(conversation) ?? new Set();
      listeners.set(conversation, hearing);
      const own = (): void => listener();
      hearing.add(own);
      return () => {
        hearing.delete(own);
        if (hearing.size === 0 && listeners.get(conversation) === hearing) listeners.delete(conversation);
      };
    },
    get names() {
      return [...index.keys()];
    },
  };
}

/** The index of the first message with a `seq` above `seq`. */
function firstAbove(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.seq ?? 0) > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}
