/** What becomes of messages and presses when Stream mode, the disk or a command goes wrong; against the fake DingTalk. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Delivery } from "../support/dingtalk/deliveries.ts";
import { type Answer, GROUP, logged, openRig, type Rig, until } from "../unit/bot/dingtalk/stream/rig.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const CARD = "gengfu-k3f9-1";

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
  await rig.connected();
});

afterEach(async () => {
  await rig.end();
  expect(rig.sleeping()).toBe(0);
  expect(logged(rig)).not.toMatch(/session=|tiger/);
});

const live = () => rig.fake.sockets.all.filter(({ state }) => state === "live");
const answered = ({ pushes }: Delivery) => pushes.every(({ tookMs }) => tookMs !== undefined);
/** Where the pushes of a delivery stand. */
const acks = ({ pushes }: Delivery) => pushes.map(({ tookMs }) => tookMs);
const complaints = () => rig.lines.filter(({ level }) => level === "warn" || level === "error");

/** A promise that is settled by hand. */
function byHand(): { readonly promise: Promise<void>; resolve(): void; reject(error: Error): void } {
  let resolve = (): void => {};
  let reject = (_error: Error): void => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve: () => resolve(), reject: (error) => reject(error) };
}

describe("a message", () => {
  test("is acknowledged when it is safe and not before", async () => {
    const disk = byHand();
    rig.hear = () => disk.promise;
    const delivery = rig.fake.say(GROUP, "zhang", "status");
    await until(() => rig.heard.length === 1);
    await rig.clock.advance(2 * SECOND);
    expect(acks(delivery)).toEqual([undefined]);
    disk.resolve();
    expect(await delivery.settled).toBe("answered");
    expect(acks(delivery)).toEqual([2 * SECOND]);
    expect(delivery.pushes[0]?.reply).toEqual({ response: null });
  });

  test("that is safe too late is acknowledged when it comes again, and handed over once", async () => {
    const disk = byHand();
    rig.hear = () => disk.promise;
    const delivery = rig.fake.say(GROUP, "zhang", "status");
    await until(() => rig.heard.length === 1);
    await rig.clock.advance(3 * SECOND);
    disk.resolve();
    await rig.clock.advance(50 * SECOND);
    expect(acks(delivery)).toEqual([undefined]);
    await rig.clock.advance(10 * SECOND);
    expect(await delivery.settled).toBe("answered");
    expect(rig.heard).toHaveLength(1);
    expect(rig.fake.counters().lateAcks).toBe(0);
  });

  test("that is still not safe when it comes again is not acknowledged either", async () => {
    rig.hear = () => new Promise(() => {});
    const delivery = rig.fake.say(GROUP, "zhang", "status");
    await rig.pass(10 * MINUTE);
    expect(await delivery.settled).toBe("unanswered");
    expect(delivery.pushes).toHaveLength(4);
    expect(acks(delivery)).toEqual([undefined, undefined, undefined, undefined]);
    expect(rig.heard).toHaveLength(1);
  });

  test.each([
    ["rejects", () => Promise.reject(new Error("the disk is full"))],
    [
      "throws",
      () => {
        throw new Error("the disk is full");
      },
    ],
  ])("whose hearing %s is not acknowledged, and is handed over again", async (_how, fail) => {
    rig.hear = fail;
    const delivery = rig.fake.say(GROUP, "zhang", "status");
    await until(() => complaints().length === 1);
    rig.fake.say(GROUP, "li", "status");
    await until(() => rig.heard.length === 2);
    rig.hear = () => Promise.resolve();
    await rig.clock.advance(61 * SECOND);
    expect(await delivery.settled).toBe("answered");
    await until(() => rig.heard.length === 4);
    expect(delivery.pushes.map(({ tookMs }) => tookMs === undefined)).toEqual([true, false]);
    // A disk that is full is said once, and not for every message.
    expect(complaints()).toHaveLength(1);
  });

  test("that DingTalk sends 200 times is acknowledged every time and handed over once", async () => {
    const delivery = rig.fake.say(GROUP, "zhang", "ack k3f9");
    rig.fake.deliveries.again(delivery, 200);
    await until(() => answered(delivery));
    expect(delivery.pushes).toHaveLength(201);
    expect(rig.heard).toHaveLength(1);
    expect(rig.counted()).toBe(201);
  });

  test("that comes over two connections at once is handed over once, and answered on each", async () => {
    await rig.pass(MINUTE);
    const disk = byHand();
    rig.hear = () => disk.promise;
    const delivery = rig.fake.say(GROUP, "zhang", "ack k3f9");
    await until(() => rig.heard.length === 1);
    const [old] = live();
    old?.disconnect();
    await until(() => live().length === 1 && live()[0] !== old);
    rig.fake.deliveries.again(delivery, 1);
    await until(() => rig.counted() === 2);
    expect(old?.state).toBe("leaving");
    disk.resolve();
    await until(() => answered(delivery) && old?.state === "closed");
    expect(delivery.pushes.map(({ connection }) => connection)).toEqual([old?.id, live()[0]?.id]);
    expect(rig.heard).toHaveLength(1);
    expect(rig.fake.sockets.wrong).toEqual([]);
  });

  test("whose connection is gone when it is safe is answered on no other", async () => {
    const disk = byHand();
    rig.hear = () => disk.promise;
    const delivery = rig.fake.say(GROUP, "zhang", "status");
    await until(() => rig.heard.length === 1);
    live()[0]?.drop();
    await rig.pass(2 * SECOND);
    expect(live()).toHaveLength(1);
    disk.resolve();
    await rig.clock.advance(50 * SECOND);
    expect(acks(delivery)).toEqual([undefined]);
    expect(rig.fake.sockets.wrong).toEqual([]);
    await rig.clock.advance(10 * SECOND);
    expect(await delivery.settled).toBe("answered");
    expect(rig.heard).toHaveLength(1);
  });

  test("without words, for want of quota, is acknowledged and told, and the next with words is heard", async () => {
    rig.fake.settings.streamPerMonth = 1;
    await rig.fake.say(GROUP, "zhang", "status").settled;
    for (const word of ["one", "two"])
      expect(await rig.fake.say(GROUP, "zhang", word).settled).toBe("answered");
    expect(rig.heard).toHaveLength(1);
    expect(rig.overQuota()).toBe(2);
    expect(complaints()).toHaveLength(1);
    expect(rig.stream.state()).toMatchObject({
      is: "connected",
      reason: { zh: expect.stringContaining("额度") },
    });
    rig.fake.settings.streamPerMonth = undefined;
    await rig.fake.say(GROUP, "zhang", "status").settled;
    expect(rig.heard).toHaveLength(2);
    expect(rig.stream.state().reason).toBeUndefined();
  });

  test("is one of 10,000: each is heard once, and never more than some hundred at a time", async () => {
    let now = 0;
    let most = 0;
    rig.hear = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    };
    const connection = live()[0];
    for (let i = 0; i < 10_000; i++) connection?.sendRaw(message(`m${i}`, `msg${i}`));
    await until(() => rig.fake.sockets.wrong.length === 10_000);
    expect(new Set(rig.heard.map(({ id }) => id)).size).toBe(10_000);
    expect(rig.heard).toHaveLength(10_000);
    // The fake knows nothing of messages that were put on the line by hand: it takes each answer for one too many.
    expect(rig.fake.sockets.wrong.every(({ why }) => why.startsWith("nothing is outstanding"))).toBe(true);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThan(700);
  });

  test("waits in the line while the disk stands still, and nothing is lost when it goes on", async () => {
    const disk = byHand();
    rig.hear = () => disk.promise;
    const connection = live()[0];
    for (let i = 0; i < 5_000; i++) connection?.sendRaw(message(`m${i}`, `msg${i}`));
    await rig.clock.advance(5 * MINUTE);
    expect(rig.heard.length).toBeGreaterThan(200);
    expect(rig.heard.length).toBeLessThan(700);
    expect(connection?.state).toBe("live");
    disk.resolve();
    await until(() => rig.heard.length === 5_000);
  });
});

