/** The count of the month's calls: what it says, when it warns, and what of it outlives a restart. */
import { describe, expect, test } from "vitest";
import { openQuota, type QuotaOptions } from "../../../../bot/dingtalk/api/quota.ts";
import { type CallKind, decodeMonth } from "../../../../bot/dingtalk/api/quota-use.ts";
import { quotaText } from "../../../../bot/dingtalk/api/quota-words.ts";
import type { JsonPieces } from "../../../../storage/json-pieces.ts";
import { silentLog } from "../../../../storage/log.ts";
import { memoryStore } from "../../../../storage/memory-store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Journal } from "../../../support/journaled-store.ts";

type Warning = readonly [purse: string, percent: number, used: number];

function life(
  journal: Journal,
  clock: FakeClock,
  more: Partial<Pick<QuotaOptions, "limits" | "reservePercent">> = {},
) {
  const warnings: Warning[] = [];
  const quota = openQuota({
    store: journal.open(clock),
    clock,
    log: silentLog,
    warn: (purse, percent, use) => void warnings.push([purse, percent, use[purse].used]),
    ...more,
  });
  const spend = (many: number, kind: CallKind = "group-message"): void => {
    for (let n = 0; n < many; n++) quota.spent(clock.now(), kind);
  };
  return { quota, warnings, spend, use: () => quota.use(clock.now()) };
}

const ten = { limits: { api: 10, stream: 10 } };

describe("the month's calls", () => {
  test("are counted by purse and kind", async () => {
    const clock = new FakeClock();
    const { quota, spend, use } = life(new Journal(), clock);
    spend(2, "card-create");
    spend(1, "upload");
    spend(3, "stream-push");
    expect(use()).toEqual({
      month: "2026-11",
      api: { used: 3, of: 5_000, byKind: { "card-create": 2, upload: 1 } },
      stream: { used: 3, of: 3_000, byKind: { "stream-push": 3 } },
    });
    await quota.close();
  });

  test("begin anew with the year of Shanghai, and the old month can still be asked for", async () => {
    const newYear = Date.UTC(2026, 11, 31, 16);
    const clock = new FakeClock(newYear - 1_000);
    const { quota, spend, use } = life(new Journal(), clock);
    spend(5);
    await clock.advance(999);
    expect(use()).toMatchObject({ month: "2026-12", api: { used: 5 } });
    await clock.advance(1);
    expect(use()).toMatchObject({ month: "2027-01", api: { used: 0 } });
    spend(1);
    expect(quota.use(newYear - 1).api.used).toBe(5);
    expect(use().api.used).toBe(1);
    await quota.close();
  });

  test("are the same after a restart", async () => {
    const clock = new FakeClock();
    const journal = new Journal();
    const first = life(journal, clock);
    first.spend(3);
    await first.quota.close();
    const second = life(journal, clock);
    second.spend(1, "robot-webhook");
    expect(second.use()).toMatchObject({ api: { used: 3 }, stream: { used: 1 } });
    await second.quota.close();
  });

  test("lose no more than five seconds when the process is killed", async () => {
    const clock = new FakeClock();
    const journal = new Journal();
    const killed = life(journal, clock);
    killed.spend(3);
    await clock.advance(5_000);
    killed.spend(2);
    await clock.advance(4_999);
    expect(life(journal, clock).use().api.used).toBe(3);
  });

  test("are written once for many, and not at all while nothing is sent", async () => {
    const clock = new FakeClock();
    const journal = new Journal();
    const { quota, spend } = life(journal, clock);
    spend(200);
    await clock.advance(60_000);
    expect(journal.commits).toHaveLength(1);
    expect(clock.sleeping).toBe(0);
    await quota.close();
    expect(journal.commits).toHaveLength(1);
  });

  test("are kept while the disk refuses, and written as soon as it does not", async () => {
    const clock = new FakeClock();
    const journal = new Journal();
    const { quota, spend, use } = life(journal, clock);
    journal.refuse = "the disk is full";
    spend(3);
    await clock.advance(5_000);
    spend(1);
    expect(use().api.used).toBe(4);
    journal.refuse = undefined;
    await clock.advance(5_000);
    await quota.close();
    expect(life(journal, clock).use().api.used).toBe(4);
  });

  test("that were counted during a write are written before the end", async () => {
    const clock = new FakeClock();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const writes: string[] = [];
    const write = async (commits: readonly JsonPieces[]): Promise<void> => {
      writes.push(...commits.map((json) => json.join("")));
      await gate;
    };
    const store = memoryStore(clock, { write, close: async () => {} });
    const quota = openQuota({ store, clock, log: silentLog, warn: () => {} });
    quota.spent(clock.now(), "upload");
    await clock.advance(5_000);
    quota.spent(clock.now(), "upload");
    const closed = quota.close();
    release();
    await closed;
    expect(writes.map((text) => /"upload":(\d)/.exec(text)?.[1])).toEqual(["1", "2"]);
  });

  test("are forgotten after three months, and none for a clock that was far ahead for a while", async () => {
    const clock = new FakeClock();
    const journal = new Journal();
    const { quota, spend } = life(journal, clock);
    const at = clock.now();
    spend(4);
    await clock.advance(5_000);
    clock.set(Date.UTC(2099, 0, 15));
    spend(1);
    await clock.advance(5_000);
    clock.set(at + 10_000);
    spend(1);
    await clock.advance(5_000);
    expect(quota.use(at).api.used).toBe(5);
    for (const month of [0, 1, 2, 3]) {
      clock.set(Date.UTC(2027, month, 15));
      spend(1);
      await clock.advance(5_000);
    }
    await quota.close();
    const again = life(journal, clock).quota;
    expect([at, Date.UTC(2027, 0, 15), Date.UTC(2027, 3, 15)].map((one) => again.use(one).api.used)).toEqual([
      0, 0, 1,
    ]);
    expect(again.use(Date.UTC(2027, 1, 15)).api.used).toBe(1);
  });
});

