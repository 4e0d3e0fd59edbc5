import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FiredAlert } from "../../../../alerts/alert.ts";
import { makeLabelIndex } from "../../../../alerts/muting/label-index.ts";
import { type Matcher, matches } from "../../../../storage/matchers.ts";

function alert(id: string, labels: Record<string, string>): FiredAlert {
  return {
    id,
    rule: 1,
    labels,
    found: labels,
    annotations: {},
    since: 0,
    value: 1,
    state: "firing",
    firedAt: 0,
    incident: 1,
  };
}

const name = fc.constantFrom("a", "b", "constructor");
const value = fc.constantFrom("", "x", "y", "__proto__");
const labels = fc.array(fc.tuple(name, value), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs));
const matcher: fc.Arbitrary<Matcher> = fc.record({
  name,
  op: fc.constantFrom("=", "!=", "=~", "!~"),
  value: fc.constantFrom("", "x", "y", "x|y", ".*", "__proto__"),
});

test("it finds exactly what asking every alert would find, whatever came and went", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.constantFrom("1", "2", "3", "4", "5"), labels, goes: fc.boolean() })),
      fc.array(matcher, { maxLength: 3 }),
      (events, matchers) => {
        const index = makeLabelIndex();
        const there = new Map<string, FiredAlert>();
        for (const { id, labels, goes } of events) {
          const before = there.get(id);
          if (before !== undefined) index.remove(before);
          there.delete(id);
          if (goes) continue;
          there.set(id, alert(id, labels));
          index.add(alert(id, labels));
        }
        const expected = [...there.values()].filter((one) => matches(matchers, one.labels));
        const found = [...index.fitting(matchers)];
        expect(found.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
      },
    ),
  );
});

test("an equality nobody has looks at nobody", () => {
  const index = makeLabelIndex();
  index.add(alert("1", { host: "web1" }));
  expect([...index.fitting([{ name: "host", op: "=", value: "web2" }])]).toEqual([]);
});
