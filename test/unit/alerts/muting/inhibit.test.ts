/** Inhibition: rows, a second opinion over random alerts that come and go, and its cost. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alert } from "../../../../alerts/alert.ts";
import { inhibitionMuter, keepInhibition } from "../../../../alerts/muting/inhibit.ts";
import { type InhibitRule, inhibitRulesSchema } from "../../../../alerts/muting/inhibit-config.ts";
import { type Labels, labelValue } from "../../../../storage/labels.ts";
import { matches } from "../../../../storage/matchers.ts";
import { memoryStore } from "../../../../storage/memory-store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

function alertOf(
  id: string,
  labels: Labels,
  state: "firing" | "nodata" | "pending" | "resolved" = "firing",
): Alert {
  const common = { id, rule: 1, labels, found: labels, annotations: {}, since: 0, value: 1 };
  if (state === "pending") return { ...common, state };
  const fired = { ...common, firedAt: 0, incident: 7 };
  if (state === "nodata") return { ...fired, state, blindSince: 0, reason: { zh: "", en: "" } };
  if (state === "resolved") return { ...fired, state, resolvedAt: 0, reason: "recovered" };
  return { ...fired, state };
}

/** A table of alerts and what inhibits among them. */
function world(rules: readonly object[]) {
  const store = memoryStore(new FakeClock());
  const table = store.table<Alert>("alerts", (raw) => raw as Alert);
  const inForce: { rules: readonly InhibitRule[] } = { rules: inhibitRulesSchema.parse(rules) };
  const inhibition = keepInhibition(table, () => inForce.rules);
  return {
    table,
    inForce,
    inhibition,
    set: (...alerts: readonly Alert[]) =>
      store.commit((change) => {
        for (const alert of alerts) change.put(table, alert.id, alert);
      }),
    remove: (id: string) => store.commit((change) => change.remove(table, id)),
    held: (labels: Labels) => inhibition.reasonFor(labels) !== undefined,
  };
}

const NODE_DOWN = {
  source_matchers: ['alertname="NodeDown"'],
  target_matchers: ['severity=~"warning|critical"'],
  equal: ["host"],
};
const down = (host: string): Labels => ({ alertname: "NodeDown", host, severity: "critical" });
const full = (host: string): Labels => ({ alertname: "DiskFull", host, severity: "warning" });

