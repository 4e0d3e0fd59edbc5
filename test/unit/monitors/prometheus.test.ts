import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { Look } from "../../../monitors/monitor.ts";
import { prometheus } from "../../../monitors/prometheus/prometheus.ts";
import { formatLabels } from "../../../storage/labels.ts";
import { lookOnce } from "../../support/probe.ts";
import { type Listening, serveHttp, serveRaw } from "../../support/web-server.ts";

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, unknown>>;
}

type Answer = { status?: number; type?: string; body: unknown; encoding?: string };

/** A server of the API that answers each expression as `answer` says. */
async function serve(answer: (query: string) => Answer): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { pathname, search } = new URL(request.url ?? "", "http://x");
      const sent = new URLSearchParams(request.method === "POST" ? Buffer.concat(chunks).toString() : search);
      const parameters = Object.fromEntries(sent);
      asked.push({ method: request.method ?? "", path: pathname, parameters, headers: request.headers });
      const { status = 200, type = "application/json", body, encoding } = answer(parameters["query"] ?? "");
      response.writeHead(status, { "content-type": type, ...(encoding && { "content-encoding": encoding }) });
      response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    });
  });
  servers.push(server);
  return { url: server.url, asked };
}

const success = (data: unknown, more: object = {}): Answer => ({
  body: { status: "success", data, ...more },
});
const vector = (...result: unknown[]): Answer => success({ resultType: "vector", result });
const one = (value: string, metric: object = {}): object => ({ metric, value: [1_700_000_000.5, value] });

/** The readings but how long it took, as `series value`. */
function seen({ readings }: Look): string[] {
  return readings
    .filter(({ name }) => name !== "query_duration_seconds")
    .map(({ name, labels, value }) => `${formatLabels({ ...labels, __name__: name })} ${value}`);
}

describe("what is asked", () => {
  test("by POST, in a form, with how long the server may take, below the path of the address", async () => {
    const { url, asked } = await serve(() => vector());
    await lookOnce(prometheus, {
      url: `${url}/select/0/prometheus/`,
      query: 'sum(up{job="a"})',
      bearer_token: "t",
    });
    expect(asked).toMatchObject([
      {
        method: "POST",
        path: "/select/0/prometheus/api/v1/query",
        parameters: { query: 'sum(up{job="a"})', timeout: "15s", partial_response: "false" },
        headers: { "content-type": "application/x-www-form-urlencoded", authorization: "Bearer t" },
      },
    ]);
  });

  test("by GET where a gateway wants that", async () => {
    const { url, asked } = await serve(() => vector());
    await lookOnce(prometheus, { url, query: "a + b", method: "GET", query_timeout: "5s" });
    expect(asked).toMatchObject([
      { method: "GET", path: "/api/v1/query", parameters: { query: "a + b", timeout: "5s" } },
    ]);
  });
});

describe("what is stored", () => {
  test("each element of a vector, under the chosen name, with its labels", async () => {
    const { url } = await serve(() =>
      vector(
        one("3", { __name__: "up", instance: "web1:9100", monitor: "theirs" }),
        one("1e3", { instance: "web2:9100" }),
      ),
    );
    const look = await lookOnce(prometheus, { url, query: "up", metric: "web_up" });
    expect(look.failure).toBeUndefined();
    expect(look.complete).toBe(true);
    expect(seen(look)).toEqual([
      'web_up{exported_monitor="theirs", instance="web1:9100"} 3',
      'web_up{instance="web2:9100"} 1000',
    ]);
  });

  test("a number", async () => {
    const { url } = await serve(() => success({ resultType: "scalar", result: [1, "42"] }));
    expect(seen(await lookOnce(prometheus, { url, query: "42" }))).toEqual(["prometheus_query_result 42"]);
  });

  test("nothing is a result, too", async () => {
    const { url } = await serve(() => vector());
    const look = await lookOnce(prometheus, { url, query: "up == 0" });
    expect([look.failure, look.complete, seen(look)]).toEqual([undefined, true, []]);
  });

  test("several expressions, each under its name; one that fails is named and spoils no other", async () => {
    const { url } = await serve((query) =>
      query === "bad("
        ? { status: 400, body: { status: "error", errorType: "bad_data", error: "parse error" } }
        : vector(one("1")),
    );
    const look = await lookOnce(prometheus, { url, queries: { a: "x", b: "bad(", c: "y" } });
    expect(look.failure).toEqual({ code: "bad_query", detail: "b: bad_data: parse error" });
    expect(look.complete).toBeUndefined();
    expect(seen(look)).toEqual(["a 1", "c 1"]);
  });

  test("native histograms are passed over", async () => {
    const { url } = await serve(() => vector({ metric: { a: "1" }, histogram: [1, {}] }, one("2")));
    expect(seen(await lookOnce(prometheus, { url, query: "h" }))).toEqual(["prometheus_query_result 2"]);
  });

  test("an answer that is packed", async () => {
    const { body } = vector(one("7"));
    const { url } = await serve(() => ({ body: gzipSync(JSON.stringify(body)), encoding: "gzip" }));
    expect(seen(await lookOnce(prometheus, { url, query: "x" }))).toEqual(["prometheus_query_result 7"]);
  });

  test("a warning is worth saying, and no failure", async () => {
    const { url } = await serve(() =>
      success({ resultType: "vector", result: [one("1")] }, { warnings: ["store a is slow"] }),
    );
    const look = await lookOnce(prometheus, { url, query: "x" });
    expect([look.failure, look.remark]).toEqual([
      undefined,
      { code: "incomplete", detail: "store a is slow" },
    ]);
  });
});

