/** The routing tree: rows, and a thousand random trees beside Alertmanager and beside a second opinion. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePlan } from "../../../../alerts/make-plan.ts";
import type { RuleOrigin } from "../../../../alerts/routing/route.ts";
import {
  type Branch,
  compileTree,
  groupKeyOf,
  groupMarkOf,
  routesOf,
} from "../../../../alerts/routing/route-tree.ts";
import type { Subscription } from "../../../../alerts/routing/subscriptions.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { type Labels, labelsKey } from "../../../../storage/labels.ts";
import { parseMatchers } from "../../../../storage/matchers.ts";
import { hasAlertmanager, startAlertmanager } from "../../../support/alertmanager.ts";

const FILE_RULE: RuleOrigin = { id: 1, name: "r", tells: [], conversation: undefined };

function routeOf(yaml: string) {
  const names = [...new Set([...yaml.matchAll(/receiver: ([\w-]+)/g)].map(([, name]) => name))];
  const receivers = `receivers: [${names.map((name) => `{ name: ${name} }`).join(", ")}]`;
  const intervals = "time_intervals: [{ name: night }, { name: day }]";
  const { route } = parseConfig("t.yml", `route:\n${yaml}\n${receivers}\n${intervals}`, {});
  if (route === undefined) throw new Error("no route");
  return route;
}

const TREE = routeOf(`
  receiver: all
  group_by: [alertname, cluster]
  group_wait: 10s
  routes:
    - matchers: ['team="db"', severity=~"warning|critical"]
      receiver: db
      group_by: ['...']
      mute_time_intervals: [night]
      routes:
        - { match: { severity: critical }, receiver: db-pager, repeat_interval: 1h, continue: true }
        - { match_re: { host: "db[0-9]+" }, group_wait: 0s, group_by: [] }
    - { matchers: [audit="yes"], receiver: audit, continue: true }
    - { matchers: [audit!=""], receiver: audit-too }
`);

describe("rows", () => {
  const tree = compileTree(TREE);
  test.each<[Labels, readonly string[]]>([
    [{}, ["{}"]],
    [{ team: "db" }, ["{}"]],
    [{ team: "db", severity: "warning" }, ['{}/{severity=~"warning|critical",team="db"}']],
    [
      { team: "db", severity: "critical", host: "db12" },
      [
        '{}/{severity=~"warning|critical",team="db"}/{severity="critical"}',
        '{}/{severity=~"warning|critical",team="db"}/{host=~"db[0-9]+"}',
      ],
    ],
    [{ audit: "yes" }, ['{}/{audit="yes"}', '{}/{audit!=""}']],
    [{ audit: "no" }, ['{}/{audit!=""}']],
    // A branch that let the alert in keeps it from its siblings.
    [{ team: "db", severity: "warning", audit: "yes" }, ['{}/{severity=~"warning|critical",team="db"}']],
  ])("%j", (labels, paths) => {
    expect(routesOf(tree, labels).map(({ options }) => options.path)).toEqual(paths);
  });

  test("options are inherited, time intervals are not", () => {
    const [pager, host] = routesOf(tree, { team: "db", severity: "critical", host: "db1" }).map(
      ({ options }) => options,
    );
    expect(pager).toEqual({
      path: '{}/{severity=~"warning|critical",team="db"}/{severity="critical"}',
      receiver: "db-pager",
      groupBy: "all",
      groupWaitMs: 10_000,
      groupIntervalMs: 300_000,
      repeatIntervalMs: 3_600_000,
      muteTimeIntervals: [],
      activeTimeIntervals: [],
    });
    // An empty group_by inherits, as in Alertmanager.
    expect(host).toMatchObject({
      receiver: "db",
      groupBy: "all",
      groupWaitMs: 0,
      repeatIntervalMs: 14_400_000,
    });
    expect(routesOf(tree, { team: "db", severity: "warning" })[0]?.options.muteTimeIntervals).toEqual([
      "night",
    ]);
  });

  test("group keys are Alertmanager's", () => {
    const labels = { cluster: "eu", alertname: "Down", host: "a" };
    const [root] = routesOf(tree, labels);
    expect(groupKeyOf(root?.options ?? { path: "", groupBy: [] }, labels)).toEqual({
      key: '{}:{alertname="Down", cluster="eu"}',
      labels: { alertname: "Down", cluster: "eu" },
    });
    // A label that the alert does not have is no part of the key.
    expect(groupKeyOf({ path: "{}", groupBy: ["alertname", "cluster"] }, { alertname: "X" }).key).toBe(
      '{}:{alertname="X"}',
    );
    expect(groupKeyOf({ path: "{}", groupBy: "all" }, labels).labels).toEqual(labels);
    expect(groupKeyOf({ path: "{}", groupBy: [] }, labels).key).toBe("{}:{}");
  });

  test("an escalation is inherited until `none`", () => {
    const policies = "escalation: [{ name: up, steps: [{ after: 5m, receiver: a }] }]";
    const yaml = `route: { receiver: a, escalation: up, routes: [{ matchers: [x="1"] }, { matchers: [x="2"], escalation: none }] }\nreceivers: [{ name: a }]\n${policies}`;
    const { route } = parseConfig("t.yml", yaml, {});
    const up = compileTree(route ?? TREE);
    expect(routesOf(up, { x: "1" })[0]?.options.escalation).toBe("up");
    expect(routesOf(up, { x: "2" })[0]?.options.escalation).toBeUndefined();
  });
});

describe("what people add to the tree", () => {
  const chat: RuleOrigin = { ...FILE_RULE, conversation: "console:dev" };
  const subscription = (id: number, conversation: string, matchers: string): Subscription => ({
    id,
    conversation,
    matchers: parseMatchers(matchers),
    person: "console:boss",
    at: 0,
  });
  const told = (plan: ReturnType<typeof makePlan>, labels: Labels, origin: RuleOrigin): readonly string[] =>
    plan.router(labels, origin).map(({ receiver }) => receiver);

  test("a rule made in a chat tells its conversation unless a route below the root takes it", () => {
    const plan = makePlan({ route: TREE });
    expect(told(plan, {}, chat)).toEqual(["all", "console:dev"]);
    expect(told(plan, {}, FILE_RULE)).toEqual(["all"]);
    expect(told(plan, { audit: "no" }, chat)).toEqual(["audit-too"]);
  });

  test("without a tree of the file the root only takes what has no other place to go", () => {
    const plan = makePlan({});
    expect(told(plan, {}, FILE_RULE)).toEqual(["console:ops"]);
    expect(told(plan, {}, chat)).toEqual(["console:dev"]);
    const [own] = plan.router({ alertname: "Hot" }, chat);
    expect(own).toMatchObject({ path: "{}", groupBy: ["alertname"], groupWaitMs: 0 });
  });

  test("conversations that a rule names are told whatever takes the alert", () => {
    const names: RuleOrigin = { ...chat, tells: ["console:a", "console:b"] };
    expect(told(makePlan({}), {}, names)).toEqual(["console:a", "console:b"]);
    expect(told(makePlan({ route: TREE }), { audit: "no" }, names)).toEqual([
      "audit-too",
      "console:a",
      "console:b",
    ]);
  });

  test("subscriptions add their conversations, with the patience of the first route, and make no group", () => {
    let all: readonly Subscription[] = [];
    const plan = makePlan({ route: TREE }, () => all);
    expect(told(plan, { audit: "no" }, chat)).toEqual(["audit-too"]);
    all = [
      subscription(1, "console:night", 'severity="critical"'),
      subscription(2, "console:boss", ""),
      subscription(3, "console:boss", 'audit="no"'),
    ];
    expect(told(plan, { audit: "no" }, chat)).toEqual(["audit-too", "console:boss"]);
    // One that takes an alert of a chat's rule is a route for it.
    expect(told(plan, {}, chat)).toEqual(["all", "console:boss"]);
    const routes = plan.router({ team: "db", severity: "critical" }, chat);
    expect(routes.map(({ path }) => path)).toEqual([
      '{}/{severity=~"warning|critical",team="db"}/{severity="critical"}',
      "subscription 1",
      "subscription 2",
    ]);
    expect(routes[1]).toMatchObject({
      groupWaitMs: 10_000,
      repeatIntervalMs: 3_600_000,
      muteTimeIntervals: [],
    });
    all = [];
    expect(told(plan, {}, chat)).toEqual(["all", "console:dev"]);
  });

  test("what was decided once holds for what is alike, and only for that", () => {
    let all: readonly Subscription[] = [];
    const plan = makePlan({ route: TREE }, () => all);
    // No route asks for the instance.
    expect(plan.router({ instance: "1" }, chat)).toBe(plan.router({ instance: "2" }, chat));
    expect(told(plan, { audit: "no", instance: "1" }, chat)).toEqual(["audit-too"]);
    expect(told(plan, { instance: "1" }, { ...chat, conversation: "console:web" })).toEqual([
      "all",
      "console:web",
    ]);
    expect(told(plan, { instance: "1" }, { ...chat, receiver: "db" })).toEqual(["db", "console:dev"]);
    expect(told(plan, { instance: "1" }, { ...chat, tells: ["console:a"] })).toEqual(["all", "console:a"]);
    all = [subscription(1, "console:one", 'instance="1"')];
    expect(told(plan, { instance: "1" }, chat)).toEqual(["all", "console:one"]);
    expect(told(plan, { instance: "2" }, chat)).toEqual(["all", "console:dev"]);
    // More than are remembered.
    for (let i = 0; i < 3_000; i++) expect(told(plan, { host: `h${i}` }, FILE_RULE)).toEqual(["all"]);
  });

  test("many subscriptions are found by their labels, each exactly when it fits", () => {
    const all = Array.from({ length: 40 }, (_, i) =>
      subscription(i + 1, `console:c${i}`, `host="h${i % 20}"`),
    );
    const plan = makePlan({ route: TREE }, () => all);
    expect(told(plan, { host: "h3" }, FILE_RULE)).toEqual(["all", "console:c3", "console:c23"]);
    expect(told(plan, { host: "h99" }, FILE_RULE)).toEqual(["all"]);
  });
});

/** A node as it is written, and as the second opinion reads it. */
interface Written {
  readonly receiver: string;
  readonly matchers?: readonly string[];
  readonly match?: Readonly<Record<string, string>>;
  readonly match_re?: Readonly<Record<string, string>>;
  readonly continue?: boolean;
  readonly routes?: readonly Written[];
}

