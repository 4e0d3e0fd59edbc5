/** The page behind a link from a mail in a real Chromium: what a person sees there, and that the button works. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { describeInBrowser, openPage, startBrowser } from "../support/browser.ts";
import { buildHouse } from "../support/house.ts";
import { openSmtp } from "../support/smtp.ts";
import { temporaryFolder } from "../support/test-files.ts";

const yaml = (port: number): string => `
global: { smtp_smarthost: "127.0.0.1:${port}", smtp_from: gengfu@shop.example, smtp_require_tls: false }
route: { receiver: team, group_wait: 0s }
receivers: [{ name: team, email_configs: [{ to: zhang@shop.example }] }]
`;

describeInBrowser("the page of a link from a mail", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 90_000);
  afterAll(() => browser.close());

  test("has one button, which acknowledges; nothing is refused by a policy, and it fits a phone", async () => {
    const smtp = await openSmtp();
    onTestFinished(() => smtp.close());
    const env = { PUBLIC_URL: "https://gengfu.shop.example", LOCALE: "zh-CN", API_TOKEN: "the-api-token" };
    const house = await buildHouse({ dir: await temporaryFolder(), yaml: yaml(smtp.port), env });
    const headers = { "content-type": "application/json", authorization: "Bearer the-api-token" };
    const labels = { alertname: "<b>磁盘</b>", host: "web-1", severity: "critical" };
    await fetch(`${house.url}api/v2/alerts`, { method: "POST", headers, body: JSON.stringify([{ labels }]) });
    await smtp.heard(1);
    const link = /https:\/\/gengfu\.shop\.example\/(\S+)/.exec(smtp.taken[0]?.text ?? "")?.[1] ?? "";

    const { page, wrongs } = await openPage(browser, { viewport: { width: 360, height: 640 } });
    await page.goto(`${house.url}${link}`);
    expect(await page.locator("h1").textContent()).toBe("#1 <b>磁盘</b>");
    expect(await page.locator("button").count()).toBe(1);
    // Its own style is let through by its own policy.
    expect(await page.locator("button").evaluate((it) => it.clientHeight)).toBeGreaterThanOrEqual(44);
    expect(await page.locator("html").evaluate((it) => it.scrollWidth)).toBeLessThanOrEqual(360);
    await page.locator("button").click();
    await page.getByText("zhang@shop.example 认领了 #1").waitFor();
    expect(await page.locator("button").count()).toBe(0);
    expect(wrongs.filter((one) => !one.includes("favicon"))).toEqual([]);
  });
});
