/** The console's conversations and its channel: order, edits, bounds, and nothing shown twice. */
import { describe, expect, test } from "vitest";
import { consoleChannel } from "../../../../bot/console/channel.ts";
import { KEPT, openConversations } from "../../../../bot/console/conversations.ts";
import { decodeMessage, toWire } from "../../../../bot/console/message.ts";
import { channelContract } from "../../../contract/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { refusableStore } from "../../../support/refusing-sink.ts";

const at = Date.UTC(2026, 10, 25, 2, 0, 0);

function open() {
  const { store, refuse } = refusableStore();
  const conversations = openConversations(store);
  const channel = consoleChannel({ conversations, clock: new FakeClock(at) });
  const attempt = (deliveryId: string) => ({ deliveryId, signal: new AbortController().signal });
  return { refuse, conversations, channel, attempt };
}

const texts = (messages: readonly { card: { text?: string } }[]) => messages.map(({ card }) => card.text);

describe("conversations", () => {
  test("keep the order of what is said at once, with rising seq over all conversations", async () => {
    const { conversations } = open();
    const said = await Promise.all([
      conversations.say("ops", "alice", "一", at),
      conversations.say("dev", "bob", "二", at),
      conversations.post(
        "ops",
        [
          { kind: "reply", text: "三" },
          { kind: "reply", text: "四" },
        ],
        at,
      ),
    ]);
    expect(said.flat().map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(texts(conversations.after("ops", 0))).toEqual(["一", "三", "四"]);
    expect(texts(conversations.after("ops", 1))).toEqual(["三", "四"]);
    expect(texts(conversations.latest("ops", 1))).toEqual(["四"]);
    expect([...conversations.names]).toEqual(["ops", "dev"]);
  });

  test("an edited card comes again with a new seq and the same id, and keeps its time", async () => {
    const { conversations } = open();
    const [card] = await conversations.post("ops", [{ kind: "incident", status: "firing" }], at);
    await conversations.say("ops", "alice", "认领 1", at + 5);
    const edited = await conversations.edit(card?.id ?? "", { kind: "incident", status: "acknowledged" });
    expect(edited).toMatchObject({ id: card?.id, seq: 3, at });
    expect(conversations.after("ops", 0).map(({ id }) => id)).toEqual(["m2", "m1"]);
    expect(conversations.after("ops", 2)).toEqual([edited]);
  });

  test("an edit that changes nothing is no news", async () => {
    const { conversations } = open();
    const [card] = await conversations.post("ops", [{ kind: "incident", status: "firing" }], at);
    await conversations.edit("m1", { status: "firing", kind: "incident" });
    expect(conversations.after("ops", 1)).toEqual([]);
    expect(conversations.find("ops", "m1")).toEqual(card);
  });

  test(`keep the newest ${KEPT}, and a card edited lately stays`, async () => {
    const { conversations } = open();
    const [card] = await conversations.post("ops", [{ kind: "incident", title: "旧卡片" }], at);
    for (let i = 0; i < KEPT - 1; i++) await conversations.say("ops", "alice", String(i), at);
    await conversations.edit(card?.id ?? "", { kind: "incident", title: "旧卡片，更新" });
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => conversations.say("ops", "alice", `并发 ${i}`, at)),
    );
    await conversations.say("ops", "alice", "最后", at);
    expect(conversations.after("ops", 0)).toHaveLength(KEPT);
    expect(conversations.find("ops", card?.id ?? "")?.card.title).toBe("旧卡片，更新");
    expect(conversations.find("ops", "m2")).toBeUndefined();
    expect(texts(conversations.latest("ops", 1))).toEqual(["最后"]);
  });

  test("a reader from another life of the store gets everything", async () => {
    const { conversations } = open();
    await conversations.say("ops", "alice", "一", at);
    expect(conversations.after("ops", 99)).toHaveLength(1);
  });

  test("nothing is shown when the disk refuses, and the listener hears only what is on disk", async () => {
    const { conversations, refuse } = open();
    let heard = 0;
    const stop = conversations.subscribe("ops", () => heard++);
    refuse("no space left");
    await expect(conversations.say("ops", "alice", "一", at)).rejects.toThrow("no space left");
    expect(conversations.after("ops", 0)).toEqual([]);
    refuse(undefined);
    await conversations.say("ops", "alice", "二", at);
    stop();
    await conversations.say("ops", "alice", "三", at);
    expect(heard).toBe(1);
  });

  test("a text too long to keep is cut at a whole character, and half a character is replaced", async () => {
    const { conversations } = open();
    const long = await conversations.say(
      "ops",
      "alice",
      `${"字".repeat(19_999)}😀${"x".repeat(1_000_000)}`,
      at,
    );
    expect(long.card.text).toHaveLength(19_999 + "… (20000/1020001)".length);
    const half = await conversations.say("ops", "alice", "a\uD83Db", at);
    expect(half.card.text).toBe("a\uFFFDb");
  });

  test("the stored form is what the wire form is made of, and a bad one is named", async () => {
    const { conversations } = open();
    const said = await conversations.say("ops", "alice", "你好", at);
    expect(decodeMessage(JSON.parse(JSON.stringify(said)))).toEqual(said);
    expect(toWire(said)).toEqual({
      id: "m1",
      seq: 1,
      at: "2026-11-25T02:00:00.000Z",
      from: "alice",
      kind: "text",
      text: "你好",
    });
    expect(() => decodeMessage({ ...said, seq: "1" })).toThrow("seq");
  });
});