const NAMES = ["a", "b", "c"];
const VALUES = ["1", "2", "3", "12"];
const REGEXES = ["1|2", "1.*", ".*2", ".+", "", "[13]", "(1|3)?", "1{1,2}", "3|1.*", ".*2|1"];

const quotedMatcher = fc
  .tuple(
    fc.constantFrom(...NAMES),
    fc.constantFrom("=", "!=", "=~", "!~"),
    fc.constantFrom(...VALUES, ""),
    fc.constantFrom(...REGEXES),
    fc.constantFrom('"', ""),
  )
  .map(([name, op, value, regex, quote]) => {
    const wanted = op.endsWith("~") ? regex : value;
    const plain = quote === "" && /^\w+$/.test(wanted);
    return plain ? `${name}${op}${wanted}` : `${name}${op}"${wanted}"`;
  });

type Unnamed = Omit<Written, "receiver" | "routes"> & { readonly routes?: readonly Unnamed[] };

const node: (depth?: number) => fc.Arbitrary<Unnamed> = fc.memo((depth) =>
  fc.record(
    {
      matchers: fc.array(quotedMatcher, { maxLength: 2 }),
      match: fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES), { maxKeys: 1 }),
      match_re: fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(...REGEXES), { maxKeys: 1 }),
      continue: fc.boolean(),
      routes: depth <= 1 ? fc.constant([]) : fc.array(node(), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ),
);

