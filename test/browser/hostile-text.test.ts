/** Text that wants to be more than text, in a real Chromium: it stays text, and the policy stands behind that. */
import { expect, test } from "vitest";
import { describeInBrowser } from "../support/browser.ts";
import { consolePages, live } from "../support/console-pages.ts";
import { livelyBoard } from "../support/lively-console.ts";

describeInBrowser("the console page under hostile text", () => {
  const pages = consolePages();
  const { start, visit } = pages;

  test("shows hostile names, texts and markdown as the text they are", async () => {
    const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    const turned = "\u202egnp.exe\u202c";
    const at = Date.now();
    const board = livelyBoard(at);
    const { base, conversations, post } = await start({
      say: async ({ text }) => [{ kind: "reply", text }],
      board: {
        ...board,
        monitors: () => [
          {
            name: evil,
            kind: evil,
            target: `javascript:alert(1)//${evil}`,
            state: "down",
            reason: evil,
            matchers: [],
          },
        ],
        rules: () => [{ id: 1, name: evil, expr: evil, for: evil, state: "firing" }],
        card: () => ({ kind: "incident", title: evil + turned, severity: "critical", status: "firing" }),
        trouble: () => [{ name: evil, text: evil }],
      },
    });
    const markdown = [
      evil,
      "[press](javascript:alert(3)) [press](data:text/html,<script>alert(4)</script>) [x](vbscript:x) [rel](/api/x)",
      '![pic](https://evil.example/track.png) ![p](javascript:alert(5)) <a href="javascript:alert(6)">a</a>',
      '[ok](https://good.example/?a="onmouseover=alert(7)) <https://auto.example> <svg onload=alert(8)>',
      "`<b>code</b>`\n\n```html\n<script>alert(9)</script>\n```",
      "| <i>a</i> | b |\n|---|---|\n| <img src=x onerror=alert(10)> | [c](javascript:alert(11)) |",
      `${"> ".repeat(200)}deep`,
      `${"*".repeat(500)}${"[".repeat(500)}`,
      "- [ ] todo\n- [x] done",
      `\u202eright to left \u2066 and \u0000 control \u0007`,
      "[ref]: javascript:alert(12)\n[ref]",
    ].join("\n\n");
    await conversations.post(
      "ops",
      [
        {
          kind: "incident",
          title: `**${evil}** [x](javascript:alert(1))${turned}`,
          text: markdown,
          severity: "critical",
          status: "firing",
          incident: 12,
          image: "javascript:alert(1)",
          fields: [{ name: evil, value: `${evil} [x](javascript:alert(1)) **bold** ${turned}` }],
          actions: [{ id: '"><script>', label: evil, command: evil }],
        },
      ],
      at,
    );
    const name = "<b onmouseover=alert(1)>张三</b>";
    expect(
      (await post("/api/console/messages", { conversation: "ops", user: name, text: markdown })).status,
    ).toBe(200);
    const page = await visit(base);
    await page.locator("#m3").waitFor();
    await page.locator(".board .monitor").waitFor();
    for (const selector of [
      "#messages script, #messages svg, #messages iframe, #messages i, #messages b",
      "#messages img:not(.face), .board img, .board script",
      "[onerror], [onmouseover], [onload], [style*=expression]",
    ])
      expect(await page.locator(selector).count(), selector).toBe(0);
    const links = await page
      .locator("#messages a")
      .evaluateAll((all) => all.map((a) => (a as unknown as { href: string }).href));
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(link).toMatch(/^https:\/\/(good|auto)\.example\//);
    expect(await page.locator("#messages a:not([rel~=noopener])").count()).toBe(0);
    const title = await page.locator("#m1 h3").textContent();
    expect(title).toContain(`**${evil}** [x](javascript:alert(1))`);
    expect(title).not.toContain("\u202e");
    expect(await page.locator("#m1 dd").first().textContent()).toContain(
      `${evil} [x](javascript:alert(1)) **bold**`,
    );
    expect(await page.locator("#m1 .actions button").first().textContent()).toBe(evil);
    // What a person wrote is not even markdown.
    expect(await page.locator("#m2 .bubble").textContent()).toContain("[press](javascript:alert(3))");
    expect(await page.locator("#m2 .name").textContent()).toBe(name);
    expect(await page.locator(".board .monitor .name").textContent()).toBe(evil);
    await page.mouse.move(200, 200);
  });

  test("the policy refuses a script that gets into the document all the same", async () => {
    const { base } = await start();
    pages.expectComplaints(/policy|Content Security Policy/i);
    const page = await visit(base);
    await page.locator(live).waitFor();
    await page.evaluate(
      'const s = document.createElement("script"); s.textContent = "window.hacked = true"; document.body.append(s)',
    );
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(pages.complaints.join()).toMatch(/policy: script-src/);
  });
});
