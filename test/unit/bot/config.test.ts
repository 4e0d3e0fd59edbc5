/** `gengfu.yml` and its kin: what is read, and what is refused with which words. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../bot/config/error.ts";
import { emptyConfig, parseConfig, readConfigFile } from "../../../bot/config.ts";
import { codeBlocks } from "../../support/code-blocks.ts";
import { readExample } from "../../support/read-example.ts";
import { temporaryFolder } from "../../support/test-files.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = join(root, "test/config");
const fixtures = readdirSync(folder).filter((name) => name.endsWith(".yml"));

const variables = {
  BOSS: "boss",
  SHOP_HOST: "shop.example",
  SHOP_PORT: "8443",
  SHOP_TOKEN: "s3cret",
  SHOP_HOST_URL: "https://shop.example/hook",
  EMPTY: "",
};

function refusal(read: () => unknown): ConfigError {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

/** Each problem as a line, in alphabetical order. */
function linesOf({ problems }: ConfigError): string[] {
  return problems.map(({ path, text }) => `${path === "" ? "" : `${path}: `}${text.en}`).sort();
}

describe("the files of test/config", () => {
  test("there are some of both, and every bad one says what is wrong with it", () => {
    const names = readdirSync(folder);
    expect(names.filter((name) => !/^(good|bad)-[a-z-]+\.(yml|txt)$/.test(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith("good-")).length).toBeGreaterThan(5);
    const bad = fixtures.filter((name) => name.startsWith("bad-"));
    expect(bad.length).toBeGreaterThan(15);
    expect(bad.filter((name) => !names.includes(name.replace(".yml", ".txt")))).toEqual([]);
  });

  test.each(fixtures.filter((name) => name.startsWith("good-")))("%s is read", (name) => {
    expect(readConfigFile(join(folder, name), true, variables)).toBeDefined();
  });

  test.each(fixtures.filter((name) => name.startsWith("bad-")))(
    "%s is refused, with everything at once",
    (name) => {
      const error = refusal(() => readConfigFile(join(folder, name), true, variables));
      const expected = readFileSync(join(folder, name.replace(".yml", ".txt")), "utf8")
        .trimEnd()
        .split("\n");
      expect(linesOf(error)).toEqual(expected);
      // Chinese speakers are told as much: every place, and no word of the library's own.
      for (const { path } of error.problems) expect(error.words("zh-CN")).toContain(path);
      expect(error.message).not.toMatch(/Invalid input|Invalid key|ZodError|YAML\./);
    },
  );
});

describe("what is read", () => {
  const read = (name: string) => readConfigFile(join(folder, name), true, variables);

  test("everything that can be written", () => {
    const { network, people, default_role, retention, monitors, groups } = read("good-everything.yml");
    expect(network?.allow).toEqual(["127.0.0.0/8", "10.0.0.0/8", "192.168.1.7", "fd00::/8"]);
    expect(people[0]).toEqual({ id: "console:boss", name: "张三", role: "admin" });
    expect(people[2]).toMatchObject({
      aliases: ["dingtalk:7", "console:lisi"],
      phone: "+8613800138000",
      email: "lisi@shop.example",
    });
    expect(people[3]?.phone).toBe("+491512345678");
    expect([default_role, retention]).toEqual(["viewer", 5_400_000]);
    expect(
      monitors.map(({ name, kind, intervalMs, timeoutMs }) => [name, kind, intervalMs, timeoutMs]),
    ).toEqual([
      ["订单", "sql", 60_000, 15_000],
      ["商城", "http", 30_000, 5_000],
      ["blog", "http", 30_000, 10_000],
      ["this machine", "system", 15_000, 10_000],
    ]);
    const [group] = groups;
    expect(group?.intervalMs).toBe(30_000);
    expect(group?.rules[0]).toMatchObject({
      name: "Hot",
      forMs: 300_000,
      keepFiringForMs: 60_000,
      labels: { team: "ops", severity: "critical", level: "1", paged: "true" },
    });
    // `$` in rule groups belongs to their templates.
    expect(group?.rules[0]?.annotations["summary"]).toContain(`\${NOT_A_VARIABLE}`);
  });

  test("variables of the environment, where they stand", () => {
    const { people, monitors } = read("good-variables.yml");
    expect(people[0]?.id).toBe("console:boss");
    expect(monitors[0]?.options).toMatchObject({
      url: "https://shop.example:8443/",
      body_contains: `\${not a variable} $5 {} .`,
      headers: { authorization: "Bearer s3cret" },
    });
  });

  test("hooks: secrets out of files and variables, and keys of people's own that only look like files", () => {
    const { hooks, secrets } = read("good-hooks.yml");
    expect(hooks.map(({ name, token }) => [name, token])).toEqual([
      ["grafana", "s3cret"],
      ["机房-1", secrets[0]],
      ["scripts", "abc"],
      ["any", "abc"],
    ]);
    expect(hooks[1]).toMatchObject({ labels: { log_file: "is-not-a-file" }, severity: "2" });
    expect(hooks.map(({ resolveTimeoutMs }) => resolveTimeoutMs / 3_600_000)).toEqual([24, 24, 1, 24]);
  });

  test("options of monitors that only look like files", () => {
    const text = `monitors:
  - { name: shop, kind: process, pid_file: /run/nowhere.pid }
  - { name: slo, kind: prometheus, url: "http://prometheus.example", queries: { open_file: "process_open_fds" } }
`;
    const { monitors } = parseConfig("gengfu.yml", text, {});
    expect(monitors[0]?.options).toMatchObject({ pid_file: "/run/nowhere.pid" });
    expect(monitors[1]?.options).toMatchObject({ queries: { open_file: "process_open_fds" } });
  });

  test.each(["good-empty.yml", "good-only-comments.yml", "good-parts-without-entries.yml"])(
    "%s is the same as no file",
    (name) => {
      expect({ ...read(name), text: "" }).toEqual(emptyConfig);
    },
  );

  test("a key with a value out of the schema's own prototype changes nobody's role", () => {
    refusal(() => read("bad-dangerous-keys.yml"));
    expect(({} as Record<string, unknown>)["default_role"]).toBeUndefined();
  });

  test("gengfu.example.yml, also with its commented lines", () => {
    const path = join(root, "gengfu.example.yml");
    expect(readConfigFile(path, true, {}).monitors.length).toBeGreaterThan(0);
    const commented = readFileSync(path, "utf8").replaceAll(/^( *)# (headers: .*)$/gm, "$1$2");
    const { monitors } = parseConfig(path, commented, variables);
    expect(monitors[0]?.options["headers"]).toEqual({ authorization: "Bearer s3cret" });
  });

  test("every YAML in the documents that is a gengfu.yml", () => {
    const documents = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", ...inDocs()];
    let found = 0;
    for (const document of documents) {
      const blocks = codeBlocks(readFileSync(join(root, document), "utf8"));
      for (const { text, line } of blocks.filter(({ language }) => /^ya?ml$/.test(language))) {
        found++;
        expect(() => readExample(text), `${document}, line ${line}`).not.toThrow();
      }
    }
    expect(found).toBeGreaterThan(0);
  });
});

test("a file as Windows may save it: with a byte order mark and its own ends of lines", async () => {
  const path = join(await temporaryFolder(), "gengfu.yml");
  writeFileSync(path, "\ufeffretention: 3d\r\npeople: []\r\n");
  expect(readConfigFile(path, true, {}).retention).toBe(259_200_000);
});

describe("a file that cannot be read", () => {
  test("is nothing when nobody named it, and an error when it was named", async () => {
    const path = join(await temporaryFolder(), "gengfu.yml");
    expect(readConfigFile(path, false, {})).toBe(emptyConfig);
    const error = refusal(() => readConfigFile(path, true, {}));
    expect(error.message).toContain("cannot be read: no such file or folder (ENOENT)");
    expect(error.words("zh-CN")).toContain("无法读取：文件或目录不存在 (ENOENT)");
    expect(error.message).toContain(path);
  });

  test("is an error when it is a folder, named or not", async () => {
    const path = await temporaryFolder();
    expect(refusal(() => readConfigFile(path, false, {})).message).toContain("EISDIR");
  });

  test("is an error when it is not UTF-8, as Chinese editors on Windows may save it", async () => {
    const path = join(await temporaryFolder(), "gengfu.yml");
    writeFileSync(path, Buffer.concat([Buffer.from("# "), Buffer.from([0xd6, 0xd0, 0xce, 0xc4])]));
    const error = refusal(() => readConfigFile(path, true, {}));
    expect(error.message).toContain("is not UTF-8");
    expect(error.words("zh-CN")).toContain("请另存为 UTF-8");
  });
});

test("an error counts its problems, one a line", () => {
  const text = { zh: "坏", en: "bad" };
  const one = new ConfigError("f.yml", [{ path: "", text }]);
  expect([one.message, one.words("zh-CN")]).toEqual(["f.yml: 1 problem\n  bad", "f.yml：1 处问题\n  坏"]);
  const two = new ConfigError("f.yml", [
    { path: "a[0].b", text },
    { path: "c", text },
  ]);
  expect(two.message).toBe("f.yml: 2 problems\n  a[0].b: bad\n  c: bad");
});

test("no value of a variable is said, only its name", () => {
  const yaml = `default_role: "\${SHOP_TOKEN}"\nretention: "\${SHOP_TOKEN}"\npeople: [{ id: "\${SHOP_TOKEN}" }]`;
  const error = refusal(() => parseConfig("f.yml", yaml, variables));
  expect(linesOf(error)).toEqual([
    `default_role: cannot be '\${SHOP_TOKEN}'; must be one of viewer, operator, admin`,
    "people[0].id: must look like dingtalk:<staffId>, wecom:<userid> or console:<name>",
    "people[0].role: is missing; it must be one of viewer, operator, admin",
    `retention: '\${SHOP_TOKEN}' is not a duration from 10m up, such as 12h or 3d`,
  ]);
  expect(error.message + error.words("zh-CN")).not.toContain("s3cret");
});

function inDocs(): string[] {
  return readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`);
}
