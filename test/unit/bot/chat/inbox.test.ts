import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import type { Heard } from "../../../../bot/chat/heard.ts";
import { type Inbox, openInbox, type Spoken } from "../../../../bot/chat/inbox.ts";
import { silentLog } from "../../../../storage/log.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";

interface Life {
  readonly inbox: Inbox;
  readonly said: Spoken[];
  readonly told: string[];
}

interface World {
  readonly clock: FakeClock;
  readonly journal: Journal;
  /** How many answers wait at the platform. */
  waiting: number;
  /** What the commands do with a line. */
  say: (spoken: Spoken) => Promise<readonly Card[]>;
  start(): Life;
}

function open(): World {
  const clock = new FakeClock();
  const journal = new Journal();
  const world: World = {
    clock,
    journal,
    waiting: 0,
    say: async ({ text }) => [{ kind: "reply", text: `did ${text}` }],
    start() {
      const store = journal.open(clock);
      const rules = store.table("things", (raw) => raw as { line: string });
      const said: Spoken[] = [];
      const answers = store.table("answers", (raw) => raw as { line: string });
      const told: string[] = [];
      answers.watch((_id, after) => {
        if (after !== undefined) told.push(after.line);
      });
      const inbox = openInbox({
        store,
        clock,
        log: silentLog,
        locale: "en",
        say: async (spoken) => {
          said.push(spoken);
          if (spoken.text.startsWith("make "))
            await store.commit((change) => {
              change.put(rules, String(change.next("things")), { line: spoken.text });
              spoken.commit?.(change);
            });
          return world.say(spoken);
        },
        answer: (change, conversation, cards) => {
          for (const { text, mentions } of cards)
            change.put(answers, String(change.next("answers")), {
              line: `${conversation} ${text}${mentions === undefined ? "" : ` @${mentions}`}`,
            });
        },
        waiting: () => world.waiting,
        tell: async (conversation, { text }) => {
          told.push(`at once ${conversation} ${text}`);
        },
      });
      inbox.start();
      return { inbox, said, told };
    },
  };
  return world;
}

const line = (text: string, more: Partial<Heard> = {}): Heard => ({
  id: `chat:${text}`,
  conversation: "chat:ops",
  isPrivate: false,
  person: "chat:alice",
  text,
  at: 0,
  ...more,
});

const things = (journal: Journal): number =>
  journal.commits.filter((text) => text.includes('"things"') && text.includes('"line"')).length;

