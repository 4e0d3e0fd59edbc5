/** What people say to incidents and silences, in both languages: previews, second thoughts, longer, why. */
import { afterEach, describe, expect, it } from "vitest";
import { parseMatchers } from "../../storage/matchers.ts";
import { settle } from "../support/fake-clock.ts";
import { converse, Road, type Said } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

async function play(locale: "zh-CN" | "en", rows: readonly Said[]): Promise<void> {
  road = await Road.open({ locale });
  await road.clock.advance(10 * 60_000);
  await road.burn();
  await converse(road, rows);
}

const actions = (): readonly string[] =>
  road.cards.flatMap((card) => (card.actions ?? []).map(({ command }) => command));

describe("silences in chat", () => {
  it("are previewed, made, extended and ended, in English", () =>
    play("en", [
      ["silence preview alertname=busy", "would hide 1 alert of 1 incident", "**#12** busy — 1 of 1 alert"],
      ["silence preview 12", '`{alertname="busy"}` would hide 1 alert'],
      ["silence preview alertname=elsewhere", "would hide nothing now"],
      ["silence preview", "Preview which silence?"],
      ["silence 12 2h deploying", "Silence 1"],
      ["silence extend 1 1h", "Silence 1 lasts 1h longer", "2h 59m from now"],
      ["silence extend 1", "lasts 1h longer", "3h 59m from now"],
      ["silence extend 9 1h", "There is no silence 9"],
      ["silence extend 1 soon", "I do not know what to do with"],
      ["stranger: silence extend 1 1h", "!lasts"],
      ["show 12", "extended silence 1 until"],
      ["unsilence 1", "has ended"],
      ["silence extend 1 1h", "over already"],
    ]));

  it("are previewed, made, extended and ended, in Chinese", () =>
    play("zh-CN", [
      ["预览静默 alertname=busy", "会挡住 1 起告警，共 1 条", "**#12** busy — 1 条里的 1 条"],
      ["预览静默 alertname=elsewhere", "现在什么也不会挡住"],
      ["静默 12 2小时 发布中", "静默 1"],
      ["延长静默 1 1小时", "静默 1 延长1小时", "还有2小时59分"],
      ["延长静默 9 1小时", "没有静默 9"],
      ["详情 12", "把静默 1 延长到"],
      ["解除静默 1", "已解除"],
      ["延长静默 1 1小时", "已经结束了"],
    ]));

  it.each([
    [
      "en",
      'silence alertname=~"busy|lazy" 1h both',
      "and that is everything that is active. Nothing is silenced yet",
    ],
    ["zh-CN", '静默 alertname=~"busy|lazy" 1小时 都静默', "也就是现在的全部告警。还没有静默"],
  ] as const)("ask again before they hide everything, in %s", async (locale, line, question) => {
    road = await Road.open({ locale });
    await road.burn();
    await road.say("rule add lazy: cpu_usage_percent > 70");
    await road.clock.advance(30_000);
    expect(await road.say(line)).toContain(question);
    expect(road.alerts.book.activeSilences(road.clock.now())).toEqual([]);
    const [anyway] = actions();
    const rest = line.slice(line.indexOf(" ") + 1);
    expect(anyway).toBe(`${locale === "en" ? "silence anyway" : "确认静默"} ${rest}`);
    const done = await road.say(anyway ?? "");
    expect(done).toContain(locale === "en" ? "because: both" : "原因：都静默");
    await settle();
    expect(road.alerts.book.activeSilences(road.clock.now())).toHaveLength(1);
  });

  it("ask again before they hide more than fifty alerts, also of one incident", async () => {
    road = await Road.open({ locale: "en" });
    await road.say("rule add full: inode_usage_percent > 90");
    for (let i = 0; i < 51; i++)
      road.world.series.append({ __name__: "inode_usage_percent", disk: `d${i}` }, road.clock.now(), 95);
    await road.clock.advance(30_000);
    expect(await road.say("silence 1 1h")).toContain(
      "would hide 51 alerts of 1 incident. Nothing is silenced yet",
    );
    expect(await road.say('silence disk=~"d1.*" 1h')).toContain("It hides 11 alerts");
    expect(await road.say("silence anyway 1 1h")).toContain("It hides 51 alerts of 1 incident now");
  });

  it.each([
    ["en", "silence 1 1h waiting for Bob to confirm", "say `silence anyway 1 1h waiting for Bob to confirm`"],
    ["zh-CN", "静默 1 1小时 等老王 确认", "请说 `确认静默 1 1小时 等老王 确认`"],
  ] as const)("take no word of a reason for a yes, in %s", async (locale, line, question) => {
    road = await Road.open({ locale });
    await road.say("rule add full: inode_usage_percent > 90");
    for (let i = 0; i < 51; i++)
      road.world.series.append({ __name__: "inode_usage_percent", disk: `d${i}` }, road.clock.now(), 95);
    await road.clock.advance(30_000);
    expect(await road.say(line)).toContain(question);
    expect(road.alerts.book.activeSilences(road.clock.now())).toEqual([]);
    await road.say(actions()[0] ?? "");
    const [silence] = road.alerts.book.activeSilences(road.clock.now());
    expect(silence?.why).toBe(locale === "en" ? "waiting for Bob to confirm" : "等老王 确认");
  });

  it("do not ask about one incident that is all there is, named by its number", () =>
    play("en", [["silence 12 1h", "Silence 1"]]));
});

