/** Finding series by matchers, against a plain filter over all of them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Labels } from "../../../storage/labels.ts";
import { silentLog } from "../../../storage/log.ts";
import { type Matcher, matches } from "../../../storage/matchers.ts";
import { MemorySeries } from "../../../storage/memory-series.ts";
import type { Series } from "../../../storage/series.ts";
import { usedMemory } from "../../support/heap.ts";

const anyName = fc.constantFrom("__name__", "host", "job", "constructor", "__proto__");
const anyText = fc.constantFrom("", "a", "b", "ab", "a.b", "中", "x".repeat(20));
const anyLabels: fc.Arbitrary<Labels> = fc
  .uniqueArray(fc.tuple(anyName, anyText), { selector: ([name]) => name })
  .map((pairs) => Object.fromEntries(pairs));
const anyMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({ name: anyName, op: fc.constantFrom("=", "!="), value: anyText }),
  fc.record({
    name: anyName,
    op: fc.constantFrom("=~", "!~"),
    value: fc.constantFrom("a|b", "a.*", ".*", ".+", "", "|a", "[ab]+", "a\\.b", "(?i)A", "c|d|a|a"),
  }),
);

const shown = (found: readonly Series[]): Labels[] => found.map(({ labels }) => labels);

test("select agrees with a filter, in a stable order, while series come and go", () => {
  const anyAct = fc.oneof(
    { weight: 5, arbitrary: fc.record({ labels: anyLabels }) },
    { weight: 1, arbitrary: fc.record({ dropOlderThan: fc.nat(10) }) },
    { weight: 5, arbitrary: fc.record({ matchers: fc.nat(4) }) },
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(anyMatcher, { maxLength: 3 }), { minLength: 5, maxLength: 5 }),
      fc.array(anyAct, { maxLength: 60, size: "max" }),
      (questions, acts) => {
        const store = new MemorySeries(silentLog, { retentionMs: 0 });
        const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
        const model = new Map<string, { labels: Labels; at: number }>();
        const before = new Map<number, readonly Series[]>();
        let now = 0;
        for (const act of acts) {
          now++;
          if ("labels" in act) {
            store.append(act.labels, now, 1);
            const labels = Object.fromEntries(Object.entries(act.labels).filter(([, value]) => value !== ""));
            const known = model.get(keyOf(labels));
            if (known === undefined) model.set(keyOf(labels), { labels, at: now });
            else known.at = now;
          } else if ("dropOlderThan" in act) {
            store.expire(now - act.dropOlderThan);
            for (const [key, { at }] of model) if (at < now - act.dropOlderThan) model.delete(key);
          } else {
            const matchers = questions[act.matchers] ?? [];
            const found = store.select(matchers);
            const wanted = [...model.values()].filter(({ labels }) => matches(matchers, labels));
            expect(shown(found)).toEqual(wanted.map(({ labels }) => labels));
            const last = before.get(act.matchers);
            if (
              last !== undefined &&
              last.length === found.length &&
              last.every((one, i) => one === found[i])
            )
              expect(found).toBe(last);
            expect(store.select(matchers)).toBe(found);
            before.set(act.matchers, found);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("an answer once given is not changed by what comes later", () => {
  const store = new MemorySeries(silentLog);
  store.append({ host: "a" }, 1, 1);
  const everything = store.select([]);
  const every: Matcher[] = [{ name: "host", op: "=~", value: ".+" }];
  const first = store.select(every);
  store.append({ host: "b" }, 1, 1);
  expect([everything.length, first.length, store.select(every).length]).toEqual([1, 1, 2]);
});

test("answers stay right and the same when many series come at once", () => {
  const store = new MemorySeries(silentLog);
  const questions: Matcher[][] = ["a", "b"].map((value) => [{ name: "job", op: "=", value }]);
  store.append({ job: "a", n: "first" }, 1, 1);
  const before = questions.map((one) => store.select(one));
  for (let i = 0; i < 100; i++) store.append({ job: "b", n: String(i) }, 1, 1);
  const after = questions.map((one) => store.select(one));
  expect(after[0]).toBe(before[0]);
  expect([before[1]?.length, after[1]?.length]).toEqual([0, 100]);
});

test("an expression that is not RE2 is an error that names it", () => {
  const store = new MemorySeries(silentLog);
  store.append({ host: "a" }, 1, 1);
  expect(() => store.select([{ name: "host", op: "=~", value: "a(" }])).toThrow("a(");
});

test("label values cut out of a large text do not keep the text in memory", () => {
  const store = new MemorySeries(silentLog, { retentionMs: 1_000 });
  const before = usedMemory();
  for (let i = 0; i < 20; i++) {
    const page = String(i).padStart(20, "-") + "x".repeat(4_000_000) + i;
    // Looking for something makes one flat text of the pieces, as a text from the network is.
    page.indexOf("y");
    store.append({ host: page.slice(0, 20) }, 1, 1);
  }
  store.expire(1);
  expect(usedMemory() - before).toBeLessThan(30_000_000);
  expect(store.stats().series).toBe(20);
});
