import { describe, expect, test } from "vitest";
import { readAlerts, writeAlert } from "../../../../alerts/intake/postable.ts";

const one = { labels: { alertname: "disk", host: "web-1" } };

test("an alert as Prometheus sends it", () => {
  const sent = {
    labels: { alertname: "disk", host: "web-1", empty: "" },
    annotations: { summary: "full", note: "" },
    startsAt: "2026-11-25T02:00:00.123456789Z",
    endsAt: "2026-11-25T10:04:00+08:00",
    generatorURL: "http://prometheus.example/graph",
  };
  expect(readAlerts([sent])).toEqual({
    posted: [
      {
        labels: { alertname: "disk", host: "web-1" },
        annotations: { summary: "full", note: "" },
        startsAt: Date.UTC(2026, 10, 25, 2, 0, 0, 123),
        endsAt: Date.UTC(2026, 10, 25, 2, 4, 0),
        generatorURL: "http://prometheus.example/graph",
      },
    ],
    places: [0],
    refused: [],
    plain: true,
  });
});

test("Go's zero time means that none is given, as amtool sends it", () => {
  const zero = "0001-01-01T00:00:00.000Z";
  const { posted } = readAlerts([{ ...one, startsAt: zero, endsAt: zero }]);
  expect(posted).toEqual([{ ...one, annotations: {}, generatorURL: "" }]);
});

test.each([
  ["no object", 7, "is not an object"],
  ["null", null, "is not an object"],
  ["no labels", {}, "labels: is not an object"],
  ["a list of labels", { labels: [] }, "labels: is not an object"],
  ["only empty labels", { labels: { a: "" } }, "labels: at least one that is not empty is needed"],
  ["a number as a label", { labels: { a: 1 } }, "labels.a: is not a text"],
  ["a label without a name", { labels: { "": "x" } }, "labels: no name may be ''"],
  [
    "a label that is a trap",
    JSON.parse('{"labels":{"__proto__":"x"}}'),
    "labels: no name may be '__proto__'",
  ],
  ["annotations that are none", { ...one, annotations: "x" }, "annotations: is not an object"],
  ["a start that is none", { ...one, startsAt: "yesterday" }, "startsAt: is not an RFC 3339 time"],
  ["an end that is a number", { ...one, endsAt: 1 }, "endsAt: is not an RFC 3339 time"],
  ["a month that is none", { ...one, endsAt: "2026-13-01T00:00:00Z" }, "endsAt: is not an RFC 3339 time"],
  [
    "an end before the start",
    { ...one, startsAt: "2026-11-25T02:00:00Z", endsAt: "2026-11-25T01:00:00Z" },
    "startsAt is after endsAt",
  ],
  ["a generatorURL that is none", { ...one, generatorURL: 1 }, "generatorURL: is not a text"],
  [
    "too many labels",
    { labels: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`l${i}`, "x"])) },
    "labels: too many, at most 256 of 65536 characters in all",
  ],
])("refuses itself and not the others: %s", (_, bad, why) => {
  const { posted, places, refused } = readAlerts([one, bad, one]);
  expect(posted).toHaveLength(2);
  expect(places).toEqual([0, 2]);
  expect(refused.map(({ index, why }) => [index, why.en])).toEqual([[1, why]]);
});

describe("what is written can be read again", () => {
  test.each([
    [{ labels: { a: "b" }, annotations: {}, generatorURL: "" }],
    [{ labels: { a: "b" }, annotations: { s: "t" }, startsAt: 0, endsAt: 1, generatorURL: "u" }],
    [{ labels: { 名: "值" }, annotations: {}, startsAt: Date.UTC(2026, 0), generatorURL: "" }],
  ])("%j", (posted) => {
    expect(readAlerts([writeAlert(posted)]).posted).toEqual([posted]);
  });
});

test("what is no list is an error", () => {
  expect(() => readAlerts({})).toThrow(TypeError);
});

test.each([
  ["nothing but what is read", [one], true],
  ["something else besides", [{ ...one, status: { state: "active" } }], false],
  ["one that is refused", [one, {}], false],
])("can be kept as it came: %s", (_, list, plain) => {
  expect(readAlerts(list).plain).toBe(plain);
});
