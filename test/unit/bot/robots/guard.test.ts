/** A robot never says as much as its platform allows within any minute, whoever makes it speak. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openGuard } from "../../../../bot/robots/guard.ts";

const MINUTE = 60_000;

describe("the guard of a robot", () => {
  it("lets fewer than 20 go in whatever minute", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 8_000 }), fc.integer({ min: 0, max: 9_000 })), {
          minLength: 30,
          maxLength: 200,
        }),
        (asked) => {
          const guard = openGuard({ messages: 20, perMs: MINUTE });
          let at = 1_000_000;
          const went: number[] = [];
          for (const [gap, took] of asked) {
            at += gap;
            if (guard.freeAt("a", at) > at) continue;
            guard.begin("a", at)(at + took);
            // The platform may count it at any moment until it answers.
            went.push(at + took);
          }
          for (const from of went)
            expect(went.filter((one) => one >= from && one < from + MINUTE).length).toBeLessThan(20);
        },
      ),
    );
  });

  it("says when there is room again, and each robot has its own", () => {
    const guard = openGuard({ messages: 20, perMs: MINUTE });
    for (let i = 0; i < 19; i++) guard.begin("a", i * 1_000)(i * 1_000);
    expect(guard.freeAt("a", 19_000)).toBe(MINUTE);
    expect(guard.freeAt("b", 19_000)).toBe(19_000);
    expect(guard.freeAt("a", MINUTE)).toBe(MINUTE);
  });

  it("is silent for as long as the platform wants", () => {
    const guard = openGuard({ messages: 20, perMs: MINUTE });
    guard.rest("a", 5_000, 605_000);
    expect(guard.freeAt("a", 6_000)).toBe(605_000);
    expect(guard.freeAt("a", 605_000)).toBe(605_000);
  });

  it("does not wait for moments of before the clock was put back", () => {
    const guard = openGuard({ messages: 20, perMs: MINUTE });
    for (let i = 0; i < 19; i++) guard.begin("a", 10 * MINUTE)(10 * MINUTE);
    guard.rest("b", 10 * MINUTE, 20 * MINUTE);
    expect(guard.freeAt("a", MINUTE)).toBe(2 * MINUTE);
    expect(guard.freeAt("b", MINUTE)).toBe(MINUTE);
  });
});