const tree = fc.array(node(3), { minLength: 1, maxLength: 12 }).map((routes): Written => {
  let count = 0;
  const named = (one: Unnamed): Written => {
    const receiver = `r${count++}`;
    const { routes: below, ...rest } = one;
    return { ...rest, receiver, ...(below === undefined ? {} : { routes: below.map(named) }) };
  };
  return named({ routes });
});

const labelSet = fc.dictionary(fc.constantFrom(...NAMES, "d"), fc.constantFrom(...VALUES));

test("two alerts have a mark of their group in common just when they have its key in common", () => {
  // Texts that run into each other when they are put in a row without care.
  const text = fc.constantFrom("", "a", "-", "1:", "1:a", "0:", ":", "=", '"', "\\", "\n");
  const labels = fc.dictionary(fc.constantFrom(...NAMES, "1:a"), text);
  const names = fc.uniqueArray(fc.constantFrom(...NAMES, "1:a"));
  const route = fc.record({
    path: fc.constantFrom("{}", '{}/{a="1"}', "{}-"),
    groupBy: fc.oneof(fc.constant("all" as const), names),
  });
  fc.assert(
    fc.property(route, labels, labels, (route, one, other) => {
      const isOneGroup = groupKeyOf(route, one).key === groupKeyOf(route, other).key;
      expect(groupMarkOf(route, one) === groupMarkOf(route, other)).toBe(isOneGroup);
    }),
    { numRuns: 2_000 },
  );
});

const TREES = 1_000;
/** The label that says for which of them an alert is. */
const TREE_NUMBER = "tree";
const sampled = fc.sample(fc.tuple(tree, fc.array(labelSet, { minLength: 20, maxLength: 20 })), {
  seed: 20_261_125,
  numRuns: TREES,
});

