/** Charts on DingTalk: uploaded with an answer that somebody asked for, and with nothing else. */
import { expect, it } from "vitest";
import { DingTalkHouse, GROUP } from "../support/dingtalk-house.ts";
import { readPng } from "../support/png.ts";

const HOOKS = "hooks: [{ name: batch, kind: push, token: a-token-of-a-test }]\n";

/** Asks for the chart of what was pushed. */
async function chart(dingTalk: DingTalkHouse): Promise<string> {
  const headers = { authorization: "Bearer a-token-of-a-test" };
  const { status, text } = await dingTalk.ask("/api/v1/push", { orders_waiting: 12 }, headers);
  expect(status, text).toBe(200);
  const said = await dingTalk.say("图 orders_waiting 5分钟");
  expect(said).toContain("最低");
  return said;
}

it("an answer shows the picture that was uploaded for it", async () => {
  const dingTalk = await DingTalkHouse.open({ yaml: HOOKS });
  const { fake } = dingTalk;
  await chart(dingTalk);
  const [file] = [...fake.media.values()];
  expect(fake.media.size).toBe(1);
  expect(readPng(file?.bytes ?? new Uint8Array()).width).toBe(716);
  expect(JSON.stringify(fake.messages(GROUP).at(-1))).toContain(file?.id);
});

it("an answer whose picture is refused is given without it", async () => {
  const dingTalk = await DingTalkHouse.open({ yaml: HOOKS });
  const { fake } = dingTalk;
  fake.fail("/media/upload", { status: 200, body: { errcode: 40_005, errmsg: "bad type" } });
  expect(await chart(dingTalk)).toContain("orders_waiting");
  expect(fake.media.size).toBe(0);
});
