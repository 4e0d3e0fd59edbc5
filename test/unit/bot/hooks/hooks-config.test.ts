/** Hooks in what is said of a file: its notes, its check, its secrets. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkFile } from "../../../../bot/config/check.ts";
import { notesOf } from "../../../../bot/config/notes.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { readEnvironment } from "../../../../bot/environment.ts";
import { secretsOf } from "../../../../bot/secrets.ts";

const channels: ReadonlySet<string> = new Set(["console"]);
const good = fileURLToPath(new URL("../../../config/good-hooks.yml", import.meta.url));

const file = (hook: string): ReturnType<typeof parseConfig> =>
  parseConfig(
    "gengfu.yml",
    `hooks: [{ name: a, ${hook} }]\nreceivers: [{ name: ops, console_configs: [{ conversation: ops }] }]`,
    {},
  );
const notes = (hook: string): string[] =>
  notesOf(file(hook), channels).map(({ path, text }) => `${path}: ${text.en}`);

test("a token that can be guessed is worth a word", () => {
  expect(notes("kind: grafana, token: short, receiver: ops")).toEqual([
    "hooks[0].token: has fewer than 16 characters and can be guessed; openssl rand -hex 16 makes one",
  ]);
  expect(notes("kind: grafana, token: 0123456789abcdef, receiver: ops")).toEqual([]);
});

test("a receiver that only a hook names is reached", () => {
  expect(notes("kind: grafana, token: 0123456789abcdef")).toEqual(["receivers[0]: no route leads to 'ops'"]);
});

test("gengfu check lists the hooks, and no token", () => {
  const { ok, text } = checkFile(good, { variables: { SHOP_TOKEN: "s3cret" }, locale: "en", channels });
  expect(ok).toBe(true);
  expect(text).toContain(
    [
      "Hooks",
      "  grafana: grafana, POST /api/v1/hooks/grafana → ops",
      "  机房-1: alertmanager, POST /api/v1/hooks/alertmanager",
      "  scripts: dingtalk-robot, POST /robot/send",
      "  any: generic, POST /api/v1/hooks/generic",
    ].join("\n"),
  );
  expect(text).not.toContain("s3cret");
});

test("tokens and secrets are never logged", () => {
  const config = file("kind: dingtalk-robot, token: the-token-of-it, secret: SECabc");
  expect(secretsOf(readEnvironment({}), config)).toEqual(["the-token-of-it", "SECabc"]);
});
