/** The index of silences finds exactly those that asking every silence finds. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Silence } from "../../../../alerts/muting/silence.ts";
import { makeSilenceIndex } from "../../../../alerts/muting/silence-index.ts";
import { matches } from "../../../../storage/matchers.ts";

const name = fc.constantFrom("alertname", "host", "team");
const value = fc.constantFrom("", "a", "b", "c");
const matcher = fc.record({ name, op: fc.constantFrom("=", "!=", "=~", "!~"), value } as const);
const labels = fc.dictionary(name, fc.constantFrom("a", "b", "c"));

function silence(id: number, matchers: Silence["matchers"]): Silence {
  const about = { person: "console:a", conversation: "console:ops", why: "", createdAt: 0 };
  return { id, matchers, startsAt: 0, endsAt: 1, drawn: "begun", ...about };
}

it("finds what asking all of them finds, after any puts and removals", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(matcher, { minLength: 1, maxLength: 3 }), { maxLength: 30 }),
      fc.array(fc.nat(29), { maxLength: 20 }),
      fc.array(labels, { minLength: 1, maxLength: 10 }),
      (all, removed, sets) => {
        const index = makeSilenceIndex();
        const there = new Map<number, Silence>();
        all.forEach((matchers, id) => {
          const one = silence(id, matchers as Silence["matchers"]);
          index.put(one);
          there.set(id, one);
        });
        for (const id of removed) {
          const one = there.get(id);
          if (one === undefined) continue;
          index.remove(one);
          there.delete(id);
        }
        for (const set of sets) {
          const fits = (one: Silence): boolean => matches(one.matchers, set);
          expect(index.near(set).filter(fits)).toEqual([...there.values()].filter(fits));
        }
      },
    ),
  );
});
