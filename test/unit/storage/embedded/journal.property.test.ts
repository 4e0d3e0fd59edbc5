/** The journal under random commits, cuts and flipped bits. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeOperations } from "../../../../storage/draft.ts";
import { entryJson, headJson, parseJournal } from "../../../../storage/embedded/read-journal.ts";
import { writeRecords } from "../../../../storage/embedded/record.ts";
import { decodeText, encode } from "../../../../storage/encode.ts";
import { apply, emptyState, type Operation, type State } from "../../../../storage/state.ts";

const document = fc.oneof(
  fc.jsonValue(),
  fc.double(),
  fc.record({ text: fc.string({ unit: "binary" }), value: fc.double() }),
  fc.array(fc.oneof(fc.double(), fc.string({ unit: "binary" }))),
);
const id = fc.oneof(fc.constantFrom("a", "b", "c", "__proto__"), fc.string({ unit: "binary", maxLength: 4 }));
const table = fc.constantFrom("alerts", "rules");
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(fc.constantFrom("i" as const, "u" as const), table, id, document),
  fc.tuple(fc.constant("r" as const), table, id),
  fc.tuple(fc.constant("c" as const), id, fc.nat()),
);
const commits = fc.array(fc.array(operation, { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 12,
});

/** A journal of these commits, each in a write of its own, and where each line starts. */
function journalOf(list: readonly (readonly Operation[])[]): { data: Buffer; starts: number[] } {
  const lines = [writeRecords([[headJson({ schema: 1, generation: 1, after: 0 })]])];
  const starts: number[] = [];
  let length = lines[0]?.length ?? 0;
  for (const [i, operations] of list.entries()) {
    const json = encodeOperations(operations);
    // As bytes, as text or in pieces, in memory of its own or of others: the line is the same.
    const forms = [[json], [Buffer.from(json)], [json.slice(0, 1), Buffer.from(json.slice(1))]];
    const room = i % 2 === 0 ? undefined : Buffer.alloc(200, "x");
    const line = Buffer.from(writeRecords([entryJson(i + 1, length, forms[i % 3] ?? [])], room));
    starts.push(length);
    lines.push(line);
    length += line.length;
  }
  return { data: Buffer.concat(lines), starts };
}

function stateOf(list: readonly (readonly Operation[])[]): State {
  const state = emptyState();
  for (const operations of list) for (const one of operations) apply(state, one);
  return state;
}

test("any document comes back as it was", () => {
  fc.assert(
    fc.property(document, (value) => {
      // JSON knows no negative zero; nobody can tell the two apart by comparing.
      expect(decodeText(encode(value))).toEqual(
        JSON.stringify(value) === undefined ? value : noNegativeZero(value),
      );
    }),
  );
});

function noNegativeZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(noNegativeZero);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, noNegativeZero(inner)]));
}

test("replaying a journal gives the same state, and replaying it twice as well", () => {
  fc.assert(
    fc.property(commits, (list) => {
      const { data } = journalOf(list);
      const read = parseJournal("j", data);
      expect(read.tornBytes).toBe(0);
      const plain = list.map((operations) => operations.map((one) => decodeText(encode(one)) as Operation));
      expect(read.commits).toEqual(plain);
      const once = stateOf(read.commits);
      expect(once).toEqual(stateOf(plain));
      const twice = stateOf([...read.commits, ...read.commits]);
      expect([...(twice.tables.get("alerts") ?? [])].sort()).toEqual(
        [...(once.tables.get("alerts") ?? [])].sort(),
      );
    }),
  );
});

test("cutting the file anywhere loses only commits whose line was cut", () => {
  fc.assert(
    fc.property(commits, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (list, where) => {
      const { data, starts } = journalOf(list);
      const length = Math.floor(where * data.length);
      const read = parseJournal("j", data.subarray(0, length));
      const whole = [...starts.slice(1), data.length].filter((end) => end <= length).length;
      expect(read.commits.length).toBe(whole);
      expect(read.goodLength + read.tornBytes).toBe(length);
    }),
    { numRuns: 500 },
  );
});

test("changing any one byte is noticed, in the last line too", () => {
  fc.assert(
    fc.property(commits, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, where, flip) => {
      const { data } = journalOf(list);
      const at = where % data.length;
      data[at] = (data[at] ?? 0) ^ flip;
      expect(() => parseJournal("j", data)).toThrow(/j is damaged at line \d+, byte \d+/);
    }),
    { numRuns: 2_000 },
  );
});

test("a write of several commits that a power cut left in pieces is dropped as a whole tail", () => {
  const { data, starts } = journalOf([[["c", "a", 1]]]);
  const big = "x".repeat(3_000);
  const lines = [2, 3, 4].map((n) =>
    writeRecords([entryJson(n, data.length, [encodeOperations([["i", "rules", `${n}`, big]])])]),
  );
  const torn = Buffer.concat([data, ...lines]);
  torn.fill(0, data.length + 1_000, data.length + 1_000 + 4_096);
  const read = parseJournal("j", torn);
  expect(read.commits.length).toBe(starts.length);
  expect(read.goodLength).toBe(data.length);
  // The same hole is damage once a later write knew that all of this was on disk.
  const later = writeRecords([entryJson(5, torn.length, [encodeOperations([["c", "a", 2]])])]);
  expect(() => parseJournal("j", Buffer.concat([torn, later]))).toThrow(/damaged at line 3/);
});
