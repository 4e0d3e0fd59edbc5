/** A real Prometheus, asked by our monitor; and a node_exporter, seen by way of it. */
import { afterEach, expect, test } from "vitest";
import { createOpenNetwork } from "../../monitors/network.ts";
import { prometheus } from "../../monitors/prometheus/prometheus.ts";
import { lookOnce } from "../support/probe.ts";
import { hasPrometheus, startNodeExporter, startScraping } from "../support/prometheus.ts";

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test.skipIf(!hasPrometheus)("vectors, numbers and errors of the real one", { timeout: 30_000 }, async () => {
  const exporter = await startNodeExporter(cleanUps);
  const url = `http://${await startScraping(exporter, cleanUps)}`;
  const world = { network: createOpenNetwork() };
  for (const method of ["POST", "GET"]) {
    const queries = {
      target_up: "up",
      cores: 'count(node_cpu_seconds_total{mode="idle"})',
      answer: "scalar(vector(42))",
    };
    const look = await lookOnce(prometheus, { url, queries, method }, world);
    expect(look.failure).toBeUndefined();
    expect(look.labels("target_up")).toEqual({ instance: exporter, job: "node" });
    expect(look.value("target_up")).toBe(1);
    expect(look.value("cores")).toBeGreaterThan(0);
    expect(look.value("answer")).toBe(42);
  }
  const failing = async (query: string) => (await lookOnce(prometheus, { url, query }, world)).failure;
  expect(await failing("sum(")).toMatchObject({
    code: "bad_query",
    detail: expect.stringContaining("parse error"),
  });
  expect(await failing("up[5m]")).toMatchObject({
    code: "bad_query",
    detail: expect.stringContaining("matrix"),
  });
  expect(await failing("up * on() group_left up and on() (vector(1) or up)")).toBeUndefined();
});
