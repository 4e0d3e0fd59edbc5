/** The bucket stays below what a platform allows, in every window, whatever is asked of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bucket, limitOf, spent, tokensAt, waitFor } from "../../../../alerts/delivery/budget.ts";
import { LANES, type Lane } from "../../../../alerts/delivery/delivery.ts";
import { BUILT_CHANNELS } from "../../../../bot/built-channels.ts";
import { docsPage } from "../../../support/code-blocks.ts";

const MINUTE = 60_000;

describe("a budget", () => {
  it("never gives out as much as the platform's limit within any window, across restarts too", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 60 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.constantFrom(...LANES)), {
          minLength: 50,
          maxLength: 400,
        }),
        (messages, asked) => {
          const limit = limitOf("x:1", { x: { messages, perMs: MINUTE } });
          if (limit === undefined) throw new Error("no limit");
          let bucket: Bucket | undefined;
          let at = 1_000_000;
          const sent: number[] = [];
          for (const [gap, lane] of asked) {
            at += gap;
            if (waitFor(bucket, limit, lane, at) > 0) continue;
            // What is kept of it is what a restart reads.
            bucket = JSON.parse(JSON.stringify(spent(bucket, limit, at))) as Bucket;
            sent.push(at);
          }
          for (const from of sent)
            expect(sent.filter((one) => one >= from && one < from + MINUTE).length).toBeLessThan(messages);
        },
      ),
    );
  });

  it("opens when it says that it does, and not before", () => {
    const limit = limitOf("wecom_robot:a", {});
    if (limit === undefined) throw new Error("no limit");
    for (const lane of LANES) {
      let bucket: Bucket | undefined;
      const at = 5_000;
      while (waitFor(bucket, limit, lane, at) === 0) bucket = spent(bucket, limit, at);
      const wait = waitFor(bucket, limit, lane, at);
      expect(waitFor(bucket, limit, lane, at + wait)).toBe(0);
      expect(waitFor(bucket, limit, lane, at + wait - 10)).toBeGreaterThan(0);
    }
  });

  it("keeps a reserve for replies and critical news", () => {
    const limit = limitOf("dingtalk_robot:a", {});
    if (limit === undefined) throw new Error("no limit");
    let bucket: Bucket | undefined;
    const burst = (lane: Lane): number => {
      let count = 0;
      for (; waitFor(bucket, limit, lane, 0) === 0; count++) bucket = spent(bucket, limit, 0);
      return count;
    };
    expect(burst("digest")).toBe(7);
    expect(burst("normal")).toBe(0);
    expect(burst("urgent")).toBe(3);
    expect(burst("reply")).toBe(0);
  });

  it("has the platforms' limits, the file's before them, and none for the console and webhooks", () => {
    const perMinute = (address: string): number | undefined => {
      const limit = limitOf(address, {});
      return limit === undefined ? undefined : Math.round(limit.capacity + MINUTE / limit.tokenMs);
    };
    expect(perMinute("dingtalk_robot:ops/0")).toBe(19);
    expect(perMinute("wecom_robot:ops/0")).toBe(19);
    expect(perMinute("wecom:wrabc")).toBe(29);
    expect(limitOf("wecom:wrabc", {})?.edits).toBe(true);
    // The hour's 1,000 hold by the pace of the minute.
    const wecom = limitOf("wecom:wrabc", {});
    expect((wecom?.capacity ?? 0) + 3_600_000 / (wecom?.tokenMs ?? 1)).toBeLessThan(1_000);
    for (const free of ["console:ops", "webhook:team/0", "constructor:x", "nocolon"])
      expect(limitOf(free, {}), free).toBe(undefined);
    const slow = limitOf("webhook:team/0", { webhook: { messages: 4, perMs: MINUTE } });
    expect(slow).toMatchObject({ capacity: 2, tokenMs: MINUTE });
  });

  it("is so many times as much where robots take turns, each within what the platform allows it", () => {
    const [one, three] = [limitOf("wecom_robot:a", {}), limitOf("wecom_robot:a", {}, 3)];
    if (one === undefined || three === undefined) throw new Error("no limit");
    expect(three).toEqual({ ...one, capacity: 30, reserve: 9, tokenMs: one.tokenMs / 3 });
    const inAMinute = (limit: typeof one): number => limit.capacity + MINUTE / limit.tokenMs;
    expect(inAMinute(three)).toBeCloseTo(3 * inAMinute(one));
    expect(limitOf("console:ops", {}, 3)).toBeUndefined();
  });

  it("drips from now on when the clock was put back", () => {
    const limit = limitOf("wecom_robot:a", {});
    if (limit === undefined) throw new Error("no limit");
    const bucket = { at: 10 * MINUTE, tokens: 2 };
    expect(tokensAt(bucket, limit, MINUTE)).toBe(2);
    expect(spent(bucket, limit, MINUTE)).toEqual({ at: MINUTE, tokens: 1 });
  });
});

describe("docs/alerts.md", () => {
  const row = /^\| `(\w+)` \| (\d+) \| (\d+) \| ([\d.]+) s \| (\d+) \|$/gm;
  const rows = [...docsPage("alerts.md").matchAll(row)].map(
    ([, channel = "", messages, capacity, seconds, reserve]) =>
      [channel, Number(messages), Number(capacity), Number(seconds), Number(reserve)] as const,
  );

  it.each(rows)("has the budget of %s", (channel, messages, capacity, seconds, reserve) => {
    const limit = limitOf(`${channel}:a`, {});
    expect(limit).toMatchObject({ capacity, reserve, edits: channel === "wecom" });
    expect(Number(((limit?.tokenMs ?? 0) / 1_000).toFixed(1))).toBe(seconds);
    expect(limitOf(`${channel}:a`, { [channel]: { messages, perMs: MINUTE } })).toEqual(limit);
  });

  it("leaves out no channel that has one", () => {
    const limited = [...BUILT_CHANNELS].filter((channel) => limitOf(`${channel}:a`, {}) !== undefined);
    expect(limited.length).toBeGreaterThan(5);
    expect(rows.map(([channel]) => channel)).toEqual(expect.arrayContaining(limited));
  });
});