describe("an incident in chat", () => {
  it("is shown with each of its alerts, page by page", async () => {
    road = await Road.open({ locale: "en" });
    await road.say("rule add full: inode_usage_percent > 90");
    for (let i = 0; i < 45; i++)
      road.world.series.append({ __name__: "inode_usage_percent", disk: `d${i}` }, road.clock.now(), 95);
    await road.clock.advance(30_000);
    const seen = new Set<string>();
    let next: string | undefined = "show 1";
    for (let page = 1; next !== undefined; page++) {
      const said = await road.say(next);
      for (const [, disk = ""] of said.matchAll(/^- disk=(d\d+) — 95$/gm)) seen.add(disk);
      expect(said.includes("…and")).toBe(page < 3);
      next = actions().find((command) => command.startsWith("show "));
      expect(next).toBe(page < 3 ? `show 1 ${page + 1}` : undefined);
    }
    expect(seen.size).toBe(45);
    expect(await road.say("show 1 9")).toContain("disk=");
  });

  it.each([
    ["en", "**#13** busy — 1 alert since Nov 25 10:00 (30s)", ", nobody was told: inhibition"],
    ["zh-CN", "**#13** busy — 1 条，11-25 10:00 起，已30秒", "，还没有告知任何人：抑制"],
  ] as const)("is listed with what keeps people from hearing of it, in %s", async (locale, line, held) => {
    const inhibitRules = [
      {
        name: undefined,
        source: parseMatchers("alertname=lazy"),
        target: parseMatchers("alertname=busy"),
        equal: [],
      },
    ];
    road = await Road.open({ locale, plan: { inhibitRules } });
    await road.say("rule add lazy: cpu_usage_percent > 70");
    await road.burn();
    await road.clock.advance(15_000);
    expect(await road.say("alerts")).toContain(`${line}${held}`);
  });

  it.each([
    ["en", "ack 12", "boss has #12 until Nov 25 11:30 (1h)", "boss already has #12"],
    ["zh-CN", "认领 12", "boss 认领了 #12，到 11-25 11:30（1小时）", "boss 已经认领了 #12"],
  ] as const)(
    "is acknowledged for as long as the file says for its severity, in %s",
    async (locale, ack, once, twice) => {
      road = await Road.open({ locale, plan: { acknowledge: { critical: 3_600_000 } } });
      await road.clock.advance(30 * 60_000 - 30_000);
      await road.burn();
      expect(await road.say(ack)).toContain(once);
      // A double click.
      expect(await road.say(ack)).toContain(twice);
    },
  );

  it("tells why: every muter, every route, every message with its time and what the platform gave back", () =>
    play("en", [
      [
        "why 12",
        "Inhibition: holds nothing back",
        "Flapping: holds nothing back",
        "Time interval: holds nothing back",
        "**Which routes it took**",
        "`{}` → console:ops (console:ops): tells at once; told Nov 25",
        'told Nov 25 10:10:15 `{conversation="console:ops", message="1"}`',
        "**Each time**",
        "told console:ops (first)",
        "= 95%, true since Nov 25 10:10:15, fired Nov 25 10:10:15",
      ],
      ["show 12", "Nov 25 10:10:15 fired instance=here, monitor=system (95%)"],
      ["ack 12", "boss has #12", "(4h)"],
      [
        "why 12",
        "Acknowledgement: repeats only; acknowledged by boss until",
        "changed the card at console:ops (acknowledged)",
      ],
      ["unack 12", "gave #12 back"],
      ["show 12", "Owner: nobody (boss gave it back"],
    ]));

  it("tells why, in Chinese", () =>
    play("zh-CN", [
      [
        "为什么 12",
        "抑制：没有拦",
        "抖动：没有拦",
        "**走了哪些路由**",
        "立即通知；11-25 10:10:15 通知过",
        "**每次通知**",
        "已告知 console:ops（首次）",
        "= 95%，11-25 10:10:15 起成立",
      ],
      ["详情 12", "11-25 10:10:15 触发 instance=here, monitor=system (95%)"],
      ["认领 12", "（4小时）"],
      ["放弃 12", "放弃了 #12"],
      ["详情 12", "认领: 无（boss 11-25"],
    ]));
});
