/** The card of an incident in each of its states, in both languages. */
import { describe, expect, it } from "vitest";
import type { FiredAlert } from "../../../../alerts/alert.ts";
import type { Incident } from "../../../../alerts/incidents/incident.ts";
import { type CardFacts, incidentCard } from "../../../../alerts/incidents/incident-card.ts";

const at = Date.UTC(2026, 10, 25, 2, 0);
const HOUR = 3_600_000;
const incident: Incident = {
  id: 12,
  group: "rule:1",
  title: "hot",
  labels: { alertname: "hot" },
  severity: "critical",
  openedAt: at,
  active: 1,
  peak: 1,
  version: 1,
  news: 1,
  tells: ["console:ops"],
  routes: [],
};
const alert = (host: string, value = 92.46): FiredAlert => ({
  id: `1/${host}`,
  rule: 1,
  labels: { alertname: "hot", severity: "critical", host },
  found: { host },
  annotations: {},
  state: "firing",
  since: at - 300_000,
  value,
  firedAt: at,
  incident: 12,
});
const facts: CardFacts = {
  locale: "zh-CN",
  zone: "Asia/Shanghai",
  status: "firing",
  silence: undefined,
  expression: "cpu_usage_percent > 90",
  unitOf: () => "percent",
  currentValue: () => undefined,
};
const english: CardFacts = { ...facts, locale: "en" };
const silence = {
  id: 5,
  matchers: [],
  startsAt: at,
  endsAt: at + HOUR,
  person: "console:bob",
  conversation: "console:ops",
  why: "release",
  createdAt: at,
  drawn: "begun",
} as const;

const commands = (card: ReturnType<typeof incidentCard>) =>
  card.actions?.map(({ label, command }) => `${label}: ${command}`);
const fields = (card: ReturnType<typeof incidentCard>) =>
  Object.fromEntries((card.fields ?? []).map(({ name, value }) => [name, value]));

describe("the card of an incident", () => {
  it("shows the links and mentions that came with a message", () => {
    const annotations = { links: "详情: https://a.example/1", mentions: "@all @13800000000" };
    const card = incidentCard(incident, [{ ...alert("a"), annotations }], facts);
    expect(fields(card)).toMatchObject({ 链接: "详情: https://a.example/1", 提及: "@all @13800000000" });
    expect(fields(incidentCard(incident, [{ ...alert("a"), annotations }], english))).toMatchObject({
      Links: "详情: https://a.example/1",
      Mentions: "@all @13800000000",
    });
  });

  it("says what, where, how much, since when", () => {
    const card = incidentCard(incident, [alert("a")], { ...facts, currentValue: () => 97 });
    expect(card).toMatchObject({
      kind: "incident",
      title: "#12 hot",
      severity: "critical",
      status: "firing",
      incident: 12,
    });
    expect(card.text).toBeUndefined();
    expect(fields(card)).toEqual({
      内容: "cpu_usage_percent > 90",
      位置: "host=a",
      数值: "97%",
      开始: "11-25 10:00",
    });
    expect(commands(card)).toEqual(["认领: ack 12", "静默1小时: silence 12 1h", "详情: show 12"]);
    expect(fields(incidentCard(incident, [alert("a")], english))).toEqual({
      What: "cpu_usage_percent > 90",
      Where: "host=a",
      Value: "92.5%",
      Since: "Nov 25 10:00",
    });
  });

  it("names five alerts and counts the rest", () => {
    const members = Array.from({ length: 42 }, (_, i) => alert(`web-${i}`));
    const many = { ...incident, active: 42, peak: 42 };
    expect(incidentCard(many, members, facts).title).toBe("#12 hot — 42 条告警");
    const card = incidentCard(many, members, english);
    expect(card.title).toBe("#12 hot — 42 alerts");
    expect(card.text?.split("\n")).toHaveLength(6);
    expect(card.text).toMatch(/…and 37 more$/);
    expect(fields(card)["Where"]).toBeUndefined();
  });

  it("prefers the summary to the expression, and leaves labels text", () => {
    const evil = {
      ...alert("<b>*x*</b>"),
      annotations: { summary: "CPU is\nhot", description: "see [this](x)" },
    };
    const card = incidentCard(incident, [evil], english);
    expect(fields(card)).toMatchObject({
      What: "CPU is hot",
      Where: "host=<b>*x*</b>",
      Description: "see [this](x)",
    });
    const two = incidentCard({ ...incident, active: 2 }, [evil, alert("b")], english);
    expect(two.text).toContain("host=\\<b\\>\\*x\\*\\</b\\>");
  });

  it("says who has it and until when", () => {
    const owned = {
      ...incident,
      acknowledgement: { person: "console:alice", at, until: at + HOUR, note: "rebooting" },
    };
    const card = incidentCard(owned, [alert("a")], { ...facts, status: "acknowledged" });
    expect(fields(card)["认领"]).toBe("alice，到 11-25 11:00：rebooting");
    expect(commands(card)).toEqual(["放弃: unack 12", "静默1小时: silence 12 1h", "详情: show 12"]);
    const inEnglish = incidentCard(owned, [alert("a")], { ...english, status: "acknowledged" });
    expect(fields(inEnglish)["Owner"]).toBe("alice until Nov 25 11:00: rebooting");
  });

  it("says which silence hides it", () => {
    const card = incidentCard(incident, [alert("a")], { ...english, status: "silenced", silence });
    expect(fields(card)["Silenced"]).toBe("silence 5 by bob until Nov 25 11:00: release");
    expect(commands(card)).toEqual(["Acknowledge: ack 12", "End silence: unsilence 5", "Details: show 12"]);
  });

  it("says that there is no data, and why", () => {
    const reason = { zh: "没有数据：cpu", en: "no data: cpu" };
    const { state: _, ...rest } = alert("a") as Extract<FiredAlert, { state: "firing" }>;
    const blind: FiredAlert = { ...rest, state: "nodata", blindSince: at, reason };
    expect(fields(incidentCard(incident, [blind], english))).toMatchObject({
      Value: "no data",
      "No data": "no data: cpu",
    });
    const two = incidentCard({ ...incident, active: 2 }, [blind, alert("b")], facts);
    expect(fields(two)["无数据"]).toBe("1 条：没有数据：cpu");
  });

  it("says how long it lasted when it is over", () => {
    const over = { ...incident, active: 0, peak: 3, resolvedAt: at + 9_000_000, closedBy: "console:bob" };
    const card = incidentCard(over, [], { ...facts, status: "resolved" });
    expect(card.title).toBe("#12 hot — 3 条告警");
    expect(fields(card)).toMatchObject({ 持续了: "2小时30分", 结束: "11-25 12:30", 关闭人: "bob" });
    expect(commands(card)).toEqual(["详情: show 12"]);
  });
});
