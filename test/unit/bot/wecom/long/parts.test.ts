/** A long text as messages: at the ends of lines, never inside a character. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { cutIntoParts } from "../../../../../bot/wecom/long/parts.ts";

it("a text that fits is left alone", () => {
  expect(cutIntoParts("短", 100, 3)).toEqual(["短"]);
  expect(cutIntoParts("", 100, 3)).toEqual([""]);
});

it("a text is cut at the ends of lines", () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i} 一二三`);
  const parts = cutIntoParts(lines.join("\n"), 100, 9);
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.join("\n")).toBe(lines.join("\n"));
});

it("a line that is longer than a message is cut between characters", () => {
  const parts = cutIntoParts("🔥".repeat(100), 50, 99);
  expect(parts.join("")).toBe("🔥".repeat(100));
});

it("what is beyond the last part is left out, with a mark", () => {
  const parts = cutIntoParts("word\n".repeat(1_000), 100, 2);
  expect(parts).toHaveLength(2);
  expect(parts[1]?.endsWith("\n…")).toBe(true);
});

it("a block of code goes on as one", () => {
  const code = ["```", ...Array.from({ length: 20 }, (_, i) => `value ${i}`), "```", "end"];
  const parts = cutIntoParts(code.join("\n"), 100, 9);
  for (const part of parts.slice(0, -1)) expect(part.match(/^```$/gm)?.length).toBe(2);
  expect(parts.at(-1)?.endsWith("end")).toBe(true);
});

it("no part is too long, and no character is torn, whatever the text", () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom("\n", "```", "```\n", "🔥", "中"), fc.string({ unit: "grapheme" })))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.integer({ min: 40, max: 200 }), (whole, most) => {
      const parts = cutIntoParts(whole, most, 500);
      for (const part of parts) {
        expect(Buffer.byteLength(part)).toBeLessThanOrEqual(most);
        // Throws when a character was cut in half.
        encodeURIComponent(part);
      }
    }),
  );
});
