/** Which alerts a webhook's next body tells: those that fire, and each end once. */
import { expect, it } from "vitest";
import type { FiredAlert } from "../../../../alerts/alert.ts";
import { alertsToTell, endsOf } from "../../../../bot/webhook/body.ts";

function alert(id: string, resolvedAt?: number): FiredAlert {
  const identity = { id, rule: 1, labels: { host: id }, found: {}, annotations: {}, incident: 1 };
  const stood = { since: 0, firedAt: 0, value: 1 };
  return resolvedAt === undefined
    ? { ...identity, ...stood, state: "firing" }
    : { ...identity, ...stood, state: "resolved", resolvedAt, reason: "recovered" };
}

const ids = (alerts: readonly FiredAlert[]): string[] => alerts.map(({ id }) => id);

it("tells an end once, and those of one moment again when there are more of them", () => {
  const first = [alert("a"), alert("b", 10), alert("c", 10)];
  expect(ids(alertsToTell(first, undefined))).toEqual(["a", "b", "c"]);
  const told = endsOf(first);
  expect(ids(alertsToTell(first, told))).toEqual(["a"]);
  expect(ids(alertsToTell([...first, alert("d", 20)], told))).toEqual(["a", "d"]);
  expect(ids(alertsToTell([...first, alert("d", 10)], told))).toEqual(["a", "b", "c", "d"]);
});

it("looks at each alert a few times, however many ended at one moment", () => {
  const many = 2_000;
  let looks = 0;
  const ended = Array.from({ length: many }, (_, i) =>
    Object.defineProperty(alert(`h${i}`, 10), "state", {
      get: () => {
        looks++;
        return "resolved";
      },
    }),
  );
  expect(alertsToTell(ended, { until: 10, atUntil: many - 1 })).toHaveLength(many);
  expect(looks).toBeLessThan(10 * many);
});
