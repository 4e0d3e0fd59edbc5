/** Whatever is thrown at the door of pushed samples, it answers in words. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { openPushing } from "../../../support/pushing.ts";

test("whatever is pushed is taken or refused in words", async () => {
  const door = await openPushing({ samples_per_second: 100_000 });
  const item = fc.record(
    {
      name: fc.oneof(fc.string(), fc.constant("a")),
      value: fc.oneof(fc.double(), fc.string(), fc.constant(null)),
      labels: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.anything()),
      timestamp: fc.oneof(fc.double(), fc.string(), fc.integer()),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: "binary" }),
    fc.array(item).map((all) => JSON.stringify(all)),
    item.map((one) => JSON.stringify(one)),
  );
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const { status, said } = await door.push(text, { "content-type": "application/x-www-form-urlencoded" });
      expect([200, 400]).toContain(status);
      if (status === 400) expect(said.error).not.toBe("");
    }),
    { numRuns: 300 },
  );
});
