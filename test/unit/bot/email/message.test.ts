/** How a card looks as a mail: to clients with HTML and without, in every language, whatever stands in it. */
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { mailOf, subjectOf } from "../../../../bot/email/message.ts";
import type { Locale } from "../../../../storage/locale.ts";
import { type Mail, readMail } from "../../../support/mail.ts";
import { card } from "./bench.ts";

async function written(
  what: Card,
  {
    locale = "zh-CN",
    link,
    headers = {},
  }: { locale?: Locale; link?: string; headers?: Record<string, string> } = {},
): Promise<Mail> {
  const bytes = await mailOf(
    what,
    {
      from: { name: "更夫", address: "gengfu@shop.example" },
      to: [{ name: "", address: "ops@shop.example" }],
      subject: subjectOf(what, locale),
      messageId: "<a@shop.example>",
      inReplyTo: undefined,
      references: [],
      at: Date.UTC(2026, 10, 25, 2, 0, 0),
      headers,
    },
    { locale, link },
  );
  return readMail(bytes);
}

describe("the subject", () => {
  it("says the decisive first, and comes through whole in Chinese", async () => {
    const { headers, raw } = await written(card);
    expect(headers["subject"]).toBe("[严重] web-1 磁盘快满了 · #12");
    expect(headers["date"]).toBe("Wed, 25 Nov 2026 02:00:00 +0000");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: seven bits are the point.
    expect(raw.slice(0, raw.indexOf("\r\n\r\n"))).toMatch(/^[\x00-\x7f]*$/);
  });

  it("stays one header of short lines, however long the title is, and whatever it tries to add", async () => {
    const title = `${"磁盘满了🔥 disk full ".repeat(40)}\r\nBcc: evil@example.com\r\n\r\n<script>`;
    const { headers, raw } = await written({ ...card, title });
    expect(headers["bcc"]).toBeUndefined();
    expect(headers["subject"]?.length).toBeLessThanOrEqual(200);
    expect(headers["subject"]).not.toContain("\ufffd");
    for (const line of raw.slice(0, raw.indexOf("\r\n\r\n")).split("\r\n"))
      expect(line.length).toBeLessThan(100);
  });
});

describe("the HTML", () => {
  it("shows what is hostile as text", async () => {
    const evil = `"><img src=x onerror=alert(1)><script>'\`&`;
    const { html } = await written({
      ...card,
      title: evil,
      text: `\\<script\\> ${evil} [here](javascript:alert(1)) [there](https://x.example/?a="onclick=x&b=1) \`${evil}\``,
      fields: [{ name: evil, value: evil }],
    });
    expect(html).not.toMatch(/<(script|img)\b/i);
    const attributes = [...html.matchAll(/<(\w+)((?:[^<>"]|"[^"]*")*)>/g)].map(([, , some = ""]) => some);
    for (const some of attributes) expect(some).not.toMatch(/\son\w+=/i);
    expect(html).not.toMatch(/href="(?!https:)/);
    expect(html).toContain("&#60;script&#62;");
  });

  it("loads nothing from elsewhere, and shows Chinese in what each system has", async () => {
    const { html, parts } = await written({ ...card, image: "https://charts.example/1.png" });
    expect(html).not.toMatch(/src=|@import|url\(|<link/i);
    for (const family of ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"])
      expect(html).toContain(family);
    expect(html).toContain('lang="zh-CN"');
    expect(parts.map(({ type }) => type)).toEqual(["text/plain", "text/html"]);
  });

  it("has the colour of how it stands", async () => {
    const colours = await Promise.all(
      [card, { ...card, severity: "warning" as const }, { ...card, status: "resolved" as const }].map(
        async (what) => /border-left:4px solid (#\w+)/.exec((await written(what)).html)?.[1],
      ),
    );
    expect(colours).toEqual(["#c9303c", "#b86e00", "#1f7a52"]);
  });

  it("keeps markdown: bold, lists, quotes, links", async () => {
    const { html } = await written({
      ...card,
      text: "**粗** and `code`\n\n1. one\n2. two\n\n> said\n\n[手册](https://wiki.example/disk?a=1&b=2)",
    });
    expect(html).toContain("<b>粗</b>");
    expect(html).toContain("1. one<br>2. two");
    expect(html).toMatch(/border-left:2px[^>]*>said</);
    expect(html).toContain('<a href="https://wiki.example/disk?a=1&#38;b=2">手册</a>');
  });
});

describe("the text", () => {
  it("says the same without any markup", async () => {
    const { text } = await written(
      { ...card, text: "**a** — 95%\n- one\n- two" },
      { locale: "en", link: "https://g.example/x" },
    );
    expect(text).toBe(
      [
        "[Critical] #12 磁盘快满了",
        "",
        "a — 95%",
        "",
        "• one",
        "• two",
        "",
        "位置: host=web-1",
        "",
        "Acknowledge: https://g.example/x",
        "Made for you alone, good for 24 hours and for one use; do not forward it.",
        "",
        "-- ",
        "Sent by Gengfu. Nobody reads answers to this address.",
        "",
      ].join("\n"),
    );
  });

  it("of a card without a title has its text all the same", async () => {
    const { text, html, headers } = await written({ kind: "text", text: "仍在告警 \\<b\\>" });
    expect(headers["subject"]).toBe("仍在告警 <b>");
    expect(text).toContain("仍在告警 <b>");
    expect(html).toContain("仍在告警 &#60;b&#62;");
  });
});

describe("a picture", () => {
  const PNG = Buffer.from("89504e470d0a1a0a", "hex");

  it("that the card carries stands in the mail", async () => {
    const { parts, html } = await written({
      ...card,
      image: `data:image/png;base64,${PNG.toString("base64")}`,
    });
    const picture = parts.find(({ type }) => type === "image/png");
    expect(picture?.content).toEqual(PNG);
    expect(picture?.headers["content-disposition"]).toMatch(/^inline/);
    const id = /<(.+)>/.exec(picture?.headers["content-id"] ?? "")?.[1];
    expect(html).toContain(`src="cid:${id}"`);
  });

  it.each([
    "data:image/svg+xml;base64,PHN2Zz4=",
    "data:text/html;base64,PHN2Zz4=",
    "file:///etc/passwd",
    "/etc/passwd",
    `data:image/png;base64,${"A".repeat(3 * 1024 * 1024)}`,
  ])("that is no picture of its own is left out: %.40s", async (image) => {
    const { parts, raw } = await written({ ...card, image });
    expect(parts.map(({ type }) => type)).toEqual(["text/plain", "text/html"]);
    expect(raw).not.toContain("root:");
  });
});
