// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana.
/** docs/grafana/gengfu.json is a dashboard that Grafana takes, and asks for nothing that /metrics does not say. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { compile } from "../../../rules/promql/compile.ts";
import { buildHouse } from "../../support/house.ts";
import { temporaryFolder } from "../../support/test-files.ts";

const source = z.object({ type: z.literal("prometheus"), uid: z.literal("${datasource}") });
const grid = z.object({
  h: z.int().min(1),
  w: z.int().min(1).max(24),
  x: z.int().min(0).max(23),
  y: z.int().min(0),
});
const row = z.object({
  type: z.literal("row"),
  id: z.int(),
  title: z.string(),
  gridPos: grid,
  panels: z.tuple([]),
});
const panel = z.object({
  type: z.enum(["stat", "timeseries"]),
  id: z.int(),
  title: z.string().min(1),
  datasource: source,
  gridPos: grid,
  fieldConfig: z.object({ defaults: z.object({ unit: z.string() }), overrides: z.array(z.unknown()) }),
  options: z.record(z.string(), z.unknown()),
  targets: z
    .array(z.object({ refId: z.string(), datasource: source, expr: z.string(), legendFormat: z.string() }))
    .min(1),
});
/** As far as it is fixed by https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/. */
const dashboard = z.object({
  id: z.null(),
  uid: z.string().max(40),
  title: z.string(),
  schemaVersion: z.int().min(30),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({
    list: z.array(z.object({ type: z.enum(["datasource", "query"]), name: z.string(), query: z.unknown() })),
  }),
  annotations: z.object({ list: z.array(z.unknown()) }),
  panels: z.array(z.union([row, panel])),
});

const file = readFileSync(new URL("../../../docs/grafana/gengfu.json", import.meta.url), "utf8");
const read = dashboard.parse(JSON.parse(file));
const panels = read.panels.filter((one) => one.type !== "row");
/** The expressions with Grafana's variables filled in. */
const expressions = panels.flatMap(({ targets }) =>
  targets.map(({ expr }) => expr.replaceAll("$__rate_interval", "5m").replace(/\$\w+/g, ".*")),
);

test("every panel has an id and a place of its own", () => {
  const ids = read.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells = read.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos } of read.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});

test.each(expressions)("%s is PromQL", (expression) => {
  expect(() => compile(expression)).not.toThrow();
});

test("every metric that it names is one of /metrics, and its variables are those of the list", async () => {
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml: "" });
  const exposition = await (await fetch(new URL("/metrics", url))).text();
  const types = new Map(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type]) => [name, type]),
  );
  const asked = [...file.matchAll(/\b(?:gengfu|alertmanager|process|nodejs)_\w+/g)].map(([name]) => name);
  const known = (name: string): boolean =>
    types.has(name) || types.get(name.replace(/_(?:bucket|sum|count)$/, "")) === "histogram";
  expect(new Set(asked).size).toBeGreaterThan(30);
  expect(asked.filter((name) => !known(name))).toEqual([]);

  const variables = new Set([...file.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name));
  variables.delete("__rate_interval");
  variables.delete("__all");
  expect([...variables].sort()).toEqual(read.templating.list.map(({ name }) => name).sort());
});
