/** The board: the most pressing first, bounded lists with totals, drawn at most every 2 s, and cheap. */
import { describe, expect, test } from "vitest";
import type { Incident } from "../../../../alerts/incidents/incident.ts";
import { type BoardSources, type MonitorFacts, openBoards } from "../../../../bot/console/board.ts";
import { latestOf } from "../../../../bot/console/board-metrics.ts";
import type { BoardView, RuleView } from "../../../../bot/console/board-view.ts";
import type { Series } from "../../../../storage/series.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { livelyBoard } from "../../../support/lively-console.ts";

const at = Date.UTC(2026, 10, 25, 2, 0, 0);

function open(sources: Partial<BoardSources> = {}) {
  const clock = new FakeClock(at);
  const boards = openBoards({
    locale: "zh-CN",
    zone: "Asia/Shanghai",
    clock,
    series: { select: () => [] },
    monitors: () => [],
    rules: () => [],
    incidents: () => [],
    card: ({ id, title }) => ({ kind: "incident", title, incident: id }),
    trouble: () => [],
    nameOf: () => undefined,
    ...sources,
  });
  return { clock, boards, view: (): BoardView => JSON.parse(boards.now().json) };
}

const incident = (id: number, severity: Incident["severity"], owned = false): Incident => ({
  ...([...(livelyBoard(at).incidents?.() ?? [])][0] as Incident),
  id,
  severity,
  ...(owned && { acknowledgement: { person: "console:alice", at, until: at + 1 } }),
});

/** A series from `[minutes ago, value]`. */
function series(
  name: string,
  samples: readonly (readonly [ago: number, value: number])[],
  labels = {},
): Series {
  const times = samples.map(([ago]) => at - ago * 60_000);
  return {
    labels: { __name__: name, monitor: "m", instance: "i", ...labels },
    length: samples.length,
    at: (i) => times[i] ?? Number.NaN,
    value: (i) => samples[i]?.[1] ?? Number.NaN,
    indexAt: (t) => times.findLastIndex((time) => time <= t),
  };
}

describe("the board", () => {
  test("puts what presses most first and counts the rest", () => {
    const states = ["ok", "paused", "pending", "error", "firing", "nodata"] as const;
    const { view } = open({
      rules: () => states.map((state, i): RuleView => ({ id: i, name: state, expr: "x", state })),
      monitors: () =>
        (["waiting", "up", "paused", "down"] as const).map(
          (state): MonitorFacts => ({ name: state, kind: "http", target: "", state, matchers: [] }),
        ),
      incidents: () => [
        incident(1, "info"),
        incident(2, "critical", true),
        incident(3, "critical"),
        incident(4, "warning"),
        incident(5, "critical"),
      ],
    });
    const board = view();
    expect(board.at).toBe("2026-11-25T02:00:00.000Z");
    expect(board.rules.map(({ state }) => state)).toEqual([
      "firing",
      "error",
      "nodata",
      "pending",
      "ok",
      "paused",
    ]);
    expect(board.monitors.map(({ state }) => state)).toEqual(["down", "up", "waiting", "paused"]);
    expect(board.incidents.map(({ incident }) => incident)).toEqual([5, 3, 2, 4, 1]);
    expect(board.totals).toEqual({ monitors: 4, down: 1, rules: 6, firing: 1, incidents: 5 });
  });

  test("is drawn at most every 2 s, and its version moves only with its content", async () => {
    let drawn = 0;
    const rules: RuleView[] = [];
    const { boards, clock } = open({
      rules: () => {
        drawn++;
        return rules;
      },
    });
    const first = boards.now();
    await clock.advance(1_999);
    expect(boards.now()).toBe(first);
    await clock.advance(1);
    expect(boards.now().version).toBe(first.version);
    rules.push({ id: 1, name: "r", expr: "x", state: "ok" });
    await clock.advance(2_000);
    expect(boards.now().version).not.toBe(first.version);
    expect(drawn).toBe(3);
    clock.set(at - 3_600_000);
    boards.now();
    expect(drawn).toBe(4);
  });

  test("sends at most 100 of each, and draws 10,000 rules and incidents in a few milliseconds", () => {
    const rules = Array.from(
      { length: 10_000 },
      (_, id): RuleView => ({ id, name: `r${id}`, expr: "x > 1", state: "ok" }),
    );
    const incidents = Array.from({ length: 10_000 }, (_, id) => incident(id, "warning"));
    const lively = livelyBoard(at);
    const monitor = [...(lively.monitors?.() ?? [])][0] as MonitorFacts;
    const monitors = Array.from({ length: 1_000 }, (_, i) => ({ ...monitor, target: String(i) }));
    const { boards, clock, view } = open({
      ...lively,
      rules: () => rules,
      incidents: () => incidents,
      monitors: () => monitors,
    });
    boards.now();
    // CPU time, because a clock on the wall also counts what else the machine does.
    const begun = process.cpuUsage();
    for (let i = 1; i <= 30; i++) {
      clock.set(at + i * 2_000);
      boards.now();
    }
    const used = process.cpuUsage(begun);
    const cost = (used.user + used.system) / 1_000 / 30;
    const board = view();
    expect([board.rules.length, board.incidents.length, board.monitors.length]).toEqual([100, 100, 100]);
    expect(board.totals).toMatchObject({ rules: 10_000, incidents: 10_000, monitors: 1_000 });
    if (process.env["GENGFU_SHOW_TIMES"])
      console.log(`board: ${cost.toFixed(2)} ms, ${boards.now().json.length} bytes`);
    // About a third of this where it was written.
    expect(cost).toBeLessThan(30);
  });
});

describe("a monitor's metrics", () => {
  test("the telling ones come first, the rest are counted, and gone ones are not shown", () => {
    const { latest, more } = latestOf(
      [
        series("network_receive_bytes_per_second", [[1, 5]]),
        series("disk_usage_percent", [[1, 40]], { mount: "/" }),
        series("swap_usage_percent", [[31, 1]]),
        series("cpu_usage_percent", [[1, 97.4321]]),
      ],
      at,
      (metric) => (metric === "cpu_usage_percent" ? "CPU 使用率" : undefined),
    );
    expect(latest).toMatchObject([
      { metric: "cpu_usage_percent", name: "CPU 使用率", labels: {}, value: 97.43, unit: "%" },
      { metric: "disk_usage_percent", labels: { mount: "/" }, value: 40, unit: "%" },
    ]);
    expect(more).toBe(1);
  });

  test("its past has a gap where nothing was seen, and no number where there is none", () => {
    const samples = [
      [29.75, 1],
      [29.25, 2],
      [10, Number.NaN],
      [0.25, 3],
    ] as const;
    const [metric] = latestOf([series("load1", samples)], at, () => undefined).latest;
    expect(metric?.points).toHaveLength(60);
    expect(metric?.points.filter((value) => value !== null)).toEqual([1, 2, 3]);
    expect(metric?.points.slice(0, 3)).toEqual([1, 2, null]);
    expect(metric?.points.at(-1)).toBe(3);
    const [none] = latestOf([series("load1", [[1, Number.NaN]])], at, () => undefined).latest;
    expect(none?.value).toBeNull();
  });
});
