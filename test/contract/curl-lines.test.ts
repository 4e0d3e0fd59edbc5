/** The lines that the console prints for each door, run by a real shell against a real process. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import type { DoorsView } from "../../bot/console/doors-view.ts";
import { hookKinds } from "../../bot/hooks/index.ts";
import { makeDir, startBot, until } from "../support/bot.ts";
import { MAP } from "../support/hooks.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const run = promisify(execFile);
const API_TOKEN = "it's-the-token";

test.each([
  ["without API_TOKEN", {}],
  ["with API_TOKEN", { API_TOKEN }],
])("each is answered with success, and raises an incident: %s", async (_what, env) => {
  const dir = makeDir(cleanUps as (() => void)[]);
  const kinds = [...Object.keys(hookKinds), "push"];
  const hooks = kinds.map((kind) => ({
    name: kind,
    kind,
    // What a shell would take apart.
    token: `to'ken$-&-${kind}`,
    // One card each: they are grouped by name.
    labels: { door: kind },
    ...(kind === "generic" ? MAP : {}),
    ...(kind === "dingtalk-robot" ? { secret: "SEC'abc" } : {}),
  }));
  const route = { receiver: "console:ops", group_by: ["alertname", "hook"], group_wait: "0s" };
  writeFileSync(join(dir, "gengfu.yml"), JSON.stringify({ hooks, route }));
  const bot = await startBot({ dir, env });
  cleanUps.push(() => bot.end("SIGTERM"));
  const headers = { authorization: `Bearer ${API_TOKEN}` };
  const shown = await bot.fetch("/api/console/doors", { headers });
  const { doors } = (await shown.json()) as DoorsView;
  expect(doors.map(({ kind }) => kind)).toEqual(["api", ...kinds]);
  for (const { curl, kind } of doors) {
    const { stdout } = await run("/bin/sh", ["-c", curl]);
    const wanted =
      kind === "api"
        ? ""
        : /robot/.test(kind)
          ? '{"errcode":0,"errmsg":"ok"}'
          : '{"status":"ok","accepted":1,"refused":[]}';
    expect([kind, stdout]).toEqual([kind, wanted]);
  }
  await until(async () => {
    const response = await bot.fetch("/api/console/messages?conversation=ops", { headers });
    const { messages } = (await response.json()) as { messages: { kind: string }[] };
    // Samples raise nothing by themselves.
    return messages.filter(({ kind }) => kind === "incident").length === doors.length - 1 || undefined;
  });
  const said = await bot.fetch("/api/console/messages", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ conversation: "ops", user: "alice", text: "试算 push_test == 1" }),
  });
  expect(JSON.stringify(await said.json())).toContain("push_test");
});
