/** The environment: its defaults, its faults, and the file that lists it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../bot/config/error.ts";
import { environmentSchema, isLoopback, localeOf, readEnvironment } from "../../../bot/environment.ts";

const names = Object.keys(environmentSchema.shape);
const example = readFileSync(fileURLToPath(new URL("../../../.env.example", import.meta.url)), "utf8");

function refusal(variables: Record<string, string>): ConfigError {
  try {
    readEnvironment(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

test("the defaults are those of the design", () => {
  const { HOST, PORT, DATA_DIR, GENGFU_CONFIG, LOCALE, TIMEZONE, LOG_LEVEL, ...others } = readEnvironment({});
  expect({ HOST, PORT, DATA_DIR, GENGFU_CONFIG, LOCALE, LOG_LEVEL }).toEqual({
    HOST: "127.0.0.1",
    PORT: 8080,
    DATA_DIR: "./data",
    GENGFU_CONFIG: undefined,
    LOCALE: "zh-CN",
    LOG_LEVEL: "info",
  });
  expect(TIMEZONE).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  // API_TOKEN, the platforms and DATABASE_URL are off.
  expect(Object.values(others).filter((value) => value !== undefined)).toEqual([]);
});

test("a puppet of WeChat is the name of a package, and its options are an object whose text is never shown", () => {
  const options = { token: "puppet_1", tls: { serverName: "x" } };
  expect(
    readEnvironment({ WECHATY_PUPPET: "@team/puppet-x", WECHATY_PUPPET_OPTIONS: JSON.stringify(options) }),
  ).toMatchObject({ WECHATY_PUPPET: "@team/puppet-x", WECHATY_PUPPET_OPTIONS: options });
  for (const path of ["../x", "/tmp/x.js", "file:x", "https://x.example/x.js", "A b"])
    expect(refusal({ WECHATY_PUPPET: path }).words("en")).toContain("WECHATY_PUPPET: must be the name");
  for (const text of ["hunter2", '["hunter2"]', '"hunter2"', '{"token":"hunter2"', "null"]) {
    const words = refusal({ WECHATY_PUPPET_OPTIONS: text }).words("zh-CN");
    expect(words).toContain("WECHATY_PUPPET_OPTIONS: 应为 JSON 对象");
    expect(words).not.toContain("hunter2");
  }
});

test("set to nothing is not set", () => {
  const nothing = Object.fromEntries(names.map((name) => [name, ""]));
  expect(readEnvironment(nothing)).toEqual(readEnvironment({}));
});

test("what is set is taken", () => {
  const set = { HOST: "::1", PORT: "0", LOCALE: "en", TIMEZONE: "Asia/Shanghai", LOG_LEVEL: "debug" };
  expect(readEnvironment({ ...set, DATA_DIR: "/data", API_TOKEN: "t" })).toMatchObject({
    ...set,
    PORT: 0,
    DATA_DIR: "/data",
    API_TOKEN: "t",
  });
});

test("everything wrong is said at once, each under its variable", () => {
  const error = refusal({
    HOST: "0.0.0.0",
    PORT: "http",
    TIMEZONE: "Mars/Olympus",
    LOCALE: "fr",
    LOG_LEVEL: "loud",
    DATABASE_URL: "mysql://user:hunter2@db/gengfu",
  });
  expect(error.problems.map(({ path }) => path).sort()).toEqual([
    "API_TOKEN",
    "DATABASE_URL",
    "LOCALE",
    "LOG_LEVEL",
    "PORT",
    "TIMEZONE",
  ]);
  const [chinese, english] = [error.words("zh-CN"), error.words("en")];
  expect(chinese).toContain("environment：6 处问题");
  expect(chinese).toContain("PORT: 'http' 不是端口号");
  expect(english).toContain("API_TOKEN: required, because HOST=0.0.0.0 can be reached from other machines");
  expect(chinese + english).not.toContain("hunter2");
});

test.each(["-1", "65536", "80.0", "0x50", "1e3", " 80", " ", "８０"])("PORT=%j is refused", (PORT) => {
  expect(refusal({ PORT }).problems.map(({ path }) => path)).toEqual(["PORT"]);
});

test.each([
  ["two words", false],
  ["令牌令牌", false],
  ["line\nbreak", false],
  ["a!~b", true],
])("API_TOKEN=%j can be carried by a header: %s", (API_TOKEN, fine) => {
  if (fine) expect(readEnvironment({ API_TOKEN }).API_TOKEN).toBe(API_TOKEN);
  else {
    const error = refusal({ API_TOKEN });
    expect(error.problems.map(({ path }) => path)).toEqual(["API_TOKEN"]);
    expect(error.message).not.toContain(API_TOKEN);
  }
});

describe("who needs a token", () => {
  test.each(["127.0.0.1", "127.8.8.8", "localhost", "::1"])("not %s", (HOST) => {
    expect(isLoopback(HOST)).toBe(true);
    expect(readEnvironment({ HOST }).HOST).toBe(HOST);
  });
  // Names are not asked of the resolver, and odd ways to write 127.0.0.1 are not worth a guess.
  test.each([
    "0.0.0.0",
    "::",
    "10.0.0.5",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "127.1",
    "::ffff:10.0.0.5",
  ])("%s", (HOST) => {
    expect(refusal({ HOST }).problems.map(({ path }) => path)).toEqual(["API_TOKEN"]);
    expect(readEnvironment({ HOST, API_TOKEN: "t" }).HOST).toBe(HOST);
  });
});

test("the language of a refusal is LOCALE's where that can be read, Chinese otherwise", () => {
  expect([{}, { LOCALE: "en" }, { LOCALE: "fr" }].map(localeOf)).toEqual(["zh-CN", "en", "zh-CN"]);
});

describe(".env.example", () => {
  test("lists exactly the variables there are, each once", () => {
    const listed = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(names.toSorted());
  });

  test("copied as it is, it changes nothing", () => {
    expect(readEnvironment(parseEnv(example))).toEqual(readEnvironment({}));
  });

  test("names every log level and language", () => {
    for (const word of ["trace", "debug", "info", "warn", "error", "fatal", "silent"]) {
      expect(readEnvironment({ LOG_LEVEL: word }).LOG_LEVEL).toBe(word);
      expect(example).toContain(word);
    }
  });
});
