/** What `/metrics` says, and that Prometheus' own checker has nothing against it. */
import { expect, test } from "vitest";
import { until } from "../../support/bot.ts";
import { docsPage } from "../../support/code-blocks.ts";
import { buildHouse } from "../../support/house.ts";
import { checkMetrics, hasPromtool } from "../../support/promtool.ts";
import { temporaryFolder } from "../../support/test-files.ts";

/** A firing rule, one without data, one whose monitor cannot reach what it watches. */
const BUSY = `
monitors:
  - { name: gone, kind: http, url: "http://127.0.0.1:9/", interval: 1s }
network: { allow: [127.0.0.0/8] }
groups:
  - name: g
    interval: 1s
    rules:
      - { alert: Always, expr: "vector(1)" }
      - { alert: Blind, expr: "no_such_metric > 1" }
`;

/** Everything in an exposition that is not a comment: `name{labels}` → value. */
function samplesOf(exposition: string): Map<string, number> {
  const lines = exposition.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

test("a house at work is told in figures that are named, typed and described as Prometheus wants them", async () => {
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml: BUSY });
  const read = async (): Promise<string> => (await fetch(new URL("/metrics", url))).text();
  const exposition = await until(async () => {
    const text = await read();
    const samples = samplesOf(text);
    // What is sent is counted at once, and off the queue only when that is on disk.
    const recorded = samples.get('gengfu_targets{state="ok"}') === 1;
    const judged = (samples.get("gengfu_evaluations_total") ?? 0) > 0;
    return recorded && judged && samples.get("gengfu_monitors_failing") === 1 ? text : undefined;
  });
  const response = await fetch(new URL("/metrics", url));
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");

  const types = new Map(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
  );
  const ours = [...types].filter(([name]) => name?.startsWith("gengfu_"));
  expect(ours.length).toBeGreaterThan(20);
  for (const [name, type] of ours) {
    expect([name, type]).toEqual([name, name?.endsWith("_total") ? "counter" : "gauge"]);
    expect(exposition).toMatch(new RegExp(`^# HELP ${name} [A-Z0-9].+\\.$`, "m"));
  }

  // docs/alerts.md names those of delivery, all of them, and none that there is not.
  const named = [...docsPage("alerts.md").matchAll(/`((?:gengfu|alertmanager)_\w+)/g)].map(
    ([, name]) => name,
  );
  const ofDelivery = [...types.keys()].filter((name) =>
    /^(?:alertmanager|gengfu_deliver|gengfu_target|gengfu_watchdog)/.test(name ?? ""),
  );
  expect(named.sort()).toEqual(ofDelivery.sort());

  const samples = samplesOf(exposition);
  const of = (name: string): number => samples.get(name) ?? Number.NaN;
  expect(of("gengfu_monitors")).toBe(2);
  expect(of("gengfu_monitors_failing")).toBe(1);
  expect(of("gengfu_monitor_looks_total")).toBeGreaterThan(0);
  expect(of("gengfu_monitor_look_failures_total")).toBeGreaterThan(0);
  expect(of("gengfu_rules")).toBe(2);
  expect(of('gengfu_rules_judged{state="ok"}')).toBe(1);
  expect(of('gengfu_rules_judged{state="nodata"}')).toBe(1);
  expect(of('gengfu_rules_judged{state="error"}')).toBe(0);
  expect(of("gengfu_evaluations_total")).toBeGreaterThan(0);
  expect(of('gengfu_alerts{state="firing"}')).toBe(1);
  expect(of("gengfu_incidents_open")).toBe(1);
  expect(of("gengfu_deliveries_sent_total")).toBeGreaterThan(0);
  expect(of("gengfu_deliveries_lost_total")).toBe(0);
  expect(of('gengfu_targets{state="ok"}')).toBe(1);
  expect(of('gengfu_target_breaker{target="console:ops"}')).toBe(0);
  for (const lane of ["reply", "urgent", "normal", "digest"])
    expect(of(`gengfu_deliveries_pending{lane="${lane}"}`)).toBe(0);

  // Alertmanager's names.
  expect(of('alertmanager_notifications_total{integration="console"}')).toBeGreaterThan(0);
  expect(of('alertmanager_notifications_total{integration="webhook"}')).toBe(0);
  for (const reason of ["clientError", "serverError", "rateLimited", "contextDeadlineExceeded", "other"])
    expect(of(`alertmanager_notifications_failed_total{integration="webhook",reason="${reason}"}`)).toBe(0);
  expect(of('alertmanager_alerts{state="active"}')).toBe(1);
  expect(of('alertmanager_alerts{state="suppressed"}')).toBe(0);
  expect(types.get("alertmanager_notification_latency_seconds")).toBe("histogram");
  expect(of('alertmanager_notification_latency_seconds_count{integration="console"}')).toBeGreaterThan(0);

  expect(of("gengfu_store_writable")).toBe(1);
  expect(of("gengfu_samples_writable")).toBe(1);
  expect(of("gengfu_series")).toBeGreaterThan(5);
  expect([...samples].filter(([name, value]) => name.startsWith("gengfu_") && !(value >= 0))).toEqual([]);
  expect([...samples.keys()].some((name) => name.startsWith('gengfu_build_info{version="'))).toBe(true);

  // What is counted only grows, and is counted from the start, however often somebody asks.
  const later = samplesOf(await read());
  for (const [name] of ours.filter(([, type]) => type === "counter")) {
    if (name !== undefined && samples.has(name))
      expect(later.get(name), name).toBeGreaterThanOrEqual(of(name));
  }
  expect(later.get("gengfu_deliveries_sent_total")).toBeLessThan(10);
});

test.skipIf(!hasPromtool && process.env["CI"] !== "true")(
  `promtool finds nothing to complain about${hasPromtool ? "" : " (skipped: promtool is not installed)"}`,
  async () => {
    const { url } = await buildHouse({ dir: await temporaryFolder(), yaml: BUSY });
    expect(checkMetrics(await (await fetch(new URL("/metrics", url))).text())).toBe("");
    // And it would.
    expect(checkMetrics("# TYPE a_total gauge\na_total 1\n")).toContain("_total");
  },
);
