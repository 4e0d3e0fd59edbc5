/** Conversations as rows: what is said, and what must be in the answer. Everything in the table of the design. */
import { afterEach, describe, expect, it } from "vitest";
import type { Locale } from "../../storage/locale.ts";
import { converse, Road, type RoadOptions, type Said } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

async function play(rows: readonly Said[], options: RoadOptions = {}): Promise<void> {
  road = await Road.open(options);
  await road.clock.advance(10 * 60_000);
  await road.burn();
  await converse(road, rows);
}

describe("what people say", () => {
  it("rules in a sentence, in Chinese", () =>
    play([
      [
        "CPU使用率超过80%持续5分钟告警",
        "明白了，规则 2：CPU 使用率 > 80%",
        "表达式: cpu_usage_percent > 80",
        "持续: 5分钟（5m）",
        "级别: 警告（warning）",
        "试算: 在过去",
        "的记录里不会触发",
        "通知: 本会话",
      ],
      [
        "磁盘使用率高于60%持续1分钟 通知",
        "规则 3",
        "disk_usage_percent > 60",
        "会触发 1 次，最近一次 11-25 10:01",
      ],
      [
        "https://shop.example 响应时间超过2秒时告警",
        "监控: https://shop.example — 新建 http 监控，每30秒看一次",
        'probe_duration_seconds{instance="https://shop.example/"} > 2',
        "持续: 立即",
      ],
      ["https://shop.example 打不开时严重告警", "监控: https://shop.example — 已有监控", "严重（critical）"],
      [
        "每天凌晨2点提醒 检查备份",
        "好的，定时提醒，规则 6",
        "提醒: 检查备份",
        "每天 02:00 (0 2 * * *)",
        "下一次: 11-26 02:00",
      ],
      ["每隔30分钟提醒 喝水", "规则 7", "每隔 30 分钟"],
      [
        "新建规则 热: avg_over_time(cpu_usage_percent[5m]) > 90 for 10m severity critical",
        "已建规则 8：热",
        "持续: 10分钟（10m）",
      ],
      ['新建规则 备份: cron "0 2 * * *" remind 检查备份', "已建规则 9：备份", "每天 02:00"],
      ["新建规则 内存使用率超过80%告警", "规则 10", "memory_usage_percent > 80"],
      [
        '记录规则 cpu:avg{team="ops"} = avg_over_time(cpu_usage_percent[5m]) 每 1分钟',
        "已建记录规则 11：cpu:avg",
        '写入: cpu:avg{team="ops"}',
        "间隔: 1分钟（1m）",
        "现在: 1 条序列：cpu:avg{",
      ],
      ["规则 cpu:avg", "规则 11：cpu:avg", "状态: 等待首次判断"],
      ["停用规则 11", "已停用"],
      ["删除规则 11", "已删除"],
    ]));

  it("rules in a sentence, in English", () =>
    play(
      [
        [
          "alert when cpu > 80% for 5m",
          "Understood, rule 2: CPU usage > 80%",
          "Expression: cpu_usage_percent > 80",
          "For: 5m",
          "Severity: warning",
          "It would not have fired",
          "Tells: this conversation",
        ],
        [
          "warn me if disk usage is above 60% for 1 minute",
          "It would have fired once in the last",
          "last at Nov 25 10:01",
        ],
        ["alert when https://shop.example latency > 2s", "new http monitor, every 30s", "For: at once"],
        ["every day at 02:00 remind 检查备份", "规则 5", "提醒: 检查备份", "(0 2 * * *)"],
        ["every weekday at 09:30 remind standup", "rule 6", "Reminds: standup"],
        [
          "rule add hot: avg_over_time(cpu_usage_percent[5m]) > 90 for 10m severity critical",
          "Rule 7 made: hot",
          "critical",
        ],
        ['rule add backup: cron "0 2 * * *" remind check the backup', "Rule 8 made: backup"],
      ],
      { locale: "en" },
    ));

  it.each<[Locale, Said[]]>([
    [
      "zh-CN",
      [
        ["规则", "规则 1 条", "**1** busy — `cpu_usage_percent > 80` — 告警中"],
        ["规则 1", "规则 1：busy", "状态: 告警中", "boss 在 console:ops 说：rule add busy"],
        ["停用规则 1", "规则 1“busy”已停用"],
        ["停用规则 1", "本来就停用着"],
        ["规则 1", "状态: 已停用"],
        ["启用规则 1", "已启用"],
        ["启用规则 1", "本来就启用着"],
        ["试算 cpu_usage_percent > 80", "现在有 1 个结果", "= 95", "会触发 1 次"],
        ["试算 cpu_usage_percent > 99", "现在没有结果", "不会触发"],
        ["试算 1 + 1", "值", "= 2", "!{}"],
        ["删除规则 1", "规则 1“busy”已删除"],
        ["规则 1", "没有规则“1”"],
        ["规则", "还没有规则", "CPU使用率超过80%持续5分钟告警"],
      ],
    ],
    [
      "en",
      [
        ["rules", "1 rule:", "**1** busy — `cpu_usage_percent > 80` — firing"],
        ["rule 1", "Rule 1: busy", "State: firing", "boss in console:ops: rule add busy"],
        ["rule pause 1", "Rule 1, “busy”, is paused."],
        ["rule pause 1", "is paused already"],
        ["rule resume 1", "is on again"],
        ["rule test cpu_usage_percent > 80", "It gives 1 result now", "= 95", "fired once"],
        ["rule remove busy", "Rule 1, “busy”, is removed."],
        ["rules", "There are no rules yet"],
      ],
    ],
  ])("query and manage rules (%s)", (locale, rows) => play(rows, { locale }));

  it.each<[Locale, Said[]]>([
    [
      "zh-CN",
      [
        ["告警", "正在发生 1 起", "🔴 **#12** busy — 1 条，11-25 10:10 起"],
        ["详情 12", "#12 busy", "触发 instance=here", "已告知 console:ops", "数值: 95%"],
        ["认领 12 30分钟 正在看", "boss 认领了 #12，到 11-25 10:40（30分钟）"],
        ["告警", "boss 已认领到 11-25 10:40"],
        ["详情 12", "boss 认领，到 11-25 10:40：正在看", "认领: boss，到 11-25 10:40：正在看"],
        ["为什么 12", "认领：只拦重复提醒", "静默：没有拦", "console:ops：已送达"],
        ["放弃 12", "boss 放弃了 #12，现在没有人负责"],
        ["静默 12 2小时 发布中", "静默 1：", "2小时", "原因：发布中", "现在挡住 1 起告警，共 1 条"],
        ["告警", "已静默"],
        ["静默列表", "静默 1 个", "boss — 发布中，现在挡住 1 条"],
        ["为什么 12", "静默：拦住 1 条里的 1 条", "静默 1（boss", "发布中"],
        ["解除静默 1", "静默 1 已解除"],
        ["静默列表", "现在没有静默"],
        ["关闭 12", "boss 关闭了 #12"],
        ["告警", "平安无事"],
        ["为什么 12", "现在：已手动关闭"],
      ],
    ],
    [
      "en",
      [
        ["alerts", "1 active", "🔴 **#12** busy — 1 alert since Nov 25 10:10"],
        ["show 12", "#12 busy", "fired instance=here", "told console:ops", "Value: 95%"],
        ["ack 12 30m looking into it", "boss has #12 until Nov 25 10:40 (30m)"],
        ["show 12", "boss acknowledged it until Nov 25 10:40: looking into it"],
        [
          "why 12",
          "Acknowledgement: repeats only",
          "Silence: holds nothing back",
          "console:ops: told",
          "now: firing",
        ],
        ["unack 12", "boss gave #12 back; nobody has it now"],
        [
          "silence 12 2h deploying",
          "Silence 1: #12 `{",
          "because: deploying",
          "It hides 1 alert of 1 incident now",
        ],
        ["silences", "1 silence:", "hides 1 alert now"],
        ["why 12", "Silence: 1 of 1 alert; silence 1 (boss"],
        ["unsilence 1", "Silence 1 has ended"],
        ["silences", "Nothing is silenced"],
        ["resolve 12 fixed it", "boss closed #12"],
        ["alerts", "All is well"],
        ["show 12", "boss closed it: fixed it"],
        ["why 12", "now: closed by hand"],
      ],
    ],
  ])("the life of an incident (%s)", (locale, rows) => play(rows, { locale }));

  it("silences by matchers, and says how much that hides", () =>
    play([
      ['silence instance=~"her.*" 2h 换盘', 'instance=~"her.*"', "现在挡住 1 起告警，共 1 条"],
      ['silence instance="elsewhere",severity!="info" 1h', "现在挡住 0 起告警，共 0 条"],
      ['静默 {monitor="system"} 半小时', "30分钟", "共 1 条"],
    ]));

  it.each<[Locale, Said[]]>([
    [
      "zh-CN",
      [
        ["状态", "1 起正在发生", "监控：1 个，0 个失败", "规则：1 条", "存储：正常"],
        ["监控", "监控 1 个", "**system** system 每15秒 — 🟢 正常"],
        [
          "添加监控 商城 https://shop.example/health interval=1m expected_status=200",
          "已添加监控 商城：http `https://shop.example/health`，每1分钟看一次",
        ],
        ["监控 商城", "**商城** http", "boss 在 11-25", "`probe_success` = 0", "连接被拒绝"],
        ["测试监控 商城", "🔴 失败：连接被拒绝"],
        ["停用监控 商城", "已停用"],
        ["停用监控 商城", "本来就停用着"],
        ["测试监控 商城", "🔴 失败：连接被拒绝"],
        ["启用监控 商城", "已启用"],
        ["删除监控 商城", "监控 商城 已删除"],
        ["监控 商城", "没有监控“商城”"],
        ["测试监控 system", "🟢 成功", "`cpu_usage_percent` = 95"],
        ["图 cpu 20m", "`cpu_usage_percent`，11-25", "█", "▁", "最低 12", "最高 95"],
        ["审计", "**boss** (console:ops) `删除监控 商城`"],
        ["帮助", "`认领 编号 [时长] [备注]`"],
        ["帮助 认领", "例如", "认领 12 30分钟 正在看", "操作员（operator）"],
        ["帮助 认岭", "没有 `认岭` 这个命令", "`认领`"],
      ],
    ],
    [
      "en",
      [
        ["status", "1 active", "Monitors: 1, 0 failing", "Store: fine"],
        ["monitors", "1 monitor:", "**system** system every 15s — 🟢 up for"],
        ["monitor add https://shop.example", "Monitor shop.example added"],
        ["monitor test shop.example", "🔴 It failed: the connection was refused"],
        ["monitor remove SHOP.example", "Monitor shop.example is removed"],
        ["chart cpu_usage_percent 20m", "min 12", "avg", "max 95", "▁", "█"],
        ["graph load 1h", "`load1`"],
        ["audit", "The latest changes", "`monitor remove SHOP.example`"],
        ["help", "`ack N [30m] [note]`"],
        ["help akc", "There is no command and no topic `akc`", "`ack`"],
      ],
    ],
  ])("look (%s)", (locale, rows) => play(rows, { locale }));
});

