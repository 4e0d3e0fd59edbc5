/** Charts on DingTalk: uploaded with an answer that somebody asked for, and with nothing else. */
import { expect, it } from "vitest";
import { DingTalkHouse, GROUP } from "../support/dingtalk-house.ts";
import { readPng } from "../support/png.ts";

/** Asks until the machine has been looked at, which takes a moment of the machine's own time. */
async function chart(dingTalk: DingTalkHouse): Promise<string> {
  for (;;) {
    const said = await dingTalk.say("图 cpu 5分钟");
    if (said.includes("最低")) return said;
  }
}

it("an answer shows the picture that was uploaded for it", async () => {
  const dingTalk = await DingTalkHouse.open();
  const { fake } = dingTalk;
  await chart(dingTalk);
  const [file] = [...fake.media.values()];
  expect(fake.media.size).toBe(1);
  expect(readPng(file?.bytes ?? new Uint8Array()).width).toBe(716);
  expect(JSON.stringify(fake.messages(GROUP).at(-1))).toContain(file?.id);
});

it("an answer whose picture is refused is given without it", async () => {
  const dingTalk = await DingTalkHouse.open();
  const { fake } = dingTalk;
  fake.fail("/media/upload", { status: 200, body: { errcode: 40_005, errmsg: "bad type" } });
  expect(await chart(dingTalk)).toContain("cpu_usage_percent");
  expect(fake.media.size).toBe(0);
});
