/** On call as people speak of it: rotations made in the chat, swaps, what is refused, and who may. */
import { afterEach, expect, test } from "vitest";
import { oncallSchema } from "../../alerts/oncall/oncall-config.ts";
import { converse, Road } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

const PEOPLE = [
  { id: "dingtalk:1", name: "张三", role: "operator", aliases: ["console:zhang"] },
  { id: "dingtalk:2", name: "李四", role: "operator" },
  { id: "dingtalk:3", name: "王五", role: "operator" },
] as const;

/** The clock of the road begins on Wednesday, 25 November 2026, 10:00 in Shanghai. */
const FILE = oncallSchema.parse([
  {
    name: "db",
    rotation: { people: ["dingtalk:1", "dingtalk:2"], every: "1w", starts: "2026-11-23T09:00" },
  },
  { name: "web" },
]);

async function open(file = FILE): Promise<void> {
  road = await Road.open({ locale: "en", people: PEOPLE, oncall: file });
}

test("who is on call, until when, and who comes next", async () => {
  await open();
  await converse(road, [
    [
      "stranger: 值班",
      "`db`：**张三**，到 周一 11-30 09:00，之后 **李四**",
      "`web`：没有人，一直",
      "还没有排人",
    ],
    ["oncall", "`db`: **张三** until Mon Nov 30 09:00, then **李四**", "nobody takes turns in it yet"],
    ["值班 db 一周", "接下来 7天（Asia/Shanghai）", "- 周一 11-30 09:00 – 周三 12-02 10:00：**李四**"],
    ["值班 db 3天", "- 周三 11-25 10:00 – 周六 11-28 10:00：**张三**"],
    ["oncall net", "There is no rotation called “net”"],
    ["oncall DB day", "The next 1d"],
  ]);
  expect(road.cards[0]?.actions ?? []).toEqual([]);
});

test("swaps, said in both orders, named and shown, taken back, and over when they are over", async () => {
  await open();
  await converse(road, [
    [
      "operator: 值班 db 换 王五 从 明天9:00 到 后天9:00",
      "换班 1：`db` 从 周四 11-26 09:00 到 周五 11-27 09:00 由 **王五** 值班，替换 张三。之后是 张三。",
    ],
    [
      "operator: oncall swap db dingtalk:3 from friday 18:00 until monday 18:00",
      "Swap 2: **王五** is on call for `db` from Fri Nov 27 18:00 until Mon Nov 30 18:00, in place of 张三, 李四. After that it is 李四.",
    ],
    ["值班", "换班 1：", "换班 2："],
    ["operator: 取消换班 2", "取消了换班 2（`db`，王五）。现在值班的是 **张三**。"],
    ["取消换班 2", "没有换班 2"],
    ["operator: unswap 9", "There is no swap 9"],
  ]);
  await road.clock.advance(23 * 3_600_000);
  await converse(road, [["值班", "`db`：**王五**，到 周五 11-27 09:00，之后 **张三**"]]);
  expect(road.world.audit.latest(3).map(({ person, line }) => [person, line])).toEqual([
    ["console:operator", "取消换班 2"],
    ["console:operator", "oncall swap db dingtalk:3 from friday 18:00 until monday 18:00"],
    ["console:operator", "值班 db 换 王五 从 明天9:00 到 后天9:00"],
  ]);
});

test("what cannot be is refused with what would do, and changes nothing", async () => {
  await open();
  const from = road.commits.length;
  await converse(road, [
    ["stranger: 值班 db 换 王五 到 周五18:00", "这需要"],
    ["stranger: oncall swap db 王五 until friday 18:00", "operator"],
    ["值班 换 王五 到 周五18:00", "要说明是哪个值班表：`db`、`web`"],
    ["值班 db 换", "要说明换成谁、到什么时候"],
    ["值班 db 换 王五", "要说明换成谁、到什么时候"],
    ["值班 db 换 王五 到 周五", "“周五”几点？"],
    ["值班 db 换 王五 到 2026-11-20 09:00", "不晚于开始的时间"],
    ["值班 db 换 王五 到 2027-11-20 09:00", "换班最长 92 天"],
    ["值班 db 换 赵六 到 周五18:00", "我不认识"],
    ["oncall swap db nosuch until friday 18:00", "I do not know `console:nosuch`"],
    ["值班 db 换 张三 到 周五18:00", "这段时间本来就是 张三 值班"],
    ["值班 添加 db: 张三 李四 每周一 09:00 轮换", "写在 gengfu.yml 里"],
    ["值班 删除 db", "写在 gengfu.yml 里"],
    ["值班 删除 web", "本来就没有排人"],
    ["值班 添加 web: 张三 李四", "要说明有谁、什么时候轮换"],
    ["值班 添加 a/b: 张三 每周一 09:00", "不能作名字"],
    ["值班 添加 web: 张三 赵六 每周一 09:00", "我不认识"],
  ]);
  expect(road.commits.slice(from)).toEqual([]);
});

test("a rotation made in the chat, one that the file only names, and what people call themselves", async () => {
  await open();
  await converse(road, [
    [
      "operator: 值班 添加 web: 李四 王五 我 每天 9点 轮换",
      "排好了值班表 `web`：李四、王五、operator，每天轮换（Asia/Shanghai）",
      "- 周三 11-25 10:00 – 周四 11-26 09:00：**李四**",
    ],
    [
      "operator: oncall add net: console:zhang, dingtalk:2 every 12h from 09:00",
      "Rotation `net` is made: 张三, 李四, 12h each",
    ],
    ["值班", "`web`：**李四**，到 周四 11-26 09:00，之后 **王五**", "`net`：**张三**"],
    ["operator: 值班 web 换 我 持续 2小时", "由 **operator** 值班，替换 李四。之后是 李四。"],
    ["operator: 值班 添加 web: 王五 每周一 09:00", "重排了值班表 `web`"],
    ["operator: 值班 删除 net", "删除了值班表 `net`。"],
    ["operator: 值班 删除 web", "gengfu.yml 里还有它的名字，现在没有人值班"],
    ["值班 日历 db", "http://gengfu.example/oncall/db.ics?token=t"],
  ]);
});

test("where there is one rotation it needs no name; where there is none, it is said how to make one", async () => {
  await open([]);
  await converse(road, [
    ["值班", "还没有值班表"],
    ["值班 换 王五 到 周五18:00", "还没有值班表"],
    ["operator: 值班 添加 db: 张三 每周一 09:00", "排好了值班表 `db`"],
    ["operator: 换班 王五 到 周五18:00", "由 **王五** 值班，替换 张三"],
    ["operator: oncall swap dingtalk:2 for 2h", "**李四** is on call for `db`"],
    ["值班 一周", "`db`：**李四**"],
  ]);
});
