/** The whole story in a real Chromium against the real process: a rule by talking, a card, a click, kill -9, all well. */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, expect, test } from "vitest";
import { type Bot, makeDir, startBot } from "../support/bot.ts";
import { describeInBrowser, openPage, startBrowser } from "../support/browser.ts";

/** The address of the shop may be reached, and this machine is looked at every second. */
const CONFIG = `
network: { allow: [127.0.0.0/8] }
monitors:
  - { name: system, kind: system, interval: 1s }
`;

/** Rules made in chat are judged every 15 s, and other tests keep the machine busy meanwhile. */
const ROUND_MS = 45_000;

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A shop that can be broken and mended. */
async function startShop(): Promise<{ url: string; status: number }> {
  const shop = { url: "", status: 200 };
  const server = createServer((_request, response) => response.writeHead(shop.status).end("shop"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => void server.close());
  shop.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
  return shop;
}

async function type(page: Page, line: string): Promise<void> {
  await page.fill("#line", line);
  await page.press("#line", "Enter");
}

describeInBrowser("the story", () => {
  test("a rule is said, fires, is acknowledged, silenced, survives kill -9, and recovers on one card", {
    timeout: 240_000,
  }, async () => {
    const dir = makeDir(cleanUps);
    writeFileSync(join(dir, "gengfu.yml"), CONFIG);
    const shop = await startShop();
    const port = await freePort();
    let bot: Bot = await startBot({ dir, env: { PORT: String(port) } });
    cleanUps.push(async () => void (await bot.end("SIGKILL")));
    const browser = await startBrowser();
    cleanUps.push(() => browser.close());
    const { page, wrongs } = await openPage(browser);
    page.setDefaultTimeout(ROUND_MS);
    await page.goto(bot.url);

    // Three sentences offer themselves; the first is a rule.
    await page.locator(".greeting .offer").first().click();
    await page.press("#line", "Enter");
    await page.getByText("cpu_usage_percent > 80").first().waitFor();
    await page.getByText("每天凌晨2点提醒").first().waitFor();

    await type(page, "每天凌晨2点提醒 检查备份");
    await page.getByText("下一次").waitFor();

    await type(page, `添加监控 商城 ${shop.url} interval=1s`);
    await page.getByText("已添加监控").waitFor();
    await type(page, `${shop.url} 打不开时严重告警`);
    await page.getByText("probe_success").first().waitFor();
    await page.locator("#board").getByText("商城").waitFor();

    // It breaks: one card, with buttons.
    shop.status = 500;
    const card = page.locator(".card", { has: page.getByRole("button", { name: "认领" }) }).last();
    await card.waitFor();
    expect(await page.locator(".card", { hasText: "告警中" }).count()).toBe(1);

    // A click: the same card says who has it.
    await card.getByRole("button", { name: "认领" }).click();
    await page.locator("#messages .card", { hasText: "已认领" }).waitFor();
    expect(await page.locator("#messages .card", { hasText: "告警中" }).count()).toBe(0);

    const before = (await bot.messages()).find(({ kind }) => kind === "incident");
    expect(before).toMatchObject({ status: "acknowledged", severity: "critical" });
    const number = before?.incident ?? 0;

    await type(page, `show ${number}`);
    await page.getByText("已告知 console:ops").waitFor();

    // It dies in the midst of it, and everything is there again; the page finds its way back by itself.
    await bot.end("SIGKILL");
    await page.locator('#link:not([data-state="live"])').waitFor();
    bot = await startBot({ dir, env: { PORT: String(port) } });
    await page.locator('#link[data-state="live"]').waitFor();
    const after = (await bot.messages()).filter(({ kind }) => kind === "incident");
    expect(after.map(({ id, incident, status }) => ({ id, incident, status }))).toEqual([
      { id: before?.id, incident: number, status: "acknowledged" },
    ]);

    await type(page, `silence ${number} 2h 发布中`);
    await page.getByText("发布中").last().waitFor();
    const [listed] = await bot.say("静默列表");
    expect(listed?.text).toContain("发布中");

    // It recovers: the same card, and still only one.
    shop.status = 200;
    await page.locator("#messages .card", { hasText: "已恢复" }).first().waitFor();
    const cards = (await bot.messages()).filter(({ kind }) => kind === "incident");
    expect(cards.map(({ id, status }) => ({ id, status }))).toEqual([{ id: before?.id, status: "resolved" }]);

    const unexpected = wrongs.filter(
      (wrong) =>
        !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/.test(wrong),
    );
    expect(unexpected).toEqual([]);
    if (process.env["GENGFU_SHOTS"] !== undefined) {
      await page.screenshot({ path: join(process.env["GENGFU_SHOTS"], "story.png") });
    }
  });
});

/** A port that was free a moment ago, so that the page finds the process again after its restart. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
