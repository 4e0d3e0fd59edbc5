/** When the watchman says that he cannot be relied on. */
import { expect, test } from "vitest";
import { readinessOf } from "../../../bot/readiness.ts";

const at = Date.UTC(2026, 10, 25, 2, 0, 0);

function world({ store = false, samples = false, lagMs = 0 }) {
  const trouble = {
    since: at,
    reason: "/data: no space left on the disk (ENOSPC)",
    text: { zh: "/data：磁盘已满 (ENOSPC)", en: "/data: no space left on the disk (ENOSPC)" },
  };
  return {
    zone: "Asia/Shanghai",
    store: { trouble: store ? trouble : undefined },
    series: { trouble: samples ? trouble : undefined },
    alerts: { stats: () => ({ lastLagMs: lagMs }) },
  };
}

test("all is well", () => {
  const { ready, checks } = readinessOf(world({}), "en");
  expect(ready).toBe(true);
  expect(checks).toEqual([
    { name: "store", ok: true, detail: "ok" },
    { name: "samples", ok: true, detail: "ok" },
    { name: "evaluation", ok: true, detail: "the last evaluation was 0s late" },
  ]);
});

test.each([
  ["store", { store: true }],
  ["samples", { samples: true }],
])("the disk refuses: %s is named, with since when and why, in both languages", (name, fault) => {
  const english = readinessOf(world(fault), "en");
  expect(english.ready).toBe(false);
  const broken = english.checks.filter(({ ok }) => !ok);
  expect(broken).toEqual([
    {
      name,
      ok: false,
      detail: "cannot be written since Nov 25 10:00: /data: no space left on the disk (ENOSPC)",
    },
  ]);
  const chinese = readinessOf(world(fault), "zh-CN").checks.find(({ ok }) => !ok);
  expect(chinese?.detail).toBe("从 11-25 10:00 起写不进去：/data：磁盘已满 (ENOSPC)");
});

test("a round that was a minute late is too late, and one less than that is not", () => {
  expect(readinessOf(world({ lagMs: 59_999 }), "en").ready).toBe(true);
  const late = readinessOf(world({ lagMs: 60_000 }), "zh-CN");
  expect(late.ready).toBe(false);
  expect(late.checks.find(({ ok }) => !ok)).toEqual({
    name: "evaluation",
    ok: false,
    detail: "最近一轮判断晚了 1分钟",
  });
});
