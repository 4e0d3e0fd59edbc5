/** An application of WeCom as a channel: cards and markdown to people, and how cards change. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Card } from "../../../../alerts/card.ts";
import type { Attempt, IncidentView } from "../../../../alerts/channel.ts";
import { appCard } from "../../../../bot/wecom/app/card.ts";
import { channelContract } from "../../../contract/channel.ts";
import {
  type AppBench,
  attempt,
  hot,
  mine,
  openAppBench,
  over,
  refusalOf,
  refuse,
  TEAM,
} from "./app-bench.ts";

const shownTo = ({ fake }: AppBench, user = "lisi") => fake.messages(`app/${user}`);
const told = ({ fake }: AppBench) => fake.requests.filter(({ path }) => path.endsWith("/message/send"));

const folder = new URL("../../../payloads/wecom/app/", import.meta.url);
interface Payload {
  readonly about: string;
  readonly card: Card;
  readonly template_card: unknown;
}
const payloads = readdirSync(folder).map(
  (name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Payload] as const,
);

describe("a card", () => {
  it.each(payloads)("%s", (_name, { card, template_card }) => {
    expect(appCard(card, "zh-CN")).toEqual(template_card);
  });

  it("has no more parts than WeCom takes, and each button once", async () => {
    const bench = await openAppBench();
    const fields = Array.from({ length: 20 }, (_, i) => ({ name: `字段${i}`, value: `值${i}` }));
    const many = Array.from({ length: 9 }, (_, i) => ({
      id: `${i}`,
      label: `按钮 ${i}`,
      command: `do ${i}`,
    }));
    const actions = [...many, { id: "x", label: "x", command: "do 0" }];
    const huge = { id: "y", label: "y", command: "更".repeat(400) };
    await bench.channel.post(TEAM, { ...hot, fields, actions: [huge, ...actions] }, attempt());
    const [message] = shownTo(bench);
    expect(message?.card?.buttons.map(({ key }) => key)).toEqual(
      many.slice(0, 6).map(({ command }) => command),
    );
    expect(message?.card?.fields).toHaveLength(6);
    expect(message?.text).toContain("字段6：值6");
  });
});

describe("trouble", () => {
  it("is a card with buttons for everybody that the target tells", async () => {
    const bench = await openAppBench({ to: 'touser: "lisi", toparty: "2", totag: [1]' });
    const receipt = await bench.channel.post(TEAM, hot, attempt());
    for (const user of ["lisi", "zhangsan"])
      expect(
        shownTo(bench, user).map(({ card }) => card?.buttons.map(({ text, key }) => [text, key])),
      ).toEqual([
        [
          ["认领", "ack 12"],
          ["静默 1 小时", "silence 12 1h"],
        ],
      ]);
    expect(shownTo(bench, "wangwu")).toEqual([]);
    expect(receipt).toMatchObject({ conversation: TEAM, status: "firing", answer: "errcode 0" });
  });

  it("is markdown where nobody could hear of a click, and when it is over", async () => {
    const deaf = await openAppBench({ callback: false });
    await deaf.channel.post(TEAM, hot, attempt());
    const bench = await openAppBench();
    await bench.channel.post(TEAM, over, attempt());
    expect(
      [...shownTo(deaf), ...shownTo(bench)].map(({ kind, text }) => [kind, text.split("\n")[0]]),
    ).toEqual([
      ["markdown", "🔴 [严重] web-1 CPU使用率 > 80% · #12"],
      ["markdown", "✅ [恢复] web-1 CPU使用率 > 80% · #12"],
    ]);
  });

  it("that is refused as a card is told as markdown all the same", async () => {
    const bench = await openAppBench();
    refuse(bench.fake, "/message/send", 42_045, 1);
    await bench.channel.post(TEAM, hot, attempt());
    expect(shownTo(bench).map(({ kind }) => kind)).toEqual(["markdown"]);
  });

  it("goes to one person by their own address", async () => {
    const bench = await openAppBench();
    await bench.channel.post(`${TEAM}/user/wangwu`, hot, attempt());
    expect([shownTo(bench, "wangwu").length, shownTo(bench).length]).toEqual([1, 0]);
  });

  it("of a target that the file has no more is given up", async () => {
    const { channel } = await openAppBench();
    for (const address of ["wecom_app:gone/0", "wecom_app:gone/0/user/lisi", "wecom_app:/user/lisi"])
      expect(await refusalOf(channel.post(address, hot, attempt()))).toMatchObject({
        next: "give-up",
        code: "no-such-app",
      });
  });

  it("whose answer was lost is not told twice", async () => {
    const bench = await openAppBench({ callback: false });
    bench.fake.faults.http = (path) => (path.endsWith("/message/send") ? "lost" : "answer");
    expect((await refusalOf(bench.channel.post(TEAM, hot, attempt()))).next).toBe("retry");
    bench.fake.heal();
    await bench.clock.advance(60_000);
    await bench.channel.post(TEAM, hot, attempt());
    expect(shownTo(bench)).toHaveLength(1);
  });

  it("as a card whose answer was lost is no second card, whatever WeCom makes of the same task_id", async () => {
    const bench = await openAppBench();
    bench.fake.faults.http = (path) => (path.endsWith("/message/send") ? "lost" : "answer");
    expect((await refusalOf(bench.channel.post(TEAM, hot, attempt()))).next).toBe("retry");
    bench.fake.heal();
    // A task_id that was used is refused here, like a card that is wrong: rather once more, in words, than never.
    await bench.channel.post(TEAM, hot, attempt());
    expect(shownTo(bench).map(({ kind }) => kind)).toEqual(["template_card", "markdown"]);
    const ids = told(bench).map(({ text }) => /"task_id":"([^"]+)"/.exec(text)?.[1]);
    expect(ids[0]).toMatch(/^[\w@-]{1,128}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it("that is the same as before is told again when it is news again, and so is an answer", async () => {
    for (const callback of [true, false]) {
      const bench = await openAppBench({ callback });
      const first = await bench.channel.post(TEAM, hot, attempt());
      const second = await bench.channel.post(TEAM, hot, attempt(undefined, first));
      await bench.channel.post(TEAM, hot, attempt(undefined, second));
      for (const id of ["a", "b"])
        await bench.channel.post(TEAM, { kind: "reply", text: "一切正常" }, attempt(id));
      expect(shownTo(bench).map(({ kind }) => kind)).toEqual([
        ...Array<string>(3).fill(callback ? "template_card" : "markdown"),
        "markdown",
        "markdown",
      ]);
    }
  });

  it("never goes out more than 29 times a minute to one member, by whichever target", async () => {
    const bench = await openAppBench();
    const text: Card = { kind: "text", text: "x" };
    for (let i = 0; i < 14; i++) {
      await bench.channel.post(TEAM, { ...text, text: `${i}` }, attempt(`t${i}`));
      await bench.channel.post(`${TEAM}/user/LISI`, { ...text, text: `own ${i}` }, attempt(`o${i}`));
    }
    await bench.channel.post(TEAM, text, attempt("last"));
    await bench.clock.advance(20_000);
    expect(await refusalOf(bench.channel.post(TEAM, text, attempt()))).toMatchObject({
      next: "wait",
      code: "no-room",
      waitMs: 40_000,
    });
    expect(shownTo(bench)).toHaveLength(29);
    await bench.channel.post(`${TEAM}/user/wangwu`, text, attempt());
  });
});

describe("whom it does not reach", () => {
  it("is said where it reached some", async () => {
    const to = 'touser: "lisi|Nobody", toparty: "1|9", totag: "7"';
    const bench = await openAppBench({ to });
    expect((await bench.channel.post(TEAM, hot, attempt()))["answer"]).toBe(
      "errcode 0，但没有送到：成员 Nobody；部门 9；标签 7",
    );
    const english = await openAppBench({ to, locale: "en", callback: false });
    expect((await english.channel.post(TEAM, hot, attempt()))["answer"]).toBe(
      "errcode 0, but it did not reach members Nobody; departments 9; tags 7",
    );
  });

  it("is a refusal for good where it reached nobody, whatever the code says", async () => {
    const bench = await openAppBench({ to: "touser: nobody, toparty: 9" });
    expect(await refusalOf(bench.channel.post(TEAM, hot, attempt()))).toMatchObject({
      next: "give-up",
      code: "81013",
    });
    const body = { errcode: 0, errmsg: "ok", invaliduser: "lisi", unlicenseduser: "ZhangSan" };
    const all = await openAppBench();
    all.fake.faults.http = (path) =>
      path.endsWith("/send") ? { status: 200, body: JSON.stringify(body) } : "answer";
    expect(await refusalOf(all.channel.post(TEAM, hot, attempt()))).toMatchObject({
      next: "give-up",
      code: "invaliduser",
    });
    const everybody = await openAppBench({ to: 'touser: "@all"' });
    everybody.fake.faults.http = all.fake.faults.http;
    await everybody.channel.post(TEAM, hot, attempt());
  });

  it("is understood of an answer that is too long to be read", async () => {
    const bench = await openAppBench();
    const invaliduser = Array.from({ length: 4_000 }, (_, i) => `somebody${i}`).join("|");
    const body = JSON.stringify({ errcode: 0, errmsg: "ok", invaliduser });
    bench.fake.faults.http = (path) => (path.endsWith("/send") ? { status: 200, body } : "answer");
    expect(await bench.channel.post(TEAM, over, attempt())).toMatchObject({ answer: "errcode 0" });
  });
});

describe("a change", () => {
  it("of its state uses the code that the card was sent with, once and for everybody", async () => {
    const bench = await openAppBench();
    const { channel } = bench;
    const receipt = await channel.post(TEAM, hot, attempt());
    expect(await refusalOf(channel.edit?.(receipt, hot, attempt()) as Promise<unknown>)).toMatchObject({
      next: "give-up",
      code: "kept-response-code",
    });
    const changed = await channel.edit?.(receipt, over, attempt());
    for (const user of ["lisi", "zhangsan"]) {
      const [message, ...others] = shownTo(bench, user);
      expect(others).toEqual([]);
      expect(message?.card).toMatchObject({ title: "✅ #12 CPU使用率 > 80%", source: "恢复", changes: 1 });
      expect(message?.card?.buttons.map(({ text, key }) => [text, key])).toEqual([["恢复", undefined]]);
    }
    expect(await refusalOf(channel.edit?.(changed ?? {}, hot, attempt()) as Promise<unknown>)).toMatchObject({
      next: "give-up",
      code: "no-response-code",
    });
  });

  it("of something else leaves that code alone: news is told anew, and the rest need not be told", async () => {
    const { channel, fake } = await openAppBench();
    const about = (version: number, news: number): Attempt => ({
      ...attempt(),
      incident: {
        incident: { version, news },
        status: "firing",
        alerts: () => [],
      } as unknown as IncidentView,
    });
    const receipt = await channel.post(TEAM, hot, about(3, 2));
    const edit = (how: Attempt) => channel.edit?.(receipt, { ...hot, title: "#12 两台" }, how);
    expect(await edit(about(5, 2))).toBeUndefined();
    expect(await refusalOf(edit(about(6, 6)) as Promise<unknown>)).toMatchObject({
      code: "kept-response-code",
    });
    expect(await channel.edit?.(receipt, over, about(7, 7))).toMatchObject({
      status: "resolved",
      version: "7",
    });
    expect(fake.messages("app/lisi").map(({ card }) => card?.changes)).toEqual([1]);
  });

  it("is possible for 72 hours", async () => {
    const bench = await openAppBench();
    const receipt = await bench.channel.post(TEAM, hot, attempt());
    await bench.clock.advance(72 * 3_600_000 - 1);
    expect(bench.channel.canEdit?.(receipt)).toBe(true);
    await bench.clock.advance(1);
    expect(bench.channel.canEdit?.(receipt)).toBe(false);
    expect((await refusalOf(bench.channel.edit?.(receipt, over, attempt()) as Promise<unknown>)).next).toBe(
      "give-up",
    );
  });

  it("of what is no card is given up, so that it is told", async () => {
    const bench = await openAppBench({ callback: false });
    const receipt = await bench.channel.post(TEAM, hot, attempt());
    expect(await refusalOf(bench.channel.edit?.(receipt, over, attempt()) as Promise<unknown>)).toMatchObject(
      {
        next: "give-up",
        code: "no-card",
      },
    );
  });

  it("that WeCom refuses is given up; one that it was too busy for is tried again with the same code", async () => {
    const bench = await openAppBench();
    const receipt = await bench.channel.post(TEAM, hot, attempt());
    const edit = () => bench.channel.edit?.(receipt, mine, attempt()) as Promise<unknown>;
    refuse(bench.fake, "/update_template_card", -1, 1);
    expect((await refusalOf(edit())).next).toBe("retry");
    refuse(bench.fake, "/update_template_card", 987_654, 1);
    expect(await refusalOf(edit())).toMatchObject({ next: "give-up", code: "987654" });
    await edit();
    expect(shownTo(bench)[0]?.card?.title).toBe("🙋 #12 CPU使用率 > 80%");
  });
});

it("markdown is within its limit, in bytes", async () => {
  const bench = await openAppBench({ callback: false });
  await bench.channel.post(TEAM, { ...hot, text: "- 磁盘满了 🔥\n".repeat(1_000) }, attempt());
  const bytes = Buffer.byteLength(shownTo(bench)[0]?.source ?? "");
  expect(bytes).toBeLessThanOrEqual(2_048);
  expect(bytes).toBeGreaterThan(1_980);
  expect(told(bench)).toHaveLength(1);
});

for (const callback of [true, false])
  channelContract(
    `an application of WeCom ${callback ? "with a callback" : "that nobody can answer"}`,
    async () => {
      const bench = await openAppBench({ callback, to: "touser: lisi" });
      return {
        channel: bench.channel,
        conversation: TEAM,
        // The number stands at the end of the first line of markdown, and in front of the title elsewhere.
        seen: () => shownTo(bench).map(({ text }) => text.replace(/(\S+) · (#\d+)/, "$2 $1")),
        refuse(how) {
          if (how === "error") refuse(bench.fake, "/send", 60_020);
          else bench.fake.faults.http = () => "hang";
        },
        secrets: bench.secrets,
      };
    },
    {
      "changes a card in place":
        "a card can be changed once, and after that only when somebody pressed a button on it: see “a change”",
    },
  );