describe("a thousand random trees", () => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });
  const compiled = new Map<Written, Branch>();
  beforeAll(() => {
    for (const [written] of sampled) compiled.set(written, compiledOf(written));
  }, 60_000);
  const routed = (written: Written, labels: Labels) => routesOf(compiled.get(written) as Branch, labels);

  test("route as a second opinion does", () => {
    let deep = 0;
    for (const [written, sets] of sampled) {
      for (const labels of sets) {
        const taken = routed(written, labels).map(({ options }) => options.receiver);
        expect(taken, JSON.stringify([written, labels])).toEqual(secondOpinion(written, labels));
        if (taken.length > 1) deep++;
      }
    }
    // Else the trees would be too dull to prove anything.
    expect(deep).toBeGreaterThan(TREES);
  });

  const title = hasAlertmanager
    ? "route as Alertmanager does"
    : "skipped: prometheus-alertmanager is not installed here";
  test.skipIf(!hasAlertmanager)(title, { timeout: 60_000 }, async () => {
    // All of them are branches of one tree, each for alerts of its own: one process then says it of all.
    const url = await startAlertmanager(fileOf(asOne(sampled.map(([written]) => written))), cleanUps);
    const alerts = sampled.flatMap(([written, sets], i) =>
      sets.map((labels) => ({ labels: { ...labels, [TREE_NUMBER]: String(i) }, written, plain: labels })),
    );
    for (let from = 0; from < alerts.length; from += 2_000) {
      const body = JSON.stringify(alerts.slice(from, from + 2_000).map(({ labels }) => ({ labels })));
      const headers = { "content-type": "application/json" };
      expect((await fetch(`${url}/api/v2/alerts`, { method: "POST", headers, body })).status).toBe(200);
    }
    const listed = (await (await fetch(`${url}/api/v2/alerts`)).json()) as {
      readonly labels: Labels;
      readonly receivers: readonly { readonly name: string }[];
    }[];
    const theirs = new Map(
      listed.map(({ labels, receivers }) => [labelsKey(labels), receivers.map(({ name }) => name)]),
    );
    const wrong = alerts.flatMap(({ labels, written, plain }) => {
      const ours = routed(written, plain).map(({ options }) => options.receiver);
      const found = theirs.get(labelsKey(withoutEmpty(labels)));
      return String(ours) === String(found) ? [] : [{ written: JSON.stringify(written), plain, ours, found }];
    });
    expect(wrong).toEqual([]);
  });
});

/** Alertmanager drops what is empty. */
function withoutEmpty(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""));
}

function receiversIn(written: Written): readonly string[] {
  return [written.receiver, ...(written.routes ?? []).flatMap(receiversIn)];
}

/** JSON is YAML. */
function fileOf(route: Written): string {
  return JSON.stringify({ route, receivers: [...new Set(receiversIn(route))].map((name) => ({ name })) });
}

/** All of them as branches of one. */
function asOne(trees: readonly Written[]): Written {
  const routes = trees.map((tree, i) => ({ ...tree, matchers: [`${TREE_NUMBER}="${i}"`] }));
  return { receiver: "none", routes };
}

function compiledOf(written: Written) {
  return compileTree(parseConfig("random.yml", fileOf(written), {}).route ?? TREE);
}

/** The rules of the tree, written down once more as slowly and plainly as possible. */
function secondOpinion(written: Written, labels: Labels): readonly string[] {
  if (!takes(written, labels)) return [];
  const found: string[] = [];
  for (const child of written.routes ?? []) {
    const below = secondOpinion(child, labels);
    found.push(...below);
    if (below.length > 0 && child.continue !== true) break;
  }
  return found.length > 0 ? found : [written.receiver];
}

function takes({ matchers = [], match = {}, match_re = {} }: Written, labels: Labels): boolean {
  const value = (name: string): string => labels[name] ?? "";
  const whole = (regex: string): RegExp => new RegExp(`^(?:${regex})$`);
  return (
    matchers.every((text) => {
      const [, name = "", op, wanted = ""] = /^(\w+)(=~|!~|!=|=)"?(.*?)"?$/.exec(text) ?? [];
      const is = op?.endsWith("~") ? whole(wanted).test(value(name)) : value(name) === wanted;
      return op?.startsWith("!") ? !is : is;
    }) &&
    Object.entries(match).every(([name, wanted]) => value(name) === wanted) &&
    Object.entries(match_re).every(([name, regex]) => whole(regex).test(value(name)))
  );
}
