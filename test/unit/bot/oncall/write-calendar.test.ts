/** The calendar of a rotation: well formed, stable, and read back with the shifts that went in. */
import { expect, test } from "vitest";
import type { KnownRotation } from "../../../../alerts/oncall/on-call.ts";
import { shiftsIn } from "../../../../alerts/oncall/schedule.ts";
import { readCalendar } from "../../../../bot/oncall/read-calendar.ts";
import { writeCalendar } from "../../../../bot/oncall/write-calendar.ts";

const DAY = 86_400_000;
const at = Date.parse("2026-03-20T12:00:00Z");
const PEOPLE = [
  { id: "dingtalk:1", name: "张三" },
  { id: "dingtalk:2", name: "Li; Si, \\the 2nd" },
  { id: "dingtalk:3", name: `王${"很长的名字".repeat(8)}` },
];
const nameOf = (id: string): string => PEOPLE.find((one) => one.id === id)?.name ?? id;

const known: KnownRotation = {
  name: "数据库-db",
  conversations: [],
  file: undefined,
  made: undefined,
  calendar: undefined,
  rotation: {
    name: "数据库-db",
    zone: "Europe/Berlin",
    layers: [
      {
        people: PEOPLE.map(({ id }) => id),
        everyMs: 7 * DAY,
        starts: Date.parse("2026-03-02T09:00:00Z"),
        active: undefined,
      },
    ],
    active: undefined,
    calendar: [],
    swaps: [{ person: "dingtalk:1", from: at + DAY, until: at + 2 * DAY }],
  },
};

const written = (now: number): string => writeCalendar(known, now, { locale: "zh-CN", nameOf });
const uids = (text: string): string[] => [...text.matchAll(/^UID:(.*)\r$/gm)].map(([, uid = ""]) => uid);

test("lines end as they must, and none is longer than 75 octets or cut within a character", () => {
  const text = written(at);
  expect(text.endsWith("END:VCALENDAR\r\n")).toBe(true);
  expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  const lines = text.split("\r\n");
  expect(lines.filter((line) => Buffer.byteLength(line) > 75)).toEqual([]);
  expect(text).not.toContain("\ufffd");
  expect(lines.some((line) => line.startsWith(" "))).toBe(true);
  expect(text.replaceAll("\r\n ", "")).toContain("SUMMARY:Li\\; Si\\, \\\\the 2nd · 数据库-db");
});

test("what goes in comes out: the same people at the same instants", async () => {
  const { spans, unknown } = await readCalendar(written(at), {
    zone: "America/New_York",
    people: PEOPLE.map((one) => ({ ...one, name: one.name.slice(0, 60) })),
    from: at,
    until: at + 60 * DAY,
  });
  const shifts = shiftsIn(known.rotation, at, at + 60 * DAY).filter(({ person }) => person !== undefined);
  expect(unknown).toEqual([]);
  expect(spans.map(({ person, from }) => [person, Math.max(from, at)])).toEqual(
    shifts.map(({ person, from }) => [person, from]),
  );
  expect(spans.length).toBeGreaterThan(9);
});

test("a shift has the same id whenever it is asked for, and no two have the same", () => {
  const now = uids(written(at));
  expect(new Set(now).size).toBe(now.length);
  const later = uids(written(at + 5 * DAY));
  expect(later.filter((uid) => now.includes(uid)).length).toBeGreaterThan(now.length - 2);
});
