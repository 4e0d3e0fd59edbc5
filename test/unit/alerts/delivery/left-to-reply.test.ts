/** News that the reply to a command says where it was said: once, and never not at all. */
import { afterEach, describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { NotSaid, SendError } from "../../../../alerts/channel.ts";
import type { Ownership } from "../../../../alerts/incidents/ownership.ts";
import { settle } from "../../../support/fake-clock.ts";
import { root } from "../../../support/plans.ts";
import { RecordingChannel } from "../../../support/recording-channel.ts";
import { lineOf, Scenario } from "../../../support/scenario.ts";

const HERE = "chat:here";
const THERE = "chat:there";
const SECOND = 1_000;

let s: Scenario;
let chat: RecordingChannel;
afterEach(() => s.stop());

/** Two conversations are told of an incident, on a channel that edits, or does not. */
async function told({ edits = false, groupIntervalMs = 0 } = {}): Promise<void> {
  chat = new RecordingChannel({ edits });
  s = await Scenario.open({
    rules: [{ id: 1, name: "hot", tells: [HERE, THERE], labels: { severity: "warning" } }],
    channels: { chat },
    plan: { route: root("console:ops", { groupWaitMs: 0, groupIntervalMs, repeatIntervalMs: 86_400_000 }) },
  });
  s.sights.bad(1, { host: "db-1" }, 97);
  await s.until("30s");
  expect(shown()).toEqual([`post ${HERE} firing #1 hot`, `post ${THERE} firing #1 hot`]);
}

let seen = 0;
/** What has been said since this was last asked. */
function shown(): string[] {
  const from = seen > chat.shown.length ? 0 : seen;
  seen = chat.shown.length;
  return chat.shown.slice(from).map(lineOf);
}

const book = () => s.alerts.book;

/** Carries out what a command does, in its commit; gives back its version. */
function does(act: (change: Parameters<Ownership["close"]>[0], by: By) => unknown): Promise<number> {
  return s.commit((change) => {
    const result = act(change, { person: "chat:a", repliedIn: HERE, at: s.clock.now() });
    return (result as { incident: { version: number } }).incident.version;
  });
}
type By = { person: string; repliedIn: string; at: number };

const ack = () => does((change, by) => book().acknowledge(change, 1, { ...by, until: by.at + 3_600_000 }));
const unack = () => does((change, by) => book().unacknowledge(change, 1, by));
const close = () => does((change, by) => book().close(change, 1, by));

/** The reply, as the inbox wants it a commit later. */
function reply(says: number, text = "done", conversation = HERE): Promise<void> {
  const card: Card = { kind: "reply", text, incident: 1, says };
  return s.commit((change) => book().post(change, [conversation], card, "reply", s.clock.now()));
}

const pass = (ms: number) => s.clock.advance(ms);

describe("where a card cannot be changed in place", () => {
  it.each([
    ["acknowledged", ack],
    ["closed", close],
  ])("what was %s is said by the reply here, and by a card elsewhere", async (_, act) => {
    await told();
    await reply(await act());
    await pass(60 * SECOND);
    expect(shown()).toEqual([
      expect.stringMatching(`^post ${THERE} (acknowledged|resolved) #1`),
      `post ${HERE} reply done`,
    ]);
    expect(book().index.pending.size).toBe(0);
    const heard = book()
      .timeline(1)
      .filter(({ what }) => what === "told");
    expect(heard.filter(({ conversation }) => conversation === HERE)).toHaveLength(2);
  });

  it("one line after another is said by one reply after another", async () => {
    await told();
    await reply(await ack(), "mine");
    await pass(SECOND);
    await reply(await unack(), "yours");
    await pass(60 * SECOND);
    expect(shown().filter((line) => line.includes(HERE))).toEqual([
      `post ${HERE} reply mine`,
      `post ${HERE} reply yours`,
    ]);
  });

  it("what comes after it is told as ever", async () => {
    await told();
    await reply(await ack());
    await pass(SECOND);
    shown();
    s.sights.ok(1, { host: "db-1" });
    await pass(60 * SECOND);
    expect(shown()).toContain(`post ${HERE} resolved #1 hot`);
  });

  it("a card says it where no reply comes, be it after a crash", async () => {
    await told();
    await ack();
    await pass(SECOND);
    await s.restart();
    await pass(3 * SECOND);
    expect(shown()).toEqual([`post ${THERE} acknowledged #1 hot`]);
    await pass(2 * SECOND);
    expect(shown()).toEqual([`post ${HERE} acknowledged #1 hot`]);
  });

  it("a card says it where the reply is refused for good, or was nothing to say", async () => {
    await told();
    for (const no of [new SendError("no", { next: "give-up", code: "no" }), new NotSaid("no", "no")]) {
      const version = await (no instanceof NotSaid ? unack() : ack());
      await settle();
      chat.tricks.push(no);
      await reply(version);
      await pass(60 * SECOND);
      expect(shown()).toContainEqual(expect.stringMatching(`^post ${HERE} (acknowledged|firing) #1 hot`));
    }
  });

  it("waits for a reply that the platform takes only later", async () => {
    await told();
    const version = await ack();
    await settle();
    chat.tricks.push(new SendError("slow", { next: "wait", code: "45009", waitMs: 20 * SECOND }));
    await reply(version);
    await pass(60 * SECOND);
    expect(shown().filter((line) => line.includes(HERE))).toEqual([`post ${HERE} reply done`]);
  });

  it("the reply to something else says nothing of it", async () => {
    await told();
    const version = await ack();
    await reply(version - 1, "an older one");
    await reply(version, "elsewhere", "chat:other");
    await pass(60 * SECOND);
    expect(shown()).toContain(`post ${HERE} acknowledged #1 hot`);
  });

  it("a card says what the reply does not know: what came meanwhile, or was still to be told", async () => {
    await told({ groupIntervalMs: 300 * SECOND });
    s.sights.bad(1, { host: "db-2" }, 98);
    await pass(20 * SECOND);
    expect(shown()).toEqual([]);
    await reply(await ack());
    await pass(SECOND);
    expect(shown()).toContain(`post ${HERE} acknowledged #1 hot — 2 alerts`);

    const version = await unack();
    s.sights.ok(1, { host: "db-1" });
    s.sights.ok(1, { host: "db-2" });
    await pass(20 * SECOND);
    await reply(version);
    await pass(SECOND);
    expect(shown()).toContain(`post ${HERE} resolved #1 hot — 2 alerts`);
  });

  it("does not wait for ever when the clock is put back", async () => {
    await told();
    await ack();
    s.clock.set(s.clock.now() - 3_600_000);
    await pass(60 * SECOND);
    expect(shown()).toContain(`post ${HERE} acknowledged #1 hot`);
  });
});

it("where a card can be changed it is, at once, beside the reply", async () => {
  await told({ edits: true });
  const version = await ack();
  await settle();
  expect(shown()).toContain(`edit ${HERE} acknowledged #1 hot`);
  await reply(version);
  await pass(60 * SECOND);
  expect(shown()).toEqual([`post ${HERE} reply done`]);
});
