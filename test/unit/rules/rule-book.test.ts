/** The book of rules: adding, naming, pausing, and keeping in line with the file. */
import { beforeEach, describe, expect, it } from "vitest";
import { PromqlError } from "../../../rules/promql/promql-error.ts";
import { decodeRule, type Rule, type RuleSource } from "../../../rules/rule.ts";
import { NameTaken, openRuleBook, type RuleBook, type RuleDraft } from "../../../rules/rule-book.ts";
import { ruleGroupsSchema } from "../../../rules/rule-groups.ts";
import { ScheduleError } from "../../../storage/cron.ts";
import { memoryStore } from "../../../storage/memory-store.ts";
import type { Store } from "../../../storage/store.ts";

const CHAT: RuleSource = {
  kind: "chat",
  person: "console:alice",
  conversation: "console:ops",
  at: 0,
  text: "…",
};

function promql(name: string, more: Partial<Extract<RuleDraft, { kind: "promql" }>> = {}): RuleDraft {
  return {
    kind: "promql",
    name,
    expr: "cpu > 80",
    forMs: 0,
    keepFiringForMs: 0,
    labels: { severity: "warning" },
    annotations: {},
    ...more,
  };
}

function cron(name: string, more: Partial<Extract<RuleDraft, { kind: "cron" }>> = {}): RuleDraft {
  return {
    kind: "cron",
    name,
    cron: "0 2 * * *",
    zone: "UTC",
    text: "backup",
    labels: {},
    annotations: {},
    ...more,
  };
}

let store: Store;
let book: RuleBook;

beforeEach(() => {
  store = memoryStore();
  book = openRuleBook(store);
});

const add = (draft: RuleDraft): Promise<Rule> => store.commit((change) => book.add(change, draft, CHAT));

