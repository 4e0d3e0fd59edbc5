/** The console's panel of doors in a real Chromium: one page per door, driven by keyboard, on screens large and small. */
import { expect, test } from "vitest";
import { type Arrivals, openArrivals } from "../../bot/hooks/arrivals.ts";
import { doorPages } from "../../bot/http/door-pages.ts";
import { systemClock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import { describeInBrowser } from "../support/browser.ts";
import { consolePages } from "../support/console-pages.ts";
import { hookOf, TOKEN } from "../support/hooks.ts";

const hooks = [
  hookOf("grafana", { name: "机房监控" }),
  hookOf("dingtalk-robot", { name: "legacy-scripts", secret: "SECabc" }),
];
const body = '{"msgtype":"text","text":{"content":"<img src=x onerror=alert(1)> web1"}}';

function filled(): Arrivals {
  const arrivals = openArrivals();
  const at = Date.now();
  arrivals.note(
    "legacy-scripts",
    { at, status: 200, size: body.length, accepted: 1, refused: [], error: "" },
    body,
  );
  arrivals.note(
    "机房监控",
    { at, status: 200, size: 17, accepted: 0, refused: [{ index: 0, error: "labels：不是对象" }], error: "" },
    '{"alerts":[null]}',
  );
  arrivals.note(
    "机房监控",
    { at, status: 400, size: 1, accepted: 0, refused: [], error: "不是有效的 JSON" },
    "{",
  );
  return arrivals;
}

function doors(arrivals: Arrivals, locale: Locale = "zh-CN") {
  const options = {
    hooks: () => hooks,
    arrivals,
    clock: systemClock,
    locale,
    zone: "Asia/Shanghai",
    apiToken: undefined,
    loopback: true,
    secrets: () => [TOKEN],
  };
  return [doorPages(options)];
}

describeInBrowser("the panel of doors", () => {
  const { start, visit } = consolePages();

  test("one page per door: its address, its token, a line to try it, and what became of what came in", async () => {
    const arrivals = filled();
    const { base } = await start({ doors: doors(arrivals) });
    const page = await visit(base);
    await page.click("#doors");
    const box = page.locator("#doorsbox");
    await box.locator(".names button").nth(2).waitFor();
    expect(await box.locator(".names bdi").allTextContents()).toEqual([
      "/api/v2/alerts",
      "机房监控",
      "legacy-scripts",
    ]);
    expect(await box.locator(".door h3 bdi").textContent()).toBe("/api/v2/alerts");
    expect(await box.locator(".arrivals .none").textContent()).toBe("启动以来还没有收到过。");

    await box.locator(".names button").nth(1).click();
    await box.locator(".door h3", { hasText: "机房监控" }).waitFor();
    expect(await box.locator("dd").allTextContents()).toEqual([
      `${base}/api/v1/hooks/grafana复制`,
      `••••••••${TOKEN.slice(-4)}`,
    ]);
    expect(await box.locator(".try code").textContent()).toContain(`Authorization: Bearer ${TOKEN}`);
    const rows = box.locator(".arrival");
    expect(await rows.locator(".status").allTextContents()).toEqual(["400", "200"]);
    expect(await rows.nth(0).locator("summary").textContent()).toContain("不是有效的 JSON");
    expect(await rows.nth(1).locator("summary").textContent()).toContain("拒绝 1");
    await rows.nth(1).locator("summary").click();
    await rows.nth(1).getByText("[0] labels：不是对象").waitFor();

    // What comes in is there by itself, and what is open stays open.
    arrivals.note(
      "机房监控",
      { at: Date.now(), status: 200, size: 2, accepted: 3, refused: [], error: "" },
      "{}",
    );
    await box.locator(".arrival .accepted", { hasText: "收下 3" }).waitFor();
    expect(await rows.nth(2).locator("details").getAttribute("open")).toBe("");
  });

  test("a body is shown as text, whatever it holds", async () => {
    const { base } = await start({ doors: doors(filled()) });
    const page = await visit(base);
    await page.click("#doors");
    await page.locator(".names button").nth(2).click();
    await page.locator(".arrival summary").click();
    expect(await page.locator(".arrival pre").textContent()).toBe(body);
    expect(await page.locator(".arrival img").count()).toBe(0);
    expect(await page.locator(".try .note").textContent()).toContain("签名一小时内有效");
  });

  test("by the keyboard alone: open, choose, copy, close", async () => {
    const { base } = await start({ doors: doors(filled()) });
    const page = await visit(base, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.locator("#doors").focus();
    await page.keyboard.press("Enter");
    await page.locator(".names button").nth(1).waitFor();
    await page.locator(".names button").nth(1).focus();
    await page.keyboard.press("Enter");
    await page.locator(".door h3", { hasText: "机房监控" }).waitFor();
    const focused = "document.activeElement.textContent";
    expect(await page.evaluate(focused)).toContain("机房监控");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(focused)).toBe("复制");
    await page.keyboard.press("Enter");
    await page.getByText("已复制").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(`${base}/api/v1/hooks/grafana`);
    await page.keyboard.press("Escape");
    expect(await page.locator("#doorsbox[open]").count()).toBe(0);
    expect(await page.evaluate("document.activeElement.id")).toBe("doors");
  });

  test("fits a phone", async () => {
    const { base } = await start({ doors: doors(filled()) });
    const page = await visit(base, { viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true });
    await page.tap("#doors");
    await page.locator(".names button").nth(1).tap();
    await page.locator(".door h3", { hasText: "机房监控" }).waitFor();
    await page.locator(".arrival summary").first().tap();
    const sideways =
      '[document.documentElement, document.getElementById("doorsbox"), ...document.querySelectorAll("#doorsbox .inner, .door")].map((e) => e.scrollWidth)';
    expect(Math.max(...((await page.evaluate(sideways)) as number[]))).toBeLessThanOrEqual(360);
  });

  test("speaks English where the server does", async () => {
    const { base } = await start({ locale: "en", doors: doors(openArrivals(), "en") });
    const page = await visit(base);
    await page.getByRole("button", { name: "Doors" }).click();
    await page.locator(".names button").nth(2).click();
    await page.locator(".door h3", { hasText: "legacy-scripts" }).waitFor();
    expect(await page.locator(".door").textContent()).not.toMatch(/\p{Script=Han}/u);
    expect(await page.locator(".arrivals .none").textContent()).toBe("Nothing has come in since the start.");
  });
});
