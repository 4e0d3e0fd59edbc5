/** The console page in a real Chromium: talking, pressing, cut lines, many messages, small screens, both languages. */
import { expect, test } from "vitest";
import { describeInBrowser } from "../support/browser.ts";
import { consolePages, firing, live } from "../support/console-pages.ts";
import { incidentCard, livelyBoard, livelyTalk } from "../support/lively-console.ts";

describeInBrowser("the console page", () => {
  const pages = consolePages();
  const { start, visit } = pages;

  test("greets with sentences that go into the input line, and answers what is sent", async () => {
    const { base, conversations } = await start();
    const page = await visit(base);
    const offers = page.locator(".greeting .offer");
    expect(await offers.count()).toBe(3);
    await offers.first().click();
    expect(await page.inputValue("#line")).toBe("CPU使用率超过80%持续5分钟告警");
    await page.press("#line", "Enter");
    await page.getByText("你说：CPU使用率超过80%持续5分钟告警").waitFor();
    expect(await page.inputValue("#line")).toBe("");
    expect(await page.locator("#messages .mine").count()).toBe(1);
    expect(conversations.after("ops", 0).map(({ from }) => from)).toEqual(["值班员", "bot"]);
    await page.click("#help");
    await page.locator("#helpbox .offer").nth(2).click();
    expect(await page.inputValue("#line")).toBe("每天凌晨2点提醒 检查备份");
  });

  test("is driven by the keyboard alone", async () => {
    const { base } = await start();
    const page = await visit(base);
    await page.locator(live).waitFor();
    await page.locator("#help").focus();
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement.id")).toBe("line");
    await page.keyboard.type("第一句");
    await page.keyboard.press("Enter");
    await page.keyboard.type("第二");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("句");
    await page.keyboard.press("Enter");
    await page.getByText("你说：第二").waitFor();
    await page.keyboard.type("没写完");
    await page.keyboard.press("ArrowUp");
    expect(await page.inputValue("#line")).toBe("第二\n句");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    expect(await page.inputValue("#line")).toBe("第一句");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.inputValue("#line")).toBe("没写完");
    await page.keyboard.press("Escape");
    expect(await page.inputValue("#line")).toBe("");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
  });

  test("leaves Enter to the input method while it composes", async () => {
    const { base, conversations } = await start();
    const page = await visit(base);
    await page.fill("#line", "ni hao");
    await page.evaluate(
      'document.getElementById("line").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))',
    );
    expect(await page.inputValue("#line")).toBe("ni hao");
    expect(conversations.after("ops", 0)).toEqual([]);
  });

  test("a pressed button changes its card in place and keeps the focus", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { base, conversations } = await start({
      say: async (_spoken, log) => {
        await held;
        await log.edit(
          "m1",
          incidentCard({
            incident: 12,
            title: "CPU 使用率过高",
            severity: "critical",
            status: "acknowledged",
            fields: [["认领", "值班员"]],
          }),
        );
        return [{ kind: "reply", text: "已认领" }];
      },
    });
    await conversations.post("ops", [firing(), { kind: "reply", text: "后面的一条" }], Date.now());
    const page = await visit(base);
    const card = page.locator("#m1");
    await card.getByRole("button", { name: "认领" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("#m1 button:disabled").first().waitFor();
    expect(await page.locator("#m1 button:disabled").count()).toBe(3);
    release();
    await card.locator(".st-acknowledged").waitFor();
    expect(await page.locator("#messages > li").evaluateAll((all) => all.map(({ id }) => id))).toEqual([
      "m1",
      "m2",
    ]);
    expect(await page.evaluate('document.getElementById("m1").contains(document.activeElement)')).toBe(true);
    expect(await page.locator("#spoken").textContent()).toContain("已认领");
  });

  test("says when the line is cut, comes back by itself, and misses and repeats nothing", async () => {
    const one = await start();
    pages.expectComplaints(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load/);
    const page = await visit(one.base);
    await page.locator(live).waitFor();
    await one.conversations.say("ops", "alice", "断线之前", Date.now());
    await page.getByText("断线之前").waitFor();
    await one.stop();
    await page.getByText("断线，重连中").waitFor();
    await page.fill("#line", "发不出去");
    await page.press("#line", "Enter");
    await page.getByText("连不上更夫").waitFor();
    expect(await page.inputValue("#line")).toBe("发不出去");
    await one.conversations.say("ops", "alice", "断线期间", Date.now());
    await one.restart();
    await page.locator(live).waitFor();
    await page.getByText("断线期间").waitFor();
    await page.press("#line", "Enter");
    await page.getByText("你说：发不出去").waitFor();
    expect(await page.locator("#messages > li").count()).toBe(4);
  });

  test("says in words that something was not saved, and gives the line back", async () => {
    const { base, refuse } = await start();
    pages.expectComplaints(/503/);
    const page = await visit(base);
    refuse("磁盘已满");
    await page.fill("#line", "新建规则");
    await page.press("#line", "Enter");
    await page.getByText("没有保存").waitFor();
    expect(await page.locator("#notice").textContent()).toContain("磁盘已满");
    expect(await page.inputValue("#line")).toBe("新建规则");
  });

  test("asks once for the token and keeps it for the tab", async () => {
    const { base } = await start({ token: "s3cret" });
    pages.expectComplaints(/401/);
    const page = await visit(base);
    await page.locator("#tokenbox[open]").waitFor();
    await page.fill("#token", "wrong");
    await page.press("#token", "Enter");
    await page.locator("#tokenbox[open]").waitFor();
    await page.fill("#token", "s3cret");
    await page.press("#token", "Enter");
    await page.locator(live).waitFor();
    await page.fill("#line", "你好");
    await page.press("#line", "Enter");
    await page.getByText("你说：你好").waitFor();
    await page.reload();
    await page.locator(live).waitFor();
    expect(await page.locator("#tokenbox[open]").count()).toBe(0);
  });

  test("works with 1,000 messages and 100 incidents", async () => {
    const at = Date.now();
    const board = livelyBoard(at);
    const open = Array.from({ length: 100 }, (_, i) => ({
      ...[...(board.incidents?.() ?? [])][0],
      id: i + 1,
    }));
    const { base, conversations } = await start({ board: { ...board, incidents: () => open as never } });
    for (let i = 0; i < 1_000; i += 2)
      await Promise.all([
        conversations.say("ops", "alice", `第 ${i} 句`, at - (1_000 - i) * 60_000),
        conversations.post("ops", [firing(`第 ${i + 1} 条`)], at - (1_000 - i) * 60_000),
      ]);
    const page = await visit(base);
    await page.getByText("第 999 条").waitFor();
    await page.locator(".board .incident").nth(99).waitFor({ state: "attached" });
    // What keeps it quick: most messages are not drawn until somebody scrolls to them.
    expect(await page.locator("#messages > li").count()).toBeLessThanOrEqual(300);

    await page.locator("#line").pressSequentially("CPU使用率超过80%持续5分钟告警");
    for (let i = 0; i < 20; i++) await conversations.edit("m1000", firing(`改了 ${i} 次`));
    await page.locator("#m1000 h3", { hasText: "改了 19 次" }).waitFor();

    // Reading older messages: nothing moves under the reader, and a pill says that there is more.
    await page.locator("#log").hover();
    await page.evaluate('document.getElementById("log").scrollTop = 600');
    const seen = await page.evaluate("document.elementFromPoint(400, 400).closest('li').id");
    await conversations.say("ops", "bob", "刚说的", Date.now());
    await page.locator("#pill:not([hidden])").waitFor();
    expect(await page.evaluate("document.elementFromPoint(400, 400).closest('li').id")).toBe(seen);
    await page.locator("#pill").click();
    await page.getByText("刚说的").waitFor();
    expect(
      await page.evaluate(
        "(log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)(document.getElementById('log'))",
      ),
    ).toBe(true);
    for (let i = 0; i < 30 && !(await page.locator("#m1, #m2").first().isVisible()); i++) {
      await page.evaluate('document.getElementById("log").scrollTop = 0');
      // Two frames: one for the scroll event, one for what it draws.
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }
    const ids = await page
      .locator("#messages > li")
      .evaluateAll((all) => all.map(({ id }) => Number(id.slice(1))));
    expect(ids).toHaveLength(1_000);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  test.each(["light", "dark"] as const)(
    "can be read in the %s: every text has contrast enough",
    async (colorScheme) => {
      const at = Date.now();
      const { base, conversations } = await start({ board: livelyBoard(at) });
      await livelyTalk(conversations, at);
      const page = await visit(base, { colorScheme, reducedMotion: "reduce" });
      await page.locator("#m8").waitFor();
      await page.locator(".board .rule").first().waitFor();
      const [poor, background] = (await page.evaluate(CONTRAST)) as [string[], number];
      expect(poor).toEqual([]);
      expect(background < 128).toBe(colorScheme === "dark");
    },
  );

  test("fits a phone: nothing scrolls sideways, and the board is one touch away", async () => {
    const at = Date.now();
    const long = "x".repeat(300);
    const board = livelyBoard(at);
    const { base, conversations } = await start({
      board: { ...board, rules: () => [{ id: 1, name: long, expr: long, state: "ok" }] },
    });
    await livelyTalk(conversations, at);
    await conversations.say("ops", "w".repeat(64), long, at);
    await conversations.post("ops", [{ ...firing(long), text: `${long}\n\n\`\`\`\n${long}\n\`\`\`` }], at);
    const page = await visit(base, { viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true });
    await page.locator("#m10").waitFor();
    const sideways =
      '["documentElement", "body"].map((name) => document[name].scrollWidth).concat(...["log", "board"].map((id) => { const e = document.getElementById(id); return e.scrollWidth - e.clientWidth + innerWidth }))';
    expect(Math.max(...((await page.evaluate(sideways)) as number[]))).toBeLessThanOrEqual(360);
    expect(await page.locator("#board").isVisible()).toBe(false);
    await page.tap('.tabs [data-tab="board"]');
    await page.locator(".board .monitor").first().waitFor();
    expect(await page.locator("#badge").textContent()).toBe("2");
    expect(Math.max(...((await page.evaluate(sideways)) as number[]))).toBeLessThanOrEqual(360);
    await page.locator(".board .incident").first().tap();
    expect(await page.locator("#log").isVisible()).toBe(true);
  });

  test("speaks English where the server does, keeps the name, and opens other conversations", async () => {
    const { base, conversations } = await start({ locale: "en" });
    const page = await visit(`${base}/?conversation=dev`);
    await page.locator(live).waitFor();
    expect(await page.locator("#room").textContent()).toBe("# dev");
    expect(await page.locator(".greeting .offer").first().textContent()).toBe("alert when cpu > 80% for 5m");
    // biome-ignore lint/performance/useDomNodeTextContent: what a screen reader or a script has need not be seen.
    expect(await page.locator("body").innerText()).not.toMatch(/\p{Script=Han}/u);
    expect(await page.inputValue("#user")).toBe("admin");
    await page.fill("#user", "alice");
    await page.fill("#line", "status");
    await page.press("#line", "Enter");
    await page.locator("#messages .mine").waitFor();
    expect(conversations.after("dev", 0)[0]?.from).toBe("alice");
    await page.reload();
    expect(await page.inputValue("#user")).toBe("alice");
    await page.locator("#messages .mine").waitFor();
  });
});

/** Texts whose contrast with what is behind them is under 4.5, and how bright the page is (0 to 255). */
const CONTRAST = `(() => {
  const rgb = (color) => { const c = document.createElement("canvas").getContext("2d"); c.fillStyle = color; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const f = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c; } return [255, 255, 255, 255]; };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility() || e.closest(".sr, .empty .send, noscript")) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(e.className + " " + walker.currentNode.data.trim().slice(0, 20) + " " + ratio.toFixed(2));
  }
  const [r, g, b] = behind(document.body);
  return [[...new Set(poor)], (r + g + b) / 3];
})()`;