describe("what fails", () => {
  const rows: readonly { name: string; answer: Answer; code: string; detail: string | RegExp }[] = [
    {
      name: "an expression that is none",
      answer: {
        status: 400,
        body: { status: "error", errorType: "bad_data", error: 'invalid parameter "query"' },
      },
      code: "bad_query",
      detail: 'bad_data: invalid parameter "query"',
    },
    {
      name: "a query that took too long",
      answer: {
        status: 503,
        body: { status: "error", errorType: "timeout", error: "query timed out in expression evaluation" },
      },
      code: "timeout",
      detail: /^timeout: query timed out/,
    },
    {
      name: "an expression that cannot be carried out",
      answer: {
        status: 422,
        body: { status: "error", errorType: "execution", error: "many-to-many matching not allowed" },
      },
      code: "query_failed",
      detail: "execution: many-to-many matching not allowed",
    },
    {
      name: "a range",
      answer: success({ resultType: "matrix", result: [] }),
      code: "bad_query",
      detail: /is a matrix/,
    },
    {
      name: "a VictoriaMetrics that lacks some of its nodes",
      answer: success({ resultType: "vector", result: [one("1")] }, { isPartial: true }),
      code: "incomplete",
      detail: /storage nodes/,
    },
    {
      name: "a login page",
      answer: { body: "<html>", type: "text/html" },
      code: "bad_answer",
      detail: /not JSON but text\/html/,
    },
    {
      name: "a proxy's error page",
      answer: { status: 502, body: "<html>", type: "text/html" },
      code: "bad_status",
      detail: /HTTP 502/,
    },
    {
      name: "JSON of something else",
      answer: { body: { hello: 1 } },
      code: "bad_answer",
      detail: /not an answer of Prometheus/,
    },
    {
      name: "success with an error's status",
      answer: { ...vector(one("1")), status: 500 },
      code: "bad_status",
      detail: "HTTP 500",
    },
    {
      name: "a value that is none",
      answer: vector(one("many")),
      code: "bad_answer",
      detail: /not a number: "many"/,
    },
    {
      name: "more series than may be",
      answer: vector(...Array.from({ length: 4 }, (_, i) => one("1", { i: String(i) }))),
      code: "too_many_samples",
      detail: /^4 series, and series_limit is 3/,
    },
    {
      name: "a bomb",
      answer: { body: gzipSync(Buffer.alloc(20_000_000, " ")), encoding: "gzip" },
      code: "answer_too_large",
      detail: /bytes/,
    },
  ];
  test.each(rows)("$name", async ({ answer, code, detail }) => {
    const { url } = await serve(() => answer);
    const look = await lookOnce(prometheus, { url, query: "x", series_limit: 3 });
    expect(look.failure?.code).toBe(code);
    expect(look.failure?.detail).toMatch(detail);
    expect([look.complete, seen(look)]).toEqual([undefined, []]);
  });

  test("a server that hangs, and one that resets", async () => {
    const hangs = await serveHttp(() => {});
    const resets = await serveRaw((socket) => socket.once("data", () => socket.resetAndDestroy()));
    servers.push(hangs, resets);
    const queries = { a: "x", b: "y" };
    expect((await lookOnce(prometheus, { url: hangs.url, queries }, { timeoutMs: 100 })).failure?.code).toBe(
      "timeout",
    );
    expect((await lookOnce(prometheus, { url: resets.url, query: "x" })).failure?.code).toBe("reset");
  });
});

test.each([
  [{}, "query"],
  [{ query: "a", queries: { b: "c" } }, "query"],
  [{ queries: { "a-b": "c" } }, "queries"],
  [{ query: "a", metric: "a b" }, "metric"],
  [{ query: "a", query_timeout: "soon" }, "query_timeout"],
  [{ query: "a", method: "PUT" }, "method"],
])("refuses %j", (options, key) => {
  const read = prometheus.options.safeParse({ url: "http://prometheus:9090", ...options });
  expect(read.error?.issues[0]?.path[0]).toBe(key);
});