/** A frame with a message, made by hand. */
function message(messageId: string, msgId: string, changed: object = {}): string {
  const data = {
    conversationId: GROUP,
    conversationType: "2",
    msgId,
    msgtype: "text",
    text: { content: "tiger" },
    createAt: 1_790_000_000_000,
    senderStaffId: "16650698",
    ...changed,
  };
  const headers = { topic: "/v1.0/im/bot/messages/get", messageId, time: "1790000000000" };
  return JSON.stringify({ type: "CALLBACK", headers, data: JSON.stringify(data) });
}

describe("a frame that cannot be read", () => {
  const robot = { topic: "/v1.0/im/bot/messages/get" };
  test.each([
    ["no JSON", "tiger"],
    ["null", "null"],
    ["an array", "[]"],
    ["a number", "42"],
    ["no headers", '{"type":"CALLBACK","data":"{}"}'],
    ["no headers of a system frame", '{"type":"SYSTEM"}'],
    ["an event without headers", '{"type":"EVENT"}'],
    ["the topic error", '{"type":"CALLBACK","headers":{"topic":"error"},"data":"{}"}'],
    [
      "a topic that nobody knows",
      '{"type":"CALLBACK","headers":{"topic":"/v9/new","messageId":"m"},"data":"{}"}',
    ],
    ["a type that nobody knows", '{"type":"NEWS","headers":{"topic":"x"}}'],
    ["headers that are text", '{"type":"CALLBACK","headers":"tiger"}'],
    ["data that is no JSON", JSON.stringify({ type: "CALLBACK", headers: robot, data: "tiger" })],
    ["no data", JSON.stringify({ type: "CALLBACK", headers: robot })],
  ])("leaves the connection as it was: %s", async (_name, text) => {
    live()[0]?.sendRaw(text);
    live()[0]?.sendRaw(text);
    expect(await rig.fake.say(GROUP, "zhang", "status").settled).toBe("answered");
    expect(rig.heard).toHaveLength(1);
    expect(live()).toHaveLength(1);
    expect(complaints().length).toBeLessThanOrEqual(1);
  });

  test("is acknowledged where that is possible, so that it does not come for ever", async () => {
    live()[0]?.sendRaw(message("m1", "msg1", { conversationId: undefined }));
    live()[0]?.sendRaw(message("m2", "msg1", { conversationId: undefined }));
    await until(() => rig.fake.sockets.wrong.length === 2);
    expect(rig.fake.sockets.wrong.map(({ text }) => (JSON.parse(text) as { code: number }).code)).toEqual([
      200, 200,
    ]);
    expect(rig.heard).toEqual([]);
    expect(complaints()).toHaveLength(1);
    expect(JSON.stringify(complaints()[0]?.fields)).toContain("conversationId");
  });

  test("and is far too large ends the connection, and another is opened", async () => {
    live()[0]?.sendRaw(message("m1", "msg1", { text: { content: "x".repeat(3_000_000) } }));
    await until(() => rig.stream.state().is === "waiting");
    await rig.pass(5 * SECOND);
    expect(rig.stream.state().is).toBe("connected");
  });
});

