/** The log: one JSON object a line, and no secret in any. */
import { describe, expect, test } from "vitest";
import { emptyConfig, parseConfig } from "../../../bot/config.ts";
import { readEnvironment } from "../../../bot/environment.ts";
import { openLog } from "../../../bot/log.ts";
import { secretsOf } from "../../../bot/secrets.ts";
import type { Log } from "../../../storage/log.ts";

function recorder(secrets: readonly string[] = [], level = "info") {
  const lines: string[] = [];
  const log: Log = openLog(level, secrets, (line) => lines.push(line));
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "") as Record<string, unknown> };
}

test("a line says when, how bad and what", () => {
  const { log, lines, last } = recorder();
  log.warn({ monitor: "shop" }, "monitor is down");
  expect(lines[0]?.endsWith("\n")).toBe(true);
  const { time, ...rest } = last();
  expect(rest).toEqual({ level: "warn", monitor: "shop", msg: "monitor is down" });
  expect(new Date(String(time)).toISOString()).toBe(time);
});

test("what is below the level is not written", () => {
  const { log, lines } = recorder([], "warn");
  log.debug({}, "a");
  log.info({}, "b");
  log.warn({}, "c");
  log.error({}, "d");
  expect(lines).toHaveLength(2);
});

test("an error is told with its type, message, stack and causes", () => {
  const { log, last } = recorder();
  const err = new TypeError("cannot", { cause: new Error("because of this") });
  log.error({ err }, "failed");
  const told = last()["err"] as Record<string, string>;
  expect(told["type"]).toBe("TypeError");
  expect(told["message"]).toContain("because of this");
  expect(told["stack"]).toContain("log.test.ts");
});

test("a text over several lines is one line", () => {
  const { log, lines } = recorder();
  log.info({ said: 'a\nb\u2028c"}' }, "x\ny");
  expect(lines[0]?.trimEnd()).not.toContain("\n");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ said: 'a\nb\u2028c"}', msg: "x\ny" });
});

describe("no secret is seen", () => {
  const SECRET = 'S3c"r\\et/ü?&';

  test.each<[string, object]>([
    ["in a field", { url: `https://x.example/send?access_token=${SECRET}` }],
    ["in a nested field", { a: { b: [{ c: { d: { e: SECRET } } }] } }],
    ["as a name", { [SECRET]: 1 }],
    ["in an error's message", { err: new Error(`GET https://x.example/${SECRET} failed`) }],
    ["in an error's cause", { err: new Error("failed", { cause: new Error(SECRET) }) }],
    [
      "in what an error carries",
      { err: Object.assign(new Error("failed"), { config: { headers: [SECRET] } }) },
    ],
    ["as a URL writes it", { url: new URL(`https://x.example/?k=${encodeURIComponent(SECRET)}`).href }],
  ])("%s", (_where, fields) => {
    const { log, lines } = recorder([SECRET]);
    log.error(fields, `while ${SECRET} was tried`);
    const line = lines[0] ?? "";
    expect(() => JSON.parse(line)).not.toThrow();
    expect(line).toContain("[redacted]");
    for (const form of [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET)])
      expect(line).not.toContain(form);
  });

  test("when one is a part of another", () => {
    const { log, lines } = recorder(["abcdef", "abcdef-ghijkl"]);
    log.info({ a: "abcdef-ghijkl", b: "abcdef" }, "");
    expect(lines[0]).not.toContain("ghijkl");
    expect(lines[0]).not.toContain("abcdef");
  });

  test.each(["token", "secret", "password", "authorization", "cookie", "access_token"])(
    "in a field called %s, whether it is known or not",
    (name) => {
      const { log, lines } = recorder();
      const hidden = { [name]: "hidden" };
      log.info({ ...hidden, a: hidden, b: { c: hidden }, d: { e: { f: hidden } }, g: [hidden] }, "");
      expect(lines[0]).not.toContain("hidden");
      expect(lines[0]?.match(/\[redacted\]/g)).toHaveLength(5);
    },
  );

  test("what is too short to be one tears no words apart", () => {
    const { log, last } = recorder(["a", "in", ""]);
    log.info({ said: "a line in between" }, "again");
    expect(last()).toMatchObject({ level: "info", said: "a line in between", msg: "again" });
  });
});

test("the secrets are those of the environment and of the headers of monitors", () => {
  const environment = readEnvironment({
    API_TOKEN: "api-token",
    DINGTALK_CLIENT_ID: "ding",
    DINGTALK_CLIENT_SECRET: "ding-secret",
    WECOM_BOT_SECRET: "wecom-secret",
    WECOM_BOT_ID: "bot-id",
    WECHATY_PUPPET_OPTIONS: '{"token":"puppet-token","tls":{"keys":["puppet-key"]},"timeout":5}',
  });
  const config = parseConfig(
    "f.yml",
    `monitors:
  - name: shop
    kind: http
    url: https://shop.example/
    headers: { Authorization: Bearer hunter2, x-api-key: "12345", accept: text/html }`,
    {},
  );
  expect(secretsOf(environment, config).toSorted()).toEqual(
    [
      "api-token",
      "ding-secret",
      "wecom-secret",
      "puppet-token",
      "puppet-key",
      "Bearer hunter2",
      "hunter2",
      "12345",
      "12345",
    ].toSorted(),
  );
  expect(secretsOf(readEnvironment({}), emptyConfig)).toEqual([]);
});

test("the secrets of monitors are what gengfu.yml alone may say, and what stands in files", () => {
  const config = parseConfig(
    "f.yml",
    `monitors:
  - name: shop
    kind: http
    url: https://shop.example/?page=1
    basic_auth: { username: ops, password_file: /run/secrets/shop }
    proxy_url: http://user:pass@proxy.example:3128
    tls_config: { ca_file: /etc/ca.pem, cert: public-part, key: private-part, server_name: shop }
  - { name: api, kind: http, url: "https://api.example/", bearer_token: t0ken }`,
    {},
    (path) => `text of ${path}\n`,
  );
  const secrets = secretsOf(readEnvironment({}), config);
  expect(config.monitors[0]?.options["basic_auth"]).toMatchObject({ password: "text of /run/secrets/shop" });
  expect([...new Set(secrets)].toSorted()).toEqual(
    [
      "http://user:pass@proxy.example:3128",
      "private-part",
      "t0ken",
      "text of /etc/ca.pem",
      "text of /run/secrets/shop",
    ].toSorted(),
  );
});
