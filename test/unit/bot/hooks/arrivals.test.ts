/** What is remembered of the bodies that came in: the last ten, cut, without secrets. */
import { expect, test } from "vitest";
import { type Arrival, openArrivals } from "../../../../bot/hooks/arrivals.ts";

const arrival: Arrival = { at: 1, status: 200, size: 2, accepted: 1, refused: [], error: "" };

test("the last ten of each door, the youngest first", () => {
  const arrivals = openArrivals();
  for (let i = 1; i <= 12; i++) arrivals.note("a", { ...arrival, at: i }, String(i));
  arrivals.note("b", arrival, "other");
  expect(arrivals.of("a", []).map(({ at, body }) => [at, body])).toEqual(
    [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((i) => [i, String(i)]),
  );
  expect(arrivals.of("b", [])).toEqual([{ ...arrival, body: "other" }]);
  expect(arrivals.of("c", [])).toEqual([]);
});

test("the first 4 KiB of a body, and of its refusals twenty", () => {
  const arrivals = openArrivals();
  const refused = Array.from({ length: 30 }, (_, index) => ({ index, error: "bad" }));
  arrivals.note("a", { ...arrival, refused }, "x".repeat(1_000_000));
  const [one] = arrivals.of("a", []);
  expect([one?.body.length, one?.refused.length]).toEqual([4_096, 20]);
});

test("secrets are made unreadable: those that are known, and what stands under names that sound secret", () => {
  const arrivals = openArrivals();
  const shown = (body: string, secrets: readonly string[] = []): string => {
    arrivals.note("a", arrival, body);
    return arrivals.of("a", secrets)[0]?.body ?? "";
  };
  expect(shown('{"url":"http://x/?t=abcdef"}', ["abcdef"])).toBe('{"url":"http://x/?t=***"}');
  expect(shown("abcdefgh", ["abcdef", "abcdefgh"])).toBe("***");
  expect(shown('{"db_password": "a\\"b", "user": "u"}')).toBe('{"db_password": "***", "user": "u"}');
  expect(shown('{"Authorization":"Bearer x","apiKey":"y"}')).toBe('{"Authorization":"***","apiKey":"***"}');
  // One that crosses the end of what is shown is hidden, too.
  const end = `${"x".repeat(4_090)}secret-of-a-hook`;
  expect(shown(end, ["secret-of-a-hook"])).toBe(`${"x".repeat(4_090)}***`);
  expect(shown(`${"x".repeat(4_080)}"token":"${"s".repeat(2_000)}"`)).not.toContain("s");
});
