/** What ends an acknowledgement, who hears of it, and how two people at once are settled. */
import { describe, expect, it } from "vitest";
import { isRefused } from "../../alerts/refused.ts";
import { Scenario } from "../support/scenario.ts";

const hot = { id: 1, name: "hot", labels: { severity: "warning" } };
/** In the same group, and worse. */
const worse = { id: 2, name: "hot", labels: { severity: "critical" } };
const host = (name: string): { host: string } => ({ host: name });
const HOUR = 3_600_000;

function acknowledge(s: Scenario, person = "console:alice", forMs = 4 * HOUR) {
  return s.commit((change) => {
    const at = s.clock.now();
    return s.alerts.book.acknowledge(change, 1, { person, until: at + forMs, at });
  });
}

function giveBack(s: Scenario) {
  return s.commit((change) =>
    s.alerts.book.unacknowledge(change, 1, { person: "console:alice", at: s.clock.now() }),
  );
}

/** What the card says of its owner now. */
function ownerOnCard(s: Scenario): string | undefined {
  const incident = s.alerts.book.incident(1);
  if (incident === undefined) return undefined;
  const card = s.alerts.card(incident, s.clock.now());
  return card.fields?.find(({ name }) => name === "Owner" || name === "认领")?.value;
}

describe.each([["zh-CN"], ["en"]] as const)("an acknowledgement, in %s", (locale) => {
  const zh = locale === "zh-CN";
  const many = (count: number): string => (zh ? ` — ${count} 条告警` : ` — ${count} alerts`);

  it("ends when it gets worse, and says why on the card, in the story and in a message", async () => {
    const s = await Scenario.open({ rules: [hot, worse], locale });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, host("a"), 95), expect: ["post console:ops firing #1 hot"] },
      { at: "1m", do: (s) => acknowledge(s), expect: ["edit console:ops acknowledged #1 hot"] },
      {
        at: "2m",
        do: (s) => s.sights.bad(2, host("a"), 99),
        expect: [
          zh
            ? "post console:ops text #1 hot：级别升为严重，alice 的认领作废。"
            : "post console:ops text #1 hot: it got worse (critical), so the acknowledgement by alice has ended.",
          `edit console:ops firing #1 hot${many(2)}`,
        ].sort((one) => (one.startsWith("edit") ? -1 : 1)),
      },
      { at: "5h" },
    ]);
    expect(ownerOnCard(s)).toMatch(
      zh ? /^无（级别升高，alice 的认领 .* 作废）$/ : /^nobody \(alice's ended .*: it got worse\)$/,
    );
    expect(s.alerts.book.timeline(1).at(-1)).toMatchObject({
      what: "acknowledge-ended",
      person: "console:alice",
      note: "severity",
    });
    await s.stop();
  });

  it("ends with more than half again as many alerts as when it was given, not before", async () => {
    const s = await Scenario.open({ rules: [hot], locale });
    for (const name of ["a", "b", "c", "d"]) s.sights.bad(1, host(name), 95);
    await s.until("20s");
    expect(s.news()).toEqual([`post console:ops firing #1 hot${many(4)}`]);
    await acknowledge(s);
    await s.until("30s");
    s.news();
    s.sights.bad(1, host("e"), 95);
    s.sights.bad(1, host("f"), 95);
    await s.until("1m");
    expect(s.news()).toEqual([`edit console:ops acknowledged #1 hot${many(6)}`]);
    s.sights.bad(1, host("g"), 95);
    await s.until("2m");
    expect(s.news()).toEqual([
      `edit console:ops firing #1 hot${many(7)}`,
      zh
        ? "post console:ops text #1 hot：告警从 4 条增加到 7 条，alice 的认领作废。"
        : "post console:ops text #1 hot: 7 alerts now, 4 when alice acknowledged it, so that has ended.",
    ]);
    await s.restart();
    await s.until("3m");
    expect(s.news()).toEqual([]);
    expect(ownerOnCard(s)).toContain("alice");
    await s.stop();
  });

  it("given back says so, and a new owner takes the place of the old", async () => {
    const s = await Scenario.open({ rules: [hot], locale });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, host("a"), 95), expect: ["post console:ops firing #1 hot"] },
      { at: "1m", do: (s) => acknowledge(s), expect: ["edit console:ops acknowledged #1 hot"] },
      { at: "2m", do: giveBack, expect: ["edit console:ops firing #1 hot"] },
      { at: "3m" },
    ]);
    expect(ownerOnCard(s)).toMatch(zh ? /^无（alice .* 放弃）$/ : /^nobody \(alice gave it back .*\)$/);
    await acknowledge(s, "console:bob");
    expect(ownerOnCard(s)).toMatch(/^bob/);
    await s.stop();
  });
});

describe("an acknowledgement", () => {
  it("loses to a recovery in the same commit round, and settles two people at once", async () => {
    const s = await Scenario.open({ rules: [hot] });
    s.sights.bad(1, host("a"), 95);
    await s.until("20s");
    const answers = await Promise.all([acknowledge(s), acknowledge(s, "console:bob"), acknowledge(s)]);
    expect(
      answers.map((answer) => (isRefused(answer) ? answer.refused.zh.slice(0, 14) : answer.news)),
    ).toEqual([true, "#1 已由 alice 认领", false]);
    const { book } = s.alerts;
    const close = s.commit((change) => book.close(change, 1, { person: "console:boss", at: s.clock.now() }));
    const late = acknowledge(s, "console:carol");
    expect(isRefused(await close)).toBe(false);
    expect(await late).toMatchObject({ refused: { en: "#1 is closed already." } });
    await s.until("30s");
    expect(s.alerts.book.incident(1)?.resolvedAt).toBeDefined();
    await s.stop();
  });

  it("of an incident that nobody was told of is stored, and told by nobody", async () => {
    const { root } = await import("../support/plans.ts");
    const s = await Scenario.open({ rules: [hot], plan: { route: root("console:ops") } });
    await s.play([
      { at: "10s", do: (s) => s.sights.bad(1, host("a"), 95) },
      { at: "30s", do: (s) => acknowledge(s) },
      { at: "1m14s", expect: ["post console:ops acknowledged #1 hot"] },
      { at: "3h" },
    ]);
    await s.stop();
  });
});