describe("rows", () => {
  test("while the source is active, targets with equal labels are held, and the reason names it", async () => {
    const { set, held, inhibition } = world([{ ...NODE_DOWN, name: "hosts" }]);
    expect(held(full("a"))).toBe(false);
    await set(alertOf("1", down("a")));
    expect(inhibition.reasonFor(full("a"))).toEqual({
      by: "inhibition",
      holds: "everything",
      source: down("a"),
      why: {
        zh: "被 #7 的告警 NodeDown 抑制（规则 hosts）",
        en: "inhibited by the alert NodeDown of #7 (rule hosts)",
      },
    });
    expect(held(full("b"))).toBe(false);
    expect(held({ ...full("a"), severity: "info" })).toBe(false);
    expect(inhibitionMuter(inhibition).mutes(full("a"), {} as never, 0)?.by).toBe("inhibition");
  });

  test.each([
    ["firing", true],
    ["nodata", true],
    ["pending", false],
    ["resolved", false],
  ] as const)("a source that is %s: %s", async (state, holds) => {
    const { set, held, remove } = world([NODE_DOWN]);
    await set(alertOf("1", down("a"), state));
    expect(held(full("a"))).toBe(holds);
    await set(alertOf("1", down("a")));
    expect(held(full("a"))).toBe(true);
    await remove("1");
    expect(held(full("a"))).toBe(false);
  });

  test("an alert that fits both sides holds neither itself nor another that does", async () => {
    const both = { source_matchers: ['severity="critical"'], target_matchers: ['team="db"'] };
    const { set, held } = world([both]);
    const one = { severity: "critical", team: "db", n: "1" };
    await set(alertOf("1", one));
    expect(held(one)).toBe(false);
    expect(held({ ...one, n: "2" })).toBe(false);
    // It holds a plain target, and a plain source holds it.
    expect(held({ severity: "warning", team: "db" })).toBe(true);
    await set(alertOf("2", { severity: "critical", team: "web" }));
    expect(held(one)).toBe(true);
  });

  test("a label that both lack is equal, one that only one lacks is not", async () => {
    const { set, held } = world([{ ...NODE_DOWN, equal: ["host", "zone"] }]);
    await set(alertOf("1", down("a")));
    expect(held(full("a"))).toBe(true);
    expect(held({ ...full("a"), zone: "" })).toBe(true);
    expect(held({ ...full("a"), zone: "x" })).toBe(false);
  });

  test("the older forms of matchers", async () => {
    const { set, held } = world([
      {
        source_match: { alertname: "NodeDown" },
        target_match_re: { severity: "warning|critical" },
        equal: ["host"],
      },
    ]);
    await set(alertOf("1", down("a")));
    expect([held(full("a")), held(full("b"))]).toEqual([true, false]);
  });

  test("rules that a reload brings are taken up at once, with the alerts there are", async () => {
    const { set, held, inForce } = world([]);
    await set(alertOf("1", down("a")));
    expect(held(full("a"))).toBe(false);
    inForce.rules = inhibitRulesSchema.parse([NODE_DOWN]);
    expect(held(full("a"))).toBe(true);
    inForce.rules = [];
    expect(held(full("a"))).toBe(false);
  });

  test("what a commit is about to fire counts already, until it is there or not", async () => {
    const { set, held, inhibition } = world([NODE_DOWN]);
    const undo = inhibition.foresee([alertOf("1", down("a")), alertOf("2", down("b"), "resolved")]);
    expect([held(full("a")), held(full("b"))]).toEqual([true, false]);
    undo();
    expect(held(full("a"))).toBe(false);
    await set(alertOf("1", down("a")));
    inhibition.foresee([alertOf("1", down("a"))])();
    expect(held(full("a"))).toBe(true);
  });
});

const name = fc.constantFrom("a", "b");
const value = fc.constantFrom("1", "2", "");
const labels = fc.dictionary(name, value);
const matcher = fc
  .tuple(name, fc.constantFrom("=", "!=", "=~"), value)
  .map(([n, op, v]) => `${n}${op}"${v}"`);
const rule = fc.record({
  source_matchers: fc.array(matcher, { maxLength: 2 }),
  target_matchers: fc.array(matcher, { maxLength: 2 }),
  equal: fc.uniqueArray(name),
});

test("it holds exactly what asking every alert would hold, whatever came and went", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 3 }),
      fc.array(fc.record({ id: fc.constantFrom("1", "2", "3", "4"), labels, goes: fc.boolean() }), {
        maxLength: 8,
      }),
      labels,
      async (rules, events, asked) => {
        const { table, inForce, set, remove, held } = world(rules);
        for (const { id, labels, goes } of events) await (goes ? remove(id) : set(alertOf(id, labels)));
        const expected = inForce.rules.some(
          ({ source, target, equal }) =>
            matches(target, asked) &&
            [...table.values()].some(
              (alert) =>
                matches(source, alert.labels) &&
                equal.every((one) => labelValue(alert.labels, one) === labelValue(asked, one)) &&
                !(matches(source, asked) && matches(target, alert.labels)),
            ),
        );
        expect(held(asked)).toBe(expected);
      },
    ),
    { numRuns: 500 },
  );
});

test("ten thousand sources make an answer no dearer than ten do", async () => {
  const cost = async (sources: number): Promise<number> => {
    const { set, inhibition } = world([NODE_DOWN]);
    await set(...Array.from({ length: sources }, (_, i) => alertOf(String(i), down(`h${i}`))));
    const asked = Array.from({ length: 2_000 }, (_, i) => full(`h${i % sources}`));
    const rounds = Array.from({ length: 9 }, () => {
      const startedAt = performance.now();
      for (const labels of asked) inhibition.reasonFor(labels);
      return performance.now() - startedAt;
    });
    return Math.min(...rounds);
  };
  await cost(10);
  const few = await cost(10);
  const many = await cost(10_000);
  // Linear would be a thousand times as dear; the rest is caches and a noisy machine.
  expect(many / few).toBeLessThan(10);
});
