/** What `databases:` says, and that its passwords are seen nowhere. */
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../../bot/config/error.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { readEnvironment } from "../../../../bot/environment.ts";
import { secretsOf } from "../../../../bot/secrets.ts";
import { databaseSchema } from "../../../../monitors/sql/database.ts";

describe("an entry", () => {
  test.each<[object, object]>([
    [
      { url: "postgres://reader@db.example/shop" },
      {
        kind: "postgres",
        host: "db.example",
        port: 5432,
        user: "reader",
        password: undefined,
        database: "shop",
      },
    ],
    [
      { url: "postgresql://a:b%40c@[::1]:6432/%E5%BA%97" },
      { kind: "postgres", host: "::1", port: 6432, user: "a", password: "b@c", database: "店" },
    ],
    [
      { url: "mysql://10.0.0.9/erp", user: "o:o", password: "p@/%", tls: true },
      {
        kind: "mysql",
        host: "10.0.0.9",
        port: 3306,
        user: "o:o",
        password: "p@/%",
        database: "erp",
        tls: {},
      },
    ],
    [
      { url: "mariadb://a@h/d", tls_config: { insecure_skip_verify: true } },
      { tls: { insecure_skip_verify: true } },
    ],
    [{ url: "sqlite:/var/lib/till.db" }, { kind: "sqlite", path: "/var/lib/till.db" }],
    [{ url: "sqlite:///var/lib/till.db" }, { kind: "sqlite", path: "/var/lib/till.db" }],
  ])("%j", (given, place) => {
    expect(databaseSchema.parse({ name: "店", ...given })).toMatchObject({
      place,
      statementTimeoutMs: 10_000,
    });
  });

  test.each<[object, string, RegExp]>([
    [{ url: "oracle://a@h/d" }, "url", /must look like/],
    [{ url: "shop.db" }, "url", /must look like/],
    [{ url: "postgres://a@h/" }, "url", /names no database/],
    [{ url: "postgres://h/d" }, "user", /is missing/],
    [{ url: "postgres://a@h/d?sslmode=require" }, "url", /takes no parameters/],
    [{ url: "mysql://a:%zz@h/d" }, "url", /must look like/],
    [{ url: "sqlite:/x.db", password: "x" }, "password", /means nothing/],
    [{ url: "postgres://a@h/d", tls: false, tls_config: {} }, "tls_config", /cannot stand beside/],
    [{ url: "postgres://a@h/d", statement_timeout: "1h" }, "statement_timeout", /from 100ms to 10m/],
    [{ url: "postgres://a@h/d", max_connections: 11 }, "max_connections", /10/],
    [{ name: "a b", url: "sqlite:/x.db" }, "name", /word/],
  ])("%j is refused", (given, key, words) => {
    const { error } = databaseSchema.safeParse({ name: "shop", ...given });
    expect(error?.issues.map(({ path }) => path.join("."))).toContain(key);
    expect(error?.issues[0]?.message).toMatch(words);
  });
});

const read = (text: string): ReturnType<typeof parseConfig> =>
  parseConfig("gengfu.yml", text, { PW: "from-env" }, () => "from-file\n");

test("passwords come from variables and files, and are secrets in every form", () => {
  const config = read(`databases:
  - { name: a, url: "postgres://a@h/d", password: "\${PW}" }
  - { name: b, url: "mysql://a@h/d", password_file: /run/secrets/b }
  - { name: c, url: "mysql://a:in%40url@h/d" }`);
  const secrets = secretsOf(readEnvironment({}), config);
  for (const secret of ["from-env", "from-file", "in@url", "in%40url"]) expect(secrets).toContain(secret);
});

test("a monitor in the file must name a database that there is", () => {
  const problems = (text: string): readonly string[] => {
    try {
      read(text);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map(({ path, text: { en } }) => `${path}: ${en}`);
    }
  };
  expect(
    problems(`databases: [{ name: shop, url: "sqlite:/x.db" }]
monitors:
  - { name: a, kind: sql, database: shop, query: select 1 as n }
  - { name: b, kind: sql, database: shpo, query: select 1 as n }`),
  ).toEqual(["monitors[1].database: there is no database named 'shpo'"]);
  expect(problems("databases: [{ name: a, url: 'sqlite:/x' }, { name: a, url: 'sqlite:/y' }]")).toEqual([
    "databases[1].name: 'a' is there already",
  ]);
  expect(problems("databases: [{ name: a, url: 'postgres://u:hidden@h' }]").join()).not.toContain("hidden");
  expect(
    problems(`databases: [{ name: a, url: "sqlite:/x" }]
monitors: [{ name: b, kind: sql, database: a, query: drop table t }]`),
  ).toEqual(["monitors[0].query: must be one query, beginning with SELECT or WITH"]);
});