describe("how people say it", () => {
  it("full-width, mixed, glued, in capitals, to the bot by name", () =>
    play([
      ["ＣＰＵ使用率超过８０％，持续５分钟，告警！", "明白了，规则 2", "cpu_usage_percent > 80"],
      ["认领１２，３０分钟", "boss 认领了 #12", "30分钟"],
      ["ACK #12 1H", "1小时"],
      ["放弃#12", "放弃了 #12"],
      ["　静默　１２　２小时３０分　发布中　", "2小时30分", "发布中"],
      ["解除静默１", "已解除"],
      ["ALERTS", "正在发生 1 起"],
      ["Rule Test up", "个结果"],
    ]));

  it("answers in the language of the line where it is clear, else in the configured one", () =>
    play(
      [
        ["告警", "正在发生 1 起"],
        ["alerts", "1 active"],
        ["alert when cpu > 90%", "Understood"],
        ["内存超过90%告警", "明白了"],
        ["silence 12 1h 发布中", "原因：发布中"],
      ],
      { locale: "en" },
    ));

  it("half a sentence, and the other half in the next line", () =>
    play([
      ["CPU使用率告警", "还差：怎么比", "到多少", "例如 `CPU使用率 超过 80% 时告警`"],
      ["超过", "还差：到多少"],
      ["90%", "明白了，规则 2：CPU 使用率 > 90%"],
      ["规则 2", "说：CPU使用率告警 超过 90%"],
      ["响应时间超过2秒告警", "哪个网址"],
      ["今天天气真好", "没听懂"],
      ["https://shop.example", "明白了，规则 3"],
      ["每天提醒 吃药，多喝水！", "什么时候"],
      ["你好", "没听懂"],
      ["早上8点半", "提醒: 吃药，多喝水！", "每天 08:30"],
      ["订单量超过100告警", "“订单量”我不认识", "看什么"],
      ["operator: 内存", "没听懂"],
      ["alert when cpu exceeds", "Still missing: the limit", "`alert when cpu usage > 80%`"],
      ["85%", "Understood, rule 5: CPU usage > 85%"],
    ]));

  it("waits five minutes for the other half, and no command is taken for it", async () => {
    await play([
      ["CPU使用率超过", "还差：到多少"],
      ["告警", "正在发生"],
      ["70%", "没听懂"],
      ["CPU使用率超过", "还差：到多少"],
    ]);
    await road.clock.advance(5 * 60_000 + 1);
    await converse(road, [["70%", "没听懂"]]);
  });

  it("the same sentence again is the same rule", () =>
    play([
      ["CPU使用率超过80%持续5分钟告警", "明白了，规则 2"],
      ["alert when cpu > 80% for 5m", "There is that rule already: rule 2"],
      ["CPU使用率超过80%持续5分钟严重告警", "明白了，规则 3", "CPU 使用率 > 80% (2)"],
      ["每天9点提醒 喝水", "规则 4"],
      ["每天9点提醒 喝水", "已经有这条规则了：规则 4"],
      ["停用规则 4", "已停用"],
      ["每天9点提醒 喝水", "规则 4（停用着）"],
    ]));

  it("the same sentence twice at once makes one rule, one monitor, and no fault", async () => {
    await play([]);
    const line = "https://shop.example 打不开时告警";
    const replies = await Promise.all([road.say(line), road.say(line, "operator")]);
    expect(road.errors).toEqual([]);
    expect(replies.filter((reply) => reply.includes("明白了"))).toHaveLength(1);
    expect([...road.world.monitors.table.values()].map(({ name }) => name)).toEqual([
      "system",
      "shop.example",
    ]);
    const removals = await Promise.all([road.say("删除规则 2"), road.say("删除规则 2", "operator")]);
    expect(removals.map((reply) => /已删除|没有规则/.exec(reply)?.[0]).sort()).toEqual([
      "已删除",
      "没有规则",
    ]);
    expect(road.errors).toEqual([]);
  });

  it("a click is the same as a line", async () => {
    await play([]);
    const card = road.console.shown.at(-1)?.card;
    expect(card?.incident).toBe(12);
    for (const { command } of card?.actions ?? []) {
      await converse(road, [[command, "!没听懂", "!没有", "12"]]);
    }
  });
});

describe("what nobody understands", () => {
  it.each([
    ["akc 12", "`ack`"],
    ["acknowlege 12", "`acknowledge`"],
    ["silense 12 2h", "`silence`"],
    ["确任 12", "`确认`"],
    ["告境", "`告警`"],
    ["监控列", "`监控列表`"],
    ["relu add x: up == 0", "`rule add`"],
    ["今天天气真好", "`告警`"],
    ["fofo", "`状态`"],
    ["", "说“帮助”"],
    ["   ", "说“帮助”"],
    ["\u200b\u202e", "说“帮助”"],
    ["😀", "没听懂"],
    ["x".repeat(4_001), "4001 个字符"],
    ["1".repeat(4_000), "没听懂"],
  ])("%#", async (line, expected) => {
    road = await Road.open();
    const reply = await road.say(line);
    expect(reply).toContain(expected);
    expect(reply).not.toMatch(/ at |\.ts|Error/);
    expect(road.errors).toEqual([]);
  });
});
