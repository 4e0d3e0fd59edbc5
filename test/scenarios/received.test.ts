/** Alerts that other systems send, from the word to the card. */
import { describe, expect, it } from "vitest";
import type { Posted, Refusal, Sender } from "../../alerts/intake/posted.ts";
import { fingerprint, type Labels } from "../../storage/labels.ts";
import { NotSaved } from "../../storage/store.ts";
import { node, receiver, root } from "../support/plans.ts";
import { Scenario, type ScenarioOptions } from "../support/scenario.ts";

const MINUTE = 60_000;
const disk: Labels = { alertname: "disk", host: "web-1", severity: "critical" };
const twin: Labels = { alertname: "disk", host: "web-2", severity: "warning" };
const prometheus: Sender = { name: "prometheus", resolveAfterMs: 5 * MINUTE };
const other: Sender = { name: "other", resolveAfterMs: 5 * MINUTE };

const atOnce = { route: root("console:ops", { groupWaitMs: 0, groupIntervalMs: 0 }) };

interface Times {
  /** Since now, in milliseconds. */
  readonly from?: number;
  readonly until?: number;
}

function posted(s: Scenario, labels: Labels, { from, until }: Times = {}, annotations: Labels = {}): Posted {
  const at = s.clock.now();
  return {
    labels,
    annotations,
    generatorURL: "",
    ...(from === undefined ? {} : { startsAt: at + from }),
    ...(until === undefined ? {} : { endsAt: at + until }),
  };
}

function post(labels: Labels, times: Times = {}, sender = prometheus) {
  return (s: Scenario): Promise<readonly Refusal[]> =>
    s.alerts.intake.accept(sender, [posted(s, labels, times)], s.clock.now());
}

/** As Prometheus does while it fires: an end four minutes ahead. */
const fires = (labels: Labels, sender = prometheus) =>
  post(labels, { from: -MINUTE, until: 4 * MINUTE }, sender);
const isOver = (labels: Labels, sender = prometheus) =>
  post(labels, { from: -10 * MINUTE, until: -1_000 }, sender);

function open(more: Partial<ScenarioOptions> = {}, commits: readonly string[] = []): Promise<Scenario> {
  return Scenario.open({ rules: [], plan: atOnce, ...more }, commits);
}

/** What `why` and the timeline know of how each alert of an incident ended. */
function ends(s: Scenario, incident = 1): unknown[] {
  return s.alerts.book
    .members(incident)
    .map((alert) => (alert.state === "resolved" ? alert.reason : alert.state));
}

describe.each([["zh-CN"], ["en"]] as const)("in %s", (locale) => {
  const two = locale === "zh-CN" ? " — 2 条告警" : " — 2 alerts";

  it("one card: fires, a second alert joins, both end", async () => {
    const s = await open({ locale });
    await s.play([
      { at: "10s", do: fires(disk), expect: ["post console:ops firing #1 disk"] },
      { at: "20s", do: fires(twin), expect: [`edit console:ops firing #1 disk${two}`] },
      // The same again is no news.
      { at: "80s", do: fires(disk) },
      { at: "90s", do: isOver(disk), expect: ["edit console:ops firing #1 disk"] },
      { at: "2m", do: isOver(twin), expect: [`edit console:ops resolved #1 disk${two}`] },
      { at: "30m" },
    ]);
    expect(ends(s)).toEqual(["recovered", "recovered"]);
    expect([...s.alerts.intake.all()]).toEqual([]);
    await s.stop();
  });

  it("a sender that falls silent: it is over, and the card's story says why", async () => {
    const s = await open({ locale });
    await s.play([
      // Longer than the time after a start in which silence is not believed.
      { at: "6m", do: post(disk), expect: ["post console:ops firing #1 disk"] },
      { at: "10m58s" },
      { at: "10m59s", expect: ["edit console:ops resolved #1 disk"] },
      { at: "20m" },
    ]);
    expect(ends(s)).toEqual(["expired"]);
    await s.stop();
  });

  it("acknowledged while it fires: the sender's repeats change nothing", async () => {
    const s = await open({ locale });
    await s.play([
      { at: "10s", do: fires(disk), expect: ["post console:ops firing #1 disk"] },
      {
        at: "20s",
        do: (s) =>
          s.commit((change) => {
            const at = s.clock.now();
            s.alerts.book.acknowledge(change, 1, { person: "console:alice", until: at + 60 * MINUTE, at });
          }),
        expect: ["edit console:ops acknowledged #1 disk"],
      },
      { at: "1m", do: fires(disk) },
      { at: "2m", do: fires(disk) },
      { at: "3m", do: isOver(disk), expect: ["edit console:ops resolved #1 disk"] },
    ]);
    await s.stop();
  });

  it("closed by hand: quiet until the sender has said that it is over, then it may fire anew", async () => {
    const s = await open({ locale });
    await s.play([
      { at: "10s", do: fires(disk), expect: ["post console:ops firing #1 disk"] },
      {
        at: "20s",
        do: (s) =>
          s.commit((change) =>
            s.alerts.book.close(change, 1, { person: "console:alice", at: s.clock.now() }),
          ),
        expect: ["edit console:ops resolved #1 disk"],
      },
      { at: "70s", do: fires(disk) },
      { at: "2m", do: isOver(disk) },
      {
        at: "3m",
        do: post(disk, { from: 0, until: 4 * MINUTE }),
        expect: ["post console:ops firing #2 disk"],
      },
    ]);
    await s.stop();
  });
});

