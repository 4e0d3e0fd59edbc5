/** Who is told next while nobody acknowledges, and what stops that. */
import { describe, expect, it } from "vitest";
import type { EscalationPolicy } from "../../alerts/incidents/escalation-config.ts";
import { receiver, root } from "../support/plans.ts";
import { Scenario } from "../support/scenario.ts";

const MINUTE = 60_000;
const hot = { id: 1, name: "hot" };
const a = { host: "a" };

const oncall: EscalationPolicy = {
  name: "oncall",
  steps: [
    { afterMs: 5 * MINUTE, receiver: "second" },
    { afterMs: 15 * MINUTE, receiver: "boss" },
  ],
  repeatMs: 30 * MINUTE,
};
const plan = {
  route: root("console:ops", { groupWaitMs: 0, repeatIntervalMs: 24 * 60 * MINUTE, escalation: "oncall" }),
  receivers: [receiver("second", ["console:second"]), receiver("boss", ["console:boss"])],
  escalations: [oncall],
};

const act = {
  ack: (s: Scenario) =>
    s.commit((change) => {
      const at = s.clock.now();
      return s.alerts.book.acknowledge(change, 1, { person: "console:alice", until: at + 60 * MINUTE, at });
    }),
  unack: (s: Scenario) =>
    s.commit((change) =>
      s.alerts.book.unacknowledge(change, 1, { person: "console:alice", at: s.clock.now() }),
    ),
  silence: (s: Scenario) =>
    s.commit((change) => {
      const at = s.clock.now();
      return s.alerts.book.addSilence(change, {
        matchers: [{ name: "alertname", op: "=", value: "hot" }],
        startsAt: at,
        endsAt: at + 9 * MINUTE,
        person: "console:bob",
        conversation: "console:ops",
        why: "",
        at,
      });
    }),
};

const edits = (status: string, ...rooms: string[]): string[] =>
  rooms.map((room) => `edit console:${room} ${status} #1 hot`);

describe.each([["zh-CN"], ["en"]] as const)("an escalation, in %s", (locale) => {
  const zh = locale === "zh-CN";
  const lasts = (zhSpan: string, enSpan: string, to: string): string =>
    zh
      ? `post console:${to} text #1 hot：${zhSpan}没有人认领，升级给 ${to}。`
      : `post console:${to} text #1 hot: nobody has acknowledged it for ${enSpan}; escalated to ${to}.`;

  it("tells step after step, then the last again and again, with a fresh card each time it is new", async () => {
    const s = await Scenario.open({ rules: [hot], locale, plan });
    await s.play([
      { at: "15s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "5m29s", expect: ["post console:second firing #1 hot"] },
      { at: "10m", do: (s) => s.restart() },
      { at: "15m29s", expect: ["post console:boss firing #1 hot"] },
      { at: "45m29s", expect: [lasts("45分钟", "45m", "boss")] },
      { at: "1h15m29s", expect: [lasts("1小时15分", "1h 15m", "boss")] },
      {
        at: "1h20m",
        do: (s) => s.sights.ok(1, a),
        expect: edits("resolved", "ops", "second", "boss"),
      },
      { at: "5h" },
    ]);
    expect(
      s.alerts.book
        .timeline(1)
        .filter(({ what }) => what === "escalated")
        .map(({ step, receiver }) => `${step} ${receiver}`),
    ).toEqual(["1 second", "2 boss", "2 boss", "2 boss"]);
    await s.stop();
  });

  it("stops while somebody has it, and begins anew when it is given back or the time is over", async () => {
    const s = await Scenario.open({ rules: [hot], locale, plan });
    const ended = zh
      ? "text #1 hot：alice 的认领到期了，告警还没有恢复。"
      : "text #1 hot: the acknowledgement by alice has ended, and it still fires.";
    await s.play([
      { at: "15s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "4m", do: act.ack, expect: edits("acknowledged", "ops") },
      { at: "20m", do: act.unack, expect: edits("firing", "ops") },
      { at: "24m59s", expect: ["post console:second firing #1 hot"] },
      { at: "26m", do: act.ack, expect: edits("acknowledged", "ops", "second") },
      {
        at: "1h25m59s",
        expect: [
          ...edits("firing", "ops", "second"),
          `post console:ops ${ended}`,
          `post console:second ${ended}`,
        ],
      },
      { at: "1h30m59s", expect: [lasts("5分钟", "5m", "second")] },
      { at: "1h40m59s", expect: ["post console:boss firing #1 hot"] },
      { at: "1h50m", do: (s) => s.sights.ok(1, a), expect: edits("resolved", "ops", "second", "boss") },
      { at: "6h" },
    ]);
    await s.stop();
  });

  it("does not run under a silence, and begins anew after it", async () => {
    const s = await Scenario.open({ rules: [hot], locale, plan });
    await s.play([
      { at: "15s", do: (s) => s.sights.bad(1, a, 95), expect: ["post console:ops firing #1 hot"] },
      { at: "4m", do: act.silence, expect: edits("silenced", "ops") },
      { at: "12m59s", expect: edits("firing", "ops") },
      { at: "17m59s", expect: ["post console:second firing #1 hot"] },
      { at: "20m", do: (s) => s.sights.ok(1, a), expect: edits("resolved", "ops", "second") },
      { at: "5h" },
    ]);
    await s.stop();
  });
});
