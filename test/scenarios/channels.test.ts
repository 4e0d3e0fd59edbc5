/** What people see of delivery in the chat: `channels` and `why`, for each way in which it can go wrong. */
import { afterEach, describe, expect, it } from "vitest";
import type { PlanParts } from "../../alerts/make-plan.ts";
import { receiver, root } from "../support/plans.ts";
import { busy, never, slowDown, type Trick } from "../support/recording-channel.ts";
import { converse, Road, type Said } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

const plan: PlanParts = {
  route: root("ops", { groupWaitMs: 0 }),
  receivers: [
    { ...receiver("ops", ["console:ops", "console:hook"]), fallback: "duty" },
    receiver("duty", ["console:duty"]),
  ],
};

/** An incident fires, and `console:hook` answers each time as `trick` says; then people ask. */
async function trouble(
  locale: "zh-CN" | "en",
  trick: () => Trick | undefined,
  afterMs: number,
  rows: readonly Said[],
): Promise<void> {
  road = await Road.open({ locale, plan });
  road.console.always = (_how, conversation) => (conversation === "console:hook" ? trick() : undefined);
  await road.burn();
  await road.clock.advance(afterMs);
  await converse(road, rows);
}

describe("a target that fails again and again", () => {
  it("is out of order, and its fallback is told, in English", () =>
    trouble("en", busy, 180_000, [
      [
        "channels",
        "3 targets:",
        "⚠️ **console:hook** — out of order, breaker open",
        "waiting: critical 1",
        "last error 500: ",
        "else console:duty",
        "**console:duty** — ok; last told Nov 25 10:0",
      ],
      [
        "why 12",
        "- console:hook: on its way, tried ",
        ", again in ",
        "— 500: ",
        "- console:duty: told Nov 25 10:0",
        "console:hook could not be reached, told instead: console:duty",
      ],
    ]));

  it("is out of order, and its fallback is told, in Chinese", () =>
    trouble("zh-CN", busy, 180_000, [
      [
        "通道",
        "通知目标 3 个：",
        "⚠️ **console:hook** — 连续失败，已熔断",
        "排队：严重 1",
        "最近的错误 500: busy",
        "备用 console:duty",
        "**console:duty** — 正常；最近送达 11-25 10:0",
      ],
      [
        "为什么 12",
        "- console:hook：正在送，试过 ",
        "后再试",
        "- console:duty：已送达 11-25 10:0",
        "console:hook 送不到，改为告知：console:duty",
      ],
    ]));
});

describe("a target that asks to wait", () => {
  it("rests until then, in English", () =>
    trouble("en", () => slowDown(600_000), 60_000, [
      ["channels", "**console:hook** — asked to wait until Nov 25 10:1", "last error 429: "],
      ["why 12", "- console:hook: on its way, tried once, again in 8m 44s — 429: slow down"],
    ]));

  it("rests until then, in Chinese", () =>
    trouble("zh-CN", () => slowDown(600_000), 60_000, [
      ["通道", "**console:hook** — 对方要求暂停，到 11-25 10:1", "最近的错误 429: slow down"],
      ["为什么 12", "- console:hook：正在送，试过 1 次，8分44秒后再试 — 429: slow down"],
    ]));
});

describe("a target that refuses for good", () => {
  it("is given up, its fallback is told at once, in English", () =>
    trouble("en", never, 5_000, [
      [
        "channels",
        "⚠️ **console:hook** — refused, given up",
        "last error 404: no such group",
        "else console:duty",
      ],
      [
        "why 12",
        "- console:hook: could not be told, given up — 404: no such group (Nov 25 10:00:",
        "could not be delivered to console:hook: 404: no such group",
        "told console:duty",
      ],
    ]));

  it("is given up, its fallback is told at once, in Chinese", () =>
    trouble("zh-CN", never, 5_000, [
      ["通道", "⚠️ **console:hook** — 被拒绝，已放弃", "最近的错误 404: no such group", "备用 console:duty"],
      [
        "为什么 12",
        "- console:hook：送不到，已放弃 — 404: no such group (11-25 10:00:",
        "无法送达 console:hook：404: no such group",
        "已告知 console:duty",
      ],
    ]));
});

describe("more than a target may say", () => {
  async function flood(
    locale: "zh-CN" | "en",
    storm: PlanParts["storm"],
    rows: readonly Said[],
  ): Promise<void> {
    road = await Road.open({
      locale,
      plan: {
        route: root("console:ops", { groupBy: ["disk"], groupWaitMs: 0 }),
        limits: { console: { messages: 4, perMs: 60_000 } },
        ...(storm === undefined ? {} : { storm }),
      },
    });
    await road.say("rule add full: inode_usage_percent > 90");
    for (let i = 0; i < 30; i++)
      road.world.series.append({ __name__: "inode_usage_percent", disk: `d${i}` }, road.clock.now(), 95);
    // A storm is over when nothing new began for a minute.
    await road.clock.advance(storm === null ? 120_000 : 60_000);
    const digest = road.console.shown.find(({ card }) => card.kind === "digest")?.card.title;
    const why = storm === null ? { zh: "汇总", en: "Digest" } : { zh: "告警风暴", en: "Alert storm" };
    expect(digest).toMatch(locale === "en" ? `${why.en}: ` : `${why.zh}：`);
    await converse(road, rows);
  }

  it.each<["zh-CN" | "en", PlanParts["storm"], readonly Said[]]>([
    [
      "en",
      null,
      [
        ["channels", "in a digest (budget)", "budget left "],
        ["alerts", "30 active"],
      ],
    ],
    [
      "zh-CN",
      null,
      [
        ["通道", "汇总中", "起（限流）", "额度还剩 "],
        ["告警", "正在发生 30 起"],
      ],
    ],
    [
      "en",
      undefined,
      [
        ["channels", "in a digest (storm)"],
        ["why 30", "console:ops: listed in a digest"],
      ],
    ],
    [
      "zh-CN",
      undefined,
      [
        ["通道", "起（告警风暴）"],
        ["为什么 30", "console:ops：已列入汇总"],
      ],
    ],
  ])("stands in a digest, in %s, with storm: %s", flood);
});

describe("a platform", () => {
  it("stands above the targets, with what is wrong with it, and what a channel says of a conversation", async () => {
    road = await Road.open({ locale: "en", plan });
    road.platforms = [
      {
        name: "dingtalk",
        ok: false,
        words: [
          { zh: "连不上", en: "cannot be reached" },
          { zh: "本月 API 4,900/5,000", en: "4,900 of 5,000 calls this month" },
        ],
      },
    ];
    await converse(road, [
      ["channels", "- ⚠️ **dingtalk** — cannot be reached; 4,900 of 5,000 calls this month"],
      ["通道", "- ⚠️ **dingtalk** — 连不上；本月 API 4,900/5,000"],
    ]);
    road.console.remark = (address) =>
      address === "console:hook" ? { zh: "不能发卡片", en: "takes no cards" } : undefined;
    await road.burn();
    await converse(road, [["channels", "**console:hook** — ok", "takes no cards"]]);
  });
});
