/** `monitor show NAME`: what exactly is checked, for kinds of every sort, and none of their secrets. */
import { afterEach, describe, expect, it } from "vitest";
import { type MonitorSpec, monitorKinds, monitorSchema } from "../../../monitors/index.ts";
import type { MonitorKind } from "../../../monitors/monitor.ts";
import { settle } from "../../support/fake-clock.ts";
import { Road, type RoadOptions } from "../../support/road.ts";

let road: Road;
afterEach(() => road.close());

async function openWith(written: readonly object[], options: RoadOptions = {}): Promise<void> {
  road = await Road.open({ locale: "en", ...options });
  const specs: MonitorSpec[] = written.map((one) => monitorSchema.parse(one));
  await road.world.store.commit((change) => road.world.monitors.syncFileMonitors(change, specs));
  await settle();
}

/** The lines of the block of options. */
async function optionsOf(name: string, who = "boss"): Promise<string[]> {
  const said = await road.say(`monitor show ${name}`, who);
  return (/```\n(kind:[\s\S]*?)\n```/.exec(said)?.[1] ?? said).split("\n");
}

const NAMED_SECRET = "Sw0rdfish";

/** One of each sort, with a secret wherever one fits. */
const GUARDED: readonly { readonly written: object; readonly shown: readonly string[] }[] = [
  {
    written: {
      name: "shop",
      kind: "http",
      url: "https://shop.example/health",
      method: "POST",
      expected_status: [200, "3xx"],
      body: `{"key": "${NAMED_SECRET}"}`,
      body_matches: "ok|fine",
      body_json: ["$.queue < 10", "$.name"],
      headers: { Authorization: `Bearer ${NAMED_SECRET}`, "X-Shop": "north" },
      basic_auth: { username: "gengfu", password: NAMED_SECRET },
      proxy_url: `http://gengfu:${NAMED_SECRET}@proxy.example:3128`,
      tls_config: { ca: NAMED_SECRET, insecure_skip_verify: true },
      interval: "1m",
      timeout: "20s",
      labels: { team: "web" },
    },
    shown: [
      "kind: http",
      "url: https://shop.example/health",
      "headers: { Authorization: ***, X-Shop: *** }",
      "basic_auth: { username: ***, password: *** }",
      "follow_redirects: true",
      "proxy_url: ***",
      "tls_config: { ca: ***, insecure_skip_verify: true }",
      "method: POST",
      "expected_status: 200, 3xx",
      "body: ***",
      "body_matches: ok|fine",
      "body_json: $.queue < 10, $.name",
      "interval: 1m",
      "timeout: 20s",
      "labels: { team: web }",
    ],
  },
  {
    written: {
      name: "cache",
      kind: "tcp",
      target: "db.example:6379",
      query_response: [{ expect: "^hi" }, { send: `AUTH ${NAMED_SECRET}`, expect: "OK" }],
    },
    shown: [
      "kind: tcp",
      "target: db.example:6379",
      "query_response: { expect: ^hi }, { expect: OK, send: *** }",
      "interval: 30s",
      "timeout: 10s",
    ],
  },
  {
    written: {
      name: "errors",
      kind: "prometheus",
      url: "https://prom.example",
      bearer_token: NAMED_SECRET,
      query: 'sum(rate(errors{key="Sw0rdfish"}[5m]))',
    },
    shown: [
      "kind: prometheus",
      "url: https://prom.example/",
      "bearer_token: ***",
      "follow_redirects: true",
      'query: sum(rate(errors{key="***"}[5m]))',
      "metric: prometheus_query_result",
      "method: POST",
      "query_timeout: 15s",
      "series_limit: 1000",
      "interval: 30s",
      "timeout: 15s",
    ],
  },
  {
    written: {
      name: "orders",
      kind: "sql",
      database: "shop",
      query: `select count(*)\nfrom orders where password = '${NAMED_SECRET}'`,
    },
    shown: [
      "kind: sql",
      "database: shop",
      "query: select count(*) from orders where password = ***",
      "max_rows: 1000",
    ],
  },
  {
    written: { name: "backup", kind: "heartbeat", cron: "0 2 * * *", push_token: NAMED_SECRET },
    shown: ["kind: heartbeat", "uuid: ***", "cron: 0 2 * * *", "grace: 5m", "push_token: ***"],
  },
  {
    written: { name: "exporter", kind: "scrape", url: `https://node.example/metrics?token=${NAMED_SECRET}` },
    shown: ["kind: scrape", "url: https://node.example/metrics?token=***"],
  },
];

