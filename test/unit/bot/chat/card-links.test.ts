/** The links of a card, on every platform that shows it. */
import { expect, test } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import { decodeMessage, storable } from "../../../../bot/console/message.ts";
import { dingTalkBody, dingTalkMarkdown } from "../../../../bot/dingtalk/markdown.ts";
import { mailOf } from "../../../../bot/email/message.ts";
import { appCard } from "../../../../bot/wecom/app/card.ts";
import { templateCard } from "../../../../bot/wecom/card.ts";
import { weComMarkdown, weComText } from "../../../../bot/wecom/markdown.ts";

const url = "https://grafana.example/d/node?host=a&q=(x)";
const card: Card = {
  kind: "incident",
  title: "#12 hot",
  severity: "critical",
  status: "firing",
  incident: 12,
  fields: [{ name: "位置", value: "host=a" }],
  links: [
    { label: "Grafana [*x*](y)", url },
    { label: "Kibana", url: "https://kibana.example/" },
  ],
  actions: [{ id: "ack", label: "认领", command: "ack 12" }],
};
const bad: Card = { ...card, links: [{ label: "bad", url: "javascript:alert(1)" }] };
const about = { maxBytes: 10_000, locale: "zh-CN" } as const;
const inMarkdown = "https://grafana.example/d/node?host=a&q=%28x%29";

test("DingTalk: links in its markdown, on cards as in messages", () => {
  for (const text of [dingTalkBody(card, about), dingTalkMarkdown(card, about).text]) {
    expect(text).toContain(`](${inMarkdown}) · [Kibana](https://kibana.example/)`);
    expect(text).not.toContain("](y)");
  }
  expect(dingTalkBody(bad, about)).not.toContain("javascript");
});

test("WeCom: links in markdown, addresses in text, and lines of a card that lead somewhere", () => {
  expect(weComMarkdown(card, { ...about, dialect: "v1" })).toContain(
    `](${inMarkdown}) · [Kibana](https://kibana.example/)`,
  );
  expect(weComMarkdown(card, { ...about, dialect: "v2" })).toContain(`](${inMarkdown})`);
  expect(weComText(card, about)).toContain("Kibana https://kibana.example/");
  const link = { type: 1, keyname: "链接", value: "Kibana", url: "https://kibana.example/" };
  const drawn = templateCard(card, { taskId: "incident-12-a-b", locale: "zh-CN" });
  expect(drawn?.card["horizontal_content_list"]).toContainEqual(link);
  expect(appCard(card, "zh-CN").horizontal_content_list).toContainEqual(link);
});

test("WeCom: fields come first, and there are six lines at most", () => {
  const fields = Array.from({ length: 6 }, (_, i) => ({ name: `f${i}`, value: "x" }));
  const drawn = templateCard({ ...card, fields }, { taskId: "incident-12-a-b", locale: "en" });
  expect(drawn?.card["horizontal_content_list"]).toHaveLength(6);
  expect(drawn?.isCut).toBe(true);
});

test("mail: in the HTML and in the text, escaped in both", async () => {
  const heading = {
    from: { name: "", address: "a@b.example" },
    to: [],
    subject: "s",
    messageId: "<a@b>",
    inReplyTo: undefined,
    references: [],
    at: 0,
    headers: {},
  };
  const mail = (await mailOf(card, heading, { locale: "en", link: undefined }))
    .toString()
    .replace(/=\r?\n/g, "")
    .replaceAll("=3D", "=");
  expect(mail).toContain('href="https://kibana.example/"');
  expect(mail).toContain("q=%28x%29");
  expect(mail).toContain("Kibana https://kibana.example/");
});

test("the console keeps them", () => {
  const stored = { id: "m1", seq: 1, at: 0, conversation: "ops", from: "bot", card: storable(card) };
  expect(decodeMessage(JSON.parse(JSON.stringify(stored))).card.links).toEqual(card.links);
});
