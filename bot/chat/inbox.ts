/**
 * What people say on a chat platform, from "received" to "answered". A line is on disk before the platform is told
 * that it was received, it is carried out once however often the platform sends it and however often the process dies,
 * and its answer waits on disk until the platform has taken it.
 */
import { z } from "zod";
import type { Card } from "../../alerts/card.ts";
import type { Clock } from "../../storage/clock.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import { type Change, NotSaved, type Store } from "../../storage/store.ts";
import type { Heard } from "./heard.ts";

/** A line for the commands to carry out. */
export interface Spoken extends Heard {
  /** Called inside the commit of whatever the line changes. */
  readonly commit?: (change: Change) => void;
}

export interface InboxDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  /** Carries out a line; resolves when what it changed is on disk. Never rejects. */
  say(spoken: Spoken): Promise<readonly Card[]>;
  /** Wants these cards told in that conversation, as part of a commit. */
  answer(change: Change, conversation: string, cards: readonly Card[], at: number): void;
  /** How many answers wait to be told in that conversation. */
  waiting(conversation: string): number;
  /** Tells a card at once, while the disk refuses; whether it arrives is not known. */
  tell(conversation: string, card: Card): Promise<void>;
}

export interface Inbox {
  /** Resolves when the line is safe; then the platform may be told so. Rejects when there are too many already. */
  hear(heard: Heard): Promise<void>;
  /** Carries out what another life has received and not answered. */
  start(): void;
  /** Resolves when everything that was received is answered. */
  settle(): Promise<void>;
  /** Carries out nothing more; what waits is left to the next life. */
  stop(): Promise<void>;
}

const when = z.number();
const waits = z.strictObject({
  state: z.literal("waits"),
  id: z.string(),
  conversation: z.string(),
  isPrivate: z.boolean(),
  person: z.string().exactOptional(),
  name: z.string().exactOptional(),
  text: z.string(),
  quotes: z.string().exactOptional(),
  at: when,
  receivedAt: when,
  /** What it changes is on disk; only the answer is missing. */
  carriedOut: z.literal(true).exactOptional(),
});
const answered = z.strictObject({ state: z.literal("answered"), id: z.string(), receivedAt: when });
const entry = z.discriminatedUnion("state", [waits, answered]);
type Waiting = z.output<typeof waits>;
type Entry = z.output<typeof entry>;

/** More lines than these are not accepted: a platform sends again what it was not told to be received. */
const MOST_WAITING = 1_000;
/** A platform sends a line again within a minute or so, and after a reconnect; so many ids are remembered. */
const REMEMBERED = 5_000;
/** Where more answers than these wait, further ones are counted instead: nobody reads them, and a platform has limits. */
const MOST_ANSWERS = 20;
/** How often it is looked whether what was counted can be said. */
const SAY_COUNT_MS = 5_000;
/** In UTF-16 units; the commands refuse lines that are far shorter. */
const LONGEST_TEXT = 8_000;

