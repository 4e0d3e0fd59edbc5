/** Every kind of line in an incident's story has words in both languages. */
import { describe, expect, it } from "vitest";
import { HAPPENINGS, type TimelineEntry } from "../../../../alerts/incidents/incident.ts";
import { storyWords } from "../../../../alerts/incidents/story-words.ts";

const at = Date.UTC(2026, 10, 25, 2, 0);
const full: Omit<TimelineEntry, "what"> = {
  incident: 1,
  at,
  person: "console:alice",
  labels: { alertname: "hot", severity: "critical", host: "web1" },
  value: 95,
  until: at + 3_600_000,
  count: 3,
  silence: 5,
  conversation: "console:ops",
  note: "release",
};
const zh = (entry: TimelineEntry) =>
  storyWords(entry, { locale: "zh-CN", zone: "Asia/Shanghai", unit: "percent" });
const en = (entry: TimelineEntry) =>
  storyWords(entry, { locale: "en", zone: "Asia/Shanghai", unit: "percent" });

describe("an incident's story", () => {
  it.each(HAPPENINGS)("has words for %s, with all there is to say and with nothing", (what) => {
    for (const entry of [
      { ...full, what },
      { incident: 1, at, what },
    ]) {
      expect(zh(entry)).toMatch(/\p{Script=Han}/u);
      expect(en(entry)).not.toMatch(/\p{Script=Han}/u);
      expect(`${zh(entry)} ${en(entry)}`).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it.each([
    ["fired", "触发 3 条，如 host=web1 (95%)：release", "fired 3 alerts, such as host=web1 (95%): release"],
    [
      "acknowledged",
      "alice 认领，到 11-25 11:00：release",
      "alice acknowledged it until Nov 25 11:00: release",
    ],
    [
      "silenced",
      "alice 静默（5），到 11-25 11:00：release",
      "alice silenced it (5) until Nov 25 11:00: release",
    ],
    ["undeliverable", "无法送达 console:ops：release", "could not be delivered to console:ops: release"],
  ] as const)("%s reads well", (what, chinese, english) => {
    expect([zh({ ...full, what }), en({ ...full, what })]).toEqual([chinese, english]);
  });

  it("says why something ended, and why there is no data", () => {
    expect(zh({ incident: 1, at, what: "resolved", note: "rule-paused" })).toBe("全部结束（规则已停用）");
    expect(en({ incident: 1, at, what: "resolved", note: "recovered" })).toBe("all over (recovered)");
    const reason = { zh: "没有数据：cpu", en: "no data: cpu" };
    expect(en({ incident: 1, at, what: "nodata", labels: { host: "a" }, reason })).toBe(
      "no data any more host=a: no data: cpu",
    );
  });
});
