/** What a bot may say over the fake's long connection: pushes, answers, cards, files; and their refusals. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { connectSubscribed, reqIdOf } from "../support/wecom/bare-bot.ts";
import { type Body, partOf, textOf } from "../support/wecom/read.ts";
import {
  alertCard,
  card,
  claimed,
  closeLater,
  closeScenes,
  GROUP,
  inside,
  markdown,
  started,
} from "../support/wecom/scene.ts";

closeScenes();

describe("pushing", () => {
  test("markdown stands in the group as it reads", async () => {
    const { fake, push } = await started();
    expect(
      (await push(markdown("## 告警\n**db-1** `cpu` [图](https://g/x)\n- 一\n<@zhangsan>"))).errcode,
    ).toBe(0);
    expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(["告警\ndb-1 cpu 图\n• 一\n<@zhangsan>"]);
    expect(fake.messages(GROUP)[0]?.mentions).toEqual([]);
  });

  test("text is refused with 40008", async () => {
    const { push } = await started();
    expect((await push({ msgtype: "text", text: { content: "x" } })).errcode).toBe(40_008);
  });

  test("a conversation that is unknown, misspelt in case or was never spoken in is refused with 93006", async () => {
    const { fake, bot } = await started({ chats: [{ id: GROUP }] });
    const push = async (chatid: string, chat_type?: number) =>
      (await bot.call("aibot_send_msg", { chatid, ...(chat_type ? { chat_type } : {}), ...markdown("x") }))
        .errcode;
    expect(await push(GROUP, 2)).toBe(93_006);
    fake.ask(GROUP, "zhangsan", "状态");
    expect(await push(GROUP, 2)).toBe(0);
    expect(await push(GROUP)).toBe(0);
    expect(await push(GROUP.toLowerCase(), 2)).toBe(93_006);
    expect(await push(GROUP, 1)).toBe(93_006);
    expect(await push("wrElse", 2)).toBe(93_006);
    expect(await push("lisi", 1)).toBe(93_006);
    fake.say("user/lisi", "lisi", "你好");
    expect(await push("lisi", 1)).toBe(0);
    expect(await push("lisi", 2)).toBe(93_006);
    fake.setBotIn(GROUP, false);
    expect(await push(GROUP, 2)).toBe(93_006);
  });

  test("20480 bytes are taken, one more is refused with 40058", async () => {
    const { push } = await started();
    expect((await push(markdown(`${"更".repeat(6_826)}ab`))).errcode).toBe(0);
    expect((await push(markdown(`${"更".repeat(6_826)}abc`))).errcode).toBe(40_058);
    expect((await push({ msgtype: "markdown", markdown: {} })).errcode).toBe(40_058);
  });

  test("30 a minute are taken in one conversation, answers included; the next is refused with 45009", async () => {
    const { fake, bot, clock, push } = await started();
    fake.ask(GROUP, "zhangsan", "状态");
    const reqId = reqIdOf(await bot.next("aibot_msg_callback"));
    for (let i = 0; i < 29; i++) expect((await push(markdown(`${i}`))).errcode).toBe(0);
    expect((await bot.call("aibot_respond_msg", markdown("好"), reqId)).errcode).toBe(0);
    expect((await push(markdown("x"))).errcode).toBe(45_009);
    expect((await bot.call("aibot_respond_msg", markdown("x"), reqId)).errcode).toBe(45_009);
    await clock.advance(60_000);
    expect((await push(markdown("x"))).errcode).toBe(0);
  });

  test("1000 an hour are taken in one conversation", async () => {
    const { clock, push } = await started();
    for (let minute = 0; minute < 40; minute++) {
      const answers = await Promise.all(Array.from({ length: 25 }, (_, i) => push(markdown(`${i}`))));
      expect(answers.filter(({ errcode }) => errcode !== 0)).toEqual([]);
      await clock.advance(60_000);
    }
    expect((await push(markdown("x"))).errcode).toBe(45_009);
  });

  test("what was said twice is counted, whatever the task_id of the card", async () => {
    const { fake, push } = await started();
    await push(card("a_1"));
    await push(card("a_2"));
    await push(markdown("x"));
    expect(fake.duplicates(GROUP)).toEqual(["P1 db-1 CPU 97%\n03:22\n[认领] [静默]"]);
  });
});

describe("answering", () => {
  test("answers take any req_id of a message on this connection for a day, several times", async () => {
    const { fake, bot, clock } = await started();
    fake.ask(GROUP, "zhangsan", "状态");
    const reqId = reqIdOf(await bot.next("aibot_msg_callback"));
    const reply = async (body: Body, id = reqId) => (await bot.call("aibot_respond_msg", body, id)).errcode;
    expect(await reply(markdown("一"))).toBe(0);
    await clock.advance(24 * 3_600_000);
    expect(await reply(markdown("二"))).toBe(0);
    expect(await reply({ msgtype: "text", text: { content: "x" } })).toBe(40_008);
    await clock.advance(1);
    expect(await reply(markdown("三"))).toBe(846_605);
    expect(await reply(markdown("三"), "unknown")).toBe(846_605);
  });

  test("after a reconnection the old req_id is refused with 846605", async () => {
    const { fake, bot } = await started();
    fake.ask(GROUP, "zhangsan", "状态");
    const reqId = reqIdOf(await bot.next("aibot_msg_callback"));
    fake.terminate();
    await bot.closed;
    const again = await connectSubscribed(fake);
    closeLater(() => again.close());
    expect((await again.call("aibot_respond_msg", markdown("x"), reqId)).errcode).toBe(846_605);
  });

  test("a stream replaces its text until it is finished, and expires after six minutes", async () => {
    const { fake, bot, clock } = await started();
    fake.ask(GROUP, "zhangsan", "状态");
    const reqId = reqIdOf(await bot.next("aibot_msg_callback"));
    const stream = async (id: string, content: string, finish = false) =>
      (await bot.call("aibot_respond_msg", { msgtype: "stream", stream: { id, content, finish } }, reqId))
        .errcode;
    expect(await stream("s1", "想")).toBe(0);
    expect(await stream("s1", "想好了", true)).toBe(0);
    expect(await stream("s1", "又一个")).toBe(0);
    await clock.advance(360_001);
    expect(await stream("s1", "太晚")).toBe(846_608);
    const texts = fake.messages(GROUP).flatMap(({ from, text }) => (from.kind === "bot" ? [text] : []));
    expect(texts).toEqual(["想好了", "又一个"]);
  });

  test("the address that comes with a message takes one answer within an hour, without a connection", async () => {
    const { fake, bot, clock } = await started();
    fake.ask(GROUP, "zhangsan", "状态");
    fake.ask(GROUP, "zhangsan", "告警");
    const url = async () => textOf((await bot.next("aibot_msg_callback"))["body"], "response_url") ?? "";
    const [first, second] = [await url(), await url()];
    fake.terminate();
    const answer = async (to: string, body: Body) => {
      const response = await fetch(to, { method: "POST", body: JSON.stringify(body) });
      return ((await response.json()) as Body)["errcode"];
    };
    expect(await answer(first, { msgtype: "stream" })).toBe(40_008);
    expect(await answer(first, markdown("好"))).toBe(0);
    expect(await answer(first, markdown("好"))).not.toBe(0);
    await clock.advance(3_600_001);
    expect(await answer(second, markdown("好"))).not.toBe(0);
    expect(JSON.stringify([fake.requests, fake.frames])).not.toContain(first.split("=")[1]);
  });
});

describe("cards", () => {
  test("a card is shown with its buttons; its task_id serves once", async () => {
    const { fake, push } = await started();
    expect((await push(card("alert_12_1"))).errcode).toBe(0);
    expect((await push(card("alert_12_1"))).errcode).toBe(42_045);
    expect(fake.messages(GROUP)[0]?.card).toMatchObject({
      taskId: "alert_12_1",
      title: "P1 db-1 CPU 97%",
      buttons: [
        { text: "认领", key: "ack 12", style: 1 },
        { text: "静默", key: "silence 12 1h", style: 2 },
      ],
    });
  });

  const notice = { card_type: "text_notice", main_title: { title: "好" } };
  const button = (key: string) => ({ text: "好", key });
  test.each<[string, number, Body]>([
    ["of an unknown kind", 40_058, { ...alertCard("t"), card_type: "poster" }],
    ["without a title", 40_058, { ...alertCard("t"), main_title: {} }],
    ["without buttons", 40_058, { ...alertCard("t"), button_list: [] }],
    [
      "with seven buttons",
      40_058,
      { ...alertCard("t"), button_list: [1, 2, 3, 4, 5, 6, 7].map(String).map(button) },
    ],
    ["with two buttons of one key", 40_058, { ...alertCard("t"), button_list: [button("a"), button("a")] }],
    ["with a key of 1025 bytes", 40_058, { ...alertCard("t"), button_list: [button("a".repeat(1_025))] }],
    [
      "with a style that there is not",
      40_058,
      { ...alertCard("t"), button_list: [{ ...button("a"), style: 5 }] },
    ],
    ["without a task_id", 40_058, { ...alertCard("t"), task_id: undefined }],
    ["with a task_id of other letters", 40_058, alertCard("alert:1")],
    ["with a task_id of 129 bytes", 40_058, alertCard("a".repeat(129))],
    [
      "with seven lines",
      40_058,
      alertCard("t", { horizontal_content_list: Array(7).fill({ keyname: "a" }) }),
    ],
    ["with four jumps", 40_058, alertCard("t", { jump_list: Array(4).fill({ title: "a" }) })],
    [
      "a notice with a small title only",
      40_058,
      { ...notice, main_title: { desc: "好" }, card_action: { type: 1, url: "https://x" } },
    ],
    ["a notice that leads nowhere", 42_045, notice],
    ["a notice that leads to no address", 42_045, { ...notice, card_action: { type: 1, url: "work" } }],
  ])("a card is refused: %s", async (_name, code, template_card) => {
    const { push } = await started();
    expect((await push({ msgtype: "template_card", template_card })).errcode).toBe(code);
  });

  test("a click is told nested, with card, key, sender and conversation, and again when clicked again", async () => {
    const { fake, bot, push } = await started();
    await push(card("alert_12_1"));
    fake.press("alert_12_1", "ack 12", "lisi");
    fake.press("alert_12_1", "ack 12", "lisi");
    const { body } = await bot.next("aibot_event_callback");
    expect(body).toMatchObject({
      msgtype: "event",
      chatid: GROUP,
      chattype: "group",
      from: { userid: "lisi" },
    });
    expect(partOf(body, "event")).toEqual({
      eventtype: "template_card_event",
      template_card_event: { card_type: "button_interaction", event_key: "ack 12", task_id: "alert_12_1" },
    });
    expect(partOf(body, "response_url")).toBeDefined();
    const again = await bot.next("aibot_event_callback");
    expect(inside(again, "body", "msgid")).not.toBe(partOf(body, "msgid"));
  });

  test("what was chosen on a card comes with the click", async () => {
    const { fake, bot, push } = await started();
    const select = { question_key: "q", title: "多久", option_list: [{ id: "1h", text: "1小时" }] };
    const template_card = {
      card_type: "multiple_interaction",
      main_title: { title: "静默" },
      select_list: [select],
      submit_button: { text: "提交", key: "go" },
      task_id: "choose_1",
    };
    expect((await push({ msgtype: "template_card", template_card })).errcode).toBe(0);
    fake.press("choose_1", "go", "lisi", { selected: { q: ["1h"] } });
    const event = await bot.next("aibot_event_callback");
    expect(inside(event, "body", "event", "template_card_event", "selected_items")).toEqual({
      selected_item: [{ question_key: "q", option_ids: { option_id: ["1h"] } }],
    });
  });

  test("within 5 s of its click a card is changed for everybody, and its old buttons are gone", async () => {
    const { fake, bot, clock, push } = await started();
    await push(card("alert_12_1"));
    fake.press("alert_12_1", "ack 12", "lisi");
    const reqId = reqIdOf(await bot.next("aibot_event_callback"));
    const update = { response_type: "update_template_card", template_card: claimed("alert_12_1") };
    await clock.advance(5_000);
    expect((await bot.call("aibot_respond_update_msg", update, reqId)).errcode).toBe(0);
    expect(fake.messages(GROUP).map(({ text }) => text)).toEqual(["已认领\n张三"]);
    expect(() => fake.press("alert_12_1", "ack 12", "lisi")).toThrow("no button");
  });

  test("later than 5 s a card stays as it was: 846604", async () => {
    const { fake, bot, clock, push } = await started();
    await push(card("alert_12_1"));
    fake.press("alert_12_1", "ack 12", "lisi");
    const reqId = reqIdOf(await bot.next("aibot_event_callback"));
    await clock.advance(5_001);
    const update = { response_type: "update_template_card", template_card: claimed("alert_12_1") };
    expect((await bot.call("aibot_respond_update_msg", update, reqId)).errcode).toBe(846_604);
    expect(fake.messages(GROUP)[0]?.card?.title).toBe("P1 db-1 CPU 97%");
  });

  test("an update wants its response_type, a whole card and the req_id of a click", async () => {
    const { fake, bot, push } = await started();
    await push(card("alert_12_1"));
    fake.ask(GROUP, "zhangsan", "状态");
    const message = reqIdOf(await bot.next("aibot_msg_callback"));
    fake.press("alert_12_1", "ack 12", "lisi");
    const click = reqIdOf(await bot.next("aibot_event_callback"));
    const update = async (body: Body, id = click) =>
      (await bot.call("aibot_respond_update_msg", body, id)).errcode;
    const response_type = "update_template_card";
    expect(await update({ template_card: claimed("alert_12_1") })).toBe(40_058);
    const bad = { ...claimed("alert_12_1"), card_action: undefined };
    expect(await update({ response_type, template_card: bad })).toBe(42_045);
    expect(await update({ response_type, template_card: claimed("alert_12_1") }, message)).toBe(846_605);
    expect((await bot.call("aibot_respond_msg", markdown("x"), click)).errcode).toBe(846_605);
  });

  test("a card can be changed for some of those who see it", async () => {
    const { fake, bot, push } = await started();
    await push(card("alert_12_1"));
    fake.press("alert_12_1", "ack 12", "lisi");
    const reqId = reqIdOf(await bot.next("aibot_event_callback"));
    const template_card = claimed("alert_12_1");
    const update = { response_type: "update_template_card", userids: ["lisi"], template_card };
    expect((await bot.call("aibot_respond_update_msg", update, reqId)).errcode).toBe(0);
    expect(fake.messages(GROUP, "lisi")[0]?.card?.title).toBe("已认领");
    expect(fake.messages(GROUP, "zhangsan")[0]?.card?.title).toBe("P1 db-1 CPU 97%");
    const toAll = {
      ...update,
      userids: undefined,
      template_card: { ...template_card, main_title: { title: "好" } },
    };
    expect((await bot.call("aibot_respond_update_msg", toAll, reqId)).errcode).toBe(0);
    for (const viewer of ["lisi", "zhangsan"])
      expect(fake.messages(GROUP, viewer)[0]?.card?.title).toBe("好");
  });
});

describe("uploading", () => {
  const bytes = Buffer.alloc(600_000, 7);
  const begin = (more: Body = {}) => ({
    type: "file",
    filename: "a.csv",
    total_size: bytes.length,
    total_chunks: 2,
    md5: createHash("md5").update(bytes).digest("hex"),
    ...more,
  });
  const piece = (upload_id: unknown, chunk_index: number) => ({
    upload_id,
    chunk_index,
    base64_data: bytes.subarray(chunk_index * 524_288, (chunk_index + 1) * 524_288).toString("base64"),
  });

  test("pieces in any order become a file that can be sent for three days", async () => {
    const { fake, bot, clock, push } = await started();
    const upload_id = partOf((await bot.call("aibot_upload_media_init", begin())).body, "upload_id");
    expect((await bot.call("aibot_upload_media_chunk", piece(upload_id, 1))).errcode).toBe(0);
    expect((await bot.call("aibot_upload_media_finish", { upload_id })).errcode).toBe(40_058);
    expect((await bot.call("aibot_upload_media_chunk", piece(upload_id, 0))).errcode).toBe(0);
    const { body } = await bot.call("aibot_upload_media_finish", { upload_id });
    expect(body).toMatchObject({
      type: "file",
      media_id: expect.any(String),
      created_at: expect.any(Number),
    });
    const media_id = textOf(body, "media_id") ?? "";
    expect(fake.media.get(media_id)?.bytes.equals(bytes)).toBe(true);
    expect((await push({ msgtype: "file", file: { media_id } })).errcode).toBe(0);
    expect((await push({ msgtype: "image", image: { media_id } })).errcode).toBe(40_007);
    await clock.advance(3 * 24 * 3_600_000 + 1);
    expect((await push({ msgtype: "file", file: { media_id } })).errcode).toBe(40_007);
  });

  test("a wrong md5, a piece too large, too many pieces and a late piece are refused", async () => {
    const { bot, clock } = await started();
    const init = async (more: Body = {}) => bot.call("aibot_upload_media_init", begin(more));
    expect((await init({ total_chunks: 101 })).errcode).toBe(40_058);
    expect((await init({ total_size: 20 * 1024 * 1024 + 1 })).errcode).toBe(40_006);
    const upload_id = partOf((await init({ md5: "0".repeat(32) })).body, "upload_id");
    const large = { ...piece(upload_id, 0), base64_data: Buffer.alloc(524_289).toString("base64") };
    expect((await bot.call("aibot_upload_media_chunk", large)).errcode).toBe(40_058);
    for (const index of [0, 1]) await bot.call("aibot_upload_media_chunk", piece(upload_id, index));
    expect((await bot.call("aibot_upload_media_finish", { upload_id })).errcode).toBe(40_058);
    await clock.advance(30 * 60_000 + 1);
    expect((await bot.call("aibot_upload_media_chunk", piece(upload_id, 0))).errcode).toBe(40_058);
  });
});
