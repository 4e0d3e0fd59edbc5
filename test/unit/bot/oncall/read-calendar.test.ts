/** Calendars of others: who they say has the duty, by names, addresses, zones, recurrence and exceptions. */
import { describe, expect, test } from "vitest";
import { CalendarError, readCalendar } from "../../../../bot/oncall/read-calendar.ts";

const PEOPLE = [
  { id: "dingtalk:1", name: "张三", aliases: ["wecom:zhangsan"], email: "zhangsan@shop.example" },
  { id: "dingtalk:2", name: "Li Si", email: "lisi@shop.example" },
];

const zone = "Europe/Berlin";
const from = Date.parse("2026-03-01T00:00:00Z");
const until = Date.parse("2026-06-01T00:00:00Z");

const calendar = (...events: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test", ...events, "END:VCALENDAR", ""].join("\r\n");
const event = (...lines: readonly string[]): string =>
  ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"].join("\r\n");

async function read(text: string): Promise<{ spans: string[]; unknown: readonly string[] }> {
  const { spans, unknown } = await readCalendar(text, { zone, people: PEOPLE, from, until });
  const shown = (at: number): string => new Date(at).toISOString().slice(0, 16);
  return {
    spans: spans.map((span) => `${span.person} ${shown(span.from)} ${shown(span.until)}`),
    unknown,
  };
}

const MARCH = ["DTSTART:20260310T080000Z", "DTEND:20260311T080000Z"];

describe("whom it names", () => {
  test.each([
    ["SUMMARY:张三", "dingtalk:1"],
    ["SUMMARY:张三 · db", "dingtalk:1"],
    ["SUMMARY:值班：张三", "dingtalk:1"],
    ["SUMMARY:On call: li si", "dingtalk:2"],
    ["SUMMARY:Li Si (db)", "dingtalk:2"],
    ["SUMMARY:db - zhangsan", "dingtalk:1"],
    ["SUMMARY:wecom:zhangsan", "dingtalk:1"],
    ["SUMMARY:duty\r\nATTENDEE;CN=X:mailto:lisi@shop.example", "dingtalk:2"],
    ["SUMMARY:duty\r\nATTENDEE;CN=张三:mailto:other@shop.example", "dingtalk:1"],
    ["ATTENDEE:MAILTO:LISI@shop.example", "dingtalk:2"],
  ])("%s", async (lines, person) => {
    expect((await read(calendar(event(...MARCH, lines)))).spans).toEqual([
      `${person} 2026-03-10T08:00 2026-03-11T08:00`,
    ]);
  });

  test("nobody: then the name is said, once, and the others count", async () => {
    const unknown = event(...MARCH, "SUMMARY:王五");
    const known = event(...MARCH, "SUMMARY:张三").replace("UID:1", "UID:2");
    expect(await read(calendar(unknown, unknown.replace("UID:1", "UID:3"), known))).toEqual({
      spans: ["dingtalk:1 2026-03-10T08:00 2026-03-11T08:00"],
      unknown: ["王五"],
    });
  });
});

describe("when", () => {
  const ZHANG = "SUMMARY:张三";
  test.each<readonly [what: string, lines: readonly string[], spans: readonly string[]]>([
    ["UTC", MARCH, ["2026-03-10T08:00 2026-03-11T08:00"]],
    [
      "a zone of the database, over the night in which clocks are moved",
      ["DTSTART;TZID=Europe/Berlin:20260328T090000", "DTEND;TZID=Europe/Berlin:20260329T090000"],
      ["2026-03-28T08:00 2026-03-29T07:00"],
    ],
    [
      "no zone: that of the rotation",
      ["DTSTART:20260310T090000", "DURATION:PT12H"],
      ["2026-03-10T08:00 2026-03-10T20:00"],
    ],
    [
      "whole days",
      ["DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330"],
      ["2026-03-27T23:00 2026-03-29T22:00"],
    ],
    [
      "every other day, but for one that is left out and one that is moved",
      [
        "DTSTART;TZID=Europe/Berlin:20260326T090000",
        "DTEND;TZID=Europe/Berlin:20260327T090000",
        "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=4",
        "EXDATE;TZID=Europe/Berlin:20260330T090000",
      ],
      [
        "2026-03-26T08:00 2026-03-27T08:00",
        "2026-03-28T08:00 2026-03-29T07:00",
        "2026-04-01T07:00 2026-04-02T07:00",
      ],
    ],
    [
      "every week, from long ago and without an end: what touches the span",
      ["DTSTART:20260227T080000Z", "DTEND:20260306T080000Z", "RRULE:FREQ=WEEKLY;INTERVAL=8"],
      ["2026-02-27T08:00 2026-03-06T08:00", "2026-04-24T08:00 2026-05-01T08:00"],
    ],
    ["cancelled", [...MARCH, "STATUS:CANCELLED"], []],
    ["before and after the span", ["DTSTART:20250310T080000Z", "DTEND:20250311T080000Z"], []],
    ["nothing of a length", ["DTSTART:20260310T080000Z", "DTEND:20260310T080000Z"], []],
  ])("%s", async (_, lines, spans) => {
    expect((await read(calendar(event(...lines, ZHANG)))).spans).toEqual(
      spans.map((span) => `dingtalk:1 ${span}`),
    );
  });

  test("one occurrence given to somebody else", async () => {
    const weekly = event(
      "DTSTART:20260302T080000Z",
      "DTEND:20260309T080000Z",
      "RRULE:FREQ=WEEKLY;COUNT=3",
      "SUMMARY:张三",
    );
    const given = event(
      "RECURRENCE-ID:20260309T080000Z",
      "DTSTART:20260309T080000Z",
      "DTEND:20260316T080000Z",
      "SUMMARY:Li Si",
    );
    const other = event(
      "RECURRENCE-ID:20260302T080000Z",
      "DTSTART:20260302T080000Z",
      "SUMMARY:Li Si",
    ).replace("UID:1", "UID:9");
    expect((await read(calendar(weekly, given, other))).spans).toEqual([
      "dingtalk:1 2026-03-02T08:00 2026-03-09T08:00",
      "dingtalk:2 2026-03-09T08:00 2026-03-16T08:00",
      "dingtalk:1 2026-03-16T08:00 2026-03-23T08:00",
    ]);
  });

  test("a zone that the calendar describes itself, under a name of its own", async () => {
    const described = [
      "BEGIN:VTIMEZONE",
      "TZID:China Standard Time",
      "BEGIN:STANDARD",
      "DTSTART:16010101T000000",
      "TZOFFSETFROM:+0800",
      "TZOFFSETTO:+0800",
      "END:STANDARD",
      "END:VTIMEZONE",
    ].join("\r\n");
    const shift = event(
      "DTSTART;TZID=China Standard Time:20260310T090000",
      "DTEND;TZID=China Standard Time:20260311T090000",
      "SUMMARY:张三",
    );
    expect((await read(calendar(described, shift))).spans).toEqual([
      "dingtalk:1 2026-03-10T01:00 2026-03-11T01:00",
    ]);
  });
});

describe("what is none, or too much", () => {
  test.each([
    "",
    "hello",
    "<html>not found</html>",
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT\r\nEND:VEVENT\r\n",
    "\u0000",
  ])("%j is refused", async (text) => {
    await expect(read(text)).rejects.toThrow(CalendarError);
  });

  test.each([
    "FREQ=SECONDLY",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYDAY=5MO",
    "FREQ=WEEKLY;BYDAY=1MO",
    "FREQ=YEARLY;BYWEEKNO=53",
    "FREQ=DAILY;BYHOUR=3",
  ])("%s is refused by name, rather than read wrongly", async (rule) => {
    const odd = event(...MARCH, `RRULE:${rule}`, "SUMMARY:张三");
    await expect(read(calendar(odd))).rejects.toThrow(/“张三” in it is not understood/);
  });

  test.each([
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12",
    "FREQ=DAILY;INTERVAL=99999999",
  ])("%s, which may never come, ends", async (rule) => {
    const never = event(
      "DTSTART:20260301T080000Z",
      "DTEND:20260301T090000Z",
      `RRULE:${rule}`,
      "SUMMARY:张三",
    );
    expect((await read(calendar(never))).spans.length).toBeLessThan(2);
  });

  test("more shifts than anybody has are refused", async () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      event("DTSTART:19900301T080000Z", "DTEND:19900301T090000Z", "RRULE:FREQ=DAILY", "SUMMARY:张三").replace(
        "UID:1",
        `UID:${i}`,
      ),
    );
    await expect(read(calendar(...many))).rejects.toThrow("too many shifts");
  });

  test("an event without a beginning is passed over", async () => {
    expect(
      await read(calendar(event("SUMMARY:张三"), event(...MARCH, "SUMMARY:张三").replace("UID:1", "UID:2"))),
    ).toEqual({
      spans: ["dingtalk:1 2026-03-10T08:00 2026-03-11T08:00"],
      unknown: [],
    });
  });

  test("whatever is in it, reading ends: with shifts or with an error for people", async () => {
    const whole = calendar(
      event(
        "DTSTART;TZID=Europe/Berlin:20260326T090000",
        "DTEND:20260327T090000Z",
        "RRULE:FREQ=DAILY;COUNT=4",
        "SUMMARY:张三",
      ),
    );
    let seed = 11;
    const random = (most: number): number => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed % most;
    };
    for (let i = 0; i < 300; i++) {
      const at = random(whole.length);
      const mutated = `${whole.slice(0, at)}${["", ":", ";", "\r\n", "9", "=", "X"][random(7)]}${whole.slice(at + random(4))}`;
      await read(mutated).catch((error: unknown) => {
        expect(error, mutated).toBeInstanceOf(CalendarError);
      });
    }
  });
});
