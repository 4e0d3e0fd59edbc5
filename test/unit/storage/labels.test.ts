/** Label sets: their key, their written form and their fingerprint. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fingerprint,
  formatLabels,
  isLabelName,
  type Labels,
  labelsKey,
  labelValue,
} from "../../../storage/labels.ts";

const anyLabels = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), {
  noNullPrototype: true,
});

/** FNV-1a 64 the slow and obvious way. */
function reference(labels: Labels): string {
  let hash = 14695981039346656037n;
  const add = (bytes: Uint8Array): void => {
    for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n);
  };
  const names = Object.keys(labels).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) {
    add(Buffer.from(name));
    add(Uint8Array.of(0xff));
    add(Buffer.from(labels[name] ?? ""));
    add(Uint8Array.of(0xff));
  }
  return hash.toString(16).padStart(16, "0");
}

test("the fingerprint of the empty set is FNV's offset basis", () => {
  expect(fingerprint({})).toBe(14695981039346656037n.toString(16));
});

test("the fingerprint is the one prometheus/common's own test expects", () => {
  const labels = { name: "garland, briggs", fear: "love is not enough" };
  expect(fingerprint(labels)).toBe(5799056148416392346n.toString(16).padStart(16, "0"));
});

test("the fingerprint agrees with FNV-1a over UTF-8 for any text", () => {
  fc.assert(
    fc.property(anyLabels, (labels) => {
      expect(fingerprint(labels)).toBe(reference(labels));
    }),
  );
  for (const odd of [{ 主机: "数据库🔥" }, { "\ud83d\udd25": "1", "\uffee": "2" }, { a: "\ud800" }])
    expect(fingerprint(odd)).toBe(reference(odd));
});

test("the key does not depend on the order of names and tells different sets apart", () => {
  expect(labelsKey({ a: "1", b: "2" })).toBe(labelsKey({ b: "2", a: "1" }));
  fc.assert(
    fc.property(anyLabels, anyLabels, (one, other) => {
      const same =
        JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
      expect(labelsKey(one) === labelsKey(other)).toBe(same);
    }),
  );
  expect(labelsKey({ a: "1:b" })).not.toBe(labelsKey({ a: "1", b: "" }));
});

test.each<[Labels, string]>([
  [{}, "{}"],
  [{ __name__: "cpu" }, "cpu"],
  [{ mode: "idle", __name__: "cpu", host: "a" }, 'cpu{host="a", mode="idle"}'],
  [{ host: "a" }, '{host="a"}'],
  [{ path: 'C:\\x "y"\nz' }, '{path="C:\\\\x \\"y\\"\\nz"}'],
  [{ 主机: "甲" }, '{"主机"="甲"}'],
  [{ __name__: "has space", a: "b" }, '{"has space", a="b"}'],
])("labels %j are written %s", (labels, written) => {
  expect(formatLabels(labels)).toBe(written);
});

test.each<[string, boolean]>([
  ["host", true],
  ["_a1", true],
  ["1a", false],
  ["a-b", false],
  ["主机", false],
  ["", false],
  ["a\n", false],
])("whether %j is a label name: %s", (name, is) => {
  expect(isLabelName(name)).toBe(is);
});

test("a label that is not there is empty, even when objects have a property of that name", () => {
  expect(labelValue({ host: "a" }, "constructor")).toBe("");
  expect(labelValue({ host: "a" }, "host")).toBe("a");
});