describe("a press", () => {
  const change = {
    cardUpdateOptions: { updateCardDataByKey: true },
    cardData: { cardParamMap: { tips: "ok" } },
  };

  /** Presses the button of the card, by the way of the platform. */
  function pressed(): Delivery {
    const app = rig.fake.world.apps.get("dingfake0001");
    if (app === undefined) throw new Error("no app");
    const content = { cardPrivateData: { actionIds: ["ack"], params: { action: "ack k3f9" } } };
    return rig.fake.deliveries.push({
      app,
      type: "CALLBACK",
      topic: "/v1.0/card/instances/callback",
      data: {
        outTrackId: CARD,
        userId: "16650698",
        spaceType: "IM",
        spaceId: GROUP,
        content: JSON.stringify(content),
      },
    });
  }

  /** The answer function of the next press. */
  function taken(): { answer?: Answer; readonly work: ReturnType<typeof byHand> } {
    const hold: { answer?: Answer; readonly work: ReturnType<typeof byHand> } = { work: byHand() };
    rig.press = (_press, answer) => {
      hold.answer = answer;
      return hold.work.promise;
    };
    return hold;
  }

  test("is answered with what changes on the card, once", async () => {
    const given: boolean[] = [];
    rig.press = async (_press, answer) => {
      given.push(answer(change), answer(change));
    };
    const delivery = pressed();
    expect(await delivery.settled).toBe("answered");
    expect(delivery.pushes[0]?.reply).toEqual({ response: change });
    expect(given).toEqual([true, false]);
    expect(rig.pressed).toMatchObject([
      { card: CARD, command: "ack k3f9", person: "dingtalk:16650698", conversation: `dingtalk:${GROUP}` },
    ]);
  });

  test("that takes longer is answered with nothing in time, and what comes later is not sent", async () => {
    const hold = taken();
    const delivery = pressed();
    await until(() => hold.answer !== undefined);
    await rig.clock.advance(1_799);
    expect(acks(delivery)).toEqual([undefined]);
    await rig.clock.advance(1);
    expect(await delivery.settled).toBe("answered");
    expect(delivery.pushes[0]?.reply).toEqual({ response: {} });
    expect(hold.answer?.(change)).toBe(false);
    hold.work.resolve();
  });

  test("that is answered late because the machine was held up knows that it was late", async () => {
    const hold = taken();
    pressed();
    await until(() => hold.answer !== undefined);
    rig.clock.set(rig.clock.now() + 2_500);
    expect(hold.answer?.(change)).toBe(false);
  });

  test("whose connection is gone knows that no answer went out", async () => {
    const hold = taken();
    pressed();
    await until(() => hold.answer !== undefined);
    live()[0]?.drop();
    await until(() => rig.stream.state().is === "waiting");
    await rig.pass(2 * SECOND);
    expect(hold.answer?.(change)).toBe(false);
    expect(rig.fake.sockets.wrong).toEqual([]);
  });

  test.each([
    ["rejects", () => Promise.reject(new Error("no"))],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
  ])("that %s is not answered, so that DingTalk says that it failed", async (_how, fail) => {
    rig.press = fail;
    const delivery = pressed();
    await until(() => complaints().length === 1);
    await rig.clock.advance(3 * SECOND);
    expect(await delivery.settled).toBe("late");
    expect(acks(delivery)).toEqual([undefined]);
    rig.press = async (_press, answer) => void answer(change);
    expect(await pressed().settled).toBe("answered");
  });

  test("that comes twice under one id is handed over once, and answered twice", async () => {
    rig.press = async (_press, answer) => void answer(change);
    const content = JSON.stringify({ cardPrivateData: { params: { action: "ack k3f9" } } });
    const data = JSON.stringify({ outTrackId: CARD, userId: "16650698", spaceId: GROUP, content });
    const headers = { topic: "/v1.0/card/instances/callback", messageId: "m1", time: "1" };
    const frame = JSON.stringify({ type: "CALLBACK", headers, data });
    live()[0]?.sendRaw(frame);
    live()[0]?.sendRaw(frame);
    await until(() => rig.fake.sockets.wrong.length === 2);
    expect(rig.pressed).toHaveLength(1);
  });
});
