import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { openClicks } from "../../../../bot/chat/clicks.ts";
import type { Pressed } from "../../../../bot/chat/heard.ts";
import type { Spoken } from "../../../../bot/chat/inbox.ts";
import { createPress } from "../../../../bot/chat/press.ts";
import type { Change } from "../../../../storage/store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

const pressed: Pressed = {
  id: "chat:click-1",
  conversation: "chat:ops",
  card: "card-12",
  person: "chat:alice",
  name: "Alice",
  command: "ack 12",
  at: 0,
};

function open(act: (spoken: Spoken, offer: (change: string) => Promise<boolean>) => Promise<void>) {
  const clock = new FakeClock();
  const clicks = openClicks<string>();
  const offer = (change: string): Promise<boolean> => clicks.offer("card-12", change);
  const replies: string[] = [];
  const said: string[] = [];
  let settled: Promise<void> = Promise.resolve();
  const press = createPress({
    clock,
    say: async (spoken) => {
      said.push(`${spoken.person} ${spoken.text}`);
      settled = act(spoken, offer);
      return [{ kind: "reply", text: "done" } satisfies Card];
    },
    settle: () => settled,
    reply: async (conversation, cards) => {
      for (const { text, mentions } of cards) replies.push(`${conversation} ${text} @${mentions}`);
    },
  });
  return {
    clock,
    press: (one: Pressed, answer: (change: string) => boolean) => press(one, clicks.open(one.card, answer)),
    replies,
    said,
    offer,
  };
}

const changes = (spoken: Spoken): void => spoken.commit?.(undefined as unknown as Change);

describe("a click", () => {
  it("is answered with what it changed of the card, and nothing else is said", async () => {
    const { press, replies, said } = open(async (spoken, offer) => {
      changes(spoken);
      expect(await offer("acknowledged")).toBe(true);
    });
    const answers: string[] = [];
    await press(pressed, (change) => answers.push(change) > 0);
    expect({ answers, replies, said }).toEqual({
      answers: ["acknowledged"],
      replies: [],
      said: ["chat:alice ack 12"],
    });
  });

  it("that changes nothing is told why, also when the card changes meanwhile for another reason", async () => {
    const { press, replies } = open(async (_spoken, offer) => {
      await offer("one alert more");
    });
    await press(pressed, () => true);
    expect(replies).toEqual(["chat:ops done @chat:alice"]);
  });

  it("whose answer came too late leaves the change to a call of its own, and says what was done", async () => {
    const { press, replies } = open(async (spoken, offer) => {
      changes(spoken);
      expect(await offer("acknowledged")).toBe(false);
    });
    await press(pressed, () => false);
    expect(replies).toEqual(["chat:ops done @chat:alice"]);
  });

  it("is carried out once, though the platform sends it again", async () => {
    const { press, said } = open(async () => {});
    await press(pressed, () => true);
    await press(pressed, () => true);
    expect(said).toHaveLength(1);
  });

  it("does not wait for a conversation in which nothing moves", async () => {
    const { press, replies, clock, offer } = open(() => new Promise(() => {}));
    const done = press(pressed, () => true);
    await clock.advance(1_200);
    await done;
    expect(replies).toEqual(["chat:ops done @chat:alice"]);
    expect(await offer("later")).toBe(false);
    expect(clock.sleeping).toBe(0);
  });

  it("is one of several on a card at the same time, and each is answered for itself", async () => {
    const clicks = openClicks<string>();
    const answers: string[] = [];
    const first = clicks.open("card", (change) => answers.push(`first ${change}`) > 0);
    const second = clicks.open("card", (change) => answers.push(`second ${change}`) > 0);
    expect(await clicks.offer("card", "a")).toBe(true);
    expect(await clicks.offer("card", "b")).toBe(true);
    expect(await clicks.offer("card", "c")).toBe(false);
    expect(answers).toEqual(["first a", "second b"]);
    expect([first.changed, second.changed]).toEqual([true, true]);
  });
});