export function openInbox({ store, clock, log, locale, say, answer, waiting, tell }: InboxDeps): Inbox {
  const table = store.table<Entry>("inbox", (raw) => entry.parse(raw));
  /** Ids under way, and those that are answered: from the oldest to the newest. */
  const known = new Set<string>();
  const lines = new Map<string, Promise<void>>();
  /** Being written down: the same line again waits for that. */
  const receiving = new Map<string, Promise<void>>();
  const halt = new AbortController();
  /** Answers that were not told one by one, by conversation. */
  const uncounted = new Map<string, number>();
  let open = 0;

  for (const { id } of [...table.values()].sort((a, b) => a.receivedAt - b.receivedAt)) known.add(id);

  function hear(heard: Heard): Promise<void> {
    const under = receiving.get(heard.id);
    if (under !== undefined) return under;
    if (known.has(heard.id)) return Promise.resolve();
    const received = receive(heard).finally(() => receiving.delete(heard.id));
    receiving.set(heard.id, received);
    return received;
  }

  async function receive(heard: Heard): Promise<void> {
    if (open >= MOST_WAITING) throw new Error("too many lines wait to be carried out");
    const received: Waiting = {
      ...heard,
      state: "waits",
      text: heard.text.slice(0, LONGEST_TEXT),
      ...(heard.quotes === undefined ? {} : { quotes: heard.quotes.slice(0, LONGEST_TEXT) }),
      receivedAt: clock.now(),
    };
    known.add(heard.id);
    open++;
    try {
      await store.commit((change) => change.put(table, received.id, received));
    } catch (error) {
      open--;
      if (!(error instanceof NotSaved)) {
        known.delete(heard.id);
        throw error;
      }
      // Who asks what is wrong is answered all the same; it is "received" once that is done.
      await withoutDisk(received);
      return;
    }
    enqueue(received);
  }

  /** One after another in each conversation, in the order in which they were received. */
  function enqueue(received: Waiting): void {
    const { conversation } = received;
    const before = lines.get(conversation) ?? Promise.resolve();
    const done = before
      .then(() => carryOut(received))
      .catch((err: unknown) => log.error({ err, id: received.id }, "a line could not be answered"))
      .finally(() => {
        open--;
        if (lines.get(conversation) === done) lines.delete(conversation);
      });
    lines.set(conversation, done);
  }

  async function carryOut(received: Waiting): Promise<void> {
    if (halt.signal.aborted) return;
    const cards =
      received.carriedOut === true
        ? [afterRestart(received)]
        : await say({
            ...spokenOf(received),
            commit: (change) => change.put(table, received.id, { ...received, carriedOut: true }),
          });
    try {
      await store.commit((change) => {
        const { id, receivedAt } = received;
        change.put(table, id, { state: "answered", id, receivedAt });
        forgetOldest(change);
        if (countsOnly(received.conversation)) count(received.conversation);
        else answer(change, received.conversation, addressed(cards, received), clock.now());
      });
    } catch (error) {
      if (!(error instanceof NotSaved)) throw error;
      for (const card of cards) await tell(received.conversation, card);
    }
  }

  async function withoutDisk(received: Waiting): Promise<void> {
    for (const card of await say(spokenOf(received))) await tell(received.conversation, card);
  }

  function afterRestart({ text }: Waiting): Card {
    return { kind: "reply", text: inLocale(locale, carriedOutBefore(text)) };
  }

  function forgetOldest(change: Change): void {
    for (const id of known) {
      if (known.size <= REMEMBERED) break;
      // What waits is younger than what is answered, but for what waits very long.
      if (change.get(table, id)?.state === "waits") break;
      known.delete(id);
      change.remove(table, id);
    }
  }

  function countsOnly(conversation: string): boolean {
    return uncounted.has(conversation) || waiting(conversation) >= MOST_ANSWERS;
  }

  function count(conversation: string): void {
    const before = uncounted.get(conversation);
    uncounted.set(conversation, (before ?? 0) + 1);
    if (before === undefined) void sayCount(conversation);
  }

  async function sayCount(conversation: string): Promise<void> {
    do await clock.sleep(SAY_COUNT_MS, halt.signal);
    while (waiting(conversation) >= MOST_ANSWERS / 2 && !halt.signal.aborted);
    const number = uncounted.get(conversation) ?? 0;
    uncounted.delete(conversation);
    const card: Card = { kind: "reply", text: inLocale(locale, tooManyAnswers(number)) };
    try {
      await store.commit((change) => answer(change, conversation, [card], clock.now()));
    } catch (err) {
      log.warn({ err, conversation, number }, "answers that were not told one by one could not be counted");
    }
  }

  async function settle(): Promise<void> {
    while (lines.size > 0) await Promise.all(lines.values());
  }

  return {
    hear,
    start() {
      for (const one of [...table.values()].sort((a, b) => a.receivedAt - b.receivedAt)) {
        if (one.state !== "waits") continue;
        open++;
        enqueue(one);
      }
    },
    settle,
    async stop() {
      halt.abort();
      await settle();
    },
  };
}

function spokenOf({ state: _, receivedAt: __, carriedOut: ___, ...heard }: Waiting): Heard {
  return heard;
}

/** In a group an answer is to whoever asked. */
function addressed(cards: readonly Card[], { person, isPrivate }: Waiting): readonly Card[] {
  if (isPrivate || person === undefined) return cards;
  return cards.map((card, i) => (i === 0 ? { ...card, mentions: [person] } : card));
}

function carriedOutBefore(text: string): Text {
  const line = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  const quoted = line.replace(/[`\s]+/g, " ").trim();
  return {
    zh: `这一句重启之前已经办好，只是还没来得及回复：\`${quoted}\``,
    en: `This was done before a restart; only the answer was missing: \`${quoted}\``,
  };
}

function tooManyAnswers(number: number): Text {
  return {
    zh: `还有 ${number} 句也办了；话太多，没有逐条回复。说“告警”或“审计”看现在的情况。`,
    en: `${number} more lines were carried out; there were too many to answer one by one. Say alerts or audit to see how things are.`,
  };
}
