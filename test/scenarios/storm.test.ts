/** More trouble than anybody reads: one digest per conversation, and nothing is lost in it. */
import { describe, expect, it } from "vitest";
import { foldedInto } from "../../alerts/delivery/digest.ts";
import { root } from "../support/plans.ts";
import { RecordingChannel } from "../support/recording-channel.ts";
import { Road } from "../support/road.ts";
import { lineOf, Scenario } from "../support/scenario.ts";

const MINUTE = 60_000;
const hot = { id: 1, name: "hot" };
const byGroup = root("console:ops", { groupBy: ["group"], groupWaitMs: 0, groupIntervalMs: 0 });
const severityOf = (group: number): string => (group % 5 === 0 ? "critical" : "warning");

/** `alerts` alerts in `groups` groups, from group `first` on; every fifth group is critical. */
function burn(s: Scenario, alerts: number, groups: number, first = 0): void {
  for (let i = 0; i < alerts; i++) {
    const group = first + (i % groups);
    s.sights.bad(1, { group: `g${group}`, host: `h${i}`, severity: severityOf(group) }, 95);
  }
}

const posts = (channel: RecordingChannel, conversation?: string): string[] =>
  channel.shown
    .filter((one) => one.how === "post" && (conversation === undefined || one.conversation === conversation))
    .map(lineOf);

