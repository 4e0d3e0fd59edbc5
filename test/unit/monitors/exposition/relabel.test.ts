// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Go.
import { describe, expect, test } from "vitest";
import { compileRelabel, relabelConfigs } from "../../../../monitors/exposition/relabel.ts";
import type { Labels } from "../../../../storage/labels.ts";

function relabelled(steps: readonly object[], labels: Labels): Labels | undefined {
  return compileRelabel(relabelConfigs.parse(steps))(labels);
}

/** Rows of Prometheus' own table, model/relabel/relabel_test.go, and what its documentation says. */
const rows: readonly { name: string; steps: readonly object[]; of: Labels; gives: Labels | undefined }[] = [
  {
    name: "replace",
    steps: [
      {
        source_labels: ["a"],
        regex: "f(.*)",
        target_label: "d",
        separator: ";",
        replacement: "ch${1}-ch${1}",
      },
    ],
    of: { a: "foo", b: "bar" },
    gives: { a: "foo", b: "bar", d: "choo-choo" },
  },
  {
    name: "replace joins several, and a later step sees it",
    steps: [
      { source_labels: ["a", "b"], regex: "f(.*);(.*)r", target_label: "a", replacement: "b${1}${2}m" },
      { source_labels: ["a"], regex: "boo.*", target_label: "c", replacement: "seen" },
    ],
    of: { a: "foo", b: "bar", c: "baz" },
    gives: { a: "boobam", b: "bar", c: "seen" },
  },
  {
    name: "replace leaves what does not match",
    steps: [{ source_labels: ["a"], regex: ".*(bad)", target_label: "b", replacement: "new" }],
    of: { a: "foo", b: "bar" },
    gives: { a: "foo", b: "bar" },
  },
  {
    name: "replace by nothing takes the label away",
    steps: [{ source_labels: ["a"], regex: "(f).*", target_label: "b", replacement: "$2" }],
    of: { a: "foo", b: "bar" },
    gives: { a: "foo" },
  },
  {
    name: "replace with a name for a group, a dollar, and a target made of groups",
    steps: [
      { source_labels: ["a"], regex: "(?P<one>.)oo", target_label: "x_${one}", replacement: "$$${one}" },
    ],
    of: { a: "foo" },
    gives: { a: "foo", x_f: "$f" },
  },
  {
    name: "replace into a name that is no label does nothing",
    steps: [{ source_labels: ["a"], target_label: "${1}-x", replacement: "y" }],
    of: { a: "foo" },
    gives: { a: "foo" },
  },
  {
    name: "drop",
    steps: [{ source_labels: ["a"], regex: ".*o.*", action: "drop" }],
    of: { a: "foo" },
    gives: undefined,
  },
  {
    name: "the whole value must match",
    steps: [{ source_labels: ["a"], regex: "fo", action: "drop" }],
    of: { a: "foo" },
    gives: { a: "foo" },
  },
  {
    name: "keep",
    steps: [{ source_labels: ["a"], regex: "no-match", action: "keep" }],
    of: { a: "foo" },
    gives: undefined,
  },
  {
    name: "keep what matches",
    steps: [{ source_labels: ["a"], regex: "f.*", action: "keep" }],
    of: { a: "foo" },
    gives: { a: "foo" },
  },
  {
    name: "keepequal",
    steps: [{ source_labels: ["a"], target_label: "b", action: "keepequal" }],
    of: { a: "1", b: "2" },
    gives: undefined,
  },
  {
    name: "dropequal",
    steps: [{ source_labels: ["a"], target_label: "b", action: "dropequal" }],
    of: { a: "1", b: "1" },
    gives: undefined,
  },
  {
    name: "labelmap",
    steps: [{ regex: "meta_(ng.*)", action: "labelmap" }],
    of: { a: "foo", meta_ng_a: "x" },
    gives: { a: "foo", meta_ng_a: "x", ng_a: "x" },
  },
  {
    name: "labeldrop",
    steps: [{ regex: "b.*", action: "labeldrop" }],
    of: { a: "1", b1: "2", b2: "3" },
    gives: { a: "1" },
  },
  {
    name: "labelkeep",
    steps: [{ regex: "b.*", action: "labelkeep" }],
    of: { a: "1", b1: "2" },
    gives: { b1: "2" },
  },
  {
    name: "lowercase",
    steps: [{ source_labels: ["a"], target_label: "b", action: "lowercase" }],
    of: { a: "FoO" },
    gives: { a: "FoO", b: "foo" },
  },
  {
    name: "uppercase",
    steps: [{ source_labels: ["a"], target_label: "b", action: "uppercase" }],
    of: { a: "FoO" },
    gives: { a: "FoO", b: "FOO" },
  },
  {
    name: "hashmod, as Prometheus computes it",
    steps: [{ source_labels: ["c"], target_label: "d", separator: ";", action: "hashmod", modulus: 1000 }],
    of: { c: "baz" },
    gives: { c: "baz", d: "976" },
  },
];

describe("metric_relabel_configs", () => {
  test.each(rows)("$name", ({ steps, of, gives }) => {
    expect(relabelled(steps, of)).toEqual(gives);
  });

  test.each([
    [{ action: "replace" }, "target_label", "is needed by the action replace"],
    [{ action: "hashmod", target_label: "a" }, "modulus", "is needed by the action hashmod"],
    [{ target_label: "a", regex: "(" }, "regex", "must be an RE2 expression"],
    [{ target_label: "a", regx: "x" }, "", "Unrecognized key"],
  ])("refuses %j", (step, key, message) => {
    const issue = relabelConfigs.safeParse([step]).error?.issues[0];
    expect(issue?.path.slice(1).join(".")).toBe(key);
    expect(issue?.message).toContain(message);
  });
});