describe("warnings", () => {
  test("come once at 70 and once at 90 percent, each purse by itself", async () => {
    const clock = new FakeClock();
    const { quota, spend, warnings } = life(new Journal(), clock, ten);
    spend(6);
    await clock.advance(60_000);
    expect(warnings).toEqual([]);
    spend(1);
    await clock.advance(0);
    expect(warnings).toEqual([["api", 70, 7]]);
    spend(1);
    await clock.advance(60_000);
    spend(8, "stream-push");
    await clock.advance(60_000);
    spend(1);
    await clock.advance(60_000);
    expect(warnings).toEqual([
      ["api", 70, 7],
      ["stream", 70, 8],
      ["api", 90, 9],
    ]);
    await quota.close();
  });

  test("speak of the higher threshold only, where both are passed at once", async () => {
    const clock = new FakeClock();
    const { quota, spend, warnings } = life(new Journal(), clock, ten);
    spend(12);
    await clock.advance(60_000);
    await quota.close();
    expect(warnings).toEqual([["api", 90, 12]]);
  });

  test("do not come again after a restart, and come again in the next month", async () => {
    const clock = new FakeClock();
    const journal = new Journal();
    const first = life(journal, clock, ten);
    first.spend(7);
    await clock.advance(0);
    expect(first.warnings).toHaveLength(1);
    // Killed: the warning was on disk before it was given.
    const second = life(journal, clock, ten);
    second.spend(1);
    await clock.advance(60_000);
    expect(second.warnings).toEqual([]);
    clock.set(Date.UTC(2026, 11, 5));
    second.spend(7);
    await clock.advance(60_000);
    expect(second.warnings).toEqual([["api", 70, 7]]);
    await second.quota.close();
  });

  test("wait for a disk that refuses, and are given once", async () => {
    const clock = new FakeClock();
    const journal = new Journal();
    const { quota, spend, warnings } = life(journal, clock, ten);
    journal.refuse = "the disk is full";
    spend(7);
    await clock.advance(20_000);
    expect(warnings).toEqual([]);
    journal.refuse = undefined;
    await clock.advance(20_000);
    expect(warnings).toEqual([["api", 70, 7]]);
    await quota.close();
  });

  test("are none where there is no limit", async () => {
    const clock = new FakeClock();
    const { quota, spend, warnings, use } = life(new Journal(), clock, {
      limits: { api: null, stream: null },
    });
    spend(900);
    await quota.close();
    expect(warnings).toEqual([]);
    expect(use().api).toMatchObject({ used: 900, of: null });
    expect(quota.mayTell("info", clock.now())).toBe(true);
  });
});

describe("the reserve", () => {
  test("keeps the last calls of the month for what is critical", async () => {
    const clock = new FakeClock();
    const { quota, spend } = life(new Journal(), clock, { limits: { api: 100, stream: 10 } });
    spend(94);
    expect(quota.mayTell("warning", clock.now())).toBe(true);
    spend(1);
    expect(quota.mayTell("warning", clock.now())).toBe(false);
    expect(quota.mayTell("info", clock.now())).toBe(false);
    expect(quota.mayTell("critical", clock.now())).toBe(true);
    expect(quota.mayTell("info", clock.now(), "stream")).toBe(true);
    spend(100);
    expect(quota.mayTell("critical", clock.now())).toBe(true);
    expect(quota.mayTell("info", Date.UTC(2026, 11, 5))).toBe(true);
    await quota.close();
  });

  test("begins where it is told to", async () => {
    const clock = new FakeClock();
    const { quota, spend } = life(new Journal(), clock, { ...ten, reservePercent: 50 });
    spend(5);
    expect(quota.mayTell("info", clock.now())).toBe(false);
    await quota.close();
  });
});

test("a stored month that makes no sense is not believed", () => {
  const month = { month: "2026-11", counts: { upload: 1 }, warned: { api: 0, stream: 0 } };
  expect(decodeMonth(month)).toEqual(month);
  expect(() => decodeMonth({ ...month, counts: { upload: -1 } })).toThrow("upload");
  expect(() => decodeMonth({ ...month, counts: { nothing: 1 } })).toThrow("nothing");
});

test("the use is said in both languages", () => {
  const empty = { used: 0, of: null, byKind: {} };
  const use = { month: "2026-11", api: { used: 3_519, of: 5_000, byKind: {} }, stream: empty };
  expect(quotaText("api", use)).toEqual({
    zh: "2026-11 的 API 调用已用 3519/5000 次（70%）",
    en: "3519 of 5000 API calls in 2026-11 (70%)",
  });
  expect(quotaText("stream", use)).toEqual({
    zh: "2026-11 的 Webhook 与 Stream 调用已用 0 次，不限量",
    en: "0 webhook and stream calls in 2026-11, without a limit",
  });
});
