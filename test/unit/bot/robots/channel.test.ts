/** Robots of one receiver: they take turns, stand in for each other, and never say too much. */
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { type Attempt, SendError } from "../../../../alerts/channel.ts";
import { RobotRefusal, type Verdict } from "../../../../bot/robots/answer.ts";
import { mentions, robotChannel } from "../../../../bot/robots/channel.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

const card: Card = { kind: "text", title: "x" };
const MINUTE = 60_000;

const THROTTLED = new RobotRefusal("130101", { next: "wait", whose: "robot", waitMs: 10 * MINUTE });
const STOPPED = new RobotRefusal("400102", { next: "give-up", whose: "robot" });
const BUSY = new RobotRefusal("-1", { next: "retry", whose: "robot" });
const no = (verdict: Verdict): RobotRefusal => new RobotRefusal("1", verdict);
const LOST = new SendError("no answer", { next: "retry", code: "ECONNRESET" });

/** Robots `a`, `b` … of the receiver `group`, on the fake clock. */
function open(groups: Readonly<Record<string, string>> = { group: "abc" }) {
  const clock = new FakeClock();
  const tried: string[] = [];
  const tricks = new Map<string, Error>();
  const channel = robotChannel({
    find: (address) => [...(groups[address] ?? "")].map((token) => ({ token })),
    allowed: { messages: 20, perMs: MINUTE },
    clock,
    async say({ token }) {
      tried.push(token);
      const trick = tricks.get(token);
      if (trick !== undefined) throw trick;
    },
  });
  let count = 0;
  const post = (address = "group", more: Partial<Attempt> = {}) => {
    count++;
    const attempt = { deliveryId: `card-${count}@${address}`, signal: new AbortController().signal, ...more };
    return channel.post(address, card, attempt);
  };
  const refused = async (address = "group", more: Partial<Attempt> = {}): Promise<SendError> => {
    const error = await post(address, more).catch((e: unknown) => e);
    if (!(error instanceof SendError)) throw new Error("it was taken");
    return error;
  };
  return { clock, tried, tricks, post, refused, channel };
}

