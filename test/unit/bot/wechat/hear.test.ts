/** What is meant for the bot, and what of it is the line: mentions, quotes, names with signs in them, garbage. */
import { describe, expect, it } from "vitest";
import { hear } from "../../../../bot/wechat/hear.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FakeWeChat } from "../../../support/wechat/fake-wechat.ts";
import { BOT, ROOM, type Said } from "../../../support/wechat/world.ts";

const HYPHENS = "- - - - - - - - - - - - - - -";

async function open() {
  const world = new FakeWeChat(new FakeClock());
  await world.load();
  const { make } = await world.load();
  const bot = make();
  const heard = (text: string, said: Said & { readonly who?: string; readonly alone?: boolean } = {}) => {
    const { who = "zhangsan-id", alone = false, ...more } = said;
    return hear(bot, world.message(who, text, alone ? undefined : ROOM.id, more), (_, quotes) =>
      quotes.includes("#12"),
    );
  };
  return { world, bot, heard };
}

const mentions = [BOT.id];

describe("in a room", () => {
  it.each([
    ["@更夫\u2005状态", "状态"],
    ["@更夫 状态", "状态"],
    ["状态 @更夫", "状态"],
    ["@更夫", ""],
    ["  @更夫\u20051 ", "1"],
    ["@更夫\u2005转交 12 @李四\u2005", "转交 12 @李四"],
    // Called otherwise than we know: the first mention is the bot's.
    ["@守夜人\u2005状态", "状态"],
  ])("%j is the line %j", async (said, line) => {
    const { heard } = await open();
    expect(await heard(said, { mentions })).toMatchObject({
      text: line,
      conversation: `wechat:${ROOM.id}`,
      isPrivate: false,
      person: "wechat:zhangsan-id",
      name: "张三",
    });
  });

  it("goes by the names that a room has for the bot and for people", async () => {
    const { world, heard } = await open();
    world.rooms[0]?.aliases.set(BOT.id, "更夫(值夜*)");
    world.rooms[0]?.aliases.set("zhangsan-id", "张工");
    expect(await heard("@更夫(值夜*)\u2005状态", { mentions })).toMatchObject({ text: "状态", name: "张工" });
  });

  it("is not heard without a mention, or with somebody else's", async () => {
    const { heard } = await open();
    expect(await heard("1")).toBeUndefined();
    expect(await heard("@李四 1", { mentions: ["lisi-id"] })).toBeUndefined();
    expect(await heard("更夫 1")).toBeUndefined();
  });

  it("is heard by its name where the puppet cannot tell who is mentioned", async () => {
    const { world, bot, heard } = await open();
    expect(await heard("@更夫 状态")).toMatchObject({ text: "状态" });
    const unknown = {
      ...world.message("zhangsan-id", "@更夫 状态", ROOM.id),
      mentionSelf: () => Promise.reject(new Error("not supported")),
    };
    expect(await hear(bot, unknown, () => false)).toMatchObject({ text: "状态" });
    expect(await hear(bot, { ...unknown, text: () => "@更夫二号 状态" }, () => false)).toBeUndefined();
  });

  it("hears an answer to its own card without a mention, and to nothing else", async () => {
    const { heard } = await open();
    const quote = (who: string, what: string): string => `「${who}：${what}」\n${HYPHENS}\n1`;
    expect(await heard(quote("更夫", "🔴 磁盘满 · #12"))).toMatchObject({
      text: "1",
      quotes: "🔴 磁盘满 · #12",
    });
    expect(await heard(quote("李四", "🔴 磁盘满 · #12"))).toBeUndefined();
    expect(await heard(quote("更夫", "早上好"))).toBeUndefined();
    expect(await heard(`「更夫：#12」 ${HYPHENS} 1`)).toBeUndefined();
  });

  it("takes a quote off the line that a mention stands in", async () => {
    const { heard } = await open();
    const said = `「李四：@更夫 #12\n怎么了」\r\n${HYPHENS}\r\n@更夫\u2005认领`;
    expect(await heard(said, { mentions })).toMatchObject({ text: "认领", quotes: "@更夫 #12\n怎么了" });
  });
});

describe("one-to-one", () => {
  it("hears everything that people write", async () => {
    const { heard } = await open();
    expect(await heard("claim ABCD2345", { alone: true })).toMatchObject({
      text: "claim ABCD2345",
      conversation: "wechat:user/zhangsan-id",
      isPrivate: true,
    });
  });

  it("hears neither itself nor official accounts nor pictures", async () => {
    const { world, bot, heard } = await open();
    world.addContact("gh_1", "某公众号", 2);
    expect(await heard("状态", { alone: true, who: BOT.id })).toBeUndefined();
    expect(await heard("状态", { alone: true, who: "gh_1" })).toBeUndefined();
    const picture = { ...world.message("zhangsan-id", "<xml/>"), type: () => 6 };
    expect(await hear(bot, picture, () => true)).toBeUndefined();
  });
});

it("reads whatever may come in time that grows with it", async () => {
  const { heard } = await open();
  for (const text of [
    "「".repeat(50_000),
    `「a：${"」\n- ".repeat(20_000)}`,
    "@".repeat(50_000),
    "\u2005".repeat(50_000),
  ])
    expect(await heard(text, { mentions })).toBeDefined();
});
