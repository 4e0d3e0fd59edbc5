/** Charts on cards in a real Chromium: read, zoomed, lines on and off, by mouse, finger and keyboard; or the picture. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Chart } from "../../alerts/charts/chart.ts";
import { pictureDoors } from "../../bot/http/picture-doors.ts";
import { openPictures, type Pictures } from "../../bot/pictures/pictures.ts";
import { systemClock } from "../../storage/clock.ts";
import { silentLog } from "../../storage/log.ts";
import { describeInBrowser } from "../support/browser.ts";
import { consolePages } from "../support/console-pages.ts";
import { temporaryFolder } from "../support/test-files.ts";
import { chart, golden } from "../unit/bot/pictures/charts.ts";

const sixLines = golden["six-lines"] as Chart;
const oneLine = chart({ title: "#12 CPU 使用率过高 · web-01" });

describeInBrowser("a chart on a card", () => {
  const pages = consolePages();

  async function show(
    charts: readonly Chart[],
    options: Parameters<typeof pages.visit>[1] = {},
    find?: Pictures["find"],
  ) {
    const pictures = openPictures({
      dir: await temporaryFolder(),
      clock: systemClock,
      log: silentLog,
      breathe: async () => {},
      incidentDrawing: async () => undefined,
    });
    const doors = [pictureDoors({ find: find ?? ((address) => pictures.find(address)) })];
    const { base, conversations } = await pages.start({ doors });
    for (const one of charts) {
      const image = (await pictures.keep(one)) ?? "";
      await conversations.post(
        "ops",
        [{ kind: "reply", title: one.title, text: "现在 94%", image }],
        Date.now(),
      );
    }
    return pages.visit(base, options);
  }

  /** A place in the plot, by shares of its width and height. */
  async function place(page: Page, x: number, y = 0.5): Promise<[number, number]> {
    const box = await page.locator(".chart .stage").first().boundingBox();
    if (box === null) throw new Error("no chart");
    return [box.x + box.width * x, box.y + box.height * y];
  }

  test("shows its values, thresholds and firing spans, and what is under the pointer", async () => {
    const page = await show([sixLines]);
    await page.locator(".chart .line").first().waitFor();
    expect(await page.locator(".chart .line").count()).toBe(6);
    expect(await page.locator(".chart .threshold").count()).toBe(1);
    expect(await page.locator(".chart .fired").count()).toBe(1);
    expect(await page.locator(".chart .limit").textContent()).toBe("90%");
    expect(await page.locator(".chart .more").textContent()).toBe("3 条未画出");
    expect(await page.locator(".chart .tip").isVisible()).toBe(false);
    await page.mouse.move(...(await place(page, 0.5)));
    const tip = page.locator(".chart .tip");
    await tip.waitFor();
    expect(await tip.textContent()).toMatch(/^11-28 1[78]:\d\d:\d\d/);
    // In the gap of /boot nobody knows.
    expect((await tip.locator("p").allTextContents()).at(-1)).toBe("/boot无数据");
    await page.mouse.move(...(await place(page, 0.95)));
    expect(await tip.textContent()).toContain("告警中");
    await page.mouse.move(5, 5);
    await tip.waitFor({ state: "hidden" });
  });

  test("lines go and come by the legend, and the axis follows", async () => {
    const page = await show([sixLines]);
    await page.locator(".chart .line").first().waitFor();
    for (const name of ["/boot", "/var/lib/docker", "/", "/home"])
      await page.locator(".chart .entry", { has: page.getByText(name, { exact: true }) }).click();
    expect(await page.locator(".chart .line").count()).toBe(2);
    const marks = await page.locator('.chart .mark[text-anchor="end"]').allTextContents();
    expect(Number.parseFloat(marks[0] ?? "")).toBeGreaterThanOrEqual(80);
    const boot = page.locator(".chart .entry").last();
    expect(await boot.getAttribute("aria-pressed")).toBe("false");
    await boot.click();
    expect(await page.locator(".chart .line").count()).toBe(3);
  });

  test("is zoomed by dragging, and shown whole again", async () => {
    const page = await show([oneLine]);
    await page.locator(".chart .line").first().waitFor();
    const marks = () => page.locator('.chart .mark[text-anchor="middle"]').allTextContents();
    const whole = await marks();
    expect(await page.locator(".chart .what").textContent()).toBe("11-28 15:07 → 21:07");
    await page.mouse.move(...(await place(page, 0.4)));
    await page.mouse.down();
    await page.mouse.move(...(await place(page, 0.6)), { steps: 4 });
    expect(await page.locator(".chart .selection").isVisible()).toBe(true);
    await page.mouse.up();
    expect(await marks()).not.toEqual(whole);
    expect(await page.locator(".chart .selection").isVisible()).toBe(false);
    await page.getByRole("button", { name: "显示全部" }).click();
    expect(await marks()).toEqual(whole);
    await page.getByRole("button", { name: "放大" }).click();
    expect(await marks()).not.toEqual(whole);
    await page.mouse.dblclick(...(await place(page, 0.5)));
    expect(await marks()).toEqual(whole);
    expect(await page.getByRole("button", { name: "缩小" }).isDisabled()).toBe(true);
  });

  test("is read and zoomed by keys, and says what it shows", async () => {
    const page = await show([oneLine]);
    const stage = page.locator(".chart .stage");
    await page.locator(".chart .line").first().waitFor();
    await stage.focus();
    await page.keyboard.press("End");
    const spoken = page.locator('.chart [role="status"]');
    expect(await spoken.textContent()).toBe("11-28 21:07:00, 20%");
    await page.keyboard.press("ArrowLeft");
    expect(await spoken.textContent()).not.toContain("21:07:00");
    await page.keyboard.press("Home");
    expect(await spoken.textContent()).toBe("11-28 15:07:00, 20%");
    await page.keyboard.press("+");
    expect(await page.getByRole("button", { name: "缩小" }).isDisabled()).toBe(false);
    await page.keyboard.press("0");
    expect(await page.getByRole("button", { name: "缩小" }).isDisabled()).toBe(true);
    // The keys belong to the chart, and not to the line that one types in.
    expect(await page.inputValue("#line")).toBe("");
    await page.keyboard.press("Escape");
    expect(await page.locator(".chart .tip").isVisible()).toBe(false);
  });

  test("fits a phone, and a finger reads it", async () => {
    const page = await show([sixLines], {
      viewport: { width: 360, height: 780 },
      hasTouch: true,
      isMobile: true,
    });
    await page.locator(".chart .line").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await page.touchscreen.tap(...(await place(page, 0.7)));
    const tip = page.locator(".chart .tip");
    await tip.waitFor();
    const [box, stage] = [await tip.boundingBox(), await page.locator(".chart .stage").boundingBox()];
    expect(box?.x).toBeGreaterThanOrEqual(stage?.x ?? 0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((stage?.x ?? 0) + (stage?.width ?? 0));
  });

  test("asks for its numbers when it comes into sight, and keeps the reader at the end", async () => {
    const asked: string[] = [];
    const many = Array.from({ length: 12 }, (_, i) => chart({ title: `图 ${i}` }));
    const numbers = Buffer.from(
      JSON.stringify({ ...oneLine, lines: [{ name: "", at: [0, 20_000_000], values: [1, 2] }] }),
    );
    const page = await show(many, {}, async (address) => {
      asked.push(address);
      return numbers;
    });
    await page.locator("#messages > li:last-child .chart .line").waitFor();
    expect(asked.length).toBeLessThan(12);
    expect(
      await page.evaluate(
        "(({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.getElementById('log'))",
      ),
    ).toBeLessThan(2);
  });

  test.each([
    ["there are no numbers", undefined],
    ["the picture is not one of lines", Buffer.from("null")],
  ])("is the picture where %s", async (_where, json) => {
    if (json === undefined) pages.expectComplaints(/404/);
    const dir = await temporaryFolder();
    const kept = openPictures({
      dir,
      clock: systemClock,
      log: silentLog,
      breathe: async () => {},
      incidentDrawing: async () => undefined,
    });
    const page = await show([], {}, async (address) =>
      address.endsWith(".png") ? kept.find(address) : json,
    );
    const image = (await kept.keep(oneLine)) ?? "";
    await page.evaluate(
      `import("/assets/card.js").then(({ drawMessage }) => document.getElementById("messages").append(drawMessage({ id: "m9", seq: 9, at: new Date().toISOString(), from: "bot", kind: "reply", title: "图", image: ${JSON.stringify(image)} }, "x", async () => {})))`,
    );
    await page.locator("#m9 img.picture").waitFor();
    const width = () => page.evaluate('document.querySelector("#m9 img.picture").naturalWidth');
    await expect.poll(width, { timeout: 20_000 }).toBe(716);
    expect(await page.locator(".chart").count()).toBe(0);
  });
});
