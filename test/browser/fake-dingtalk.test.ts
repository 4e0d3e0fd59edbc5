/** The fake DingTalk's page, in a real browser: what people see, say and press there. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInBrowser, openPage, startBrowser } from "../support/browser.ts";
import { api, connect, type TestLine } from "../support/dingtalk/client.ts";
import { DEFAULTS, type FakeDingTalk, openFakeDingTalk } from "../support/dingtalk/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const [{ clientId: robotCode }] = DEFAULTS.apps;
const [{ id: group, title: GROUP }] = DEFAULTS.groups;
const HOSTILE = '<img src=x onerror="alert(1)">';

describeInBrowser("the fake's page", () => {
  let browser: Browser;
  let fake: FakeDingTalk;
  let line: TestLine;
  beforeAll(async () => {
    browser = await startBrowser();
    // On a clock that stands still no answer is late, however slow the browser.
    fake = await openFakeDingTalk({ clock: new FakeClock() });
    line = await connect(fake);
  });
  afterAll(async () => {
    await browser.close();
    await fake.close();
  });

  test("one says something as somebody, sees the card that comes, presses it, and sees it change", async () => {
    const { page, wrongs } = await openPage(browser);
    await page.goto(fake.apiBase);
    await page.getByRole("radio", { name: "李四" }).click();
    await page.getByRole("textbox").fill("@更夫 告警");
    await page.getByRole("button", { name: "发送" }).click();
    const said = await line.frame(0);
    expect(JSON.parse(said.data)).toMatchObject({ senderStaffId: "24680135", text: { content: " 告警" } });
    line.ack(said);
    const msgButtons = [{ text: "认领", id: "ack", request: true, params: { action: "ack 12" } }];
    await api(fake, "POST", "/v1.0/card/instances/createAndDeliver", {
      cardTemplateId: "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema",
      outTrackId: "alert-12",
      callbackType: "STREAM",
      cardData: {
        cardParamMap: {
          title: HOSTILE,
          markdown: HOSTILE,
          sys_full_json_obj: JSON.stringify({ msgButtons }),
        },
      },
      openSpaceId: `dtv1.card//IM_GROUP.${group}`,
      imGroupOpenSpaceModel: { supportForward: true },
      imGroupOpenDeliverModel: { robotCode },
    });
    const messages = page.getByRole("list", { name: "消息" });
    await messages.getByRole("button", { name: "认领" }).click();
    const pressed = await line.frame(1);
    expect(JSON.parse(pressed.data)).toMatchObject({ userId: "24680135" });
    const values = { cardParamMap: { title: "李四已认领" } };
    line.ack(pressed, { cardUpdateOptions: { updateCardDataByKey: true }, cardData: values });
    await messages.getByText("李四已认领").waitFor();
    // What was sent is shown as the text it is.
    expect(await messages.textContent()).toContain(HOSTILE);
    expect(wrongs).toEqual([]);
  });

  test("other sites can change nothing through it", async () => {
    const body = JSON.stringify({ conversation: GROUP, as: "zhang", text: "@更夫 x" });
    const post = (headers: Record<string, string>) =>
      fetch(`${fake.apiBase}/fake/say`, { method: "POST", headers, body });
    expect((await post({ "content-type": "text/plain" })).status).toBe(403);
    expect((await post({ "content-type": "application/json" })).status).toBe(200);
  });
});