describe("the inbox", () => {
  it("answers whoever asked in a group, and without a mention one-to-one", async () => {
    const { inbox, told } = open().start();
    await inbox.hear(line("alerts"));
    await inbox.hear(line("status", { conversation: "chat:user/alice", isPrivate: true }));
    await inbox.settle();
    expect(told).toEqual(["chat:ops did alerts @chat:alice", "chat:user/alice did status"]);
  });

  it("has a line on disk before it says that it was received", async () => {
    const world = open();
    const { inbox } = world.start();
    await inbox.hear(line("alerts"));
    expect(world.journal.commits[0]).toContain('"text":"alerts"');
    await inbox.settle();
  });

  it("carries out a line once however often it is sent, also at the same time and in the next life", async () => {
    const world = open();
    const first = world.start();
    await Promise.all([first.inbox.hear(line("make a")), first.inbox.hear(line("make a"))]);
    await first.inbox.settle();
    await first.inbox.hear(line("make a"));
    const second = world.start();
    await second.inbox.hear(line("make a"));
    await second.inbox.settle();
    expect([...first.said, ...second.said]).toHaveLength(1);
    expect(first.told).toEqual(["chat:ops did make a @chat:alice"]);
    expect(second.told).toEqual([]);
  });

  it("keeps the order of a conversation, and lets another one pass a line that takes long", async () => {
    const world = open();
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    world.say = async ({ text }) => {
      if (text === "slow") await gate;
      return [{ kind: "reply", text }];
    };
    const { inbox, told } = world.start();
    await inbox.hear(line("slow"));
    await inbox.hear(line("next"));
    await inbox.hear(line("elsewhere", { conversation: "chat:dev", isPrivate: true }));
    await world.clock.advance(1);
    expect(told).toEqual(["chat:dev elsewhere"]);
    go();
    await inbox.settle();
    expect(told.slice(1)).toEqual(["chat:ops slow @chat:alice", "chat:ops next @chat:alice"]);
  });

  it("after a kill at any moment has done every line once that it said was received, and answers it", async () => {
    // As many commits as a line that changes something takes: received, carried out, answered.
    for (let survived = 1; survived <= 3; survived++) {
      const world = open();
      const first = world.start();
      await first.inbox.hear(line("make a"));
      await first.inbox.settle();
      const next = open();
      next.journal.commits.push(...world.journal.commits.slice(0, survived));
      const life = next.start();
      await life.inbox.settle();
      expect(things(next.journal), `after ${survived} commits`).toBe(1);
      expect(life.said.length, `after ${survived} commits`).toBe(survived === 1 ? 1 : 0);
      const answers = [
        ["chat:ops did make a @chat:alice"],
        ["chat:ops This was done before a restart; only the answer was missing: `make a` @chat:alice"],
        [],
      ];
      expect(life.told).toEqual(answers[survived - 1]);
    }
  });

  it("while the disk refuses still answers, and says received only after that", async () => {
    const world = open();
    const { inbox, told } = world.start();
    world.journal.refuse = "full";
    await inbox.hear(line("status"));
    expect(told).toEqual(["at once chat:ops did status"]);
  });

  it("tells at once what was done when the disk refuses the answer", async () => {
    const world = open();
    const { inbox, told } = world.start();
    world.say = async ({ text }) => {
      world.journal.refuse = "full";
      return [{ kind: "reply", text }];
    };
    await inbox.hear(line("status"));
    await inbox.settle();
    expect(told).toEqual(["at once chat:ops status"]);
  });

  it("accepts no more than it can hold, and the same line later", async () => {
    const world = open();
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    world.say = async () => {
      await gate;
      return [];
    };
    const { inbox } = world.start();
    const heard = await Promise.allSettled(
      Array.from({ length: 1_100 }, (_, i) => inbox.hear(line(`line ${i}`))),
    );
    expect(heard.filter(({ status }) => status === "rejected")).toHaveLength(100);
    go();
    await inbox.settle();
    await inbox.hear(line("line 1050"));
    await inbox.settle();
    expect(world.journal.commits.join()).toContain("line 1050");
  });

  it("counts what it cannot answer one by one, and says the number once there is room", async () => {
    const world = open();
    const { inbox, told, said } = world.start();
    world.waiting = 20;
    for (let i = 0; i < 50; i++) await inbox.hear(line(`line ${i}`));
    await inbox.settle();
    expect(said).toHaveLength(50);
    expect(told).toEqual([]);
    await world.clock.advance(60_000);
    expect(told).toEqual([]);
    world.waiting = 3;
    await world.clock.advance(5_000);
    expect(told).toEqual([
      "chat:ops 50 more lines were carried out; there were too many to answer one by one. Say alerts or audit to see how things are.",
    ]);
    await inbox.stop();
  });

  it("remembers no more ids than it needs", async () => {
    const world = open();
    const { inbox } = world.start();
    world.waiting = 20;
    for (let i = 0; i < 5_300; i++) {
      await inbox.hear(line(`line ${i}`));
      if (i % 500 === 0) await inbox.settle();
    }
    await inbox.settle();
    const kept = new Set<string>();
    for (const text of world.journal.commits)
      for (const [op, table, id] of (JSON.parse(text) as unknown[]).map(readOperation))
        if (table === "inbox") op === "put" ? kept.add(id) : kept.delete(id);
    expect(kept.size).toBe(5_000);
    await inbox.stop();
  });
});

function readOperation(raw: unknown): [string, string, string] {
  const text = JSON.stringify(raw);
  const id = /"(chat:line \d+)"/.exec(text)?.[1] ?? "";
  return [text.includes('"state"') ? "put" : "remove", text.includes('"inbox"') ? "inbox" : "", id];
}