describe("the console channel", () => {
  test("the same delivery is shown once, even when it is tried twice at once", async () => {
    const { conversations, channel, attempt } = open();
    const card = { kind: "incident", title: "CPU" } as const;
    const [first, second] = await Promise.all([
      channel.post("console:ops", card, attempt("incident-12@console:ops")),
      channel.post("console:ops", card, attempt("incident-12@console:ops")),
    ]);
    const third = await channel.post(
      "console:ops",
      { ...card, title: "CPU 高" },
      attempt("incident-12@console:ops"),
    );
    expect([second, third]).toEqual([first, first]);
    expect(conversations.after("ops", 0).map(({ card }) => card.title)).toEqual(["CPU 高"]);
  });

  test("a delivery the disk refused can be tried again", async () => {
    const { conversations, refuse, channel, attempt } = open();
    refuse("read-only");
    await expect(channel.post("console:ops", { kind: "text" }, attempt("a"))).rejects.toMatchObject({
      name: "SendError",
      next: "retry",
      code: "not-saved",
    });
    refuse(undefined);
    // What was not saved had a number too, and now somebody else has it.
    await conversations.say("ops", "alice", "先来的", at);
    await channel.post("console:ops", { kind: "text", text: "告警" }, attempt("a"));
    expect(texts(conversations.after("ops", 0))).toEqual(["先来的", "告警"]);
  });

  test("an edit lands in place; of a card no longer kept it becomes a new message", async () => {
    const { conversations, channel, attempt } = open();
    const receipt = await channel.post("console:ops", { kind: "incident", status: "firing" }, attempt("a"));
    expect(await channel.edit?.(receipt, { kind: "incident", status: "resolved" }, attempt("a"))).toEqual(
      receipt,
    );
    expect(conversations.after("ops", 0).map(({ card }) => card.status)).toEqual(["resolved"]);
    const again = await channel.edit?.(
      { conversation: "ops", id: "m99" },
      { kind: "text", text: "迟" },
      attempt("b"),
    );
    expect(conversations.find("ops", again?.["id"] ?? "")?.card.text).toBe("迟");
  });

  test.each(["ops", "console:", "console:Ops", "console:a/b", "dingtalk:cid"])(
    "gives up on %j",
    async (name) => {
      const { channel, attempt } = open();
      await expect(channel.post(name, { kind: "text" }, attempt("a"))).rejects.toMatchObject({
        next: "give-up",
      });
    },
  );

  test("honours an abort", async () => {
    const { conversations, channel } = open();
    const attempt = { deliveryId: "a", signal: AbortSignal.abort() };
    await expect(channel.post("console:ops", { kind: "text" }, attempt)).rejects.toMatchObject({
      next: "retry",
    });
    expect(conversations.after("ops", 0)).toEqual([]);
  });
});

channelContract("the console", () => {
  const { store, refuse, hang } = refusableStore();
  const conversations = openConversations(store);
  return {
    channel: consoleChannel({ conversations, clock: new FakeClock(at) }),
    conversation: "console:ops",
    seen: () => conversations.after("ops", 0).map(({ card }) => JSON.stringify(card)),
    refuse: (how) => (how === "hang" ? hang() : refuse("no space left on the disk")),
  };
});
