/** How long the connection waits after each kind of end, and what people are told meanwhile. */
import { expect, it } from "vitest";
import { type End, patienceFor, standingAfter, waitAfter } from "../../../../../bot/wecom/long/state.ts";

const waits = (end: End): readonly number[] => {
  const patience = patienceFor(end);
  return [0, 1, 2, 3, 40].map((times) =>
    patience === undefined ? 0 : waitAfter(patience, times, 0) / 1_000,
  );
};

it.each<[End, readonly number[]]>([
  [{ is: "evicted" }, [300, 600, 1_200, 2_400, 3_600]],
  [{ is: "denied", code: "853000" }, [60, 120, 240, 480, 900]],
  [{ is: "denied", code: "-1" }, [5, 10, 20, 40, 300]],
  [{ is: "unsubscribed" }, [0, 2, 4, 8, 60]],
  [{ is: "mute" }, [0, 2, 4, 8, 60]],
  [{ is: "told" }, [0, 0, 0, 0, 0]],
])("after %j it waits %j seconds", (end, seconds) => {
  expect(waits(end)).toEqual(seconds);
});

it("the waits of many differ a little", () => {
  const patience = patienceFor({ is: "evicted" });
  if (patience === undefined) throw new Error("an eviction asks for patience");
  expect(waitAfter(patience, 0, 0.99)).toBeGreaterThan(waitAfter(patience, 0, 0));
});

it("everything that goes wrong is told in both languages", () => {
  const ends: readonly End[] = [
    { is: "evicted" },
    { is: "unsubscribed" },
    { is: "mute" },
    { is: "unstable" },
    { is: "failed" },
    { is: "denied", code: "853000" },
    { is: "denied", code: "-1" },
  ];
  for (const end of ends) {
    const { is, reason } = standingAfter(end);
    expect(["evicted", "refused", "waiting"]).toContain(is);
    expect(reason?.zh).not.toBe("");
    expect(reason?.en).not.toBe("");
    expect(reason).toBeDefined();
  }
});