describe("robots of one receiver", () => {
  it("take turns, and say which of them it was", async () => {
    const { tried, post } = open();
    const answers: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) answers.push((await post())["answer"]);
    expect(tried.join("")).toBe("abca");
    expect(answers).toEqual([1, 2, 3, 1].map((place) => `errcode 0 (robot ${place} of 3)`));
  });

  it("cannot change what they said", () => {
    expect(open().channel.edit).toBeUndefined();
  });

  it("go on without one that was throttled, until its ten minutes are over", async () => {
    const { clock, tried, tricks, post } = open();
    tricks.set("a", THROTTLED);
    await post();
    tricks.clear();
    for (let i = 0; i < 4; i++) await post();
    expect(tried.join("")).toBe("abcbcb");
    await clock.advance(10 * MINUTE);
    for (let i = 0; i < 3; i++) await post();
    expect(tried.slice(6).sort().join("")).toBe("abc");
  });

  it("go on without one that was stopped, and ask it last until it works again", async () => {
    const { tried, tricks, post } = open();
    tricks.set("a", STOPPED);
    for (let i = 0; i < 5; i++) await post();
    expect(tried.join("")).toBe("abcbcb");
    for (const token of ["b", "c"]) tricks.set(token, STOPPED);
    tricks.delete("a");
    await post();
    expect(tried.slice(6).join("").endsWith("a")).toBe(true);
  });

  it("all refuse: the target hears what gives the most hope", async () => {
    const { tricks, refused, clock } = open();
    for (const token of "abc") tricks.set(token, STOPPED);
    expect(await refused()).toMatchObject({ next: "give-up", code: "400102" });
    tricks.set("b", THROTTLED);
    expect(await refused()).toMatchObject({ next: "wait", code: "130101", waitMs: 10 * MINUTE });
    // `b` rests now: nobody knows of anything better than to wait for it.
    await clock.advance(MINUTE);
    expect(await refused()).toMatchObject({ next: "wait", code: "robots-rest", waitMs: 9 * MINUTE });
    tricks.set("c", BUSY);
    expect(await refused()).toMatchObject({ next: "retry", code: "-1" });
  });

  it("do not try the next one with a message that no robot will take, or when nobody may send", async () => {
    const { tried, tricks, refused } = open();
    tricks.set("a", no({ next: "give-up", whose: "message" }));
    expect(await refused()).toMatchObject({ next: "give-up" });
    tricks.set("a", no({ next: "wait", whose: "everybody", waitMs: MINUTE }));
    expect(await refused()).toMatchObject({ next: "wait" });
    expect(tried.join("")).toBe("aa");
  });

  it("have the same one say it again when nobody knows whether it was said", async () => {
    const { tried, tricks, post, refused } = open();
    tricks.set("a", LOST);
    expect(await refused("group", { deliveryId: "card-7@group" })).toBe(LOST);
    await post();
    tricks.clear();
    await post("group", { deliveryId: "card-7@group" });
    expect(tried.join("")).toBe("aba");
  });

  it("have another one say it when nobody knows a second time", async () => {
    const { tried, tricks, post, refused } = open();
    tricks.set("a", LOST);
    for (let i = 0; i < 2; i++) await refused("group", { deliveryId: "card-7@group" });
    await post("group", { deliveryId: "card-7@group" });
    expect(tried.join("")).toBe("aab");
  });

  it("never say a 20th thing within a minute, in whatever receivers they stand", async () => {
    const { clock, tried, post, refused } = open({ one: "a", other: "a" });
    for (let i = 0; i < 19; i++) await post(i % 2 === 0 ? "one" : "other");
    expect(await refused("one")).toMatchObject({ next: "wait", code: "robots-rest", waitMs: MINUTE });
    expect(await refused("other")).toMatchObject({ next: "wait" });
    expect(tried).toHaveLength(19);
    await clock.advance(MINUTE);
    await post("one");
    expect(tried).toHaveLength(20);
  });

  it("say three times as much when there are three", async () => {
    const { tried, post, refused } = open();
    for (let i = 0; i < 57; i++) await post();
    expect(await refused()).toMatchObject({ next: "wait" });
    for (const token of "abc") expect(tried.filter((one) => one === token)).toHaveLength(19);
  });

  it("are given up when the configuration has none of them any more", async () => {
    const { refused } = open();
    expect(await refused("gone")).toMatchObject({ next: "give-up", code: "no-such-robot" });
  });

  it("say nothing after the signal", async () => {
    const { tried, refused } = open();
    expect(await refused("group", { signal: AbortSignal.abort() })).toMatchObject({ next: "retry" });
    expect(tried).toEqual([]);
  });
});

describe("people are mentioned", () => {
  const hot: Card = {
    kind: "incident",
    title: "#1 hot",
    status: "firing",
    severity: "critical",
    incident: 1,
  };
  const attempt: Attempt = { deliveryId: "incident-1@x", signal: new AbortController().signal };
  const told = (severity: string): Attempt => ({ ...attempt, before: { severity } });

  it.each<[string, Card, Attempt, boolean]>([
    ["of what is new", hot, attempt, true],
    ["of a storm that is new", { ...hot, kind: "digest" }, attempt, true],
    ["of what got worse", hot, told("warning"), true],
    ["not of what is as bad as it was", hot, told("critical"), false],
    ["not of the end", { ...hot, status: "resolved" }, told("critical"), false],
    ["not of the end of what nobody was told of", { ...hot, status: "resolved" }, attempt, false],
    ["not once somebody has it", { ...hot, status: "acknowledged" }, attempt, false],
    ["not of what is not as bad as was asked", { ...hot, severity: "warning" }, attempt, false],
    ["not by a short message about it", { ...hot, kind: "text" }, attempt, false],
    [
      "not by an answer",
      { kind: "reply", text: "x", severity: "critical", status: "firing" },
      attempt,
      false,
    ],
  ])("%s", (_what, card, how, whether) => {
    expect(mentions(card, how, ["critical"])).toBe(whether);
  });

  it("by the severities that are asked for", () => {
    expect(mentions({ ...hot, severity: "warning" }, attempt, ["warning"])).toBe(true);
    expect(mentions(hot, attempt, [])).toBe(false);
  });

  it("again only when it is worse than the worst that was told", async () => {
    const { channel } = open();
    const first = await channel.post("group", hot, attempt);
    const milder = await channel.post("group", { ...hot, severity: "info" }, { ...attempt, before: first });
    expect(milder["severity"]).toBe("critical");
    expect(mentions(hot, { ...attempt, before: milder }, ["critical"])).toBe(false);
  });
});
