/** Steps between a look and what is written of it. */
import { expect, test } from "vitest";
import type { Look } from "../../../../monitors/monitor.ts";
import { scrape } from "../../../../monitors/scrape/scrape.ts";
import { loopbackNetwork } from "../../../support/probe.ts";
import { watchedWorld } from "../../../support/watched-world.ts";
import { serveHttp } from "../../../support/web-server.ts";

test("what a look saw is shaped before it is written; up and how it went are not", async () => {
  const values = [10, 20];
  const { add, clock, sink, watching } = watchedWorld({
    thing: async () => ({
      readings: [
        { name: "n_total", value: values.shift() ?? 0 },
        { name: "bad", value: 0 },
      ],
      failure: { code: "refused", detail: "" },
    }),
  });
  await add({
    name: "a",
    kind: "thing",
    shape: "rate n_total; drop_empty bad zero=true; clamp * max=0.5; rename * up",
  });
  watching.start();
  await clock.advance(10_000);
  const labels = { monitor: "a", instance: "instance of thing" };
  expect(sink.samples.filter(({ name }) => name !== "monitor_duration_seconds")).toEqual([
    { name: "up", labels, at: clock.now() - 10_000, value: 0 },
    { name: "up", labels, at: clock.now(), value: 0 },
  ]);
  expect(watching.tallies("a").map(({ step, dropped, changed }) => [step.step, dropped, changed])).toEqual([
    ["rate", 1, 1],
    ["drop_empty", 2, 0],
    ["clamp", 0, 1],
    ["rename", 1, 1],
  ]);
  expect(watching.tallies("nobody")).toEqual([]);
  await watching.stop();
});

test("one look tells what was seen and what is left of it; looking without a name remembers nothing", async () => {
  const { add, spec, watching } = watchedWorld({
    thing: async () => ({ readings: [{ name: "x", value: 200 }] }),
  });
  const one = { name: "a", kind: "thing", shape: [{ step: "clamp", max: 100 }] };
  await add(one);
  watching.start();
  for (const what of ["a", spec({ ...one, name: "b" })]) {
    const report = await watching.lookOnce(what);
    expect([report.seen, report.readings]).toEqual([
      [{ name: "x", value: 200 }],
      [{ name: "x", value: 100 }],
    ]);
  }
  expect(watching.tallies("b")).toEqual([]);
  await watching.stop();
});

test("a page that was scraped is shaped like anything else", async () => {
  const page = 'up{job="x"} 1\nn_total{a="1"} 5 1000\ngo_threads 7\n';
  const server = await serveHttp((_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" }).end(page);
  });
  const monitor = scrape.create(
    scrape.options.parse({ url: server.url }),
    { network: loopbackNetwork(), elapsed: () => performance.now() },
    "app",
    { monitor: "app", instance: "app:9100" },
  );
  const seen: Look = await monitor.look(AbortSignal.timeout(5_000));
  await server.close();
  const { add, clock, sink, watching } = watchedWorld({ thing: async () => seen });
  await add({
    name: "a",
    kind: "thing",
    shape: "rename n_total n; drop_empty; clamp go_* max=5; clamp scrape_* max=0",
  });
  watching.start();
  await clock.advance(0);
  const written = sink.samples.map(({ name, labels: { a, job }, at, value }) => [name, a ?? job, at, value]);
  expect(written.filter(([name]) => !/^scrape_|^monitor_/.test(String(name)))).toEqual([
    ["up", "x", clock.now(), 1],
    ["n", "1", clock.now(), 5],
    ["go_threads", undefined, clock.now(), 5],
    ["up", undefined, clock.now(), 1],
  ]);
  await watching.stop();
});