describe("rules made in chat", () => {
  it("get numbers and are found by number and by name in any case and width", async () => {
    const hot = await add(promql("CPU Hot"));
    const backup = await add(cron("备份"));
    expect([hot.id, backup.id]).toEqual([1, 2]);
    expect(hot).toEqual({
      id: 1,
      kind: "promql",
      name: "CPU Hot",
      expr: "cpu > 80",
      forMs: 0,
      keepFiringForMs: 0,
      intervalMs: 15_000,
      labels: { severity: "warning" },
      annotations: {},
      paused: false,
      source: CHAT,
      tells: [],
    });
    for (const said of [1, "1", "#1", "cpu hot", " ＣＰＵ Hot "]) expect(book.find(said)?.id).toBe(1);
    expect(book.find("备份")?.id).toBe(2);
    expect(book.find("3")).toBeUndefined();
    expect(book.find("nothing")).toBeUndefined();
    expect([...book.all()].map(({ id }) => id)).toEqual([1, 2]);
  });

  it("survive being written down and read back", async () => {
    for (const rule of [await add(promql("a")), await add(cron("b", { nextAt: 5, tells: ["console:ops"] }))])
      expect(decodeRule(JSON.parse(JSON.stringify(rule)))).toEqual(rule);
    expect(() => decodeRule({ ...book.find(1), extra: 1 })).toThrow("extra");
  });

  it("have names of their own, also in one commit and in two on their way to disk", async () => {
    await add(promql("hot"));
    await expect(add(promql("HOT "))).rejects.toThrow(NameTaken);
    await expect(add(promql("hot"))).rejects.toMatchObject({ rule: { id: 1 } });
    const both = await Promise.allSettled([add(promql("twin")), add(promql("Twin"))]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    await store.commit((change) => book.remove(change, 1));
    expect((await add(promql("hot"))).id).toBeGreaterThan(2);
  });

  it("are refused when they cannot work, and nothing is kept", async () => {
    await expect(add(promql("x", { expr: "cpu >" }))).rejects.toThrow(PromqlError);
    await expect(add(promql("x", { expr: "1 + 1" }))).rejects.toThrow("vector");
    await expect(add(cron("x", { cron: "61 * * * *" }))).rejects.toThrow(ScheduleError);
    await expect(add(cron("x", { zone: "Mars/Olympus" }))).rejects.toThrow("no time zone Mars/Olympus");
    expect(book.table.size).toBe(0);
    expect((await add(promql("x"))).id).toBe(1);
  });

  it("are grouped by interval without the paused ones", async () => {
    await add(promql("a"));
    await add(promql("b", { intervalMs: 60_000 }));
    await add(promql("c"));
    await add(cron("d"));
    const shape = (): unknown =>
      [...book.byInterval()].map(([ms, rules]) => [ms, rules.map(({ name }) => name)]);
    expect(shape()).toEqual([
      [15_000, ["a", "c"]],
      [60_000, ["b"]],
    ]);
    expect(book.cronRules().map(({ name }) => name)).toEqual(["d"]);
    expect(book.byInterval()).toBe(book.byInterval());
    await store.commit((change) => {
      book.pause(change, 1);
      book.pause(change, 4);
    });
    expect(shape()).toEqual([
      [60_000, ["b"]],
      [15_000, ["c"]],
    ]);
    expect(book.cronRules()).toEqual([]);
    await store.commit((change) => book.resume(change, 4, 3_600_000 * 5));
    expect(book.cronRules()).toMatchObject([{ paused: false, nextAt: 3_600_000 * 26 }]);
    await store.commit((change) => book.remove(change, 2));
    expect(shape()).toEqual([[15_000, ["c"]]]);
    await expect(store.commit((change) => book.pause(change, 2))).rejects.toThrow("no rule 2");
  });

  it("are compiled once", async () => {
    await add(promql("a"));
    const rule = book.find(1);
    if (rule?.kind !== "promql") throw new Error("no rule");
    expect(book.compiled(rule)).toBe(book.compiled(rule));
    expect(book.compiled(rule).text).toBe("cpu > 80");
  });
});

const FILE = [
  {
    name: "hosts",
    interval: "30s",
    labels: { team: "ops", severity: "info" },
    rules: [
      { alert: "Hot", expr: "cpu > 80", for: "5m", labels: { severity: "warning" } },
      {
        alert: "Hot",
        expr: "cpu > 95",
        labels: { severity: "critical" },
        annotations: { summary: "{{ $value }}" },
      },
      { alert: "Full", expr: "disk > 90", keep_firing_for: "1h" },
    ],
  },
];

describe("rules of the file", () => {
  const sync = (raw: unknown): Promise<readonly number[]> =>
    store.commit((change) => book.syncFileRules(change, ruleGroupsSchema.parse(raw)));

  it("become rules and keep their numbers for as long as they persist", async () => {
    expect(await sync(FILE)).toEqual([]);
    expect(book.find(1)).toEqual({
      id: 1,
      kind: "promql",
      name: "Hot",
      expr: "cpu > 80",
      intervalMs: 30_000,
      forMs: 300_000,
      keepFiringForMs: 0,
      labels: { team: "ops", severity: "warning" },
      annotations: {},
      paused: false,
      source: { kind: "file", group: "hosts", place: 0 },
      tells: [],
    });
    expect(book.find(3)).toMatchObject({
      name: "Full",
      keepFiringForMs: 3_600_000,
      labels: { severity: "info" },
    });
    expect(book.find("hot")?.id).toBe(1);
    await add(promql("mine"));

    const [group] = FILE;
    const [warning, critical] = group?.rules ?? [];
    const swapped = [
      { ...group, rules: [critical, { ...warning, expr: "cpu > 70" }, { alert: "New", expr: "up == 0" }] },
    ];
    expect(await sync(swapped)).toEqual([3]);
    expect(book.find(1)).toMatchObject({ expr: "cpu > 70" });
    expect(book.find(2)).toMatchObject({ expr: "cpu > 95" });
    expect(book.find(3)).toBeUndefined();
    expect(book.find("new")?.id).toBe(5);
    expect(await sync([{ ...group, name: "other" }])).toEqual([1, 2, 5]);
    expect([...book.all()].map(({ id, name }) => [id, name])).toEqual([
      [4, "mine"],
      [6, "Hot"],
      [7, "Hot"],
      [8, "Full"],
    ]);
  });

  it("are not written again when nothing changed", async () => {
    await sync(FILE);
    const before = book.find(1);
    let writes = 0;
    book.table.watch(() => {
      writes += 1;
    });
    expect(await sync(FILE)).toEqual([]);
    expect(writes).toBe(0);
    expect(book.find(1)).toBe(before);
  });

  it("hold their names against chat", async () => {
    await sync(FILE);
    await expect(add(promql("full"))).rejects.toMatchObject({ rule: { id: 3 } });
  });
});

describe("the order in which rules are judged", () => {
  const sync = (raw: unknown): Promise<readonly number[]> =>
    store.commit((change) => book.syncFileRules(change, ruleGroupsSchema.parse(raw)));
  const order = (): string[] => (book.byInterval().get(15_000) ?? []).map(({ name }) => name);

  it("is the file's, then what chat records, then what chat judges", async () => {
    await add(promql("judged in chat"));
    await add({ kind: "record", name: "chat:sum", expr: "sum(x)", labels: {}, annotations: {} });
    const [a, b, c] = ["a:sum", "b:sum", "c:sum"].map((record) => ({ record, expr: "sum(x)" }));
    await sync([{ name: "g", rules: [a, c] }]);
    await sync([
      { name: "before", rules: [{ alert: "other group", expr: "x" }] },
      { name: "g", rules: [b, a, c] },
    ]);
    expect(order()).toEqual(["b:sum", "a:sum", "c:sum", "other group", "chat:sum", "judged in chat"]);
    expect(book.find("b:sum")?.id).toBe(6);
  });

  it("is kept although rules were stored without their places", async () => {
    await sync([
      {
        name: "g",
        rules: [
          { record: "a", expr: "x" },
          { record: "b", expr: "x" },
        ],
      },
    ]);
    await store.commit((change) => {
      for (const rule of [...book.all()])
        change.put(book.table, String(rule.id), { ...rule, source: { kind: "file", group: "g" } });
    });
    expect(order()).toEqual(["a", "b"]);
    await sync([
      {
        name: "g",
        rules: [
          { record: "b", expr: "x" },
          { record: "a", expr: "x" },
        ],
      },
    ]);
    expect(order()).toEqual(["b", "a"]);
  });

  it("tells an alert from a record of the same name", async () => {
    await sync([{ name: "g", rules: [{ alert: "n", expr: "x" }] }]);
    expect(await sync([{ name: "g", rules: [{ record: "n", expr: "x" }] }])).toEqual([1]);
    expect(book.find("n")).toMatchObject({ id: 2, kind: "record" });
  });
});

describe("the schema of rule groups", () => {
  it("names everything that is wrong, with its path", () => {
    const found = ruleGroupsSchema.safeParse([
      {
        name: "g",
        interval: "soon",
        rules: [
          { alert: "a", expr: "cpu >", for: "5 minutes", lables: {} },
          { record: "job x", expr: "sum(x)" },
          { record: "x:sum", alert: "x", expr: "1", for: "1m", keep_firing_for: "1m", annotations: {} },
          { expr: "1 + 1" },
          { alert: "b", expr: "foo(x)", labels: { "bad-name": "x", severity: 1 } },
        ],
      },
      { name: "g", rules: [] },
    ]);
    const issues = found.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
    const expected = [
      "0.interval: 'soon' is not a duration",
      "0.rules.0.expr: the expression is not complete: something is missing at its end (character 6)",
      "0.rules.0.for: '5 minutes' is not a duration",
      '0.rules.0: Unrecognized key: "lables"',
      "0.rules.1.record: 'job x' is not a possible metric name",
      "0.rules.2.alert: a rule has either 'alert' or 'record'",
      "0.rules.2.for: a recording rule has none of this",
      "0.rules.2.keep_firing_for: a recording rule has none of this",
      "0.rules.2.annotations: a recording rule has none of this",
      "0.rules.3.alert: a rule needs a name",
      "0.rules.3.expr: the result is a number",
      "0.rules.4.expr: there is no function foo (characters 1-3)",
      "0.rules.4.labels.bad-name: 'bad-name' is not a possible label name",
    ];
    for (const words of expected)
      expect(
        issues.some((issue) => issue.startsWith(words)),
        `${words}\n${issues.join("\n")}`,
      ).toBe(true);
    expect(issues).toHaveLength(expected.length);
  });

  it("takes numbers for what is recorded, and not for what is judged", () => {
    const read = (rule: object) => ruleGroupsSchema.safeParse([{ name: "g", rules: [rule] }]);
    expect(read({ record: "answer", expr: 42 }).success).toBe(true);
    expect(read({ alert: "answer", expr: 42 }).error?.issues).toMatchObject([
      { path: [0, "rules", 0, "expr"], message: expect.stringMatching(/^the result is a number/) },
    ]);
  });

  it("refuses two groups of one name", () => {
    const found = ruleGroupsSchema.safeParse([{ name: "g" }, { name: "g" }]);
    expect(found.error?.issues).toMatchObject([
      { path: [1, "name"], message: "there is a group 'g' already" },
    ]);
  });

  it("reads numbers where YAML makes them of texts", () => {
    const [group] = ruleGroupsSchema.parse([
      { name: 1, rules: [{ alert: "a", expr: "x", labels: { n: 5, b: true } }] },
    ]);
    expect(group).toEqual({
      name: "1",
      intervalMs: 15_000,
      limit: 0,
      rules: [
        {
          kind: "promql",
          name: "a",
          expr: "x",
          forMs: 0,
          keepFiringForMs: 0,
          labels: { n: "5", b: "true" },
          annotations: {},
        },
      ],
    });
  });
});
