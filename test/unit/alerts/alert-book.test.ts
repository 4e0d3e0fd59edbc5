/** What is asked of the book, and what it refuses. */
import { describe, expect, it } from "vitest";
import { KEPT } from "../../../alerts/prune.ts";
import type { Matcher } from "../../../storage/matchers.ts";
import { type RuleSpec, Scenario } from "../../support/scenario.ts";

const HOUR = 3_600_000;
const rules: RuleSpec[] = [
  { id: 1, name: "hot", labels: { severity: "critical" } },
  { id: 2, name: "full", tells: ["console:disk", "console:ops"] },
];
const matcher = (name: string, value: string, op: Matcher["op"] = "="): Matcher => ({ name, op, value });

async function burning(): Promise<Scenario> {
  const s = await Scenario.open({ rules });
  s.sights.bad(1, { host: "a" }, 95);
  s.sights.bad(1, { host: "b" }, 96);
  s.sights.bad(2, { host: "a", mount: "/" }, 97);
  await s.until("20s");
  return s;
}

const silence = (s: Scenario, matchers: readonly Matcher[], over: object = {}) =>
  s.commit((change) => {
    const at = s.clock.now();
    const wanted = {
      matchers,
      startsAt: at,
      endsAt: at + HOUR,
      person: "console:bob",
      conversation: "console:ops",
    };
    return s.alerts.book.addSilence(change, { ...wanted, why: "", at, ...over });
  });

