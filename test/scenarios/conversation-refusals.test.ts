/** What is refused in a conversation, and in which words: mistakes, addresses, owners, roles, hostile names. */
import { marked } from "marked";
import { afterEach, describe, expect, it } from "vitest";
import { monitorSchema } from "../../monitors/index.ts";
import { settle } from "../support/fake-clock.ts";
import { converse, Road, type RoadOptions, type Said } from "../support/road.ts";
import { serveHttp } from "../support/web-server.ts";

let road: Road;
afterEach(() => road.close());

async function play(rows: readonly Said[], options: RoadOptions = {}): Promise<void> {
  road = await Road.open(options);
  await road.burn();
  await converse(road, rows);
}

describe("mistakes", () => {
  it("in PromQL come with their place", () =>
    play([
      ["试算 sum(", "表达式有问题", "第 4 个字符", "`(`"],
      ["试算 cpu_usage_percent >", "表达式不完整", "第 20 个字符"],
      ["rule add x: nosuch(up) > 1", "没有函数 nosuch", "第 1 个字符", "`nosuch`"],
      ['rule add x: up{a=~"("} == 0', "第 7 个字符"],
      ["rule add x: up == 0 for foo", "表达式有问题", "第 9 个字符"],
      ["rule add x: 1 + 1", "结果是一个数"],
      ["图 cpu >", "表达式不完整"],
      ["chart rate(cpu_usage_percent)", "第 6 个字符"],
      ["rules", "规则 1 条"],
    ]));

  it("that only the series show are said where the rule is tried, and the rule is kept", () =>
    play([
      ["monitor add https://shop.example", "已添加"],
      ["rule test up + on() up", "有多个序列"],
      ["chart up + on() up", "有多个序列"],
      ["rule add sum: up + on() up > 0", "已建规则 2", "在现有的记录上算不出来", "有多个序列"],
      ["rule 2", "在现有的记录上算不出来"],
    ]));

  it("in the exact form of a rule", () =>
    play([
      ["rule add", "要写成“名字: 表达式”"],
      ["rule add x", "要写成“名字: 表达式”"],
      ["rule record", "要写成“指标名 = 表达式”"],
      ["rule record x = ", "要写成“指标名 = 表达式”"],
      ["rule record 9x = up", "“9x”不能作指标名", "job:orders:sum"],
      ['rule record x{a!="b"} = up', "里的标签要写成"],
      ["rule record x = foo(up)", "没有函数"],
      ["rule record x = up every 5x", "“5x”不是 1 秒到 1 天的间隔"],
      ["rule record x = up every 2d", "“2d”不是 1 秒到 1 天的间隔"],
      ["rule add x: up == 0 severity bad", "级别“bad”不认识", "critical、warning、info"],
      ["rule add x: up == 0 for 5x", "“5x”不是时长"],
      ["rule add 7: up == 0", "名字不能只是数字"],
      [`rule add ${"x".repeat(101)}: up == 0`, "名字太长"],
      ["rule add busy: up == 0", "已经有规则叫“busy”了（规则 1）"],
      ["rule add ＢＵＳＹ: up == 0", "已经有规则叫“BUSY”了（规则 1）"],
      ['rule add x: cron "* *" remind a', "要有 5 段"],
      ['rule add x: cron "61 2 * * *" remind a', "!已建"],
      ['rule add x: cron "0 2 31 2 *" remind a', "永远不会到来"],
      ["rule add x: cron 0 2 * * * remind a", "定时提醒要写成"],
      ["rule pause 99", "没有规则“99”"],
      ["rule", "规则 1 条"],
      ["rule pause", "要说明是哪条规则"],
      ["rules", "规则 1 条"],
    ]));

  it("in lengths of time never become the usual time and a note", () =>
    play([
      ["ack 12 30", "“30”不是时长"],
      ["ack 12 5x looking", "“5x”不是时长"],
      ["ack 12 1h30", "“1h30”不是时长"],
      ["ack 12 0m", "时长要大于零"],
      ["ack 12 2d", "2天"],
      ["silence 12 3000d", "时间太长了，最多一年"],
      ["silence 12 -5m", "!5分钟"],
      ["silence 12 99999999999999999999h", "!年"],
      ["unack 12 now", "多出来的“now”看不懂"],
      ["ack 12 for 45m", "45分钟"],
      ["ack 12 2nd time today", "4小时"],
    ]));

  it("in numbers", () =>
    play([
      ["ack", "要说明是哪个告警", "`认领 12`"],
      ["ack it", "要说明是哪个告警"],
      ["ack 99", "没有告警"],
      ["show 99", "没有告警 #99", "说“告警”"],
      ["why 99", "没有告警 #99"],
      ["silence 99 1h", "没有告警 #99"],
      ["ack 99999999999999", "要说明是哪个告警"],
      ["unsilence 9", "没有静默 9"],
      ["unsilence", "要说明是哪个静默"],
      ["resolve 0", "没有告警"],
    ]));

  it("in matchers come with what is wrong", () =>
    play([
      ['silence a=~"("', "正则表达式", "无效"],
      ['silence a=~".*" 1h', "会匹配所有告警"],
      ["silence {} 1h", "会匹配所有告警"],
      ["silence a= 1h", "!静默 1"],
      ["silence a== 1h", "!静默 1"],
      ["silence foo", "要静默哪个告警"],
      ["silences", "现在没有静默"],
    ]));

  it("in the options of a monitor are all named", () =>
    play([
      ["monitor add", "要监控什么", "添加监控 ping example.com"],
      ["monitor add https://shop.example x=1 intervall=5s", "没有选项 `x`、`intervall`"],
      ["monitor add https://shop.example interval=1", "`interval`", "要写 1s 到 1d 的时长"],
      ["monitor add https://shop.example interval=1m timeout=3h", "`timeout`", "1m"],
      ["monitor add https://shop.example expected_status=999", "`expected_status`"],
      ["monitor add https://shop.example follow_redirects=maybe", "`follow_redirects`"],
      ["monitor add https://shop.example headers=x", "`headers`"],
      ["monitor add https://u:p@shop.example", "!已添加", "用户名"],
      ["monitor add shop https://shop.example body_contains=200 expected_status=204", "已添加监控 shop"],
      ["monitor add shop https://public.example", "已有名为“shop”的监控"],
      ["monitor add https://shop.example", "已添加监控 shop.example"],
      ["monitor add https://shop.example", "已添加监控 shop.example (2)"],
      ["monitor remove system", "内置", "可以暂停"],
      ["monitor remove nosuch", "没有监控“nosuch”"],
      ["monitor remove", "要说明是哪个监控"],
      ["monitor test", "要监控什么"],
    ]));
});

