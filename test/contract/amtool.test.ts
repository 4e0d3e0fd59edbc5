/** Alertmanager's own tool, with Gengfu where it expects an Alertmanager. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasAmtool } from "../support/amtool.ts";
import { type Bot, makeDir, startBot } from "../support/bot.ts";

const run = promisify(execFile);

const config = `
route:
  receiver: ops
  group_by: [alertname]
  routes:
    - { receiver: db, matchers: [team="db"], continue: true }
    - { receiver: pager, matchers: [severity="critical"] }
receivers: [{ name: ops }, { name: db }, { name: pager }]
`;

const cleanUps: (() => void | Promise<void>)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe.skipIf(!hasAmtool)("amtool", { timeout: 30_000 }, () => {
  let bot: Bot;
  beforeAll(async () => {
    const dir = makeDir(cleanUps);
    writeFileSync(join(dir, "gengfu.yml"), config);
    bot = await startBot({ dir });
    cleanUps.push(async () => void (await bot.end("SIGKILL")));
  }, 30_000);

  async function amtool(...words: string[]): Promise<string> {
    const { stdout } = await run("amtool", [`--alertmanager.url=${bot.url}`, ...words]);
    return stdout;
  }

  test("alert add, with zero times that mean none, and alert query", async () => {
    await amtool(
      "alert",
      "add",
      "alertname=tool",
      "host=t1",
      "severity=critical",
      "--annotation=summary=by hand",
    );
    const found = JSON.parse(await amtool("alert", "query", "alertname=tool", "--output=json")) as {
      annotations: object;
      endsAt: string;
    }[];
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ annotations: { summary: "by hand" } });
    expect(Date.parse(found[0]?.endsAt ?? "") - Date.now()).toBeGreaterThan(4 * 60_000);
    expect(await amtool("alert", "query", "alertname=tool", "host=other")).not.toContain("tool");
  });

  test("silence add, query, update, expire, import", async () => {
    const id = (
      await amtool("silence", "add", "alertname=tool", "--author=dave", "--comment=trying", "--duration=1h")
    ).trim();
    expect(await amtool("silence", "query", "alertname=tool")).toContain("trying");
    expect((await amtool("alert", "query", "--silenced", "alertname=tool")).includes("tool")).toBe(true);
    expect(await amtool("silence", "update", id, "--duration=2h", "--comment=longer")).toContain("longer");
    await amtool("silence", "expire", id);
    expect(await amtool("silence", "query", "alertname=tool")).not.toContain("longer");
    const file = join(makeDir(cleanUps), "silences.json");
    writeFileSync(file, await amtool("silence", "query", "--expired", "--output=json", "alertname=tool"));
    const again = JSON.parse(
      await amtool("silence", "query", "--expired", "--output=json", "alertname=tool"),
    ) as {
      endsAt: string;
    }[];
    writeFileSync(
      file,
      JSON.stringify(
        again.map((one) => ({ ...one, id: "", endsAt: new Date(Date.now() + 3_600_000).toISOString() })),
      ),
    );
    await amtool("silence", "import", file);
    expect(await amtool("silence", "query", "alertname=tool")).toContain("longer");
  });

  test("cluster show and config show", async () => {
    expect(await amtool("cluster", "show")).toContain("disabled");
    expect(await amtool("config", "show")).toContain("group_by: [alertname]");
    expect(await amtool("config", "routes", "test", "team=db", "severity=critical")).toContain("db,pager");
  });
});
