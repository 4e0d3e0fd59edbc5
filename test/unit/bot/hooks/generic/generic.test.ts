/** Hooks of kind `generic`: what mappings find, and what is said when they find nothing. */
import { describe, expect, test } from "vitest";
import { kindOf } from "../../../../../bot/hooks/index.ts";
import { writeTime } from "../../../../../storage/rfc3339.ts";
import { hookOf, reading } from "../../../../support/hooks.ts";

function read(options: object, body: unknown) {
  const hook = hookOf("generic", options);
  return kindOf(hook).read(JSON.stringify(body), hook, reading);
}

const refusals = (options: object, body: unknown): string[] =>
  read(options, body).refused.map(({ index, why }) => `${index} ${why.en}`);

const zabbix = {
  alerts: "$.events[*]",
  map: {
    title: "{{ $.trigger }} on {{ $.host.name }}",
    severity: "$.priority",
    status: "$.value",
    starts_at: "$.clock",
    url: "$$.server",
    labels: { host: "$.host.name", group: '$.host["host groups"][0]', env: "prod", rack: "$.rack?" },
    annotations: { summary: "$.trigger", tags: "$.tags" },
  },
  severities: { critical: ["Disaster", "High"], warning: ["Average"] },
  resolved: ["OK"],
};
const event = {
  trigger: "disk full",
  host: { name: "web1", "host groups": ["linux"] },
  priority: "HIGH",
  value: "PROBLEM",
  clock: 1795572000,
  tags: [{ a: 1 }],
};

test("paths, templates, constants, the top of the body, optional paths, values in other words", () => {
  const { posted, refused } = read(zabbix, { server: "http://zabbix.example", events: [event] });
  expect(refused).toEqual([]);
  expect(posted).toEqual([
    {
      labels: {
        alertname: "disk full on web1",
        severity: "critical",
        host: "web1",
        group: "linux",
        env: "prod",
        hook: "door",
      },
      annotations: { summary: "disk full", tags: '[{"a":1}]' },
      startsAt: 1_795_572_000_000,
      generatorURL: "http://zabbix.example",
    },
  ]);
});

test("a status that means that it is over", () => {
  const { posted } = read(zabbix, { server: "", events: [{ ...event, value: "ok" }] });
  expect(posted[0]?.endsAt).toBe(reading.at);
});

test("each item that the mapping finds nothing in says which path, the others are taken", () => {
  const { trigger: _, ...untitled } = event;
  const body = {
    server: "s",
    events: [untitled, event, { ...event, value: null }, 7, { ...event, clock: "soon" }],
  };
  expect(refusals(zabbix, body)).toEqual([
    "0 map.title: $.trigger finds nothing",
    "2 map.status: $.value finds nothing",
    "3 is not an object",
    "4 map.starts_at: 'soon' is no time",
  ]);
  expect(read(zabbix, body).places).toEqual([1]);
});

test("a list that is not there names its path", () => {
  expect(() => read(zabbix, { server: "s" })).toThrow("alerts: $.events[*] finds nothing");
  expect(() => read(zabbix, { events: "x" })).toThrow("alerts: $.events[*] finds nothing");
  expect(read(zabbix, { events: [] })).toEqual({ posted: [], places: [], refused: [] });
});

test("without `alerts` the body is the alert; lists within lists are one list", () => {
  expect(read({ map: { title: "$.name" } }, { name: "x" }).posted).toHaveLength(1);
  const nested = { alerts: "$.a[*].b[*]", map: { title: "$.name" } };
  const body = { a: [{ b: [{ name: "1" }, { name: "2" }] }, {}, { b: [{ name: "3" }] }] };
  expect(read(nested, body).posted.map(({ labels }) => labels["alertname"])).toEqual(["1", "2", "3"]);
});

describe("starts_at", () => {
  const start = (at: unknown): string | undefined => {
    const { posted } = read({ map: { title: "x", starts_at: "$.at" } }, { at });
    const [first] = posted;
    return first?.startsAt === undefined ? undefined : writeTime(first.startsAt);
  };
  test.each([
    ["2026-11-25T01:00:00+08:00", "2026-11-24T17:00:00.000Z"],
    ["2026-11-25 09:00:00", "2026-11-25T01:00:00.000Z"],
    ["2026/11/25 9:00", "2026-11-25T01:00:00.000Z"],
    [1795572000, "2026-11-25T02:00:00.000Z"],
    ["1795572000123", undefined],
    ["0001-01-01T00:00:00Z", undefined],
    ["2999-01-01T00:00:00Z", undefined],
  ])("%s", (given, expected) => expect(start(given)).toBe(expected));

  test.each(["", "yesterday", "2026-13-01 00:00:00", "99999999999999999", "0000-01-01 00:00:00"])(
    "'%s' is none",
    (at) => {
      const { posted, refused } = read({ map: { title: "x", starts_at: "$.at" } }, { at });
      expect(posted.every(({ startsAt }) => startsAt === undefined)).toBe(true);
      if (at !== "") expect(refused).toHaveLength(1);
    },
  );
});

test("keys that every object inherits are not there", () => {
  for (const path of ["$.constructor", "$.__proto__", "$.toString", "$.name.length"])
    expect(refusals({ map: { title: path } }, { name: "x" })).toEqual([`0 map.title: ${path} finds nothing`]);
});

test("a mapping that cannot work is said at the start, by its place", () => {
  const wrong = (options: object): string => {
    try {
      hookOf("generic", options);
    } catch (error) {
      return String(error);
    }
    return "";
  };
  expect(wrong({ map: { title: "$.a..b" } })).toContain("hooks[0].map.title: '$.a..b' is no path");
  expect(wrong({ map: { title: "{{ $.a[ }} b" } })).toContain("hooks[0].map.title: '$.a[' is no path");
  expect(wrong({ map: { title: "$.a[*]" } })).toContain("[*] belongs into alerts only");
  expect(wrong({ alerts: "alerts", map: { title: "x" } })).toContain("hooks[0].alerts: 'alerts' is no path");
  expect(wrong({ map: { title: "x", labels: { severity: "y" } } })).toContain("is set by title, severity");
  expect(wrong({ map: {} })).toContain("hooks[0].map.title: is missing");
});
