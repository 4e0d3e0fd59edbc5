/** What the page of the fake asks for and changes. How it looks is for people to judge. */
import { describe, expect, test } from "vitest";
import { type Body, listOf, partOf } from "../support/wecom/read.ts";
import { card, closeScenes, GROUP, markdown, started } from "../support/wecom/scene.ts";

closeScenes();

async function visited() {
  const { fake, bot, push } = await started();
  const state = async (chat = GROUP): Promise<Body> => {
    const response = await fetch(`${fake.url}/fake/state?as=lisi&chat=${chat}`);
    return (await response.json()) as Body;
  };
  const change = (what: string, body: Body, type = "application/json") =>
    fetch(`${fake.url}/fake/${what}`, {
      method: "POST",
      headers: { "content-type": type },
      body: JSON.stringify(body),
    });
  return { fake, bot, push, state, change };
}

describe("the page", () => {
  test("is served with its parts, and runs nothing else", async () => {
    const { fake } = await visited();
    for (const path of ["/", "/fake/page.js", "/fake/render.js", "/fake/page.css"]) {
      const response = await fetch(`${fake.url}${path}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    }
  });

  test("sees the people, the groups and what stands in the chosen one, block by block", async () => {
    const { push, state } = await visited();
    await push(markdown("## 告警\n**db-1**"));
    const read = await state();
    expect(read).toMatchObject({ bot: "更夫", online: true, groups: [{ key: GROUP, name: "值班群" }] });
    expect(listOf(read, "people")).toHaveLength(3);
    expect(partOf(listOf(read, "messages")[0], "blocks")).toEqual([
      { kind: "heading", level: 2, spans: [{ text: "告警" }] },
      { kind: "line", level: 0, spans: [{ text: "db-1", bold: true }] },
    ]);
  });

  test("says for somebody, and knows whether the bot heard it", async () => {
    const { bot, state, change } = await visited();
    await change("say", { chat: GROUP, as: "lisi", text: "@更夫 状态" });
    await change("say", { chat: GROUP, as: "lisi", text: "午饭" });
    expect(partOf((await bot.next("aibot_msg_callback"))["body"], "from")).toEqual({ userid: "lisi" });
    expect(listOf(await state(), "messages").map((one) => partOf(one, "heard"))).toEqual([true, false]);
  });

  test("presses for somebody, and says why when that cannot be", async () => {
    const { bot, push, change } = await visited();
    await push(card("alert_12_1"));
    expect((await change("press", { task: "alert_12_1", key: "ack 12", as: "lisi" })).status).toBe(200);
    expect(partOf((await bot.next("aibot_event_callback"))["body"], "from")).toEqual({ userid: "lisi" });
    const refused = await change("press", { task: "alert_12_1", key: "no", as: "lisi" });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ error: "the card alert_12_1 has no button no for lisi" });
  });

  test("lets things go wrong", async () => {
    const { bot, change } = await visited();
    await change("fault", { what: "unsubscribe" });
    expect((await bot.call("aibot_send_msg", { chatid: GROUP, ...markdown("x") })).errcode).toBe(846_609);
  });

  test("is the only one who may change anything, and leaves no record", async () => {
    const { fake, change } = await visited();
    const { status } = await change("say", { chat: GROUP, as: "lisi", text: "x" }, "text/plain");
    expect(status).toBe(403);
    expect(fake.messages(GROUP)).toEqual([]);
    expect(fake.requests).toEqual([]);
  });
});