describe("routes", () => {
  it("a sender's own receiver stands in place of the root's, and routes go before it", async () => {
    const s = await open({
      plan: {
        route: root("console:ops", {
          groupWaitMs: 0,
          groupIntervalMs: 0,
          routes: [node("dba", 'team="db"')],
        }),
        receivers: [receiver("dba", ["console:dba"]), receiver("scripts", ["console:scripts"])],
      },
    });
    const script: Sender = { name: "script", receiver: "scripts", resolveAfterMs: MINUTE };
    await s.play([
      { at: "10s", do: post(disk, {}, script), expect: ["post console:scripts firing #1 disk"] },
      {
        at: "20s",
        do: post({ alertname: "slow", team: "db" }, {}, script),
        expect: ["post console:dba firing #2 slow"],
      },
    ]);
    await s.stop();
  });
});

describe("senders that are not simple", () => {
  it("two of them, the clock of one five minutes behind: one card, and it ends when the right one says so", async () => {
    const s = await open();
    const behind = (labels: Labels) => post(labels, { from: -6 * MINUTE, until: -MINUTE }, other);
    await s.play([
      { at: "10s", do: behind(disk) },
      { at: "20s", do: fires(disk), expect: ["post console:ops firing #1 disk"] },
      { at: "50s", do: behind(disk) },
      { at: "80s", do: fires(disk) },
      { at: "110s", do: behind(disk) },
      { at: "140s", do: isOver(disk), expect: ["edit console:ops resolved #1 disk"] },
      { at: "170s", do: behind(disk) },
      { at: "20m" },
    ]);
    await s.stop();
  });

  it("two of them, one five minutes late: it fires as long as one of them says so", async () => {
    const s = await open();
    await s.play([
      { at: "10s", do: fires(disk), expect: ["post console:ops firing #1 disk"] },
      { at: "70s", do: fires(disk, other) },
      { at: "130s", do: fires(disk, other) },
      // Before the last word of the other, so it is not the end.
      { at: "131s", do: post(disk, { from: -10 * MINUTE, until: -2_000 }) },
      { at: "190s", do: fires(disk, other) },
      { at: "250s", do: isOver(disk, other), expect: ["edit console:ops resolved #1 disk"] },
      { at: "20m" },
    ]);
    await s.stop();
  });

  it("one that repeats itself every second: one card, and nothing more", async () => {
    const s = await open();
    await s.play([
      { at: "1s", do: fires(disk), expect: ["post console:ops firing #1 disk"] },
      ...Array.from({ length: 120 }, (_, i) => ({ at: `${i + 2}s`, do: fires(disk) })),
      { at: "3m", do: isOver(disk), expect: ["edit console:ops resolved #1 disk"] },
    ]);
    expect(
      s.alerts.book.timeline(1).filter(({ what }) => what === "fired" || what === "joined"),
    ).toHaveLength(1);
    await s.stop();
  });

  it("over before it was ever heard of: nobody is told, and nothing is kept", async () => {
    const s = await open();
    await s.play([{ at: "10s", do: isOver(disk) }, { at: "20s", do: isOver(disk) }, { at: "10m" }]);
    expect([...s.alerts.intake.all()]).toEqual([]);
    await s.stop();
  });

  it("one with more alerts than it may have: the rest is refused, its own and others' go on", async () => {
    const s = await open({ plan: { ...atOnce, intake: { alertsPerSender: 2 } } });
    const hosts = ["a", "b", "c", "d"].map((host) => ({ alertname: "disk", host }));
    const lot = hosts.map((labels) => posted(s, labels, { until: 4 * MINUTE }));
    const refused = await s.alerts.intake.accept(prometheus, lot, s.clock.now());
    expect(refused.map(({ index }) => index)).toEqual([2, 3]);
    expect(refused[0]?.why.en).toBe(
      "the sender prometheus has as many alerts as it may, 2 (intake.alerts_per_sender)",
    );
    // What it has already may be said again, and ended.
    expect(await s.alerts.intake.accept(prometheus, lot.slice(0, 2), s.clock.now())).toEqual([]);
    expect(await s.alerts.intake.accept(other, [posted(s, twin)], s.clock.now())).toEqual([]);
    await isOver(hosts[0] as Labels)(s);
    await s.until("5s");
    expect(await s.alerts.intake.accept(prometheus, lot.slice(2, 3), s.clock.now())).toEqual([]);
    expect(Object.fromEntries(s.alerts.intake.stats().refused)).toEqual({ prometheus: 2 });
    expect(Object.fromEntries(s.alerts.intake.stats().kept)).toEqual({ prometheus: 2, other: 1 });
    await s.stop();
  });
});