describe("the book", () => {
  it("answers what is active, its members, its story, and whom it tells", async () => {
    const s = await burning();
    const { book } = s.alerts;
    expect(
      book
        .activeIncidents()
        .map(({ id, title, severity, active, tells }) => ({ id, title, severity, active, tells })),
    ).toEqual([
      { id: 1, title: "hot", severity: "critical", active: 2, tells: ["console:ops"] },
      { id: 2, title: "full", severity: "warning", active: 1, tells: ["console:disk", "console:ops"] },
    ]);
    expect(book.members(1).map(({ labels }) => labels)).toEqual([
      { alertname: "hot", severity: "critical", host: "a" },
      { alertname: "hot", severity: "critical", host: "b" },
    ]);
    expect(book.timeline(1)[0]).toMatchObject({ what: "fired", count: 2, labels: { host: "a" }, value: 95 });
    expect(book.alertsOf(1)).toHaveLength(2);
    expect(s.alerts.currentValue(book.members(1)[1]?.id ?? "")).toBe(96);
    expect(s.alerts.stats()).toMatchObject({
      alerts: { firing: 3, pending: 0, nodata: 0 },
      incidents: 2,
      rules: { ok: 2 },
    });
    expect(s.console.shown.map(({ conversation, card }) => `${conversation} ${card.title}`).sort()).toEqual([
      "console:disk #2 full",
      "console:ops #1 hot — 2 alerts",
      "console:ops #2 full",
    ]);
    await s.stop();
  });

  it("previews what a silence would hide, and calls an incident silenced only when all of it is", async () => {
    const s = await burning();
    const { book } = s.alerts;
    const status = (id: number) => {
      const incident = book.incident(id);
      return incident === undefined ? undefined : book.statusOf(incident, s.clock.now());
    };
    expect(book.preview([matcher("host", "a")])).toEqual({ alerts: 2, incidents: 2 });
    expect(book.preview([matcher("host", "a.*", "=~")])).toEqual({ alerts: 2, incidents: 2 });
    expect(book.preview([matcher("host", "z")])).toEqual({ alerts: 0, incidents: 0 });
    await silence(s, [matcher("host", "a")]);
    expect([status(1), status(2)]).toEqual(["firing", "silenced"]);
    await silence(s, [matcher("host", "b")]);
    expect([status(1), status(2)]).toEqual(["silenced", "silenced"]);
    expect(book.activeSilences(s.clock.now()).map(({ id }) => id)).toEqual([1, 2]);
    await s.commit((change) =>
      book.acknowledge(change, 1, {
        person: "console:alice",
        until: s.clock.now() + HOUR,
        at: s.clock.now(),
      }),
    );
    expect(status(1)).toBe("acknowledged");
    expect(book.matchersFor(book.activeIncidents()[0] as never)).toEqual([matcher("alertname", "hot")]);
    await s.stop();
  });

  it("begins a silence that starts later at its time", async () => {
    const s = await burning();
    s.news();
    const at = s.clock.now();
    await silence(s, [matcher("alertname", "hot")], { startsAt: at + 600_000, endsAt: at + 1_200_000 });
    await s.until("10m");
    expect(s.news()).toEqual([]);
    await s.until("10m21s");
    expect(s.news()).toEqual(["edit console:ops silenced #1 hot — 2 alerts"]);
    await s.until("20m21s");
    expect(s.news()).toEqual(["edit console:ops firing #1 hot — 2 alerts"]);
    await s.stop();
  });

  it.each([
    ["a silence of everything", [matcher("host", ".*", "=~")], {}, /match every alert/],
    ["a silence without matchers", [], {}, /match every alert/],
    ["a silence that is over", [matcher("host", "a")], { endsAt: 1 }, /over already/],
    [
      "a silence for an incident that is not there",
      [matcher("host", "a")],
      { incident: 99 },
      /no incident #99/,
    ],
  ])("refuses %s", async (_, matchers, over, words) => {
    const s = await burning();
    const commits = s.journal.commits.length;
    expect(await silence(s, matchers, over)).toMatchObject({ refused: { en: expect.stringMatching(words) } });
    expect(s.journal.commits).toHaveLength(commits);
    await s.stop();
  });

  it("refuses what is about no incident, or one that is over, in both languages", async () => {
    const s = await burning();
    const { book } = s.alerts;
    const by = { person: "console:bob", at: s.clock.now() };
    const answers = await s.commit((change) => [
      book.acknowledge(change, 99, { ...by, until: by.at + HOUR }),
      book.unacknowledge(change, 1, by),
      book.close(change, 99, by),
      book.endSilence(change, 99, by),
    ]);
    expect(answers).toMatchObject([
      { refused: { zh: "没有告警 #99。" } },
      { refused: { zh: "#1 没有人认领。", en: "Nobody has acknowledged #1." } },
      { refused: { en: "There is no incident #99." } },
      { refused: { zh: "没有静默 99。" } },
    ]);
    await s.commit((change) => book.close(change, 1, by));
    expect(await s.commit((change) => book.close(change, 1, by))).toMatchObject({
      refused: { zh: "#1 已经关闭了。" },
    });
    await s.stop();
  });

  it("says of a rule that cannot be judged what is wrong, and keeps its alerts as they are", async () => {
    const s = await burning();
    s.news();
    s.sights.failing.set(1, "many-to-many matching");
    await s.until("10m");
    expect(s.alerts.ruleHealth(1)).toMatchObject({
      state: "error",
      message: { en: "many-to-many matching" },
    });
    expect(s.news()).toEqual([]);
    expect(s.alerts.book.incident(1)?.active).toBe(2);
    s.sights.failing.clear();
    await s.until("11m");
    expect(s.alerts.ruleHealth(1)).toMatchObject({ state: "ok", message: undefined });
    await s.stop();
  });

  it("ends the alerts of a rule in the commit that pauses it, and lets pending ones go", async () => {
    const s = await Scenario.open({ rules: [{ ...(rules[0] as RuleSpec), forMs: 60_000 }] });
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("61s");
    s.sights.bad(1, { host: "b" }, 95);
    await s.until("76s");
    expect(s.alerts.book.alertsOf(1).map(({ state }) => state)).toEqual(["firing", "pending"]);
    await s.commit((change) => {
      s.changeRules(() => {
        (s.rules[0] as RuleSpec).paused = true;
      });
      s.alerts.book.endAlertsOf(change, [1], "rule-paused", s.clock.now());
    });
    expect(s.alerts.book.alertsOf(1)).toEqual([]);
    expect(s.alerts.book.incident(1)).toMatchObject({ active: 0, resolvedAt: s.clock.now() });
    expect(s.alerts.book.timeline(1).find(({ what }) => what === "resolved")).toMatchObject({
      note: "rule-paused",
    });
    await s.stop();
  });

  it("does not count a for across an ok that the disk refused to keep", async () => {
    const s = await Scenario.open({ rules: [{ ...(rules[0] as RuleSpec), forMs: 120_000 }] });
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("61s");
    s.journal.refuse = "disk full";
    s.sights.ok(1, { host: "a" });
    await s.until("76s");
    s.journal.refuse = undefined;
    s.sights.bad(1, { host: "a" }, 95);
    await s.until("200s");
    expect(s.news()).toEqual([]);
    await s.until("215s");
    expect(s.news()).toEqual(["post console:ops firing #1 hot"]);
    await s.stop();
  });

  it("forgets what has been over for a month, with all that hangs on it", async () => {
    const s = await burning();
    const { book } = s.alerts;
    for (const rule of [1, 2])
      for (const host of ["a", "b"]) s.sights.ok(rule, rule === 1 ? { host } : { host, mount: "/" });
    await silence(s, [matcher("host", "q")]);
    await s.until("1m");
    expect(book.index.closed.size).toBe(2);
    s.clock.set(s.clock.now() + KEPT.closedMs - 60_000);
    await s.alerts.deadlinesDue(s.clock.now());
    expect(book.tables.incidents.size).toBe(2);
    s.clock.set(s.clock.now() + 2 * HOUR);
    await s.alerts.deadlinesDue(s.clock.now());
    const { alerts, incidents, timeline, deliveries, silences } = book.tables;
    expect([alerts.size, incidents.size, timeline.size, deliveries.size, silences.size]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    await s.stop();
  });

  it("explains the whole decision", async () => {
    const s = await burning();
    await silence(s, [matcher("host", "a")]);
    const incident = s.alerts.book.incident(2);
    if (incident === undefined) throw new Error("no incident");
    const found = s.alerts.explain(incident, s.clock.now());
    expect(found).toMatchObject({
      status: "silenced",
      active: 1,
      total: 1,
      rules: [{ id: 2, rule: { name: "full", expression: "x > 1", forMs: 0 }, health: { state: "ok" } }],
      alerts: [{ state: "firing", value: 97, found: { host: "a", mount: "/" } }],
      muters: [
        { name: "silence", held: 1, asked: 1, reason: { by: "silence", holds: "everything", silence: 1 } },
        { name: "inhibition", held: 0, asked: 1 },
        { name: "acknowledgement", held: 0, asked: 1 },
        { name: "flapping", held: 0, asked: 1 },
        { name: "time-interval", held: 0, asked: 2 },
      ],
      deliveries: [
        { conversation: "console:disk", state: "waiting", wanted: 2, sent: 1, receipt: true },
        { conversation: "console:ops", state: "waiting", wanted: 2, sent: 1, receipt: true },
      ],
    });
    await s.stop();
  });
});