describe("addresses", () => {
  const hosts = [
    ["127.0.0.1", "127.0.0.1"],
    ["127.1", "127.0.0.1"],
    ["localhost", "127.0.0.1"],
    ["LOCALHOST.", "127.0.0.1"],
    ["169.254.169.254", "169.254.169.254"],
    ["100.100.100.200", "100.100.100.200"],
    ["intra.example", "10.0.0.5"],
    ["[::1]", "::1"],
    ["[::ffff:127.0.0.1]", "127.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["0x7f000001", "127.0.0.1"],
    ["0177.0.0.1", "127.0.0.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["192.168.1.1:8080", "192.168.1.1"],
  ] as const;

  it.each(hosts)("that chat may not reach: %s", (host, address) =>
    play([
      [`http://${host}/ 打不开时告警`, address, "gengfu.yml", "network", "!明白了"],
      [`alert when http://${host}/ latency > 2s`, "may not be reached", "gengfu.yml", "!Understood"],
      [`monitor add it http://${host}/`, "不允许访问", "gengfu.yml"],
      [`monitor test http://${host}/`, "不允许访问", "gengfu.yml"],
      ["monitors", "监控 1 个"],
      ["rules", "规则 1 条"],
    ]),
  );

  it("that the file allows, and what is there", async () => {
    const server = await serveHttp((_, response) => response.end("well"));
    try {
      await play(
        [
          [`monitor test http://intra.example:${server.port}/`, "🟢 成功", "`probe_http_status_code` = 200"],
          [
            `monitor test http://intra.example:${server.port}/ body_contains=ill`,
            "🔴 失败",
            "`probe_http_status_code` = 200",
          ],
          [`monitor add in http://intra.example:${server.port}/`, "已添加监控 in"],
          ["monitor test in", "🟢 成功"],
          ["monitor in", "🟢 正常"],
          ["monitor test http://127.0.0.1/", "不允许访问"],
        ],
        { allow: ["10.0.0.0/8"], reach: { address: "127.0.0.1", family: 4 } },
      );
    } finally {
      await server.close();
    }
  });

  it("that do not exist are merely down", () =>
    play([
      ["monitor test https://nosuch.example", "🔴 失败：域名解析失败"],
      ["https://nosuch.example 打不开时告警", "明白了"],
    ]));
});

describe("owners", () => {
  it("one has it; the other is told who, and until when", () =>
    play([
      ["ack 12 1h mine", "boss 认领了 #12"],
      ["operator: ack 12", "已由 boss 认领，到 11-25 11:00"],
      ["ack 12 1h mine", "boss 已经认领了 #12"],
      ["ack 12 3h", "boss 认领了 #12，到 11-25 13:00"],
      ["operator: unack 12", "operator 放弃了 #12"],
      ["unack 12", "没有人认领"],
      ["operator: ack 12", "operator 认领了 #12"],
      ["resolve 12", "boss 关闭了 #12"],
      ["ack 12", "已经关闭了"],
      ["unack 12", "已经关闭了"],
      ["silence 12 1h", "已经关闭了"],
      ["resolve 12", "已经关闭了"],
      ["show 12", "关闭人: boss"],
    ]));

  it("of silences: ended once", () =>
    play([
      ["silence 12 1h", "静默 1"],
      ["operator: unsilence 1", "静默 1 已解除"],
      ["unsilence 1", "静默 1 已经结束了"],
    ]));
});

describe("roles", () => {
  it("say who was taken for whom", () =>
    play([
      ["stranger: 认领 12", "需要操作员权限", "你是 console:stranger", "观察员", "role: operator"],
      ["stranger: ack 12", "需要操作员权限"],
      [
        "stranger: alert when cpu > 95%",
        "This needs the role operator",
        "You are console:stranger",
        "your role is viewer",
      ],
      ["stranger: CPU使用率超过", "还差"],
      ["stranger: 99%", "需要操作员权限"],
      ["stranger: alerts", "1 起"],
      ["operator: ack 12", "operator 认领了"],
      ["rules", "规则 1 条"],
    ]));
});

describe("what the file says", () => {
  it("is read-only in chat, and none of its secrets is said by any command", async () => {
    road = await Road.open();
    const { monitors, rules, store } = road.world;
    const guarded = monitorSchema.parse({
      name: "guarded",
      kind: "http",
      url: "https://shop.example/",
      headers: { authorization: "Bearer TOPSECRET" },
      body: "TOPSECRET",
      body_contains: "key TOPSECRET",
    });
    const rule = {
      kind: "promql" as const,
      name: "a<b>",
      expr: "up == 0",
      forMs: 0,
      keepFiringForMs: 0,
      labels: {},
      annotations: {},
    };
    await store.commit((change) => {
      monitors.syncFileMonitors(change, [guarded]);
      rules.syncFileRules(change, [{ name: "<i>group</i>", intervalMs: 15_000, limit: 0, rules: [rule] }]);
    });
    await settle();
    await converse(road, [
      ["rule 1", "规则 1：a<b>", "配置文件，组 <i>group</i>（聊天里只读）"],
      ["rules", "a\\<b\\>"],
      ["停用规则 1", "来自配置文件（组 \\<i\\>group\\</i\\>），请改 gengfu.yml"],
      ["rule remove 1", "请改 gengfu.yml"],
      ["rule add A<B>: up == 0", "已经有规则叫“A\\<B\\>”了（规则 1）"],
      ["monitor pause guarded", "写在 gengfu.yml 里"],
      ["monitor remove guarded", "写在 gengfu.yml 里"],
      ["monitor guarded", "来自配置文件", "!TOPSECRET"],
      ["https://shop.example 打不开时告警", "已有监控", "!TOPSECRET"],
      ["monitors", "!TOPSECRET"],
      ["monitor test guarded", "!TOPSECRET"],
      ["status", "!TOPSECRET"],
      ["audit", "!TOPSECRET"],
      ["rule test up", "!TOPSECRET"],
    ]);
    expect(road.cards.flatMap(({ actions = [] }) => actions)).toEqual([]);
  });
});

/** What a renderer would make of a reply beside lists, code and our own bold words. */
function markup(text: string): string[] {
  const found: string[] = [];
  marked.walkTokens(marked.lexer(text), (token) => {
    const ours = token.type !== "strong" || token.raw !== "**b**";
    if (!ours || /^(html|link|image|em|del|heading|table)$/.test(token.type)) found.push(token.raw);
    if (token.type === "text" && !("tokens" in token) && /(?<!\\)@all/.test(token.raw)) found.push(token.raw);
  });
  return found;
}

describe("hostile words", () => {
  const name = "<img src=x onerror=alert(1)> **b** [x](javascript:1) `c` @all\u202e";

  it("come back as words", async () => {
    road = await Road.open();
    const said: string[] = [];
    const hear = async (line: string, who?: string): Promise<void> => {
      await road.say(line, who);
      for (const { text = "" } of road.cards) said.push(text);
    };
    await hear(`rule add ${name.replace(":", "")}: cpu_usage_percent > 5`);
    await road.clock.advance(60_000);
    const shown = road.console.shown.at(-1)?.card.incident ?? 0;
    for (const line of [
      "rules",
      "rule 1",
      "alerts",
      `show ${shown}`,
      `why ${shown}`,
      `ack ${shown} 1h ${name}`,
      `silence ${shown} 1h ${name}`,
      "silences",
      `show ${shown}`,
      `why ${shown}`,
      `unack ${shown} ${name}`,
      `resolve ${shown} ${name}`,
      `show ${shown}`,
      `monitor add "${name}" https://shop.example`,
      `monitor add "${name}" https://public.example`,
      "monitors",
      `monitor ${name}`,
      `monitor remove ${name}`,
      `每天9点提醒 ${name}`,
      `rule remove ${name}`,
      `silence ${name}=x`,
      `rule test ${name}`,
      `help ${name}`,
      `chart ${name}`,
      `alerts ${name}`,
      "audit",
      name,
    ])
      await hear(line);
    await hear("ack 1", name);
    await hear("alerts", name);
    for (const text of said) {
      expect(text).not.toContain("\u202e");
      expect(markup(text)).toEqual([]);
    }
    expect(said.join("\n")).toContain("\\<img");
    expect(road.errors).toEqual([]);
  });
});
