/** When which rules are judged. */
import { describe, expect, it } from "vitest";
import { openRounds } from "../../../../alerts/evaluation/rounds.ts";

const rules = new Map([
  [15_000, ["a", "b"]],
  [60_000, ["c"]],
]);
const T = Date.UTC(2026, 0, 1);

describe("rounds", () => {
  it("begin at a random moment after a start, then keep to whole multiples, all of one moment together", () => {
    const rounds = openRounds<string>(T + 1_000, () => 0.5);
    expect(rounds.due(T + 1_000, rules)).toEqual([]);
    expect(rounds.nextAt()).toBe(T + 8_500);
    expect(rounds.due(T + 8_500, rules)).toEqual([{ at: T + 8_500, rules: ["a", "b", "c"], lagMs: 0 }]);
    expect(rounds.nextAt()).toBe(T + 15_000);
    expect(rounds.due(T + 15_004, rules)).toEqual([{ at: T + 15_000, rules: ["a", "b"], lagMs: 4 }]);
    expect(rounds.due(T + 15_005, rules)).toEqual([]);
    for (const second of [30, 45]) expect(rounds.due(T + second * 1_000, rules)).toHaveLength(1);
    expect(rounds.due(T + 60_000, rules)).toEqual([{ at: T + 60_000, rules: ["a", "b", "c"], lagMs: 0 }]);
  });

  it("do not make up for missed moments, and say how late they are", () => {
    const rounds = openRounds<string>(T, () => 0);
    rounds.due(T, rules);
    expect(rounds.due(T + 50_000, rules)).toEqual([{ at: T + 45_000, rules: ["a", "b"], lagMs: 35_000 }]);
    expect(rounds.nextAt()).toBe(T + 60_000);
  });

  it("go on at once when the clock is put back", () => {
    const rounds = openRounds<string>(T, () => 0);
    rounds.due(T, rules);
    const back = T - 3_600_000;
    expect(rounds.due(back + 1_000, rules)).toEqual([]);
    expect(rounds.nextAt()).toBe(back + 15_000);
  });

  it("take up a new interval at its next multiple, and forget one without rules", () => {
    const rounds = openRounds<string>(T, () => 0);
    rounds.due(T, rules);
    rounds.due(T + 1_000, new Map([[10_000, ["d"]]]));
    expect(rounds.nextAt()).toBe(T + 10_000);
  });
});
