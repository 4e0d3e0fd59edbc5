/** What every monitor kind promises, whatever it looks at. */
import { describe, expect, test } from "vitest";
import type { Monitor, MonitorKind } from "../../monitors/monitor.ts";
import { createNetwork } from "../../monitors/network.ts";
import { takeLook } from "../../monitors/take-look.ts";
import { systemClock } from "../../storage/clock.ts";

/** What a kind gives its contract, since only the kind knows what to look at. */
export interface MonitorCase {
  /** Options as people write them, with nothing more than is needed. */
  readonly options: object;
  /** Runs `use` with a monitor whose look would take for ever if nobody ended it. */
  hanging(use: (monitor: Monitor) => Promise<void>): Promise<void>;
  /** Runs `use` with a monitor whose look is good. */
  looking(use: (monitor: Monitor) => Promise<void>): Promise<void>;
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function describeMonitorKind(key: string, kind: MonitorKind<unknown>, about: MonitorCase): void {
  describe(`monitor kind ${key}`, () => {
    const world = { network: createNetwork(), elapsed: () => performance.now() };
    const look = (monitor: Monitor, timeoutMs = 10_000) =>
      takeLook(monitor, {
        clock: systemClock,
        elapsed: world.elapsed,
        timeoutMs,
        stop: new AbortController().signal,
      });

    test("its word is its key in the table", () => {
      expect(kind.kind).toBe(key);
      expect(key).toMatch(/^[a-z][a-z0-9-]*$/);
    });

    test("says in Chinese and in English what it does", () => {
      expect(kind.summary.zh).toMatch(/\p{Script=Han}/u);
      expect(kind.summary.en).toMatch(/^[\x20-\x7e]+$/);
    });

    test("a look may by default take no longer than the interval, which is a second or more", () => {
      expect(kind.intervalMs).toBeGreaterThanOrEqual(1_000);
      expect(kind.timeoutMs).toBeLessThanOrEqual(kind.intervalMs);
    });

    test("refuses an unknown option and names it", () => {
      const { error } = kind.options.safeParse({ ...about.options, tiemout: 1 });
      expect(error?.issues[0]).toMatchObject({ code: "unrecognized_keys", keys: ["tiemout"] });
    });

    test("its checked options are plain JSON and pass the check again, unchanged", () => {
      const checked = kind.options.parse(about.options);
      expect(JSON.parse(JSON.stringify(checked))).toEqual(checked);
      expect(kind.options.parse(checked)).toEqual(checked);
    });

    test("no option has the name of a key that all monitors have", () => {
      const taken = ["name", "kind", "interval", "timeout", "labels"];
      expect(Object.keys(kind.options.shape).filter((option) => taken.includes(option))).toEqual([]);
    });

    test("its target, its secrets, and what only the file may set, are options of it", () => {
      const secrets = (kind.secrets ?? []).map((path) => path.split(".")[0] ?? "");
      const named = [
        ...(kind.fileOnly ?? []),
        ...secrets,
        ...(kind.target === undefined ? [] : [kind.target]),
      ];
      expect(named.filter((option) => !Object.hasOwn(kind.options.shape, option))).toEqual([]);
    });

    test("names the hosts of its options in their plain form", () => {
      const hosts = kind.hosts?.(kind.options.parse(about.options)) ?? [];
      for (const host of hosts) expect(host).toMatch(/^[a-z0-9._:-]+$/);
    });

    test("names what it looks at, the same each time", () => {
      const checked = kind.options.parse(about.options);
      expect(kind.instance(checked)).toMatch(/^\S+$/);
      expect(kind.instance(checked)).toBe(kind.instance(kind.options.parse(checked)));
    });

    test("is made without any input or output", () => {
      const before = process.getActiveResourcesInfo();
      kind.create(kind.options.parse(about.options), world);
      expect(process.getActiveResourcesInfo()).toEqual(before);
    });

    test("gives readings with valid names, finite numbers, and no label set twice", async () => {
      await about.looking(async (monitor) => {
        const { report } = await look(monitor);
        expect(report.reason).toBeUndefined();
        expect(report.readings.length).toBeGreaterThan(0);
        const identities = report.readings.map(({ name, labels }) => JSON.stringify([name, labels]));
        expect(new Set(identities).size).toBe(identities.length);
        for (const { name, labels, value } of report.readings) {
          expect(name).toMatch(METRIC_NAME);
          expect(Number.isFinite(value), name).toBe(true);
          for (const label of Object.keys(labels ?? {})) {
            expect(label).toMatch(LABEL_NAME);
            expect(["monitor", "instance", "__name__"]).not.toContain(label);
          }
        }
      });
    });

    test("ends soon after its signal aborts, and then is a failure", async () => {
      await about.hanging(async (monitor) => {
        const { report, ending } = await look(monitor, 50);
        expect(report.reason?.code).toMatch(/^(timeout|error)$/);
        expect(report.durationMs).toBeGreaterThanOrEqual(45);
        expect(report.durationMs).toBeLessThan(2_000);
        expect(ending).toBeUndefined();
      });
    });

    test("ends at once when its signal has aborted already", async () => {
      await about.hanging(async (monitor) => {
        const startedAt = performance.now();
        const outcome = await monitor.look(AbortSignal.abort()).catch(() => undefined);
        expect(outcome === undefined || outcome.failure !== undefined).toBe(true);
        expect(performance.now() - startedAt).toBeLessThan(2_000);
      });
    });
  });
}
