/** Restarts, crashes and clocks that jump: nothing is invented, resolved or repeated by them. */
import { describe, expect, it } from "vitest";
import { Scenario } from "../support/scenario.ts";

const hot = { id: 1, name: "hot", forMs: 0 };
const patient = { id: 1, name: "hot", forMs: 300_000 };
const a = { host: "a" };
const HOUR = 3_600_000;

describe("a restart", () => {
  it("repeats nothing and loses nothing", async () => {
    const s = await Scenario.open({ rules: [hot] });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      {
        at: "1m",
        do: (s) =>
          s.commit((change) => {
            const at = s.clock.now();
            s.alerts.book.acknowledge(change, 1, { person: "console:alice", until: at + HOUR, at });
          }),
        expect: ["edit console:ops acknowledged #1 hot"],
      },
      { at: "2m", do: (s) => s.restart() },
      { at: "10m", do: (s) => s.restart() },
      { at: "20m", do: (s) => s.sights.ok(1, a), expect: ["edit console:ops resolved #1 hot"] },
      { at: "2h" },
    ]);
    await s.stop();
  });

  it.each([
    ["zh-CN", "更夫离岗了 30分钟"],
    ["en", "Nobody watched for 30m"],
  ] as const)("says in the story that nobody watched, when it was long, in %s", async (locale, title) => {
    const s = await Scenario.open({ rules: [hot], locale });
    s.sights.bad(1, a, 95);
    await s.until("1m");
    expect(s.news()).toHaveLength(1);
    await s.kill();
    await s.until("31m");
    await s.start();
    await s.until("32m");
    expect(s.news()).toEqual([`post console:ops text ${title}`]);
    expect(s.alerts.book.timeline(1).map(({ what }) => what)).toEqual(["fired", "told", "watch-interrupted"]);
    await s.restart();
    await s.until("33m");
    expect(s.news()).toEqual([]);
    await s.stop();
  });

  it("counts a for on across a short absence", async () => {
    const s = await Scenario.open({ rules: [patient] });
    s.sights.bad(1, a, 95);
    await s.until("4m");
    await s.restart();
    await s.until("4m59s");
    expect(s.news()).toEqual([]);
    await s.until("5m16s");
    expect(s.news()).toEqual(["post console:ops firing #1 hot"]);
    await s.stop();
  });

  it("begins a for anew after a long one, because nobody knows what was", async () => {
    const s = await Scenario.open({ rules: [patient] });
    s.sights.bad(1, a, 95);
    await s.until("4m");
    await s.kill();
    await s.until("10m");
    await s.start();
    await s.until("14m59s");
    expect(s.news()).toEqual(["post console:ops text Nobody watched for 6m"]);
    await s.until("15m16s");
    expect(s.news()).toEqual(["post console:ops firing #1 hot"]);
    await s.stop();
  });

  it("ends an acknowledgement whose deadline passed meanwhile, once", async () => {
    const s = await Scenario.open({ rules: [hot] });
    s.sights.bad(1, a, 95);
    await s.until("1m");
    await s.commit((change) => {
      const at = s.clock.now();
      s.alerts.book.acknowledge(change, 1, { person: "console:alice", until: at + 600_000, at });
    });
    await s.until("2m");
    s.news();
    await s.kill();
    await s.until("30m");
    await s.start();
    await s.until("31m");
    expect(s.news()).toEqual([
      "post console:ops text Nobody watched for 28m",
      "edit console:ops firing #1 hot",
      "post console:ops text #1 hot: the acknowledgement by alice has ended, and it still fires.",
    ]);
    await s.restart();
    await s.until("32m");
    expect(s.news()).toEqual([]);
    await s.stop();
  });
});

describe("a clock that jumps", () => {
  it.each([HOUR, -HOUR])("by %i ms neither invents, resolves nor repeats", async (byMs) => {
    const s = await Scenario.open({ rules: [hot, { ...patient, id: 2, name: "slow" }] });
    s.sights.bad(1, a, 95);
    s.sights.bad(2, a, 95);
    await s.until("2m");
    expect(s.news()).toEqual(["post console:ops firing #1 hot"]);
    s.clock.set(s.clock.now() + byMs);
    await s.until("6m50s");
    // The pending one began anew at the jump; the firing one stays as it was.
    expect(s.news()).toEqual([]);
    await s.until("20m");
    expect(s.news()).toEqual(["post console:ops firing #2 slow"]);
    s.sights.ok(1, a);
    await s.until("21m");
    expect(s.news()).toEqual(["edit console:ops resolved #1 hot"]);
    await s.stop();
  });

  it("back does not keep a refused delivery waiting until the old time comes again", async () => {
    const s = await Scenario.open({ rules: [hot] });
    const { busy } = await import("../support/recording-channel.ts");
    s.console.tricks = [busy(), busy(), busy()];
    s.sights.bad(1, a, 95);
    await s.until("20s");
    s.clock.set(s.clock.now() - HOUR);
    await s.until("2m");
    expect(s.news()).toEqual(["post console:ops firing #1 hot"]);
    await s.stop();
  });

  it("back does not judge by what was an hour ago", async () => {
    const s = await Scenario.open({ rules: [hot] });
    await s.until("1m");
    s.clock.set(s.clock.now() - HOUR);
    // What is recorded around that time is of that time.
    s.sights.bad(1, a, 95);
    await s.until("3m");
    s.sights.ok(1, a);
    await s.until("20m");
    expect(s.news()).toEqual([]);
    await s.stop();
  });
});

describe("a crash after any commit", () => {
  it("keeps what was accepted and never posts twice what was recorded", async () => {
    const s = await Scenario.open({ rules: [hot] });
    s.sights.bad(1, a, 95);
    await s.until("30s");
    await s.commit((change) => {
      const at = s.clock.now();
      s.alerts.book.acknowledge(change, 1, { person: "console:alice", until: at + HOUR, at });
    });
    await s.until("45s");
    s.sights.ok(1, a);
    await s.until("90s");
    await s.stop();
    const all = [...s.journal.commits];
    for (let kept = 0; kept <= all.length; kept++) {
      const after = await Scenario.open({ rules: [hot] }, all.slice(0, kept));
      const before = all.slice(0, kept).join("\n");
      const recorded = (before.match(/"what":"told"/g) ?? []).length;
      await after.until("2m");
      const posts = after.console.shown.filter(({ how }) => how === "post").length;
      const incident = after.alerts.book.incident(1);
      // The card is posted by exactly one of the two lives; only what was not recorded is posted again.
      expect(recorded + posts, `after ${kept} commits`).toBe(incident === undefined ? 0 : 1);
      if (before.includes('"what":"acknowledged"'))
        expect(after.alerts.book.timeline(1).map(({ what }) => what)).toContain("acknowledged");
      await after.stop();
    }
  });
});
