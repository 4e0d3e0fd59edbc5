import { afterEach, describe, expect, test } from "vitest";
import { parseJsonCheck } from "../../../monitors/http/json-check.ts";
import { monitorSchema } from "../../../monitors/index.ts";
import { probe } from "../../support/probe.ts";
import { type Listening, serveHttp } from "../../support/web-server.ts";

const servers: Listening[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function answering(body: string | Buffer, status = 200): Promise<string> {
  const server = await serveHttp((_request, response) => response.writeHead(status).end(body));
  servers.push(server);
  return server.url;
}

const shop = { name: "shop", kind: "http", url: "https://shop.example/health" };

describe("expected_status", () => {
  const rows: readonly [sent: number, expected: unknown, good: boolean][] = [
    [204, "2xx", true],
    [301, "2xx", false],
    [404, "400-410", true],
    [411, "400-410", false],
    [503, ["2xx", "500-599"], true],
    [301, "200, 301,4xx", true],
    [302, "200, 301,4xx", false],
    [204, [200, "4xx"], false],
  ];
  test.each(rows)("%i with %j is good: %s", async (sent, expected, good) => {
    const look = await probe({ url: await answering("", sent), expected_status: expected });
    expect(look.failure?.code).toBe(good ? undefined : "bad_status");
  });

  test("is stored in one form, however it was written", () => {
    const written = (expected_status: unknown) =>
      monitorSchema.parse({ ...shop, expected_status }).options["expected_status"];
    expect(written("200, 3XX,400-410")).toEqual([200, "3xx", "400-410"]);
    expect(written([200, "3xx", "400-410"])).toEqual([200, "3xx", "400-410"]);
    expect(written("200")).toEqual([200]);
  });

  test.each(["6xx", "20", "200-", "200;300", ""])("%j is refused", (expected_status) => {
    expect(monitorSchema.safeParse({ ...shop, expected_status }).success).toBe(false);
  });
});

describe("the body", () => {
  const rows: readonly [body: string, options: object, good: boolean][] = [
    ["all is well", { body_not_contains: "error" }, true],
    ["an error", { body_not_contains: "error" }, false],
    ['{"status": "ok"}', { body_matches: '"status":\\s*"(ok|warm)"' }, true],
    ['{"status": "bad"}', { body_matches: '"status":\\s*"(ok|warm)"' }, false],
    ["one\ntwo", { body_matches: "one.two" }, false],
    ["one\ntwo", { body_matches: "(?s)one.two" }, true],
    ["ERROR", { body_not_matches: "error" }, true],
    ["ERROR", { body_not_matches: "(?i)error" }, false],
  ];
  test.each(rows)("%j against %j is good: %s", async (body, options, good) => {
    const look = await probe({ url: await answering(body), ...options });
    expect(look.failure?.code).toBe(good ? undefined : "no_body_match");
    expect(look.value("probe_failed_due_to_regex")).toBe(good ? 0 : 1);
    expect(look.value("probe_success")).toBe(good ? 1 : 0);
  });

  test("of invalid UTF-8 is read all the same", async () => {
    const body = Buffer.concat([Buffer.from([0xff, 0xfe, 0xc3, 0x28]), Buffer.from("ready")]);
    const url = await answering(body);
    expect((await probe({ url, body_contains: "ready" })).failure).toBeUndefined();
    expect((await probe({ url, body_json: "$.a" })).failure?.code).toBe("json_mismatch");
  });

  test("is matched in time that grows with it, whatever the expression", async () => {
    const url = await answering("a".repeat(1024 * 1024));
    const look = await probe({ url, body_matches: "(a|a)*(a+)+$b" }, { timeoutMs: 30_000 });
    expect(look.failure?.code).toBe("no_body_match");
  });

  test("is held against no expression that is not RE2", () => {
    for (const body_matches of ["(", "(?<=a)b", "\\1"]) {
      const { error } = monitorSchema.safeParse({ ...shop, body_matches });
      expect(error?.issues[0]?.message).toMatch(/RE2/);
    }
  });
});

describe("the JSON of the body", () => {
  const document = {
    status: "up",
    healthy: true,
    queue: [{ name: "mail", length: 7 }, { name: "sms" }],
    "odd key": { 数量: "12.5" },
    nothing: null,
  };
  const rows: readonly [check: string, good: boolean, sample: number | undefined][] = [
    ["$.status == up", true, undefined],
    ['$.status == "up"', true, undefined],
    ["$.status != up", false, undefined],
    ["status =~ ^(up|warm)$", true, undefined],
    ["status !~ ^u", false, undefined],
    ["$.healthy == true", true, 1],
    ["$.queue[0].length < 10", true, 7],
    ["$.queue[0].length >= 10", false, 7],
    ["$.queue[-1].name = sms", true, undefined],
    ["$.queue.length == 2", true, 2],
    ["$['odd key'].数量 > 12", true, 12.5],
    ["$.nothing == null", true, undefined],
    ["$.queue[0].length", true, 7],
    ["$.queue[9].length", false, undefined],
    ["$.gone", false, undefined],
    ["$.gone != 5", false, undefined],
    ["$.constructor", false, undefined],
    ["$.status.length", false, undefined],
    ["$.status > 5", false, undefined],
  ];
  test.each(rows)("%s is good: %s, and its sample is %s", async (check, good, sample) => {
    const look = await probe({ url: await answering(JSON.stringify(document)), body_json: check });
    expect(look.failure?.code).toBe(good ? undefined : "json_mismatch");
    const reading = look.readings.find(({ name }) => name === "probe_http_json_value");
    expect(reading?.value).toBe(sample);
    if (reading !== undefined) expect(reading.labels?.["path"]).toBe(parseJsonCheck(check).path);
  });

  test("gives its sample also where another expectation fails", async () => {
    const url = await answering('{"count": 3}', 500);
    const look = await probe({ url, body_json: ["$.count < 2", "$.count > 1"] });
    expect(look.failure).toEqual({ code: "bad_status", detail: "HTTP 500" });
    expect(look.readings.filter(({ name }) => name === "probe_http_json_value")).toHaveLength(1);
  });

  test("says what is there and what was expected, in few words", async () => {
    const url = await answering(JSON.stringify({ count: 3, long: "x".repeat(1000) }));
    const few = await probe({ url, body_json: "$.count > 5" });
    expect(few.failure?.detail).toBe("$.count is 3, expected > 5");
    const long = await probe({ url, body_json: "$.long == y" });
    expect(long.failure?.detail.length).toBeLessThan(120);
  });

  test("nested a hundred thousand times is no trouble", async () => {
    const url = await answering(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    const look = await probe({ url, body_json: `$${"[0]".repeat(3)}` });
    expect(look.failure?.code ?? "json_mismatch").toBe("json_mismatch");
  });

  test.each(["", "> 5", "$.a >", "$.a > b", "$.a ~ 5", "$.a =~ (", "a b"])(
    "%j is no expectation",
    (body_json) => {
      expect(monitorSchema.safeParse({ ...shop, body_json }).success).toBe(false);
    },
  );
});