describe("a flood", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ alertname: `a${i % 5}`, host: `h${i}` }));

  it("is written down whole, then drawn: one card per group", async () => {
    const s = await open();
    const lot = many(300).map((labels) => posted(s, labels, { until: 60 * MINUTE }));
    await Promise.all([
      s.alerts.intake.accept(prometheus, lot.slice(0, 150), s.clock.now()),
      s.alerts.intake.accept(other, lot.slice(150), s.clock.now()),
    ]);
    expect([...s.alerts.intake.all()]).toHaveLength(300);
    await s.until("5s");
    expect(s.alerts.book.activeIncidents().map(({ active }) => active)).toEqual([60, 60, 60, 60, 60]);
    expect(s.alerts.intake.stats().unprocessed).toBe(0);
    expect(s.alerts.book.tables.lots.size).toBe(0);
    await s.stop();
  });

  it("what was written down and not drawn is drawn after a kill; what was drawn is not told again", async () => {
    const s = await open();
    await fires(disk)(s);
    await s.until("2s");
    const before = s.news();
    expect(before).toEqual(["post console:ops firing #1 disk"]);
    const at = s.clock.now();
    const lot = [disk, ...many(60)].map((labels) => posted(s, labels, { from: -MINUTE, until: 60 * MINUTE }));
    await s.alerts.intake.accept(prometheus, lot, at);
    expect(s.alerts.book.tables.lots.size).toBe(1);
    await s.restart();
    // Known from the first moment on, before anything is drawn.
    expect([...s.alerts.intake.all()]).toHaveLength(61);
    await s.until("5s");
    expect(s.alerts.book.activeIncidents()).toHaveLength(6);
    expect(s.news().filter((line) => line.includes("#1 "))).toEqual([]);
    expect(s.alerts.book.tables.lots.size).toBe(0);
    await s.stop();
  });

  it("a refusing disk: nothing of it was taken, and the sender hears so", async () => {
    const s = await open();
    s.journal.refuse = "disk full";
    const lot = many(60).map((labels) => posted(s, labels));
    await expect(s.alerts.intake.accept(prometheus, lot, s.clock.now())).rejects.toThrow(NotSaved);
    await expect(s.alerts.intake.accept(prometheus, lot.slice(0, 1), s.clock.now())).rejects.toThrow(
      NotSaved,
    );
    s.journal.refuse = undefined;
    expect([...s.alerts.intake.all()]).toEqual([]);
    expect(s.alerts.intake.stats().kept.size).toBe(0);
    await s.alerts.intake.accept(prometheus, lot, s.clock.now());
    await s.until("5s");
    expect(s.alerts.book.activeIncidents()).toHaveLength(5);
    await s.stop();
  });

  it("a disk that refuses while it is drawn: it is drawn when the disk is back", async () => {
    const s = await open();
    const lot = many(60).map((labels) => posted(s, labels, { until: 60 * MINUTE }));
    const unwatch = s.alerts.book.tables.lots.watch(() => {
      s.journal.refuse = "disk full";
    });
    await s.alerts.intake.accept(prometheus, lot, s.clock.now());
    await s.until("10s");
    const active = () => s.alerts.book.activeIncidents().map((incident) => incident.active);
    // What begins an incident was drawn with its lot.
    expect(active()).toEqual([1, 1, 1, 1, 1]);
    unwatch();
    s.journal.refuse = undefined;
    await s.until("30s");
    expect(active()).toEqual([12, 12, 12, 12, 12]);
    expect(s.alerts.book.tables.lots.size).toBe(0);
    await s.stop();
  });
});

describe("time that nobody watched", () => {
  it("after a start, silence is not believed before senders could be heard again", async () => {
    const s = await open();
    await s.play([
      { at: "10s", do: fires(disk), expect: ["post console:ops firing #1 disk"] },
      { at: "11s" },
    ]);
    await s.kill();
    await s.clock.advance(20 * MINUTE);
    await s.start();
    await s.clock.advance(60_000);
    expect(s.news().filter((line) => line.includes("resolved"))).toEqual([]);
    const known = s.alerts.intake.known(fingerprint(disk));
    expect(known !== undefined && s.alerts.intake.fires(known, s.clock.now())).toBe(true);
    // The sender is back in time: nothing has happened.
    await fires(disk)(s);
    await s.clock.advance(3 * MINUTE);
    expect(s.news().filter((line) => line.includes("#1"))).toEqual([]);
    // And when it stays silent, it is over.
    await s.clock.advance(10 * MINUTE);
    expect(s.news()).toEqual(["edit console:ops resolved #1 disk"]);
    await s.stop();
  });

  it("a clock that is put forward ends nothing that is heard of again", async () => {
    const s = await open();
    await s.play([
      { at: "10s", do: fires(disk), expect: ["post console:ops firing #1 disk"] },
      { at: "3m", do: fires(disk) },
      { at: "6m", do: fires(disk) },
    ]);
    s.clock.set(s.clock.now() + 30 * MINUTE);
    await s.clock.advance(60_000);
    await fires(disk)(s);
    await s.clock.advance(60_000);
    expect(s.news()).toEqual([]);
    await s.stop();
  });
});
