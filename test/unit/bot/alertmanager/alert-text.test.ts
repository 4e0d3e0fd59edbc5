/** The text of a `gettableAlert` says what the alert says, whatever stands in it, and each time anew what moves. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { alertWriter, type ShownAlert } from "../../../../bot/alertmanager/alert-text.ts";
import type { Labels } from "../../../../storage/labels.ts";

const AT = "2026-11-28T12:00:00.000Z";

function shown(more: Partial<ShownAlert>): ShownAlert {
  return {
    source: {},
    annotations: {},
    generatorURL: "",
    labels: { alertname: "Disk" },
    handling: {},
    endsAt: AT,
    fingerprint: "00000000000000ff",
    receivers: [{ name: "ops" }],
    startsAt: AT,
    status: { inhibitedBy: [], mutedBy: [], silencedBy: [], state: "active" },
    updatedAt: AT,
    ...more,
  };
}

const labels = fc.dictionary(
  fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("gengfu_incident", "a")),
  fc.string({ unit: "binary" }),
  { maxKeys: 4 },
);

test("it is the JSON of the alert, with what is ours added to the annotations and above theirs", () => {
  const write = alertWriter();
  fc.assert(
    fc.property(labels, labels, labels, fc.string({ unit: "binary" }), (annotations, handling, own, url) => {
      const alert = shown({ annotations, handling, labels: own, generatorURL: url });
      const { source: _, handling: __, ...rest } = alert;
      const expected = { ...rest, annotations: { ...annotations, ...handling } };
      expect(JSON.parse(write(alert))).toEqual(JSON.parse(JSON.stringify(expected)));
      // A second time from what is remembered.
      expect(JSON.parse(write(alert))).toEqual(JSON.parse(JSON.stringify(expected)));
    }),
  );
});

test("the fields stand in Alertmanager's order", () => {
  expect(Object.keys(JSON.parse(alertWriter()(shown({}))) as object)).toEqual([
    "annotations",
    "endsAt",
    "fingerprint",
    "receivers",
    "startsAt",
    "status",
    "updatedAt",
    "generatorURL",
    "labels",
  ]);
});

test("of what is remembered only its own words stay; how it is handled is said as it is now", () => {
  const source = {};
  const handled = (handling: Labels) =>
    JSON.parse(alertWriter()(shown({ source, annotations: { summary: "full" }, handling }))) as ShownAlert;
  expect(handled({ gengfu_incident: "#1" }).annotations).toEqual({ summary: "full", gengfu_incident: "#1" });
  expect(handled({ gengfu_incident: "#2", gengfu_acknowledged_by: "li" }).annotations).toEqual({
    summary: "full",
    gengfu_incident: "#2",
    gengfu_acknowledged_by: "li",
  });
  expect(handled({}).annotations).toEqual({ summary: "full" });
});