describe("a storm of 1,000 alerts in 50 groups", () => {
  it("is at most 3 messages per target in its first minute, and every alert is in an incident that is listed", async () => {
    const still = new RecordingChannel({ edits: false });
    const s = await Scenario.open({
      rules: [{ ...hot, tells: ["console:a", "console:b", "still:c"] }],
      channels: { still },
      plan: { route: byGroup },
    });
    s.sights.ok(1, { group: "g0" });
    await s.until("10s");
    burn(s, 1_000, 50);
    await s.until("74s");
    for (const conversation of ["console:a", "console:b"]) {
      const said = posts(s.console, conversation);
      expect(said.length, conversation).toBeLessThanOrEqual(3);
      expect(said[0]).toBe(`post ${conversation} firing Alert storm: 50 incidents`);
      expect(said.slice(1).every((line) => /firing #\d+ group=g\d+/.test(line))).toBe(true);
    }
    expect(posts(still).length).toBeLessThanOrEqual(3);
    const active = s.alerts.book.activeIncidents();
    expect(active).toHaveLength(50);
    expect(active.reduce((sum, one) => sum + one.active, 0)).toBe(1_000);
    // Each is in the digest or has a card of its own.
    for (const address of ["console:a", "console:b", "still:c"]) {
      const digest = s.alerts.book.index.openDigests.get(address);
      const listed = new Set(foldedInto(s.alerts.book, digest?.id ?? "").map(({ id }) => id));
      for (const { id } of active) {
        const own = s.alerts.book.tables.deliveries.get(`incident-${id}@${address}`);
        expect(listed.has(id) || (own?.sent ?? 0) > 0, `#${id} at ${address}`).toBe(true);
      }
    }
    const facts = s.alerts.courier.targets(s.clock.now()).find(({ address }) => address === "console:a");
    expect(facts).toMatchObject({ storm: true, state: "ok", queue: { urgent: 0, normal: 0 } });
    await s.stop();
  });

  it.each([
    ["zh-CN", "告警风暴已平息：20 起告警"],
    ["en", "Alert storm over: 20 incidents"],
  ] as const)(
    "tells the worst first, a few a minute, and ends when it is calm, without a flood, in %s",
    async (locale, end) => {
      const s = await Scenario.open({ rules: [hot], plan: { route: byGroup }, locale });
      await s.until("10s");
      burn(s, 200, 20);
      await s.until("1m20s");
      const own = (): string[] => posts(s.console).filter((line) => line.includes("#"));
      // The digest and two of the four critical groups.
      expect(own()).toHaveLength(2);
      await s.until("1m40s");
      // It is calm a minute after it began; what is left stays in the digest.
      expect(s.alerts.book.index.openDigests.size).toBe(0);
      expect(s.console.shown.at(-1)?.card.title).toBe(end);
      const before = posts(s.console).length;
      await s.until("30m");
      expect(posts(s.console)).toHaveLength(before);
      // A new incident after the storm has its own card.
      burn(s, 1, 1, 77);
      await s.until("31m");
      expect(posts(s.console).at(-1)).toMatch(/firing #21 group=g77/);
      await s.stop();
    },
  );

  it("grows by edits while it lasts", async () => {
    const s = await Scenario.open({ rules: [hot], plan: { route: byGroup } });
    await s.until("10s");
    burn(s, 15, 15);
    await s.until("31s");
    burn(s, 10, 10, 20);
    await s.until("46s");
    const digests = s.console.shown.filter(({ card }) => card.kind === "digest");
    expect(digests[0]?.how).toBe("post");
    expect(digests.slice(1).every(({ how }) => how === "edit")).toBe(true);
    expect(digests.at(-1)?.card.title).toBe("Alert storm: 25 incidents");
    await s.stop();
  });

  it.each([
    ["zh-CN", "已认领", "已恢复", "2 条告警"],
    ["en", "acknowledged", "resolved", "2 alerts"],
  ] as const)(
    "keeps saying what becomes of what was folded: owned, over, worse, in %s",
    async (locale, owned, over, two) => {
      const s = await Scenario.open({ rules: [hot], plan: { route: byGroup }, locale });
      await s.until("10s");
      burn(s, 12, 12, 1);
      await s.until("5m");
      const digest = (): string =>
        s.console.shown.filter(({ card }) => card.kind === "digest").at(-1)?.card.text ?? "";
      const folded = [...s.alerts.book.tables.deliveries.values()].filter((one) => one.folded !== undefined);
      const numbers = folded.map(({ about }) => ("incident" in about ? about.incident : 0));
      const [first = 0, second = 0, third = 0] = numbers;
      const groupOf = (id: number): string => s.alerts.book.incident(id)?.labels["group"] ?? "";
      const shown = s.console.shown.length;
      await s.commit((change) =>
        s.alerts.book.acknowledge(change, first, {
          person: "console:alice",
          until: s.clock.now() + 60 * MINUTE,
          at: s.clock.now(),
        }),
      );
      await s.until("5m10s");
      expect(digest()).toMatch(new RegExp(`#${first}\\*\\* .*${owned}`));
      for (let i = 0; i < 12; i++)
        s.sights.ok(1, { group: groupOf(second), host: `h${i}`, severity: "warning" });
      await s.until("5m40s");
      expect(digest()).toMatch(new RegExp(`✅ \\*\\*#${second}\\*\\* .*${over}`));
      expect(s.console.shown.slice(shown).every(({ how }) => how === "edit")).toBe(true);
      // One that gets worse stands out: it has a card of its own now.
      s.sights.bad(1, { group: groupOf(third), host: "h99", severity: "critical" }, 99);
      await s.until("6m10s");
      expect(posts(s.console).at(-1)).toBe(
        `post console:ops firing #${third} group=${groupOf(third)} — ${two}`,
      );
      await s.stop();
    },
  );

  it("goes on over a restart: the same digest, nothing said twice", async () => {
    const s = await Scenario.open({ rules: [hot], plan: { route: byGroup } });
    await s.until("10s");
    burn(s, 100, 25);
    await s.until("25s");
    await s.restart();
    burn(s, 10, 10, 30);
    await s.until("70s");
    expect(posts(s.console).filter((line) => line.includes("Alert storm"))).toHaveLength(1);
    expect(posts(s.console).length).toBeLessThanOrEqual(3);
    expect(new Set(posts(s.console)).size).toBe(posts(s.console).length);
    expect(s.console.shown.at(-1)?.card.title).toMatch(/35 incidents/);
    await s.stop();
  });

  it("can be turned off, or begin elsewhere", async () => {
    const off = await Scenario.open({ rules: [hot], plan: { route: byGroup, storm: null } });
    await off.until("10s");
    burn(off, 20, 20);
    await off.until("1m");
    expect(posts(off.console)).toHaveLength(20);
    await off.stop();
    const early = await Scenario.open({
      rules: [hot],
      plan: { route: byGroup, storm: { incidents: 3, perMs: MINUTE } },
    });
    await early.until("10s");
    burn(early, 4, 4, 1);
    await early.until("1m");
    expect(posts(early.console)).toEqual(["post console:ops firing Alert storm: 4 incidents"]);
    await early.stop();
  });

  it("speaks Chinese", async () => {
    const s = await Scenario.open({ rules: [hot], plan: { route: byGroup }, locale: "zh-CN" });
    await s.until("10s");
    burn(s, 24, 12, 1);
    await s.until("40s");
    const digest = s.console.shown.find(({ card }) => card.kind === "digest")?.card;
    expect(digest?.title).toBe("告警风暴：12 起告警");
    expect(digest?.text).toMatch(/🔴 \*\*#\d+\*\* group=g\d+ — 2 条，11-25 10:00 起/);
    expect(digest?.fields?.[0]).toEqual({ name: "正在发生", value: "严重 2，警告 10" });
    await s.stop();
  });
});

describe("in the chat", () => {
  it.each([["zh-CN"], ["en"]] as const)(
    "every alert of it is found: `alerts`, then each of its incidents, in %s",
    async (locale) => {
      const road = await Road.open({ locale, plan: { route: byGroup } });
      await road.say(`${locale === "en" ? "rule add" : "新建规则"} full: inode_usage_percent > 90`);
      for (let i = 0; i < 1_000; i++)
        road.world.series.append(
          { __name__: "inode_usage_percent", group: `g${i % 50}`, host: `h${i}` },
          road.clock.now(),
          95,
        );
      await road.clock.advance(30_000);
      const pages = async (first: string): Promise<readonly string[]> => {
        const said: string[] = [];
        const word = first.split(" ")[0] ?? "";
        for (let line: string | undefined = first; line !== undefined; ) {
          said.push(await road.say(line));
          const more = (road.cards[0]?.actions ?? []).find(({ id }) => id === "more")?.command;
          line = more?.startsWith(word) === true ? more : undefined;
        }
        return said;
      };
      const numbers = (await pages("alerts")).flatMap((said) =>
        [...said.matchAll(/\*\*#(\d+)\*\*/g)].map(([, id]) => id),
      );
      expect(new Set(numbers).size).toBe(50);
      const hosts = new Set<string>();
      for (const id of numbers)
        for (const said of await pages(`show ${id}`))
          for (const [host] of said.matchAll(/host=h\d+/g)) hosts.add(host);
      expect(hosts.size).toBe(1_000);
      await road.close();
    },
  );
});

describe("what goes to machines", () => {
  it("is never folded: every incident is told by itself", async () => {
    const machine = Object.assign(new RecordingChannel(), { machine: true as const });
    const s = await Scenario.open({
      rules: [{ ...hot, tells: ["machine:x"] }],
      channels: { machine },
      plan: { route: byGroup },
    });
    await s.until("10s");
    burn(s, 400, 40);
    await s.until("40s");
    expect(posts(machine)).toHaveLength(40);
    await s.stop();
  });
});
