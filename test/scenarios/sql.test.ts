/** Business figures in the chat: an admin names a query, everybody may make rules of what it finds. */
import { afterEach, describe, expect, it } from "vitest";
import type { Answer, DatabaseSight } from "../../monitors/monitor.ts";
import { LookFailed } from "../../monitors/reason.ts";
import { converse, Road, type RoadOptions, type Said } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

/** A shop whose orders the test sets, and what it was asked. */
function shop() {
  const asked: string[] = [];
  const state = { orders: 420 };
  const databases: DatabaseSight = {
    names: () => ["shop", "erp"],
    ask: async (name, statement): Promise<Answer> => {
      asked.push(`${name}: ${statement}`);
      if (name === "erp") throw new LookFailed({ code: "login_refused", detail: "28P01: password" });
      const columns = [
        { name: "地区", holds: "texts" as const },
        { name: "订单量", holds: "numbers" as const },
      ];
      return { columns, rows: [["华东", state.orders]] };
    },
  };
  return { databases, asked, state };
}

async function play(rows: readonly Said[], options: RoadOptions = {}): Promise<void> {
  road = await Road.open(options);
  await converse(road, rows);
}

describe("a query", () => {
  it("is made with a name, a database and the statement, in quotes of any kind or in none", async () => {
    const { databases, asked } = shop();
    await play(
      [
        [
          "添加监控 订单 sql shop “select count(*) as 订单量 from orders where region = '华东'”",
          "已添加监控 订单：sql `shop`，每1分钟看一次",
        ],
        [
          "monitor add sql shop select count(*) as n from orders where id=5 and kind = 'a=b' interval=5m",
          "已添加监控 shop：sql `shop`，每5分钟",
        ],
        ["monitor test sql shop “select 1 as n”", "成功", '`{"订单量", "地区"="华东"}` = 420'],
        ["monitor test sql erp “select 1 as n”", "失败", "数据库拒绝登录"],
      ],
      { databases },
    );
    await road.clock.advance(6 * 60_000);
    expect(new Set(asked)).toEqual(
      new Set([
        "shop: select count(*) as 订单量 from orders where region = '华东'",
        "shop: select count(*) as n from orders where id=5 and kind = 'a=b'",
        "shop: select 1 as n",
        "erp: select 1 as n",
      ]),
    );
  });

  it("is an admin's to make and to try, and asks nothing for others", async () => {
    const { databases, asked } = shop();
    road = await Road.open({ databases });
    for (const line of ['添加监控 订单 sql shop "select 1 as n"', '看一次 sql shop "select 1 as n"']) {
      await road.say(line, "operator");
      expect(road.cards.at(-1)?.text).toMatch(/这需要管理员权限/);
    }
    expect(asked).toEqual([]);
    expect([...road.world.monitors.table.values()].map(({ kind }) => kind)).toEqual(["system"]);
  });

  it("says what is wrong", () =>
    play(
      [
        ['添加监控 x sql nope "select 1 as n"', "没有数据库 nope", "shop、erp"],
        ['添加监控 x sql shop "delete from orders"', "`query`", "SELECT"],
        ['添加监控 x sql shop "select pg_terminate_backend(1)"', "pg"],
        ["添加监控 x sql shop", "要写明查哪个数据库、查什么"],
        ['添加监控 x sql shop "select 1 as n" max_rows=0', "`max_rows`"],
        ['添加监控 x sql shop "select 1 as n" password=x', "没有选项 `password`", "!已添加"],
        ['添加监控 x sql shop "select 1 as n" 每分钟', "没有选项 `每分钟`"],
      ],
      { databases: shop().databases },
    ));

  it("where no database is named, says what an administrator writes", () =>
    play([['monitor add x sql shop "select 1 as n"', "gengfu.yml", "databases"]]));
});

it("its figures are said in sentences, and alert", async () => {
  const { databases, state } = shop();
  road = await Road.open({ databases });
  await road.say('添加监控 订单 sql shop "select 1 as n"');
  await road.clock.advance(65_000);
  await converse(road, [
    ["订单量低于100告警", "明白了，规则 1：订单量 < 100", '{"订单量"} < 100'],
    ["当订单量小于50持续5分钟时告警", '{"订单量"} < 50', "5分钟"],
    ["监控 订单", '`{"订单量", "地区"="华东"}` = 420'],
    ['图 {"订单量"} 1小时', "最低 420"],
  ]);
  state.orders = 12;
  await road.clock.advance(3 * 60_000);
  await converse(road, [["告警", "正在发生 1 起", "订单量 \\< 100"]]);
});
