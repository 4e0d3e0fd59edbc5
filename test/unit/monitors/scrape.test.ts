import type { IncomingHttpHeaders, OutgoingHttpHeaders, RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { Look, Monitor } from "../../../monitors/monitor.ts";
import { createNetwork } from "../../../monitors/network.ts";
import { scrape } from "../../../monitors/scrape/scrape.ts";
import { compile } from "../../../rules/promql/compile.ts";
import { evaluate } from "../../../rules/promql/evaluate.ts";
import { formatLabels, type Labels } from "../../../storage/labels.ts";
import { silentLog } from "../../../storage/log.ts";
import { SeriesStore } from "../../../storage/series-store.ts";
import { loopbackNetwork } from "../../support/probe.ts";
import { emptySeries } from "../../support/series.ts";
import { type Listening, serveHttp, serveRaw } from "../../support/web-server.ts";

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function kept(server: Promise<Listening>): Promise<Listening> {
  servers.push(await server);
  return server;
}

const AT = 1_700_000_000_000;
const own = { monitor: "app", instance: "app:9100", team: "web" };

interface Target {
  page: string | Buffer;
  headers: OutgoingHttpHeaders;
  status: number;
  asked: IncomingHttpHeaders[];
  readonly monitor: Monitor;
  readonly store: SeriesStore;
  /** Scrapes at this time and stores what came. */
  scrape(at?: number): Promise<Look>;
  /** The stored series as `series value@offset`, offsets from `AT` in seconds. */
  stored(): string[];
}

/** An exporter with a page that tests change, and a monitor of it. */
async function target(page: string | Buffer, options: object = {}, labels: Labels = own): Promise<Target> {
  const listener: RequestListener = (request, response) => {
    about.asked.push(request.headers);
    response.writeHead(about.status, about.headers).end(about.page);
  };
  const { url } = await kept(serveHttp(listener));
  const world = { network: loopbackNetwork(), elapsed: () => performance.now() };
  const monitor = scrape.create(scrape.options.parse({ url, ...options }), world, "app", labels);
  const store = emptySeries();
  const about: Target = {
    page,
    headers: { "content-type": "text/plain; version=0.0.4" },
    status: 200,
    asked: [],
    monitor,
    store,
    async scrape(at = AT) {
      const look = await monitor.look(AbortSignal.timeout(5_000));
      look.batch?.write(store, at);
      return look;
    },
    stored: () =>
      store
        .select([])
        .flatMap((series) =>
          Array.from(
            { length: series.length },
            (_, i) => `${formatLabels(series.labels)} ${series.value(i)}@${(series.at(i) - AT) / 1000}`,
          ),
        ),
  };
  return about;
}

const value = (look: Look, name: string): number | undefined =>
  look.readings.find((reading) => reading.name === name)?.value;

describe("what is stored", () => {
  test("every sample, under the monitor's labels and its own, NaN and infinities too", async () => {
    const app = await target('up_time 5\nq{quantile="0.9"} NaN\nb_bucket{le="+Inf"} +Inf\n');
    await app.scrape();
    expect(app.stored()).toEqual([
      'up_time{instance="app:9100", monitor="app", team="web"} 5@0',
      'q{instance="app:9100", monitor="app", quantile="0.9", team="web"} NaN@0',
      'b_bucket{instance="app:9100", le="+Inf", monitor="app", team="web"} Infinity@0',
    ]);
  });

  test("Prometheus' own five about a scrape", async () => {
    const app = await target("a 1\nb 2\nc 3\n", { drop: "c" });
    const first = await app.scrape();
    expect(first.readings.map(({ name }) => name)).toEqual([
      "scrape_duration_seconds",
      "scrape_samples_scraped",
      "scrape_samples_post_metric_relabeling",
      "scrape_series_added",
    ]);
    const counts = (look: Look): (number | undefined)[] => [
      value(look, "scrape_samples_scraped"),
      value(look, "scrape_samples_post_metric_relabeling"),
      value(look, "scrape_series_added"),
    ];
    expect(counts(first)).toEqual([3, 2, 3]);
    expect(counts(await app.scrape())).toEqual([3, 2, 0]);
  });

  test("a label that both have moves to exported_…, as in Prometheus", async () => {
    const app = await target('a{team="db",monitor="x",exported_team="y",instance=""} 1\n');
    await app.scrape();
    expect(app.stored()).toEqual([
      'a{exported_exported_team="db", exported_monitor="x", exported_team="y", instance="app:9100", monitor="app", team="web"} 1@0',
    ]);
  });

  test("honor_labels: that of the target goes before, unless it is empty", async () => {
    const app = await target('a{team="db",instance=""} 1\n', { honor_labels: true });
    await app.scrape();
    expect(app.stored()).toEqual(['a{instance="app:9100", monitor="app", team="db"} 1@0']);
  });

  test("a series that is gone from the page ends, nobody knows how, and comes back as itself", async () => {
    const app = await target("a 1\nb 1\n", {}, {});
    await app.scrape(AT);
    app.page = "a 2\n";
    await app.scrape(AT + 15_000);
    const at = (seconds: number) => evaluate(compile("count(b)"), app.store, AT + seconds * 1000);
    expect(at(14)).toMatchObject({ elements: [{ value: 1 }] });
    expect(at(15)).toMatchObject({ elements: [] });
    expect(app.store.select([])[1]).toMatchObject({ endedAt: AT + 15_000, endedBlind: true });
    app.page = "a 3\nb 3\n";
    await app.scrape(AT + 30_000);
    expect(at(30)).toMatchObject({ elements: [{ value: 1 }] });
    expect(app.stored()).toEqual(["a 1@0", "a 2@15", "a 3@30", "b 1@0", "b 3@30"]);
  });

  test("times of the page's own; old, repeated and far too late ones are left out", async () => {
    const page = (seconds: number, n: number): string => `a ${n} ${AT + seconds * 1000}\n`;
    const app = await target(page(-5, 1), {}, {});
    await app.scrape(AT);
    await app.scrape(AT + 15_000);
    app.page = page(-20, 2);
    await app.scrape(AT + 30_000);
    app.page = page(86_400, 3);
    await app.scrape(AT + 45_000);
    app.page = page(50, 4);
    await app.scrape(AT + 60_000);
    expect(app.stored()).toEqual(["a 1@-5", "a 4@50"]);
  });

  test("honor_timestamps: false takes the time of the scrape", async () => {
    const app = await target(`a 1 ${AT - 3_600_000}\n`, { honor_timestamps: false }, {});
    await app.scrape(AT);
    expect(app.stored()).toEqual(["a 1@0"]);
  });

  test("a store without room takes the series it knows, and says so", async () => {
    const app = await target("a 1\n", {}, {});
    const small = new SeriesStore(silentLog, { maxSeries: 2 });
    (await app.monitor.look(new AbortController().signal)).batch?.write(small, AT);
    app.page = "b 1\nc 1\nd 1\na 2\n";
    const { batch } = await app.monitor.look(new AbortController().signal);
    expect(() => batch?.write(small, AT + 1)).toThrow("the new series c is refused");
    expect(small.select([]).map(({ labels, length }) => `${labels["__name__"]} ${length}`)).toEqual([
      "a 2",
      "b 1",
    ]);
  });
});

describe("what is kept", () => {
  const page = 'node_cpu_seconds_total{cpu="0",mode="idle"} 1\nnode_load1 2\ngo_threads 3\n';
  const rows: readonly { name: string; options: object; keeps: string[] }[] = [
    { name: "keep", options: { keep: "node_*" }, keeps: ["node_cpu_seconds_total", "node_load1"] },
    {
      name: "keep, several",
      options: { keep: ["node_load?", "go_threads"] },
      keeps: ["node_load1", "go_threads"],
    },
    { name: "keep, as typed", options: { keep: "node_load1,go_*" }, keeps: ["node_load1", "go_threads"] },
    { name: "drop", options: { drop: "go_*" }, keeps: ["node_cpu_seconds_total", "node_load1"] },
    { name: "keep and drop", options: { keep: "node_*", drop: "*_total" }, keeps: ["node_load1"] },
    { name: "rename", options: { keep: "node_load1", rename: { node_load1: "load1" } }, keeps: ["load1"] },
    {
      name: "rename, as typed",
      options: { keep: "node_load1", rename: "node_load1:load1" },
      keeps: ["load1"],
    },
    {
      name: "metric_relabel_configs",
      options: {
        metric_relabel_configs: [{ source_labels: ["__name__"], regex: "go_.*|.*_total", action: "drop" }],
      },
      keeps: ["node_load1"],
    },
  ];
  test.each(rows)("$name", async ({ options, keeps }) => {
    const app = await target(page, options, {});
    await app.scrape();
    expect(app.store.select([]).map(({ labels }) => labels["__name__"])).toEqual(keeps);
  });

  test("metric_relabel_configs see the monitor's labels; those with __ do not stay", async () => {
    const steps = [
      { source_labels: ["team", "cpu"], target_label: "__tmp" },
      { source_labels: ["__tmp"], target_label: "both" },
      { regex: "cpu|monitor|instance", action: "labeldrop" },
    ];
    const app = await target('a{cpu="0"} 1\n', { metric_relabel_configs: steps });
    await app.scrape();
    expect(app.stored()).toEqual(['a{both="web;0", team="web"} 1@0']);
  });

  test.each([
    [{ keep: "a{b}" }, "keep"],
    [{ rename: "a" }, "rename"],
    [{ rename: { "a-b": "c" } }, "rename"],
    [{ body_size_limit: "1 furlong" }, "body_size_limit"],
    [{ body_size_limit: "1GB" }, "body_size_limit"],
    [{ sample_limit: 0 }, "sample_limit"],
    [{ url: "ftp://a" }, "url"],
    [{ url: "http://a:b@c/" }, "url"],
  ])("refuses %j", (options, key) => {
    const read = scrape.options.safeParse({ url: "http://app:9100/metrics", ...options });
    expect(read.error?.issues[0]?.path[0]).toBe(key);
  });

  test.each([
    ["app:9100", "http://app:9100/metrics"],
    ["[::1]:9100", "http://[::1]:9100/metrics"],
    ["app:9100/probe?target=x", "http://app:9100/probe?target=x"],
    ["https://app/", "https://app/"],
  ])("the address %s is %s", (given, url) => {
    expect(scrape.options.parse({ url: given }).url).toBe(url);
  });
});

describe("what is asked, and how it comes", () => {
  test("asks as Prometheus does, with what the options add", async () => {
    const app = await target("a 1\n", { bearer_token: "s3cret", headers: { "X-Scope-OrgID": "a" } });
    await app.scrape();
    expect(app.asked[0]).toMatchObject({
      accept: expect.stringContaining("application/openmetrics-text;version=1.0.0"),
      "accept-encoding": "gzip",
      authorization: "Bearer s3cret",
      "x-scope-orgid": "a",
    });
  });

  test("a page that is packed", async () => {
    const app = await target(gzipSync("a 1\n"), {}, {});
    app.headers = { "content-encoding": "gzip" };
    expect((await app.scrape()).failure).toBeUndefined();
    expect(app.stored()).toEqual(["a 1@0"]);
  });

  test("OpenMetrics where the target says so", async () => {
    const app = await target(`a 1 ${AT / 1000} # {x="y"} 1\n# EOF\n`, {}, {});
    app.headers = { "content-type": "application/openmetrics-text; version=1.0.0; charset=utf-8" };
    expect((await app.scrape(AT + 5_000)).failure).toBeUndefined();
    expect(app.stored()).toEqual(["a 1@0"]);
  });
});

describe("what fails, and stores nothing", () => {
  const rows: readonly {
    name: string;
    page?: string | Buffer;
    headers?: OutgoingHttpHeaders;
    status?: number;
    options?: object;
    code: string;
    detail: string;
  }[] = [
    { name: "a status", status: 503, code: "bad_status", detail: "HTTP 503" },
    { name: "a broken line", page: "a 1\nb x\n", code: "bad_answer", detail: 'line 2: not a number: "x"' },
    {
      name: "invalid UTF-8",
      page: Buffer.from([97, 32, 49, 10, 0xc3, 0x28]),
      code: "bad_answer",
      detail: "line 2: not valid UTF-8",
    },
    {
      name: "a login page",
      headers: { "content-type": "text/html; charset=utf-8" },
      code: "bad_answer",
      detail: "text/html",
    },
    {
      name: "a cut page",
      headers: { "content-type": "application/openmetrics-text" },
      code: "bad_answer",
      detail: "cut short",
    },
    {
      name: "more samples than may be",
      options: { sample_limit: 2 },
      page: "a 1\nb 1\nc 1\n",
      code: "too_many_samples",
      detail: "3 samples, and sample_limit is 2",
    },
    {
      name: "a long page",
      options: { body_size_limit: 10 },
      page: "a_long_name 1\n",
      code: "answer_too_large",
      detail: "10 bytes",
    },
    {
      name: "a gzip bomb",
      page: gzipSync(Buffer.alloc(50_000_000, "a")),
      headers: { "content-encoding": "gzip" },
      code: "answer_too_large",
      detail: "1048576 bytes",
    },
    {
      name: "a broken gzip",
      page: "a 1\n",
      headers: { "content-encoding": "gzip" },
      code: "bad_answer",
      detail: "gzip",
    },
    {
      name: "another packing",
      page: "a 1\n",
      headers: { "content-encoding": "br" },
      code: "bad_answer",
      detail: "packed as br",
    },
    {
      name: "a name relabelled away",
      options: { metric_relabel_configs: [{ regex: "__name__", action: "labeldrop" }] },
      code: "bad_answer",
      detail: "no name left after relabelling",
    },
  ];
  test.each(rows)("$name", async ({ page = "a 1\n", headers, status, options, code, detail }) => {
    const app = await target(page, options);
    Object.assign(app, headers && { headers }, status && { status });
    const look = await app.scrape();
    expect(look.failure).toMatchObject({ code, detail: expect.stringContaining(detail) });
    expect(app.stored()).toEqual([]);
    expect(value(look, "scrape_series_added")).toBe(0);
  });

  test("the scrape after a failed one is whole again", async () => {
    const app = await target("a 1\nb x\n", {}, {});
    await app.scrape();
    app.page = "a 1\nb 2\n";
    await app.scrape();
    expect(app.stored()).toEqual(["a 1@0", "b 2@0"]);
  });

  test("an endless page: given up at the limit, the connection closed", async () => {
    let sent = 0;
    const endless = await kept(
      serveHttp((_request, response) => {
        const chunk = Buffer.alloc(64 * 1024, "a 1\n");
        const pour = (): void => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        };
        response.on("drain", pour);
        pour();
      }),
    );
    const look = await lookAt(endless.url);
    expect(look.failure?.code).toBe("answer_too_large");
    expect(sent).toBeLessThan(20_000_000);
  });

  test("a target that resets, and one that answers after the time is up", async () => {
    const resets = await kept(serveRaw((socket) => socket.once("data", () => socket.resetAndDestroy())));
    expect((await lookAt(resets.url)).failure?.code).toBe("reset");
    const hangs = await kept(serveHttp((_request, response) => response.writeHead(200).write("a 1\n")));
    expect((await lookAt(hangs.url, 100)).failure?.code).toBe("timeout");
  });

  test("an address that chat may not reach", async () => {
    const world = { network: createNetwork(), elapsed: () => performance.now() };
    const monitor = scrape.create(scrape.options.parse({ url: "127.0.0.1:9100" }), world);
    const look = await monitor.look(new AbortController().signal);
    expect(look.failure?.code).toBe("forbidden_address");
  });
});

function lookAt(url: string, timeoutMs = 5_000): Promise<Look> {
  const world = { network: loopbackNetwork(), elapsed: () => performance.now() };
  return scrape.create(scrape.options.parse({ url }), world).look(AbortSignal.timeout(timeoutMs));
}