describe("monitor show", () => {
  it.each(GUARDED)("says what $written.kind checks, without its secrets", async ({ written, shown }) => {
    await openWith([written]);
    const lines = await optionsOf((written as { name: string }).name);
    expect(lines.slice(0, shown.length)).toEqual(shown);
    expect(lines.join("\n")).not.toContain(NAMED_SECRET);
  });

  it.each(Object.values<MonitorKind<unknown>>(monitorKinds))(
    "shows the options of $kind that its secrets name",
    (kind) => {
      // A kind that a new option is added to may forget to say that it is one.
      const sounding = Object.keys(kind.options.shape).filter((option) =>
        /token|password|secret|auth|api_key|uuid|headers|proxy|^body$|^send$/.test(option),
      );
      expect([...(kind.fileOnly ?? []), ...(kind.secrets ?? [])]).toEqual(expect.arrayContaining(sounding));
    },
  );

  it("says where it comes from and who made it", async () => {
    await openWith([{ name: "shop", kind: "http", url: "https://shop.example" }]);
    expect(await road.say("monitor show shop")).toContain("From the configuration file");
    await road.say("monitor add front https://public.example expected_status=200", "operator");
    const said = await road.say("监控详情 front", "stranger");
    expect(said).toContain("operator 在 ");
    expect(said).toContain("怎么看：\n\n```\nkind: http\nurl: https://public.example/\n");
    expect(said).toContain("expected_status: 200\n");
  });

  it("shows what only an admin may make to operators, not to everybody", async () => {
    await openWith([{ name: "web", kind: "process", process: "java", match: "-jar shop.jar" }]);
    expect(await optionsOf("web", "operator")).toContain("match: -jar shop.jar");
    const said = await road.say("monitor show web", "stranger");
    expect(said).toContain("process: java\ninterval: 30s");
    expect(said).not.toContain("shop.jar");
    expect(said).toContain("Its other options are for operators to see.");
  });

  it("shows what was written as it was written, on one line each", async () => {
    await openWith([
      {
        name: "shop",
        kind: "http",
        url: "https://shop.example",
        body_contains: "```\nkind: tcp **bold** <b>",
      },
    ]);
    const said = await road.say("monitor show shop");
    expect(said).toContain("\nbody_contains: ``` kind: tcp **bold** <b>\n");
    expect(said).toContain("````\nkind: http");
  });
});

describe("an address with a secret in its query", () => {
  const TYPED = `https://public.example/health?page=2&token=${NAMED_SECRET}`;
  const SHOWN = "https://public.example/health?page=2&token=***";

  /** Every text of the answer that people read; what a button says must work as it stands. */
  async function read(line: string, who = "boss"): Promise<string> {
    const all = await road.say(line, who);
    expect(all, line).not.toContain(NAMED_SECRET);
    return all;
  }

  it.each(["en", "zh-CN"] as const)("is shown nowhere as it was typed (%s)", async (locale) => {
    road = await Road.open({ locale });
    expect(await read(`monitor add ${TYPED} interval=1m`)).toContain(SHOWN);
    expect(await read("monitors")).toContain(SHOWN);
    expect(await read("monitor show public.example/health")).toContain(`http \`${SHOWN}\``);
    expect(await read(`alert when ${TYPED} latency > 2s`)).toContain(SHOWN);
    expect(await read(`${TYPED} 打不开时告警`)).toContain(SHOWN);
    expect(await read("rules")).toContain(SHOWN);
    expect(await read("rule 1")).toContain(SHOWN);
    expect(await read("audit")).toContain(SHOWN);
    await road.clock.advance(5 * 60_000);
    expect(await read("alerts")).toContain("#");
    expect(await read("show 1")).toContain(SHOWN);
    expect(await read("why 1")).toContain(SHOWN);
    expect(await read("rule test up == 0")).toContain(SHOWN);
    expect(await read("chart up 5m")).toContain(SHOWN);
    expect(await read(`silence instance="${TYPED}" 1h`)).toContain(SHOWN);
    expect(await read("silences")).toContain(SHOWN);
    for (const card of road.console.shown) expect(JSON.stringify(card)).not.toContain(NAMED_SECRET);
  });

  it("is still the address that is looked at, and that labels have", async () => {
    road = await Road.open({ locale: "en" });
    await road.say(`monitor add shop ${TYPED}`);
    expect(road.world.monitors.table.get("shop")?.options["url"]).toBe(TYPED);
    await road.clock.advance(60_000);
    const series = road.world.series.select([{ name: "monitor", op: "=", value: "shop" }]);
    expect(new Set(series.map(({ labels }) => labels["instance"]))).toEqual(new Set([TYPED]));
  });
});
